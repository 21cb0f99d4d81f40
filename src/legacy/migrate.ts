/**
 * The migration: sessions, group bookings, lessons, series, seat counters, in batches of one transaction
 * each. The checkpoint is part of the batch, so a run that was killed goes on where it stopped (LEGACY 3).
 */

import { pauseTriggers, reserveIds, resumeTriggers } from "../db/bulk.ts";
import { deferIndexes } from "../db/deferred-index.ts";
import { isUniqueViolation } from "../db/error.ts";
import { relaxForeignKeys } from "../db/foreign-keys.ts";
import { type Lease, releaseLease, renewLease, takeLease } from "../db/lease.ts";
import { countForeseen, countOpenIssues, hasAnswers, keysMayBeTaken } from "../db/legacy.ts";
import { requireExactIds } from "../db/legacy-ids.ts";
import {
  deleteSetting,
  insertRun,
  LEASE,
  listRuns,
  type RunRow,
  updateRun,
  writeSetting,
} from "../db/legacy-run.ts";
import { prepareTemporary } from "../db/legacy-scratch.ts";
import { countSource } from "../db/legacy-source.ts";
import { SOURCE_TABLES } from "../db/legacy-tables.ts";
import type { Database } from "../db/open.ts";
import { type Trx, writing } from "../db/transaction.ts";
import { type Actor, actorText } from "../domain/actor.ts";
import type { Instant } from "../domain/instant.ts";
import { type Counts, emptyCounts } from "./counts.ts";
import { findLosers } from "./duplicates.ts";
import type { MappingOptions } from "./facts.ts";
import { ID_TABLES, type Ids, IdsUsedUp } from "./ids.ts";
import { FIRST_KEY, PHASES, type Phase, type PhaseState, workOf } from "./phases.ts";
import type { WriteContext } from "./write.ts";

export interface Progress {
  phase: Phase;
  /** Legacy rows done and in all, over both tables. */
  done: number;
  total: number;
}

export interface MigrateOptions extends MappingOptions {
  now: () => Instant;
  actor: Actor;
  /** Legacy rows a transaction. */
  batch: number;
  onProgress: (progress: Progress) => void;
  /** Asked between batches: true ends the run where it is. */
  shouldStop: () => boolean;
}

export interface MigrateResult {
  runId: number;
  /** False where it was stopped before its end. */
  finished: boolean;
  /** Whether it went on with a run that had been interrupted. */
  resumed: boolean;
  counts: Counts;
  openIssues: number;
}

/** State of one run between batches. */
interface Run extends PhaseState {
  options: MigrateOptions;
  lease: Lease;
  phase: Phase | "done";
  ids: Ids;
  /** Rows of the phase's table that were settled before their turn. */
  ahead: number[];
  counts: Counts;
  total: number;
}

/**
 * Runs the migration to its end, or until asked to stop.
 *
 * @throws ClassbookError busy: another run is at work; refused `bad_ids`
 */
export async function migrateLegacy(database: Database, options: MigrateOptions): Promise<MigrateResult> {
  await requireExactIds(database);
  const lease = await takeLease(database, LEASE);
  try {
    const { run, resumed } = await openRun(database, lease, options);
    const finished = await runPhases(run);
    return {
      runId: run.id,
      finished,
      resumed,
      counts: run.counts,
      openIssues: await countOpenIssues(database),
    };
  } finally {
    await releaseLease(database, lease).catch(() => {}); // A broken connection: the lease lapses by itself.
  }
}

async function openRun(
  database: Database,
  lease: Lease,
  options: MigrateOptions,
): Promise<{ run: Run; resumed: boolean }> {
  relaxForeignKeys(database);
  const interrupted = (await listRuns(database)).find((run) => run.status === "running");
  const run =
    interrupted === undefined
      ? await startRun(database, lease, options)
      : await resumeRun(database, lease, options, interrupted);
  await findRivals(run);
  return { run, resumed: interrupted !== undefined };
}

/** What lies in other legacy rows, as they are now: who was rescheduled, and who loses to whom. */
async function findRivals({ database, options, given }: Run): Promise<void> {
  await prepareTemporary(database);
  for (const table of SOURCE_TABLES)
    await findLosers(database, table, { sourceTimezone: options.sourceTimezone, given });
}

async function startRun(database: Database, lease: Lease, options: MigrateOptions): Promise<Run> {
  const counts = emptyCounts();
  const blocks = await countForeseen(database);
  const { id, ids } = await writing(database, async (trx) => {
    await renewLease(trx, lease);
    await deferIndexes(database, trx, ["live_class_booking"]);
    const reserved = {} as Ids;
    for (const kind of Object.keys(ID_TABLES) as (keyof Ids)[]) {
      const first = await reserveIds(database, trx, ID_TABLES[kind], blocks[kind]);
      reserved[kind] = { next: first, end: first + blocks[kind] };
    }
    await rememberZone(trx, options.sourceTimezone);
    const started = {
      status: "running",
      started_at: options.now(),
      finished_at: null,
      actor: actorText(options.actor),
      phase: PHASES[0],
      last_id: FIRST_KEY,
    };
    return {
      id: await insertRun(trx, {
        ...started,
        ids: JSON.stringify({ ...reserved, ahead: [], lastKey: "" }),
        counts: JSON.stringify(counts),
      }),
      ids: reserved,
    };
  });
  const begin = { phase: PHASES[0], lastId: FIRST_KEY, lastKey: "", ahead: [] };
  return makeRun(database, lease, options, { id, ...begin, ids, counts });
}

