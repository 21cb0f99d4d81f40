/** A teacher's availability: slots, and the times that they offer (SPEC 3, LEGACY 2.5). Pure. */
import type { TimeSpan } from "./booking-rules.ts";
import {
  addDaysOrNull,
  addMicrosOrNull,
  type Instant,
  type LocalDate,
  parseDate,
  parseInstant,
  parseTimeOfDay,
  wallTime,
  weekdayOf,
} from "./instant.ts";
import { isZone, localDateOf, resolveLocalOrNull } from "./zone.ts";

export const SLOT_TYPES = ["recurring", "one_time"] as const;
export type SlotType = (typeof SLOT_TYPES)[number];

const DAY_MICROS = 86_400_000_000;

/** A weekly time on the wall clock of a zone. */
export interface WeeklyTime {
  /** 0 = Monday */
  weekday: number;
  /** Microseconds after local midnight. */
  startsAt: number;
  zone: string;
  /** Local dates, inclusive; null = open. */
  from: LocalDate | null;
  until: LocalDate | null;
}

/** When a slot is: weekly with an elapsed length, or once. */
export type SlotWhen =
  | ({ slot_type: "recurring"; lengthMicros: number } & WeeklyTime)
  | ({ slot_type: "one_time" } & TimeSpan);

export interface Slot {
  id: number;
  teacher_id: number | null;
  /** Null: for all courses of the teacher. */
  course_id: number | null;
  is_active: boolean;
  is_blocked: boolean;
  blocked_reason: string;
  timezone: string;
  /** Null where the slot does not say when it is; `problem` says why. */
  when: SlotWhen | null;
  problem: string | null;
}

/** The columns of teacher_availability that say when a slot is, as stored. */
export interface StoredSlotTime {
  slot_type: string;
  day_of_week: number | null;
  start_time: string | null;
  end_time: string | null;
  valid_from: string | null;
  valid_until: string | null;
  start_datetime: string | null;
  end_datetime: string | null;
  timezone: string | null;
}

/** Over midnight where the end is not after the start (LEGACY 2.5). */
export function elapsedBetween(startsAt: number, endsAt: number): number {
  return endsAt - startsAt + (endsAt > startsAt ? 0 : DAY_MICROS);
}

/** @returns when the slot is, or a sentence about what is wrong with it */
export function readSlotTime(stored: StoredSlotTime): SlotWhen | string {
  if (stored.slot_type === "one_time") {
    const start = parseInstant(stored.start_datetime ?? "");
    const end = parseInstant(stored.end_datetime ?? "");
    if (start === null || end === null) return "its start_datetime or end_datetime is missing or unreadable";
    if (end <= start) return "it ends before it starts";
    return { slot_type: "one_time", start_at_utc: start, end_at_utc: end };
  }
  if (stored.slot_type !== "recurring") return `its slot_type is "${stored.slot_type}"`;
  const weekday = stored.day_of_week;
  const startsAt = parseTimeOfDay(stored.start_time ?? "");
  const endsAt = parseTimeOfDay(stored.end_time ?? "");
  const zone = stored.timezone ?? "";
  if (weekday === null || !Number.isInteger(weekday) || weekday < 0 || weekday > 6)
    return `its day_of_week is ${weekday}`;
  if (startsAt === null || endsAt === null) return "its start_time or end_time is missing or unreadable";
  if (!isZone(zone)) return `its time zone "${zone}" is not an IANA name`;
  const from = readDate(stored.valid_from);
  const until = readDate(stored.valid_until);
  if (from === undefined || until === undefined) return "its valid_from or valid_until is not a date";
  return {
    slot_type: "recurring",
    weekday,
    startsAt,
    zone,
    from,
    until,
    lengthMicros: elapsedBetween(startsAt, endsAt),
  };
}

/** Undefined where the text is not a date. */
function readDate(text: string | null): LocalDate | null | undefined {
  return text === null || text === "" ? null : (parseDate(text) ?? undefined);
}

