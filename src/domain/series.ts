/** Series: lessons that recur on the wall clock of a zone (SPEC 5). Pure, and the only user of rrule. */
import * as rrule from "rrule";
import {
  addDays,
  addDaysOrNull,
  epochOfDate,
  type Instant,
  instantAt,
  type LocalDate,
  parseDate,
  wallTime,
  weekdayOf,
} from "./instant.ts";
import { localDateOf, resolveLocal, toWall } from "./zone.ts";

// Node sees a CommonJS module, whose names are on its default export; a bundler sees them directly.
const { RRule } = ("default" in rrule ? rrule.default : rrule) as typeof rrule;

export const SERIES_TYPES = ["one_on_one_series", "group_series"] as const;
export type SeriesType = (typeof SERIES_TYPES)[number];

export const SERIES_STATUSES = ["active", "paused", "cancelled", "completed"] as const;
export type SeriesStatus = (typeof SERIES_STATUSES)[number];

export const FREQUENCIES = ["weekly", "biweekly", "monthly", "custom"] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** So many are made at once: ten years of weekly lessons. */
export const MOST_OCCURRENCES = 520;

export const LONGEST_INTERVAL = 366;

/** When a series recurs (SPEC 5). */
export interface Recurrence {
  frequency: Frequency;
  /** From 1: every so many weeks, pairs of weeks, months; for custom days, or weeks where days are named. */
  interval: number;
  /** 0 = Monday. None: of weekly and biweekly the weekday of the first date; of custom the interval counts days. */
  days: readonly number[];
}

/** `until_date` is the last date that may be, in the series' own zone. */
export type Ending = { occurrence_count: number } | { until_date: LocalDate };

/** What begins later may end, somewhere on earth, after the last instant there is. */
const LAST_DATE = "9999-12-29" as LocalDate;

/** The dates of a rule. */
export interface RuleDates {
  dates: LocalDate[];
  /** Months between them that lack the day: `2027-02`. */
  skipped_months: string[];
}

/**
 * The dates of a rule from a date on. The first that fits is where it counts its weeks, months and days from.
 *
 * @returns a sentence where there are none, too many, or fewer than asked for before the calendar ends
 */
export function datesOf(recurrence: Recurrence, from: LocalDate, ending: Ending): RuleDates | string {
  const first = firstFitting(recurrence, from);
  const dates = new RRule(
    {
      ...stepsOf(recurrence, first),
      dtstart: floating(first),
      ...("until_date" in ending
        ? { until: floating(ending.until_date) }
        : { count: Math.min(ending.occurrence_count, MOST_OCCURRENCES + 1) }),
    },
    true,
  )
    .all((_, at) => at <= MOST_OCCURRENCES)
    .map(localDate)
    .filter((date): date is LocalDate => date !== null && date <= LAST_DATE);
  if (dates.length > MOST_OCCURRENCES)
    return `the rule gives more than ${MOST_OCCURRENCES} occurrences, and no more are made at once`;
  if (dates.length === 0)
    return `the rule gives no date from ${from}${"until_date" in ending ? ` until ${ending.until_date}` : ""}`;
  if ("occurrence_count" in ending && dates.length < ending.occurrence_count)
    return `the rule gives ${dates.length} of ${ending.occurrence_count} dates before the calendar ends`;
  const last = "until_date" in ending ? ending.until_date : dates.at(-1)!;
  return { dates, skipped_months: recurrence.frequency === "monthly" ? skipped(recurrence, from, last) : [] };
}

/** The next date of the weekdays that the rule names: a series every second week begins in the week that it can. */
function firstFitting({ frequency, days }: Recurrence, from: LocalDate): LocalDate {
  if (frequency === "monthly" || days.length === 0) return from;
  const ahead = days.map((day) => (day - weekdayOf(from) + 7) % 7);
  return addDays(from, Math.min(...ahead));
}

/**
 * The first date after one of the rule's own that is not before another; null where the calendar ends first.
 *
 * @param last a date that the rule gave
 */
