/** SCENARIOS.md 19, 20, 23 and 24: series, by number. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSeries } from "../../src/operations/series.ts";
import { moveOccurrence } from "../../src/operations/series-occurrence.ts";
import { type Bookable, COURSES, KINDS, makeBookable, TEACHERS } from "../support/bookable.ts";
import { contents, lessonRow, type Row } from "../support/bookings.ts";
import { itemsOf, seriesFor, storyOf } from "../support/series.ts";

/** What it was refused with. */
async function refusalOf(
  work: Promise<unknown>,
): Promise<{ code: string; message: string; details: unknown }> {
  const error = await work.then(
    () => null,
    (thrown: { kind?: string; code: string; message: string; details: unknown }) => thrown,
  );
  if (error?.kind !== "refused") throw error ?? new Error("it was not refused");
  return error;
}

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  test("19: weekly 17:00 in Madrid stays 17:00 over both changes of the clocks", async () => {
    const { id } = await school.run((c) =>
      createSeries(c, seriesFor("ana", { from: "2027-03-16", count: 35 })),
    );
    const items = await itemsOf(school, id);
    expect(items.map(({ teacher_local }) => teacher_local!.slice(11))).toEqual(items.map(() => "17:00"));
    const hours = items.map(({ start_at_utc }) => start_at_utc!.slice(0, 13));
    expect(hours.slice(0, 3)).toEqual(["2027-03-16 16", "2027-03-23 16", "2027-03-30 15"]);
    expect(hours.slice(-3)).toEqual(["2027-10-26 15", "2027-11-02 16", "2027-11-09 16"]);
    expect(items.map(({ occurrence_index }) => occurrence_index)).toEqual(items.map((_, at) => at + 1));
  });

  test("20: monthly on the 31st passes over the months that lack it, and the preview says so", async () => {
    // Every day at 17:00 there is a slot: the teacher's others take what the series' own cannot.
    for (const weekday of [0, 2, 3, 4, 5, 6])
      await school.put("teacher_availability", {
        teacher_id: TEACHERS.tom,
        course_id: null,
        slot_type: "recurring",
        day_of_week: weekday,
        start_time: "17:00:00",
        end_time: "18:00:00",
        timezone: "Europe/Madrid",
        is_active: true,
        is_blocked: false,
        blocked_reason: "",
      });
    const asked = seriesFor("ana", { from: "2026-12-31", count: 5, rule: { frequency: "monthly" } });
    const { id, skipped_months } = await school.run((c) => createSeries(c, asked));
    expect(skipped_months).toEqual(["2027-02", "2027-04", "2027-06"]);
    expect((await itemsOf(school, id)).map(({ teacher_local }) => teacher_local)).toEqual([
      "2026-12-31 17:00",
      "2027-01-31 17:00",
      "2027-03-31 17:00",
      "2027-05-31 17:00",
      "2027-07-31 17:00",
    ]);
  });

  test("23: of 24 the 3rd and the 9th clash: both are named at once, and nothing is left behind", async () => {
    const third = await school.put(
      "live_class_booking",
      lessonRow("ben", "2026-12-08 16:30:00", "2026-12-08 17:30:00"),
    );
    const ninth = await school.put(
      "live_class_booking",
      lessonRow("cleo", "2027-01-19 16:00:00", "2027-01-19 17:00:00"),
    );
    const before = await contents(school.database.db);
    const asked = seriesFor("ana", { count: 24 });
    const { code, message, details } = await refusalOf(school.run((c) => createSeries(c, asked)));
    expect(code).toBe("teacher-overlap");
    expect(message).toContain("2 of 24 occurrences cannot be booked");
    expect(message).toMatch(
      new RegExp(
        `3 \\(Tue 8 Dec 2026 17:00.*booking ${third}.*; 9 \\(Tue 19 Jan 2027 17:00.*booking ${ninth}`,
      ),
    );
    expect(details).toMatchObject({
      conflicts: [
        { occurrence: 3, date: "2026-12-08", rules: ["teacher-overlap"] },
        { occurrence: 9, date: "2027-01-19", rules: ["teacher-overlap"] },
      ],
    });
    expect(await contents(school.database.db)).toEqual(before);

    const { id, occurrences } = await school.run((c) => createSeries(c, { ...asked, on_conflict: "skip" }));
    const made = await itemsOf(school, id);
    expect(made.map(({ occurrence_index }) => occurrence_index)).toEqual(
      Array.from({ length: 22 }, (_, at) => at + 1),
    );
    expect(
      occurrences.filter(({ occurrence_index }) => occurrence_index === null).map(({ date }) => date),
    ).toEqual(["2026-12-08", "2027-01-19"]);
    const { booking_series, booking_event } = await contents(school.database.db);
    expect(booking_series.at(-1)).toMatchObject({ occurrence_count: 22, until_date: null });
    const event = booking_event.find(({ subject }) => subject === "booking_series") as Row;
    expect(JSON.parse(String(event.to_value)).left_out).toMatchObject([
      { date: "2026-12-08", rules: ["teacher-overlap"] },
      { date: "2027-01-19", rules: ["teacher-overlap"] },
    ]);
  });

  test("24: one of a series moved: its index kept, no booking more, the others where they were", async () => {
    const { id } = await school.run((c) => createSeries(c, seriesFor("ana")));
    const before = await storyOf(school, id);
    const late = await school.put("teacher_availability", {
      teacher_id: TEACHERS.tom,
      course_id: COURSES.talk,
      slot_type: "recurring",
      day_of_week: 4,
      start_time: "10:00:00",
      end_time: "11:00:00",
      timezone: "Europe/Madrid",
      is_active: true,
      is_blocked: false,
      blocked_reason: "",
    });
    const { booking } = await school.run((c) =>
      moveOccurrence(c, {
        series: id,
        occurrence_index: 2,
        to: { slot_id: late, date: "2026-12-04" as never, course_id: null },
      }),
    );
    const after = await storyOf(school, id);
    expect(after).toEqual(before.with(1, "2 confirmed 2026-12-04 09:00:00"));
    const items = await itemsOf(school, id);
    expect(items[1]).toMatchObject({ booking_id: booking.id, moved_from_at_utc: "2026-12-01 16:00:00" });
    expect(items.map(({ moved_from_at_utc }) => moved_from_at_utc === null)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    const { live_class_booking } = await contents(school.database.db);
    expect(live_class_booking.filter(({ status }) => status === "confirmed")).toHaveLength(4);
    expect(live_class_booking.filter(({ status }) => status === "rescheduled")).toHaveLength(1);
  });
});
