/** Bookings of the bookable school: requests, rows written by hand, and all that is there at one moment. */
import { sql } from "kysely";
import type { LogicalTable } from "../../src/db/layout.ts";
import type { Db } from "../../src/db/open.ts";
import { insertRow } from "../../src/db/rows.ts";
import type { Actor } from "../../src/domain/actor.ts";
import type { LocalDate } from "../../src/domain/instant.ts";
import type { RuleCode } from "../../src/domain/rules.ts";
import type { BookingRequest } from "../../src/operations/booking.ts";
import type { Context } from "../../src/operations/context.ts";
import { type Bookable, COURSES, SESSIONS, SLOTS, STUDENTS, TEACHERS, TODAY } from "./bookable.ts";

export type StudentName = keyof typeof STUDENTS;
export type Row = Record<string, unknown>;

interface Terms {
  seats?: number;
  overrides?: readonly RuleCode[];
}

const terms = (student: StudentName, { seats = 1, overrides = [] }: Terms) => ({
  student_user_id: STUDENTS[student],
  seats,
  note: "",
  overrides: new Set(overrides),
  moved: null,
});

/** A seat in a session. */
export function seat(
  student: StudentName,
  session: keyof typeof SESSIONS,
  more: Terms = {},
): BookingRequest & { session_id: number } {
  return { ...terms(student, more), session_id: SESSIONS[session] };
}

/** A lesson at the next time of a slot, or on a date. */
export function lesson(
  student: StudentName,
  slot: keyof typeof SLOTS,
  { on, course, ...more }: Terms & { on?: string; course?: keyof typeof COURSES } = {},
): BookingRequest & { slot_id: number } {
  return {
    ...terms(student, more),
    slot_id: SLOTS[slot],
    date: (on as LocalDate | undefined) ?? null,
    course_id: course === undefined ? null : COURSES[course],
  };
}

const written = {
  status: "confirmed",
  student_note: "",
  teacher_note: "",
  seats_reserved: 1,
  decision_at: null,
  decided_by_id: null,
  cancelled_by_id: null,
  cancelled_at: null,
  cancel_reason: "",
  created_at: TODAY,
  updated_at: TODAY,
};

/** The row of a seat in tom's Monday morning, or wherever `more` says. */
export function seatRow(student: StudentName, more: Row = {}): Row {
  return {
    ...written,
    booking_type: "group_session",
    course_id: COURSES.spanish,
    teacher_id: TEACHERS.tom,
    student_user_id: STUDENTS[student],
    session_id: SESSIONS.morning,
    start_at_utc: "2027-02-01 10:00:00",
    end_at_utc: "2027-02-01 11:00:00",
    ...more,
  };
}

/** The row of a lesson with tom. */
export function lessonRow(student: StudentName, start: string, end: string, more: Row = {}): Row {
  return {
    ...written,
    booking_type: "one_on_one",
    course_id: COURSES.talk,
    teacher_id: TEACHERS.tom,
    student_user_id: STUDENTS[student],
    session_id: null,
    start_at_utc: start,
    end_at_utc: end,
    ...more,
  };
}

/** A policy of tom's for all his courses that asks nothing but what `more` says. */
export function policyRow(more: Row = {}): Row {
  return {
    teacher_id: TEACHERS.tom,
    course_id: null,
    requires_approval_for_one_on_one: false,
    requires_approval_for_group: false,
    min_notice_hours: 0,
    cancel_window_hours: 0,
    buffer_before_minutes: 0,
    buffer_after_minutes: 0,
    max_bookings_per_day: null,
    ...more,
  };
}

/** An entry of the queue of the session with a waitlist. */
export function waitRow(student: StudentName, more: Row = {}): Row {
  return {
    session_id: SESSIONS.queued,
    student_user_id: STUDENTS[student],
    status: "waiting",
    created_at: TODAY,
    offered_at: null,
    offer_expires_at: null,
    ...more,
  };
}

/** Writes a row inside a running operation, as a hand would. @returns its id */
export function putInto(context: Context, table: LogicalTable, row: Row): Promise<number> {
  return insertRow(context.database, context.trx, table, row);
}

/** Every table that a booking operation may write. */
const WRITTEN = [
  "live_class_session",
  "live_class_booking",
  "session_waitlist",
  "teacher_availability",
  "teacher_booking_policy",
  "booking_series",
  "booking_series_item",
  "booking_event",
  "notification_outbox",
] as const satisfies readonly LogicalTable[];

export type Contents = Record<(typeof WRITTEN)[number], Row[]>;

/** All rows of these tables, by id. */
export async function contents(db: Db): Promise<Contents> {
  const all: [string, Row[]][] = [];
  for (const table of WRITTEN) {
    const { rows } = await sql<Row>`select * from ${sql.table(table)} order by id`.execute(db);
    all.push([table, rows]);
  }
  return Object.fromEntries(all) as Contents;
}

/** What an operation refuses with: the code of its refusal. @throws Error where it was not refused, or the database changed */
export async function refusal(
  school: Bookable,
  work: (context: Context) => Promise<unknown>,
  acting?: { actor?: Actor; now?: string },
): Promise<string> {
  const before = await contents(school.database.db);
  const code = await school.run(work, acting).then(
    () => null,
    (error: { kind?: string; code?: string }) => {
      if (error.kind !== "refused") throw error;
      return error.code!;
    },
  );
  if (code === null) throw new Error("it was not refused");
  const after = await contents(school.database.db);
  if (JSON.stringify(after) !== JSON.stringify(before))
    throw new Error(`refused (${code}), but rows changed`);
  return code;
}
