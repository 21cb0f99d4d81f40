/** Everything that happened to a session, and why somebody has no seat in it. Looks, writes nothing. */
import {
  listBookingTraces,
  listEntryTraces,
  listSessionEvents,
  listUsernames,
} from "../db/session-timeline.ts";
import { findEntry } from "../db/waitlist.ts";
import { type Step, stepsAround, timelineOf } from "../domain/timeline.ts";
import type { Context } from "./context.ts";
import { requireOwner } from "./permission.ts";
import { getSession } from "./session-details.ts";
import { explainEntry } from "./waitlist-view.ts";

/** A step with the name of the student whom it is about; null for the session's own, or where the account is gone. */
export type TimelineStep = Step & { student: string | null };

/**
 * For staff, and the session's teacher.
 *
 * @param student what concerns this student; null = everybody
 * @throws ClassbookError not_found `no_such_session`; refused `permission`
 */
export async function sessionTimeline(
  context: Context,
  { session: id, student }: { session: number; student: number | null },
): Promise<TimelineStep[]> {
  const session = await getSession(context, id);
  requireOwner(context, session.teacher_id, `see what happened to session ${id}`);
  const { trx } = context;
  const [bookings, entries] = [await listBookingTraces(trx, id), await listEntryTraces(trx, id)];
  const whose = new Map<string, number>([
    ...bookings.map((row) => [`live_class_booking:${row.id}`, row.student_user_id] as const),
    ...entries.map((row) => [`session_waitlist:${row.id}`, row.student_user_id] as const),
  ]);
  const recorded = await listSessionEvents(trx, id);
  for (const { subject, subject_id, from_value, to_value } of recorded) {
    const student = studentIn(from_value) ?? studentIn(to_value);
    if (student !== null) whose.set(`${subject}:${subject_id}`, student);
  }
  const events = recorded.map((event) => ({
    ...event,
    student_user_id: whose.get(`${event.subject}:${event.subject_id}`) ?? null,
  }));
  const { capacity, start_at_utc } = session;
  const steps = timelineOf(
    { session: { id, capacity, start_at_utc }, events, bookings, entries },
    context.offerHours,
  );
  const ids = new Set(steps.flatMap(({ student_user_id }) => student_user_id ?? []));
  const names = await listUsernames(trx, [...ids]);
  return (student === null ? steps : stepsAround(steps, student)).map((step) => ({
    ...step,
    student: step.student_user_id === null ? null : (names.get(step.student_user_id) ?? null),
  }));
}

/** Of a row that is gone, one of its events says whose it was. */
function studentIn(values: Record<string, unknown> | null): number | null {
  const id = values?.student_user_id;
  return typeof id === "number" ? id : null;
}

/** What has to happen before a student gets a seat, as sentences; null where they never stood in the queue. @param zone in which times are told */
export async function seatOutlook(
  context: Context,
  { session, student }: { session: number; student: number },
  zone: string,
): Promise<string[] | null> {
  const entry = await findEntry(context.database, context.trx, session, student);
  return entry === null ? null : (await explainEntry(context, entry.id, zone)).outlook;
}
