/** Rules of series as text (SPEC 5): weekdays, RRULEs, stored columns, words. */
import { expect, test } from "vitest";
import type { LocalDate } from "../../src/domain/instant.ts";
import type { Ending, Frequency, Recurrence } from "../../src/domain/series.ts";
import { daysText, parseDays, parseRrule, readRule, ruleWords } from "../../src/domain/series-text.ts";

const day = (text: string) => text as LocalDate;
const rule = (frequency: Frequency, interval = 1, ...days: number[]): Recurrence => ({
  frequency,
  interval,
  days,
});
const times = (occurrence_count: number): Ending => ({ occurrence_count });

test.each([
  ["mon,wed", [0, 2]],
  ["2,0", [0, 2]],
  ["Sunday, mon", [0, 6]],
  ["tue,1", [1]],
  ["", null],
  ["7", null],
  ["mo", null],
  ["mon;wed", null],
])("weekdays %j", (text, days) => {
  expect(parseDays(text)).toEqual(days);
  if (days !== null) expect(parseDays(daysText(days))).toEqual(days);
});

test.each<[string, [Recurrence, Ending | null]]>([
  ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=8", [rule("weekly", 2, 0, 2), times(8)]],
  ["RRULE:FREQ=WEEKLY;UNTIL=20270630", [rule("weekly"), { until_date: day("2027-06-30") }]],
  ["freq=monthly;count=3;wkst=mo", [rule("monthly"), times(3)]],
  ["FREQ=DAILY;INTERVAL=3;COUNT=5", [rule("custom", 3), times(5)]],
  ["FREQ=WEEKLY", [rule("weekly"), null]],
])("an RRULE that the model holds: %s", (text, [recurrence, ending]) => {
  expect(parseRrule(text)).toEqual({ recurrence, ending });
});

test.each([
  ["FREQ=YEARLY;COUNT=2", "FREQ=YEARLY"],
  ["FREQ=MONTHLY;BYDAY=1MO;COUNT=2", "BYDAY=1MO"],
  ["FREQ=WEEKLY;BYDAY=2MO;COUNT=2", "BYDAY=2MO"],
  ["FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", "BYMONTHDAY=-1"],
  ["FREQ=WEEKLY;WKST=SU;COUNT=2", "WKST=SU"],
  ["FREQ=WEEKLY;UNTIL=20270630T170000Z", "UNTIL=20270630T170000Z"],
  ["FREQ=WEEKLY;UNTIL=20270231", "UNTIL=20270231"],
  ["FREQ=WEEKLY;COUNT=2;UNTIL=20270630", "COUNT=2 and UNTIL=20270630"],
  ["FREQ=WEEKLY;COUNT=0", "COUNT=0"],
  ["FREQ=WEEKLY;COUNT=2;COUNT=3", "COUNT"],
  ["FREQ=WEEKLY;INTERVAL=367;COUNT=2", "INTERVAL=367"],
  ["COUNT=2", "FREQ"],
  ["FREQ", '"FREQ"'],
  ["", '""'],
  ["DTSTART;TZID=Europe/Madrid:20270101T170000", '"DTSTART"'],
])("one that it does not: %s names %s", (text, part) => {
  expect(parseRrule(text)).toEqual(expect.stringContaining(part));
});

test("in words", () => {
  const clock = { startsAt: 17 * 3_600_000_000, zone: "Europe/Madrid" };
  const from = day("2026-12-31");
  const words = (recurrence: Recurrence, ending: Ending | null = null) =>
    ruleWords(recurrence, { from, clock, ending });
  expect(words(rule("weekly", 1, 0, 2), times(8))).toBe(
    "every week on Mon and Wed at 17:00 Europe/Madrid, 8 times",
  );
  expect(words(rule("biweekly", 1, 1), { until_date: day("2027-06-30") })).toBe(
    "every second week on Tue at 17:00 Europe/Madrid, until Wed 30 Jun 2027",
  );
  expect(words(rule("biweekly", 2, 1))).toBe("every 4 weeks on Tue at 17:00 Europe/Madrid");
  expect(words(rule("monthly"), times(1))).toBe("every month on day 31 at 17:00 Europe/Madrid, 1 time");
  expect(words(rule("custom", 3))).toBe("every 3 days at 17:00 Europe/Madrid");
  expect(words(rule("custom", 2, 0, 1, 2))).toBe("every 2 weeks on Mon, Tue and Wed at 17:00 Europe/Madrid");
});

test.each([
  [{ frequency: "fortnightly", interval: 1, days_of_week: "" }, /frequency "fortnightly" is none of/],
  [{ frequency: "weekly", interval: 0, days_of_week: "" }, /interval 0 is not a whole number from 1/],
  [{ frequency: "weekly", interval: 1, days_of_week: "monday?" }, /days_of_week "monday\?"/],
])("stored columns that say nothing: %j", (stored, sentence) => {
  expect(readRule(stored)).toMatch(sentence);
});
