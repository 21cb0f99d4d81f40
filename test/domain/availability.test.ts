/** When slots are: weekly times over clock changes and midnight, and what two slots have in common. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  nextOpening,
  openingOn,
  openingsBetween,
  readSlotTime,
  type SlotWhen,
  type StoredSlotTime,
} from "../../src/domain/availability.ts";
import { commonTime } from "../../src/domain/availability-draft.ts";
import { overlaps } from "../../src/domain/booking-rules.ts";
import { addDays, addMinutes, type Instant, type LocalDate } from "../../src/domain/instant.ts";
import { localDateOf } from "../../src/domain/zone.ts";

const NOW = "2026-11-20 09:00:00" as Instant;
const date = (text: string) => text as LocalDate;
const instant = (text: string) => text as Instant;

function weekly(
  day_of_week: number,
  start_time: string,
  end_time: string,
  timezone: string,
  validity: Partial<StoredSlotTime> = {},
): SlotWhen {
  const when = readSlotTime({
    slot_type: "recurring",
    day_of_week,
    start_time,
    end_time,
    valid_from: null,
    valid_until: null,
    start_datetime: null,
    end_datetime: null,
    timezone,
    ...validity,
  });
  if (typeof when === "string") throw new Error(when);
  return when;
}

/** [weekday, start, end, zone, from, until, openings `date start end`] */
const CHANGES: [number, string, string, string, string, string, string[]][] = [
  // 17:00 stays 17:00: the clocks of Madrid go back on 25 October and forward on 28 March.
  [
    5,
    "17:00",
    "18:00",
    "Europe/Madrid",
    "2026-10-24 00:00:00",
    "2026-11-01 00:00:00",
    [
      "2026-10-24 2026-10-24 15:00:00 2026-10-24 16:00:00",
      "2026-10-31 2026-10-31 16:00:00 2026-10-31 17:00:00",
    ],
  ],
  [
    6,
    "17:00",
    "18:00",
    "Europe/Madrid",
    "2027-03-21 00:00:00",
    "2027-03-29 00:00:00",
    [
      "2027-03-21 2027-03-21 16:00:00 2027-03-21 17:00:00",
      "2027-03-28 2027-03-28 15:00:00 2027-03-28 16:00:00",
    ],
  ],
  // 02:30 does not exist: an hour later. It exists twice: the earlier.
  [
    6,
    "02:30",
    "03:30",
    "Europe/Madrid",
    "2027-03-28 00:00:00",
    "2027-03-29 00:00:00",
    ["2027-03-28 2027-03-28 01:30:00 2027-03-28 02:30:00"],
  ],
  [
    6,
    "02:30",
    "03:30",
    "Europe/Madrid",
    "2026-10-25 00:00:00",
    "2026-10-26 00:00:00",
    ["2026-10-25 2026-10-25 00:30:00 2026-10-25 01:30:00"],
  ],
  // Lord Howe moves by half an hour.
  [
    6,
    "02:15",
    "03:00",
    "Australia/Lord_Howe",
    "2026-10-03 00:00:00",
    "2026-10-05 00:00:00",
    ["2026-10-04 2026-10-03 15:45:00 2026-10-03 16:30:00"],
  ],
  [
    6,
    "01:45",
    "02:30",
    "Australia/Lord_Howe",
    "2026-04-04 00:00:00",
    "2026-04-06 00:00:00",
    ["2026-04-05 2026-04-04 14:45:00 2026-04-04 15:30:00"],
  ],
  // Apia had no Friday, 30 December 2011: the lesson is a day later, named by the date that was not.
  [
    4,
    "12:00",
    "13:00",
    "Pacific/Apia",
    "2011-12-24 00:00:00",
    "2012-01-07 00:00:00",
    [
      "2011-12-30 2011-12-30 22:00:00 2011-12-30 23:00:00",
      "2012-01-06 2012-01-05 22:00:00 2012-01-05 23:00:00",
    ],
  ],
  // Over midnight, and over the change: the length is elapsed time.
  [
    5,
    "23:30",
    "00:30",
    "America/New_York",
    "2026-10-31 00:00:00",
    "2026-11-09 00:00:00",
    [
      "2026-10-31 2026-11-01 03:30:00 2026-11-01 04:30:00",
      "2026-11-07 2026-11-08 04:30:00 2026-11-08 05:30:00",
    ],
  ],
  [
    5,
    "23:30",
    "03:30",
    "Europe/Madrid",
    "2026-10-24 00:00:00",
    "2026-10-26 00:00:00",
    ["2026-10-24 2026-10-24 21:30:00 2026-10-25 01:30:00"],
  ],
  [
    3,
    "09:00",
    "09:00",
    "UTC",
    "2026-11-19 00:00:00",
    "2026-11-20 00:00:00",
    ["2026-11-19 2026-11-19 09:00:00 2026-11-20 09:00:00"],
  ],
];

