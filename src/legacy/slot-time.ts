/** When a 1:1 lesson is, from its availability slot (LEGACY 2.3, 2.5). */
import { elapsedBetween, firstOccurrence } from "../domain/availability.ts";
import { addMicrosOrNull, type Instant, parseDate, parseTimeOfDay, splitInstant } from "../domain/instant.ts";
import { isZone } from "../domain/zone.ts";
import type { Issue, OneOnOneFacts, Stored } from "./facts.ts";
import { shown, type TimestampReader } from "./timestamps.ts";

/** When a lesson is, and its elapsed length in microseconds. */
export interface SlotTime {
  start: Instant;
  /** Null where it is in no year that a timestamp can name. */
  end: Instant | null;
  lengthMicros: number;
}

/**
 * @param next the start where it is known already (next_booking_date)
 * @param notBefore the instant that the first occurrence may not precede: confirmed_at, else booked_at; null where unreadable
 */
export function timeOfSlot(
  facts: OneOnOneFacts,
  reader: TimestampReader,
  next: Instant | null,
  notBefore: Instant | null,
): SlotTime | Issue {
  switch (facts.slot_type) {
    case "one_time":
      return timeOfOneTimeSlot(facts, reader);
    case "recurring":
      return timeOfRecurringSlot(facts, reader, next, notBefore);
    default:
      return incomplete(facts, `its slot_type is ${shown(facts.slot_type)}`);
  }
}

function incomplete(facts: OneOnOneFacts, why: string): Issue {
  return { code: "incomplete_slot", message: `slot ${facts.found_slot_id} does not say when it is: ${why}` };
}

function blank(value: Stored): boolean {
  return value === null || value === "";
}

function timeOfOneTimeSlot(facts: OneOnOneFacts, reader: TimestampReader): SlotTime | Issue {
  if (blank(facts.start_datetime)) return incomplete(facts, "it has no start_datetime");
  if (blank(facts.end_datetime)) return incomplete(facts, "it has no end_datetime");
  const start = reader.elsewhere("the slot's start_datetime", facts.start_datetime);
  const end = reader.elsewhere("the slot's end_datetime", facts.end_datetime);
  if (start === null || end === null) return unreadable();
  const [from, to] = [splitInstant(start), splitInstant(end)];
  return { start, end, lengthMicros: (to.seconds - from.seconds) * 1_000_000 + to.micros - from.micros };
}

/** The caller finds the particulars in the reader and says `bad_timestamp`. */
function unreadable(): Issue {
  return { code: "bad_timestamp", message: "a timestamp cannot be read" };
}

function timeOfRecurringSlot(
  facts: OneOnOneFacts,
  reader: TimestampReader,
  next: Instant | null,
  notBefore: Instant | null,
): SlotTime | Issue {
  const weekday = facts.day_of_week;
  if (typeof weekday !== "number" || !Number.isInteger(weekday) || weekday < 0 || weekday > 6) {
    return incomplete(facts, `its day_of_week is ${shown(weekday)}`);
  }
  if (blank(facts.start_time)) return incomplete(facts, "it has no start_time");
  if (blank(facts.end_time)) return incomplete(facts, "it has no end_time");
  const zone = String(facts.timezone ?? "");
  if (!isZone(zone))
    return {
      code: "bad_timezone",
      message: `slot ${facts.found_slot_id} has the time zone ${shown(facts.timezone)}, which is not an IANA name`,
    };
  const startsAt = parseTimeOfDay(String(facts.start_time));
  const endsAt = parseTimeOfDay(String(facts.end_time));
  const from = blank(facts.valid_from) ? null : parseDate(String(facts.valid_from));
  const until = blank(facts.valid_until) ? null : parseDate(String(facts.valid_until));
  if (startsAt === null || endsAt === null)
    return note(
      reader,
      startsAt === null ? "start_time" : "end_time",
      startsAt === null ? facts.start_time : facts.end_time,
    );
  if (from === null && !blank(facts.valid_from)) return note(reader, "valid_from", facts.valid_from);
  if (until === null && !blank(facts.valid_until)) return note(reader, "valid_until", facts.valid_until);
  const lengthMicros = elapsedBetween(startsAt, endsAt);
  if (next !== null) return { start: next, end: addMicrosOrNull(next, lengthMicros), lengthMicros };
  if (notBefore === null) return unreadable();
  const start = firstOccurrence({ weekday, startsAt, zone, from, until }, notBefore);
  if (start === null) {
    return {
      code: "slot_has_no_occurrence",
      message: `slot ${facts.found_slot_id} has no occurrence from ${notBefore} UTC on${until === null ? "" : `, it ends on ${until}`}`,
    };
  }
  return { start, end: addMicrosOrNull(start, lengthMicros), lengthMicros };
}

function note(reader: TimestampReader, column: string, value: Stored): Issue {
  reader.note(`the slot's ${column}`, value);
  return unreadable();
}
