/** Series of the bookable school: requests, series written by hand, and what is in one. */
import type { LocalDate } from "../../src/domain/instant.ts";
import type { RuleCode } from "../../src/domain/rules.ts";
import type { Ending, Recurrence } from "../../src/domain/series.ts";
import type { SeriesRequest } from "../../src/operations/series.ts";
import type { SeriesPlace } from "../../src/operations/series-plan.ts";
import { describeSeries, type ShownItem } from "../../src/operations/series-view.ts";
import { type Bookable, COURSES, SLOTS, STUDENTS, TEACHERS, TODAY } from "./bookable.ts";
import { lessonRow, type Row, type StudentName } from "./bookings.ts";

interface Asked {
  place?: SeriesPlace;
  from?: string;
  count?: number;
  until?: string;
  rule?: Partial<Recurrence>;
  skip?: boolean;
  overrides?: readonly RuleCode[];
}

export function endingOf({ count = 4, until }: { count?: number; until?: string }): Ending {
  return until === undefined ? { occurrence_count: count } : { until_date: until as LocalDate };
}

/** By default four of tom's Tuesdays, 17:00 in Madrid. */
export function seriesFor(student: StudentName, asked: Asked = {}): SeriesRequest {
  return {
    student_user_id: STUDENTS[student],
    place: asked.place ?? { slot_id: SLOTS.tuesday, course_id: null },
    from: (asked.from as LocalDate | undefined) ?? null,
    recurrence: { frequency: "weekly", interval: 1, days: [], ...asked.rule },
    ending: endingOf(asked),
    on_conflict: asked.skip ? "skip" : "fail",
    overrides: new Set(asked.overrides),
    note: "",
    default_meeting_link: "",
    default_meeting_id: "",
    default_meeting_passcode: "",
  };
}

/** More of a series. */
export function extension(id: number, asked: Omit<Asked, "place" | "from" | "rule"> = {}) {
  return {
    id,
    ending: endingOf(asked),
    on_conflict: asked.skip ? ("skip" as const) : ("fail" as const),
    overrides: new Set<RuleCode>(asked.overrides),
    note: "",
  };
}

/** The row of a series as the migration makes one: no weekdays, and it counts its members (LEGACY 2.6). */
export function seriesRow(student: StudentName, more: Row = {}): Row {
  return {
    student_user_id: STUDENTS[student],
    teacher_id: TEACHERS.tom,
    course_id: COURSES.talk,
    type: "one_on_one_series",
    status: "active",
    frequency: "weekly",
    interval: 1,
    days_of_week: "",
    occurrence_count: 0,
    until_date: null,
    default_meeting_link: "",
    default_meeting_id: "",
    default_meeting_passcode: "",
    ...more,
  };
}

/** A series and its lessons of an hour, written as the migration does. @returns its id */
export async function putSeries(
  school: Bookable,
  student: StudentName,
  lessons: readonly { start: string; status?: string }[],
  more: Row = {},
): Promise<number> {
  const id = await school.put(
    "booking_series",
    seriesRow(student, { occurrence_count: lessons.length, ...more }),
  );
  for (const [at, { start, status = "confirmed" }] of lessons.entries()) {
    const end = `${start.slice(0, 11)}${String(Number(start.slice(11, 13)) + 1).padStart(2, "0")}${start.slice(13)}`;
    const booking_id = await school.put("live_class_booking", lessonRow(student, start, end, { status }));
    await school.put("booking_series_item", { series_id: id, booking_id, occurrence_index: at + 1 });
  }
  return id;
}

/** The occurrences of a series, as `series show` has them. */
export async function itemsOf(school: Bookable, id: number): Promise<ShownItem[]> {
  return (await school.look((c) => describeSeries(c, id))).items;
}

/** `1 confirmed 2026-11-24 16:00:00` */
export async function storyOf(school: Bookable, id: number): Promise<string[]> {
  return (await itemsOf(school, id)).map(
    ({ occurrence_index, status, start_at_utc }) => `${occurrence_index} ${status} ${start_at_utc}`,
  );
}

/** A class of Spanish with tom: 11:00 in Madrid, as the one on Mon 1 Feb 2027. @returns its id */
export function putClass(school: Bookable, start: string, more: Row = {}): Promise<number> {
  return school.put("live_class_session", {
    course_id: COURSES.spanish,
    teacher_id: TEACHERS.tom,
    title: "Class",
    description: "",
    scheduled_start: start,
    duration_minutes: 60,
    status: "scheduled",
    timezone_snapshot: "Europe/Madrid",
    meeting_provider: "zoom",
    total_seats: 3,
    capacity: 3,
    max_attendees: 3,
    seats_taken: 0,
    enable_waitlist: false,
    created_at: TODAY,
    updated_at: TODAY,
    ...more,
  });
}
