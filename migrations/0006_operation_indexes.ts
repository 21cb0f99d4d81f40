import { addIndex, type SchemaMigration } from "../src/db/ddl.ts";

export const migration: SchemaMigration = {
  id: "0006_operation_indexes",
  summary: "a teacher's slots and sessions by time, for booking",
  up: ({ engine, layout }) => [
    ...addIndex(engine, layout, "teacher_availability", {
      name: "classbook_slot_teacher_start",
      columns: ["teacher_id", "start_datetime"],
    }),
    // The native table was made with one.
    ...(layout.kind === "native"
      ? []
      : addIndex(engine, layout, "live_class_session", {
          name: "classbook_session_teacher_start",
          columns: ["teacher_id", "start_at_utc"],
        })),
  ],
};
