/** New slots: what may be wrong with them, and the columns that keep them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSlotTime } from "../../src/domain/availability.ts";
import { type DraftWhen, slotProblems, storedTimeOf, whenOf } from "../../src/domain/availability-draft.ts";
import { formatInstant, type Instant, type LocalDate } from "../../src/domain/instant.ts";

const NOW = "2026-11-20 09:00:00" as Instant;
const date = (text: string) => text as LocalDate;
const instant = (text: string) => text as Instant;

describe("a new slot", () => {
  const recurring = (change: Partial<DraftWhen & { slot_type: "recurring" }> = {}): DraftWhen => ({
    slot_type: "recurring",
    weekday: 1,
    startsAt: 17 * 3_600_000_000,
    endsAt: 18 * 3_600_000_000,
    from: null,
    until: null,
    ...change,
  });
  const once = (start: string, end: string): DraftWhen => ({
    slot_type: "one_time",
    start: instant(start),
    end: instant(end),
  });

  test.each<[string, string, DraftWhen, string[]]>([
    ["is fine", "Europe/Madrid", recurring(), []],
    ["over midnight is fine", "Europe/Madrid", recurring({ endsAt: 3_600_000_000 }), []],
    ["needs a zone", "Madrid/Europe", recurring(), ['the time zone "Madrid/Europe" is not an IANA name']],
    ["has a length", "UTC", recurring({ endsAt: 17 * 3_600_000_000 }), ["the slot ends when it starts"]],
    [
      "is valid the right way round",
      "UTC",
      recurring({ from: date("2027-02-01"), until: date("2027-01-01") }),
      ["the slot is valid until 2027-01-01, before it is valid from 2027-02-01"],
    ],
    [
      "has a time within its validity",
      "UTC",
      recurring({ from: date("2027-02-03"), until: date("2027-02-08") }),
      ["the slot has no time from now on: it is valid from 2027-02-03 until 2027-02-08"],
    ],
    [
      "is not over already",
      "UTC",
      recurring({ until: date("2026-11-17") }),
      ["the slot has no time from now on: it is valid until 2026-11-17"],
    ],
    ["once is fine", "UTC", once("2026-11-20 09:00:01", "2026-11-20 10:00:00"), []],
    [
      "once is in the future",
      "UTC",
      once("2026-11-20 09:00:00", "2026-11-20 10:00:00"),
      ["the start Fri 20 Nov 2026 09:00 UTC is not in the future"],
    ],
    [
      "tells all that is wrong",
      "X",
      once("2026-11-19 09:00:00", "2026-11-19 08:00:00"),
      [
        'the time zone "X" is not an IANA name',
        "the start Thu 19 Nov 2026 09:00 UTC is not in the future",
        "the end Thu 19 Nov 2026 08:00 UTC is not after the start",
      ],
    ],
    [
      "is not endless",
      "UTC",
      once("2026-12-01 09:00:00", "2026-12-09 09:00:00"),
      ["the slot is longer than 7 days"],
    ],
  ])("%s", (_, timezone, when, problems) => {
    expect(slotProblems({ timezone, when }, NOW)).toEqual(problems);
  });

  test("is read back from its columns as it was meant", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 86_399_999_999 }),
        fc.integer({ min: 0, max: 86_399_999_999 }),
        fc.integer({ min: 1_900_000_000, max: 2_000_000_000 }),
        (startsAt, endsAt, seconds) => {
          const draft = {
            timezone: "Europe/Madrid",
            when: recurring({ startsAt, endsAt, until: date("2027-06-01") }),
          };
          expect(readSlotTime(storedTimeOf(draft))).toEqual(whenOf(draft));
          const single = {
            timezone: "UTC",
            when: once(formatInstant(seconds, 0), formatInstant(seconds + 60, 500_000)),
          };
          expect(readSlotTime(storedTimeOf(single))).toEqual(whenOf(single));
        },
      ),
    );
  });
});
