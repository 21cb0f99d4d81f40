/**
 * Time, worked out a second time for `legacy verify`: what a stored text means, and when a lesson on a
 * recurring slot is (LEGACY 2.5). Written from the rules alone, on luxon and not on the resolver that the
 * migration uses, so that a mistake of the one is no mistake of the other.
 */
import { DateTime, IANAZone } from "luxon";
import { epochOfDate, formatInstant, type Instant, parseDate, parseTimestamp } from "../domain/instant.ts";

const DAY = 86_400;
const WEEK_DAYS = 7;
const MICROS = 1_000_000;
/** The last day that four digits of a year can name. */
const LAST_DAY = epochOfDate(9999, 12, 31) / DAY;
const FIRST_DAY = epochOfDate(1, 1, 1) / DAY;
const MOST_REMEMBERED = 200_000;

/** By zone: the offset in seconds of each local day (since 1970) on which no clock is changed; null where one is. */
const steadyDays = new Map<string, Map<number, number | null>>();
/** By zone: UTC seconds of single local readings (in seconds, as if UTC) near a change of the clock. */
const nearChanges = new Map<string, Map<number, number>>();

function memoOf<V>(memos: Map<string, Map<number, V>>, zone: string): Map<number, V> {
  let memo = memos.get(zone);
  if (memo === undefined) {
    memo = new Map();
    memos.set(zone, memo);
  }
  if (memo.size > MOST_REMEMBERED) memo.clear();
  return memo;
}

/** The day's one offset; null where the clock may change within a day of it. */
function steadyOffset(zone: string, day: number): number | null {
  const memo = memoOf(steadyDays, zone);
  const known = memo.get(day);
  if (known !== undefined) return known;
  const iana = IANAZone.create(zone);
  // Offsets lie between −12 and +15 hours: these four instants enclose the local day with room to spare.
  const offsets = [day - 1, day, day + 1, day + 2].map((d) => Math.round(iana.offset(d * DAY * 1000) * 60));
  const offset = offsets.every((other) => other === offsets[0]) ? offsets[0]! : null;
  memo.set(day, offset);
  return offset;
}

/**
 * UTC seconds of a local reading, given in seconds as if the wall clock showed UTC. A reading that does not
 * exist is moved forward by the length of the gap, one that exists twice is the earlier (LEGACY 2.5).
 */
export function localToUtc(reading: number, zone: string): number {
  if (zone === "UTC") return reading;
  const steady = steadyOffset(zone, Math.floor(reading / DAY));
  if (steady !== null) return reading - steady;
  const memo = memoOf(nearChanges, zone);
  const known = memo.get(reading);
  if (known !== undefined) return known;
  const wall = DateTime.fromSeconds(reading, { zone: "utc" });
  const local = wall.setZone(zone, { keepLocalTime: true });
  const exists = local.setZone("utc", { keepLocalTime: true }).toMillis() === wall.toMillis();
  const utc = exists
    ? Math.min(...local.getPossibleOffsets().map((one) => one.toSeconds()))
    : reading - Math.round(IANAZone.create(zone).offset((reading - DAY) * 1000) * 60);
  memo.set(reading, utc);
  return utc;
}

/**
 * The instant of a stored timestamp; null where it cannot be read. Text that names no offset is in `zone`.
 * Anything but text cannot be read: SQLite turns a text of digits into a number.
 */
export function readStamp(stored: unknown, zone: string): Instant | null {
  if (typeof stored !== "string") return null;
  const parsed = parseTimestamp(stored);
  if (parsed === null) return null;
  const { wall, offset } = parsed;
  if (offset === null && zone === "UTC" && isCanonical(stored, wall.micros)) return stored as Instant;
  return sayable(offset === null ? localToUtc(wall.seconds, zone) : wall.seconds - offset, wall.micros);
}

