/** `tick`: all upkeep in one run, in the order in which one part makes work for the next. */
import type { Database } from "../db/open.ts";
import type { Acting } from "./context.ts";
import { advanceSeries } from "./series-advance.ts";
import { completePastSessions } from "./session-past.ts";
import { expireQueues } from "./waitlist-expire.ts";

/** What a run did, in numbers. */
export interface Ticked {
  /** Offers that ran out and places in queues that ended. */
  expired: number;
  offered: number;
  skipped: number;
  sessions_completed: number;
  /** Confirmed bookings of these sessions that somebody is still to mark. */
  unmarked: number;
  /** Requests that the end of their session declined. */
  requests_declined: number;
  series_completed: number;
  failed: number;
  failures: { what: "queue" | "session" | "series"; id: number; code: string; message: string }[];
  /** False where it was asked to stop, or came to its limit, before the end. */
  finished: boolean;
}

/**
 * Queues first, for people wait there; then sessions that are over; then series, whose last session may just have
 * been completed. Each part is what its own command does, and can be run again at any time.
 *
 * @param limit so many things of each kind are changed at most; null: no limit
 * @throws ClassbookError busy `locked`: another run is at work on the queues still; refused `permission`
 */
export async function tick(
  database: Database,
  acting: Acting & { rehearse: boolean },
  {
    limit,
    stopping,
    onStep,
  }: { limit: number | null; stopping: () => boolean; onStep: (part: string) => void },
): Promise<Ticked> {
  onStep("waitlists");
  const queues = await expireQueues(database, acting, {
    session: null,
    limit,
    stopping,
    onSession: () => {},
  });
  onStep("past sessions");
  const sessions = await completePastSessions(database, acting, { limit, stopping });
  onStep("series");
  const series = await advanceSeries(database, acting, { limit, stopping });
  const failures = [
    ...queues.failures.map(({ session_id, ...why }) => ({ what: "queue" as const, id: session_id, ...why })),
    ...sessions.failures.map((failure) => ({ what: "session" as const, ...failure })),
    ...series.failures.map((failure) => ({ what: "series" as const, ...failure })),
  ];
  return {
    expired: queues.expired,
    offered: queues.offered,
    skipped: queues.skipped,
    sessions_completed: sessions.completed,
    unmarked: sessions.unmarked,
    requests_declined: sessions.declined,
    series_completed: series.completed,
    failed: failures.length,
    failures,
    finished: queues.finished && sessions.finished && series.finished,
  };
}
