/** The schema's own migrations: what is applied, what is pending, and how it gets there. */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import { migration as bookingTables } from "../../migrations/0001_booking_tables.ts";
import { migration as ownTables } from "../../migrations/0002_own_tables.ts";
import { migration as signals } from "../../migrations/0003_signals.ts";
import { migration as uniqueBookings } from "../../migrations/0004_unique_bookings.ts";
import { ClassbookError, refused } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import { readCatalog } from "./catalog.ts";
import { quote, type Step } from "./ddl.ts";
import { postgresCode } from "./error.ts";
import { type Engine, Layout, type LogicalTable } from "./layout.ts";
import type { Database } from "./open.ts";
import { type Trx, writing } from "./transaction.ts";

/** A unique index that a migration will build, and what resolves the duplicates in its way. */
export interface UniqueNeed {
  index: string;
  table: LogicalTable;
  columns: string[];
  where: { column: string; is: string | null };
  /** The command that resolves duplicates. */
  remedy: string;
}

/** One file of migrations/. `up` is pure: the statements that this engine and this database still need. */
export interface SchemaMigration {
  id: string;
  summary: string;
  up: (schema: { engine: Engine; layout: Layout }) => Step[];
  needsUnique?: UniqueNeed[];
}

export const MIGRATIONS: readonly SchemaMigration[] = [bookingTables, ownTables, signals, uniqueBookings];

export interface AppliedMigration {
  id: string;
  applied_at: Instant;
  checksum: string;
  /** JSON array of the statements that take it back, last first. */
  undo: string;
}

export interface Duplicate {
  index: string;
  /** How many rows share a key with another. */
  rows: number;
  /** Ids of the rows of the first few keys. */
  examples: string[];
  remedy: string;
}

export interface SchemaState {
  applied: AppliedMigration[];
  pending: SchemaMigration[];
  /** Applied migrations whose statements are not those of this version of classbook. */
  edited: string[];
}

/** What a migration would do to an empty native database: an edited migration shows by another checksum. */
export function checksumOf(migration: SchemaMigration, engine: Engine): string {
  const steps = migration.up({ engine, layout: new Layout("native", null, new Map()) });
  return createHash("sha256").update(JSON.stringify(steps)).digest("hex").slice(0, 16);
}

export async function readSchemaState(database: Database): Promise<SchemaState> {
  return stateOf(
    database.engine,
    database.layout.has("schema_history") ? await listApplied(database.db) : [],
  );
}

function stateOf(engine: Engine, applied: AppliedMigration[]): SchemaState {
  const byId = new Map(applied.map((row) => [row.id, row]));
  return {
    applied,
    pending: MIGRATIONS.filter((migration) => !byId.has(migration.id)),
    edited: MIGRATIONS.filter(
      (m) => byId.has(m.id) && byId.get(m.id)!.checksum !== checksumOf(m, engine),
    ).map((m) => m.id),
  };
}

async function listApplied(db: Database["db"]): Promise<AppliedMigration[]> {
  return db.selectFrom("schema_history").selectAll().orderBy("id").execute();
}

/** Rows that share a key which a pending migration needs unique. */
export async function findDuplicates(database: Database, needs: readonly UniqueNeed[]): Promise<Duplicate[]> {
  const found: Duplicate[] = [];
  for (const need of needs) {
    if (!database.layout.has(need.table) || database.layout.table(need.table)!.indexes.has(need.index))
      continue;
    const keys = sql.join(need.columns.map((column) => sql.ref(column)));
    const condition =
      need.where.is === null
        ? sql`${sql.ref(need.where.column)} is null`
        : sql`${sql.ref(need.where.column)} = ${need.where.is}`;
    const notNull = sql.join(
      need.columns.map((column) => sql`${sql.ref(column)} is not null`),
      sql` and `,
    );
    const groups = sql`select ${keys}, count(*) as n, min(id) as lowest, max(id) as highest from ${sql.table(need.table)} where ${condition} and ${notNull} group by ${keys} having count(*) > 1`;
    const totals = await sql<{ n: number | null }>`select sum(n) as n from (${groups}) g`.execute(
      database.db,
    );
    const count = Number(totals.rows[0]?.n ?? 0);
    if (count === 0) continue;
    const examples = await sql<{
      lowest: number;
      highest: number;
      n: number;
    }>`${groups} order by lowest limit 5`.execute(database.db);
    found.push({
      index: need.index,
      rows: count,
      examples: examples.rows.map((row) =>
        row.n > 2 ? `${row.lowest} … ${row.highest} (${row.n} rows)` : `${row.lowest} and ${row.highest}`,
      ),
      remedy: need.remedy,
    });
  }
  return found;
}

export interface MigrationPlan {
  pending: { id: string; summary: string; steps: Step[] }[];
  duplicates: Duplicate[];
}

/** What `migrateSchema` would run. Steps of later migrations suppose that the earlier ones ran. */
export async function planSchema(database: Database): Promise<MigrationPlan> {
  const { pending } = await readSchemaState(database);
  return {
    pending: pending.map(({ id, summary, up }) => ({ id, summary, steps: up(database) })),
    duplicates: await findDuplicates(
      database,
      pending.flatMap((migration) => migration.needsUnique ?? []),
    ),
  };
}

export interface MigrateOptions {
  now: Instant;
  /** Stop before the first migration that duplicates block, instead of refusing all. */
  upToDuplicates?: boolean;
}

/**
 * Applies what is pending, all in one transaction; concurrent runs wait for each other.
 *
 * @returns the ids applied, empty where the schema was up to date
 * @throws ClassbookError refused `duplicates`: rows stand in the way of a unique constraint; nothing was changed
 * @throws ClassbookError findings `edited_migration`: an applied migration is not the one this version knows
 */
