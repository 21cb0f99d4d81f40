/** `series advance`, cron's command: completes the series whose lessons are all over (SPEC 5). */
import { leaveWord } from "../db/lease.ts";
import type { Database } from "../db/open.ts";
import { findSeries } from "../db/series.ts";
import { isLive, listSeriesItems } from "../db/series-item.ts";
import { listOverdueSeries } from "../db/series-list.ts";
import type { Acting, Context } from "./context.ts";
import { requireStaff } from "./permission.ts";
import { setStatus } from "./series-change.ts";
import { broken } from "./series-clock.ts";
import { type Failure, sweep } from "./sweep.ts";

/** The name under which a run leaves word that it was there. */
export const TRACE = "series";

/** What a run did. */
export interface Advanced {
  completed: number;
  /** Their ids. */
  series: number[];
  /** Series that could not be completed: their rows are broken, or the database refused. */
  failures: Failure[];
  /** False where it was asked to stop, or came to its limit, before the end. */
  finished: boolean;
}

/**
 * Completes active series without a lesson to come, each in a transaction of its own. Safe to run at any time, and
 * twice at once.
 *
 * @throws ClassbookError refused `permission`: staff only
 */
export async function advanceSeries(
  database: Database,
  acting: Acting & { rehearse: boolean },
  { limit, stopping }: { limit: number | null; stopping: () => boolean },
): Promise<Advanced> {
  requireStaff(acting.actor, "complete series");
  if (!acting.rehearse) await leaveWord(database, TRACE);
  const series: number[] = [];
  const { failures, finished } = await sweep(database, acting, {
    due: (after, most) => listOverdueSeries(database.db, { after, limit: most, now: acting.now }),
    work: complete,
    onDone: (completed) => {
      if (completed !== null) series.push(completed);
      return completed !== null;
    },
    limit,
    stopping,
  });
  return { completed: series.length, series, failures, finished };
}

/**
 * @returns its id; null where somebody paused, cancelled or extended it meanwhile
 * @throws ClassbookError refused `broken_series`: left for people
 */
async function complete(context: Context, id: number): Promise<number | null> {
  const { database, trx, now } = context;
  const series = await findSeries(database, trx, id, true);
  if (series?.status !== "active") return null;
  const items = await listSeriesItems(database, trx, id);
  if (items.some((item) => isLive(item, now))) return null;
  if (items.length === 0) throw broken(series, "it has no occurrences");
  const gone = items.find(({ status }) => status === null);
  if (gone !== undefined)
    throw broken(series, `booking ${gone.booking_id} of occurrence ${gone.occurrence_index} is gone`);
  await setStatus(context, series, "completed", { what: "completed" });
  return id;
}
