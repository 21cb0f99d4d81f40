/** What is known of a legacy row, and what the rules can make of it. Types only, and the reason codes. */
import type { BookingStatus, BookingType } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";

/** Reason codes in the order in which the first that applies counts (LEGACY 2.8); `bad_value` and `diverged` are outside it. */
export const ISSUE_CODES = [
  "unknown_status",
  "missing_user",
  "missing_session",
  "missing_slot",
  "missing_course",
  "missing_teacher",
  "session_without_teacher",
  "no_course",
  "incomplete_slot",
  "bad_timezone",
  "bad_timestamp",
  "slot_has_no_occurrence",
  "bad_time_range",
  "bad_value",
  "already_booked",
  "duplicate_booking",
  "diverged",
] as const;
export type IssueCode = (typeof ISSUE_CODES)[number];

/** A stored value as the engine gives it: SQLite is loosely typed, so anything may stand anywhere. */
export type Stored = string | number | null;

/** What both kinds of legacy row have in common. Values are as stored; `given_*` are a person's answers (null = none). */
export interface CommonFacts {
  id: number;
  booking_id: Stored;
  user_id: Stored;
  status: Stored;
  booked_at: Stored;
  confirmed_at: Stored;
  cancelled_at: Stored;
  rescheduled_at: Stored;
  attended_at: Stored;
  cancellation_reason: Stored;
  cancellation_notes: Stored;
  attended: Stored | boolean;
  student_notes: Stored;
  /** The user's id where the user exists. */
  found_user_id: number | null;
  /** The teacher's id where the teacher exists. */
  found_teacher_id: number | null;
  /** The id of the user that the teacher is, where that user exists. */
  teacher_user_id: number | null;
  found_course_id: number | null;
  /** 1 where another legacy row of the table names this one as its original. */
  is_original: number;
  given_status: string | null;
  given_start_at_utc: string | null;
  given_end_at_utc: string | null;
  given_timestamp: string | null;
}

export interface GroupFacts extends CommonFacts {
  session_id: Stored;
  found_session_id: number | null;
  session_course_id: Stored;
  session_teacher_id: Stored;
  session_start_at_utc: Stored;
  session_scheduled_start: Stored;
  session_end_at_utc: Stored;
  session_duration_minutes: Stored;
  seats_booked: Stored;
}

export interface OneOnOneFacts extends CommonFacts {
  availability_slot_id: Stored;
  found_slot_id: number | null;
  course_id: Stored;
  slot_course_id: Stored;
  slot_teacher_id: Stored;
  slot_type: Stored;
  day_of_week: Stored;
  start_time: Stored;
  end_time: Stored;
  valid_from: Stored;
  valid_until: Stored;
  start_datetime: Stored;
  end_datetime: Stored;
  timezone: Stored;
  declined_at: Stored;
  declined_reason: Stored;
  meeting_link: Stored;
  teacher_notes: Stored;
  next_booking_date: Stored;
}

/** A row of live_class_booking as the rules give it; `id` comes later. */
export interface UnifiedBooking {
  booking_type: BookingType;
  course_id: number;
  teacher_id: number;
  student_user_id: number;
  start_at_utc: Instant;
  end_at_utc: Instant;
  status: BookingStatus;
  student_note: string;
  teacher_note: string;
  session_id: number | null;
  seats_reserved: number;
  decision_at: Instant | null;
  decided_by_id: null;
  cancelled_by_id: number | null;
  cancelled_at: Instant | null;
  cancel_reason: string;
  created_at: Instant;
  updated_at: Instant;
}

export interface WaitlistEntry {
  session_id: number;
  student_user_id: number;
  created_at: Instant;
}

export interface Issue {
  code: IssueCode;
  /** A sentence for people, with the offending value. */
  message: string;
}

export type Derived =
  | { outcome: "migrated"; row: UnifiedBooking }
  | { outcome: "waitlisted"; entry: WaitlistEntry }
  | { outcome: "quarantined"; issue: Issue };

export interface MappingOptions {
  /** The zone of legacy timestamps without an offset: UTC, or where USE_TZ was off the app's zone. */
  sourceTimezone: string;
}

/** Legacy rows a transaction: about a second of work, which is how long an app on the same SQLite file may wait. */
export const DEFAULT_BATCH = 25_000;
