/** Slots of a teacher's availability: made, blocked, unblocked, deleted (SPEC 3). */
import {
  findSlot,
  insertSlot,
  listSlotsOf,
  removeSlot,
  SLOT_COLUMNS,
  setSlotBlocked,
} from "../db/availability.ts";
import {
  ALL_SLOTS,
  countLegacyLessons,
  listSlots,
  type SlotFilter,
  type SlotView,
} from "../db/availability-list.ts";
import { listTeacherBusy } from "../db/booking-busy.ts";
import { findCourse, findTeacher, lockTeacher, type Teacher } from "../db/booking-people.ts";
import { nextOpening, type Slot, type SlotWhen } from "../domain/availability.ts";
import {
  commonTime,
  type SlotDraft,
  slotProblems,
  storedTimeOf,
  whenOf,
} from "../domain/availability-draft.ts";
import { notFound, refused, usageError } from "../domain/error.ts";
import { type Instant, parseInstant } from "../domain/instant.ts";
import { localSpan, plural } from "../domain/spoken.ts";
import { type Context, inside, record } from "./context.ts";
import { requireOwner } from "./permission.ts";

/** Rules of slots that may be set aside. */
export const SLOT_RULES = ["slot-overlap"] as const;
export type SlotRule = (typeof SLOT_RULES)[number];

/** The longest reason that the app's column takes. */
const LONGEST_REASON = 200;
const END_OF_TIME = "9999-12-31 23:59:59" as Instant;

/** A slot as people see it. */
export type ListedSlot = Omit<SlotView, "slot"> & {
  /** Its next time from now; null where it has none left, or does not say when it is. */
  next_start_at: Instant | null;
  /** Why it does not say when it is; null where it does. */
  problem: string | null;
};

export const SLOT_FIELDS = [
  ...SLOT_COLUMNS,
  "teacher",
  "course",
  "next_start_at",
  "problem",
] as const satisfies readonly (keyof ListedSlot)[];

export async function viewSlots(context: Context, filter: SlotFilter): Promise<ListedSlot[]> {
  const canonical = (text: string | null) => (text === null ? null : (parseInstant(text) ?? text));
  return (await listSlots(inside(context), filter)).map(({ slot, ...row }) => ({
    ...row,
    start_datetime: canonical(row.start_datetime),
    end_datetime: canonical(row.end_datetime),
    next_start_at: slot.when === null ? null : (nextOpening(slot.when, context.now)?.start_at_utc ?? null),
    problem: slot.problem,
  }));
}

/** One slot as people see it. */
export async function viewSlot(context: Context, id: number): Promise<ListedSlot> {
  const [slot] = await viewSlots(context, { ...ALL_SLOTS, ids: [id] });
  if (slot === undefined) throw noSuchSlot(id);
  return slot;
}

function noSuchSlot(id: number) {
  return notFound("no_such_slot", `there is no slot ${id}`, "`classbook slot list` lists them");
}

export interface NewSlotRequest extends SlotDraft {
  teacher_id: number;
  /** Null = for all of the teacher's courses. */
  course_id: number | null;
  overrides?: ReadonlySet<SlotRule>;
}

/**
 * Makes a slot. The teacher sets the rule aside as staff do: it is the teacher's own time.
 *
 * @throws ClassbookError usage `bad_slot` with all that is wrong; not_found; refused `permission`, refused `slot-overlap`
 */