const told = (when: SlotWhen, from: string, until: string, zone: string) =>
  openingsBetween(when, instant(from), instant(until), zone).map(
    (opening) => `${opening.date} ${opening.start_at_utc} ${opening.end_at_utc}`,
  );

describe("openings over clock changes", () => {
  test.each(CHANGES)("weekday %i %s–%s %s from %s", (day, start, end, zone, from, until, expected) => {
    expect(told(weekly(day, start, end, zone), from, until, zone)).toEqual(expected);
  });

  test.each(["UTC", "America/Los_Angeles", "Pacific/Auckland"])("the same under TZ=%s", (zone) => {
    const script = `import { openingsBetween, readSlotTime } from "./src/domain/availability.ts";
      const cases = JSON.parse(process.env.CASES);
      const out = cases.map(([day_of_week, start_time, end_time, timezone, from, until]) => openingsBetween(readSlotTime({ slot_type: "recurring", day_of_week, start_time, end_time, timezone, valid_from: null, valid_until: null }), from, until, timezone)
        .map((o) => o.date + " " + o.start_at_utc + " " + o.end_at_utc));
      process.stdout.write(JSON.stringify([new Date(0).getHours(), out]));`;
    const out = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      env: { ...process.env, TZ: zone, CASES: JSON.stringify(CHANGES.map((line) => line.slice(0, 6))) },
      encoding: "utf8",
    });
    const hours = { UTC: 0, "America/Los_Angeles": 16, "Pacific/Auckland": 12 }[zone];
    expect(JSON.parse(out)).toEqual([hours, CHANGES.map((line) => line[6])]);
  });
});

const ZONES = [
  "Europe/Madrid",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
  "Asia/Kolkata",
];

const slots = fc
  .record({
    weekday: fc.integer({ min: 0, max: 6 }),
    start: fc.integer({ min: 0, max: 95 }),
    length: fc.integer({ min: 1, max: 20 }),
    zone: fc.constantFrom(...ZONES),
    from: fc.option(fc.integer({ min: -30, max: 30 })),
    until: fc.option(fc.integer({ min: -30, max: 60 })),
  })
  .map(({ weekday, start, length, zone, from, until }) => {
    const clock = (quarter: number) =>
      `${String(Math.floor(quarter / 4) % 24).padStart(2, "0")}:${String((quarter % 4) * 15).padStart(2, "0")}`;
    const day = (days: number | null) => (days === null ? null : addDays(date("2026-10-20"), days));
    const validity = { valid_from: day(from), valid_until: day(until) };
    return { zone, when: weekly(weekday, clock(start), clock(start + length), zone, validity) };
  });

describe("openings", () => {
  test("between two instants are those of each day", () => {
    fc.assert(
      fc.property(
        slots,
        fc.integer({ min: 0, max: 60 * 24 * 60 }),
        fc.integer({ min: 1, max: 40 }),
        (slot, minutes, days) => {
          const from = addMinutes(instant("2026-09-20 00:00:00"), minutes);
          const until = addMinutes(from, days * 24 * 60);
          const byDay: string[] = [];
          for (
            let on = addDays(localDateOf(from, slot.zone), -2);
            on <= addDays(localDateOf(until, slot.zone), 1);
            on = addDays(on, 1)
          ) {
            const opening = openingOn(slot.when, on, slot.zone);
            if (opening !== null && opening.start_at_utc >= from && opening.start_at_utc < until)
              byDay.push(`${on} ${opening.start_at_utc} ${opening.end_at_utc}`);
          }
          expect(told(slot.when, from, until, slot.zone)).toEqual(byDay);
          const [first] = byDay;
          if (first !== undefined) expect(first).toContain(nextOpening(slot.when, from)!.start_at_utc);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("that two slots have in common are found, and only those", () => {
    fc.assert(
      fc.property(slots, slots, (a, b) => {
        const [theirs, ours] = [a, b].map((slot) =>
          openingsBetween(slot.when, NOW, addMinutes(NOW, 80 * 24 * 60), slot.zone),
        ) as [ReturnType<typeof openingsBetween>, ReturnType<typeof openingsBetween>];
        const clash = theirs.some((one) => ours.some((other) => overlaps(one, other)));
        const found = commonTime({ when: a.when, timezone: a.zone }, { when: b.when, timezone: b.zone }, NOW);
        if (clash) expect(found).not.toBeNull();
        if (found !== null && found.start_at_utc < addMinutes(NOW, 79 * 24 * 60)) expect(clash).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("of zones whose clocks change at different times meet only for some weeks", () => {
    // New York is five hours behind Madrid between the end of October's and of its own summer time.
    const madrid = { when: weekly(1, "17:00", "18:00", "Europe/Madrid"), timezone: "Europe/Madrid" };
    const york = { when: weekly(1, "12:00", "13:00", "America/New_York"), timezone: "America/New_York" };
    expect(commonTime(madrid, york, NOW)).toMatchObject({ start_at_utc: "2027-03-16 16:00:00" });
  });
});
