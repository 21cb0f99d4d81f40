/** A seat in a session: what the rules say, and what would come of it (SPEC 3). */
import { type BookingRow, findInSession, type NewBooking } from "../db/booking.ts";
import { listStudentBusy } from "../db/booking-busy.ts";
import { findEnrollment } from "../db/booking-people.ts";
import { findSession } from "../db/seats.ts";
import { findEntry } from "../db/waitlist.ts";
import { hasEnded } from "../domain/booking.ts";
import {
  capacity,
  courseType,
  duplicate,
  enrollment,
  minNotice,
  queueOrder,
  sessionOpen,
  studentOverlap,
  waitsAlready,
} from "../domain/booking-rules.ts";
import { notFound, refused } from "../domain/error.ts";
import { failures, type Verdict, withOverrides } from "../domain/rules.ts";
import { openSeats, type SeatCount } from "../domain/session.ts";
import { queueOf, wentFirst } from "../domain/waitlist.ts";
import {
  type Assessment,
  loadPeople,
  permission,
  type RequestTerms,
  requireOverrides,
} from "./booking-request.ts";
import type { Context } from "./context.ts";
import { findPolicyInForce } from "./policy-in-force.ts";
import { loadSeating } from "./seating.ts";

export interface SeatRequest extends RequestTerms {
  session_id: number;
}

/** A booking that moves to another time of the same session gives its own seats back. */
function withoutMoved(seats: SeatCount, session: number, moved: BookingRow | null): SeatCount {
  if (moved?.session_id !== session) return seats;
  return moved.status === "pending"
    ? { ...seats, pending: seats.pending - moved.seats_reserved }
    : { ...seats, taken: seats.taken - moved.seats_reserved };
}

/** @throws ClassbookError not_found; refused `session-incomplete`: a session without course, teacher or time cannot be booked */
export async function assessSeat(context: Context, asked: SeatRequest): Promise<Assessment> {
  const { database, trx, now, actor, locks } = context;
  requireOverrides(actor, asked.overrides);
  const session = await findSession(database, trx, asked.session_id, locks);
  if (session === null)
    throw notFound(
      "no_such_session",
      `there is no session ${asked.session_id}`,
      "`classbook session list` lists them",
    );
  const { course_id, teacher_id, start_at_utc, end_at_utc } = session;
  if (course_id === null || teacher_id === null || start_at_utc === null || end_at_utc === null) {
    const missing = Object.entries({
      course: course_id,
      teacher: teacher_id,
      time: start_at_utc && end_at_utc,
    })
      .filter(([, value]) => value === null)
      .map(([name]) => name);
    throw refused(
      "session-incomplete",
      `session ${session.id} has no ${missing.join(" and no ")}`,
      `give it one: classbook session update ${session.id} --${missing[0] === "time" ? "start" : missing[0]} …`,
    );
  }
  const times = { start_at_utc, end_at_utc };
  const { student, teacher, course } = await loadPeople(context, {
    student: asked.student_user_id,
    teacher: teacher_id,
    course: course_id,
  });
  const zone = teacher.timezone;
  const policy = await findPolicyInForce(context, teacher, course);

  const seating = await loadSeating(context, session);
  const { entries, live, bars } = seating;
  const seats = withoutMoved(seating.seats, session.id, asked.moved);
  const entry = await findEntry(database, trx, session.id, student.id);
  const offersBefore = live.findIndex(({ id }) => id === entry?.id);
  const holdsOffer = offersBefore >= 0;
  const queue = queueOf(entries);
  // Where no seat is open nobody's turn has come.
  const eligible =
    openSeats(seats) > 0 ? queue.filter(({ student_user_id }) => !bars.has(student_user_id)) : [];
  const turn = eligible.findIndex(({ student_user_id }) => student_user_id === student.id);
  const place = queue.findIndex(({ id }) => id === entry?.id) + 1;
  // An offer is one seat: what is asked beyond it waits for its turn like everybody.
  const ahead = holdsOffer && asked.seats === 1 ? 0 : turn < 0 ? eligible.length : turn;
  // The seat of the student's own offer is theirs, also where hands made more offers than there are seats.
  const others = holdsOffer ? { ...seats, offers: seats.offers - 1 } : seats;
  const theirs = holdsOffer && asked.seats === 1 ? { ...seats, offers: offersBefore } : others;
  // Staff may take a student who waits before their turn; whoever never joined the queue has none.
  const outOfTurn = asked.overrides.has("queue-order") && (place > 0 || holdsOffer);
  const before = outOfTurn ? 0 : ahead;

  const rows = await findInSession(database, trx, student.id, session.id);
  const active = rows.find(({ id, status }) => !hasEnded(status) && id !== asked.moved?.id);
  const sameKey = rows.find((row) => row.start_at_utc === start_at_utc);
  const around = { from: start_at_utc, until: end_at_utc };
  const busy = (await listStudentBusy(database, trx, student.id, around)).filter(
    ({ id }) => id !== asked.moved?.id && id !== active?.id,
  );

  // Somebody who waits asks again: only a seat is an answer.
  const waits = place > 0 && openSeats(theirs) - before < asked.seats;

  const verdicts: Verdict[] = [
    permission(actor, { teacher_id, student_user_id: student.id }, `book for ${student.username}`),
    enrollment(student.username, course.title, await findEnrollment(database, trx, student.id, course_id)),
    courseType(course.title, course.booking_type, "group_session"),
    // Whoever holds an offer has a seat, also where booking is closed to others.
    sessionOpen({ ...session, start_at_utc }, holdsOffer ? 0 : openSeats(seating.seats), now, zone),
    capacity(theirs, asked.seats, before),
    ...(outOfTurn ? [queueOrder(student.username, ahead)] : []),
    waits ? waitsAlready(student.username, place) : duplicate(active ?? sameKey ?? null),
    studentOverlap(student.username, times, busy, zone),
    minNotice(start_at_utc, policy.min_notice_hours, now, zone),
  ];
  // An offer of theirs that ran out ends as they join again: its seat is offered to who waits already.
  const passedOn = entry?.status === "offered" ? Math.max(0, Math.min(eligible.length, openSeats(seats))) : 0;
  const rules = withOverrides(verdicts, asked.overrides);
  const failed = failures(rules).map(({ rule }) => rule);
  const canWait =
    session.enable_waitlist &&
    asked.seats === 1 &&
    !holdsOffer &&
    failed.every((rule) => rule === "capacity");
  const outcome =
    failed.length === 0
      ? policy.requires_approval_for_group
        ? "pending"
        : "confirmed"
      : canWait
        ? "waitlisted"
        : "refused";
  const draft: NewBooking = {
    booking_type: "group_session",
    course_id,
    teacher_id,
    student_user_id: student.id,
    ...times,
    status: outcome === "pending" ? "pending" : "confirmed",
    student_note: asked.note,
    teacher_note: "",
    session_id: session.id,
    seats_reserved: asked.seats,
    created_at: now,
    updated_at: now,
  };
  return {
    rules,
    outcome,
    position: outcome === "waitlisted" ? queue.length + 1 - passedOn : null,
    draft,
    revived: sameKey !== undefined && hasEnded(sameKey.status) ? sameKey : null,
    student,
    teacher,
    course,
    session,
    open: openSeats(others),
    entry,
    passedOver: queue.slice(0, Math.max(0, place - 1)).flatMap((passed) => {
      const reason = bars.get(passed.student_user_id) ?? (outOfTurn ? wentFirst(entry!) : null);
      return reason === null ? [] : [{ entry: passed, reason }];
    }),
  };
}
