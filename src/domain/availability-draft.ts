/** A slot that is about to be made: what may be wrong with it, and what it overlaps. Pure. */
import {
  elapsedBetween,
  nextOpening,
  openingsBetween,
  type SlotWhen,
  type StoredSlotTime,
} from "./availability.ts";
import { overlaps, type TimeSpan } from "./booking-rules.ts";
import { addMinutes, type Instant, type LocalDate, timeText } from "./instant.ts";
import { LONGEST_MINUTES, startProblem } from "./session.ts";
import { localTime } from "./spoken.ts";
import { isZone } from "./zone.ts";

/** When a new slot is to be; null where that was not given or could not be read. */
export type DraftWhen =
  | {
      slot_type: "recurring";
      /** 0 = Monday */
      weekday: number | null;
      /** Microseconds after local midnight. */
      startsAt: number | null;
      endsAt: number | null;
      /** Local dates, inclusive; null = open. */
      from: LocalDate | null;
      until: LocalDate | null;
    }
  | { slot_type: "one_time"; start: Instant | null; end: Instant | null };

export interface SlotDraft {
  timezone: string;
  when: DraftWhen;
}

/** A year and a bit: the clock changes of two zones repeat yearly. */
const HORIZON_MINUTES = 54 * 7 * 24 * 60;

/** Everything that is wrong with what is there; what is not there is for whoever read it to say. */
export function slotProblems({ timezone, when }: SlotDraft, now: Instant): string[] {
  const problems: string[] = [];
  if (!isZone(timezone)) problems.push(`the time zone "${timezone}" is not an IANA name`);
  if (when.slot_type === "one_time") {
    const { start, end } = when;
    const zone = isZone(timezone) ? timezone : "UTC";
    if (start !== null && start <= now)
      problems.push(`the start ${localTime(start, zone)} is not in the future`);
    const beyond = start === null ? null : startProblem(start);
    if (beyond !== null) problems.push(beyond);
    if (start !== null && end !== null && end <= start)
      problems.push(`the end ${localTime(end, zone)} is not after the start`);
    if (start !== null && end !== null && end > addMinutes(start, LONGEST_MINUTES))
      problems.push("the slot is longer than 7 days");
    return problems;
  }
  const { startsAt, endsAt, from, until } = when;
  if (startsAt !== null && startsAt === endsAt) problems.push("the slot ends when it starts");
  if (from !== null && until !== null && until < from)
    problems.push(`the slot is valid until ${until}, before it is valid from ${from}`);
  const whole = problems.length === 0 ? whenOf({ timezone, when }) : null;
  if (whole !== null && nextOpening(whole, now) === null)
    problems.push(
      `the slot has no time from now on${until === null ? "" : `: it is valid ${from === null ? "" : `from ${from} `}until ${until}`}`,
    );
  return problems;
}

/** The times of a draft without problems; null where something is missing. */
export function whenOf({ timezone, when }: SlotDraft): SlotWhen | null {
  if (when.slot_type === "one_time")
    return when.start === null || when.end === null
      ? null
      : { slot_type: "one_time", start_at_utc: when.start, end_at_utc: when.end };
  const { weekday, startsAt, endsAt, from, until } = when;
  if (weekday === null || startsAt === null || endsAt === null) return null;
  const lengthMicros = elapsedBetween(startsAt, endsAt);
  return { slot_type: "recurring", weekday, startsAt, zone: timezone, from, until, lengthMicros };
}

/** As the columns keep it (LEGACY 1): local times `HH:MM:SS[.ffffff]`, instants in canonical text. */
export function storedTimeOf({ timezone, when }: SlotDraft): StoredSlotTime {
  const nothing = {
    day_of_week: null,
    start_time: null,
    end_time: null,
    valid_from: null,
    valid_until: null,
    start_datetime: null,
    end_datetime: null,
  };
  if (when.slot_type === "one_time")
    return {
      ...nothing,
      slot_type: "one_time",
      start_datetime: when.start,
      end_datetime: when.end,
      timezone,
    };
  return {
    ...nothing,
    slot_type: "recurring",
    day_of_week: when.weekday,
    start_time: when.startsAt === null ? null : timeText(when.startsAt),
    end_time: when.endsAt === null ? null : timeText(when.endsAt),
    valid_from: when.from,
    valid_until: when.until,
    timezone,
  };
}

/**
 * The first time from an instant on at which both slots have a time; null where none is found within a year of the
 * first time that either has beside the other.
 */
export function commonTime(
  a: { when: SlotWhen; timezone: string },
  b: { when: SlotWhen; timezone: string },
  from: Instant,
): TimeSpan | null {
  const [first, second] = [nextOpening(a.when, from), nextOpening(b.when, from)];
  if (first === null || second === null) return null;
  const later = first.start_at_utc > second.start_at_utc ? first.start_at_utc : second.start_at_utc;
  // What lasts long may have begun before the other's first time.
  const early = addMinutes(later, -LONGEST_MINUTES);
  const begin = early > from ? early : from;
  const until = addMinutes(later, HORIZON_MINUTES);
  const [theirs, ours] = [
    openingsBetween(a.when, begin, until, a.timezone),
    openingsBetween(b.when, begin, until, b.timezone),
  ];
  for (let i = 0, j = 0; i < theirs.length && j < ours.length; ) {
    const [one, other] = [theirs[i]!, ours[j]!];
    if (overlaps(one, other)) return one.start_at_utc > other.start_at_utc ? one : other;
    if (one.end_at_utc <= other.end_at_utc) i += 1;
    else j += 1;
  }
  return null;
}
