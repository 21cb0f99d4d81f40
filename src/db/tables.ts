/**
 * Column types by logical table, as queries see them: instants are canonical UTC text, booleans are
 * 0/1 on SQLite and true/false on PostgreSQL, ids are numbers.
 */
import type { Generated } from "kysely";
import type { StoredSlotTime } from "../domain/availability.ts";
import type { BookingStatus, BookingType } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";

type Flag = number | boolean;

export interface LiveClassBookingTable {
  id: Generated<number>;
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
  decided_by_id: number | null;
  cancelled_by_id: number | null;
  cancelled_at: Instant | null;
  cancel_reason: string;
  created_at: Instant;
  updated_at: Instant;
}

export interface LiveClassSessionTable {
  id: Generated<number>;
  course_id: number | null;
  teacher_id: number | null;
  title: string;
  scheduled_start: string | null;
  duration_minutes: number | null;
  status: string;
  start_at_utc: string | null;
  end_at_utc: string | null;
  timezone_snapshot: string;
  total_seats: number | null;
  capacity: number | null;
  max_attendees: number | null;
  seats_taken: number;
  current_attendees: number;
  enable_waitlist: Flag;
}

export interface SessionWaitlistTable {
  id: Generated<number>;
  session_id: number;
  student_user_id: number;
  status: string;
  created_at: Instant;
  offered_at: Instant | null;
  offer_expires_at: Instant | null;
  accepted_at: Instant | null;
  expired_at: Instant | null;
}

export interface BookingSeriesTable {
  id: Generated<number>;
  student_user_id: number;
  teacher_id: number;
  course_id: number;
  type: string;
  status: string;
  frequency: string;
  interval: number;
  days_of_week: string;
  occurrence_count: number | null;
  until_date: string | null;
  default_meeting_link: string;
  default_meeting_id: string;
  default_meeting_passcode: string;
}

export interface BookingSeriesItemTable {
  id: Generated<number>;
  series_id: number;
  booking_id: number;
  occurrence_index: number;
}

export interface TeacherAvailabilityTable extends StoredSlotTime {
  id: Generated<number>;
  teacher_id: number | null;
  /** Null: for all courses of the teacher. */
  course_id: number | null;
  is_active: Flag;
  is_blocked: Flag;
  blocked_reason: string;
}

export interface TeacherBookingPolicyTable {
  id: Generated<number>;
  teacher_id: number;
  course_id: number | null;
  requires_approval_for_one_on_one: Flag;
  requires_approval_for_group: Flag;
  min_notice_hours: number;
  cancel_window_hours: number;
  buffer_before_minutes: number;
  buffer_after_minutes: number;
  max_bookings_per_day: number | null;
}

export interface LegacyRunTable {
  id: Generated<number>;
  /** running, done, rolled_back */
  status: string;
  started_at: Instant;
  finished_at: Instant | null;
  actor: string;
  /** The phase in progress (src/legacy/migrate.ts), or done. */
  phase: string;
  /** The last source id that the phase has finished. */
  last_id: number;
  /** JSON of the id blocks that the run reserved, each with its next id, and of what else it must know to go on. */
  ids: string;
  /** JSON of the counts so far. */
  counts: string;
}

export type Outcome = "migrated" | "waitlisted" | "quarantined";

export interface LegacyProvenanceTable {
  source_table: string;
  source_id: number;
  source_uuid: string | null;
  outcome: Outcome;
  /** live_class_booking.id where migrated (or diverged since), session_waitlist.id where waitlisted. */
  target_id: number | null;
  /** 1 where the run created the target, 0 where it was there. */
  created: number;
  /** Hash of what the rules gave for the row when it was last taken over. */
  source_hash: string;
  run_id: number;
}

export interface LegacyIssueTable {
  source_table: string;
  source_id: number;
  code: string;
  message: string;
  /** open, skipped, resolved */
  status: string;
  reason: string | null;
  /** JSON of the whole source row. */
  source: string;
  run_id: number | null;
  given_student_user_id: number | null;
  given_session_id: number | null;
  given_teacher_id: number | null;
  given_course_id: number | null;
  given_timezone: string | null;
  given_status: string | null;
  given_start_at_utc: string | null;
  given_end_at_utc: string | null;
  given_timestamp: string | null;
}

export interface LegacySeriesTable {
  recurring_series_id: string;
  student_user_id: number;
  teacher_id: number;
  course_id: number;
  series_id: number;
  source_hash: string;
  run_id: number;
}

export interface Tables {
  app_user: {
    id: Generated<number>;
    username: string;
    email: string;
    first_name: string;
    last_name: string;
    is_active: Flag;
    is_staff: Flag;
    is_superuser: Flag;
  };
  user_profile: { id: Generated<number>; user_id: number | null; role: string; timezone: string };
  teacher: { id: Generated<number>; user_id: number | null; is_approved: Flag };
  course: {
    id: Generated<number>;
    title: string;
    slug: string;
    status: string;
    /** From generation B. */
    booking_type: string | null;
    /** From generation B. */
    requires_booking_approval: Flag;
  };
  course_teacher: {
    id: Generated<number>;
    course_id: number | null;
    /** A teacher, or in newer databases the teacher's user (LEGACY 1). */
    teacher_id: number | null;
    /** From generation B. */
    requires_booking_approval: Flag | null;
  };
  enrollment: { id: Generated<number>; user_id: number | null; course_id: number | null; status: string };
  teacher_availability: TeacherAvailabilityTable;
  teacher_booking_policy: TeacherBookingPolicyTable;
  live_class_session: LiveClassSessionTable;
  live_class_booking: LiveClassBookingTable;
  session_waitlist: SessionWaitlistTable;
  booking_series: BookingSeriesTable;
  booking_series_item: BookingSeriesItemTable;
  schema_history: { id: string; applied_at: Instant; checksum: string; undo: string };
  lease: { name: string; token: string; holder: string; acquired_at: Instant; expires_at: Instant };
  setting: { name: string; value: string };
  bulk_load: { name: string };
  booking_event: {
    id: Generated<number>;
    at: Instant;
    actor: string;
    actor_user_id: number | null;
    what: string;
    subject: string;
    subject_id: number | null;
    from_value: string | null;
    to_value: string | null;
    reason: string | null;
    overridden: string | null;
  };
  notification_outbox: {
    id: Generated<number>;
    created_at: Instant;
    kind: string;
    /** Whom it goes to; null where nobody is known. */
    user_id: number | null;
    /** JSON of what the message says. */
    payload: string;
    sent_at: Instant | null;
  };
  /** Lines of imported files that were booked (src/operations/booking-import.ts). */
  booking_import: {
    key_column: string;
    key: string;
    request: string;
    imported_at: Instant;
    booking_id: number | null;
    waitlist_id: number | null;
  };
  legacy_run: LegacyRunTable;
  legacy_provenance: LegacyProvenanceTable;
  legacy_issue: LegacyIssueTable;
  legacy_series: LegacySeriesTable;
  legacy_session_before: { run_id: number; session_id: number; before_values: string; after_values: string };
}
