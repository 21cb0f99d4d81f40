/** Sessions: fields by the operation that `session update` uses, their end by that of `cancel` and `complete`. */
import { findCourse, findTeacher } from "../../db/booking-people.ts";
import { countLegacyOf, listIdsOf } from "../../db/deletion.ts";
import { listItemRows } from "../../db/series-item.ts";
import { viewSession } from "../../db/session-list.ts";
import { countLive } from "../../db/session-roster.ts";
import type { CancelReason } from "../../domain/booking.ts";
import type { Instant } from "../../domain/instant.ts";
import { lengthProblem, startProblem } from "../../domain/session.ts";
import { plural } from "../../domain/spoken.ts";
import { type Context, inside } from "../../operations/context.ts";
import { requireSound } from "../../operations/refusal.ts";
import { createSession, type PlannedSession } from "../../operations/session.ts";
import { bookingsOf, deleteSession, requireSessionUnused } from "../../operations/session-deletion.ts";
import { cancelSession, completeSession, liveText, UNMARKED } from "../../operations/session-end.ts";
import { type SessionChange, updateSession } from "../../operations/session-update.ts";
import { type Deletion, type Did, type Doing, given, noStep, rulesOf, textOf } from "../doing.ts";
import type { Terms } from "../form.ts";

const FIELDS = [
  "course_id",
  "teacher_id",
  "title",
  "description",
  "start_at_utc",
  "duration_minutes",
  "capacity",
  "enable_waitlist",
  "meeting_provider",
  "meeting_link",
  "meeting_id",
  "meeting_passcode",
] as const satisfies readonly (keyof SessionChange)[];

type Fields = Pick<SessionChange, (typeof FIELDS)[number]>;

function fieldsIn({ values }: Terms): Partial<Fields> {
  const found = given<Fields>(values, FIELDS);
  // A word that is emptied is stored as no letters.
  if (values.meeting_provider === null) found.meeting_provider = "";
  return found;
}

/** What is wrong with fields by themselves, all of it. */
function problemsOf({ title, duration_minutes, start_at_utc }: Partial<Fields>): string[] {
  return [
    title?.trim() === "" ? "--title is empty" : null,
    duration_minutes === undefined ? null : lengthProblem(duration_minutes),
    start_at_utc === undefined ? null : startProblem(start_at_utc),
  ].filter((problem) => problem !== null);
}

/** The same with whom and what they name: told together, where there is something else to tell. */
async function requireSoundFields({ database, trx }: Context, fields: Partial<Fields>): Promise<void> {
  const problems = problemsOf(fields);
  if (problems.length === 0) return;
  const { course_id, teacher_id } = fields;
  if (course_id !== undefined && (await findCourse(database, trx, course_id)) === null)
    problems.push(`there is no course ${course_id}`);
  if (teacher_id !== undefined && (await findTeacher(database, trx, teacher_id)) === null)
    problems.push(`there is no teacher ${teacher_id}`);
  requireSound(problems);
}

async function add(context: Context, terms: Terms): Promise<Did> {
  const { values } = terms;
  const fields = fieldsIn(terms);
  const { status = "scheduled" } = values;
  requireSound([
    ...problemsOf(fields),
    ...(fields.course_id === undefined ? ["--course is missing"] : []),
    ...(fields.teacher_id === undefined ? ["--teacher is missing"] : []),
    ...(fields.start_at_utc === undefined ? ["--start-at-utc is missing"] : []),
    ...(status === "draft" || status === "scheduled"
      ? []
      : [`a new session is draft or scheduled, not ${status}`]),
  ]);
  const { session } = await createSession(context, {
    course_id: fields.course_id!,
    teacher_id: fields.teacher_id!,
    title: fields.title ?? null,
    description: fields.description ?? "",
    start_at_utc: fields.start_at_utc as Instant,
    duration_minutes: fields.duration_minutes ?? 60,
    capacity: fields.capacity ?? 10,
    enable_waitlist: fields.enable_waitlist ?? false,
    meeting_provider: fields.meeting_provider ?? "",
    meeting_link: fields.meeting_link ?? "",
    meeting_id: fields.meeting_id ?? "",
    meeting_passcode: fields.meeting_passcode ?? "",
    status: status as "draft" | "scheduled",
    overrides: rulesOf(terms),
  });
  return { outcome: "added", id: session.id };
}

