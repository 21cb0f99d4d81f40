/** Teachers' booking policies. */
import { columns, id, type Model, reference } from "../model.ts";

const nullable = { nullable: true };

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
};
