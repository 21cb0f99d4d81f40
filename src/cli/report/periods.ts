/** The months of the report as the periods that a chart can show: months where they fit, else years. */
import type { Report } from "../../legacy/report.ts";
import { monthWord } from "./words.ts";

export interface Period {
  /** Under the bar: `Mar`, or `2026`. */
  label: string;
  /** A second line under the first bar of a year; null elsewhere, and where periods are years. */
  year: string | null;
  /** In full: `Mar 2026`, or `2026`. */
  name: string;
  group: number;
  one_on_one: number;
  /** Whether the report was made in this period, or it came after that. */
  when: "past" | "now" | "future";
}

/** More months than this do not fit side by side. */
const MOST_MONTHS = 36;

function monthIndex(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
}

/** Periods in order. Months without bookings between others are there, with 0; years without any are left out. */
export function periodsOf({ months, made_at }: Pick<Report, "months" | "made_at">): Period[] {
  const known = months.filter(({ month }) => /^\d{4}-(0[1-9]|1[0-2])$/.test(month));
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return [];
  const now = monthIndex(made_at);
  const span = monthIndex(last.month) - monthIndex(first.month) + 1;
  if (span > MOST_MONTHS) return years(known, Math.floor(now / 12));
  const counts = new Map(known.map((row) => [monthIndex(row.month), row]));
  return Array.from({ length: span }, (_, at) => {
    const index = monthIndex(first.month) + at;
    const [year, month] = [String(Math.floor(index / 12)), (index % 12) + 1];
    const { group, one_on_one } = counts.get(index) ?? { group: 0, one_on_one: 0 };
    return {
      label: monthWord(month),
      year: at === 0 || month === 1 ? year : null,
      name: `${monthWord(month)} ${year}`,
      group,
      one_on_one,
      when: whenOf(index, now),
    };
  });
}

function years(months: Report["months"], now: number): Period[] {
  const periods = new Map<string, Period>();
  for (const { month, group, one_on_one } of months) {
    const year = month.slice(0, 4);
    const period = periods.get(year) ?? {
      label: year,
      year: null,
      name: year,
      group: 0,
      one_on_one: 0,
      when: whenOf(Number(year), now),
    };
    period.group += group;
    period.one_on_one += one_on_one;
    periods.set(year, period);
  }
  return [...periods.values()];
}

function whenOf(at: number, now: number): Period["when"] {
  return at === now ? "now" : at < now ? "past" : "future";
}

/** A year's months as a line of a table; index 0 is January. */
export interface YearTable {
  year: string;
  group: number[];
  one_on_one: number[];
}

export function yearsOf({ months }: Pick<Report, "months">): YearTable[] {
  const tables = new Map<string, YearTable>();
  for (const { month, group, one_on_one } of months) {
    const [year, at] = [month.slice(0, 4), Number(month.slice(5, 7)) - 1];
    const table = tables.get(year) ?? {
      year,
      group: Array<number>(12).fill(0),
      one_on_one: Array<number>(12).fill(0),
    };
    if (at >= 0 && at < 12) {
      table.group[at]! += group;
      table.one_on_one[at]! += one_on_one;
    }
    tables.set(year, table);
  }
  return [...tables.values()];
}

/** Round steps for an axis from 0 to at least `most`: at most five of them. */
export function axisOf(most: number): number[] {
  const rough = Math.max(1, most / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough && Number.isInteger(n)) ?? 10 * power;
  const ticks: number[] = [];
  for (let at = 0; at < most + step && ticks.length < 6; at += step) ticks.push(at);
  return ticks;
}
