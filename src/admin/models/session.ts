/** Live classes, and the times that teachers offer. */
import { SLOT_TYPES } from "../../domain/availability.ts";
import { CANCEL_REASONS } from "../../domain/booking.ts";
import { LONGEST_MINUTES, MEETING_PROVIDERS, SESSION_STATUSES } from "../../domain/session.ts";
import type { DeclaredField } from "../form.ts";
import { columns, id, type Model, reference, word } from "../model.ts";

const nullable = { nullable: true };

const SESSION: readonly DeclaredField[] = [
  { field: "description", about: "what it is about" },
  { field: "duration_minutes", about: `from 1 to ${LONGEST_MINUTES}; a new session's 60`, least: 1 },
  { field: "capacity", about: "how many seats; a new session's 10", least: 1 },
  { field: "enable_waitlist", about: "whether students wait for a seat when it is full" },
  { field: "meeting_provider", about: MEETING_PROVIDERS.join(", "), emptied: true },
  { field: "meeting_link", about: "where the class meets" },
  { field: "meeting_id", about: "the provider's id of the meeting" },
  { field: "meeting_passcode", about: "the meeting's passcode" },
];

const SESSION_KEPT = {
  id: "is given by the database",
  scheduled_start: "follows start_at_utc: --start-at-utc",
  scheduled_end: "follows the start and the length: --duration-minutes",
  end_at_utc: "follows the start and the length: --duration-minutes",
  timezone_snapshot: "is the teacher's zone when the session was planned",
  total_seats: "is the same as capacity: --capacity",
  max_attendees: "is the same as capacity: --capacity",
  seats_taken: "is counted by the database from the bookings",
  created_at: "is kept by the operations",
  updated_at: "is kept by the operations",
};

type Given = Parameters<NonNullable<DeclaredField["asked"]>>[0];
const weekly = ({ slot_type }: Given) => slot_type !== "one_time";
const once = ({ slot_type }: Given) => slot_type !== "recurring";

const SLOT: readonly DeclaredField[] = [
  { field: "course_id", about: "for this course alone", emptied: true },
  { field: "day_of_week", about: "weekly: 0 (Monday) to 6 (Sunday), or mon … sun", most: 6, asked: weekly },
  { field: "start_time", about: "weekly: HH:MM on the slot's clock", asked: weekly },
  {
    field: "end_time",
    about: "weekly: HH:MM; one that is not after the start is on the next day",
    asked: weekly,
  },
  { field: "valid_from", about: "weekly: the first local date", emptied: true, asked: weekly },
  { field: "valid_until", about: "weekly: the last local date", emptied: true, asked: weekly },
  { field: "start_datetime", about: "once: when it begins", asked: once },
  { field: "end_datetime", about: "once: when it ends", asked: once },
  { field: "timezone", about: "the zone of the slot's clock; a new slot's is the teacher's" },
];

export const liveClassSession: Model = {
  name: "LiveClassSession",
  table: "live_class_session",
  summary: "live class sessions: when, by whom, and how many seats",
  one: "session",
  many: "sessions",
  access: "editable",
  noun: "session",
  columns: [
    id,
    reference("course_id", "course", nullable),
    reference("teacher_id", "teacher", nullable),
    ...columns("text", ["title", "description"]),
    ...columns("app-time", ["scheduled_start", "scheduled_end"], nullable),
    ...columns("instant", ["start_at_utc", "end_at_utc"], nullable),
    ...columns("text", ["timezone_snapshot"]),
    ...columns("whole", ["duration_minutes"], nullable),
    word("status", SESSION_STATUSES),
    word("meeting_provider", MEETING_PROVIDERS, nullable),
    ...columns("text", ["meeting_link", "meeting_id", "meeting_passcode"]),
    ...columns("whole", ["total_seats", "capacity", "max_attendees"], nullable),
    ...columns("whole", ["seats_taken"]),
    ...columns("flag", ["enable_waitlist"]),
    ...columns("instant", ["created_at", "updated_at"], nullable),
  ],
  shown: ["id", "status", "title", "teacher", "course", "start_at_utc", "capacity", "seats_taken"],
  filters: [
    "status",
    "teacher_id",
    "course_id",
    "start_at_utc",
    "meeting_provider",
    "enable_waitlist",
    "capacity",
    "created_at",
    "updated_at",
  ],
  search: ["title", "description", "teacher", "course"],
  order: ["-id"],
  dates: "start_at_utc",
  related: [
    { key: "bookings", model: "LiveClassBooking", by: "session_id" },
    { key: "waitlist", model: "SessionWaitlist", by: "session_id" },
    { key: "legacy_bookings", model: "Booking", by: "session_id" },
  ],
  form: {
    add: [
      { field: "course_id", about: "the course", needed: true },
      { field: "teacher_id", about: "who teaches", needed: true },
      { field: "start_at_utc", about: "when it begins; a bare time is local to --tz", needed: true },
      { field: "title", about: "what it is called (default: the course's title)" },
      { field: "status", about: "scheduled (the default) or draft" },
      ...SESSION,
    ],
    edit: [
      {
        field: "status",
        about: "takes the operation's path: scheduled, booking_closed, live, completed, cancelled",
      },
      { field: "title", about: "what it is called" },
      { field: "course_id", about: "another course; the bookings follow" },
      { field: "teacher_id", about: "another teacher; the bookings follow" },
      { field: "start_at_utc", about: "another time; the bookings follow" },
      ...SESSION,
    ],
    kept: SESSION_KEPT,
    overrides: {
      add: ["teacher-overlap"],
      edit: ["teacher-overlap", "student-overlap", "enrollment", "attendance-time"],
    },
    actions: [
      {
        name: "cancel",
        example: "19 --note illness --yes --now 2026-11-20T09:00:00Z",
        asks: true,
        about: "call sessions off, with their bookings and queues",
        terms: [
          {
            field: word("reason", CANCEL_REASONS),
            about: `${CANCEL_REASONS.join(", ")} (default: by who acts)`,
          },
          { field: { name: "note", kind: "text" }, about: "more, told to the students" },
        ],
      },
      {
        name: "complete",
        example: "18 --unmarked attended --now 2026-11-24T18:00:00Z",
        about: "settle sessions that took place",
        terms: [
          {
            field: word("unmarked", ["leave", "attended", "no_show"]),
            about: "what becomes of confirmed bookings that nobody marked (default: leave)",
          },
        ],
        overrides: ["attendance-time"],
      },
      { name: "close", example: "19 --now 2026-11-20T09:00:00Z", about: "take no more bookings" },
      {
        name: "reopen",
        example:
          "--status booking_closed --teacher marta --enable-waitlist no --yes --now 2026-11-20T09:00:00Z",
        about: "take bookings again",
      },
    ],
    examples: {
      add: "--course 1 --teacher 1 --start-at-utc 2026-12-02T16:00:00Z --capacity 8 --now 2026-11-20T09:00:00Z",
      edit: "19 --capacity 12 --enable-waitlist yes --now 2026-11-20T09:00:00Z",
      delete: "--status draft --yes",
    },
    deletion:
      "Its bookings with their places in series, and its queue, go with it; students of what was still to come are told. Refused where legacy bookings name it: cancel it instead.",
  },
};

