/** The bookable school with the operations at hand, for tests that tell a story. */
import type { Actor } from "../../src/domain/actor.ts";
import { approveBooking, declineBooking } from "../../src/operations/approval.ts";
import { type Booked, type BookingRequest, createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type NewPlace, rescheduleBooking } from "../../src/operations/reschedule.ts";
import { type Bookable, SESSIONS, STUDENTS } from "./bookable.ts";
import { type Contents, contents, type Row, type StudentName } from "./bookings.ts";

export interface When {
  actor?: Actor;
  now?: string;
}

export function schoolDay(school: Bookable) {
  const all = (): Promise<Contents> => contents(school.database.db);
  return {
    book: (asked: BookingRequest, when?: When): Promise<Booked> =>
      school.run((c) => createBooking(c, asked), when),
    cancel: (id: number, when?: When) => school.run((c) => cancelBooking(c, { id }), when),
    approve: (id: number, when?: When) => school.run((c) => approveBooking(c, { id }), when),
    decline: (id: number, when?: When) => school.run((c) => declineBooking(c, { id }), when),
    move: (id: number, to: NewPlace, when?: When) =>
      school.run((c) => rescheduleBooking(c, { id, to }), when),
    all,
    session: async (name: keyof typeof SESSIONS): Promise<Row> =>
      (await all()).live_class_session.find(({ id }) => id === SESSIONS[name])!,
    /** The students of a queue's entries, by status. */
    queue: async (status: string): Promise<string[]> =>
      (await all()).session_waitlist
        .filter((row) => row.status === status)
        .toSorted((a, b) => (a.created_at === b.created_at ? 0 : a.created_at! < b.created_at! ? -1 : 1))
        .map((row) => nameOf(row.student_user_id)),
    /** What the record says of one thing, oldest first. */
    told: async (subject: string, id: number): Promise<Row[]> =>
      (await all()).booking_event.filter((row) => row.subject === subject && row.subject_id === id),
  };
}

function nameOf(id: unknown): StudentName {
  return (Object.keys(STUDENTS) as StudentName[]).find((name) => STUDENTS[name] === id)!;
}
