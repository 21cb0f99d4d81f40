/**
 * The migration: sessions, group bookings, lessons, series, seat counters, in batches of one transaction
 * each. The checkpoint is part of the batch, so a run that was killed goes on where it stopped (LEGACY 3).
 */
import { pauseTriggers, reserveIds, resumeTriggers } from "../db/bulk.ts";
import { deferIndexes, restoreNextIndex } from "../db/deferred-index.ts";
import { isUniqueViolation } from "../db/error.ts";
import { type Lease, releaseLease, renewLease, takeLease } from "../db/lease.ts";
import { countForeseen, countOpenIssues, hasAnswers, hasOwnBookings } from "../db/legacy.ts";
import {
  changeSessions,
  insertRun,
  listRuns,
  type RunRow,
  readSetting,
  updateRun,
  writeSetting,
} from "../db/legacy-run.ts";
import {
  countSource,
  LegacySource,
  prepareTemporary,
  SOURCE_TABLES,
  type SourceTable,
} from "../db/legacy-source.ts";
import type { Database } from "../db/open.ts";
import { readSeatDrift, readUnfilledSessions } from "../db/session.ts";
import { type Trx, writing } from "../db/transaction.ts";
import type { Instant } from "../domain/instant.ts";
import { type Counts, emptyCounts } from "./counts.ts";
import { findLosers } from "./duplicates.ts";
import type { MappingOptions } from "./facts.ts";
import { planPage } from "./plan.ts";
import { writeSeriesPage } from "./series.ts";
import { fillSession } from "./sessions.ts";
import { ID_TABLES, type Ids, type WriteContext, writePage } from "./write.ts";

export const PHASES = ["sessions", "booking", "one_on_one_booking", "indexes", "series", "seats"] as const;
export type Phase = (typeof PHASES)[number];

export const LEASE = "legacy";
export const DEFAULT_BATCH = 25_000;
/** Rows in memory at once. */
const PAGE = 5_000;
const SESSION_PAGE = 2_000;

export interface Progress {
  phase: Phase;
  /** Legacy rows done and in all, over both tables. */
  done: number;
  total: number;
}

