/** A slot that is changed: its times, its course, whether it is offered (SPEC 3). */
import { updateSlotRow } from "../db/availability.ts";
import { countLegacyLessons, countLegacyWithoutCourse } from "../db/availability-list.ts";
import { findCourse } from "../db/booking-people.ts";
import { unfitTexts } from "../db/rows.ts";
import { readSlotTime, type StoredSlotTime } from "../domain/availability.ts";
import { type DraftWhen, slotProblems } from "../domain/availability-draft.ts";
import { notFound, refused, usageError } from "../domain/error.ts";
import { type Instant, type LocalDate, parseInstant, parseTimeOfDay } from "../domain/instant.ts";
import { plural } from "../domain/spoken.ts";
import {
  type ChangedSlot,
  lessonsAhead,
  loadSlot,
  requireNoClash,
  type SlotRule,
  viewSlot,
} from "./availability.ts";
import { type Context, record } from "./context.ts";

/** What is to be another; what is left out stays. */
export interface SlotChange {
  id: number;
  course_id?: number | null;
  /** Weekly: 0 = Monday; `HH:MM` on the slot's clock. */
  day_of_week?: number;
  start_time?: string;
  end_time?: string;
  valid_from?: LocalDate | null;
  valid_until?: LocalDate | null;
  /** Once. */
  start_datetime?: Instant;
  end_datetime?: Instant;
  timezone?: string;
  is_active?: boolean;
  overrides?: ReadonlySet<SlotRule>;
}

const WEEKLY = ["day_of_week", "start_time", "end_time", "valid_from", "valid_until"] as const;
const ONCE = ["start_datetime", "end_datetime"] as const;
const TIMES: readonly string[] = [...WEEKLY, ...ONCE, "timezone"];

/** What the migration reads from a slot: of every lesson that names it, or of some. */
const READ = {
  time: {
    count: countLegacyLessons,
    which: "",
    hint: "make a slot at the other time, and block this one",
  },
  course: {
    count: countLegacyWithoutCourse,
    which: " without a course of its own",
    hint: "make a slot of the other course, and block this one",
  },
};
type Read = keyof typeof READ;

/**
 * Changes a slot. Lessons at its times stay where they are. Nothing to change is success.
 *
 * @throws ClassbookError usage `bad_slot` with all that is wrong; not_found; refused `permission`, `slot-overlap`,
 *   `in-use`: legacy lessons take their time, or their course, from it
 */
export async function updateSlot(context: Context, change: SlotChange): Promise<ChangedSlot> {
  const { database, trx, now } = context;
  const { id, overrides = new Set<SlotRule>(), ...asked } = change;
  const slot = await loadSlot(context, id, "change");
  const before = await viewSlot(context, id);
  const wanted = Object.fromEntries(
    Object.entries(asked).filter(
      ([name, value]) => value !== undefined && before[name as keyof typeof before] !== value,
    ),
  ) as Omit<SlotChange, "id" | "overrides">;
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  if (names.length === 0) return { ...before, future_lessons: await lessonsAhead(context, slot) };
  const after = { ...before, ...wanted };
  const moved = names.some((name) => TIMES.includes(name));
  const problems = [
    ...foreign(before.slot_type, names),
    ...unfitTexts(database, "teacher_availability", wanted),
    ...(moved ? slotProblems({ timezone: after.timezone ?? "UTC", when: draftOf(after) }, now) : []),
  ];
  const when = readSlotTime(after);
  if (problems.length === 0 && typeof when === "string") problems.push(`slot ${id}: ${when}`);
  if (problems.length > 0 || typeof when === "string")
    throw usageError("bad_slot", problems.join("; "), undefined, problems);
  if (moved) await requireNoLegacy(context, id, "time");
  if (wanted.course_id !== undefined) await requireNoLegacy(context, id, "course");
  if (typeof wanted.course_id === "number" && (await findCourse(database, trx, wanted.course_id)) === null)
    throw notFound(
      "no_such_course",
      `there is no course ${wanted.course_id}`,
      "`classbook course list` lists them",
    );
  const isOffered = after.is_active && (moved || wanted.is_active === true);
  const overridden =
    isOffered && slot.teacher_id !== null
      ? await requireNoClash(context, {
          teacher_id: slot.teacher_id,
          when,
          timezone: after.timezone ?? "UTC",
          overrides,
          self: id,
        })
      : [];
  await updateSlotRow(database, trx, id, wanted);
  await record(context, {
    what: "updated",
    subject: "teacher_availability",
    subject_id: id,
    from: Object.fromEntries(names.map((name) => [name, before[name]])),
    to: wanted,
    overridden,
  });
  return { ...(await viewSlot(context, id)), future_lessons: await lessonsAhead(context, slot) };
}

/** What a slot of this type has no use for. */
function foreign(type: string, names: readonly string[]): string[] {
  const [not, mine]: [readonly string[], string] =
    type === "one_time" ? [WEEKLY, "a single slot"] : [ONCE, "a weekly slot"];
  return names.filter((name) => not.includes(name)).map((name) => `${mine} has no ${name}`);
}

function draftOf(slot: StoredSlotTime): DraftWhen {
  const instant = (text: string | null) => (text === null ? null : parseInstant(text));
  if (slot.slot_type === "one_time")
    return { slot_type: "one_time", start: instant(slot.start_datetime), end: instant(slot.end_datetime) };
  const time = (text: string | null) => (text === null ? null : parseTimeOfDay(text));
  return {
    slot_type: "recurring",
    weekday: slot.day_of_week,
    startsAt: time(slot.start_time),
    endsAt: time(slot.end_time),
    from: slot.valid_from as LocalDate | null,
    until: slot.valid_until as LocalDate | null,
  };
}

/** @throws ClassbookError refused `in-use`: what the migration reads from the slot would be another */
async function requireNoLegacy({ database, trx }: Context, id: number, what: Read): Promise<void> {
  const lessons = await READ[what].count(database, trx, id);
  if (lessons > 0)
    throw refused(
      "in-use",
      `slot ${id} is named by ${plural(lessons, "legacy lesson")}${READ[what].which}, and the migration reads their ${what} from it`,
      READ[what].hint,
      { legacy_lessons: lessons },
    );
}
