/** `series advance`: cron's command, which completes the series whose lessons are all over (SPEC 5). */
import { type Database, driverError } from "../db/open.ts";
import { completeOverdue, listOverdueSeries, type OverdueSeries } from "../db/series-list.ts";
import { ClassbookError } from "../domain/error.ts";
import { type Acting, type Context, operate, recordAll } from "./context.ts";
import { requireStaff } from "./permission.ts";
import { broken } from "./series-clock.ts";

const PAGE = 200;

/** What a run did. */
export interface Advanced {
  completed: number;
  /** Their ids. */
  series: number[];
  /** Series that could not be completed, and why. */
  failed: { id: number; code: string; message: string }[];
}

/**
 * Completes active series without a lesson to come, a page in a transaction of its own: a run that is killed has done
 * its pages, and the next one goes on. One that fails does not stop the others.
 *
 * @param stopping true once somebody asked to stop
 * @throws ClassbookError refused `permission`: staff only
 */
export async function advanceSeries(
  database: Database,
  acting: Acting & { rehearse?: boolean },
  { limit, stopping }: { limit: number | null; stopping: () => boolean },
): Promise<Advanced> {
  requireStaff(acting.actor, "complete series");
  const done: Advanced = { completed: 0, series: [], failed: [] };
  const left = () => (limit === null ? PAGE : Math.min(PAGE, limit - done.completed));
  for (let after = 0; left() > 0 && !stopping(); ) {
    const page = await listOverdueSeries(database.db, { after, limit: left(), now: acting.now });
    if (page.length === 0) break;
    after = page.at(-1)!.id;
    const whole = page.filter((series) => !fails(series, done));
    for (const id of await completePage(database, acting, whole, done)) {
      done.series.push(id);
      done.completed += 1;
    }
  }
  return done;
}

/** A series whose rows are broken is named, and left for people. */
function fails({ id, items, gone }: OverdueSeries, done: Advanced): boolean {
  if (items > 0 && gone === 0) return false;
  const why =
    items === 0 ? "it has no occurrences" : `${gone} of its bookings ${gone === 1 ? "is" : "are"} gone`;
  const { code, message } = broken({ id }, why);
  done.failed.push({ id, code, message });
  return true;
}

async function completePage(
  database: Database,
  acting: Acting & { rehearse?: boolean },
  page: readonly OverdueSeries[],
  done: Advanced,
): Promise<number[]> {
  try {
    return await operate(database, acting, (context) =>
      complete(
        context,
        page.map(({ id }) => id),
      ),
    );
  } catch (thrown) {
    const error = await driverError(thrown, database);
    if (error instanceof ClassbookError) throw error; // Locked, or out of reach: so are the others.
    if (page.length > 1) {
      const completed: number[] = [];
      for (const one of page) completed.push(...(await completePage(database, acting, [one], done)));
      return completed;
    }
    done.failed.push({ id: page[0]!.id, code: "internal", message: (error as Error).message });
    return [];
  }
}

/** Somebody may have paused or extended one meanwhile. @returns those that were completed */
async function complete(context: Context, ids: readonly number[]): Promise<number[]> {
  const completed = await completeOverdue(context.database, context.trx, ids, context.now);
  await recordAll(
    context,
    completed.map((id) => ({
      what: "completed",
      subject: "booking_series",
      subject_id: id,
      from: { status: "active" },
      to: { status: "completed" },
    })),
  );
  return completed;
}