/** A time of a slot, and the local date that names it in the slot's zone (`--on`). */
export interface Opening extends TimeSpan {
  date: LocalDate;
}

interface Occurrence {
  date: LocalDate;
  instant: Instant;
}

/** @param date one of the weekly time's own weekdays; looked at from there on, week by week; null = after the last year */
function occurrenceFrom(time: WeeklyTime, date: LocalDate | null, notBefore: Instant): Occurrence | null {
  for (let on = date; on !== null && (time.until === null || on <= time.until); on = addDaysOrNull(on, 7)) {
    const at = resolveLocalOrNull(wallTime(on, time.startsAt), time.zone);
    if (at !== null && at.instant >= notBefore) return { date: on, instant: at.instant };
  }
  return null;
}

function occurrence(time: WeeklyTime, notBefore: Instant): Occurrence | null {
  // The day before: a time of yesterday may be moved past midnight by a gap.
  let date = addDaysOrNull(localDateOf(notBefore, time.zone), -1);
  if (time.from !== null && date !== null && time.from > date) date = time.from;
  const first = date && addDaysOrNull(date, (time.weekday - weekdayOf(date) + 7) % 7);
  return occurrenceFrom(time, first, notBefore);
}

/** The first occurrence of a weekly time not before an instant; null where the validity ends earlier. */
export function firstOccurrence(time: WeeklyTime, notBefore: Instant): Instant | null {
  return occurrence(time, notBefore)?.instant ?? null;
}

/** Null where it ends after the last year. */
function span(start: Instant, lengthMicros: number): TimeSpan | null {
  const end = addMicrosOrNull(start, lengthMicros);
  return end === null ? null : { start_at_utc: start, end_at_utc: end };
}

/** The slot's next time not before an instant; null where there is none. */
export function nextOpening(when: SlotWhen, notBefore: Instant): TimeSpan | null {
  if (when.slot_type === "one_time")
    return when.start_at_utc >= notBefore
      ? { start_at_utc: when.start_at_utc, end_at_utc: when.end_at_utc }
      : null;
  const start = firstOccurrence(when, notBefore);
  return start === null ? null : span(start, when.lengthMicros);
}

/** The slot's time on a local date of its zone; null where it has none that day. */
export function openingOn(when: SlotWhen, date: LocalDate, zone: string): TimeSpan | null {
  if (when.slot_type === "one_time")
    return localDateOf(when.start_at_utc, zone) === date
      ? { start_at_utc: when.start_at_utc, end_at_utc: when.end_at_utc }
      : null;
  if (weekdayOf(date) !== when.weekday) return null;
  if ((when.from !== null && date < when.from) || (when.until !== null && date > when.until)) return null;
  return spanFrom(when, date);
}

/** The time on the wall clock of a date, whatever weekday it is; null where it begins or ends after the last year. */
export function spanFrom(
  { startsAt, zone, lengthMicros }: Pick<WeeklyTime, "startsAt" | "zone"> & { lengthMicros: number },
  date: LocalDate,
): TimeSpan | null {
  const start = resolveLocalOrNull(wallTime(date, startsAt), zone);
  return start === null ? null : span(start.instant, lengthMicros);
}

/**
 * Every time of the slot that starts in [from, until), in order.
 *
 * @param zone the slot's, which names the date of a one-time slot
 */
export function openingsBetween(when: SlotWhen, from: Instant, until: Instant, zone: string): Opening[] {
  if (when.slot_type === "one_time") {
    const { start_at_utc, end_at_utc } = when;
    if (start_at_utc < from || start_at_utc >= until) return [];
    return [{ start_at_utc, end_at_utc, date: localDateOf(start_at_utc, zone) }];
  }
  const found: Opening[] = [];
  let next = occurrence(when, from);
  while (next !== null && next.instant < until) {
    const time = span(next.instant, when.lengthMicros);
    if (time !== null) found.push({ ...time, date: next.date });
    next = occurrenceFrom(when, addDaysOrNull(next.date, 7), from);
  }
  return found;
}
