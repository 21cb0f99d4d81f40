/** Takes back what a run created, and nothing that people changed afterwards (LEGACY 3). */

import { deleteRows, pauseTriggers, resumeTriggers, wholeCounters } from "../db/bulk.ts";
import { restoreNextIndex } from "../db/deferred-index.ts";
import { fingerprintOfBooking } from "../db/fingerprint.ts";
import { relaxForeignKeys, withoutChecks } from "../db/foreign-keys.ts";
import { type Lease, releaseLease, renewLease, takeLease } from "../db/lease.ts";
import { findBookings, findEntries } from "../db/legacy.ts";
import {
  type CreatedRow,
  forgetRows,
  listCreated,
  listRunSeries,
  listSessionsBefore,
} from "../db/legacy-rollback.ts";
import { changeBack, LEASE, listRuns, type RunRow, updateRun } from "../db/legacy-run.ts";
import { listNotMigrated, listSeriesItems } from "../db/legacy-series.ts";
import { deleteItemsBy, forgetSeriesOfRun } from "../db/legacy-series-write.ts";
import type { Database, Db } from "../db/open.ts";
import { SERIES_VALUES } from "../db/series.ts";
import { type Trx, writing } from "../db/transaction.ts";
import { notFound, refused } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import { type Counts, emptyCounts } from "./counts.ts";
import { fingerprintOfEntry } from "./fingerprint.ts";
import { noIds } from "./ids.ts";
import { fingerprint, writeSeriesPage } from "./series.ts";
import { removeBookings, type WriteContext } from "./write.ts";

const PAGE = 5_000;

/** A unified row that people changed since the run wrote it. */
export interface Touched {
  table: "live_class_booking" | "session_waitlist" | "booking_series";
  id: number;
  source_table: string;
  source_id: number | string;
}

export interface RollbackPlan {
  run: RunRow;
  bookings: number;
  waitlist_entries: number;
  series: number;
  issues: number;
  sessions: number;
  touched: Touched[];
}

export interface RollbackOptions {
  /** The run; null = the last that was not rolled back. */
  runId: number | null;
  /** Remove also what people changed since. */
  force: boolean;
  now: () => Instant;
  onProgress: (done: number) => void;
}

function madeSomething(run: RunRow): boolean {
  const counts = JSON.parse(run.counts) as Counts;
  return run.status === "running" || counts.read > counts.unchanged;
}

async function chooseRun(database: Database, runId: number | null): Promise<RunRow> {
  const runs = await listRuns(database);
  const standing = runs.filter((run) => run.status !== "rolled_back");
  // A delta run that found nothing new made nothing: the last that did is meant.
  const run =
    runId === null
      ? (standing.findLast(madeSomething) ?? standing.at(-1))
      : runs.find((candidate) => candidate.id === runId);
  if (run === undefined) {
    throw notFound(
      "no_such_run",
      runId === null ? "there is no run to take back" : `there is no run ${runId}`,
      runs.length === 0
        ? "nothing was migrated yet"
        : `runs: ${runs.map((r) => `${r.id} (${r.status})`).join(", ")}`,
    );
  }
  if (run.status === "rolled_back")
    throw refused("already_rolled_back", `run ${run.id} was taken back already`);
  return run;
}

/** What `rollbackRun` would do. Writes nothing. */
export async function planRollback(database: Database, runId: number | null): Promise<RollbackPlan> {
  const run = await chooseRun(database, runId);
  const plan: RollbackPlan = {
    run,
    bookings: 0,
    waitlist_entries: 0,
    series: 0,
    issues: 0,
    sessions: 0,
    touched: [],
  };
  for (let after: CreatedRow | null = null; ; ) {
    const page = await listCreated(database.db, run.id, after, PAGE);
    if (page.length === 0) break;
    const { bookings, entries, touched } = await sortOut(database.db, page);
    plan.touched.push(...touched);
    plan.bookings += bookings.length + touched.filter((row) => row.table === "live_class_booking").length;
    plan.waitlist_entries +=
      entries.length + touched.filter((row) => row.table === "session_waitlist").length;
    plan.issues += page.filter((row) => row.outcome === "quarantined").length;
    after = page.at(-1)!;
  }
  const series = await sortOutSeries(database.db, run.id);
  plan.series = series.removable.length + series.touched.length;
  plan.touched.push(...series.touched);
  plan.sessions = (await listSessionsBefore(database.db, run.id, Number.MIN_SAFE_INTEGER, null)).length;
  return plan;
}

interface Sorted {
  bookings: number[];
  entries: number[];
  touched: Touched[];
}

/** The targets of a page: those that are still as the run wrote them, and those that are not. */
async function sortOut(db: Db, page: readonly CreatedRow[]): Promise<Sorted> {
  const created = page.filter((row) => row.created === 1 && row.target_id !== null);
  const waitlisted = created.filter((row) => row.outcome === "waitlisted");
  const booked = created.filter((row) => row.outcome !== "waitlisted");
  const bookings = await findBookings(
    db,
    booked.map((row) => row.target_id!),
  );
  const entries = await findEntries(
    db,
    waitlisted.map((row) => row.target_id!),
  );
  const sorted: Sorted = { bookings: [], entries: [], touched: [] };
  for (const row of booked) {
    const stored = bookings.get(row.target_id!);
    if (stored === undefined) continue;
    if (row.outcome === "migrated" && fingerprintOfBooking(stored) === row.source_hash)
      sorted.bookings.push(stored.id);
    else
      sorted.touched.push({
        table: "live_class_booking",
        id: stored.id,
        source_table: row.source_table,
        source_id: row.source_id,
      });
  }
  for (const row of waitlisted) {
    const stored = entries.get(row.target_id!);
    if (stored === undefined) continue;
    if (fingerprintOfEntry(stored) === row.source_hash) sorted.entries.push(stored.id);
    else
      sorted.touched.push({
        table: "session_waitlist",
        id: stored.id,
        source_table: row.source_table,
        source_id: row.source_id,
      });
  }
  return sorted;
}

