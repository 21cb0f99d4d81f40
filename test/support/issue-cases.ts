/** A row for every reason that a person's answer resolves, with the answer and what becomes of the row. */
import type { Row } from "../../fixtures/django-tables.ts";
import { ben, booking, english, lesson, noah, once, session, tess } from "../../fixtures/edge-cases/world.ts";
import type { World } from "../../fixtures/edge-cases.ts";
import type { Answers } from "../../src/db/legacy-issue.ts";
import { rowsOnly } from "./delta.ts";

/** What is wrong with a row, what a person answers, and what the row then is. */
export interface IssueCase {
  code: string;
  row: Row;
  answers: Answers;
  becomes: Row;
  /** Its session's or slot's columns. */
  place?: Row;
  sqliteOnly?: true;
}

export const groupCases: IssueCase[] = [
  {
    code: "unknown_status",
    row: { status: "refunded" },
    answers: { given_status: "no_show" },
    becomes: { status: "no_show" },
  },
  {
    code: "missing_user",
    row: { user_id: 999 },
    answers: { given_student_user_id: ben },
    becomes: { student_user_id: ben },
  },
  {
    code: "missing_session",
    row: { session_id: 999 },
    answers: { given_session_id: 1500 },
    becomes: { session_id: 1500, start_at_utc: "2026-07-01 10:00:00" },
  },
  {
    code: "missing_course",
    place: { course_id: 999 },
    row: {},
    answers: { given_course_id: english },
    becomes: { course_id: english },
  },
  {
    code: "missing_teacher",
    place: { teacher_id: 999 },
    row: {},
    answers: { given_teacher_id: noah },
    becomes: { teacher_id: noah },
  },
  {
    code: "session_without_teacher",
    place: { teacher_id: null },
    row: {},
    answers: { given_teacher_id: tess },
    becomes: { teacher_id: tess },
  },
  {
    code: "bad_time_range",
    place: { start_at_utc: "2026-04-01 10:00:00", end_at_utc: "2026-04-01 10:00:00" },
    row: {},
    answers: { given_end_at_utc: "2026-04-01T10:45:00.000001Z" },
    becomes: { start_at_utc: "2026-04-01 10:00:00", end_at_utc: "2026-04-01 10:45:00.000001" },
  },
  {
    code: "bad_timestamp",
    row: { confirmed_at: "yesterday" },
    answers: { given_timestamp: "2026-03-05 10:00:00+02:00" },
    becomes: { decision_at: "2026-03-05 08:00:00" },
    sqliteOnly: true,
  },
  {
    code: "missing_session",
    row: { session_id: 998, status: "waitlisted" },
    answers: { given_session_id: 1500, given_student_user_id: ben },
    becomes: { outcome: "waitlisted", session_id: 1500, student_user_id: ben },
  },
];

const recurring = {
  slot_type: "recurring",
  day_of_week: 1,
  start_time: "14:00:00",
  end_time: "15:00:00",
  start_datetime: null,
  end_datetime: null,
};

export const lessonCases: IssueCase[] = [
  {
    code: "missing_slot",
    row: { availability_slot_id: 999 },
    answers: {
      given_teacher_id: noah,
      given_start_at_utc: "2026-05-01T10:00:00Z",
      given_end_at_utc: "2026-05-01T11:00:00Z",
    },
    becomes: { teacher_id: noah, start_at_utc: "2026-05-01 10:00:00" },
  },
  {
    code: "no_course",
    row: { course_id: null },
    answers: { given_course_id: english },
    becomes: { course_id: english },
  },
  {
    code: "incomplete_slot",
    place: { start_datetime: null },
    row: {},
    answers: { given_start_at_utc: "2026-05-02T10:00:00Z", given_end_at_utc: "2026-05-02T10:30:00Z" },
    becomes: { start_at_utc: "2026-05-02 10:00:00", end_at_utc: "2026-05-02 10:30:00" },
  },
  {
    code: "bad_timezone",
    place: { ...recurring, timezone: "Madrid time" },
    row: {},
    answers: { given_timezone: "Asia/Kolkata" },
    becomes: { start_at_utc: "2026-03-03 08:30:00" },
  },
  {
    code: "slot_has_no_occurrence",
    place: { ...recurring, valid_until: "2026-01-01" },
    row: {},
    answers: { given_start_at_utc: "2026-05-05 12:00:00" },
    becomes: { start_at_utc: "2026-05-05 12:00:00", end_at_utc: "2026-05-05 13:00:00" },
  },
  {
    code: "bad_time_range",
    place: { end_datetime: "2026-03-01 10:00:00" },
    row: {},
    answers: { given_end_at_utc: "2026-08-01T10:00:00Z" },
    becomes: { end_at_utc: "2026-08-01 10:00:00" },
  },
  {
    code: "missing_user",
    row: { user_id: 999 },
    answers: { given_student_user_id: ben },
    becomes: { student_user_id: ben },
  },
];

/** A row and its session or slot for each case, numbered; all at different times. */
export function issueWorld(group: readonly IssueCase[], oneOnOne: readonly IssueCase[]): World {
  const at = (nth: number, hour: number) => `2026-03-${10 + nth} ${hour}:00:00`;
  return rowsOnly({
    live_class_session: [
      ...group.map((one, nth) => session({ id: 1000 + nth, scheduled_start: at(nth, 12), ...one.place })),
      session({ id: 1500, scheduled_start: "2026-07-01 10:00:00" }),
    ],
    booking: group.map((one, nth) => booking({ id: 1 + nth, session_id: 1000 + nth, ...one.row })),
    teacher_availability: oneOnOne.map((one, nth) =>
      once({ id: 2000 + nth, start_datetime: at(nth, 16), end_datetime: at(nth, 17), ...one.place }),
    ),
    one_on_one_booking: oneOnOne.map((one, nth) =>
      lesson({ id: 1 + nth, availability_slot_id: 2000 + nth, ...one.row }),
    ),
  });
}
