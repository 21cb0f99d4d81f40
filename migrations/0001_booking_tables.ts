import {
  addColumns,
  type ColumnSpec,
  createTable,
  type SchemaMigration,
  type TableSpec,
} from "../src/db/ddl.ts";
import { nativeTables, sessionColumns } from "./0001_native_tables.ts";

const id: ColumnSpec = { name: "id", type: "id" };

/** The unified tables (SPEC 2, "Phase 2"), for both layouts. The two unique constraints come in a step of their own. */
const unified: TableSpec[] = [
  {
    table: "live_class_booking",
    columns: [
      id,
      { name: "booking_type", type: "varchar(20)" },
      { name: "start_at_utc", type: "instant" },
      { name: "end_at_utc", type: "instant" },
      { name: "status", type: "varchar(20)" },
      { name: "student_note", type: "text" },
      { name: "teacher_note", type: "text" },
      { name: "seats_reserved", type: "positive", default: "1" },
      { name: "decision_at", type: "instant", nullable: true },
      { name: "cancelled_at", type: "instant", nullable: true },
      { name: "cancel_reason", type: "varchar(20)" },
      { name: "created_at", type: "instant" },
      { name: "updated_at", type: "instant" },
      { name: "cancelled_by_id", type: "integer", nullable: true, references: "app_user" },
      { name: "course_id", type: "integer", references: "course" },
      { name: "decided_by_id", type: "integer", nullable: true, references: "app_user" },
      { name: "session_id", type: "integer", nullable: true, references: "live_class_session" },
      { name: "student_user_id", type: "integer", references: "app_user" },
      { name: "teacher_id", type: "integer", references: "teacher" },
    ],
    indexes: [
      { columns: ["booking_type", "status"] },
      { columns: ["student_user_id", "start_at_utc"] },
      { columns: ["teacher_id", "start_at_utc"] },
    ],
  },
  {
    table: "teacher_booking_policy",
    columns: [
      id,
      { name: "requires_approval_for_one_on_one", type: "boolean", default: "0" },
      { name: "requires_approval_for_group", type: "boolean", default: "0" },
      { name: "min_notice_hours", type: "positive", default: "24" },
      { name: "cancel_window_hours", type: "positive", default: "24" },
      { name: "buffer_before_minutes", type: "positive", default: "0" },
      { name: "buffer_after_minutes", type: "positive", default: "0" },
      { name: "max_bookings_per_day", type: "positive", nullable: true },
      { name: "course_id", type: "integer", nullable: true, references: "course" },
      { name: "teacher_id", type: "integer", references: "teacher" },
    ],
    unique: [{ columns: ["teacher_id", "course_id"] }],
  },
  {
    table: "booking_series",
    columns: [
      id,
      { name: "type", type: "varchar(20)" },
      { name: "status", type: "varchar(20)", default: "'active'" },
      { name: "frequency", type: "varchar(20)" },
      { name: "interval", type: "positive", default: "1" },
      { name: "days_of_week", type: "varchar(20)", default: "''" },
      { name: "occurrence_count", type: "positive", nullable: true },
      { name: "until_date", type: "date", nullable: true },
      { name: "default_meeting_link", type: "text", default: "''" },
      { name: "default_meeting_id", type: "varchar(100)", default: "''" },
      { name: "default_meeting_passcode", type: "varchar(100)", default: "''" },
      { name: "course_id", type: "integer", references: "course" },
      { name: "student_user_id", type: "integer", references: "app_user" },
      { name: "teacher_id", type: "integer", references: "teacher" },
    ],
  },
  {
    table: "booking_series_item",
    columns: [
      id,
      { name: "occurrence_index", type: "positive" },
      { name: "booking_id", type: "integer", references: "live_class_booking" },
      { name: "series_id", type: "integer", references: "booking_series" },
    ],
    unique: [{ columns: ["series_id", "occurrence_index"] }],
  },
  {
    table: "session_waitlist",
    columns: [
      id,
      { name: "status", type: "varchar(20)", default: "'waiting'" },
      { name: "created_at", type: "instant" },
      { name: "offered_at", type: "instant", nullable: true },
      { name: "accepted_at", type: "instant", nullable: true },
      { name: "expired_at", type: "instant", nullable: true },
      { name: "session_id", type: "integer", references: "live_class_session" },
      { name: "student_user_id", type: "integer", references: "app_user" },
    ],
    unique: [{ columns: ["session_id", "student_user_id"] }],
  },
];

export const migration: SchemaMigration = {
  id: "0001_booking_tables",
  summary: "the unified tables and the session columns that the app lacks",
  up: ({ engine, layout }) => [
    ...(layout.kind === "native" ? nativeTables : []).flatMap((spec) => createTable(engine, layout, spec)),
    ...unified.flatMap((spec) => createTable(engine, layout, spec)),
    ...addColumns(engine, layout, "live_class_session", sessionColumns),
  ],
};
