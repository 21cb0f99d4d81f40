/** Bookings, and who waits for a seat. */
import { BOOKING_STATUSES, BOOKING_TYPES, CANCEL_REASONS } from "../../domain/booking.ts";
import { OVERRIDABLE } from "../../domain/rules.ts";
import { WAITLIST_STATUSES } from "../../domain/waitlist.ts";
import type { DeclaredField } from "../form.ts";
import { columns, id, type Model, reference, word } from "../model.ts";

const nullable = { nullable: true };

/** What every booking rule can be set aside by; which of them an operation asks is its own business. */
const RULES = [...OVERRIDABLE];

const LESSON: readonly DeclaredField[] = [
  {
    field: reference("slot_id", "teacher_availability"),
    about: "a lesson at a time of this slot",
    asked: ({ session_id }) => session_id === undefined,
  },
  {
    field: { name: "on", kind: "date" },
    about: "the lesson's local date (default: the slot's next)",
    asked: ({ slot_id }) => slot_id !== undefined,
  },
];

const REASON: DeclaredField = {
  field: word("reason", CANCEL_REASONS),
  about: `${CANCEL_REASONS.join(", ")} (default: by who acts)`,
};

export const liveClassBooking: Model = {
  name: "LiveClassBooking",
  table: "live_class_booking",
  summary: "bookings: seats in group sessions, and one-on-one lessons",
  one: "booking",
  many: "bookings",
  access: "editable",
  noun: "booking",
  columns: [
    id,
    word("booking_type", BOOKING_TYPES),
    reference("course_id", "course"),
    reference("teacher_id", "teacher"),
    reference("student_user_id", "app_user"),
    ...columns("instant", ["start_at_utc", "end_at_utc"]),
    word("status", BOOKING_STATUSES),
    ...columns("text", ["student_note", "teacher_note"]),
    reference("session_id", "live_class_session", nullable),
    ...columns("whole", ["seats_reserved"]),
    ...columns("instant", ["decision_at"], nullable),
    reference("decided_by_id", "app_user", nullable),
    reference("cancelled_by_id", "app_user", nullable),
    ...columns("instant", ["cancelled_at"], nullable),
    word("cancel_reason", CANCEL_REASONS, nullable),
    ...columns("instant", ["created_at", "updated_at"]),
  ],
  shown: ["id", "booking_type", "status", "student", "course", "teacher", "start_at_utc", "seats_reserved"],
  filters: [
    "status",
    "booking_type",
    "student_user_id",
    "teacher_id",
    "course_id",
    "session_id",
    "start_at_utc",
    "cancel_reason",
    "decided_by_id",
    "cancelled_by_id",
    "seats_reserved",
    "decision_at",
    "cancelled_at",
    "created_at",
    "updated_at",
  ],
  search: ["student", "teacher", "course", "session", "student_note", "teacher_note"],
  order: ["-id"],
  dates: "start_at_utc",
  related: [{ key: "series_items", model: "BookingSeriesItem", by: "booking_id" }],
  form: {
    becomes: "session_waitlist",
    add: [
      { field: "student_user_id", about: "who it is for", needed: true },
      { field: "session_id", about: "a seat in this session" },
      ...LESSON,
      {
        field: "teacher_id",
        about: "a lesson with this teacher, with --start-at-utc",
        asked: ({ session_id, slot_id }) => session_id === undefined && slot_id === undefined,
      },
      {
        field: "start_at_utc",
        about: "when the lesson begins: a time that a slot of the teacher offers",
        asked: ({ teacher_id }) => teacher_id !== undefined,
      },
      {
        field: "course_id",
        about: "the lesson's course, where the slot is for all of its teacher's",
        asked: ({ session_id }) => session_id === undefined,
      },
      {
        field: "seats_reserved",
        about: "how many seats (default: 1)",
        least: 1,
        asked: ({ session_id }) => session_id !== undefined,
      },
      { field: "student_note", about: "a note of the student" },
      { field: "teacher_note", about: "a note of the teacher" },
    ],
    edit: [
      { field: "status", about: "takes the operation's path: approve, decline, cancel, attend, no-show" },
      {
        field: "cancel_reason",
        about: "why, with --status cancelled (default: by who acts)",
        asked: ({ status }) => status === "cancelled",
      },
      { field: "student_note", about: "the student's note" },
      { field: "teacher_note", about: "the teacher's note" },
      { field: "session_id", about: "moves it to a seat in this session: a booking in its place" },
      { ...LESSON[0]!, about: "moves it to a time of this slot: a booking in its place" },
      LESSON[1]!,
      { field: "course_id", about: "with --slot, where that is for all of its teacher's courses" },
    ],
    kept: {
      id: "is given by the database",
      booking_type: "follows from the session or the slot",
      student_user_id: "stays whose it is: add a booking for the other student, and cancel this one",
      teacher_id: "follows from the session or the slot",
      start_at_utc: "follows from the session or the slot: --session or --slot moves the booking",
      end_at_utc: "follows from the session or the slot",
      seats_reserved: "stays what was asked for: cancel the booking and add it with other seats",
      decision_at: "is written by approving and declining",
      decided_by_id: "is written by approving and declining",
      cancelled_by_id: "is written by cancelling",
      cancelled_at: "is written by cancelling",
      created_at: "is kept by the operations",
      updated_at: "is kept by the operations",
    },
    overrides: { add: RULES, edit: RULES },
    actions: [
      {
        name: "approve",
        example: "118 252 --now 2026-11-20T09:00:00Z",
        about: "confirm requests",
        overrides: RULES,
      },
      {
        name: "decline",
        example: "--status pending --teacher marta --reason holiday --yes --now 2026-11-20T09:00:00Z",
        about: "decline requests",
        terms: [{ field: { name: "reason", kind: "text" }, about: "why: told to the student" }],
      },
      {
        name: "cancel",
        example: "1 --reason conflict --now 2026-11-20T09:00:00Z",
        about: "cancel bookings; the seat goes to the next who waits",
        terms: [REASON, { field: { name: "note", kind: "text" }, about: "more, kept in the teacher's note" }],
        overrides: RULES,
      },
      {
        name: "attend",
        example: "--session 18 --status confirmed --yes --now 2026-11-24T18:00:00Z",
        about: "mark who came",
        overrides: RULES,
      },
      {
        name: "no-show",
        example: "1 --now 2026-11-24T18:00:00Z",
        about: "mark who did not come",
        overrides: RULES,
      },
    ],
    examples: {
      add: "--session 19 --student hugo --now 2026-11-20T09:00:00Z",
      edit: "118 --status confirmed --teacher-note welcome --now 2026-11-20T09:00:00Z",
      delete: "1 --now 2026-11-20T09:00:00Z",
    },
    deletion:
      "Its place in a series goes with it, later occurrences move up. Its seat goes to the next who waits; a single slot is offered again. Students of what was still to come are told. A legacy row that it came from is reported by `legacy migrate` as diverged.",
  },
};