export async function migrateSchema(database: Database, options: MigrateOptions): Promise<string[]> {
  const state = await readSchemaState(database);
  if (state.edited.length > 0) {
    throw new ClassbookError({
      kind: "findings",
      code: "edited_migration",
      message: `applied schema migrations differ from this version's: ${state.edited.join(", ")}`,
      hint: "use the version of classbook that applied them, or restore a backup",
    });
  }
  if (state.pending.length === 0) return [];
  const duplicates = await findDuplicates(
    database,
    state.pending.flatMap((m) => m.needsUnique ?? []),
  );
  if (duplicates.length > 0 && !options.upToDuplicates) throw duplicatesInTheWay(duplicates);
  const blocked = new Set(duplicates.map((duplicate) => duplicate.index));
  const applied = await retryCreate(() =>
    writing(database, (trx) => applyPending(database, trx, options.now, blocked)),
  );
  await database.refresh();
  return applied;
}

function duplicatesInTheWay(duplicates: Duplicate[]): ClassbookError {
  return refused(
    "duplicates",
    duplicates
      .map((d) => `${d.rows} rows stand in the way of ${d.index}: rows ${d.examples.join("; ")}`)
      .join(". "),
    `nothing was changed; resolve them with: ${[...new Set(duplicates.map((d) => d.remedy))].join(" ; ")}`,
    duplicates,
  );
}

/** Two processes that both create the history table: one of them sees it come into being, and tries again. */
async function retryCreate<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!["23505", "42P07"].includes(postgresCode(error) ?? "")) throw error;
    return work();
  }
}

async function applyPending(
  database: Database,
  trx: Trx,
  now: Instant,
  blocked: Set<string>,
): Promise<string[]> {
  const { engine } = database;
  const history = quote(database.layout.name("schema_history"));
  const stamp = engine === "sqlite" ? "datetime" : "timestamptz";
  await sql
    .raw(
      `create table if not exists ${history} (id text primary key not null, applied_at ${stamp} not null, checksum text not null, undo text not null)`,
    )
    .execute(trx);
  if (engine === "postgres") {
    await sql.raw("set local lock_timeout to '10s'").execute(trx);
    await sql.raw(`lock table ${history} in access exclusive mode`).execute(trx);
  }
  const applied: string[] = [];
  for (const migration of stateOf(engine, await listApplied(trx)).pending) {
    if (migration.needsUnique?.some((need) => blocked.has(need.index))) break;
    const layout = new Layout(database.layout.kind, database.layout.appLabel, await readCatalog(trx, engine));
    const steps = migration.up({ engine, layout });
    for (const step of steps) await sql.raw(step.sql).execute(trx);
    await trx
      .insertInto("schema_history")
      .values({
        id: migration.id,
        applied_at: now,
        checksum: checksumOf(migration, engine),
        undo: JSON.stringify(undoOf(steps)),
      })
      .execute();
    applied.push(migration.id);
  }
  return applied;
}

function undoOf(steps: Step[]): string[] {
  return steps.flatMap((step) => (step.undo === null ? [] : [step.undo])).reverse();
}

/** Rows in the tables that taking back the last migration would drop, by physical name; empty tables left out. */
export async function countInRollback(
  database: Database,
): Promise<{ id: string; tables: { table: string; rows: number }[] } | null> {
  const last = (await readSchemaState(database)).applied.at(-1);
  if (last === undefined) return null;
  const tables: { table: string; rows: number }[] = [];
  for (const statement of JSON.parse(last.undo) as string[]) {
    const name = /^DROP TABLE "(.+)"$/.exec(statement)?.[1];
    if (name === undefined || !database.layout.catalog.has(name)) continue;
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.raw(quote(name))}`.execute(
      database.db,
    );
    if (rows[0]!.n > 0) tables.push({ table: name, rows: rows[0]!.n });
  }
  return { id: last.id, tables };
}

/** Takes back the last applied migration by the statements that were kept with it. Null where none is applied. */
export async function rollbackSchema(database: Database): Promise<string | null> {
  if (!database.layout.has("schema_history")) return null;
  const undone = await writing(database, async (trx) => {
    const last = (await listApplied(trx)).at(-1);
    if (last === undefined) return null;
    for (const statement of JSON.parse(last.undo) as string[]) await sql.raw(statement).execute(trx);
    await trx.deleteFrom("schema_history").where("id", "=", last.id).execute();
    if (last.id === MIGRATIONS[0]!.id)
      await sql.raw(`drop table ${quote(database.layout.name("schema_history"))}`).execute(trx);
    return last.id;
  });
  await database.refresh();
  return undone;
}

/** What the applied migrations should have left behind and the database does not have. */
export async function findDrift(database: Database): Promise<string[]> {
  const { applied, edited } = await readSchemaState(database);
  const ids = new Set(applied.map((row) => row.id));
  const missing = MIGRATIONS.filter((m) => ids.has(m.id)).flatMap((m) =>
    m.up(database).map((step) => `${step.what} is missing (${m.id})`),
  );
  return [...edited.map((id) => `${id} was applied with other statements than this version has`), ...missing];
}

/** @throws ClassbookError usage where the schema is not the one that this command needs. */
export async function requireSchema(database: Database, upTo = "0003_signals"): Promise<void> {
  const { pending } = await readSchemaState(database);
  if (pending.some((migration) => migration.id <= upTo)) {
    throw new ClassbookError({
      kind: "findings",
      code: "schema_behind",
      message: `the schema of ${database.address} is behind: ${pending.map((m) => m.id).join(", ")} pending`,
      hint: "run `classbook db migrate` first",
    });
  }
}
