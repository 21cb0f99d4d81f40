/** A teacher's day and week: what is taught, and what is still open (SPEC 3, "a teacher's day and week"). Pure. */
import { openingsBetween, type Slot } from "./availability.ts";
import { BUSY_STATUSES } from "./booking.ts";
import { overlaps, type TimeSpan } from "./booking-rules.ts";
import { addDays, type Instant, type LocalDate, wallTime, weekdayOf } from "./instant.ts";
import { BUSY_SESSION_STATUSES } from "./session.ts";
import { resolveLocal } from "./zone.ts";

/** One line of an agenda. What a kind does not have is null. */
export interface AgendaItem {
  kind: "session" | "lesson" | "opening";
  /** The session's, the booking's or the slot's. */
  id: number;
  start_at_utc: Instant;
  end_at_utc: Instant;
  /** The session's or the booking's; null for an opening. */
  status: string | null;
  course_id: number | null;
  course: string | null;
  /** The session's. */
  title: string | null;
  student_user_id: number | null;
  student: string | null;
  /** Seats of a session: how many there are, confirmed or attended, asked for, and how many students wait or hold an offer. */
  capacity: number | null;
  taken: number | null;
  pending: number | null;
  waiting: number | null;
}

export interface Stretch {
  from: Instant;
  until: Instant;
}

/** The local days from a date on, in a zone: a day of a clock change has its own length. */
export function stretchOf(date: LocalDate, days: number, zone: string): Stretch {
  const midnight = (day: LocalDate) => resolveLocal(wallTime(day, 0), zone).instant;
  return { from: midnight(date), until: midnight(addDays(date, days)) };
}

/** The Monday of a date's week. */
export function mondayOf(date: LocalDate): LocalDate {
  return addDays(date, -weekdayOf(date));
}

/** Whether a line holds the teacher's time, so that no opening is left beside it. */
function isBusy({ kind, status }: AgendaItem): boolean {
  const busy: readonly string[] = kind === "session" ? BUSY_SESSION_STATUSES : BUSY_STATUSES;
  return status !== null && busy.includes(status);
}

/** Times of active, unblocked slots that begin in a stretch, not before now, and that nothing stands in the way of. */
export function openTimes(
  slots: readonly Slot[],
  taken: readonly AgendaItem[],
  { from, until }: Stretch,
  now: Instant,
): (TimeSpan & { slot: Slot })[] {
  const busy = taken.filter(isBusy);
  return slots.flatMap((slot) =>
    slot.when === null || !slot.is_active || slot.is_blocked
      ? []
      : openingsBetween(slot.when, from > now ? from : now, until, slot.timezone)
          .filter((time) => !busy.some((other) => overlaps(other, time)))
          .map((time) => ({ ...time, slot })),
  );
}

const ORDER = { session: 0, lesson: 1, opening: 2 } as const;

/** By time; at one time what is taught before what is open. */
export function inOrder(items: readonly AgendaItem[]): AgendaItem[] {
  return items.toSorted(
    (a, b) =>
      (a.start_at_utc < b.start_at_utc ? -1 : a.start_at_utc > b.start_at_utc ? 1 : 0) ||
      ORDER[a.kind] - ORDER[b.kind] ||
      a.id - b.id,
  );
}