export async function createSlot(context: Context, asked: NewSlotRequest): Promise<ListedSlot> {
  const { database, trx, now } = context;
  const { teacher_id, course_id, overrides = new Set<SlotRule>() } = asked;
  requireOwner(context, teacher_id, `make slots of teacher ${teacher_id}`);
  const when = whenOf(asked);
  const problems = slotProblems(asked, now);
  if (when === null) problems.push("the slot does not say when it is");
  if (when === null || problems.length > 0)
    throw usageError("bad_slot", problems.join("; "), undefined, problems);
  await lockTeacher(database, trx, teacher_id);
  await requireTeacher(context, teacher_id);
  if (course_id !== null && (await findCourse(database, trx, course_id)) === null)
    throw notFound("no_such_course", `there is no course ${course_id}`, "`classbook course list` lists them");
  const overridden = await requireNoClash(context, {
    teacher_id,
    when,
    timezone: asked.timezone,
    overrides,
    self: null,
  });
  const stored = { teacher_id, course_id, ...storedTimeOf(asked) };
  const id = await insertSlot(database, trx, stored);
  await record(context, {
    what: "created",
    subject: "teacher_availability",
    subject_id: id,
    from: null,
    to: Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== null)),
    overridden,
  });
  return viewSlot(context, id);
}

/**
 * @param of.self the slot that is to have the time; null = a new one
 * @returns the rules that were set aside
 * @throws ClassbookError refused `slot-overlap`: an active slot of the teacher has a time in common
 */
export async function requireNoClash(
  { database, trx, now }: Context,
  of: {
    teacher_id: number;
    when: SlotWhen;
    timezone: string;
    overrides: ReadonlySet<SlotRule>;
    self: number | null;
  },
): Promise<SlotRule[]> {
  const { teacher_id, timezone } = of;
  const clashes = (await listSlotsOf(database, trx, teacher_id)).flatMap((slot) => {
    if (!slot.is_active || slot.when === null || slot.id === of.self) return [];
    const common = commonTime(of, { ...slot, when: slot.when }, now);
    return common === null ? [] : [{ slot: slot.id, common }];
  });
  if (clashes.length === 0) return [];
  if (of.overrides.has("slot-overlap")) return ["slot-overlap"];
  const told = clashes.map(
    ({ slot, common }) => `slot ${slot} (${localSpan(common.start_at_utc, common.end_at_utc, timezone)})`,
  );
  throw refused(
    "slot-overlap",
    `teacher ${teacher_id} has ${told.join(" and ")} at the same time`,
    "choose another time, delete or change the other, or say --override slot-overlap",
    { slots: clashes.map(({ slot }) => slot) },
  );
}

/** @throws ClassbookError not_found `no_such_teacher` */
export async function requireTeacher({ database, trx }: Context, id: number): Promise<Teacher> {
  const teacher = await findTeacher(database, trx, id);
  if (teacher === null)
    throw notFound("no_such_teacher", `there is no teacher ${id}`, "`classbook teacher list` lists them");
  return teacher;
}

/** The slot, with its teacher locked. @throws ClassbookError not_found `no_such_slot`, refused `permission` */
export async function loadSlot(context: Context, id: number, verb: string): Promise<Slot> {
  const { database, trx } = context;
  const seen = await findSlot(database, trx, id);
  if (seen === null) throw noSuchSlot(id);
  requireOwner(context, seen.teacher_id, `${verb} slot ${id}`);
  if (seen.teacher_id !== null) await lockTeacher(database, trx, seen.teacher_id);
  const slot = await findSlot(database, trx, id);
  if (slot === null) throw noSuchSlot(id);
  return slot;
}

/** A slot that changed, and the lessons that stay at its times. */
export type ChangedSlot = ListedSlot & { future_lessons: number[] };

/**
 * Takes the slot out of the offer; lessons at its times stay. Blocking again changes the reason.
 *
 * @throws ClassbookError refused `status`: blocked already, for the same reason; usage `bad_reason`
 */
export async function blockSlot(
  context: Context,
  { id, reason }: { id: number; reason: string },
): Promise<ChangedSlot> {
  const slot = await loadSlot(context, id, "block");
  if (reason.length > LONGEST_REASON)
    throw usageError(
      "bad_reason",
      `the reason has ${reason.length} characters, at most ${LONGEST_REASON} fit`,
    );
  if (slot.is_blocked && slot.blocked_reason === reason)
    throw refused("status", `slot ${id} is blocked already`, "another --reason changes the reason");
  return setBlocked(context, slot, { is_blocked: true, blocked_reason: reason });
}

