/** When a series recurs (SPEC 5): dates, and wall-clock times over clock changes. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDays,
  clockOfWall,
  dateOfWall,
  type LocalDate,
  parseDate,
  weekdayOf,
} from "../../src/domain/instant.ts";
import {
  dateAfter,
  datesOf,
  type Ending,
  type Frequency,
  MOST_OCCURRENCES,
  occurrencesOf,
  type Recurrence,
} from "../../src/domain/series.ts";
import { toWall } from "../../src/domain/zone.ts";
import { ROOT } from "../support/program.ts";

const day = (text: string) => text as LocalDate;
const rule = (frequency: Frequency, interval = 1, ...days: number[]): Recurrence => ({
  frequency,
  interval,
  days,
});
const times = (occurrence_count: number): Ending => ({ occurrence_count });

function dates(recurrence: Recurrence, from: string, ending: Ending): string[] {
  const found = datesOf(recurrence, day(from), ending);
  if (typeof found === "string") throw new Error(found);
  return found.dates;
}

describe("the dates of a rule", () => {
  // 2026-11-24 is a Tuesday.
  test.each<[string, Recurrence, string, string[]]>([
    ["weekly", rule("weekly"), "2026-11-24", ["2026-11-24", "2026-12-01", "2026-12-08"]],
    ["every third week", rule("weekly", 3), "2026-11-24", ["2026-11-24", "2026-12-15", "2027-01-05"]],
    [
      "weekly on Mon and Wed",
      rule("weekly", 1, 0, 2),
      "2026-11-24",
      ["2026-11-25", "2026-11-30", "2026-12-02"],
    ],
    ["biweekly", rule("biweekly"), "2026-11-24", ["2026-11-24", "2026-12-08", "2026-12-22"]],
    [
      "every fourth week as 2 × 2",
      rule("biweekly", 2),
      "2026-11-24",
      ["2026-11-24", "2026-12-22", "2027-01-19"],
    ],
    // The week counts in which it can begin, not the one in which `from` lies.
    [
      "biweekly on Mondays, asked on a Tuesday",
      rule("biweekly", 1, 0),
      "2026-11-24",
      ["2026-11-30", "2026-12-14", "2026-12-28"],
    ],
    ["monthly", rule("monthly"), "2026-11-24", ["2026-11-24", "2026-12-24", "2027-01-24"]],
    ["every other month", rule("monthly", 2), "2026-11-30", ["2026-11-30", "2027-01-30", "2027-03-30"]],
    ["every third day", rule("custom", 3), "2026-12-30", ["2026-12-30", "2027-01-02", "2027-01-05"]],
    ["custom on days", rule("custom", 2, 1, 3), "2026-11-24", ["2026-11-24", "2026-11-26", "2026-12-08"]],
  ])("%s", (_, recurrence, from, expected) => {
    expect(dates(recurrence, from, times(3))).toEqual(expected);
  });

  test("monthly on the 31st passes over the months that lack it, and names them", () => {
    expect(datesOf(rule("monthly"), day("2026-12-31"), times(4))).toEqual({
      dates: ["2026-12-31", "2027-01-31", "2027-03-31", "2027-05-31"],
      skipped_months: ["2027-02", "2027-04"],
    });
    expect(datesOf(rule("monthly"), day("2027-01-30"), { until_date: day("2027-03-01") })).toEqual({
      dates: ["2027-01-30"],
      skipped_months: ["2027-02"],
    });
    // February may still have its day, for all that is asked.
    expect(datesOf(rule("monthly"), day("2027-01-30"), { until_date: day("2027-02-27") })).toMatchObject({
      skipped_months: [],
    });
    expect(datesOf(rule("monthly", 12), day("2028-02-29"), times(2))).toEqual({
      dates: ["2028-02-29", "2032-02-29"],
      skipped_months: ["2029-02", "2030-02", "2031-02"],
    });
  });

  test("an end that is a date is inclusive", () => {
    expect(dates(rule("weekly"), "2026-11-24", { until_date: day("2026-12-08") })).toHaveLength(3);
    expect(dates(rule("weekly"), "2026-11-24", { until_date: day("2026-12-07") })).toHaveLength(2);
  });

  test("no dates, too many, or none left in the calendar: a sentence", () => {
    expect(datesOf(rule("weekly"), day("2026-11-24"), { until_date: day("2026-11-23") })).toMatch(
      /^the rule gives no date from 2026-11-24 until 2026-11-23$/,
    );
    expect(dates(rule("custom"), "2026-11-24", times(MOST_OCCURRENCES))).toHaveLength(MOST_OCCURRENCES);
    expect(datesOf(rule("custom"), day("2026-11-24"), times(MOST_OCCURRENCES + 1))).toMatch(
      /more than 520 occurrences/,
    );
    expect(datesOf(rule("weekly"), day("2026-11-24"), { until_date: day("9999-12-31") })).toMatch(
      /more than 520 occurrences/,
    );
    expect(datesOf(rule("weekly"), day("9999-12-25"), times(9))).toMatch(/1 of 9 dates before the calendar/);
    // A lesson late that evening in New York would end in the year 10000.
    expect(datesOf(rule("weekly"), day("9999-12-31"), times(1))).toMatch(/no date from 9999-12-31/);
  });

  test("going on keeps the phase, also where dates are left out between", () => {
    expect(dateAfter(rule("biweekly"), day("2026-11-24"), day("2026-01-01"))).toBe("2026-12-08");
    expect(dateAfter(rule("biweekly"), day("2026-11-24"), day("2026-12-09"))).toBe("2026-12-22");
    expect(dateAfter(rule("monthly"), day("2026-12-31"), day("2027-02-01"))).toBe("2027-03-31");
    expect(dateAfter(rule("custom", 5), day("2026-11-24"), day("2026-11-30"))).toBe("2026-12-04");
    expect(dateAfter(rule("weekly"), day("9999-12-31"), day("2026-01-01"))).toBeNull();
  });
});

const anyDate = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays(day("2000-01-01"), days));
const anyRule: fc.Arbitrary<Recurrence> = fc
  .record({
    frequency: fc.constantFrom<Frequency>("weekly", "biweekly", "monthly", "custom"),
    interval: fc.integer({ min: 1, max: 8 }),
    days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 7 }),
  })
  .map((one) => ({ ...one, days: one.frequency === "monthly" ? [] : one.days.toSorted((a, b) => a - b) }));

describe("whatever the rule", () => {
  test("a count is kept, dates rise, none is before the first, weekdays and days of the month are the rule's", () => {
    fc.assert(
      fc.property(anyRule, anyDate, fc.integer({ min: 1, max: 60 }), (recurrence, from, count) => {
        const found = dates(recurrence, from, times(count));
        expect(found).toHaveLength(count);
        expect(found[0]! >= from).toBe(true);
        expect(found.toSorted()).toEqual(found);
        expect(new Set(found).size).toBe(count);
        for (const date of found) {
          expect(parseDate(date)).toBe(date);
          if (recurrence.days.length > 0) expect(recurrence.days).toContain(weekdayOf(day(date)));
          if (recurrence.frequency === "monthly") expect(date.slice(8)).toBe(from.slice(8));
        }
      }),
    );
  });

  test("until a date: the same dates as by count, up to it and no further", () => {
    fc.assert(
      fc.property(anyRule, anyDate, fc.integer({ min: 1, max: 40 }), (recurrence, from, count) => {
        const found = dates(recurrence, from, times(count + 1));
        const last = found[count - 1]!;
        expect(dates(recurrence, from, { until_date: day(last) })).toEqual(found.slice(0, count));
      }),
    );
  });

  test("from any of its dates a rule goes on as it would have", () => {
    fc.assert(
      fc.property(
        anyRule,
        anyDate,
        fc.integer({ min: 2, max: 30 }),
        fc.nat(),
        (recurrence, from, count, at) => {
          const found = dates(recurrence, from, times(count));
          const whole =
            recurrence.days.length > 0 ||
            recurrence.frequency === "monthly" ||
            recurrence.frequency === "custom"
              ? recurrence
              : { ...recurrence, days: [weekdayOf(from)] };
          const n = at % (count - 1);
          expect(dateAfter(whole, day(found[n]!), day("0001-01-01"))).toBe(found[n + 1]);
        },
      ),
    );
  });

  test("the time of day is the same on every date, unless the clocks have no such time", () => {
    const zones = [
      "Europe/Madrid",
      "America/New_York",
      "Australia/Lord_Howe",
      "Pacific/Auckland",
      "Asia/Kolkata",
    ];
    fc.assert(
      fc.property(
        anyRule,
        anyDate,
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 24 * 60 - 1 }),
        (recurrence, from, zone, minute) => {
          const startsAt = minute * 60_000_000;
          const asked = dates(recurrence, from, times(30)) as LocalDate[];
          const made = occurrencesOf(asked, { startsAt, zone });
          const clock = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
          for (const [at, { date, start_at_utc, clock_change }] of made.entries()) {
            expect(date).toBe(asked[at]);
            const wall = toWall(start_at_utc, zone);
            if (clock_change === "gap") expect(clockOfWall(wall)).not.toBe(clock);
            else expect([dateOfWall(wall), clockOfWall(wall)]).toEqual([date, clock]);
            if (at > 0) expect(start_at_utc > made[at - 1]!.start_at_utc).toBe(true);
          }
        },
      ),
    );
  });
});

/** Weekly Sundays 02:30 in Madrid over both changes of 2027, with what the clocks do. */
const CHANGES = ["2027-03-21", "2027-03-28", "2027-10-24", "2027-10-31", "2027-11-07"];

