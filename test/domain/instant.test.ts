import { expect, test } from "vitest";
import {
  addMicrosOrNull,
  addMinutesOrNull,
  type Instant,
  parseDate,
  parseInstant,
  parseTimeOfDay,
  weekdayOf,
} from "../../src/domain/instant.ts";

test.each([
  ["2026-03-01 09:00:00", "2026-03-01 09:00:00"],
  ["2026-03-01T09:00:00Z", "2026-03-01 09:00:00"],
  ["2026-03-01T09:00:00+00:00", "2026-03-01 09:00:00"],
  ["2026-03-01 09:00:00.5", "2026-03-01 09:00:00.500000"],
  ["2026-03-01 09:00:00.123+00", "2026-03-01 09:00:00.123000"],
  ["2026-03-01 09:00:00.12345Z", "2026-03-01 09:00:00.123450"],
  ["2026-03-01 09:00+00", "2026-03-01 09:00:00"],
  ["2026-03-01 09:00:00.000000", "2026-03-01 09:00:00"],
  ["2026-03-01 09:00:00.1234567", "2026-03-01 09:00:00.123456"],
  ["2026-03-01 11:00:00+02:00", "2026-03-01 09:00:00"],
  ["2026-01-01 00:30:00+01", "2025-12-31 23:30:00"],
  ["2026-03-01 09:00:00+23:59", "2026-02-28 09:01:00"],
  ["0001-01-01 00:00:00", "0001-01-01 00:00:00"],
])("%s is %s", (text, instant) => {
  expect(parseInstant(text)).toBe(instant);
});

test.each([
  "",
  "soon",
  "2026-02-29 09:00:00",
  "2026-13-01 09:00:00",
  "2026-03-01",
  "2026-03-01 24:00:00",
  "0000-00-00 00:00:00",
  "01/06/2026 10:00",
  "1772355600",
  "2026-03-01 09:00:00+24:00",
  "2026-03-01 09:00:00-99",
  "2026-03-01 09:00:00+02:60",
])("%s is no timestamp", (text) => {
  expect(parseInstant(text)).toBeNull();
});

test("adding keeps microseconds", () => {
  expect(addMicrosOrNull("2026-12-31 23:59:59.999999" as Instant, 1)).toBe("2027-01-01 00:00:00");
  expect(addMicrosOrNull("2026-01-01 00:00:00" as Instant, -1)).toBe("2025-12-31 23:59:59.999999");
});

test("Monday is 0", () => {
  expect(weekdayOf(parseDate("2026-11-23")!)).toBe(0);
  expect(weekdayOf(parseDate("2026-11-22")!)).toBe(6);
  expect(weekdayOf(parseDate("1969-12-29")!)).toBe(0);
});

test("a time of day", () => {
  expect(parseTimeOfDay("17:00")).toBe(61_200_000_000);
  expect(parseTimeOfDay("17:00:00.000001")).toBe(61_200_000_001);
  expect(parseTimeOfDay("24:00:00")).toBeNull();
});

test("the calendar ends with the years 1 and 9999", () => {
  const [first, last] = ["0001-01-01 00:00:00" as Instant, "9999-12-31 23:59:59.999999" as Instant];
  expect(addMicrosOrNull(last, 1)).toBeNull();
  expect(addMicrosOrNull(first, -1)).toBeNull();
  expect(addMinutesOrNull(first, 1e300)).toBeNull();
  expect(addMinutesOrNull(first, Number.NEGATIVE_INFINITY)).toBeNull();
  expect(addMinutesOrNull("0001-01-01 00:00:00.000001" as Instant, 5_258_964_959)).toBe(
    "9999-12-31 23:59:00.000001",
  );
  expect(addMinutesOrNull(first, 0.1)).toBe("0001-01-01 00:00:06");
  expect(parseInstant("9999-12-31 23:30:00-05:00")).toBeNull();
  expect(parseInstant("0001-01-01 00:30:00+09:00")).toBeNull();
});
