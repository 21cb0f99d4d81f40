import { addColumns, createTable, type SchemaMigration, type TableSpec } from "../src/db/ddl.ts";

const own: TableSpec[] = [
  {
    // A run at work holds a lease: a name, who holds it, and when it lapses.
    table: "lease",
    columns: [
      { name: "name", type: "text" },
      { name: "token", type: "text" },
      { name: "holder", type: "text" },
      { name: "acquired_at", type: "instant" },
      { name: "expires_at", type: "instant" },
    ],
    primaryKey: ["name"],
  },
  {
    table: "setting",
    columns: [
      { name: "name", type: "text" },
      { name: "value", type: "text" },
    ],
    primaryKey: ["name"],
  },
  {
    // Holds a row only inside the transaction of a bulk load, which keeps the counters itself: nobody else ever sees it.
    table: "bulk_load",
    columns: [{ name: "name", type: "text" }],
    primaryKey: ["name"],
  },
  {
    table: "booking_event",
    columns: [
      { name: "id", type: "id" },
      { name: "at", type: "instant" },
      { name: "actor", type: "text" },
      { name: "actor_user_id", type: "integer", nullable: true },
      { name: "what", type: "text" },
      { name: "subject", type: "text" },
      { name: "subject_id", type: "integer", nullable: true },
      { name: "from_value", type: "text", nullable: true },
      { name: "to_value", type: "text", nullable: true },
      { name: "reason", type: "text", nullable: true },
      { name: "overridden", type: "text", nullable: true },
    ],
    indexes: [{ columns: ["subject", "subject_id"], name: "booking_event_subject" }],
  },
  {
    table: "notification_outbox",
    columns: [
      { name: "id", type: "id" },
      { name: "created_at", type: "instant" },
      { name: "kind", type: "text" },
      { name: "user_id", type: "integer", nullable: true },
      { name: "payload", type: "text" },
      { name: "sent_at", type: "instant", nullable: true },
    ],
  },
  {
    table: "legacy_run",
    columns: [
      { name: "id", type: "id" },
      { name: "status", type: "text" },
      { name: "started_at", type: "instant" },
      { name: "finished_at", type: "instant", nullable: true },
      { name: "actor", type: "text" },
      { name: "phase", type: "text" },
      { name: "last_id", type: "integer" },
      { name: "ids", type: "text" },
      { name: "counts", type: "text" },
    ],
  },
  {
    // One row per legacy row: its outcome. A UUID is looked for by reading all: rare, and a million rows take
    // a fraction of a second, while an index on random values costs every load. source_hash is the hash of the row that the rules gave it.
    table: "legacy_provenance",
    columns: [
      { name: "source_table", type: "text" },
      { name: "source_id", type: "integer" },
      { name: "source_uuid", type: "text", nullable: true },
      { name: "outcome", type: "text" },
      { name: "target_id", type: "integer", nullable: true },
      { name: "created", type: "integer" },
      { name: "source_hash", type: "text" },
      { name: "run_id", type: "integer" },
    ],
    primaryKey: ["source_table", "source_id"],
    indexes: [{ columns: ["outcome", "target_id"], name: "legacy_provenance_target" }],
  },
  {
    table: "legacy_issue",
    columns: [
      { name: "source_table", type: "text" },
      { name: "source_id", type: "integer" },
      { name: "code", type: "text" },
      { name: "message", type: "text" },
      { name: "status", type: "text" },
      { name: "reason", type: "text", nullable: true },
      { name: "source", type: "text" },
      { name: "run_id", type: "integer", nullable: true },
      { name: "given_student_user_id", type: "integer", nullable: true },
      { name: "given_session_id", type: "integer", nullable: true },
      { name: "given_teacher_id", type: "integer", nullable: true },
      { name: "given_course_id", type: "integer", nullable: true },
      { name: "given_timezone", type: "text", nullable: true },
      { name: "given_status", type: "text", nullable: true },
      { name: "given_start_at_utc", type: "text", nullable: true },
      { name: "given_end_at_utc", type: "text", nullable: true },
      { name: "given_timestamp", type: "text", nullable: true },
    ],
    primaryKey: ["source_table", "source_id"],
    indexes: [{ columns: ["status", "code"], name: "legacy_issue_status" }],
  },
  {
    table: "legacy_series",
    columns: [
      { name: "recurring_series_id", type: "text" },
      { name: "student_user_id", type: "integer" },
      { name: "teacher_id", type: "integer" },
      { name: "course_id", type: "integer" },
      { name: "series_id", type: "integer" },
      { name: "source_hash", type: "text" },
      { name: "run_id", type: "integer" },
    ],
    primaryKey: ["recurring_series_id", "student_user_id", "teacher_id", "course_id"],
    indexes: [{ columns: ["series_id"], name: "legacy_series_series" }],
  },
  {
    // What a run found in a session's columns and what it wrote there, as JSON objects.
    table: "legacy_session_before",
    columns: [
      { name: "run_id", type: "integer" },
      { name: "session_id", type: "integer" },
      { name: "before_values", type: "text" },
      { name: "after_values", type: "text" },
    ],
    primaryKey: ["run_id", "session_id"],
  },
];

export const migration: SchemaMigration = {
  id: "0002_own_tables",
  summary: "classbook's own tables: audit, outbox, migration runs, provenance, issues",
  up: ({ engine, layout }) => [
    ...own.flatMap((spec) => createTable(engine, layout, spec)),
    ...addColumns(engine, layout, "session_waitlist", [
      { name: "offer_expires_at", type: "instant", nullable: true },
    ]),
  ],
};
