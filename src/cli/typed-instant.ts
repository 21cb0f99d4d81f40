/** Instants as people type them. */
import { usageError } from "../domain/error.ts";
import { type Instant, parseDate, parseInstant, parseTimestamp, wallTime } from "../domain/instant.ts";
import { resolveLocalOrNull } from "../domain/zone.ts";

export const INSTANT_EXAMPLES = "such as 2026-12-01T10:00:00Z, '2026-12-01 10:00' or 2026-12-01";

/** What a typed text names, or what is wrong with it: the end of a sentence that begins with the flag. */
export type TypedInstant = { instant: Instant; problem: null } | { instant: null; problem: string };

/**
 * With an offset as it says, without one local to `zone`; a date alone is its midnight, or the first moment of
 * a day that begins later. Of a time that the clocks show twice, the earlier.
 *
 * Names no instant: what lies outside of the years 1 … 9999, and a local time that the clocks skip.
 */
export function readInstant(text: string, zone: () => string): TypedInstant {
  const date = parseDate(text);
  const parsed = date === null ? parseTimestamp(text) : null;
  if (parsed !== null && parsed.offset !== null) return typed(text, parseInstant(text));
  const wall = date === null ? parsed?.wall : wallTime(date, 0);
  const resolved = wall === undefined ? null : resolveLocalOrNull(wall, zone());
  if (date === null && resolved?.resolution === "gap")
    return {
      instant: null,
      problem: `"${text}" does not exist in ${zone()}: the clocks go forward over it`,
    };
  return typed(text, resolved?.instant ?? null);
}

function typed(text: string, instant: Instant | null): TypedInstant {
  return instant === null
    ? { instant, problem: `"${text}" is neither a date nor an instant` }
    : { instant, problem: null };
}

/** @throws ClassbookError usage `bad_instant` */
export function requireInstant(flag: string, text: string, zone: () => string): Instant {
  const { instant, problem } = readInstant(text, zone);
  if (instant === null) throw usageError("bad_instant", `${flag} ${problem}`, INSTANT_EXAMPLES);
  return instant;
}
