/** The runs of the migration, and the session values that they found and wrote. */
import type { Instant } from "../domain/instant.ts";
import { type Cell, insertRows, updateRows } from "./bulk.ts";
import type { Database, Db } from "./open.ts";
import type { Trx } from "./transaction.ts";

export interface RunRow {
  id: number;
  status: string;
  started_at: Instant;
  finished_at: Instant | null;
  actor: string;
  phase: string;
  last_id: number;
  ids: string;
  counts: string;
}

export async function listRuns(database: Database): Promise<RunRow[]> {
  if (!database.layout.has("legacy_run")) return [];
  return database.db.selectFrom("legacy_run").selectAll().orderBy("id").execute();
}

export async function insertRun(trx: Trx, run: Omit<RunRow, "id">): Promise<number> {
  const { id } = await trx.insertInto("legacy_run").values(run).returning("id").executeTakeFirstOrThrow();
  return id;
}

export async function updateRun(db: Db, id: number, changed: Partial<Omit<RunRow, "id">>): Promise<void> {
  await db.updateTable("legacy_run").set(changed).where("id", "=", id).execute();
}

export async function readSetting(database: Database, name: string): Promise<string | null> {
  if (!database.layout.has("setting")) return null;
  const row = await database.db
    .selectFrom("setting")
    .select("value")
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.value ?? null;
}

export async function writeSetting(db: Db, name: string, value: string): Promise<void> {
  await db
    .insertInto("setting")
    .values({ name, value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
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
    shapes.set(shape, [...(shapes.get(shape) ?? []), change]);
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

async function keepBefore(
  database: Database,
  trx: Trx,
  runId: number,
  changes: readonly SessionChange[],
): Promise<void> {
  const ids = changes.map((change) => change.id);
  const known = new Map<number, { before_values: string; after_values: string }>();
  for (let at = 0; at < ids.length; at += 1000) {
    const rows = await trx
      .selectFrom("legacy_session_before")
      .select(["session_id", "before_values", "after_values"])
      .where("run_id", "=", runId)
      .where("session_id", "in", ids.slice(at, at + 1000))
      .execute();
    for (const row of rows) known.set(row.session_id, row);
  }
  const fresh: Cell[][] = [];
  for (const { id, before, after } of changes) {
    const earlier = known.get(id);
    if (earlier === undefined) {
      fresh.push([runId, id, JSON.stringify(before), JSON.stringify(after)]);
      continue;
    }
    await trx
      .updateTable("legacy_session_before")
      .set({
        before_values: JSON.stringify({ ...before, ...JSON.parse(earlier.before_values) }),
        after_values: JSON.stringify({ ...JSON.parse(earlier.after_values), ...after }),
      })
      .where("run_id", "=", runId)
      .where("session_id", "=", id)
      .execute();
  }
  await insertRows(
    database,
    trx,
    "legacy_session_before",
    ["run_id", "session_id", "before_values", "after_values"],
    fresh,
  );
}
