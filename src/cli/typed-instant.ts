/** Instants as people type them. */
import { usageError } from "../domain/error.ts";
import { type Instant, parseDate, parseInstant, parseTimestamp, wallTime } from "../domain/instant.ts";
import { resolveLocalOrNull } from "../domain/zone.ts";

export const INSTANT_EXAMPLES = "such as 2026-12-01T10:00:00Z, '2026-12-01 10:00' or 2026-12-01";

/**
 * With an offset as it says, without one local to `zone`; a date alone is its midnight.
 *
 * @returns null where the text names no instant, one outside of the years 1 … 9999 included
 */
export function readInstant(text: string, zone: () => string): Instant | null {
  const date = parseDate(text);
  if (date !== null) return resolveLocalOrNull(wallTime(date, 0), zone())?.instant ?? null;
  const parsed = parseTimestamp(text);
  if (parsed === null) return null;
  return parsed.offset === null
    ? (resolveLocalOrNull(parsed.wall, zone())?.instant ?? null)
    : parseInstant(text);
}

/** @throws ClassbookError usage `bad_instant` */
export function requireInstant(flag: string, text: string, zone: () => string): Instant {
  const instant = readInstant(text, zone);
  if (instant === null)
    throw usageError("bad_instant", `${flag} "${text}" is not an instant`, INSTANT_EXAMPLES);
  return instant;
}
