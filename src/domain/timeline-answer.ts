/** Why somebody has no seat in a session, or that they have one, in words. Pure. */
import { BOOKED_STATUSES } from "./booking.ts";
import type { Instant } from "./instant.ts";
import { localTime } from "./spoken.ts";
import { UNKNOWN_TIME } from "./timeline-life.ts";
import { GONE, type Happening } from "./timeline-traces.ts";
import { endOfQueue } from "./waitlist.ts";

/** What became of the last thing that somebody had in a session. */
export interface LastOf {
  id: number;
  /** `deleted` and `set_aside` as well. */
  status: string;
  step: Happening;
}

/** The student's booking that stands; where none does, the one that ended last. Null where there was none. */
export function lastBooking(steps: readonly Happening[], student: number): LastOf | null {
  const bookings = statesOf(steps, "live_class_booking", student);
  return bookings.findLast(isStanding) ?? bookings.at(-1) ?? null;
}

/** As {@link lastBooking}, of the places in the queue. */
export function lastEntry(steps: readonly Happening[], student: number): LastOf | null {
  return statesOf(steps, "session_waitlist", student).at(-1) ?? null;
}

/** By when they came to it. */
function statesOf(steps: readonly Happening[], subject: Happening["subject"], student: number): LastOf[] {
  const states = new Map<number, LastOf>();
  for (const step of steps) {
    const status = GONE.includes(step.what) ? step.what : step.to_value?.status;
    if (step.subject !== subject || step.student_user_id !== student || typeof status !== "string") continue;
    const { subject_id: id } = step;
    states.delete(id);
    states.set(id, { id, status, step });
  }
  return [...states.values()];
}

/** Holds a seat, or did when the session took place. */
export function isStanding({ status }: LastOf): boolean {
  return (BOOKED_STATUSES as readonly string[]).includes(status);
}

/** Where a booking went that was rescheduled. */
export interface Moved {
  booking: number;
  /** Null for a lesson. */
  session_id: number | null;
  start_at_utc: Instant | null;
}

/** @param moved null where nothing tells where to; @param zone in which times are told */
export function bookingAnswer(student: string, last: LastOf, moved: Moved | null, zone: string): string {
  const { id, status, step } = last;
  const whose = `${student}'s booking ${id}`;
  switch (status) {
    case "confirmed":
      return `${student} has a seat: booking ${id} is confirmed.`;
    case "pending":
      return `${whose} waits for approval; until somebody decides, it holds its seat: \`classbook booking approve ${id}\` or \`decline ${id}\`.`;
    case "attended":
      return `${student} had a seat: booking ${id} is marked as attended.`;
    case "no_show":
      return `${student} had a seat and did not come: booking ${id} is marked as no-show.`;
    case "rescheduled":
      return `${whose} was moved${moved === null ? "" : ` to booking ${moved.booking}${placeOf(moved, zone)}`}${how(step, zone)}.`;
    case "set_aside":
      return `${whose} was set aside${how(step, zone)}.`;
    default:
      return `${whose} was ${status}${how(step, zone)}.`;
  }
}

function placeOf({ session_id, start_at_utc }: Moved, zone: string): string {
  const session = session_id === null ? "" : ` in session ${session_id}`;
  return `${session}${start_at_utc === null ? "" : ` (${localTime(start_at_utc, zone)})`}`;
}

/** A place in the queue that was deleted; null where its row is there and tells more. */
export function entryAnswer(student: string, { id, status, step }: LastOf, zone: string): string | null {
  return GONE.includes(status)
    ? `${student}'s place in the queue (entry ${id}) was deleted${how(step, zone)}.`
    : null;
}

/** When, by whom and why, as far as anybody knows. */
function how({ at, actor, reason, to_value }: Happening, zone: string): string {
  if (reason === UNKNOWN_TIME) return `; ${UNKNOWN_TIME}`;
  const given = to_value?.cancel_reason;
  const reasons = [...new Set([given, reason])].filter((one) => typeof one === "string" && one !== "");
  return `, ${localTime(at, zone)}${actor === null ? "" : `, by ${actor}`}${reasons.length === 0 ? "" : `; reason: ${reasons.join(", ")}`}`;
}

/** @param session its status as stored; null = it is gone */
export function endAnswer(
  session: { status: string; start_at_utc: Instant | null } | null,
  now: Instant,
): string | null {
  const end = endOfQueue(session, now);
  return end === null ? null : `${end.charAt(0).toUpperCase()}${end.slice(1)}: it gives no more seats.`;
}
