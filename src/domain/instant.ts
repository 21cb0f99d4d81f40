/**
 * An instant: UTC as text `YYYY-MM-DD HH:MM:SS[.ffffff]`, the form in which Django writes SQLite
 * datetimes (LEGACY 1). Microseconds stand only where they are not zero, then with six digits, so
 * instants compare as text, in SQL and in TypeScript.
 */
export type Instant = string & { readonly __instant: unique symbol };

/** A calendar date `YYYY-MM-DD`. */
export type LocalDate = string & { readonly __date: unique symbol };

/** A wall-clock reading without a zone, in microseconds since 1970-01-01 00:00 as if it were UTC, split so that no precision is lost. */
export interface WallTime {
  /** Whole seconds since the epoch, as if the wall clock showed UTC. */
  seconds: number;
  /** 0 … 999999 */
  micros: number;
}

const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)? ?(Z|z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$/;
const MINUTE = 60;
const DAY = 86_400;

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Seconds since 1970-01-01 of a calendar date at midnight UTC; years 1 … 9999 (Date.UTC alone maps 0–99 to 1900). */
export function epochOfDate(year: number, month: number, day: number): number {
  if (year >= 100) return Date.UTC(year, month - 1, day) / 1000;
  return new Date(0).setUTCFullYear(year, month - 1, day) / 1000;
}

function two(n: number): string {
  return n < 10 ? `0${n}` : `${n}`;
}

/** The canonical text of a UTC reading in the years 1 … 9999; {@link instantAt} where it may lie outside. */
export function formatInstant(seconds: number, micros: number): Instant {
  const iso = new Date(seconds * 1000).toISOString();
  const text = `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  return (micros === 0 ? text : `${text}.${String(micros).padStart(6, "0")}`) as Instant;
}

const FIRST_SECOND = epochOfDate(1, 1, 1);
const LAST_SECOND = epochOfDate(9999, 12, 31) + DAY - 1;

/** The canonical text of a UTC reading; null outside of the years 1 … 9999, which no text of this form can say. */
export function instantAt(seconds: number, micros: number): Instant | null {
  return seconds >= FIRST_SECOND && seconds <= LAST_SECOND ? formatInstant(seconds, micros) : null;
}

export interface ParsedTimestamp {
  wall: WallTime;
  /** Seconds east of UTC that the text itself named; null where it named none. */
  offset: number | null;
}

/**
 * Reads a timestamp text: date, `T` or blank, time, optional fraction (digits past the sixth are
 * dropped), optional `Z` or offset. Null where it is not a timestamp or not a day of the calendar.
 */
export function parseTimestamp(text: string): ParsedTimestamp | null {
  const m = TIMESTAMP.exec(text);
  if (m === null) return null;
  const year = +m[1]!;
  const month = +m[2]!;
  const day = +m[3]!;
  const hour = +m[4]!;
  const minute = +m[5]!;
  const second = m[6] === undefined ? 0 : +m[6];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const micros = m[7] === undefined ? 0 : +m[7].padEnd(6, "0");
  const seconds = epochOfDate(year, month, day) + hour * 3600 + minute * MINUTE + second;
  return { wall: { seconds, micros }, offset: m[8] === undefined ? null : parseOffset(m[8]) };
}

function parseOffset(text: string): number {
  if (text === "Z" || text === "z") return 0;
  const digits = text.slice(1).replace(":", "");
  const seconds = +digits.slice(0, 2) * 3600 + +(digits.slice(2, 4) || 0) * MINUTE;
  return text.startsWith("-") ? -seconds : seconds;
}

/** The number that two digits of a text make; NaN where they are none. */
function digits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/**
 * True where the text is an instant in its canonical form already, calendar and all: what nearly every
 * stored timestamp is. Makes no garbage, for millions are read.
 */
function isCanonical(text: string): boolean {
  const length = text.length;
  if (length !== 19 && length !== 26) return false;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || text.charCodeAt(10) !== 32) return false;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return false;
  const year = digits(text, 0) * 100 + digits(text, 2);
  const month = digits(text, 5);
  const day = digits(text, 8);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return false;
  if (!(digits(text, 11) <= 23 && digits(text, 14) <= 59 && digits(text, 17) <= 59)) return false;
  if (length === 19) return true;
  const micros = digits(text, 20) * 10_000 + digits(text, 22) * 100 + digits(text, 24);
  return text.charCodeAt(19) === 46 && micros > 0;
}

/**
 * The instant that a stored UTC timestamp names, in canonical text; null where it cannot be read.
 * Text without an offset is UTC.
 */
export function parseInstant(text: string): Instant | null {
  if (isCanonical(text)) return text as Instant;
  const parsed = parseTimestamp(text);
  if (parsed === null) return null;
  return instantAt(parsed.wall.seconds - (parsed.offset ?? 0), parsed.wall.micros);
}

/** An instant's seconds since the epoch and its microseconds. */
export function splitInstant(instant: Instant): WallTime {
  const seconds =
    epochOfDate(+instant.slice(0, 4), +instant.slice(5, 7), +instant.slice(8, 10)) +
    +instant.slice(11, 13) * 3600 +
    +instant.slice(14, 16) * MINUTE +
    +instant.slice(17, 19);
  return { seconds, micros: instant.length > 19 ? +instant.slice(20) : 0 };
}

/** The instant `micros` microseconds later (earlier where negative); null outside of the years 1 … 9999. */
export function addMicrosOrNull(instant: Instant, micros: number): Instant | null {
  const at = splitInstant(instant);
  const total = at.micros + micros;
  const carry = Math.floor(total / 1_000_000);
  return instantAt(at.seconds + carry, total - carry * 1_000_000);
}

/** How many microseconds an instant is after another. */
export function microsBetween(earlier: Instant, later: Instant): number {
  const [from, to] = [splitInstant(earlier), splitInstant(later)];
  return (to.seconds - from.seconds) * 1_000_000 + to.micros - from.micros;
}

/** The instant so many minutes later, to the microsecond however many; null outside of the years 1 … 9999. */
export function addMinutesOrNull(instant: Instant, minutes: number): Instant | null {
  const at = splitInstant(instant);
  const seconds = Math.floor(minutes * MINUTE);
  const total = at.micros + Math.round((minutes * MINUTE - seconds) * 1_000_000);
  const carry = Math.floor(total / 1_000_000);
  return instantAt(at.seconds + seconds + carry, total - carry * 1_000_000);
}

/** RFC 3339 with `Z`, the form of every instant in JSON, NDJSON, TSV and CSV (CLI.md). */
export function toRfc3339(instant: Instant): string {
  return `${instant.slice(0, 10)}T${instant.slice(11)}Z`;
}

/** The instant of a JavaScript Date (milliseconds). The only way in from the process's clock. */
export function fromDate(date: Date): Instant {
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  return formatInstant(seconds, (ms - seconds * 1000) * 1000);
}

/** A date that exists in the calendar, or null. */
export function parseDate(text: string): LocalDate | null {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (m === null) return null;
  const [year, month, day] = [+m[1]!, +m[2]!, +m[3]!];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return text as LocalDate;
}

/** Microseconds since midnight of `HH:MM[:SS[.ffffff]]`, or null where it is no time of day. */
export function parseTimeOfDay(text: string): number | null {
  const m = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?$/.exec(text);
  if (m === null) return null;
  const [hour, minute, second] = [+m[1]!, +m[2]!, m[3] === undefined ? 0 : +m[3]];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const micros = m[4] === undefined ? 0 : +m[4].padEnd(6, "0");
  return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
}

/** A time of day as columns keep it, `HH:MM:SS[.ffffff]`, of microseconds since midnight. */
export function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const rest = micros % 1_000_000;
  const whole = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return rest === 0 ? whole : `${whole}.${String(rest).padStart(6, "0")}`;
}

/** The date so many days later; null after the year 9999. */
export function addDaysOrNull(date: LocalDate, days: number): LocalDate | null {
  const seconds = epochOfDate(+date.slice(0, 4), +date.slice(5, 7), +date.slice(8, 10)) + days * DAY;
  if (seconds > LAST_SECOND) return null;
  return new Date(seconds * 1000).toISOString().slice(0, 10) as LocalDate;
}

/** 0 = Monday … 6 = Sunday, as the model counts weekdays. */
export function weekdayOf(date: LocalDate): number {
  const days = epochOfDate(+date.slice(0, 4), +date.slice(5, 7), +date.slice(8, 10)) / DAY;
  return (((days + 3) % 7) + 7) % 7;
}

/** The wall-clock reading of a date and a time of day (microseconds since midnight). */
export function wallTime(date: LocalDate, timeOfDayMicros: number): WallTime {
  const wholeSeconds = Math.floor(timeOfDayMicros / 1_000_000);
  return {
    seconds: epochOfDate(+date.slice(0, 4), +date.slice(5, 7), +date.slice(8, 10)) + wholeSeconds,
    micros: timeOfDayMicros - wholeSeconds * 1_000_000,
  };
}

export function dateOfWall(wall: WallTime): LocalDate {
  return formatInstant(wall.seconds, 0).slice(0, 10) as LocalDate;
}

/** "17:05" of a wall-clock reading. */
export function clockOfWall(wall: WallTime): string {
  const inDay = ((wall.seconds % DAY) + DAY) % DAY;
  return `${two(Math.floor(inDay / 3600))}:${two(Math.floor(inDay / MINUTE) % 60)}`;
}

/** The first and the last second that an instant can name. */
export const EARLIEST = formatInstant(FIRST_SECOND, 0);
export const LATEST = formatInstant(LAST_SECOND, 0);

/** The instant so many microseconds later (earlier where negative), or the nearest there is: for limits and windows. */
export function addMicros(instant: Instant, micros: number): Instant {
  return addMicrosOrNull(instant, micros) ?? (micros > 0 ? LATEST : EARLIEST);
}

/** The instant so many minutes later (earlier where negative), or the nearest there is: for limits and windows. */
export function addMinutes(instant: Instant, minutes: number): Instant {
  return addMinutesOrNull(instant, minutes) ?? (minutes > 0 ? LATEST : EARLIEST);
}

/** The date so many days later, or the last there is. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return addDaysOrNull(date, days) ?? (LATEST.slice(0, 10) as LocalDate);
}

/** The later of two bounds; null = none. */
export function latest(a: Instant | null, b: Instant | null): Instant | null {
  return a !== null && b !== null ? (a > b ? a : b) : (a ?? b);
}

/** The earlier of two bounds; null = none. */
export function earliest(a: Instant | null, b: Instant | null): Instant | null {
  return a !== null && b !== null ? (a < b ? a : b) : (a ?? b);
}
