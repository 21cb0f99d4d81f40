/** Where the lessons of a series were planned, before anybody moved them: the audit knows. */
import { type Instant, parseInstant } from "../domain/instant.ts";
import type { Db } from "./open.ts";

/** A booking as it was planned. */
export interface Planned {
  start_at_utc: Instant;
  end_at_utc: Instant;
}

/** An event after which a booking was somewhere else than before. */
interface Move {
  id: number;
  /** The booking that this one took the place of; null = this booking itself was moved, with its session. */
  moved_from: number | null;
  before: Planned | null;
}

const MOVES = ["created", "rebooked", "moved"];

/**
 * Follows each booking's moves back to the first, through rows that ended as rescheduled and through moved sessions.
 *
 * @returns by booking; one that is gone, or whose time nobody can read, is not there
 */
export async function listPlanned(db: Db, bookings: readonly number[]): Promise<Map<number, Planned>> {
  const moves = await traceBack(db, bookings);
  const times = await readTimes(db, [...moves.keys()]);
  const planned = bookings.map((id) => [id, follow(id, moves, times)] as const);
  return new Map(planned.filter((one): one is [number, Planned] => one[1] !== null));
}

/** The bookings that these took the place of, directly or in several moves. */
export async function listLeftBehind(db: Db, bookings: readonly number[]): Promise<Set<number>> {
  const moves = [...(await traceBack(db, bookings)).values()].flat();
  return new Set(moves.map(({ moved_from }) => moved_from).filter((id) => id !== null));
}

/** The moves of these bookings and of all that they took the place of. */
async function traceBack(db: Db, bookings: readonly number[]): Promise<Map<number, Move[]>> {
  const moves = new Map<number, Move[]>();
  for (let ask = [...new Set(bookings)]; ask.length > 0; ) {
    const found = await readMoves(db, ask);
    for (const id of ask) moves.set(id, found.get(id) ?? []);
    const earlier = [...found.values()].flat().map(({ moved_from }) => moved_from);
    ask = [...new Set(earlier)].filter((id): id is number => id !== null && !moves.has(id));
  }
  return moves;
}

/** Backwards in time: a booking that was left and returned to was itself come to from elsewhere. */
function follow(
  booking: number,
  moves: ReadonlyMap<number, readonly Move[]>,
  times: ReadonlyMap<number, Planned>,
): Planned | null {
  let [at, before] = [booking, Number.POSITIVE_INFINITY];
  let planned = times.get(booking) ?? null;
  for (;;) {
    const move = moves.get(at)?.find(({ id }) => id < before);
    if (move === undefined) return planned;
    before = move.id;
    if (move.moved_from !== null) {
      at = move.moved_from;
      planned = times.get(at) ?? planned;
    } else if (move.before !== null) planned = move.before;
    else return planned;
  }
}

/** The newest first. */
async function readMoves(db: Db, bookings: readonly number[]): Promise<Map<number, Move[]>> {
  const rows = await db
    .selectFrom("booking_event")
    .select(["id", "subject_id", "what", "from_value", "to_value"])
    .where("subject", "=", "live_class_booking")
    .where("subject_id", "in", bookings)
    .where("what", "in", MOVES)
    .orderBy("id", "desc")
    .execute();
  const found = new Map<number, Move[]>();
  for (const { id, subject_id, what, from_value, to_value } of rows) {
    const [from, to] = [read(from_value), read(to_value)];
    const moved_from = typeof to.moved_from === "number" ? to.moved_from : null;
    const move = { id, moved_from, before: what === "moved" ? timesOf(from) : null };
    // A session that changed its teacher only did not move its bookings in time.
    if (what === "moved" && move.before === null) continue;
    found.set(subject_id!, [...(found.get(subject_id!) ?? []), move]);
  }
  return found;
}

function read(text: string | null): Record<string, unknown> {
  try {
    return (JSON.parse(text ?? "{}") as Record<string, unknown> | null) ?? {};
  } catch {
    return {}; // A plain word, written by somebody else.
  }
}

/** A session that is moved moves both; one that is made longer only its end, which is no move. */
function timesOf({ start_at_utc, end_at_utc }: Record<string, unknown>): Planned | null {
  const [start, end] = [start_at_utc, end_at_utc].map((value) =>
    typeof value === "string" ? parseInstant(value) : null,
  );
  return start && end ? { start_at_utc: start, end_at_utc: end } : null;
}

async function readTimes(db: Db, bookings: readonly number[]): Promise<Map<number, Planned>> {
  if (bookings.length === 0) return new Map();
  const rows = await db
    .selectFrom("live_class_booking")
    .select(["id", "start_at_utc", "end_at_utc"])
    .where("id", "in", bookings)
    .execute();
  return new Map(
    rows.flatMap(({ id, ...row }) => {
      const times = timesOf(row);
      return times === null ? [] : [[id, times] as const];
    }),
  );
}