test.each(["UTC", "America/Los_Angeles", "Pacific/Auckland"])(
  "19: the same dates and instants under TZ=%s",
  (zone) => {
    const script = `
      import { datesOf, occurrencesOf } from "${ROOT}/src/domain/series.ts";
      const asked = JSON.parse(process.env.ASKED);
      const weekly = datesOf({ frequency: "weekly", interval: 1, days: [1] }, "2026-03-17", { occurrence_count: 36 });
      process.stdout.write(JSON.stringify([
        occurrencesOf(weekly.dates, { startsAt: 17 * 3600e6, zone: "Europe/Madrid" }).map((one) => one.start_at_utc.slice(5, 16)),
        occurrencesOf(asked, { startsAt: 2.5 * 3600e6, zone: "Europe/Madrid" }).map((one) => [one.start_at_utc, one.clock_change]),
      ]));`;
    const out = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, TZ: zone, ASKED: JSON.stringify(CHANGES) },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [weekly, changes] = JSON.parse(out) as [string[], [string, string | null][]];
    // 17:00 in Madrid is 16:00 UTC in winter and 15:00 in summer, 29 March to 24 October.
    expect(weekly.map((start) => start.slice(6))).toEqual(
      weekly.map((start) => (start >= "03-29" && start < "10-25" ? "15:00" : "16:00")),
    );
    expect(weekly).toHaveLength(36);
    expect(weekly.at(-1)).toBe("11-17 16:00");
    expect(changes).toEqual([
      ["2027-03-21 01:30:00", null],
      ["2027-03-28 01:30:00", "gap"],
      ["2027-10-24 00:30:00", null],
      ["2027-10-31 00:30:00", "overlap"],
      ["2027-11-07 01:30:00", null],
    ]);
  },
);