/** Puts the slot back into the offer. @throws ClassbookError refused `status`: it is not blocked */
export async function unblockSlot(context: Context, { id }: { id: number }): Promise<ChangedSlot> {
  const slot = await loadSlot(context, id, "unblock");
  if (!slot.is_blocked) throw refused("status", `slot ${id} is not blocked`, "nothing was changed");
  return setBlocked(context, slot, { is_blocked: false, blocked_reason: "" });
}

async function setBlocked(
  context: Context,
  slot: Slot,
  to: { is_blocked: boolean; blocked_reason: string },
): Promise<ChangedSlot> {
  await setSlotBlocked(context.database, context.trx, slot.id, to);
  await record(context, {
    what: to.is_blocked ? "blocked" : "unblocked",
    subject: "teacher_availability",
    subject_id: slot.id,
    from: { is_blocked: slot.is_blocked, blocked_reason: slot.blocked_reason },
    to,
    reason: to.blocked_reason === "" ? null : to.blocked_reason,
  });
  return { ...(await viewSlot(context, slot.id)), future_lessons: await lessonsAhead(context, slot) };
}

/** What hangs on a slot. */
export interface SlotUse {
  /** Legacy lessons that refer to it: while there are any, it stays. */
  legacy_lessons: number;
  /** Pending and confirmed lessons at its times from now on: they stay without it. */
  future_lessons: number[];
}

/** @throws ClassbookError not_found `no_such_slot` */
export async function slotUse(context: Context, id: number): Promise<SlotUse> {
  const { database, trx } = context;
  const slot = await findSlot(database, trx, id);
  if (slot === null) throw noSuchSlot(id);
  return {
    legacy_lessons: await countLegacyLessons(database, trx, id),
    future_lessons: await lessonsAhead(context, slot),
  };
}

export async function lessonsAhead({ database, trx, now }: Context, slot: Slot): Promise<number[]> {
  const { when, teacher_id } = slot;
  if (when === null || teacher_id === null) return [];
  const busy = await listTeacherBusy(database, trx, teacher_id, { from: now, until: END_OF_TIME });
  return busy
    .filter(({ kind, course_id, start_at_utc, end_at_utc }) => {
      if (kind !== "booking" || (slot.course_id !== null && course_id !== slot.course_id)) return false;
      const time = nextOpening(when, start_at_utc);
      return time?.start_at_utc === start_at_utc && time.end_at_utc === end_at_utc;
    })
    .map(({ id }) => id);
}

/**
 * @returns the lessons at its times from now on, which stay without it
 * @throws ClassbookError not_found; refused `in-use`: legacy lessons name it
 */
export async function requireSlotUnused(context: Context, id: number): Promise<number[]> {
  const { legacy_lessons, future_lessons } = await slotUse(context, id);
  if (legacy_lessons === 0) return future_lessons;
  throw refused(
    "in-use",
    `slot ${id} is named by ${plural(legacy_lessons, "legacy lesson")}, and the migration reads their time from it`,
    `take it out of the offer instead: \`classbook slot block ${id} --reason TEXT\``,
    { legacy_lessons },
  );
}

/**
 * Deletes a slot that no legacy lesson refers to. Lessons at its times stay.
 *
 * @returns the slot as it was
 * @throws ClassbookError not_found; refused `permission`; refused `in-use`
 */
export async function deleteSlot(context: Context, { id }: { id: number }): Promise<ChangedSlot> {
  const { database, trx } = context;
  await loadSlot(context, id, "delete");
  const before = await viewSlot(context, id);
  const future_lessons = await requireSlotUnused(context, id);
  await removeSlot(database, trx, id);
  const { teacher: _teacher, course: _course, next_start_at: _next, problem: _problem, ...stored } = before;
  await record(context, {
    what: "deleted",
    subject: "teacher_availability",
    subject_id: id,
    from: stored,
    to: null,
  });
  return { ...before, future_lessons };
}