export const sessionWaitlist: Model = {
  name: "SessionWaitlist",
  table: "session_waitlist",
  summary: "places in the queues of full sessions",
  one: "waitlist entry",
  many: "waitlist entries",
  access: "editable",
  noun: "waitlist",
  columns: [
    id,
    reference("session_id", "live_class_session"),
    reference("student_user_id", "app_user"),
    word("status", WAITLIST_STATUSES),
    ...columns("instant", ["created_at"]),
    ...columns("instant", ["offered_at", "offer_expires_at", "accepted_at", "expired_at"], nullable),
  ],
  shown: ["id", "status", "student", "session", "session_id", "created_at", "offer_expires_at"],
  filters: [
    "status",
    "session_id",
    "student_user_id",
    "created_at",
    "offered_at",
    "offer_expires_at",
    "accepted_at",
    "expired_at",
  ],
  search: ["student", "session"],
  order: ["-id"],
  dates: "created_at",
  related: [],
  form: {
    add: [
      { field: "session_id", about: "the full session that is waited for", needed: true },
      { field: "student_user_id", about: "who waits", needed: true },
    ],
    edit: [
      {
        field: "status",
        about:
          "takes the operation's path: offered, accepted (books the seat), expired (leaves), waiting (joins again)",
      },
    ],
    kept: {
      id: "is given by the database",
      session_id: "stays: add an entry for the other session",
      student_user_id: "stays: add an entry for the other student",
      created_at: "is the place in the queue: offers go by it",
      offered_at: "is written by offering",
      offer_expires_at: "is written by offering, by the setting offer_ttl",
      accepted_at: "is written by accepting",
      expired_at: "is written by leaving and expiring",
    },
    overrides: { add: RULES, edit: RULES },
    actions: [
      {
        name: "offer",
        example: "--session 20 --status accepted --yes --now 2026-11-20T09:00:00Z",
        about: "offer an open seat",
        overrides: ["queue-order"],
      },
      {
        name: "accept",
        example: "--session 20 --status offered --yes --now 2026-11-20T09:00:00Z",
        about: "book the seats that are offered",
        overrides: RULES,
      },
      {
        name: "leave",
        example: "8 --now 2026-11-20T09:00:00Z",
        about: "give places up (expired); an offer's seat goes to the next",
      },
    ],
    examples: {
      add: "--session 20 --student uma --override enrollment --now 2026-11-20T09:00:00Z",
      edit: "8 --status expired --now 2026-11-20T09:00:00Z",
      delete: "8 --now 2026-11-20T09:00:00Z",
    },
    deletion: "The seat of an offer goes to the next who waits. Who still waited is told.",
  },
};