export const teacherAvailability: Model = {
  name: "TeacherAvailability",
  table: "teacher_availability",
  summary: "the times that teachers offer for lessons: slots",
  one: "slot",
  many: "slots",
  access: "editable",
  noun: "slot",
  columns: [
    id,
    reference("teacher_id", "teacher", nullable),
    reference("course_id", "course", nullable),
    word("slot_type", SLOT_TYPES),
    ...columns("whole", ["day_of_week"], nullable),
    ...columns("time", ["start_time", "end_time"], nullable),
    ...columns("date", ["valid_from", "valid_until"], nullable),
    ...columns("instant", ["start_datetime", "end_datetime"], nullable),
    ...columns("text", ["timezone"], nullable),
    ...columns("flag", ["is_active", "is_blocked"]),
    ...columns("text", ["blocked_reason"]),
  ],
  shown: [
    "id",
    "teacher",
    "course",
    "slot_type",
    "day_of_week",
    "start_time",
    "end_time",
    "start_datetime",
    "is_active",
    "is_blocked",
  ],
  filters: [
    "slot_type",
    "teacher_id",
    "course_id",
    "day_of_week",
    "is_active",
    "is_blocked",
    "start_datetime",
    "valid_from",
    "valid_until",
  ],
  search: ["teacher", "course", "blocked_reason"],
  order: ["teacher_id", "id"],
  dates: "start_datetime",
  related: [{ key: "legacy_lessons", model: "OneOnOneBooking", by: "availability_slot_id" }],
  form: {
    add: [
      { field: "teacher_id", about: "whose it is", needed: true },
      { field: "slot_type", about: "recurring (weekly) or one_time", needed: true },
      ...SLOT,
    ],
    edit: [
      ...SLOT,
      { field: "is_active", about: "whether it is offered; a confirmed lesson takes a single slot out" },
      { field: "is_blocked", about: "takes the operation's path: block, unblock" },
      { field: "blocked_reason", about: "why it is blocked" },
    ],
    kept: {
      id: "is given by the database",
      teacher_id: "stays: add a slot of the other teacher",
      slot_type: "stays: add a slot of the other type",
    },
    overrides: { add: ["slot-overlap"], edit: ["slot-overlap"] },
    actions: [
      {
        name: "block",
        example: "2 9 --reason holiday",
        about: "take slots out of the offer; lessons at their times stay",
        terms: [{ field: { name: "reason", kind: "text" }, about: "why, for those who look" }],
      },
      { name: "unblock", example: "12", about: "offer blocked slots again" },
    ],
    examples: {
      add: "--teacher 1 --slot-type recurring --day-of-week fri --start-time 17:00 --end-time 18:00 --valid-from 2027-01-01 --now 2026-11-20T09:00:00Z",
      edit: "12 --is-blocked no",
      delete: "--search nobody --yes",
    },
    deletion: "Lessons at its times stay booked. Refused where legacy lessons name it: block it instead.",
  },
};
