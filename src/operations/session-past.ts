/** Sessions that took place are completed by the clock: part of `tick` (SPEC 3). */
import type { Database } from "../db/open.ts";
import { findSession } from "../db/seats.ts";
import { listPastSessions } from "../db/session-past.ts";
import { takesTime } from "../domain/session.ts";
import type { Acting, Context } from "./context.ts";
import { requireStaff } from "./permission.ts";
import { type CompletedSession, completeSession } from "./session-end.ts";
import { type Failure, sweep } from "./sweep.ts";

/** What a run did. */
export interface PastSessions {
  completed: number;
  /** Confirmed bookings of these sessions that somebody is still to mark as attended or no-show. */
  unmarked: number;
  /** Requests that nobody decided in time. */
  declined: number;
  failures: Failure[];
  finished: boolean;
}

/**
 * Completes what ended. Nobody knows who came: the confirmed bookings stay to be marked.
 *
 * @throws ClassbookError refused `permission`: staff only
 */
export async function completePastSessions(
  database: Database,
  acting: Acting & { rehearse: boolean },
  { limit, stopping }: { limit: number | null; stopping: () => boolean },
): Promise<PastSessions> {
  requireStaff(acting.actor, "complete the sessions of all teachers");
  const sum = { unmarked: 0, declined: 0 };
  const { changed, failures, finished } = await sweep(database, acting, {
    due: (after, most) => listPastSessions(database, acting.now, after, most),
    work: completePast,
    onDone: (done) => {
      sum.unmarked += done?.left ?? 0;
      sum.declined += done?.declined ?? 0;
      return done !== null;
    },
    limit,
    stopping,
  });
  return { completed: changed, ...sum, failures, finished };
}

/** @returns null where somebody ended it, or moved it, in the meantime */
async function completePast(context: Context, id: number): Promise<CompletedSession | null> {
  const session = await findSession(context.database, context.trx, id, true);
  const end = session?.end_at_utc ?? null;
  if (session === null || end === null || end > context.now || !takesTime(session.status)) return null;
  return completeSession(context, { id });
}
