import { addUnique, type SchemaMigration } from "../src/db/ddl.ts";

export const migration: SchemaMigration = {
  id: "0004_unique_bookings",
  summary: "the unique constraints of bookings, and one default policy a teacher",
  up: ({ engine, layout }) => [
    ...addUnique(engine, layout, "live_class_booking", {
      name: "unique_group_booking",
      columns: ["student_user_id", "session_id", "start_at_utc"],
      where: `"booking_type" = 'group_session'`,
    }),
    ...addUnique(engine, layout, "live_class_booking", {
      name: "unique_one_on_one_booking",
      columns: ["student_user_id", "teacher_id", "start_at_utc"],
      where: `"booking_type" = 'one_on_one'`,
    }),
    ...addUnique(engine, layout, "teacher_booking_policy", {
      name: "classbook_one_default_policy",
      columns: ["teacher_id"],
      where: `"course_id" IS NULL`,
    }),
  ],
  // What stands in the way of a unique index is counted before anything is changed.
  needsUnique: [
    {
      index: "unique_group_booking",
      table: "live_class_booking",
      columns: ["student_user_id", "session_id", "start_at_utc"],
      where: { column: "booking_type", is: "group_session" },
      remedy: "verify unique_group_booking --fix",
    },
    {
      index: "unique_one_on_one_booking",
      table: "live_class_booking",
      columns: ["student_user_id", "teacher_id", "start_at_utc"],
      where: { column: "booking_type", is: "one_on_one" },
      remedy: "verify unique_one_on_one_booking --fix",
    },
    {
      index: "classbook_one_default_policy",
      table: "teacher_booking_policy",
      columns: ["teacher_id"],
      where: { column: "course_id", is: null },
      remedy: "verify one_default_policy --fix",
    },
  ],
};
