/** Bookings that recur, and their occurrences. */

import { CANCEL_REASONS } from "../../domain/booking.ts";
import { OVERRIDABLE } from "../../domain/rules.ts";
import {
  FREQUENCIES,
  LONGEST_INTERVAL,
  MOST_OCCURRENCES,
  SERIES_STATUSES,
  SERIES_TYPES,
} from "../../domain/series.ts";
import { ON_CONFLICT } from "../../operations/series-book.ts";
import type { DeclaredField } from "../form.ts";
import { columns, id, type Model, reference, word } from "../model.ts";

const nullable = { nullable: true };

const MEETING: readonly DeclaredField[] = [
  { field: "default_meeting_link", about: "where its lessons meet" },
  { field: "default_meeting_id", about: "the provider's id of the meeting" },
  { field: "default_meeting_passcode", about: "the meeting's passcode" },
];

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
  form: {
    add: [
      { field: "student_user_id", about: "who it is for", needed: true },
      { field: reference("slot_id", "teacher_availability"), about: "lessons at this recurring slot's time" },
      {
        field: "course_id",
        about: "seats in this course's sessions; with --slot the lessons' course, where the slot is for all",
      },
      {
        field: "teacher_id",
        about: "sessions of this teacher, where the course has several",
        asked: ({ slot_id }) => slot_id === undefined,
      },
      {
        field: { name: "start_time", kind: "time" },
        about: "sessions that begin then, in the teacher's zone (default: as the next one)",
        asked: ({ slot_id }) => slot_id === undefined,
      },
      { field: { name: "from", kind: "date" }, about: "the first local date (default: the next there is)" },
      { field: "frequency", about: "how often (default: weekly)" },
      {
        field: "interval",
        about:
          "every so many weeks, pairs of weeks, months; custom: days, or weeks with weekdays (default: 1)",
        least: 1,
        most: LONGEST_INTERVAL,
      },
      {
        field: "days_of_week",
        about: "mon,wed or 0,2 with 0 = Monday (default: the slot's, the next session's)",
        asked: ({ frequency }) => frequency !== "monthly",
      },
      { field: "occurrence_count", about: "so many occurrences", least: 1, most: MOST_OCCURRENCES },
      {
        field: "until_date",
        about: "no later than this local date",
        asked: ({ occurrence_count }) => occurrence_count === undefined,
      },
      {
        field: word("on_conflict", ON_CONFLICT),
        about: "fail: nothing at all; skip: book the others (default: fail)",
      },
      { field: { name: "note", kind: "text" }, about: "a note of the student, on every booking" },
      ...MEETING,
    ],
    edit: [
      { field: "status", about: "takes the operation's path: active (resume), paused, cancelled" },
      ...MEETING,
    ],
    kept: {
      id: "is given by the database",
      student_user_id: "stays: its lessons are this student's",
      teacher_id: "stays: its lessons are this teacher's",
      course_id: "stays: its lessons are of this course",
      type: "follows from what it was made of: a slot's lessons, or seats in a course's sessions",
      frequency: "is the rule by which its lessons were booked",
      interval: "is the rule by which its lessons were booked",
      days_of_week: "is the rule by which its lessons were booked",
      occurrence_count: "counts its lessons: `classbook series extend` adds some",
      until_date: "is where its lessons end: `classbook series extend` adds some",
    },
    overrides: { add: [...OVERRIDABLE] },
    actions: [
      {
        name: "pause",
        example: "4 --now 2026-11-20T09:00:00Z",
        about: "no lesson is added; those to come stay booked",
      },
      {
        name: "resume",
        example: "--status paused --yes --now 2026-11-20T09:00:00Z",
        about: "paused series are active again",
      },
      {
        name: "cancel",
        example: "4 --yes --now 2026-11-20T09:00:00Z",
        asks: true,
        about: "end series and cancel their lessons to come",
        terms: [
          {
            field: word("reason", CANCEL_REASONS),
            about: `${CANCEL_REASONS.join(", ")} (default: by who acts)`,
          },
          { field: { name: "note", kind: "text" }, about: "more, kept in the teacher's notes" },
        ],
        overrides: ["cancel-window"],
      },
    ],
    examples: {
      add: "--slot 2 --student greta --from 2027-01-07 --occurrence-count 4 --now 2026-11-20T09:00:00Z",
      edit: "4 --default-meeting-link https://meet.example/mei",
      delete: "5",
    },
    deletion: "Its items go with it; its bookings stay as they are (`cancel` ends those to come).",
  },
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
  form: {
    add: [
      { field: "series_id", about: "the series", needed: true },
      {
        field: "booking_id",
        about: "a booking of the series' student, teacher, course and type, in no series yet",
        needed: true,
      },
      { field: "occurrence_index", about: "the next number, which is the default", least: 1 },
    ],
    edit: [{ field: "booking_id", about: "another booking that fits the series" }],
    kept: {
      id: "is given by the database",
      series_id: "stays: delete the item, and add one to the other series",
      occurrence_index: "counts 1, 2, 3 … without a gap: delete the item, and add it at the end",
    },
    actions: [],
    examples: { add: "--series 1 --booking 264", edit: "10 --booking 265", delete: "5" },
    deletion: "Later occurrences of the series move up; the booking stays.",
  },
};
