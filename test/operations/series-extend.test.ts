/** Going on with series (SPEC 5): from where, in which rhythm, and what stands in the way. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSeries, type SeriesRequest } from "../../src/operations/series.ts";
import { cancelSeries } from "../../src/operations/series-change.ts";
import { extendSeries } from "../../src/operations/series-extend.ts";
import { moveOccurrence, skipOccurrence } from "../../src/operations/series-occurrence.ts";
import { describeSeries } from "../../src/operations/series-view.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import { type Bookable, COURSES, KINDS, makeBookable, SLOTS, TEACHERS, TODAY } from "../support/bookable.ts";
import { contents, lessonRow, refusal } from "../support/bookings.ts";
import { extension, itemsOf, putClass, putSeries, seriesFor, storyOf } from "../support/series.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const create = (asked: SeriesRequest) => school.run((c) => createSeries(c, asked));
  const row = async (id: number) =>
    (await contents(school.database.db)).booking_series.find((series) => series.id === id)!;
  const seats = { course_id: COURSES.spanish, teacher_id: TEACHERS.tom, startsAt: null };

  const extend = (id: number, asked = {}, now: string = TODAY) =>
    school.run((c) => extendSeries(c, extension(id, asked)), { now });

  test("goes on after the last date of the rule, wherever its lesson was moved", async () => {
    const { id } = await create(seriesFor("ana", { count: 2 }));
    await school.run((c) =>
      moveOccurrence(c, {
        series: id,
        occurrence_index: 2,
        to: { slot_id: SLOTS.once, date: "2027-02-03" as never, course_id: null },
      }),
    );
    await extend(id, { count: 2 });
    expect(await storyOf(school, id)).toEqual([
      "1 confirmed 2026-11-24 16:00:00",
      "2 confirmed 2027-02-03 16:00:00",
      "3 confirmed 2026-12-08 16:00:00",
      "4 confirmed 2026-12-15 16:00:00",
    ]);
    expect(await row(id)).toMatchObject({ occurrence_count: 4, until_date: null, status: "active" });
    await extend(id, { until: "2026-12-29" });
    expect(await storyOf(school, id)).toHaveLength(6);
    expect(await row(id)).toMatchObject({ occurrence_count: null, until_date: "2026-12-29" });
  });

  test("a date that was left out at the end is not tried again, and indices go on without a gap", async () => {
    await school.put("live_class_booking", lessonRow("ben", "2026-12-08 16:00:00", "2026-12-08 17:00:00"));
    const { id } = await create(seriesFor("ana", { count: 3, skip: true }));
    await extend(id, { count: 1 });
    expect(await storyOf(school, id)).toEqual([
      "1 confirmed 2026-11-24 16:00:00",
      "2 confirmed 2026-12-01 16:00:00",
      "3 confirmed 2026-12-15 16:00:00",
    ]);
    expect(await row(id)).toMatchObject({ occurrence_count: 3 });
  });

  test("what clashes is told by its place in the series, and nothing is added", async () => {
    const { id } = await create(seriesFor("ana", { count: 2 }));
    await school.put("live_class_booking", lessonRow("ben", "2026-12-15 16:00:00", "2026-12-15 17:00:00"));
    expect(await refusal(school, (c) => extendSeries(c, extension(id, { count: 3 })))).toBe(
      "teacher-overlap",
    );
    await expect(extend(id, { count: 3 })).rejects.toThrow(
      /1 of 3 occurrences cannot be booked: 4 \(Tue 15 Dec/,
    );
    await extend(id, { count: 3, skip: true });
    expect((await storyOf(school, id)).map((line) => line.split(" ")[0])).toEqual(["1", "2", "3", "4"]);
  });

  test("after a pause of months it goes on with the next date that is still to come, in its rhythm", async () => {
    const asked = seriesFor("ana", { count: 2, rule: { frequency: "biweekly" } });
    const { id } = await create(asked);
    await extend(id, { count: 1 }, "2027-03-01 09:00:00");
    expect((await storyOf(school, id)).at(-1)).toBe("3 confirmed 2027-03-02 16:00:00");
  });

  test("a group series goes on at its time, though its last session was moved", async () => {
    const second = await putClass(school, "2027-02-08 10:00:00");
    const { id } = await create(seriesFor("ana", { place: seats, from: "2027-02-01", count: 2 }));
    await school.run((c) =>
      updateSession(c, { id: second, start_at_utc: "2027-02-10 15:00:00" as never, overrides: new Set() }),
    );
    await putClass(school, "2027-02-15 10:00:00");
    await extend(id, { count: 1 });
    const items = await itemsOf(school, id);
    expect(items[1]).toMatchObject({
      moved_from_at_utc: "2027-02-08 10:00:00",
      start_at_utc: "2027-02-10 15:00:00",
    });
    expect(items[2]).toMatchObject({ start_at_utc: "2027-02-15 10:00:00" });
  });

  test("a migrated series goes on where its last lesson was planned: with a slot, or where staff set that aside", async () => {
    const id = await putSeries(school, "ana", [
      { start: "2026-11-10 16:00:00", status: "attended" },
      { start: "2026-11-17 16:00:00", status: "attended" },
    ]);
    await extend(id, { count: 2 });
    expect((await storyOf(school, id)).slice(2)).toEqual([
      "3 confirmed 2026-11-24 16:00:00",
      "4 confirmed 2026-12-01 16:00:00",
    ]);
    expect(await row(id)).toMatchObject({ occurrence_count: 4 });
    const odd = await putSeries(school, "ben", [{ start: "2026-11-18 08:15:00", status: "attended" }], {
      status: "completed",
    });
    expect(await refusal(school, (c) => extendSeries(c, extension(odd)))).toBe("availability");
    await expect(extend(odd)).rejects.toThrow(/tom has no slot Wed 25 Nov 2026 09:15–10:15 Europe\/Madrid/);
    await extend(odd, { count: 1, overrides: ["availability"] });
    expect(await storyOf(school, odd)).toEqual([
      "1 attended 2026-11-18 08:15:00",
      "2 confirmed 2026-11-25 08:15:00",
    ]);
    expect(await row(odd)).toMatchObject({ status: "active" });
  });

  test("an end that is not after the last date, and a series that is not going on: one sentence", async () => {
    const { id } = await create(seriesFor("ana", { count: 2 }));
    await expect(extend(id, { until: "2026-12-01" })).rejects.toMatchObject({ code: "bad_rule" });
    for (const status of ["paused", "cancelled"]) {
      await school.database.db.updateTable("booking_series").set({ status }).where("id", "=", id).execute();
      expect(await refusal(school, (c) => extendSeries(c, extension(id)))).toBe("status");
    }
  });

  test.each([
    ["no occurrences", {}, [], /it has no occurrences/],
    [
      "a frequency that nobody knows",
      { frequency: "fortnightly" },
      ["2026-11-17 16:00:00"],
      /frequency "fortnightly"/,
    ],
    ["weekdays that are none", { days_of_week: "Tue?" }, ["2026-11-17 16:00:00"], /days_of_week "Tue\?"/],
    ["an interval of nothing", { interval: 0 }, ["2026-11-17 16:00:00"], /interval 0/],
    ["a type that nobody knows", { type: "series" }, ["2026-11-17 16:00:00"], /type "series"/],
  ])("broken by %s: refused and shown with one sentence", async (_, more, starts, sentence) => {
    const id = await putSeries(
      school,
      "ana",
      starts.map((start) => ({ start })),
      more,
    );
    expect(await refusal(school, (c) => extendSeries(c, extension(id)))).toBe("broken_series");
    expect((await school.look((c) => describeSeries(c, id))).problem).toMatch(sentence);
  });

  // The foreign keys of PostgreSQL rule it out.
  if (engine === "sqlite")
    test("a booking that is gone: named where it is needed, and in the way of nothing else", async () => {
      const id = await putSeries(school, "ana", [
        { start: "2026-11-24 16:00:00" },
        { start: "2026-12-01 16:00:00" },
      ]);
      const gone = (await itemsOf(school, id))[1]!.booking_id;
      school.database.sqlite!.pragma("foreign_keys = off");
      await school.database.db.deleteFrom("live_class_booking").where("id", "=", gone).execute();
      expect(await refusal(school, (c) => extendSeries(c, extension(id)))).toBe("broken_series");
      const skip = (occurrence_index: number) => (c: Parameters<typeof skipOccurrence>[0]) =>
        skipOccurrence(c, { series: id, occurrence_index });
      expect(await refusal(school, skip(2))).toBe("broken_series");
      const shown = await school.look((c) => describeSeries(c, id));
      expect(shown).toMatchObject({
        problem: expect.stringContaining(`booking ${gone} of occurrence 2 is gone`),
      });
      expect(shown.items[1]).toMatchObject({ booking_id: gone, status: null, start_at_utc: null });
      expect(shown).toMatchObject({ total: 2, done: 0, cancelled: 1, upcoming: 1 });
      expect(await school.run((c) => cancelSeries(c, { id }))).toHaveLength(1);
    });

  // A timestamp of PostgreSQL is one.
  if (engine === "sqlite")
    test("a booking whose time nobody can read: told in a sentence, and in the way of nothing else", async () => {
      const id = await putSeries(school, "ana", [
        { start: "2026-11-24 16:00:00" },
        { start: "2026-12-01 16:00:00" },
      ]);
      const dark = (await itemsOf(school, id))[1]!.booking_id;
      await school.database.db
        .updateTable("live_class_booking")
        .set({ start_at_utc: "garbage" as never })
        .where("id", "=", dark)
        .execute();
      expect(await refusal(school, (c) => extendSeries(c, extension(id)))).toBe("broken_series");
      expect(await refusal(school, (c) => skipOccurrence(c, { series: id, occurrence_index: 2 }))).toBe(
        "broken_series",
      );
      const shown = await school.look((c) => describeSeries(c, id));
      expect(shown.problem).toMatch(`nobody can read the time of booking ${dark}, its occurrence 2`);
      expect(shown.items[1]).toMatchObject({ booking_id: dark, status: "confirmed", start_at_utc: null });
      await school.run((c) => skipOccurrence(c, { series: id, occurrence_index: 1 }));
    });
});
