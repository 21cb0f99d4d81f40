/**
 * `classbook import`: copies a legacy database into a native one, ids kept, table by table in batches of
 * one transaction each. It keeps no checkpoint: what is there already compares as unchanged, so an import
 * that was stopped or killed is simply run again, and a later one brings what is new or changed in the source.
 * Rows deleted in the source stay.
 */
import { type Cell, pauseTriggers, resumeTriggers } from "../db/bulk.ts";
import { openImportSource } from "../db/import-open.ts";
import type { ImportProblem, ImportSource, SourceTable } from "../db/import-source.ts";
import { type BatchResult, moveSequence, openStage, upsertStage } from "../db/import-stage.ts";
import { readTargetTables, type TargetTable } from "../db/import-target.ts";
import { insertUnified } from "../db/import-unified.ts";
import { type Lease, releaseLease, renewLease, takeLease } from "../db/lease.ts";
import { deleteSetting, LEASE, readSetting, UNFINISHED_IMPORT, writeSetting } from "../db/legacy-run.ts";
import type { Database } from "../db/open.ts";
import { requireSchema } from "../db/schema-state.ts";
import { writing } from "../db/transaction.ts";
import { commandLine } from "../domain/command.ts";
import { usageError } from "../domain/error.ts";
import { addRows, columnsLeftBehind, newBatch, type Shape, shapeOf, usableColumns } from "./import-rows.ts";
import { mergeSessions } from "./import-session.ts";
import { teacherIdsOf } from "./import-teacher.ts";

export type { ImportProblem } from "../db/import-source.ts";

export interface ImportOptions {
  /** A path, `sqlite:PATH`, a `postgres://` URL, or a dumpdata file. */
  from: string;
  /** The Django app's label; null = find it. */
  appLabel?: string | null;
  /** Rows a transaction. */
  batch?: number;
  /** `total` is null where it is not known. While a dumpdata file is read through, `done` and `total` are its bytes. */
  onProgress: (progress: { table: string; done: number; total: number | null }) => void;
  /** Asked between batches: true ends the import where it is. */
  shouldStop: () => boolean;
}

/** Always read = inserted + updated + unchanged + skipped. */
export interface ImportedTable {
  table: string;
  read: number;
  inserted: number;
  updated: number;
  /** The target has it already: the same, or a unified row, which is never overwritten. */
  unchanged: number;
  /** Rows that the target refuses: each is a problem. */
  skipped: number;
}

export interface ImportResult {
  /** The source as people may see it: a password is `***`. */
  source: string;
  /** False where it was stopped before its end. */
  finished: boolean;
  /** The tables that the source has, in the order in which they were copied. */
  tables: ImportedTable[];
  /** The first thousand. */
  problems: ImportProblem[];
  problem_count: number;
  /** Sentences about what was found and decided. */
  notes: string[];
  /** Sentences about what will go otherwise than expected later. */
  warnings: string[];
}

export const IMPORT_BATCH = 20_000;
const PROBLEMS_KEPT = 1_000;

/** State of one import between batches. */
interface Import {
  database: Database;
  source: ImportSource;
  lease: Lease;
  options: ImportOptions;
  /** The zone of the source's timestamps, as an earlier migration was told; UTC where none was. */
  zone: string;
  result: ImportResult;
}

/**
 * Copies everything that the source has and the target lacks, or has otherwise.
 *
 * @throws ClassbookError usage `not_native`, and what `--from` may have wrong; findings `schema_behind`;
 *   busy: another run is at work
 */
export async function importLegacy(database: Database, options: ImportOptions): Promise<ImportResult> {
  if (database.layout.kind !== "native") {
    throw usageError(
      "not_native",
      `${database.address} is a Django app's database: an import copies into a database of classbook's own`,
      "name a new file or an empty PostgreSQL database with --db; a Django app's own is migrated in place: `classbook legacy migrate`",
    );
  }
  await requireSchema(database);
  const targets = await readTargetTables(database);
  const result: ImportResult = {
    source: options.from,
    finished: false,
    tables: [],
    problems: [],
    problem_count: 0,
    notes: [],
    warnings: [],
  };
  const source = await openImportSource(database, {
    from: options.from,
    appLabel: options.appLabel ?? null,
    wanted: new Map(targets.map((target) => [target.table, usableColumns(target)])),
    onScan: (done, total) => {
      options.onProgress({ table: "bytes of the file", done, total });
      return !options.shouldStop();
    },
  });
  if (source === null) {
    await writing(database, (trx) => writeSetting(trx, UNFINISHED_IMPORT, options.from));
    return result;
  }
  try {
    result.source = source.name;
    result.notes.push(...source.notes);
    const lease = await takeLease(database, LEASE);
    try {
      await writing(database, (trx) => writeSetting(trx, UNFINISHED_IMPORT, source.name));
      const zone = (await readSetting(database, "source_timezone")) ?? "UTC";
      result.finished = await importTables({ database, source, lease, options, zone, result }, targets);
      if (result.finished) await writing(database, (trx) => deleteSetting(trx, UNFINISHED_IMPORT));
      return result;
    } finally {
      await releaseLease(database, lease).catch(() => {}); // A broken connection: the lease lapses by itself.
    }
  } finally {
    await source.close();
  }
}

