/**
 * A session that was imported before comes again. The source decides what it says itself; what it leaves
 * open and the migration filled here (LEGACY 2.1), or the triggers keep here (SPEC 2), stays, and follows
 * where the source moved what it was filled from: as if the source had been imported afresh and filled.
 */
import type { Cell } from "../db/bulk.ts";
import { lockSessions } from "../db/import-session.ts";
import type { Database } from "../db/open.ts";
import type { Trx } from "../db/transaction.ts";
import type { Stored } from "./facts.ts";
import { sessionTimes } from "./session-time.ts";
import { TimestampReader } from "./timestamps.ts";

/** The columns that an import of sessions always carries, whether the source has them or not. */
export const FILLED_COLUMNS = [
  "start_at_utc",
  "end_at_utc",
  "timezone_snapshot",
  "total_seats",
  "capacity",
  "seats_taken",
] as const;

const FROM_COLUMNS = ["scheduled_start", "duration_minutes", "max_attendees"] as const;

type Values = { [column in (typeof FILLED_COLUMNS)[number] | (typeof FROM_COLUMNS)[number]]: Cell };

/**
 * The rows as they are to be written: those of sessions that are there already are merged with them.
 *
 * @param columns of the rows; the first is `id`
 * @param zone of the source's own timestamps (LEGACY 1: the apps that run with USE_TZ off)
 */
export async function mergeSessions(
  database: Database,
  trx: Trx,
  columns: readonly string[],
  rows: readonly Cell[][],
  zone: string,
): Promise<Cell[][]> {
  const stored = await lockSessions(
    database,
    trx,
    [...FILLED_COLUMNS, ...FROM_COLUMNS],
    rows.map((row) => row[0] as number),
  );
  if (stored.size === 0) return [...rows];
  const at = new Map(columns.map((column, i) => [column, i]));
  return rows.map((row) => {
    const here = stored.get(row[0] as number);
    if (here === undefined) return row;
    const source = {} as Values;
    for (const column of [...FILLED_COLUMNS, ...FROM_COLUMNS]) {
      const place = at.get(column);
      // What the source lacks has not moved either.
      source[column] = place === undefined ? here[column] : row[place]!;
    }
    const merged = mergeSession(source, here, zone);
    const result = [...row];
    for (const column of FILLED_COLUMNS) result[at.get(column)!] = merged[column];
    return result;
  });
}

const isOpen = (value: Cell): boolean => value === null || value === "";
const same = (a: Cell, b: Cell): boolean => a === b || (a !== null && b !== null && String(a) === String(b));

function mergeSession(
  source: Values,
  here: Values,
  zone: string,
): Record<(typeof FILLED_COLUMNS)[number], Cell> {
  return {
    ...mergeTimes(source, here, zone),
    ...mergeSeats(source, here),
    timezone_snapshot: isOpen(source.timezone_snapshot) ? here.timezone_snapshot : source.timezone_snapshot,
    // The sum of the bookings that are here: the source knows only its own.
    seats_taken: here.seats_taken ?? source.seats_taken,
  };
}

function mergeTimes(source: Values, here: Values, zone: string): { start_at_utc: Cell; end_at_utc: Cell } {
  const given = { start_at_utc: source.start_at_utc, end_at_utc: source.end_at_utc };
  const moved =
    !same(source.scheduled_start, here.scheduled_start) ||
    !same(source.duration_minutes, here.duration_minutes) ||
    (!isOpen(given.start_at_utc) && !same(given.start_at_utc, here.start_at_utc));
  let filled: { start: Cell; end: Cell } = { start: here.start_at_utc, end: here.end_at_utc };
  if (moved && !isOpen(here.start_at_utc)) {
    filled = sessionTimes(
      {
        session_start_at_utc: isOpen(given.start_at_utc) ? null : (given.start_at_utc as Stored),
        session_scheduled_start: source.scheduled_start as Stored,
        session_end_at_utc: null,
        session_duration_minutes: source.duration_minutes as Stored,
        given_start_at_utc: null,
        given_end_at_utc: null,
      },
      new TimestampReader({ sourceTimezone: zone }, null),
    );
  }
  return {
    start_at_utc: isOpen(given.start_at_utc) ? filled.start : given.start_at_utc,
    end_at_utc: !isOpen(given.end_at_utc)
      ? given.end_at_utc
      : isOpen(here.end_at_utc)
        ? here.end_at_utc
        : filled.end,
  };
}

/** capacity, else total_seats, else max_attendees (LEGACY 2.1): the first that the source says, where it says something new. */
function mergeSeats(source: Values, here: Values): { capacity: Cell; total_seats: Cell } {
  const filled = !isOpen(here.capacity);
  if (!isOpen(source.capacity)) {
    const own = isOpen(source.total_seats) ? here.total_seats : source.total_seats;
    const aligned = filled && same(here.total_seats, here.capacity);
    return { capacity: source.capacity, total_seats: aligned ? source.capacity : own };
  }
  if (!isOpen(source.total_seats)) {
    const says = !same(source.total_seats, here.total_seats);
    return { capacity: filled && says ? source.total_seats : here.capacity, total_seats: source.total_seats };
  }
  if (filled && !isOpen(source.max_attendees) && !same(source.max_attendees, here.max_attendees))
    return { capacity: source.max_attendees, total_seats: source.max_attendees };
  return { capacity: here.capacity, total_seats: here.total_seats };
}