async function resumeRun(
  database: Database,
  lease: Lease,
  options: MigrateOptions,
  row: RunRow,
): Promise<Run> {
  await writing(database, async (trx) => {
    await renewLease(trx, lease);
    await rememberZone(trx, options.sourceTimezone);
  });
  const { ahead, lastKey, ...ids } = JSON.parse(row.ids) as Ids & Pick<Run, "ahead" | "lastKey">;
  return makeRun(database, lease, options, {
    id: row.id,
    phase: row.phase as Phase,
    lastId: row.last_id,
    lastKey,
    ids,
    ahead,
    counts: JSON.parse(row.counts) as Counts,
  });
}

async function makeRun(
  database: Database,
  lease: Lease,
  options: MigrateOptions,
  state: Pick<Run, "id" | "phase" | "lastId" | "lastKey" | "ids" | "ahead" | "counts">,
): Promise<Run> {
  let total = 0;
  for (const table of SOURCE_TABLES) total += (await countSource(database.layout, database.db, table)) ?? 0;
  return {
    database,
    options,
    lease,
    ...state,
    total,
    given: await hasAnswers(database),
    checkOccupied: await keysMayBeTaken(database),
  };
}

/** Of UTC nothing is remembered: the triggers ask whether there is such a setting, and fill the UTC columns where there is none. */
async function rememberZone(trx: Trx, zone: string): Promise<void> {
  if (zone === "UTC") await deleteSetting(trx, "source_timezone");
  else await writeSetting(trx, "source_timezone", zone);
}

async function runPhases(run: Run): Promise<boolean> {
  while (run.phase !== "done") {
    run.options.onProgress({ phase: run.phase, done: run.counts.read, total: run.total });
    if (run.options.shouldStop()) return false;
    await runBatch(run);
    await new Promise((resume) => setImmediate(resume)); // Signals and timers get their turn.
  }
  return true;
}

async function reserveMore(run: Run, { kind, wanted }: IdsUsedUp, times: number): Promise<void> {
  const count = wanted * times;
  run.ids = await writing(run.database, async (trx) => {
    await renewLease(trx, run.lease);
    const first = await reserveIds(run.database, trx, ID_TABLES[kind], count);
    const ids = { ...run.ids, [kind]: { next: first, end: first + count } };
    await updateRun(trx, run.id, { ids: JSON.stringify({ ...ids, ahead: run.ahead, lastKey: run.lastKey }) });
    return ids;
  });
}

/** One transaction: work of the phase, and the checkpoint that it was done. */
async function runBatch(run: Run): Promise<void> {
  let conflicts = 0;
  for (let shortages = 0; ; ) {
    try {
      const after = await writing(run.database, (trx) => batch(run, trx));
      Object.assign(run, after);
      return;
    } catch (error) {
      if (error instanceof IdsUsedUp) {
        await reserveMore(run, error, 2 ** shortages);
        shortages += 1;
        continue;
      }
      // Somebody took a key since the run began, in the unified table or by a new legacy row: look again.
      conflicts += 1;
      if (!isUniqueViolation(error) || conflicts > 3) throw error;
      run.checkOccupied = true;
      await findRivals(run);
    }
  }
}

type Checkpoint = Pick<Run, "phase" | "lastId" | "lastKey" | "ids" | "ahead" | "counts">;

async function batch(run: Run, trx: Trx): Promise<Checkpoint> {
  await renewLease(trx, run.lease);
  await pauseTriggers(run.database, trx);
  const context: WriteContext = {
    database: run.database,
    trx,
    runId: run.id,
    ids: structuredClone(run.ids),
    besideRun: false,
    counts: structuredClone(run.counts),
    ahead: [...run.ahead],
  };
  const phase = run.phase as Phase;
  const reached = await workOf(phase)(run, context);
  const next = reached === null ? (PHASES[PHASES.indexOf(phase) + 1] ?? "done") : phase;
  const lastId = typeof reached === "number" ? reached : FIRST_KEY;
  const lastKey = typeof reached === "string" ? reached : "";
  const ahead = next === phase ? context.ahead : [];
  await updateRun(trx, run.id, {
    phase: next,
    last_id: lastId,
    ids: JSON.stringify({ ...context.ids, ahead, lastKey }),
    counts: JSON.stringify(context.counts),
    ...(next === "done" ? { status: "done", finished_at: run.options.now() } : {}),
  });
  await resumeTriggers(run.database, trx);
  return {
    phase: next,
    lastId,
    lastKey,
    ids: context.ids,
    ahead,
    counts: context.counts,
  };
}
