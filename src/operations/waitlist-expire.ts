/** `waitlist expire`, cron's command: every queue is brought up to date, a transaction for each session (SPEC 4). */
import { type Lease, releaseLease, renewLease, waitForLease } from "../db/lease.ts";
import type { Database } from "../db/open.ts";
import { findSession } from "../db/seats.ts";
import { listDueSessions } from "../db/waitlist-due.ts";
import { notFound } from "../domain/error.ts";
import type { Skipped, WaitlistEntry } from "../domain/waitlist.ts";
import { endOfQueue } from "../domain/waitlist.ts";
import { type Acting, type Context, look } from "./context.ts";
import { requireOwner, requireStaff } from "./permission.ts";
import { sweep } from "./sweep.ts";
import { because, expireQueue, passSeatsOn } from "./waitlist.ts";

/** The lease of whoever brings the queues up to date. */
export const LEASE = "waitlist";
/** How long another run is waited for: most are done by then. */
const PATIENCE_MS = 10_000;

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

/** What a run did, in numbers. */
export interface Expiry {
  expired: number;
  offered: number;
  /** Sessions in which something changed. */
  sessions: number;
  skipped: number;
  failed: number;
  /** Sessions whose transaction was taken back. */
  failures: { session_id: number; code: string; message: string }[];
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
  const { session, limit, stopping, onSession } = options;
  const sum = { expired: 0, offered: 0, skipped: 0 };
  const { changed, failures, finished } = await sweep(database, acting, {
    due: async (after, most) =>
      session === null ? listDueSessions(database, acting, after, most) : session > after ? [session] : [],
    work: async (context, id) => {
      const settled = await settleQueue(context, id);
      if (lease !== null) await renewLease(context.trx, lease);
      return settled;
    },
    onDone: (settled) => {
      sum.expired += settled.expired.length;
      sum.offered += settled.offered.length;
      sum.skipped += settled.skipped.length;
      const changes = settled.expired.length + settled.offered.length > 0;
      if (changes || settled.skipped.length > 0) onSession(settled);
      return changes;
    },
    limit,
    stopping,
  });
  return {
    expired: sum.expired,
    offered: sum.offered,
    sessions: changed,
    skipped: sum.skipped,
    failed: failures.length,
    failures: failures.map(({ id, ...why }) => ({ session_id: id, ...why })),
    finished,
  };
}

/** Brings one session's queue up to date, the session locked first. */
export async function settleQueue(context: Context, id: number): Promise<Settled> {
  const session = await findSession(context.database, context.trx, id, true);
  const end = endOfQueue(session, context.now);
  if (end === null) return { session_id: id, ...(await passSeatsOn(context, id, 0)) };
  const expired = because(await expireQueue(context, id, end), end);
  return { session_id: id, expired, offered: [], skipped: [] };
}