export interface MigrateOptions extends MappingOptions {
  now: () => Instant;
  actor: string;
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
interface Run {
  database: Database;
  options: MigrateOptions;
  lease: Lease;
  id: number;
  phase: Phase | "done";
  lastId: number;
  /** Where a phase pages by text, the last key. */
  lastKey: string;
  ids: Ids;
  counts: Counts;
  total: number;
  given: boolean;
  checkOccupied: boolean;
}

/**
 * Runs the migration to its end, or until asked to stop.
 *
 * @throws ClassbookError busy: another run is at work
 */
export async function migrateLegacy(database: Database, options: MigrateOptions): Promise<MigrateResult> {
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
  await relaxForeignKeys(database);
  const interrupted = (await listRuns(database)).find((run) => run.status === "running");
  const run =
    interrupted === undefined
      ? await startRun(database, lease, options)
      : await resumeRun(database, lease, options, interrupted);
  await prepareTemporary(database);
  for (const table of SOURCE_TABLES)
    await findLosers(database, table, { sourceTimezone: options.sourceTimezone, given: run.given });
  return { run, resumed: interrupted !== undefined };
}

/** Every reference that a batch writes was looked up by the batch itself; SQLite would look it up again. */
async function relaxForeignKeys(database: Database): Promise<void> {
  database.sqlite?.pragma("foreign_keys = OFF");
}

async function startRun(database: Database, lease: Lease, options: MigrateOptions): Promise<Run> {
  const counts = emptyCounts();
  const blocks = await countForeseen(database);
  const { id, ids } = await writing(database, async (trx) => {
    await renewLease(trx, lease);
    await deferIndexes(
      database,
      trx,
      ["live_class_booking", "legacy_provenance"],
      ["legacy_provenance_target"],
    );
    const reserved = {} as Ids;
    for (const kind of Object.keys(ID_TABLES) as (keyof Ids)[]) {
      const first = await reserveIds(database, trx, ID_TABLES[kind], blocks[kind]);
      reserved[kind] = { next: first, end: first + blocks[kind] };
    }
    if (options.sourceTimezone !== "UTC") await writeSetting(trx, "source_timezone", options.sourceTimezone);
    const started = {
      status: "running",
      started_at: options.now(),
      finished_at: null,
      actor: options.actor,
      phase: PHASES[0],
      last_id: 0,
    };
    return {
      id: await insertRun(trx, { ...started, ids: JSON.stringify(reserved), counts: JSON.stringify(counts) }),
      ids: reserved,
    };
  });
  return makeRun(database, lease, options, { id, phase: PHASES[0], lastId: 0, ids, counts });
}

async function resumeRun(
  database: Database,
  lease: Lease,
  options: MigrateOptions,
  row: RunRow,
): Promise<Run> {
  return makeRun(database, lease, options, {
    id: row.id,
    phase: row.phase as Phase,
    lastId: row.last_id,
    ids: JSON.parse(row.ids) as Ids,
    counts: JSON.parse(row.counts) as Counts,
  });
}

async function makeRun(
  database: Database,
  lease: Lease,
  options: MigrateOptions,
  state: Pick<Run, "id" | "phase" | "lastId" | "ids" | "counts">,
): Promise<Run> {
  let total = 0;
  for (const table of SOURCE_TABLES) total += (await countSource(database.layout, database.db, table)) ?? 0;
  return {
    database,
    options,
    lease,
    ...state,
    lastKey: "",
    total,
    given: await hasAnswers(database),
    checkOccupied: await hasOwnBookings(database),
  };
}

/** The zone of legacy timestamps: as asked for, else as an earlier run was told, else UTC. */
export async function sourceTimezone(database: Database, asked: string | null): Promise<string> {
  return asked ?? (await readSetting(database, "source_timezone")) ?? "UTC";
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

/** One transaction: work of the phase, and the checkpoint that it was done. */
async function runBatch(run: Run): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const after = await writing(run.database, (trx) => batch(run, trx));
      Object.assign(run, after);
      return;
    } catch (error) {
      // Somebody took a key between the look-up and the insert: look every key up, and try again.
      if (!isUniqueViolation(error) || (run.checkOccupied && attempt > 3)) throw error;
      run.checkOccupied = true;
    }
  }
}

type Checkpoint = Pick<Run, "phase" | "lastId" | "lastKey" | "ids" | "counts">;

async function batch(run: Run, trx: Trx): Promise<Checkpoint> {
  await renewLease(trx, run.lease);
  await pauseTriggers(run.database, trx);
  const context: WriteContext = {
    database: run.database,
    trx,
    runId: run.id,
    ids: structuredClone(run.ids),
    counts: structuredClone(run.counts),
  };
  const phase = run.phase as Phase;
  const reached = await workOf(phase)(run, context);
  const next = reached === null ? (PHASES[PHASES.indexOf(phase) + 1] ?? "done") : phase;
  const lastId = typeof reached === "number" ? reached : 0;
  await updateRun(trx, run.id, {
    phase: next,
    last_id: lastId,
    ids: JSON.stringify(context.ids),
    counts: JSON.stringify(context.counts),
    ...(next === "done" ? { status: "done", finished_at: run.options.now() } : {}),
  });
  await resumeTriggers(run.database, trx);
  return {
    phase: next,
    lastId,
    lastKey: typeof reached === "string" ? reached : "",
    ids: context.ids,
    counts: context.counts,
  };
}

/** A phase's work in one transaction: the key that it reached, or null where the phase is complete. */
type Work = (run: Run, context: WriteContext) => Promise<number | string | null>;

function workOf(phase: Phase): Work {
  switch (phase) {
    case "sessions":
      return fillSessions;
    case "booking":
    case "one_on_one_booking":
      return (run, context) => takeOver(run, context, phase);
    case "indexes":
      return async (run, context) => ((await restoreNextIndex(run.database, context.trx)) ? 0 : null);
    case "series":
      return (run, context) => writeSeriesPage(context, run.lastKey);
    case "seats":
      return countSeats;
    default:
      return phase satisfies never;
  }
}

