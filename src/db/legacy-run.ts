/** The runs of the migration, and the session values that they found and wrote. */

import { type Selectable, sql } from "kysely";
import { SEATED_STATUSES } from "../domain/booking.ts";
import { type Cell, insertRows, updateRows } from "./bulk.ts";
import { quote } from "./ddl.ts";
import { listSessionsBefore } from "./legacy-rollback.ts";
import type { Database, Db } from "./open.ts";
import { countable } from "./session-counters.ts";
import { jsonSafe } from "./stored.ts";
import type { LegacyRunTable } from "./tables.ts";
import type { Trx } from "./transaction.ts";

export type RunRow = Selectable<LegacyRunTable>;

export async function listRuns(database: Database, db: Db = database.db): Promise<RunRow[]> {
  if (!database.layout.has("legacy_run")) return [];
  return db.selectFrom("legacy_run").selectAll().orderBy("id").execute();
}

export async function insertRun(trx: Trx, run: Omit<RunRow, "id">): Promise<number> {
  const { id } = await trx.insertInto("legacy_run").values(run).returning("id").executeTakeFirstOrThrow();
  return id;
}

export async function updateRun(db: Db, id: number, changed: Partial<Omit<RunRow, "id">>): Promise<void> {
  await db.updateTable("legacy_run").set(changed).where("id", "=", id).execute();
}

export async function readSetting(
  database: Database,
  name: string,
  db: Db = database.db,
): Promise<string | null> {
  if (!database.layout.has("setting")) return null;
  const row = await db.selectFrom("setting").select("value").where("name", "=", name).executeTakeFirst();
  return row?.value ?? null;
}

export async function writeSetting(db: Db, name: string, value: string): Promise<void> {
  await db
    .insertInto("setting")
    .values({ name, value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
}

/** The setting that names the source of an import which did not end. */
export const UNFINISHED_IMPORT = "unfinished_import";

export async function deleteSetting(db: Db, name: string): Promise<void> {
  await db.deleteFrom("setting").where("name", "=", name).execute();
}

/** One session's columns before and after a run wrote them. */
export interface SessionChange {
  id: number;
  before: Record<string, Cell>;
  after: Record<string, Cell>;
}

/** Writes session columns and keeps what stood there, once a run (a later change of the same run joins the first). */
export async function changeSessions(
  database: Database,
  trx: Trx,
  runId: number,
  changes: readonly SessionChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const shapes = new Map<string, SessionChange[]>();
  for (const change of changes) {
    const shape = Object.keys(change.after).sort().join();
    const alike = shapes.get(shape);
    if (alike === undefined) shapes.set(shape, [change]);
    else alike.push(change);
  }
  for (const [shape, alike] of shapes) {
    const columns = shape.split(",");
    await updateRows(
      database,
      trx,
      "live_class_session",
      columns,
      alike.map(({ id, after }) => [id, ...columns.map((c) => after[c]!)]),
    );
  }
  await keepBefore(database, trx, runId, changes);
}

const asStored = (_column: string, value: unknown) => jsonSafe(value);

async function keepBefore(
  database: Database,
  trx: Trx,
  runId: number,
  changes: readonly SessionChange[],
): Promise<void> {
  const ids = changes.map((change) => change.id);
  const known = new Map<number, { before_values: string; after_values: string }>();
  for (let at = 0; at < ids.length; at += 1000) {
    const some = ids.slice(at, at + 1000);
    const rows = await trx
      .selectFrom("legacy_session_before")
      .select(["session_id", "before_values", "after_values"])
      .where("run_id", "=", runId)
      .where("session_id", "in", some)
      .execute();
    for (const row of rows) known.set(row.session_id, row);
    if (rows.length > 0)
      await trx
        .deleteFrom("legacy_session_before")
        .where("run_id", "=", runId)
        .where("session_id", "in", some)
        .execute();
  }
  const kept = changes.map(({ id, before, after }): Cell[] => {
    const earlier = known.get(id);
    if (earlier === undefined) return [runId, id, JSON.stringify(before, asStored), JSON.stringify(after)];
    const first = { ...before, ...JSON.parse(earlier.before_values) };
    const last = { ...JSON.parse(earlier.after_values), ...after };
    return [runId, id, JSON.stringify(first, asStored), JSON.stringify(last)];
  });
  await insertRows(
    database,
    trx,
    "legacy_session_before",
    ["run_id", "session_id", "before_values", "after_values"],
    kept,
  );
}

const PAGE = 1_000;
const COUNTERS = ["seats_taken", "current_attendees"];

async function recount(
  database: Database,
  trx: Trx,
  sessionId: number,
  columns: readonly string[],
): Promise<void> {
  const sum = sql.raw<number>(countable(database, "coalesce(sum(seats_reserved), 0)"));
  const { seated } = await trx
    .selectFrom("live_class_booking")
    .select(sum.as("seated"))
    .where("session_id", "=", sessionId)
    .where("status", "in", SEATED_STATUSES)
    .executeTakeFirstOrThrow();
  await updateRows(database, trx, "live_class_session", columns, [
    [sessionId, ...columns.map(() => Number(seated))],
  ]);
}

/**
 * Gives sessions back the values that a run found in them. A column that somebody changed since keeps
 * the new value; a counter is then counted anew, for the run's bookings are gone.
 */
export async function changeBack(database: Database, trx: Trx, runId: number): Promise<void> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await listSessionsBefore(trx, runId, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const { session_id, before_values, after_values } of page) {
      const before = JSON.parse(before_values) as Record<string, Cell>;
      const written = JSON.parse(after_values) as Record<string, Cell>;
      const columns = Object.keys(before);
      const { rows } = await sql
        .raw<Record<string, Cell>>(
          `select ${columns.map(quote).join(", ")} from ${quote(database.layout.name("live_class_session"))} where id = ${Number(session_id)}`,
        )
        .execute(trx);
      const current = rows[0];
      if (current === undefined) continue;
      const untouched = columns.filter((column) => current[column] === written[column]);
      await updateRows(database, trx, "live_class_session", untouched, [
        [session_id, ...untouched.map((column) => before[column]!)],
      ]);
      const counters = columns.filter((column) => COUNTERS.includes(column) && !untouched.includes(column));
      if (counters.length > 0) await recount(database, trx, session_id, counters);
    }
    after = last.session_id;
  }
  await trx.deleteFrom("legacy_session_before").where("run_id", "=", runId).execute();
}

/** The lease that whatever writes a migration's outcome holds. */
export const LEASE = "legacy";

/** The zone of legacy timestamps: as asked for, else as an earlier run was told, else UTC. */
export async function sourceTimezone(database: Database, asked: string | null): Promise<string> {
  return asked ?? (await readSetting(database, "source_timezone")) ?? "UTC";
}
