/** Faults of series and policies, by check. */
import type { Bookable } from "./bookable.ts";
import { lessonRow, policyRow } from "./bookings.ts";
import { byHand, type Fault } from "./fault.ts";

const series = (id: number, status = "active") => ({
  id,
  student_user_id: 11,
  teacher_id: 1,
  course_id: 2,
  type: "one_on_one_series",
  status,
  frequency: "weekly",
  interval: 1,
  days_of_week: "1",
  occurrence_count: 3,
  until_date: null,
  default_meeting_link: "",
  default_meeting_id: "",
  default_meeting_passcode: "",
});

/** Tom's Tuesdays at 16:00 UTC: 17:00 in Madrid before the 28th of March, 18:00 after it. */
async function plantSeries(school: Bookable): Promise<void> {
  await school.put(
    "live_class_booking",
    ...["2027-03-16", "2027-03-23", "2027-03-30"].map((date, at) =>
      lessonRow("ana", `${date} 16:00:00`, `${date} 17:00:00`, { id: 101 + at }),
    ),
  );
  await school.put("booking_series", series(7));
  await school.put(
    "booking_series_item",
    ...[1, 2, 3].map((n) => ({ id: 200 + n, series_id: 7, booking_id: 100 + n, occurrence_index: n })),
  );
}

export const SERIES_FAULTS: readonly Fault[] = [
  {
    check: "series_gaps",
    what: "an occurrence was deleted by hand",
    plant: async (school) => {
      await plantSeries(school);
      await byHand(
        school,
        "update {booking_series} set status = 'completed'",
        "update {booking_series_item} set occurrence_index = occurrence_index + 3",
      );
    },
    found: ["series:7"],
  },
  {
    check: "series_gaps",
    what: "a number that is no whole one",
    only: "sqlite",
    plant: async (school) => {
      await plantSeries(school);
      await byHand(
        school,
        "update {booking_series} set status = 'completed'",
        "update {booking_series_item} set occurrence_index = 1.5 where occurrence_index = 2",
      );
    },
    found: ["series:7"],
  },
  {
    check: "series_item_without_booking",
    what: "its booking was deleted",
    plant: async (school) => {
      await plantSeries(school);
      await byHand(school, "delete from {live_class_booking} where id = 103");
    },
    found: ["series_item:203"],
    stays: ["series_item:203"],
  },
  {
    check: "series_clock",
    what: "weeks were added in UTC",
    plant: plantSeries,
    found: ["series:7.occurrence_3"],
    stays: ["series:7.occurrence_3"],
  },
  {
    check: "series_clock",
    what: "not at the time that the record says",
    plant: async (school) => {
      await plantSeries(school);
      await school.put("booking_event", {
        at: "2026-11-20 08:00:00",
        actor: "shell:root",
        what: "created",
        subject: "booking_series",
        subject_id: 7,
        to_value: JSON.stringify({ time: "18:00:00", timezone: "Europe/Madrid", last_date: "2027-03-30" }),
      });
    },
    found: ["series:7.occurrence_1", "series:7.occurrence_2"],
    stays: ["series:7.occurrence_1", "series:7.occurrence_2"],
  },
  {
    check: "policy_conflict",
    what: "two of a teacher and course",
    inSchema: true,
    only: "sqlite",
    layout: "native",
    plant: async (school) => {
      const [index] = [...school.database.layout.table("teacher_booking_policy")!.indexes].filter(
        (name) => name.includes("course_id") && name.includes("uniq"),
      );
      await byHand(school, `drop index "${index}"`);
      await school.put(
        "teacher_booking_policy",
        policyRow({ id: 31, course_id: 2 }),
        policyRow({ id: 32, course_id: 2 }),
      );
    },
    found: ["policy:32"],
    stays: ["policy:32"],
  },
  {
    check: "policy_terms",
    what: "a notice of thirty years",
    plant: (school) =>
      school.put(
        "teacher_booking_policy",
        policyRow({ id: 1, min_notice_hours: 262_800, max_bookings_per_day: 2_000 }),
      ),
    found: ["policy:1.max_bookings_per_day", "policy:1.min_notice_hours"],
    stays: ["policy:1.max_bookings_per_day", "policy:1.min_notice_hours"],
  },
  {
    check: "policy_terms",
    what: "words where numbers belong",
    only: "sqlite",
    layout: "native",
    plant: async (school) => {
      await school.put("teacher_booking_policy", policyRow({ id: 1 }), policyRow({ id: 2, course_id: 2 }));
      await byHand(
        school,
        "update {teacher_booking_policy} set min_notice_hours = 'abc', max_bookings_per_day = 'many' where id = 1",
        "update {teacher_booking_policy} set buffer_after_minutes = x'00' where id = 2",
      );
    },
    found: ["policy:1.max_bookings_per_day", "policy:1.min_notice_hours", "policy:2.buffer_after_minutes"],
    stays: ["policy:1.max_bookings_per_day", "policy:1.min_notice_hours", "policy:2.buffer_after_minutes"],
  },
  {
    check: "policy_without_opening",
    what: "no lesson a day; a notice that no slot leaves",
    plant: async (school) => {
      await school.put(
        "teacher_booking_policy",
        policyRow({ id: 1, max_bookings_per_day: 0 }),
        policyRow({ id: 2, teacher_id: 2, min_notice_hours: 8_000 }),
      );
      await byHand(school, "update {teacher_availability} set valid_until = '2027-03-01' where id = 3");
    },
    found: ["policy:1.no_lessons", "policy:2.notice"],
    stays: ["policy:1.no_lessons", "policy:2.notice"],
  },
];
