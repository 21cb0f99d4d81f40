/** `waitlist expire`, cron's command: every queue is brought up to date, a transaction for each session (SPEC 4). */
import { isAboutRows } from "../db/error.ts";
import { type Lease, releaseLease, renewLease, waitForLease } from "../db/lease.ts";
import { type Database, driverError } from "../db/open.ts";
import { findSession } from "../db/seats.ts";
import { listDueSessions } from "../db/waitlist-due.ts";
import { ClassbookError, notFound } from "../domain/error.ts";
import type { Skipped, WaitlistEntry } from "../domain/waitlist.ts";
import { endOfQueue } from "../domain/waitlist.ts";
import { type Acting, type Context, look, operate } from "./context.ts";
import { requireOwner, requireStaff } from "./permission.ts";
import { expireQueue, passSeatsOn } from "./waitlist.ts";

const LEASE = "waitlist";
/** How long another run is waited for: most are done by then. */
const PATIENCE_MS = 10_000;
const SESSIONS_AT_ONCE = 1_000;

/** What became of one session's queue. */
export interface Settled {
  session_id: number;
  /** As they were, each with why it ended. */
  expired: Skipped[];
  /** As they are now. */
  offered: WaitlistEntry[];
  /** Whose turn it was, and why they could not be offered the seat. */
  skipped: Skipped[];
}

/** A session whose transaction was taken back. */
export interface Failure {
  session_id: number;
  code: string;
  message: string;
}

/** What a run did, in numbers. */
export interface Expiry {
  expired: number;
  offered: number;
  /** Sessions in which something changed. */
  sessions: number;
  skipped: number;
  failed: number;
  failures: Failure[];
  /** False where it was asked to stop, or came to its limit, before the end. */
  finished: boolean;
}

export interface ExpiryOptions {
  /** Null: every session. */
  session: number | null;
  /** So many sessions are changed at most; null: no limit. */
  limit: number | null;
  /** Asked between two sessions. */
  stopping: () => boolean;
  /** Told of each session in which something changed, or somebody was skipped. */
  onSession: (settled: Settled) => void;
}

/**
 * Ends offers that ran out and queues whose session began or was called off, and offers every open seat to whose turn
 * it is. One run at a time, held by a lease; each session is a transaction that locks it first, so that a run that was
 * killed leaves whole sessions behind, and the next goes on.
 *
 * @param acting `rehearse`: each session is taken back, no lease is needed
 * @throws ClassbookError busy `locked`: another run is at work still; not_found `no_such_session`; refused `permission`
 */
export async function expireQueues(
  database: Database,
  acting: Acting & { rehearse: boolean },
  options: ExpiryOptions,
): Promise<Expiry> {
  await look(database, acting, (context) => requireMayExpire(context, options.session));
  if (acting.rehearse) return settleAll(database, acting, options, null);
  const { stopping } = options;
  const lease = await waitForLease(database, LEASE, { patience: PATIENCE_MS, stopping });
  try {
    return await settleAll(database, acting, options, lease);
  } finally {
    await releaseLease(database, lease).catch(() => {}); // A broken connection: the lease lapses by itself.
  }
}

async function requireMayExpire(context: Context, id: number | null): Promise<void> {
  if (id === null) return requireStaff(context.actor, "expire the queues of all sessions");
  const session = await findSession(context.database, context.trx, id, false);
  if (session === null)
    throw notFound("no_such_session", `there is no session ${id}`, "`classbook session list` lists them");
  requireOwner(context, session.teacher_id, `expire the queue of session ${id}`);
}

async function settleAll(
  database: Database,
  acting: Acting & { rehearse: boolean },
  options: ExpiryOptions,
  lease: Lease | null,
): Promise<Expiry> {
  const { limit, stopping, onSession } = options;
  const sum: Expiry = {
    expired: 0,
    offered: 0,
    sessions: 0,
    skipped: 0,
    failed: 0,
    failures: [],
    finished: false,
  };
  for await (const id of dueSessions(database, acting, options.session)) {
    // Signals get their turn: SQLite answers at once, and the event loop would not turn before the end.
    await new Promise((turn) => setImmediate(turn));
    if (stopping() || (limit !== null && sum.sessions >= limit)) return sum;
    try {
      const settled = await operate(database, acting, async (context) => {
        const done = await settleQueue(context, id);
        if (lease !== null) await renewLease(context.trx, lease);
        return done;
      });
      sum.expired += settled.expired.length;
      sum.offered += settled.offered.length;
      sum.skipped += settled.skipped.length;
      const changed = settled.expired.length + settled.offered.length > 0;
      if (changed) sum.sessions += 1;
      if (changed || settled.skipped.length > 0) onSession(settled);
    } catch (error) {
      sum.failures.push(await failureOf(database, id, error));
      sum.failed += 1;
    }
  }
  return { ...sum, finished: true };
}

/** In the order of their ids, a page at a time. */
async function* dueSessions(database: Database, acting: Acting, only: number | null): AsyncGenerator<number> {
  if (only !== null) {
    yield only;
    return;
  }
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await listDueSessions(database, acting, after, SESSIONS_AT_ONCE);
    yield* page;
    if (page.length < SESSIONS_AT_ONCE) return;
    after = page.at(-1)!;
  }
}

/** Brings one session's queue up to date, the session locked first. */
export async function settleQueue(context: Context, id: number): Promise<Settled> {
  const session = await findSession(context.database, context.trx, id, true);
  const end = session === null ? null : endOfQueue(session, context.now);
  const because = (reason: string) => (entry: WaitlistEntry) => ({ entry, reason });
  if (end !== null) {
    const expired = await expireQueue(context, id, end);
    return { session_id: id, expired: expired.map(because(end)), offered: [], skipped: [] };
  }
  const { expired, ...passed } = await passSeatsOn(context, id, 0);
  return { session_id: id, expired: expired.map(because("the offer ran out")), ...passed };
}

/** @throws what is not about this session: a lost lease, a database that is locked, full or away */
async function failureOf(database: Database, id: number, error: unknown): Promise<Failure> {
  const refused = error instanceof ClassbookError && error.kind === "refused";
  // A value that nothing could make sense of: the queues of the other sessions are not to wait for its repair.
  const unreadable = error instanceof RangeError || error instanceof TypeError;
  if (!refused && !unreadable && !isAboutRows(error)) throw error;
  const known = await driverError(error, database);
  return {
    session_id: id,
    code: known instanceof ClassbookError ? known.code : unreadable ? "unreadable" : "database",
    message: (known as Error).message,
  };
}