async function sortOutSeries(db: Db, runId: number): Promise<{ removable: number[]; touched: Touched[] }> {
  const removable: number[] = [];
  const touched: Touched[] = [];
  for (const { known, stored } of await listRunSeries(db, runId)) {
    if (stored === null) continue;
    const items = (await listSeriesItems(db, [known.series_id])).map((item) => item.booking_id);
    const asWritten = fingerprint(SERIES_VALUES.map((column) => stored[column])) === known.source_hash;
    if (asWritten && (await listNotMigrated(db, items)).length === 0) removable.push(known.series_id);
    else
      touched.push({
        table: "booking_series",
        id: known.series_id,
        source_table: "one_on_one_booking",
        source_id: known.recurring_series_id,
      });
  }
  return { removable, touched };
}

/**
 * @throws ClassbookError refused `touched`: rows that people changed since stand in the way, and `force` was not given; nothing was changed
 * @throws ClassbookError not_found: no such run
 */
export async function rollbackRun(database: Database, options: RollbackOptions): Promise<RollbackPlan> {
  const lease = await takeLease(database, LEASE);
  try {
    const plan = await planRollback(database, options.runId);
    if (plan.touched.length > 0 && !options.force) {
      throw refused(
        "touched",
        `${plan.touched.length} ${plan.touched.length === 1 ? "row was" : "rows were"} changed since run ${plan.run.id} wrote them: ${shownTouched(plan.touched)}`,
        "nothing was changed; --force removes them too",
        plan.touched,
      );
    }
    relaxForeignKeys(database);
    await withoutChecks(database, () => removeAll(database, lease, plan, options));
    return plan;
  } finally {
    await releaseLease(database, lease).catch(() => {});
  }
}

export function shownTouched(touched: readonly Touched[], most = 10): string {
  const names = touched
    .slice(0, most)
    .map((row) => `${row.table} ${row.id} (from ${row.source_table} ${row.source_id})`);
  return names.join(", ") + (touched.length > most ? ", …" : "");
}

/** In batches; a rollback that was killed is run again and goes on, for what it removed is gone from the record too. */
async function removeAll(
  database: Database,
  lease: Lease,
  plan: RollbackPlan,
  options: RollbackOptions,
): Promise<void> {
  const { run } = plan;
  const step = (work: (trx: Trx) => Promise<void>) =>
    writing(database, async (trx) => {
      await renewLease(trx, lease);
      await pauseTriggers(database, trx);
      await work(trx);
      await resumeTriggers(database, trx);
    });
  await step(async (trx) => {
    // Were the rollback killed: a run that lost rows must not go on after them.
    await updateRun(trx, run.id, { status: "done" });
    const { removable, touched } = await sortOutSeries(trx, run.id);
    const ids = [...removable, ...touched.map((row) => row.id)];
    await deleteItemsBy(trx, "series_id", ids);
    await deleteRows(trx, "booking_series", ids);
    await forgetSeriesOfRun(trx, run.id);
  });
  let done = 0;
  for (;;) {
    let length = 0;
    await step(async (trx) => {
      const page = await listCreated(trx, run.id, null, PAGE);
      length = page.length;
      if (length === 0) return;
      const { bookings, entries, touched } = await sortOut(trx, page);
      const forced = (table: Touched["table"]) =>
        touched.filter((row) => row.table === table).map((row) => row.id);
      await removeBookings(trx, [...bookings, ...forced("live_class_booking")]);
      await deleteRows(trx, "session_waitlist", [...entries, ...forced("session_waitlist")]);
      await forgetRows(trx, page);
    });
    done += length;
    options.onProgress(done);
    if (length === 0) break;
    await new Promise((resume) => setImmediate(resume));
  }
  for (let isLeft = true; isLeft; )
    await step(async (trx) => {
      isLeft = await restoreNextIndex(database, trx); // Of a run that never came to its end.
    });
  await step(async (trx) => {
    await rebuildSeries(database, trx, run.id);
    await changeBack(database, trx, run.id);
    wholeCounters(database);
    await updateRun(trx, run.id, { status: "rolled_back", finished_at: options.now() });
  });
}

/** Series of other runs that lost members, or were the taken run's and have members of others. */
async function rebuildSeries(database: Database, trx: Trx, without: number): Promise<void> {
  const standing = (await listRuns(database, trx)).filter(
    (run) => run.id !== without && run.status !== "rolled_back",
  );
  const context: WriteContext = {
    database,
    trx,
    runId: standing.at(-1)?.id ?? without,
    ids: noIds(),
    besideRun: true,
    counts: emptyCounts(),
    ahead: [],
  };
  for (let key: string | null = ""; key !== null; ) key = await writeSeriesPage(context, key);
}