async function edit(
  context: Context,
  id: number,
  terms: Terms,
  cells: Record<string, unknown>,
): Promise<Did> {
  const fields = fieldsIn(terms);
  await requireSoundFields(context, fields);
  const { status } = terms.values;
  const change: SessionChange = { id, ...fields, overrides: rulesOf(terms) };
  switch (status) {
    case "scheduled":
    case "booking_closed":
    case "live":
      return {
        outcome: "changed",
        id,
        remarks: waitingIn(await updateSession(context, { ...change, status }), fields),
      };
    case undefined:
      return { outcome: "changed", id, remarks: waitingIn(await updateSession(context, change), fields) };
    case "cancelled":
    case "completed": {
      if (Object.keys(fields).length > 0) await updateSession(context, change);
      const end = status === "cancelled" ? cancel : complete;
      return end(context, id, { ...terms, values: {} });
    }
    default:
      throw noStep(
        "session",
        id,
        cells.status,
        status,
        "a draft is where a session begins: add one with --status draft",
      );
  }
}

/** Who waits in a session that has no waitlist from now on. */
function waitingIn({ session }: PlannedSession, { enable_waitlist }: Partial<Fields>): string[] {
  const { waiting } = session;
  if (enable_waitlist !== false || waiting === 0) return [];
  const [keep, get] = waiting === 1 ? ["keeps the place", "gets"] : ["keep their places", "get"];
  return [
    `${plural(waiting, "student")} already waiting ${keep} and ${get} a seat that frees; nobody new can wait`,
  ];
}

async function cancel(context: Context, id: number, { values }: Terms): Promise<Did> {
  const { cancelled, expired } = await cancelSession(context, {
    id,
    cancel_reason: textOf(values.reason) as CancelReason | null,
    note: textOf(values.note),
  });
  return {
    outcome: "changed",
    id,
    remarks: counted([cancelled, `${plural(cancelled, "booking")} cancelled`], [expired, places(expired)]),
  };
}

async function complete(context: Context, id: number, terms: Terms): Promise<Did> {
  const unmarked = UNMARKED.find((word) => word === terms.values.unmarked) ?? "leave";
  const done = await completeSession(context, { id, unmarked, overrides: rulesOf(terms) });
  return {
    outcome: "changed",
    id,
    remarks: counted(
      [done.marked, `${plural(done.marked, "booking")} marked ${unmarked}`],
      [done.left, `${plural(done.left, "confirmed booking")} left to mark`],
      [done.declined, `${plural(done.declined, "request")} declined`],
      [done.expired, places(done.expired)],
    ),
  };
}

function counted(...counts: [n: number, what: string][]): string[] {
  return counts.filter(([n]) => n > 0).map(([, what]) => what);
}

function places(n: number): string {
  return `${plural(n, "place in the queue", "places in the queue")} ended`;
}

async function deletion(context: Context, id: number): Promise<Deletion> {
  const { database, trx } = context;
  await requireSessionUnused(context, id);
  const bookings = await bookingsOf(context, id);
  const entries = await listIdsOf(database, trx, { table: "session_waitlist", column: "session_id", id });
  let [items, legacy] = [0, 0];
  for (const booking of bookings) {
    items += (await listItemRows(trx, { booking_id: booking })).length;
    legacy += await countLegacyOf(database, trx, { outcome: "migrated", id: booking });
  }
  const goes: Deletion["goes"] = [
    { model: "LiveClassBooking", count: bookings.length },
    { model: "BookingSeriesItem", count: items },
    { model: "SessionWaitlist", count: entries.length },
  ];
  return {
    goes: goes.filter(({ count }) => count > 0),
    notes:
      legacy === 0
        ? []
        : [`${plural(legacy, "legacy row")} that they came from are then reported as diverged`],
  };
}

/** A step of the status; none where it is so already. */
function step(status: "scheduled" | "booking_closed"): Doing["actions"][string] {
  return async (context, id) => {
    const before = await viewSession(context.database, id, context, context.trx);
    await updateSession(context, { id, status });
    return { outcome: before?.status === status ? "unchanged" : "changed", id };
  };
}

export const sessions: Doing = {
  add,
  edit,
  deletion,
  remove: async (context, id) => deleteSession(context, { id }),
  ending: async (context, action, ids) =>
    action === "cancel" ? liveText(await countLive(inside(context), ids)) : null,
  actions: {
    cancel,
    complete,
    close: step("booking_closed"),
    reopen: step("scheduled"),
  },
};
