/**
 * What must hold of rows, as pure predicates (SPEC 6): `verify` asks the same in SQL (db/checks), and a property test holds
 * the two against each other. Those that the operations need, too, stand with their nouns: waitlist, booking-rules, series.
 */
import { type BookingStatus, BUSY_STATUSES, hasEnded } from "./booking.ts";
import { overlaps, type TimeSpan } from "./booking-rules.ts";
import type { Instant } from "./instant.ts";
import { openSeats, type SeatCount, takesTime } from "./session.ts";

export function endsBeforeStart({ start_at_utc, end_at_utc }: TimeSpan): boolean {
  return end_at_utc <= start_at_utc;
}

/** A group booking without a session, or a lesson with one. */
export function isMisplaced(booking: { booking_type: string; session_id: number | null }): boolean {
  return booking.booking_type === "group_session"
    ? booking.session_id === null
    : booking.booking_type === "one_on_one" && booking.session_id !== null;
}

interface Place extends TimeSpan {
  teacher_id: number;
  course_id: number;
}

/** A booking that stands and is elsewhere than its session; one that ended says what it was for. */
export function differsFromSession(booking: Place & { status: BookingStatus }, session: Place): boolean {
  if (hasEnded(booking.status)) return false;
  return (["teacher_id", "course_id", "start_at_utc", "end_at_utc"] as const).some(
    (column) => booking[column] !== session[column],
  );
}

/** More seats taken than there are. */
export function isOverbooked({ capacity, taken }: Pick<SeatCount, "capacity" | "taken">): boolean {
  return taken > capacity;
}

/** Not overbooked, and some of the requests cannot be approved. */
export function hasHopelessRequests(seats: Omit<SeatCount, "offers">): boolean {
  return seats.pending > 0 && !isOverbooked(seats) && seats.taken + seats.pending > seats.capacity;
}

/** Offers that lead to no seat. */
export function hasHollowOffers(seats: SeatCount): boolean {
  return seats.offers > 0 && openSeats(seats) < 0;
}

interface Occupied extends TimeSpan {
  /** A session stands before a lesson that begins with it. */
  thing: "session" | "booking";
  id: number;
  status: string;
}

/** Of what takes one person's time from now on, all that overlap something before them. Rows without length take none. */
export function clashesIn<T extends Occupied>(times: readonly T[], now: Instant): T[] {
  const busy = times.filter(
    (time) =>
      time.end_at_utc > now &&
      !endsBeforeStart(time) &&
      (time.thing === "session"
        ? takesTime(time.status)
        : (BUSY_STATUSES as readonly string[]).includes(time.status)),
  );
  const isEarlier = (a: T, b: T) => {
    if (a.start_at_utc !== b.start_at_utc) return a.start_at_utc < b.start_at_utc;
    return a.thing === b.thing ? a.id < b.id : a.thing === "session";
  };
  return busy.filter((time) => busy.some((other) => isEarlier(other, time) && overlaps(other, time)));
}

/** The column that a status needs, and the row lacks; null where none. */
export function lackingTime(row: {
  status: string;
  cancelled_at?: Instant | null;
  decision_at?: Instant | null;
  accepted_at?: Instant | null;
  expired_at?: Instant | null;
}): string | null {
  const column = (
    {
      cancelled: "cancelled_at",
      declined: "decision_at",
      accepted: "accepted_at",
      expired: "expired_at",
    } as const
  )[row.status as "cancelled"];
  return column !== undefined && row[column] === null ? column : null;
}

/** Whether occurrences are numbered 1, 2, 3 … */
export function hasGaps(indices: readonly number[]): boolean {
  return indices.toSorted((a, b) => a - b).some((index, at) => index !== at + 1);
}

/** The offer says a later end than the one that counts (SPEC 4). */
export function outlasts(
  offer: { status: string; offer_expires_at: Instant | null },
  start: Instant,
): boolean {
  return offer.status === "offered" && offer.offer_expires_at !== null && offer.offer_expires_at > start;
}
