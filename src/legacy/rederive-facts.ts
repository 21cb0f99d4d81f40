/** What the second derivation reads and gives (src/legacy/rederive.ts), and the rules that both legacy tables share. */
import type { Instant } from "../domain/instant.ts";
import { readStamp } from "./rederive-time.ts";

/** Values as the database driver gives them; null where the database lacks the column. */
export type Stored = string | number | boolean | null;

/** What both legacy tables have. `*_ref` is what the row refers to, the same name without it what was found there. */
export interface RowFacts {
  id: number;
  status: Stored;
  booked_at: Stored;
  confirmed_at: Stored;
  cancelled_at: Stored;
  rescheduled_at: Stored;
  attended_at: Stored;
  cancellation_reason: string | null;
  cancellation_notes: string | null;
  attended: Stored;
  student_notes: string | null;
  student: number | null;
  teacher_ref: number | null;
  teacher: number | null;
  /** The teacher's user where it exists. */
  teacher_user: number | null;
  course_ref: number | null;
  course: number | null;
  /** A person's answers to an issue; given ids are in the references above already. */
  given_status: string | null;
  given_start_at_utc: string | null;
  given_end_at_utc: string | null;
  given_timestamp: string | null;
}

export interface GroupFacts extends RowFacts {
  seats_booked: Stored;
  session: number | null;
  session_start_at_utc: Stored;
  session_end_at_utc: Stored;
  session_scheduled_start: Stored;
  session_duration_minutes: Stored;
}

export interface LessonFacts extends RowFacts {
  declined_at: Stored;
  next_booking_date: Stored;
  teacher_notes: string | null;
  declined_reason: string | null;
  meeting_link: string | null;
  slot: number | null;
  slot_type: string | null;
  day_of_week: Stored;
  start_time: Stored;
  end_time: Stored;
  valid_from: Stored;
  valid_until: Stored;
  start_datetime: Stored;
  end_datetime: Stored;
  timezone: string | null;
}

export interface RuleContext {
  sourceTimezone: string;
  /** Whether another row of the same table names this one as its original (LEGACY 2.4). */
  named: boolean;
}

/** The columns of live_class_booking that the rules fill. */
export interface ExpectedBooking {
  booking_type: "group_session" | "one_on_one";
  session_id: number | null;
  course_id: number;
  teacher_id: number;
  student_user_id: number;
  start_at_utc: Instant;
  end_at_utc: Instant;
  status: string;
  seats_reserved: number;
  student_note: string;
  teacher_note: string;
  decision_at: Instant | null;
  decided_by_id: null;
  cancelled_at: Instant | null;
  cancel_reason: string;
  cancelled_by_id: number | null;
  created_at: Instant;
  updated_at: Instant;
}

export interface ExpectedEntry {
  session_id: number;
  student_user_id: number;
  created_at: Instant;
}

export type Expected =
  | { outcome: "migrated"; row: ExpectedBooking }
  | { outcome: "waitlisted"; entry: ExpectedEntry }
  | { outcome: "quarantined"; code: string };

const COMMON_WORDS = ["pending", "confirmed", "cancelled", "attended", "no_show"];
export const GROUP_WORDS = new Set<unknown>([...COMMON_WORDS, "waitlisted"]);
export const LESSON_WORDS = new Set<unknown>([...COMMON_WORDS, "declined"]);

export function quarantined(code: string): Expected {
  return { outcome: "quarantined", code };
}

function isTrue(stored: Stored): boolean {
  return stored === true || stored === 1 || ["1", "t", "true"].includes(String(stored));
}

/** LEGACY 2.4; `word` is one of the table's words. */
export function unifiedStatus(word: string, facts: RowFacts, context: RuleContext): string {
  if (word === "cancelled" && context.named) return "rescheduled";
  return word === "confirmed" && isTrue(facts.attended) ? "attended" : word;
}

export interface OwnStamps {
  booked: Instant;
  confirmed: Instant | null;
  cancelled: Instant | null;
  declined: Instant | null;
  /** next_booking_date */
  next: Instant | null;
  /** The latest of all but next_booking_date: updated_at. */
  latest: Instant;
}

/** The row's own timestamps; null where one cannot be read and nobody gave another (LEGACY 2.8). */
export function ownStamps(facts: RowFacts & Partial<LessonFacts>, context: RuleContext): OwnStamps | null {
  const given = readStamp(facts.given_timestamp, "UTC");
  let readable = true;
  const read = (stored: Stored | undefined): Instant | null => {
    if (stored === null || stored === undefined) return null;
    const instant = readStamp(stored, context.sourceTimezone) ?? given;
    if (instant === null) readable = false;
    return instant;
  };
  const booked = read(facts.booked_at) ?? given;
  const confirmed = read(facts.confirmed_at);
  const cancelled = read(facts.cancelled_at);
  const declined = read(facts.declined_at);
  const next = read(facts.next_booking_date);
  let latest = booked;
  for (const other of [confirmed, cancelled, declined, read(facts.rescheduled_at), read(facts.attended_at)])
    if (other !== null && (latest === null || other > latest)) latest = other;
  if (!readable || booked === null) return null;
  return { booked, confirmed, cancelled, declined, next, latest: latest! };
}

/** A given instant; undefined where none was given, null where it cannot be read. */
export function given(text: string | null): Instant | null | undefined {
  return text === null ? undefined : readStamp(text, "UTC");
}

export function cancelledBy(facts: RowFacts): number | null {
  if (facts.cancellation_reason === "student") return facts.student;
  return facts.cancellation_reason === "teacher" ? facts.teacher_user : null;
}

/** The most that a column of type integer holds. */
const LARGEST_INTEGER = 2 ** 31 - 1;

/** True where seats_booked is there and no whole number from 0 that an integer column holds: it cannot say how many seats. */
export function hasBadSeats(facts: Pick<GroupFacts, "seats_booked">): boolean {
  const seats = facts.seats_booked;
  return (
    seats !== null &&
    !(typeof seats === "number" && Number.isInteger(seats) && seats >= 0 && seats <= LARGEST_INTEGER)
  );
}

/** Minutes that a session lasts (LEGACY 2.1): 60 where null, 0 or no number. */
export function sessionMinutes(stored: Stored): number {
  if (typeof stored === "number") return stored || 60;
  return typeof stored === "string" && /^-?\d+(\.\d+)?$/.test(stored) ? Number(stored) || 60 : 60;
}

/** Seats of a session (LEGACY 2.1): the first column that holds a whole number from 0 which an integer column can hold. */
export function sessionSeats(columns: readonly Stored[]): number {
  const seats = columns
    .filter((stored) => /^\d+$/.test(String(stored)))
    .map(Number)
    .find((number) => number <= LARGEST_INTEGER);
  return seats ?? 10;
}
