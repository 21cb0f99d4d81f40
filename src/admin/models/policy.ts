/** Teachers' booking policies. */
import type { DeclaredField } from "../form.ts";
import { columns, id, type Model, reference } from "../model.ts";

const nullable = { nullable: true };

const TERMS: readonly DeclaredField[] = [
  { field: "requires_approval_for_one_on_one", about: "whether lessons wait for approval" },
  { field: "requires_approval_for_group", about: "whether group bookings wait for approval" },
  { field: "min_notice_hours", about: "book no later than so many hours before the start" },
  { field: "cancel_window_hours", about: "students cancel no later than so many hours before the start" },
  { field: "buffer_before_minutes", about: "free before a lesson" },
  { field: "buffer_after_minutes", about: "free after a lesson" },
  { field: "max_bookings_per_day", about: "lessons a local day of the teacher", emptied: true },
];

export const teacherBookingPolicy: Model = {
  name: "TeacherBookingPolicy",
  table: "teacher_booking_policy",
  summary: "teachers' booking policies: approval, notice, buffers, daily limits",
  one: "policy",
  many: "policies",
  access: "editable",
  noun: "policy",
  columns: [
    id,
    reference("teacher_id", "teacher"),
    reference("course_id", "course", nullable),
    ...columns("flag", ["requires_approval_for_one_on_one", "requires_approval_for_group"]),
    ...columns("whole", [
      "min_notice_hours",
      "cancel_window_hours",
      "buffer_before_minutes",
      "buffer_after_minutes",
    ]),
    ...columns("whole", ["max_bookings_per_day"], nullable),
  ],
  shown: [
    "id",
    "teacher",
    "course",
    "requires_approval_for_one_on_one",
    "requires_approval_for_group",
    "min_notice_hours",
    "cancel_window_hours",
    "max_bookings_per_day",
  ],
  filters: [
    "teacher_id",
    "course_id",
    "requires_approval_for_one_on_one",
    "requires_approval_for_group",
    "min_notice_hours",
    "cancel_window_hours",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "max_bookings_per_day",
  ],
  search: ["teacher", "course"],
  order: ["teacher_id", "id"],
  dates: null,
  related: [],
  form: {
    add: [
      { field: "teacher_id", about: "whose policy", needed: true },
      { field: "course_id", about: "for this course alone (default: the teacher's default policy)" },
      ...TERMS,
    ],
    edit: TERMS,
    kept: {
      id: "is given by the database",
      teacher_id: "stays: add a policy for the other teacher, and delete this one",
      course_id: "stays: add a policy for the other course, and delete this one",
    },
    actions: [],
    examples: { add: "--teacher 3 --min-notice-hours 12", edit: "2 --min-notice-hours 6", delete: "2" },
    deletion: "It is said what holds in its place; bookings stay as they are.",
  },
};
