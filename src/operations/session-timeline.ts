/** Everything that happened to a session, and why somebody has no seat in it. Looks, writes nothing. */
import { viewSession } from "../db/session-list.ts";
import {
  findMovedTo,
  listBookingTraces,
  listEntryTraces,
  listSessionEvents,
  listUsernames,
} from "../db/session-timeline.ts";
import { findEntry } from "../db/waitlist.ts";
import { type Instant, parseInstant } from "../domain/instant.ts";
import { seatsOf } from "../domain/session.ts";
import { type Step, stepsAround, timelineOf } from "../domain/timeline.ts";
import {
  bookingAnswer,
  endAnswer,
  entryAnswer,
  isStanding,
  lastBooking,
  lastEntry,
} from "../domain/timeline-answer.ts";
import { numberOf, type Recorded } from "../domain/timeline-traces.ts";
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
    (await viewSession(context.database, id, context, trx)) ??
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
    teacher_id: numberOf(teacher_id),
    capacity: seatsOf({
      capacity: numberOf(capacity),
      total_seats: numberOf(total_seats),
      max_attendees: numberOf(max_attendees),
    }),
    start_at_utc: typeof start_at_utc === "string" ? parseInstant(start_at_utc) : null,
  };
}

/**
 * Why a student has no seat, or that they have one, as sentences.
 *
 * @param steps of the session's timeline: at least all of the student's own
 * @param zone in which times are told
 */
export async function seatAnswer(
  context: Context,
  {
    session,
    student,
    steps,
  }: { session: number; student: { id: number; username: string }; steps: readonly Step[] },
  zone: string,
): Promise<string[]> {
  const { trx, database, now } = context;
  const { id, username } = student;
  const booking = lastBooking(steps, id);
  const said: string[] = [];
  if (booking !== null) {
    const moved = booking.status === "rescheduled" ? await findMovedTo(trx, booking.id) : null;
    said.push(bookingAnswer(username, booking, moved, zone));
    if (isStanding(booking)) return said;
  }
  const entry = await findEntry(database, trx, session, id);
  // Whoever took the seat had the booking, which ended since.
  if (entry !== null && (entry.status !== "accepted" || booking === null))
    return [...said, ...(await explainEntry(context, entry.id, zone)).outlook];
  const place = lastEntry(steps, id);
  const left = place === null ? null : entryAnswer(username, place, zone);
  if (left !== null) said.push(left);
  if (said.length === 0)
    said.push(`${username} never had a booking or a place here: a request that was refused leaves nothing.`);
  const end = endAnswer(await viewSession(database, session, context, trx), now);
  return end === null ? said : [...said, end];
}
