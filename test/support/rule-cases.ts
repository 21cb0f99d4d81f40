/** When each rule of a new booking holds and when it does not, to the microsecond (SPEC 3). */
import type { LogicalTable } from "../../src/db/layout.ts";
import type { RuleCode } from "../../src/domain/rules.ts";
import type { BookingRequest } from "../../src/operations/booking.ts";
import { type ACTORS, COURSES, SESSIONS, SLOTS, STUDENTS, TEACHERS } from "./bookable.ts";
import { lesson, lessonRow, type Row, type StudentName, seat, seatRow } from "./bookings.ts";

export interface RuleCase {
  rule: RuleCode;
  /** What is special about it. */
  when: string;
  holds: boolean;
  /** Rows that are there. */
  rows?: [LogicalTable, Row][];
  /** Rows of the school that are different. */
  changes?: [LogicalTable, number, Row][];
  now?: string;
  as?: keyof typeof ACTORS;
  /** Ana's seat in tom's Monday morning where left out. */
  asked?: BookingRequest;
}

const once = lesson("ana", "once"); // Wed 3 Feb 2027 16:00–17:00 UTC, tom
const bookings = (...rows: Row[]): [LogicalTable, Row][] => rows.map((row) => ["live_class_booking", row]);
const offer = (student: StudentName, expires: string): [LogicalTable, Row] => [
  "session_waitlist",
  {
    session_id: SESSIONS.morning,
    student_user_id: STUDENTS[student],
    status: "offered",
    created_at: "2026-11-01 09:00:00",
    offered_at: "2026-11-19 09:00:00",
    offer_expires_at: expires,
  },
];
/** The enrollment of ana in Spanish. */
const ENROLLMENT = 1;
const anywhere = { session_id: SESSIONS.evening, teacher_id: TEACHERS.tina };

const byStatus = (
  statuses: Record<string, boolean>,
  make: (status: string) => Omit<RuleCase, "when" | "holds">,
): RuleCase[] => Object.entries(statuses).map(([when, holds]) => ({ ...make(when), when, holds }));

