/** Everything that happened to a session, and why somebody has no seat in it. Looks, writes nothing. */
import { viewSession } from "../db/session-list.ts";
import {
  listBookingTraces,
  listEntryTraces,
  listSessionEvents,
  listUsernames,
} from "../db/session-timeline.ts";
import { findEntry } from "../db/waitlist.ts";
import { type Instant, parseInstant } from "../domain/instant.ts";
import { seatsOf } from "../domain/session.ts";
import { type Step, stepsAround, timelineOf } from "../domain/timeline.ts";
import type { Recorded } from "../domain/timeline-traces.ts";
import type { Context } from "./context.ts";
import { requireOwner } from "./permission.ts";
import { getSession } from "./session-details.ts";
import { explainEntry } from "./waitlist-view.ts";

/** A step with the name of the student whom it is about; null for the session's own, or where the account is gone. */
export type TimelineStep = Step & { student: string | null };

/**
 * For staff, and the session's teacher. Of a session that was deleted, too.
 *
 * @param student what concerns this student; null = everybody
 * @throws ClassbookError not_found `no_such_session`; refused `permission`
 */
export async function sessionTimeline(
  context: Context,
  { session: id, student }: { session: number; student: number | null },
): Promise<TimelineStep[]> {
  const { trx } = context;
  const recorded = await listSessionEvents(trx, id);
  const session =
    (await viewSession(context.database, id, context)) ??
    deletedIn(recorded) ??
    (await getSession(context, id));
  requireOwner(context, session.teacher_id, `see what happened to session ${id}`);
  const [bookings, entries] = [await listBookingTraces(trx, id), await listEntryTraces(trx, id)];
  const { capacity, start_at_utc } = session;
  const usernames = await listUsernames(trx, [
    ...new Set(namesIn([...bookings, ...recorded.map(({ from_value }) => from_value)])),
  ]);
  const steps = timelineOf(
    { session: { id, capacity, start_at_utc }, events: recorded, bookings, entries, usernames },
    context.offerHours,
  );
  const ids = new Set(steps.flatMap(({ student_user_id }) => student_user_id ?? []));
  const names = await listUsernames(trx, [...ids]);
  return (student === null ? steps : stepsAround(steps, student)).map((step) => ({
    ...step,
    student: step.student_user_id === null ? null : (names.get(step.student_user_id) ?? null),
  }));
}

/** Who decided and cancelled, by what rows and events say. */
function namesIn(
  values: readonly ({ decided_by_id?: unknown; cancelled_by_id?: unknown } | null)[],
): number[] {
  return values
    .flatMap((one) => [one?.decided_by_id, one?.cancelled_by_id])
    .filter((id) => typeof id === "number");
}

/** A session that is gone, as the event of its deletion keeps it; null where none tells of that. */
function deletedIn(
  events: readonly Recorded[],
): { teacher_id: number | null; capacity: number; start_at_utc: Instant | null } | null {
  const last = events.findLast(({ subject }) => subject === "live_class_session");
  if (last?.what !== "deleted" || last.from_value === null) return null;
  const { teacher_id, capacity, total_seats, max_attendees, start_at_utc } = last.from_value;
  return {
    teacher_id: typeof teacher_id === "number" ? teacher_id : null,
    capacity: seatsOf({
      capacity: numberOf(capacity),
      total_seats: numberOf(total_seats),
      max_attendees: numberOf(max_attendees),
    }),
    start_at_utc: typeof start_at_utc === "string" ? parseInstant(start_at_utc) : null,
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
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
