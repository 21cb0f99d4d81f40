/** Series that are made, cancelled and completed at once, in real processes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Bookable, KINDS, makeBookable, SLOTS, TODAY } from "../support/bookable.ts";
import { contents } from "../support/bookings.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { putSeries } from "../support/series.ts";

let program: Program;
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const classbook = (words: string, now: string = TODAY) =>
    program.run([...words.split(" "), "--db", school.place.address, "--now", now, "--json", "--yes"]);

  test("several want the same Tuesdays: one has them all, the others nothing", async () => {
    const students = ["ana", "ben", "cleo", "dan"];
    const runs = await Promise.all(
      students.map((student) =>
        classbook(`series create --slot ${SLOTS.tuesday} --student ${student} --count 12`),
      ),
    );
    expect(runs.map(({ code }) => code).toSorted(), runs.map(({ err }) => err).join()).toEqual([0, 3, 3, 3]);
    for (const { err } of runs.filter(({ code }) => code === 3))
      expect(JSON.parse(err).error).toMatchObject({ kind: "refused", code: "teacher-overlap" });
    const { booking_series, booking_series_item, live_class_booking } = await contents(school.database.db);
    expect([booking_series.length, booking_series_item.length, live_class_booking.length]).toEqual([
      1, 12, 12,
    ]);
  });

  test("extended twice at once: each has its own occurrences, indices without a gap", async () => {
    const made = JSON.parse(
      (await classbook(`series create --slot ${SLOTS.tuesday} --student ana --count 1`)).out,
    );
    const runs = await Promise.all([1, 2, 3].map(() => classbook(`series extend ${made.id} --count 2`)));
    expect(
      runs.map(({ code }) => code),
      runs.map(({ err }) => err).join(),
    ).toEqual([0, 0, 0]);
    const { booking_series, booking_series_item } = await contents(school.database.db);
    expect(booking_series_item.map(({ occurrence_index }) => occurrence_index)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
    expect(booking_series).toMatchObject([{ occurrence_count: 7 }]);
  });

  test("cancelled twice, and a lesson of it skipped, at once: each lesson is cancelled once", async () => {
    const made = JSON.parse(
      (await classbook(`series create --slot ${SLOTS.tuesday} --student ana --count 6`)).out,
    );
    const runs = await Promise.all([
      classbook(`series cancel ${made.id}`),
      classbook(`series cancel ${made.id}`),
      classbook(`series skip ${made.id} 3`),
    ]);
    for (const { code, err } of runs) expect([0, 3], err).toContain(code);
    const { live_class_booking, booking_event } = await contents(school.database.db);
    expect(live_class_booking.map(({ status }) => status)).toEqual(
      Array.from({ length: 6 }, () => "cancelled"),
    );
    const cancelled = booking_event.filter(
      ({ subject, what }) => subject === "live_class_booking" && what === "cancelled",
    );
    expect(cancelled).toHaveLength(6);
  });

  test("completed by several runs at once: each series once", async () => {
    for (let day = 1; day <= 9; day += 1)
      await putSeries(school, "ana", [{ start: `2026-11-0${day} 16:00:00`, status: "attended" }]);
    const runs = await Promise.all([1, 2, 3].map(() => classbook("series advance")));
    expect(
      runs.map(({ code }) => code),
      runs.map(({ err }) => err).join(),
    ).toEqual([0, 0, 0]);
    const completed = runs.flatMap(({ out }) => JSON.parse(out).series as number[]);
    expect(completed.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
