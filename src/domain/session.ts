/** Seats of a live class session, and what its status lets happen (SPEC 2, 3). */

import { MOST_SEATS } from "./booking.ts";
import type { Instant } from "./instant.ts";
import { isZone } from "./zone.ts";

export const SESSION_STATUSES = [
  "draft",
  "scheduled",
  "live",
  "completed",
  "cancelled",
  "booking_closed",
] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/**
 * Where a session can go from each status (SPEC 2). Scheduled and booking_closed change into each other; what is
 * completed or cancelled stays so.
 */
export const SESSION_STEPS: Record<SessionStatus, readonly SessionStatus[]> = {
  draft: ["scheduled", "cancelled"],
  scheduled: ["booking_closed", "live", "completed", "cancelled"],
  booking_closed: ["scheduled", "live", "completed", "cancelled"],
  live: ["completed", "cancelled"],
  completed: [],
  cancelled: [],
};

/** @param from as stored: a word that the model does not know leads nowhere */
export function isSessionStepAllowed(from: string, to: SessionStatus): boolean {
  return (SESSION_STEPS[from as SessionStatus] ?? []).includes(to);
}

/** Completed or cancelled: only its texts may still be corrected. */
export function isOver(status: string): boolean {
  return (SESSION_STEPS[status as SessionStatus] ?? []).length === 0;
}

export const MEETING_PROVIDERS = ["zoom", "google_meet", "microsoft_teams", "custom"] as const;

/** Sessions that take their teacher's time. */
export const BUSY_SESSION_STATUSES = ["scheduled", "live", "booking_closed"] as const;

export function takesTime(status: string): boolean {
  return (BUSY_SESSION_STATUSES as readonly string[]).includes(status);
}

/** A class longer than this is a mistyped number; what overlaps a time is looked for that far back. */
export const LONGEST_MINUTES = 7 * 24 * 60;

/** What is wrong with a length, as a sentence; null where nothing is. A session ends after it starts. */
export function lengthProblem(minutes: number): string | null {
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST_MINUTES) return null;
  return `a session of ${minutes} minutes: it lasts from 1 minute to ${LONGEST_MINUTES} (7 days)`;
}

/** What starts later may end, somewhere on earth, after the last instant there is; what starts earlier is a mistyped year. */
const [FIRST_DATE, LAST_DATE] = ["1970-01-01", "9999-12-22"];

/** What is wrong with the start of a class or a slot, as a sentence; null where nothing is. */
export function startProblem(start: Instant): string | null {
  const date = start.slice(0, 10);
  if (date >= FIRST_DATE && date <= LAST_DATE) return null;
  return `a start on ${date}: it lies between ${FIRST_DATE} and ${LAST_DATE}`;
}

/** The zone in which a session was planned; UTC where none was kept, or none that exists. */
export function zoneOfSession({ timezone_snapshot: zone }: { timezone_snapshot: string | null }): string {
  return zone !== null && isZone(zone) ? zone : "UTC";
}

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
 *
 * @param open seats that stand open to whoever asks; 0 for who holds an offer, whom a closed session still takes
 */
export function isOpen(
  session: Pick<SessionFacts, "status" | "start_at_utc">,
  open: number,
  now: Instant,
): boolean {
  if (session.start_at_utc <= now) return false;
  return session.status === "scheduled" || (session.status === "booking_closed" && open <= 0);
}

/** A session's seats, whichever of its columns says them; 10 where none does (LEGACY 2.1). */
export function seatsOf(session: {
  capacity: number | null;
  total_seats: number | null;
  max_attendees: number | null;
}): number {
  return session.capacity ?? session.total_seats ?? session.max_attendees ?? 10;
}

/** {@link seatsOf} of columns that may hold anything: the first that is a number of seats, 10 where all are empty; null where none can be. */
export function soundSeatsOf(columns: readonly unknown[]): number | null {
  const written = columns.filter((value) => value !== null && value !== undefined);
  if (written.length === 0) return seatsOf({ capacity: null, total_seats: null, max_attendees: null });
  const sound = written.find((value) => Number.isInteger(value) && isSeats(value as number));
  return (sound as number | undefined) ?? null;
}

function isSeats(value: number): boolean {
  return value >= 0 && value <= MOST_SEATS;
}
