/** When the rules that a teacher's policy sets hold, and who may book for whom (SPEC 3). */
import type { LogicalTable } from "../../src/db/layout.ts";
import { COURSES, TEACHERS } from "./bookable.ts";
import { lesson, lessonRow, policyRow, type Row, seat, seatRow } from "./bookings.ts";
import type { RuleCase } from "./rule-cases.ts";

const once = lesson("ana", "once"); // Wed 3 Feb 2027 16:00–17:00 UTC, tom
const policies = (...rows: Row[]): [LogicalTable, Row][] =>
  rows.map((row) => ["teacher_booking_policy", policyRow(row)]);
const busy = (start: string, end: string, more: Row = {}): [LogicalTable, Row] => [
  "live_class_booking",
  lessonRow("ben", `2027-02-03 ${start}`, `2027-02-03 ${end}`, more),
];

/** A lesson of tom's beside 16:00–17:00, with policies of the course asked for (Talk) and of the neighbour's. */
const neighbour = (
  when: string,
  holds: boolean,
  time: [string, string],
  own: [before: number, after: number],
  theirs: [before: number, after: number] = own,
): RuleCase => ({
  rule: "buffer",
  when,
  holds,
  rows: [
    ...policies(
      { course_id: COURSES.talk, buffer_before_minutes: own[0], buffer_after_minutes: own[1] },
      { course_id: COURSES.club, buffer_before_minutes: theirs[0], buffer_after_minutes: theirs[1] },
    ),
    busy(...time, { course_id: COURSES.club }),
  ],
  asked: once,
});

const limited = (when: string, holds: boolean, policy: Row, ...others: [LogicalTable, Row][]): RuleCase => ({
  rule: "daily-limit",
  when,
  holds,
  rows: [...policies(policy), ...others],
  asked: once,
});

const notice = (min_notice_hours: number): Pick<RuleCase, "rule" | "rows"> => ({
  rule: "min-notice",
  rows: policies({ min_notice_hours }),
});

export const POLICY_CASES: RuleCase[] = [
  { ...notice(24), when: "exactly the notice", holds: true, now: "2027-01-31 10:00:00" },
  { ...notice(24), when: "a microsecond less", holds: false, now: "2027-01-31 10:00:00.000001" },
  { ...notice(24), when: "a lesson in time", holds: true, now: "2027-02-02 16:00:00", asked: once },
  { ...notice(24), when: "a lesson too late", holds: false, now: "2027-02-02 16:00:00.000001", asked: once },
  {
    ...notice(0),
    when: "no notice asked, it begins now",
    holds: true,
    now: "2027-02-03 16:00:00",
    asked: once,
  },
  { ...notice(0), when: "it began", holds: false, now: "2027-02-03 16:00:00.000001", asked: once },
  neighbour("enough after the earlier", true, ["14:00:00", "15:30:00"], [0, 30]),
  neighbour("a microsecond short after the earlier", false, ["14:00:00", "15:30:00.000001"], [0, 30]),
  neighbour("enough before the later", true, ["17:30:00", "18:00:00"], [30, 0]),
  neighbour("a microsecond short before the later", false, ["17:29:59.999999", "18:00:00"], [30, 0]),
  neighbour("the earlier's buffer after is the larger", false, ["15:00:00", "15:40:00"], [10, 0], [0, 30]),
  neighbour("the later's buffer before is the larger", false, ["15:00:00", "15:40:00"], [30, 0], [0, 10]),
  neighbour("the own buffer after is the larger", false, ["17:20:00", "18:00:00"], [0, 30], [10, 0]),
  neighbour("the neighbour's buffer before is the larger", false, ["17:20:00", "18:00:00"], [0, 10], [30, 0]),
  neighbour("buffers that look the other way do not count", true, ["15:00:00", "16:00:00"], [0, 30], [30, 0]),
  neighbour("the larger of both, not their sum", true, ["15:00:00", "15:40:00"], [20, 0], [0, 20]),
  {
    rule: "buffer",
    when: "a session of the teacher counts",
    holds: false,
    rows: policies({ buffer_before_minutes: 30 }),
    changes: [["live_class_session", 1, { scheduled_start: "2027-02-03 14:45:00" }]],
    asked: once,
  },
  limited("below it", true, { max_bookings_per_day: 2 }, busy("08:00:00", "09:00:00")),
  limited("reached", false, { max_bookings_per_day: 1 }, busy("08:00:00", "09:00:00")),
  limited("none allowed", false, { max_bookings_per_day: 0 }),
  ...["pending", "attended", "no_show"].map((status) =>
    limited(`${status} counts`, false, { max_bookings_per_day: 1 }, busy("08:00:00", "09:00:00", { status })),
  ),
  ...["declined", "cancelled", "rescheduled"].map((status) =>
    limited(
      `${status} does not`,
      true,
      { max_bookings_per_day: 1 },
      busy("08:00:00", "09:00:00", { status }),
    ),
  ),
  limited("seats do not count", true, { max_bookings_per_day: 1 }, [
    "live_class_booking",
    seatRow("ben", { start_at_utc: "2027-02-03 08:00:00", end_at_utc: "2027-02-03 09:00:00" }),
  ]),
  limited(
    "a course policy counts its course",
    true,
    { course_id: COURSES.talk, max_bookings_per_day: 1 },
    busy("08:00:00", "09:00:00", { course_id: COURSES.club }),
  ),
  limited(
    "the default policy counts every course",
    false,
    { max_bookings_per_day: 1 },
    busy("08:00:00", "09:00:00", { course_id: COURSES.club }),
  ),
  // Midnight of Madrid is 23:00 UTC.
  limited("the local day begins", false, { max_bookings_per_day: 1 }, [
    "live_class_booking",
    lessonRow("ben", "2027-02-02 23:00:00", "2027-02-02 23:30:00"),
  ]),
  limited("a microsecond before the local day", true, { max_bookings_per_day: 1 }, [
    "live_class_booking",
    lessonRow("ben", "2027-02-02 22:59:59.999999", "2027-02-02 23:30:00"),
  ]),
  limited("the local day is over", true, { max_bookings_per_day: 1 }, [
    "live_class_booking",
    lessonRow("ben", "2027-02-03 23:00:00", "2027-02-03 23:30:00"),
  ]),
  { rule: "permission", when: "the student's own", holds: true, as: "ana" },
  { rule: "permission", when: "the session's teacher", holds: true, as: "tom" },
  { rule: "permission", when: "staff", holds: true, as: "paula" },
  { rule: "permission", when: "the operator", holds: true, as: "shell" },
  { rule: "permission", when: "another student", holds: false, as: "ben" },
  { rule: "permission", when: "another teacher", holds: false, as: "tina" },
  { rule: "permission", when: "a student, somebody else's lesson", holds: false, as: "ben", asked: once },
  { rule: "permission", when: "a lesson of another teacher", holds: false, as: "tina", asked: once },
  {
    rule: "permission",
    when: "a teacher as a student",
    holds: true,
    as: "tom",
    rows: [["enrollment", { user_id: 2, course_id: COURSES.spanish, status: "active" }]],
    changes: [["live_class_session", 1, { teacher_id: TEACHERS.tina }]],
    asked: { ...seat("ana", "morning"), student_user_id: 2 },
  },
];
