/** Requests that wait for a decision: approve and decline (SPEC 3). */
import type { BookingRow } from "../db/booking.ts";
import { listStudentBusy, listTeacherBusy } from "../db/booking-busy.ts";
import { findStudent } from "../db/booking-people.ts";
import { findSession } from "../db/seats.ts";
import { actorUserId } from "../domain/actor.ts";
import type { BookingStatus } from "../domain/booking.ts";
import {
  type BusyTime,
  capacity,
  stillToCome,
  studentOverlap,
  teacherOverlap,
} from "../domain/booking-rules.ts";
import type { RuleCode, Verdict } from "../domain/rules.ts";
import { holdOneTimeSlot } from "./booking.ts";
import {
  type LockedBooking,
  loadForChange,
  requireRules,
  requireStep,
  take,
  tell,
  withNote,
} from "./booking-change.ts";
import type { Context } from "./context.ts";
import { loadSeating } from "./seating.ts";
import { passSeatsOn } from "./waitlist.ts";

/** pending → confirmed; capacity, overlaps and the time are looked at again (SPEC 3). */
export async function approveBooking(
  context: Context,
  { id, overrides = new Set() }: { id: number; overrides?: ReadonlySet<RuleCode> },
): Promise<BookingRow> {
  const { now, actor } = context;
  const loaded = await loadForChange(context, id);
  requireStep(context, loaded, "approve", ["staff", "teacher"]);
  const { booking } = loaded;
  const rules = requireRules(
    context,
    `approving booking ${id}`,
    await approvalVerdicts(context, loaded),
    overrides,
  );
  const after = await take(
    context,
    "approve",
    booking,
    { decision_at: now, decided_by_id: actorUserId(actor) },
    { rules },
  );
  if (booking.session_id === null) await holdOneTimeSlot(context, booking, false);
  await tell(context, "booking_confirmed", loaded, after, null);
  return after;
}

/** What approving asks: other requests for the same time do not stand in the way, what is confirmed does. */
export async function approvalVerdicts(
  context: Context,
  { booking, teacher }: LockedBooking,
): Promise<Verdict[]> {
  const { database, trx, now, locks } = context;
  const zone = teacher.timezone;
  const around = { from: booking.start_at_utc, until: booking.end_at_utc };
  const student = await findStudent(database, trx, booking.student_user_id, locks);
  const taken = (time: BusyTime & { status?: BookingStatus }) =>
    time.kind === "session" || (time.id !== booking.id && time.status === "confirmed");
  const session =
    booking.session_id === null ? null : await findSession(database, trx, booking.session_id, locks);
  const verdicts: Verdict[] = [
    stillToCome(booking.start_at_utc, session, now, zone),
    studentOverlap(
      student?.username ?? `user ${booking.student_user_id}`,
      booking,
      (await listStudentBusy(database, trx, booking.student_user_id, around)).filter(taken),
      zone,
    ),
  ];
  if (booking.session_id === null) {
    const busy = (await listTeacherBusy(database, trx, booking.teacher_id, around)).filter(taken);
    verdicts.push(teacherOverlap(teacher.name, booking, busy, zone));
  }
  if (session !== null) {
    const { seats } = await loadSeating(context, session);
    // Other requests hold no seat against this one.
    verdicts.push(capacity({ ...seats, pending: 0 }, booking.seats_reserved, 0));
  }
  return verdicts;
}

/** pending → declined. @param reason told to the student */
export async function declineBooking(
  context: Context,
  { id, reason = null }: { id: number; reason?: string | null },
): Promise<BookingRow> {
  const { now, actor } = context;
  const loaded = await loadForChange(context, id);
  requireStep(context, loaded, "decline", ["staff", "teacher"]);
  const { booking } = loaded;
  const after = await take(
    context,
    "decline",
    booking,
    {
      decision_at: now,
      decided_by_id: actorUserId(actor),
      teacher_note: withNote(booking.teacher_note, reason),
    },
    { reason },
  );
  await tell(context, "booking_declined", loaded, after, reason);
  if (booking.session_id !== null) await passSeatsOn(context, booking.session_id, booking.seats_reserved);
  return after;
}
