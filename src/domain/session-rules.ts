/** What the rules say of a session that is planned, changed or ended (SPEC 3). Pure: facts in, verdicts out. */
import type { TimeSpan } from "./booking-rules.ts";
import type { Instant } from "./instant.ts";
import type { Verdict } from "./rules.ts";
import { type SeatCount, seatArithmetic } from "./session.ts";
import { localSpan, localTime, plural, spokenDistance } from "./spoken.ts";

/** Something that a student of the session has at the session's new time. */
export interface Clash extends TimeSpan {
  student: string;
  booking_id: number;
}

/** @param clashes other pending and confirmed bookings of the session's students in its new time */
export function studentsOverlap(clashes: readonly Clash[], zone: string): Verdict {
  const told = clashes.map(
    ({ student, booking_id, start_at_utc, end_at_utc }) =>
      `${student} has booking ${booking_id} ${localSpan(start_at_utc, end_at_utc, zone)}`,
  );
  return {
    rule: "student-overlap",
    holds: clashes.length === 0,
    why: clashes.length === 0 ? "none of its students has anything else then" : told.join(", "),
  };
}

/** @param missing usernames of the session's students who have no active enrollment in its new course */
export function studentsEnrolled(missing: readonly string[], course: string): Verdict {
  return {
    rule: "enrollment",
    holds: missing.length === 0,
    why:
      missing.length === 0
        ? `its students are active in ${course}`
        : `not active in ${course}: ${missing.join(", ")}`,
  };
}

/** Seats that somebody holds are not taken away: a session may be made larger, or smaller down to them. */
export function capacityFor(seats: SeatCount, wanted: number): Verdict {
  const booked = seats.taken + seats.pending + seats.offers;
  return {
    rule: "capacity",
    holds: wanted >= seats.capacity || wanted >= booked,
    why: `${seatArithmetic({ ...seats, capacity: wanted })}; ${plural(booked, "seat is", "seats are")} held`,
  };
}

/** A session is completed when it is over. */
export function overTime(end: Instant, now: Instant, zone: string): Verdict {
  return {
    rule: "attendance-time",
    holds: now >= end,
    why: `it is completed from its end on, ${localTime(end, zone)} (${spokenDistance(now, end)})`,
  };
}
