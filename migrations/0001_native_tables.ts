/** The tables that a Django app has already: made by 0001_booking_tables in the native layout only. */
import type { ColumnSpec, TableSpec } from "../src/db/ddl.ts";

const id: ColumnSpec = { name: "id", type: "id" };

/** The people and courses that bookings speak of (SPEC 2, "Reference"). The django layout has them already. */
const reference: TableSpec[] = [
  {
    table: "app_user",
    columns: [
      id,
      { name: "username", type: "varchar(150)" },
      { name: "first_name", type: "varchar(150)", default: "''" },
      { name: "last_name", type: "varchar(150)", default: "''" },
      { name: "email", type: "varchar(254)", default: "''" },
      { name: "is_staff", type: "boolean", default: "0" },
      { name: "is_superuser", type: "boolean", default: "0" },
      { name: "is_active", type: "boolean", default: "1" },
      { name: "date_joined", type: "instant", nullable: true },
    ],
    unique: [{ columns: ["username"] }],
    indexes: [{ columns: ["email"] }],
  },
  {
    table: "user_profile",
    columns: [
      id,
      { name: "user_id", type: "integer", nullable: true },
      { name: "role", type: "varchar(20)", default: "'student'" },
      { name: "timezone", type: "varchar(64)", default: "'UTC'" },
    ],
    indexes: [{ columns: ["user_id"] }],
  },
  {
    table: "teacher",
    columns: [
      id,
      { name: "user_id", type: "integer", nullable: true },
      { name: "is_approved", type: "boolean", default: "0" },
    ],
    indexes: [{ columns: ["user_id"] }],
  },
  {
    table: "course",
    columns: [
      id,
      { name: "title", type: "text" },
      { name: "slug", type: "text", default: "''" },
      { name: "status", type: "varchar(20)", default: "'active'" },
      { name: "booking_type", type: "varchar(20)", nullable: true },
      { name: "requires_booking_approval", type: "boolean", default: "0" },
    ],
  },
  {
    table: "course_teacher",
    columns: [
      id,
      { name: "course_id", type: "integer", nullable: true },
      { name: "teacher_id", type: "integer", nullable: true },
      { name: "requires_booking_approval", type: "boolean", nullable: true },
    ],
    indexes: [{ columns: ["course_id"] }, { columns: ["teacher_id"] }],
  },
  {
    table: "enrollment",
    columns: [
      id,
      { name: "user_id", type: "integer", nullable: true },
      { name: "course_id", type: "integer", nullable: true },
      { name: "status", type: "varchar(20)", default: "'active'" },
    ],
    indexes: [{ columns: ["user_id", "course_id"] }],
  },
];

/** Added to a Django app's sessions where its generation lacks them (LEGACY 2.1). */
export const sessionColumns: ColumnSpec[] = [
  { name: "start_at_utc", type: "instant", nullable: true },
  { name: "end_at_utc", type: "instant", nullable: true },
  { name: "timezone_snapshot", type: "varchar(64)", default: "''" },
  { name: "meeting_provider", type: "varchar(20)", default: "''" },
  { name: "meeting_passcode", type: "varchar(100)", default: "''" },
  { name: "total_seats", type: "integer", nullable: true },
  { name: "capacity", type: "integer", nullable: true },
  { name: "seats_taken", type: "integer", default: "0" },
  { name: "enable_waitlist", type: "boolean", default: "0" },
];

