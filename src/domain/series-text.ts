/** Rules of series as text: as people type them, as the columns keep them, as RFC 5545 writes them, and in words. Pure. */
import { clockOfWall, type LocalDate, parseDate, parseTimeOfDay, wallTime } from "./instant.ts";
import {
  type Ending,
  FREQUENCIES,
  type Frequency,
  LONGEST_INTERVAL,
  type Recurrence,
  type SeriesClock,
} from "./series.ts";
import { plural, spokenDate } from "./spoken.ts";
import { isZone } from "./zone.ts";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const RRULE_DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/** `mon,wed` or `0,2`, 0 = Monday, in the order of the week; null where a word is no weekday. */
export function parseDays(text: string): number[] | null {
  const days = text
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .map((word) =>
      /^[0-6]$/.test(word) ? Number(word) : DAYS.findIndex((day) => day === word || day.slice(0, 3) === word),
    );
  return days.includes(-1) ? null : inOrder(days);
}

function inOrder(days: readonly number[]): number[] {
  return [...new Set(days)].toSorted((a, b) => a - b);
}

/** As days_of_week keeps them: `0,2`. */
export function daysText(days: readonly number[]): string {
  return days.join(",");
}

/** The columns that say when a series recurs. */
export interface StoredRule {
  frequency: string;
  interval: number;
  days_of_week: string;
}

/** @returns the rule, or a sentence about what is wrong with it */
export function readRule({ frequency, interval, days_of_week }: StoredRule): Recurrence | string {
  const known = FREQUENCIES.find((word) => word === frequency);
  if (known === undefined) return `its frequency "${frequency}" is none of ${FREQUENCIES.join(", ")}`;
  if (!isInterval(interval))
    return `its interval ${interval} is not a whole number from 1 to ${LONGEST_INTERVAL}`;
  const days = days_of_week === "" || known === "monthly" ? [] : parseDays(days_of_week);
  return days === null
    ? `its days_of_week "${days_of_week}" are not weekdays such as 0,2`
    : { frequency: known, interval, days };
}

export function isInterval(interval: number): boolean {
  return Number.isInteger(interval) && interval >= 1 && interval <= LONGEST_INTERVAL;
}

const NUMBER_PARTS = ["INTERVAL", "COUNT"];
const KNOWN = ["FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST"];
const FREQ: Record<string, Frequency> = { WEEKLY: "weekly", MONTHLY: "monthly", DAILY: "custom" };

/**
 * An RRULE as RFC 5545 writes it, where the model can hold it.
 *
 * @returns the rule and its end (null = it names none), or a sentence that names the part which is too much
 */
export function parseRrule(text: string): { recurrence: Recurrence; ending: Ending | null } | string {
  const parts = new Map<string, string>();
  for (const part of text
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, "")
    .split(";")) {
    const [name, value, ...more] = part.split("=").map((word) => word.trim());
    if (!name || !value || more.length > 0) return `"${part}" is not a part of a rule such as FREQ=WEEKLY`;
    if (!KNOWN.includes(name)) return `a series cannot hold ${part}: it has ${KNOWN.join(", ")}`;
    if (parts.has(name)) return `${name} stands there twice`;
    if (NUMBER_PARTS.includes(name) && !/^[1-9]\d{0,5}$/.test(value))
      return `${part} is not a whole number from 1`;
    parts.set(name, value);
  }
  const freq = parts.get("FREQ");
  const frequency = FREQ[freq ?? ""];
  if (frequency === undefined)
    return freq === undefined
      ? "FREQ is missing"
      : `a series cannot hold FREQ=${freq}: it has ${Object.keys(FREQ).join(", ")}`;
  const byDay = parts.get("BYDAY");
  if (byDay !== undefined && frequency !== "weekly")
    return `a series cannot hold BYDAY=${byDay} with FREQ=${freq}: weekdays go with WEEKLY`;
  const days = (byDay?.split(",") ?? []).map((word) => RRULE_DAYS.indexOf(word));
  if (days.includes(-1)) return `a series cannot hold BYDAY=${byDay}: weekdays are ${RRULE_DAYS.join(", ")}`;
  const wkst = parts.get("WKST");
  if (wkst !== undefined && wkst !== "MO")
    return `a series cannot hold WKST=${wkst}: its weeks begin on Monday`;
  const interval = Number(parts.get("INTERVAL") ?? 1);
  if (!isInterval(interval)) return `INTERVAL=${interval} is more than ${LONGEST_INTERVAL}`;
  const ending = endingOf(parts);
  if (typeof ending === "string") return ending;
  return { recurrence: { frequency, interval, days: inOrder(days) }, ending };
}

function endingOf(parts: ReadonlyMap<string, string>): Ending | null | string {
  const [count, until] = [parts.get("COUNT"), parts.get("UNTIL")];
  if (count !== undefined && until !== undefined)
    return `COUNT=${count} and UNTIL=${until} exclude each other`;
  if (count !== undefined) return { occurrence_count: Number(count) };
  if (until === undefined) return null;
  const date = parseDate(until.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3"));
  return date === null
    ? `a series cannot hold UNTIL=${until}: it ends on a date such as 20270630`
    : { until_date: date };
}

const STEPS: Record<Frequency, [one: string, many: string]> = {
  weekly: ["week", "weeks"],
  biweekly: ["second week", "weeks"],
  monthly: ["month", "months"],
  custom: ["day", "days"],
};

/**
 * `every week on Mon and Wed at 17:00 Europe/Madrid, 8 times`.
 *
 * @param from a date that the rule gives, or its first: tells the day of the month; null = not known
 * @param clock null where it is not known at what time
 */
export function ruleWords(
  { frequency, interval, days }: Recurrence,
  { from, clock, ending }: { from: LocalDate | null; clock: SeriesClock | null; ending: Ending | null },
): string {
  const inWeeks = frequency === "custom" && days.length > 0;
  const [one, many] = STEPS[inWeeks ? "weekly" : frequency];
  const times = frequency === "biweekly" ? 2 * interval : interval;
  const on =
    frequency === "monthly"
      ? from === null
        ? ""
        : ` on day ${Number(from.slice(8))}`
      : days.length === 0
        ? ""
        : ` on ${listed(days.map((day) => capital(DAYS[day]!.slice(0, 3))))}`;
  const at =
    clock === null
      ? ""
      : ` at ${clockOfWall(wallTime("1970-01-01" as LocalDate, clock.startsAt))} ${clock.zone}`;
  const end =
    ending === null
      ? ""
      : "until_date" in ending
        ? `, until ${spokenDate(ending.until_date)}`
        : `, ${plural(ending.occurrence_count, "time")}`;
  return `every ${interval === 1 ? one : `${times} ${many}`}${on}${at}${end}`;
}

function capital(word: string): string {
  return `${word[0]!.toUpperCase()}${word.slice(1)}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The wall clock that the record of a series' making keeps; null where it says none. @param kept the values of the event */
export function clockOf(kept: { time?: unknown; timezone?: unknown } | null): SeriesClock | null {
  const startsAt = parseTimeOfDay(String(kept?.time));
  const zone = String(kept?.timezone);
  return startsAt === null || !isZone(zone) ? null : { startsAt, zone };
}