export const RULE_CASES: RuleCase[] = [
  { rule: "enrollment", when: "active", holds: true },
  { rule: "enrollment", when: "not enrolled", holds: false, asked: seat("hal", "morning") },
  ...byStatus({ paused: false, expired: false, completed: false }, (status) => ({
    rule: "enrollment",
    changes: [["enrollment", ENROLLMENT, { status }]],
  })),
  ...byStatus(
    { group_session: true, one_on_one: false, none: false, "": true, hybrid: true },
    (booking_type) => ({
      rule: "course-type",
      changes: [["course", COURSES.spanish, { booking_type }]],
    }),
  ),
  ...byStatus({ one_on_one: true, group_session: false, none: false, any: true }, (booking_type) => ({
    rule: "course-type",
    changes: [["course", COURSES.talk, { booking_type }]],
    asked: once,
  })),
  ...byStatus(
    { scheduled: true, draft: false, live: false, completed: false, cancelled: false, booking_closed: false },
    (status) => ({ rule: "session-open", changes: [["live_class_session", SESSIONS.morning, { status }]] }),
  ),
  { rule: "session-open", when: "a microsecond to go", holds: true, now: "2027-02-01 09:59:59.999999" },
  { rule: "session-open", when: "it begins now", holds: false, now: "2027-02-01 10:00:00" },
  {
    rule: "session-open",
    when: "it begins a microsecond after the second",
    holds: true,
    now: "2027-02-01 10:00:00",
    changes: [["live_class_session", SESSIONS.morning, { scheduled_start: "2027-02-01 10:00:00.000001" }]],
  },
  {
    rule: "capacity",
    when: "the last seat",
    holds: true,
    rows: bookings(seatRow("ben"), seatRow("cleo", { status: "attended" })),
  },
  {
    rule: "capacity",
    when: "none left",
    holds: false,
    rows: bookings(seatRow("ben", { seats_reserved: 2 }), seatRow("cleo", { status: "attended" })),
  },
  {
    rule: "capacity",
    when: "requests hold seats",
    holds: false,
    rows: bookings(seatRow("ben", { seats_reserved: 2 }), seatRow("cleo", { status: "pending" })),
  },
  {
    rule: "capacity",
    when: "what ended and who stayed away hold none",
    holds: true,
    rows: bookings(
      ...["declined", "cancelled", "rescheduled", "no_show"].map((status, at) =>
        seatRow((["ben", "cleo", "dan", "eva"] as const)[at]!, { status }),
      ),
    ),
  },
  {
    rule: "capacity",
    when: "two asked, two open",
    holds: true,
    rows: bookings(seatRow("ben")),
    asked: seat("ana", "morning", { seats: 2 }),
  },
  {
    rule: "capacity",
    when: "three asked, two open",
    holds: false,
    rows: bookings(seatRow("ben")),
    asked: seat("ana", "morning", { seats: 3 }),
  },
  {
    rule: "capacity",
    when: "an offer has a microsecond left",
    holds: false,
    rows: [...bookings(seatRow("ben", { seats_reserved: 2 })), offer("cleo", "2026-11-20 09:00:00.000001")],
  },
  {
    rule: "capacity",
    when: "an offer runs out now",
    holds: true,
    rows: [...bookings(seatRow("ben", { seats_reserved: 2 })), offer("cleo", "2026-11-20 09:00:00")],
  },
  ...byStatus(
    {
      pending: false,
      confirmed: false,
      attended: false,
      no_show: false,
      declined: true,
      cancelled: true,
      rescheduled: true,
    },
    (status) => ({ rule: "duplicate", rows: bookings(seatRow("ana", { status })) }),
  ),
  ...byStatus(
    {
      pending: false,
      confirmed: false,
      attended: false,
      no_show: false,
      declined: true,
      cancelled: true,
      rescheduled: true,
    },
    (status) => ({
      rule: "duplicate",
      rows: bookings(lessonRow("ana", "2027-02-03 16:00:00", "2027-02-03 17:00:00", { status })),
      asked: once,
    }),
  ),
  ...byStatus(
    {
      pending: false,
      confirmed: false,
      attended: true,
      no_show: true,
      declined: true,
      cancelled: true,
      rescheduled: true,
    },
    (status) => ({
      rule: "student-overlap",
      rows: bookings(
        lessonRow("ana", "2027-02-01 10:30:00", "2027-02-01 11:30:00", { status, teacher_id: TEACHERS.tina }),
      ),
    }),
  ),
  {
    rule: "student-overlap",
    when: "the one ends as the other begins",
    holds: true,
    rows: bookings(
      lessonRow("ana", "2027-02-01 09:00:00", "2027-02-01 10:00:00", { teacher_id: TEACHERS.tina }),
    ),
  },
  {
    rule: "student-overlap",
    when: "a microsecond in common",
    holds: false,
    rows: bookings(
      lessonRow("ana", "2027-02-01 09:00:00", "2027-02-01 10:00:00.000001", { teacher_id: TEACHERS.tina }),
    ),
  },
  {
    rule: "student-overlap",
    when: "a lesson beside a seat",
    holds: false,
    rows: bookings(
      seatRow("ana", {
        ...anywhere,
        start_at_utc: "2027-02-03 16:59:59.999999",
        end_at_utc: "2027-02-03 18:00:00",
      }),
    ),
    asked: once,
  },
  ...byStatus(
    {
      pending: false,
      confirmed: false,
      attended: true,
      no_show: true,
      declined: true,
      cancelled: true,
      rescheduled: true,
    },
    (status) => ({
      rule: "teacher-overlap",
      rows: bookings(lessonRow("ben", "2027-02-03 15:30:00", "2027-02-03 16:30:00", { status })),
      asked: once,
    }),
  ),
  {
    rule: "teacher-overlap",
    when: "a microsecond in common",
    holds: false,
    rows: bookings(lessonRow("ben", "2027-02-03 15:30:00", "2027-02-03 16:00:00.000001")),
    asked: once,
  },
  {
    rule: "teacher-overlap",
    when: "the one begins as the other ends",
    holds: true,
    rows: bookings(lessonRow("ben", "2027-02-03 17:00:00", "2027-02-03 18:00:00")),
    asked: once,
  },
  ...byStatus(
    {
      draft: true,
      cancelled: true,
      completed: true,
      scheduled: false,
      live: false,
      booking_closed: false,
    },
    (status) => ({
      rule: "teacher-overlap",
      changes: [["live_class_session", SESSIONS.morning, { scheduled_start: "2027-02-03 16:30:00", status }]],
      asked: once,
    }),
  ),
  { rule: "availability", when: "an opening", holds: true, asked: once },
  { rule: "availability", when: "its date", holds: true, asked: lesson("ana", "once", { on: "2027-02-03" }) },
  {
    rule: "availability",
    when: "another date",
    holds: false,
    asked: lesson("ana", "once", { on: "2027-02-04" }),
  },
  {
    rule: "availability",
    when: "a Wednesday of a Tuesday slot",
    holds: false,
    asked: lesson("ana", "tuesday", { on: "2026-12-02" }),
  },
  {
    rule: "availability",
    when: "after its last day",
    holds: false,
    changes: [["teacher_availability", SLOTS.tuesday, { valid_until: "2026-12-01" }]],
    asked: lesson("ana", "tuesday", { on: "2026-12-08" }),
  },
  {
    rule: "availability",
    when: "on its last day",
    holds: true,
    changes: [["teacher_availability", SLOTS.tuesday, { valid_until: "2026-12-01" }]],
    asked: lesson("ana", "tuesday", { on: "2026-12-01" }),
  },
  {
    rule: "availability",
    when: "blocked",
    holds: false,
    changes: [["teacher_availability", SLOTS.once, { is_blocked: true, blocked_reason: "holidays" }]],
    asked: once,
  },
  {
    rule: "availability",
    when: "not active",
    holds: false,
    changes: [["teacher_availability", SLOTS.once, { is_active: false }]],
    asked: once,
  },
];
