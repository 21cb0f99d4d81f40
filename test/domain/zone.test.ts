/** Local time ↔ UTC: gaps, overlaps, and what does not depend on the machine. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { formatInstant, type Instant, parseTimestamp } from "../../src/domain/instant.ts";
import { isZone, resolveLocalOrNull, toWall } from "../../src/domain/zone.ts";

function resolve(text: string, zone: string) {
  return resolveLocalOrNull(parseTimestamp(text)!.wall, zone);
}

describe("a local time", () => {
  test.each([
    ["2026-07-01 17:00:00", "Europe/Madrid", "2026-07-01 15:00:00", "exact"],
    ["2026-01-01 17:00:00", "Asia/Kolkata", "2026-01-01 11:30:00", "exact"],
    ["2026-03-29 02:30:00", "Europe/Madrid", "2026-03-29 01:30:00", "gap"],
    ["2026-10-25 02:30:00", "Europe/Madrid", "2026-10-25 00:30:00", "overlap"],
    ["2026-03-08 02:15:00", "America/New_York", "2026-03-08 07:15:00", "gap"],
    ["2026-11-01 01:15:00", "America/New_York", "2026-11-01 05:15:00", "overlap"],
    ["2026-10-04 02:10:00", "Australia/Lord_Howe", "2026-10-03 15:40:00", "gap"],
    ["2026-04-05 01:45:00", "Australia/Lord_Howe", "2026-04-04 14:45:00", "overlap"],
    ["2010-11-07 00:01:00", "America/St_Johns", "2010-11-07 03:31:00", "exact"],
    ["2010-03-27 01:12:35", "Asia/Gaza", "2010-03-26 22:12:35", "exact"],
    ["2011-12-30 12:02:11", "Pacific/Apia", "2011-12-30 22:02:11", "gap"],
    ["2026-07-01 17:00:00.000001", "UTC", "2026-07-01 17:00:00.000001", "exact"],
  ])("%s in %s is %s UTC (%s)", (local, zone, instant, resolution) => {
    expect(resolve(local, zone)).toEqual({ instant, resolution });
  });

  test("comes back from its instant, wherever it exists", () => {
    const zones = [
      "Europe/Madrid",
      "America/New_York",
      "Australia/Lord_Howe",
      "Pacific/Auckland",
      "Asia/Kathmandu",
      "America/St_Johns",
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 946_684_800, max: 1_893_456_000 }),
        fc.constantFrom(...zones),
        (seconds, zone) => {
          const { instant, resolution } = resolveLocalOrNull({ seconds, micros: 0 }, zone)!;
          if (resolution !== "gap") expect(toWall(instant, zone)).toEqual({ seconds, micros: 0 });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("agrees with luxon for every instant", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 946_684_800, max: 1_893_456_000 }),
        fc.constantFrom("Europe/Madrid", "Asia/Gaza", "Africa/Casablanca"),
        (seconds, zone) => {
          const wall = toWall(formatInstant(seconds, 0), zone);
          expect(wall.seconds - seconds).toBe(DateTime.fromSeconds(seconds, { zone }).offset * 60);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each(["UTC", "America/Los_Angeles", "Pacific/Auckland"])(
    "does not depend on the machine's zone: %s",
    (zone) => {
      const script = `import { resolveLocalOrNull } from "./src/domain/zone.ts"; import { parseTimestamp } from "./src/domain/instant.ts";
      for (const [t, z] of [["2026-10-25 02:30:00","Europe/Madrid"],["2026-03-29 02:30:00","Europe/Madrid"],["2026-11-01 01:15:00","America/New_York"]])
        process.stdout.write(resolveLocalOrNull(parseTimestamp(t).wall, z).instant + ";");`;
      const out = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
        env: { ...process.env, TZ: zone },
        encoding: "utf8",
      });
      expect(out).toBe("2026-10-25 00:30:00;2026-03-29 01:30:00;2026-11-01 05:15:00;");
    },
  );
});

test.each([
  ["Europe/Madrid", true],
  ["UTC", true],
  ["America/Argentina/Buenos_Aires", true],
  ["Asia/Calcutta", true],
  ["europe/madrid", false],
  ["+02:00", false],
  ["India (Mumbai)", false],
  ["", false],
  ["GMT+5", false],
])("%s is a zone: %s", (name, is) => {
  expect(isZone(name)).toBe(is);
});

test("an instant is text that sorts", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000_000 }),
      fc.integer({ min: 0, max: 999_999 }),
      fc.integer({ min: 0, max: 4_000_000_000 }),
      fc.integer({ min: 0, max: 999_999 }),
      (s1, m1, s2, m2) => {
        const [a, b]: [Instant, Instant] = [formatInstant(s1, m1), formatInstant(s2, m2)];
        expect(a < b).toBe(s1 < s2 || (s1 === s2 && m1 < m2));
      },
    ),
  );
});
