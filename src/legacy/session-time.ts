/** When a session is, from whatever columns it has (LEGACY 2.1). */
import { addMinutesOrNull, type Instant } from "../domain/instant.ts";
import type { GroupFacts, Stored } from "./facts.ts";
import type { TimestampReader } from "./timestamps.ts";

/** LEGACY 2.1: the session's start and end, from whatever columns it has. */
export function sessionTimes(
  facts: Pick<
    GroupFacts,
    "session_start_at_utc" | "session_scheduled_start" | "session_end_at_utc" | "session_duration_minutes"
  > & {
    given_start_at_utc: string | null;
    given_end_at_utc: string | null;
  },
  reader: TimestampReader,
): { start: Instant | null; end: Instant | null } {
  const start =
    facts.given_start_at_utc !== null
      ? reader.utc("start", facts.given_start_at_utc)
      : facts.session_start_at_utc !== null
        ? reader.utc("the session's start_at_utc", facts.session_start_at_utc)
        : reader.elsewhere("the session's scheduled_start", facts.session_scheduled_start);
  if (facts.given_end_at_utc !== null) return { start, end: reader.utc("end", facts.given_end_at_utc) };
  if (facts.session_end_at_utc !== null && facts.given_start_at_utc === null) {
    return { start, end: reader.utc("the session's end_at_utc", facts.session_end_at_utc) };
  }
  if (start === null) return { start, end: null };
  const minutes = durationOf(facts.session_duration_minutes);
  return { start, end: addMinutesOrNull(start, minutes) ?? reader.beyond(start, `${minutes} minutes`) };
}

/** Minutes of a session: 60 where null or 0 (LEGACY 2.1), and where it is no number at all. */
function durationOf(value: Stored): number {
  const minutes = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof minutes === "number" && minutes !== 0 ? minutes : 60;
}
