/** The schema's own migrations: what is applied, what is pending, and how it gets there. */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import { migration as bookingTables } from "../../migrations/0001_booking_tables.ts";
import { migration as ownTables } from "../../migrations/0002_own_tables.ts";
import { migration as signals } from "../../migrations/0003_signals.ts";
import { migration as uniqueBookings } from "../../migrations/0004_unique_bookings.ts";
import { migration as operationIndexes } from "../../migrations/0005_operation_indexes.ts";
import { ClassbookError, refused } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import { readCatalog } from "./catalog.ts";
import { quote, type SchemaMigration, type Step } from "./ddl.ts";
import { type Duplicate, findDuplicates } from "./duplicates.ts";
import { postgresCode } from "./error.ts";
import { type Engine, Layout, requireEssential } from "./layout.ts";
import type { Database } from "./open.ts";
import { type Trx, writing } from "./transaction.ts";

export const MIGRATIONS: readonly SchemaMigration[] = [
  bookingTables,
  ownTables,
  signals,
  uniqueBookings,
  operationIndexes,
];

export interface AppliedMigration {
  id: string;
  applied_at: Instant;
  checksum: string;
  /** JSON array of the statements that take it back, last first. */
  undo: string;
}

export interface SchemaState {
  applied: AppliedMigration[];
  pending: SchemaMigration[];
  /** Applied migrations whose statements are not those of this version of classbook. */
  edited: string[];
}

interface PlannedMigration {
  migration: SchemaMigration;
  steps: Step[];
}

/** The statements of migrations one after the other, each on what the ones before it leave behind. */
export function planMigrations(
  migrations: readonly SchemaMigration[],
  { engine, layout }: { engine: Engine; layout: Layout },
): PlannedMigration[] {
  let ahead = layout;
  return migrations.map((migration) => {
    const steps = migration.up({ engine, layout: ahead });
    ahead = ahead.with(steps.flatMap((step) => step.leaves ?? []));
    return { migration, steps };
  });
}

const checksums = new Map<Engine, Map<string, string>>();

/** What a migration does to an empty native database: an edited migration shows by another checksum. */
function checksumOf(migration: SchemaMigration, engine: Engine): string {
  let known = checksums.get(engine);
  if (known === undefined) {
    const empty = new Layout("native", null, new Map());
    known = new Map(
      planMigrations(MIGRATIONS, { engine, layout: empty }).map(({ migration: { id }, steps }) => {
        const statements = steps.map(({ sql: up, undo }) => [up, undo]);
        return [id, createHash("sha256").update(JSON.stringify(statements)).digest("hex").slice(0, 16)];
      }),
    );
    checksums.set(engine, known);
  }
  return known.get(migration.id)!;
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

export interface MigrationPlan {
  pending: { id: string; summary: string; steps: Step[] }[];
  duplicates: Duplicate[];
}

/** What `migrateSchema` would run. */
export async function planSchema(database: Database): Promise<MigrationPlan> {
  const { pending } = await readSchemaState(database);
  if (pending.length > 0) requireEssential(database.layout);
  return {
    pending: planMigrations(pending, database).map(({ migration: { id, summary }, steps }) => ({
      id,
      summary,
      steps,
    })),
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
 * What stands in the way is told before anything is copied or changed.
 *
 * @throws ClassbookError findings `edited_migration`: an applied migration is not the one this version knows
 * @throws ClassbookError usage `half_a_schema`
 * @throws ClassbookError refused `duplicates`: rows stand in the way of a unique constraint
 */
export async function requireMigratable(database: Database): Promise<SchemaState> {
  const { state, duplicates } = await inspect(database);
  if (duplicates.length > 0) throw duplicatesInTheWay(duplicates);
  return state;
}

async function inspect(database: Database): Promise<{ state: SchemaState; duplicates: Duplicate[] }> {
  const state = await readSchemaState(database);
  if (state.edited.length > 0) {
    throw new ClassbookError({
      kind: "findings",
      code: "edited_migration",
      message: `applied schema migrations differ from this version's: ${state.edited.join(", ")}`,
      hint: "use the version of classbook that applied them, or restore a backup",
    });
  }
  if (state.pending.length > 0) requireEssential(database.layout);
  const needs = state.pending.flatMap((migration) => migration.needsUnique ?? []);
  return { state, duplicates: await findDuplicates(database, needs) };
}

/**
 * Applies what is pending, all in one transaction; concurrent runs wait for each other.
 *
 * @returns the ids applied, empty where the schema was up to date
 * @throws ClassbookError as `requireMigratable`; nothing was changed
 */
export async function migrateSchema(database: Database, options: MigrateOptions): Promise<string[]> {
  const { state, duplicates } = await inspect(database);
  if (duplicates.length > 0 && !options.upToDuplicates) throw duplicatesInTheWay(duplicates);
  if (state.pending.length === 0) return [];
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