export function dateAfter(recurrence: Recurrence, last: LocalDate, notBefore: LocalDate): LocalDate | null {
  const next = addDaysOrNull(last, 1);
  if (next === null) return null;
  const rule = new RRule({ ...stepsOf(recurrence, last), dtstart: floating(last) }, true);
  const date = rule.after(floating(next > notBefore ? next : notBefore), true);
  return date && localDate(date);
}

/** rrule's terms for the words of the model. It counts weekdays from 0 = Monday, too. */
function stepsOf({ frequency, interval, days }: Recurrence, from: LocalDate) {
  const weeks = (every: number) => ({
    freq: RRule.WEEKLY,
    interval: every,
    wkst: RRule.MO,
    byweekday: days.length > 0 ? [...days] : [weekdayOf(from)],
  });
  switch (frequency) {
    case "weekly":
      return weeks(interval);
    case "biweekly":
      return weeks(2 * interval);
    case "monthly":
      return { freq: RRule.MONTHLY, interval, bymonthday: [Number(from.slice(8))] };
    case "custom":
      return days.length > 0 ? weeks(interval) : { freq: RRule.DAILY, interval };
    default:
      return frequency satisfies never;
  }
}

/** A local date as rrule takes it: midnight, as if the wall clock showed UTC. */
function floating(date: LocalDate): Date {
  return new Date(wallTime(date, 0).seconds * 1000);
}

/** The rule's months that are over by `last` and lack the day of `from`. */
function skipped({ interval }: Recurrence, from: LocalDate, last: LocalDate): string[] {
  const found: string[] = [];
  const [year, month, day] = [Number(from.slice(0, 4)), Number(from.slice(5, 7)) - 1, from.slice(8)];
  for (let n = month; ; n += interval) {
    const at = { year: year + Math.floor(n / 12), month: (n % 12) + 1 };
    const after = epochOfDate(at.year, at.month + 1, 1);
    if (after > wallTime(last, 0).seconds + 86_400) return found;
    const name = `${String(at.year).padStart(4, "0")}-${String(at.month).padStart(2, "0")}`;
    if (parseDate(`${name}-${day}`) === null) found.push(name);
  }
}

/** Back from {@link floating}; null after the year 9999. */
function localDate(date: Date): LocalDate | null {
  const at = instantAt(date.getTime() / 1000, 0);
  return at && (at.slice(0, 10) as LocalDate);
}

/** The wall-clock time at which every occurrence begins. */
export interface SeriesClock {
  /** Microseconds after local midnight. */
  startsAt: number;
  zone: string;
}

/** An occurrence as the rule gives it. */
export interface Occurrence {
  /** In the zone of the clock. */
  date: LocalDate;
  start_at_utc: Instant;
  /** Where the clocks change at that time (LEGACY 2.5): moved forward out of a gap, or the earlier of two. */
  clock_change: "gap" | "overlap" | null;
}

/** The time stays where it is on the wall clock, whatever the clocks do (SCENARIOS 19). */
export function occurrencesOf(dates: readonly LocalDate[], { startsAt, zone }: SeriesClock): Occurrence[] {
  return dates.map((date) => {
    const { instant, resolution } = resolveLocal(wallTime(date, startsAt), zone);
    return { date, start_at_utc: instant, clock_change: resolution === "exact" ? null : resolution };
  });
}

/** Whether an occurrence is at the series' time of day on the wall clock (SPEC 5). One that the clocks skip is moved by the gap. */
export function keepsTime(start: Instant, { startsAt, zone }: SeriesClock): boolean {
  const date = localDateOf(start, zone);
  return [date, addDays(date, -1)].some((on) => resolveLocal(wallTime(on, startsAt), zone).instant === start);
}

/** Whether two occurrences have the same time of day in UTC and not in the zone: weeks were added to an instant. */
export function sameClockInUtc(first: Instant, later: Instant, zone: string): boolean {
  return first.slice(11) === later.slice(11) && timeIn(first, zone) !== timeIn(later, zone);
}

function timeIn(instant: Instant, zone: string): number {
  return ((toWall(instant, zone).seconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
}

const DAY_SECONDS = 86_400;
