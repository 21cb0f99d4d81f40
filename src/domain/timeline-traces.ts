/** What the record and the rows tell of a session, its bookings and its queue. Pure. */
import { type Instant, parseInstant } from "./instant.ts";

export type Values = Record<string, unknown>;

/** Something that happened to a session, a booking of it, or a place in its queue. */
export interface Happening {
  at: Instant;
  /** The event of the record; null where only the row itself says it, as of what the app did. */
  event_id: number | null;
  /** Null where nobody knows. */
  actor: string | null;
  what: string;
  subject: "live_class_session" | "live_class_booking" | "session_waitlist";
  subject_id: number;
  /** Null where it is about the session. */
  student_user_id: number | null;
  from_value: Values | null;
  to_value: Values | null;
  reason: string | null;
  overridden: string | null;
}

/** An event as the record has it, which does not say whose the row was. */
export type Recorded = Omit<Happening, "student_user_id" | "event_id"> & { event_id: number };

/** A booking as its row tells of it. Instants are null where nothing, or nothing readable, is written. */
export interface BookingTrace {
  id: number;
  student_user_id: number;
  status: string;
  seats_reserved: number;
  created_at: Instant | null;
  decision_at: Instant | null;
  decided_by_id: number | null;
  cancelled_at: Instant | null;
  cancelled_by_id: number | null;
  cancel_reason: string | null;
}

/** A place in the queue as its row tells of it. */
export interface EntryTrace {
  id: number;
  student_user_id: number;
  status: string;
  created_at: Instant | null;
  offered_at: Instant | null;
  offer_expires_at: Instant | null;
  accepted_at: Instant | null;
  expired_at: Instant | null;
}

export interface Traces {
  session: { id: number; capacity: number; start_at_utc: Instant | null };
  /** In their order; of rows that were deleted, too. */
  events: readonly Recorded[];
  bookings: readonly BookingTrace[];
  entries: readonly EntryTrace[];
  /** Names by id, of those who decided and cancelled. */
  usernames: ReadonlyMap<number, string>;
}

/** What begins a row, or begins it anew. */
export const BEGINNINGS: readonly string[] = ["created", "rebooked", "joined"];

/** What ends a row itself. */
export const GONE: readonly string[] = ["deleted", "set_aside"];

/** A stretch of a row's time: an event that begins it anew, or deletes it, keeps what it said until then. */
export interface Life<T> {
  /** As it was at the end of the stretch, or is. */
  row: T;
  recorded: readonly Recorded[];
}

/**
 * The lives of everything of a kind, by id.
 *
 * @param rows what is there still
 * @param events of this kind
 * @param blank what a row says that its event does not keep
 */
export function livesOf<T extends { id: number }>(
  rows: readonly T[],
  events: readonly Recorded[],
  session: number,
  blank: Partial<T>,
): Life<T>[] {
  const grouped = new Map<number, Recorded[]>(rows.map(({ id }) => [id, []]));
  for (const event of events) {
    const group = grouped.get(event.subject_id);
    if (group === undefined) grouped.set(event.subject_id, [event]);
    else group.push(event);
  }
  const living = new Map(rows.map((row) => [row.id, row]));
  return [...grouped]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([id, group]) => livesOfOne(id, living.get(id) ?? null, group, session, blank));
}

function livesOfOne<T extends { id: number }>(
  id: number,
  row: T | null,
  events: readonly Recorded[],
  session: number,
  blank: Partial<T>,
): Life<T>[] {
  const lives: Life<T>[] = [];
  let recorded: Recorded[] = [];
  for (const event of events) {
    const { what, from_value } = event;
    const kept = from_value === null ? null : ({ ...row, ...blank, ...readTimes(from_value), id } as T);
    if (GONE.includes(what)) {
      // SQLite gives the id of a row that is gone to another, maybe of another session.
      if (kept !== null && from_value!.session_id === session)
        lives.push({ row: kept, recorded: [...recorded, event] });
      recorded = [];
      continue;
    }
    if (BEGINNINGS.includes(what) && kept !== null) {
      lives.push({ row: kept, recorded });
      recorded = [];
    }
    recorded.push(event);
  }
  return row === null ? lives : [...lives, { row, recorded }];
}

/** What an event keeps of a row; a moment that nobody can read is none. */
function readTimes(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      column.endsWith("_at") && typeof value === "string" ? parseInstant(value) : value,
    ]),
  );
}

export function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