/** False where it was asked to stop. */
async function importTables(run: Import, targets: readonly TargetTable[]): Promise<boolean> {
  const { database, source, result } = run;
  const found = new Map((await source.tables()).map((table) => [table.table, table]));
  const teachers = await teacherIdsOf(source, found);
  if (teachers?.note) result.notes.push(teachers.note);
  result.warnings.push(...(await foreseeOccupied(source, found.get("live_class_booking")?.total ?? 0)));
  for (const target of targets) {
    const table = found.get(target.table);
    if (table === undefined) {
      if (source.showsEmptyTables) result.notes.push(`the source has no ${target.table}`);
      continue;
    }
    const left = columnsLeftBehind(target, table);
    if (left.length > 0) result.notes.push(`${target.table}: no place here for ${left.join(", ")}`);
    if (!(await importTable(run, shapeOf(database.engine, target, table, teachers), table))) return false;
  }
  return true;
}

/** Bookings that come along hold the places of the legacy rows that they were made from. */
async function foreseeOccupied(source: ImportSource, bookings: number): Promise<string[]> {
  const migrated = await source.countMigrated();
  if (migrated > 0) {
    const rollback = commandLine("legacy rollback", source.name);
    return [
      `a migration made ${migrated.toLocaleString("en")} bookings in the source already, and its records stay there: the legacy rows behind them will wait here as already_booked. Import a copy from before that migration, or take it back there first: ${rollback}`,
    ];
  }
  return bookings === 0
    ? []
    : [
        `the source's unified table holds ${bookings.toLocaleString("en")} bookings already: legacy rows with the same student, place and time will wait here as already_booked`,
      ];
}

/** Copies one table; false where it was asked to stop. */
async function importTable(run: Import, shape: Shape, { table, total }: SourceTable): Promise<boolean> {
  const { options, result, source } = run;
  const counts: ImportedTable = { table, read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0 };
  result.tables.push(counts);
  const size = Math.max(1, options.batch ?? IMPORT_BATCH);
  let batch = newBatch();
  let kept = 0;
  const flush = async (): Promise<boolean> => {
    const written = await writeBatch(run, shape, batch.rows);
    keepProblems(result, written.problems);
    counts.read += batch.read;
    counts.inserted += written.inserted;
    counts.updated += written.updated;
    counts.unchanged += written.unchanged;
    counts.skipped += written.skipped + batch.read - batch.rows.length;
    kept += written.kept;
    batch = newBatch();
    options.onProgress({ table, done: counts.read, total: Math.max(counts.read, total) });
    await new Promise((resume) => setImmediate(resume)); // Signals and timers get their turn.
    return !options.shouldStop();
  };
  options.onProgress({ table, done: 0, total });
  if (options.shouldStop()) return false;
  for await (const page of source.rows(table, shape.read)) {
    keepProblems(result, page.problems);
    for (let at = 0; at < page.rows.length; ) {
      const values = page.rows.slice(at, at + size - batch.read);
      at += values.length;
      keepProblems(result, addRows(shape, batch, values));
      if (batch.read === size && !(await flush())) return false;
    }
  }
  const goOn = batch.read === 0 || (await flush());
  if (kept > 0)
    result.notes.push(
      `${table}: ${kept === 1 ? "1 row that differs from the source was kept as it is" : `${kept} rows that differ from the source were kept as they are`} here`,
    );
  return goOn;
}

function keepProblems(result: ImportResult, problems: readonly ImportProblem[]): void {
  result.problem_count += problems.length;
  const room = PROBLEMS_KEPT - result.problems.length;
  if (room > 0) result.problems.push(...problems.slice(0, room));
}

/** One transaction. Triggers rest: the values arrive as they were. */
async function writeBatch(
  { database, lease, zone }: Import,
  { target, write }: Shape,
  rows: readonly Cell[][],
): Promise<BatchResult> {
  return writing(database, async (trx) => {
    await renewLease(trx, lease);
    if (rows.length === 0)
      return { inserted: 0, updated: 0, unchanged: 0, skipped: 0, kept: 0, problems: [] };
    await pauseTriggers(database, trx);
    const merged =
      target.table === "live_class_session" ? await mergeSessions(database, trx, write, rows, zone) : rows;
    const stage = await openStage(database, trx, target, write, merged);
    const result = await (target.unified ? insertUnified : upsertStage)(stage, rows.length);
    await moveSequence(stage);
    await resumeTriggers(database, trx);
    return result;
  });
}
