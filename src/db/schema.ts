/** The schema's own migrations: what is applied, what is pending, and how it gets there. */
import { sql } from "kysely";
import { ClassbookError, refused } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import { readCatalog } from "./catalog.ts";
import { quote, type Step } from "./ddl.ts";
import { damageOf, findDamage, lostTables, nameTaken } from "./drift.ts";
import { type Duplicate, findInTheWay } from "./duplicates.ts";
import { postgresCode } from "./error.ts";
import { Layout, OWN_TABLES } from "./layout.ts";
import { readSetting } from "./legacy-run.ts";
import type { Database } from "./open.ts";
import { requireFit } from "./requirements.ts";
import {
  checksumOf,
  listApplied,
  MIGRATIONS,
  planMigrations,
  readSchemaState,
  type SchemaState,
  stateOf,
} from "./schema-state.ts";
import { type Trx, writing } from "./transaction.ts";

export interface MigrationPlan {
  pending: { id: string; summary: string; steps: Step[] }[];
  /** What was there once and would be made again. */
  repairs: Step[];
  duplicates: Duplicate[];
}

const UNIQUE_NEEDS = MIGRATIONS.flatMap((migration) => migration.needsUnique ?? []);

/** What `migrateSchema` would run. @throws ClassbookError as `requireMigratable`, but for duplicates and an edited migration */
export async function planSchema(database: Database): Promise<MigrationPlan> {
  const { pending } = await readSchemaState(database);
  requireFit(database);
  const plan = {
    pending: planMigrations(pending, database).map(({ migration: { id, summary }, steps }) => ({
      id,
      summary,
      steps,
    })),
    repairs: (await findDamage(database)).flatMap(({ step }) => step ?? []),
    duplicates: await findInTheWay(database, UNIQUE_NEEDS),
  };
  const steps = [...plan.repairs, ...plan.pending.flatMap((migration) => migration.steps)];
  const taken = nameTaken(steps, database.layout.catalog);
  if (taken !== null) throw taken;
  return plan;
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
 * @throws ClassbookError usage `half_a_schema`, `missing_columns`, `is_a_view`
 * @throws ClassbookError refused `renamed_table`, `name_taken`: an index or trigger that has to be made hangs on another table
 * @throws ClassbookError refused `duplicates`: rows stand in the way of a unique constraint
 */
export async function requireMigratable(
  database: Database,
): Promise<SchemaState & Pick<MigrationPlan, "repairs">> {
  const { state, plan } = await inspect(database);
  if (plan.duplicates.length > 0) throw duplicatesInTheWay(plan.duplicates);
  return { ...state, repairs: plan.repairs };
}

/**
 * For commands that work on rows: every table that the schema steps left is there.
 *
 * @throws ClassbookError findings `lost_tables`, `damaged_schema` (columns of classbook's own tables); and as `planSchema`
 */
export async function requireWhole(database: Database): Promise<void> {
  requireFit(database);
  const damage = await findDamage(database);
  const lost = lostTables(damage);
  const own = new Set<string>(OWN_TABLES.map((table) => database.layout.name(table)));
  const halved = damage.filter(({ what, step }) => step === null && own.has(what.split(/[ .]/)[1]!));
  if (lost.length === 0 && halved.length > 0)
    throw new ClassbookError({
      kind: "findings",
      code: "damaged_schema",
      message: `${halved.map(({ what }) => what).join(", ")} ${halved.length === 1 ? "was" : "were"} there once and ${halved.length === 1 ? "is" : "are"} gone`,
      hint: "restore a backup, or add it again by hand; `classbook db check` names all that is missing",
    });
  if (lost.length === 0) return;
  throw (
    nameTaken(
      damage.flatMap(({ step }) => step ?? []),
      database.layout.catalog,
    ) ??
    new ClassbookError({
      kind: "findings",
      code: "lost_tables",
      message: `${lost.join(", ")} ${lost.length === 1 ? "was" : "were"} there once and ${lost.length === 1 ? "is" : "are"} gone`,
      hint: "restore a backup; or `classbook db migrate` makes what is gone anew, empty",
      details: { tables: lost },
    })
  );
}

async function inspect(database: Database): Promise<{ state: SchemaState; plan: MigrationPlan }> {
  const state = await readSchemaState(database);
  if (state.edited.length > 0) {
    throw new ClassbookError({
      kind: "findings",
      code: "edited_migration",
      message: `applied schema migrations differ from this version's: ${state.edited.join(", ")}`,
      hint: "use the version of classbook that applied them, or restore a backup",
    });
  }
  return { state, plan: await planSchema(database) };
}

/**
 * Applies what is pending, and makes again what was taken away, all in one transaction; concurrent runs wait for each other.
 *
 * @returns the ids applied, empty where the schema was up to date
 * @throws ClassbookError as `requireMigratable`; nothing was changed
 */
export async function migrateSchema(database: Database, options: MigrateOptions): Promise<string[]> {
  const { state, plan } = await inspect(database);
  const { duplicates, repairs } = plan;
  if (duplicates.length > 0 && !options.upToDuplicates) throw duplicatesInTheWay(duplicates);
  if (state.pending.length === 0 && repairs.length === 0) return [];
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
    `nothing was changed; resolve them with: ${[...new Set(duplicates.map((d) => `\`classbook ${d.remedy}\``))].join(" and ")}`,
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
  await repair(database, trx, blocked);
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

/** The statements that take a repair back join those of the step that it belongs to. */
async function repair(database: Database, trx: Trx, blocked: Set<string>): Promise<void> {
  const { engine } = database;
  const layout = new Layout(database.layout.kind, database.layout.appLabel, await readCatalog(trx, engine));
  const applied = await listApplied(trx);
  const deferred = layout.has("setting") ? await readSetting(database, "deferred_indexes", trx) : null;
  const made = new Map<string, Step[]>();
  for (const { migration, step } of damageOf({ engine, layout }, applied, deferred ?? "")) {
    if (step === null || step.leaves?.indexes.some((name) => blocked.has(name))) continue;
    // Half of a trigger may be there still: its function on PostgreSQL.
    if (step.undo?.includes(" IF EXISTS ")) await sql.raw(step.undo).execute(trx);
    await sql.raw(step.sql).execute(trx);
    made.set(migration, [...(made.get(migration) ?? []), step]);
  }
  for (const [id, steps] of made) {
    const known = JSON.parse(applied.find((row) => row.id === id)!.undo) as string[];
    const undo = JSON.stringify([
      ...undoOf(steps).filter((statement) => !known.includes(statement)),
      ...known,
    ]);
    await trx.updateTable("schema_history").set({ undo }).where("id", "=", id).execute();
  }
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
