/** Bookings that recur, and their occurrences. */
import { FREQUENCIES, SERIES_STATUSES, SERIES_TYPES } from "../../domain/series.ts";
import { columns, id, type Model, reference, word } from "../model.ts";

const nullable = { nullable: true };

export const bookingSeries: Model = {
  name: "BookingSeries",
  table: "booking_series",
  summary: "bookings that recur",
  one: "series",
  many: "series",
  access: "editable",
  noun: "series",
  columns: [
    id,
    reference("student_user_id", "app_user"),
    reference("teacher_id", "teacher"),
    reference("course_id", "course"),
    word("type", SERIES_TYPES),
    word("status", SERIES_STATUSES),
    word("frequency", FREQUENCIES),
    ...columns("whole", ["interval"]),
    ...columns("text", ["days_of_week"]),
    ...columns("whole", ["occurrence_count"], nullable),
    ...columns("date", ["until_date"], nullable),
    ...columns("text", ["default_meeting_link", "default_meeting_id", "default_meeting_passcode"]),
  ],
  shown: ["id", "type", "status", "student", "teacher", "course", "frequency", "interval", "until_date"],
  filters: [
    "status",
    "type",
    "frequency",
    "student_user_id",
    "teacher_id",
    "course_id",
    "occurrence_count",
    "until_date",
  ],
  search: ["student", "teacher", "course"],
  order: ["-id"],
  dates: "until_date",
  related: [{ key: "items", model: "BookingSeriesItem", by: "series_id" }],
};

export const bookingSeriesItem: Model = {
  name: "BookingSeriesItem",
  table: "booking_series_item",
  summary: "the occurrences of series: which booking is which",
  one: "occurrence",
  many: "occurrences",
  access: "editable",
  noun: null,
  columns: [
    id,
    reference("series_id", "booking_series"),
    reference("booking_id", "live_class_booking"),
    ...columns("whole", ["occurrence_index"]),
  ],
  shown: ["id", "series_id", "series", "occurrence_index", "booking_id", "booking"],
  filters: ["series_id", "booking_id", "occurrence_index"],
  search: ["series", "booking"],
  order: ["series_id", "occurrence_index"],
  dates: null,
  related: [],
};