async function fillSessions(run: Run, context: WriteContext): Promise<number | null> {
  const sessions = await readUnfilledSessions(run.database, context.trx, run.lastId, SESSION_PAGE);
  const changes = sessions.flatMap((facts) => {
    const after = fillSession(facts, run.options);
    const columns = Object.keys(after) as (keyof typeof after)[];
    const before = Object.fromEntries(columns.map((column) => [column, facts[column]]));
    return columns.length === 0 ? [] : [{ id: facts.id, before, after }];
  });
  await changeSessions(run.database, context.trx, run.id, changes);
  return sessions.at(-1)?.id ?? null;
}

async function takeOver(run: Run, context: WriteContext, table: SourceTable): Promise<number | null> {
  const source = new LegacySource(run.database, table, { given: run.given });
  let after = run.lastId;
  for (let read = 0; read < run.options.batch; ) {
    const limit = Math.min(PAGE, run.options.batch - read);
    const plan = await planPage({ ...run, options: run.options }, context.trx, source, { after, limit });
    if (plan === null) return null;
    await demote(run, context, source, plan.demoted);
    await writePage(context, plan);
    after = plan.lastId;
    read += plan.read;
  }
  return after;
}

/** Rows that hold a unified row which a better duplicate is to have: they are settled first. */
async function demote(
  run: Run,
  context: WriteContext,
  source: LegacySource,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return;
  const plan = await planPage({ ...run, options: run.options }, context.trx, source, { ids });
  if (plan === null) return;
  // They are counted when their own turn comes.
  await writePage({ ...context, counts: emptyCounts() }, { ...plan, unchanged: 0 });
}

/** seats_taken := Σ seats_reserved of the confirmed and attended (LEGACY 2.1), and current_attendees where the app has it. */
async function countSeats(run: Run, context: WriteContext): Promise<number | null> {
  const { drift, upTo } = await readSeatDrift(run.database, context.trx, run.lastId, SESSION_PAGE);
  const mirror = run.database.layout.has("live_class_session", "current_attendees");
  await changeSessions(
    run.database,
    context.trx,
    run.id,
    drift.map(({ id, seats_taken, current_attendees, seated }) => ({
      id,
      before: { seats_taken, ...(mirror ? { current_attendees } : {}) },
      after: { seats_taken: Number(seated), ...(mirror ? { current_attendees: Number(seated) } : {}) },
    })),
  );
  return upTo;
}

/** Re-derives single rows, as `legacy issues resolve` and `retry` need it: the same path as a run, in one transaction. */
export async function migrateRows(
  database: Database,
  table: SourceTable,
  ids: readonly number[],
  options: MappingOptions & { now: () => Instant; actor: string },
): Promise<Counts> {
  const lease = await takeLease(database, LEASE);
  try {
    await relaxForeignKeys(database);
    await prepareTemporary(database);
    await findLosers(database, table, { sourceTimezone: options.sourceTimezone, given: true });
    const last = (await listRuns(database)).at(-1);
    const source = new LegacySource(database, table, { given: true });
    return await writing(database, async (trx) => {
      await renewLease(trx, lease);
      await pauseTriggers(database, trx);
      const none = { next: 0, end: 0 };
      const context: WriteContext = {
        database,
        trx,
        runId: last?.id ?? 0,
        ids: { booking: { ...none }, waitlist: { ...none }, series: { ...none }, item: { ...none } },
        counts: emptyCounts(),
      };
      for (let at = 0; at < ids.length; at += PAGE) {
        const plan = await planPage({ database, options, checkOccupied: true }, trx, source, {
          ids: ids.slice(at, at + PAGE),
        });
        if (plan !== null) await writePage(context, plan);
      }
      for (let key: string | null = ""; key !== null; ) key = await writeSeriesPage(context, key);
      const run = { database, id: context.runId, lastId: 0 } as Run;
      for (let reached: number | null = 0; reached !== null; ) {
        reached = await countSeats(run, context);
        run.lastId = reached ?? 0;
      }
      await resumeTriggers(database, trx);
      return context.counts;
    });
  } finally {
    await releaseLease(database, lease).catch(() => {});
  }
}
