/** Seats of a live class session, and what its status lets happen (SPEC 2, 3). */
import type { Instant } from "./instant.ts";

export const SESSION_STATUSES = [
  "draft",
  "scheduled",
  "live",
  "completed",
  "cancelled",
  "booking_closed",
] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export const MEETING_PROVIDERS = ["zoom", "google_meet", "microsoft_teams", "custom"] as const;

/** Sessions that take their teacher's time. */
export const BUSY_SESSION_STATUSES = ["scheduled", "live", "booking_closed"] as const;

/** A class longer than this is a mistyped number; what overlaps a time is looked for that far back. */
export const LONGEST_MINUTES = 7 * 24 * 60;

/** Seats of a session by what holds them. */
export interface SeatCount {
  capacity: number;
  /** Σ seats_reserved of confirmed and attended bookings. */
  taken: number;
  /** Σ seats_reserved of pending bookings. */
  pending: number;
  /** Waitlist offers that have not run out: a seat each. */
  offers: number;
}

/** Seats that nobody holds; negative where a session is overbooked. */
export function openSeats({ capacity, taken, pending, offers }: SeatCount): number {
  return capacity - taken - pending - offers;
}

/** `0 open = 10 seats − 8 taken − 1 pending − 1 offer` */
export function seatArithmetic(seats: SeatCount): string {
  const parts = [`${seats.capacity} ${seats.capacity === 1 ? "seat" : "seats"}`, `${seats.taken} taken`];
  if (seats.pending > 0) parts.push(`${seats.pending} pending`);
  if (seats.offers > 0) parts.push(`${seats.offers} ${seats.offers === 1 ? "offer" : "offers"}`);
  return `${openSeats(seats)} open = ${parts.join(" − ")}`;
}

/** A session as the rules see it. */
export interface SessionFacts {
  id: number;
  title: string;
  course_id: number;
  teacher_id: number;
  status: SessionStatus;
  start_at_utc: Instant;
  end_at_utc: Instant;
  enable_waitlist: boolean;
  capacity: number;
}

/**
 * Whether bookings may come in: scheduled and not begun. A session that closed itself because it is full counts as
 * open, so that the refusal names the seats; one that was closed by hand does not.
 */
export function isOpen(
  session: Pick<SessionFacts, "status" | "start_at_utc">,
  open: number,
  now: Instant,
): boolean {
  if (session.start_at_utc <= now) return false;
  return session.status === "scheduled" || (session.status === "booking_closed" && open <= 0);
}
