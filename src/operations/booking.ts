/** Booking: the one road of `booking create`, of a batch, a series and a test (SPEC 3). */

import { findOneTimeSlots, setSlotActive } from "../db/availability.ts";
import { type BookingRow, FRESH, insertBooking, reviveBooking } from "../db/booking.ts";
import { listTeacherBusy } from "../db/booking-busy.ts";
import { isUniqueViolation } from "../db/error.ts";
import { refused } from "../domain/error.ts";
import { overridden, type RuleOutcome } from "../domain/rules.ts";
import { assessSeat, type SeatRequest } from "./booking-group.ts";
import { assessLesson, type LessonRequest } from "./booking-lesson.ts";
import type { Assessment } from "./booking-request.ts";
import { type Context, notify, record } from "./context.ts";
import { refusalOf } from "./refusal.ts";
import { closeIfFull, enqueue, passSeatsOn, recordPassedOver, settleEntry } from "./waitlist.ts";

export type BookingRequest = SeatRequest | LessonRequest;

/** What came of a request. */
export interface Booked {
  outcome: "confirmed" | "pending" | "waitlisted";
  rules: RuleOutcome[];
  /** Null where the student waits. */
  booking: BookingRow | null;
  /** Where the student waits: the entry, and its place from 1. */
  waitlist: { id: number; position: number } | null;
}

/** Judges a request and writes nothing. @throws ClassbookError as assessSeat and assessLesson */
export async function assessRequest(context: Context, asked: BookingRequest): Promise<Assessment> {
  return "session_id" in asked ? assessSeat(context, asked) : assessLesson(context, asked);
}

/**
 * Books, or puts the student on the waitlist of a full session.
 *
 * @throws ClassbookError refused, named by the first rule that failed; nothing was changed
 */
export async function createBooking(context: Context, asked: BookingRequest): Promise<Booked> {
  const assessment = await assessRequest(context, asked);
  const { rules, outcome } = assessment;
  switch (outcome) {
    case "refused":
      throw refusalOf("the booking", rules);
    case "waitlisted":
      return { outcome, rules, booking: null, waitlist: await joinQueue(context, assessment) };
    case "confirmed":
    case "pending":
      return { outcome, rules, booking: await saveBooking(context, assessment, null), waitlist: null };
    default:
      return outcome satisfies never;
  }
}

/**
 * Puts the student of a request that came to `waitlisted` at the end of the queue.
 *
 * @returns the entry's id, and its place from 1
 */
export async function joinQueue(
  context: Context,
  { session, student, entry, rules }: Assessment,
): Promise<{ id: number; position: number }> {
  // An offer of theirs that ran out ends before they join again: its seat is the next one's.
  const ranOut = entry?.status === "offered";
  if (ranOut) await passSeatsOn(context, session!.id, 0);
  return enqueue(context, {
    session: session!.id,
    student: student.id,
    again: ranOut ? { ...entry, status: "expired" } : entry,
    rules,
  });
}

/** @param moved the booking that this one takes the place of, for the record */
export async function saveBooking(
  context: Context,
  assessment: Assessment,
  moved: BookingRow | null,
): Promise<BookingRow> {
  const { database, trx } = context;
  const { draft, revived, student, teacher, course, session, entry } = assessment;
  let id: number;
  try {
    if (revived === null) id = await insertBooking(database, trx, draft);
    else {
      const { created_at: _kept, ...rest } = draft;
      id = revived.id;
      await reviveBooking(database, trx, { ...rest, id });
    }
  } catch (error) {
    // The app wrote the same booking between the look and the write: no lock of ours holds it.
    if (!isUniqueViolation(error)) throw error;
    throw refused(
      "duplicate",
      "the same booking was made in this moment (duplicate)",
      "look at it: classbook booking list",
    );
  }
  await record(context, {
    what: revived === null ? "created" : "rebooked",
    subject: "live_class_booking",
    subject_id: id,
    from: revived === null ? null : { ...revived },
    to: {
      status: draft.status,
      student_user_id: student.id,
      session_id: draft.session_id,
      teacher_id: draft.teacher_id,
      start_at_utc: draft.start_at_utc,
      seats_reserved: draft.seats_reserved,
      ...(moved === null ? {} : { moved_from: moved.id }),
    },
    overridden: overridden(assessment.rules),
  });
  if (entry !== null && session !== null) await settleEntry(context, entry, session, id);
  await recordPassedOver(context, assessment.passedOver);
  await notify(context, [student.id, teacher.user_id], {
    kind:
      draft.status === "pending"
        ? "booking_requested"
        : moved === null
          ? "booking_confirmed"
          : "booking_rescheduled",
    payload: {
      booking_id: id,
      course: course.title,
      student: student.username,
      teacher: teacher.name,
      start_at_utc: draft.start_at_utc,
      end_at_utc: draft.end_at_utc,
    },
  });
  if (session !== null) await closeIfFull(context, session, assessment.open - draft.seats_reserved);
  else if (draft.status === "confirmed") await holdOneTimeSlot(context, draft, false);
  return { ...draft, ...FRESH, id, created_at: revived?.created_at ?? draft.created_at };
}

/** A confirmed lesson takes its one-time slot out of the offer; one that ends puts it back (SPEC 3). */
export async function holdOneTimeSlot(
  context: Context,
  lesson: Pick<BookingRow, "teacher_id" | "start_at_utc" | "end_at_utc">,
  active: boolean,
): Promise<void> {
  const { database, trx } = context;
  if (active && (await isHeld(context, lesson))) return;
  for (const slot of await findOneTimeSlots(database, trx, lesson.teacher_id, lesson.start_at_utc)) {
    const same = slot.when?.slot_type === "one_time" && slot.when.end_at_utc === lesson.end_at_utc;
    if (!same || slot.is_active === active) continue;
    await setSlotActive(database, trx, slot.id, active);
    await record(context, {
      what: active ? "reactivated" : "deactivated",
      subject: "teacher_availability",
      subject_id: slot.id,
      from: { is_active: slot.is_active },
      to: { is_active: active },
      reason: active ? "its lesson does not take place" : "its lesson is confirmed",
    });
  }
}

/** Whether another confirmed lesson takes place then: staff may have set teacher-overlap aside. */
async function isHeld(
  { database, trx }: Context,
  { teacher_id, start_at_utc, end_at_utc }: Pick<BookingRow, "teacher_id" | "start_at_utc" | "end_at_utc">,
): Promise<boolean> {
  const busy = await listTeacherBusy(database, trx, teacher_id, { from: start_at_utc, until: end_at_utc });
  return busy.some((time) => time.status === "confirmed" && time.start_at_utc === start_at_utc);
}