const scheduling: TableSpec[] = [
  {
    table: "live_class_session",
    columns: [
      id,
      { name: "course_id", type: "integer", nullable: true },
      { name: "teacher_id", type: "integer", nullable: true },
      { name: "title", type: "text", default: "''" },
      { name: "description", type: "text", default: "''" },
      { name: "scheduled_start", type: "instant", nullable: true },
      { name: "scheduled_end", type: "instant", nullable: true },
      { name: "duration_minutes", type: "integer", nullable: true, default: "60" },
      { name: "status", type: "varchar(20)", default: "'scheduled'" },
      { name: "meeting_link", type: "text", default: "''" },
      { name: "meeting_id", type: "text", default: "''" },
      { name: "max_attendees", type: "integer", nullable: true },
      ...sessionColumns,
      { name: "created_at", type: "instant", nullable: true },
      { name: "updated_at", type: "instant", nullable: true },
    ],
    indexes: [
      { columns: ["teacher_id", "start_at_utc"] },
      { columns: ["course_id"] },
      { columns: ["start_at_utc"] },
    ],
  },
  {
    // Local wall-clock values: text in both engines.
    table: "teacher_availability",
    columns: [
      id,
      { name: "teacher_id", type: "integer", nullable: true },
      { name: "course_id", type: "integer", nullable: true },
      { name: "slot_type", type: "text", default: "'recurring'" },
      { name: "day_of_week", type: "integer", nullable: true },
      { name: "start_time", type: "text", nullable: true },
      { name: "end_time", type: "text", nullable: true },
      { name: "valid_from", type: "text", nullable: true },
      { name: "valid_until", type: "text", nullable: true },
      { name: "start_datetime", type: "text", nullable: true },
      { name: "end_datetime", type: "text", nullable: true },
      { name: "timezone", type: "text", nullable: true },
      { name: "is_active", type: "boolean", default: "1" },
      { name: "is_blocked", type: "boolean", default: "0" },
      { name: "blocked_reason", type: "text", default: "''" },
    ],
    indexes: [{ columns: ["teacher_id"] }],
  },
];

const legacyStamp = (name: string): ColumnSpec => ({ name, type: "text", nullable: true });
const legacyText = legacyStamp;

/**
 * The legacy rows as they were found: every value is text as the source had it, for a timestamp that
 * cannot be read must arrive unread. No foreign keys: a reference to nobody is one of the things to report.
 */
const legacy: TableSpec[] = [
  {
    table: "booking",
    columns: [
      id,
      legacyText("booking_id"),
      { name: "user_id", type: "integer", nullable: true },
      { name: "session_id", type: "integer", nullable: true },
      legacyText("status"),
      ...["booked_at", "confirmed_at", "cancelled_at"].map(legacyStamp),
      legacyText("cancellation_reason"),
      legacyText("cancellation_notes"),
      { name: "original_session_id", type: "integer", nullable: true },
      legacyStamp("rescheduled_at"),
      { name: "attended", type: "boolean", nullable: true },
      legacyStamp("attended_at"),
      legacyText("student_notes"),
      { name: "seats_booked", type: "integer", nullable: true },
    ],
    indexes: [
      { columns: ["user_id", "session_id"] },
      { columns: ["session_id"] },
      { columns: ["original_session_id"] },
      { columns: ["booking_id"] },
    ],
  },
  {
    table: "one_on_one_booking",
    columns: [
      id,
      legacyText("booking_id"),
      { name: "user_id", type: "integer", nullable: true },
      { name: "availability_slot_id", type: "integer", nullable: true },
      { name: "course_id", type: "integer", nullable: true },
      legacyText("status"),
      ...["booked_at", "confirmed_at", "declined_at"].map(legacyStamp),
      legacyText("declined_reason"),
      legacyStamp("cancelled_at"),
      legacyText("cancellation_reason"),
      legacyText("cancellation_notes"),
      legacyText("meeting_link"),
      { name: "original_booking_id", type: "integer", nullable: true },
      legacyStamp("rescheduled_at"),
      { name: "attended", type: "boolean", nullable: true },
      legacyStamp("attended_at"),
      legacyText("student_notes"),
      legacyText("teacher_notes"),
      { name: "is_recurring", type: "boolean", nullable: true },
      legacyText("recurring_series_id"),
      legacyText("recurring_cadence"),
      legacyStamp("next_booking_date"),
    ],
    indexes: [
      { columns: ["user_id", "availability_slot_id"] },
      { columns: ["availability_slot_id"] },
      { columns: ["original_booking_id"] },
      { columns: ["booking_id"] },
    ],
  },
  {
    table: "booking_reminder",
    columns: [
      id,
      { name: "booking_id", type: "integer", nullable: true },
      { name: "group_booking_id", type: "integer", nullable: true },
      { name: "one_on_one_booking_id", type: "integer", nullable: true },
      legacyText("reminder_type"),
      legacyStamp("sent_at"),
      legacyText("sent_via"),
    ],
  },
];

export const nativeTables: readonly TableSpec[] = [...reference, ...scheduling, ...legacy];