/** The text of a UTC reading; null outside of the years 1 to 9999, which no text of ours can say. */
function sayable(seconds: number, micros: number): Instant | null {
  const day = Math.floor(seconds / DAY);
  return day >= FIRST_DAY && day <= LAST_DAY ? formatInstant(seconds, micros) : null;
}

/** True where a readable text without an offset is in the one form of instants already. */
function isCanonical(text: string, micros: number): boolean {
  if (text[10] !== " ") return false;
  return text.length === 19 || (text.length === 26 && text[19] === "." && micros !== 0);
}

/** Microseconds since midnight; null where the text is no time of day. */
export function readTimeOfDay(stored: unknown): number | null {
  if (typeof stored !== "string") return null;
  const [clock = "", fraction] = stored.split(".");
  const parts = clock.split(":");
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^\d\d$/.test(part))) return null;
  if (fraction !== undefined && (parts.length !== 3 || !/^\d+$/.test(fraction))) return null;
  const [hours, minutes, seconds = 0] = parts.map(Number) as [number, number, number?];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return (hours * 3600 + minutes * 60 + seconds) * MICROS + Number(`${fraction ?? ""}000000`.slice(0, 6));
}

/** Days since 1970 of a calendar date; null where the text is none. */
export function readDay(stored: unknown): number | null {
  const date = typeof stored === "string" ? parseDate(stored) : null;
  return date === null ? null : dayOf(date);
}

function dayOf(text: string): number {
  return epochOfDate(+text.slice(0, 4), +text.slice(5, 7), +text.slice(8, 10)) / DAY;
}

/** A recurring slot as LEGACY 2.5 reads it. */
export interface WeeklySlot {
  /** 0 = Monday … 6 = Sunday */
  weekday: number;
  /** Microseconds since midnight. */
  start: number;
  zone: string;
  /** First and last local day (since 1970); infinite = without bound. */
  firstDay: number;
  lastDay: number;
}

/** The first occurrence of the slot that is not before an instant; null where none is left (LEGACY 2.5). */
export function firstOccurrence(slot: WeeklySlot, notBefore: Instant): Instant | null {
  const seconds = Math.floor(slot.start / MICROS);
  // Two days before the UTC date: no zone is further behind, and a day that the calendar skips fits in.
  let day = Math.max(dayOf(notBefore) - 2, slot.firstDay);
  day += (slot.weekday - weekdayOf(day) + WEEK_DAYS) % WEEK_DAYS;
  for (; day <= Math.min(slot.lastDay, LAST_DAY); day += WEEK_DAYS) {
    const start = sayable(localToUtc(day * DAY + seconds, slot.zone), slot.start % MICROS);
    if (start !== null && start >= notBefore) return start;
  }
  return null;
}

/** 0 = Monday: 1 January 1970 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS;
}

/** The instant so many microseconds later; null where no text of ours can say it. */
export function later(instant: Instant, micros: number): Instant | null {
  const from = secondsOf(instant);
  const past = microsOf(instant) + micros;
  const carry = Math.floor(past / MICROS);
  return sayable(from + carry, past - carry * MICROS);
}

/** The instant so many minutes later, exact however many; null where no text of ours can say it. */
export function minutesLater(instant: Instant, minutes: number): Instant | null {
  const seconds = Math.trunc(minutes * 60);
  const base = later(instant, Math.round((minutes * 60 - seconds) * MICROS));
  return base === null ? null : sayable(secondsOf(base) + seconds, microsOf(base));
}

function secondsOf(instant: Instant): number {
  return Date.parse(`${instant.slice(0, 10)}T${instant.slice(11, 19)}Z`) / 1000;
}

function microsOf(instant: Instant): number {
  return Number(instant.slice(20) || 0);
}

/** Microseconds from one instant to another, exact for spans below 285 years. */
export function microsBetween(from: Instant, to: Instant): number {
  return (secondsOf(to) - secondsOf(from)) * MICROS + microsOf(to) - microsOf(from);
}
