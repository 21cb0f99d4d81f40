/** LEGACY 2.1: what a session's new columns are filled with. */

import type { SessionFacts } from "../db/session-counters.ts";
import { MOST_SEATS } from "../domain/booking.ts";
import { isZone } from "../domain/zone.ts";
import type { MappingOptions } from "./facts.ts";
import { sessionTimes } from "./session-time.ts";
import { TimestampReader } from "./timestamps.ts";

/** The columns that are to change, with their new values; empty where nothing can be filled. */
export type SessionFill = Partial<
  Record<"start_at_utc" | "end_at_utc" | "timezone_snapshot" | "capacity" | "total_seats", string | number>
>;

const SEATS_WHERE_NONE_SAYS = 10;

export function fillSession(facts: SessionFacts, options: MappingOptions): SessionFill {
  const fill: SessionFill = {};
  const { start, end } = sessionTimes(
    {
      session_start_at_utc: facts.start_at_utc,
      session_scheduled_start: facts.scheduled_start,
      session_end_at_utc: facts.end_at_utc,
      session_duration_minutes: facts.duration_minutes,
      given_start_at_utc: null,
      given_end_at_utc: null,
    },
    new TimestampReader(options, null),
  );
  if (facts.start_at_utc === null && start !== null) fill.start_at_utc = start;
  if (facts.end_at_utc === null && end !== null) fill.end_at_utc = end;
  const seats = capacityOf(facts);
  // Compared as texts: a column of text may hold the number.
  if (String(facts.capacity) !== String(seats)) fill.capacity = seats;
  if (String(facts.total_seats) !== String(seats)) fill.total_seats = seats;
  if (facts.timezone_snapshot === null || facts.timezone_snapshot === "") {
    fill.timezone_snapshot =
      facts.teacher_timezone !== null && isZone(facts.teacher_timezone) ? facts.teacher_timezone : "UTC";
  }
  return fill;
}

/**
 * capacity, else total_seats, else max_attendees, else 10; total_seats is the same (LEGACY 2.1). What is no whole
 * number from 0 that an integer column can hold counts as if it were not there.
 */
export function capacityOf(facts: Pick<SessionFacts, "capacity" | "total_seats" | "max_attendees">): number {
  for (const stored of [facts.capacity, facts.total_seats, facts.max_attendees]) {
    const seats = typeof stored === "string" && /^\d+$/.test(stored) ? Number(stored) : stored;
    if (typeof seats === "number" && Number.isInteger(seats) && seats >= 0 && seats <= MOST_SEATS)
      return seats;
  }
  return SEATS_WHERE_NONE_SAYS;
}
