/** The schema steps: which there are, which are applied, and what they do to a database as it is. */
import { migration as bookingTables } from "../../migrations/0001_booking_tables.ts";
import { migration as ownTables } from "../../migrations/0002_own_tables.ts";
import { migration as signals } from "../../migrations/0003_signals.ts";
import { migration as uniqueBookings } from "../../migrations/0004_unique_bookings.ts";
import { migration as bookingImport } from "../../migrations/0005_booking_import.ts";
import { migration as operationIndexes } from "../../migrations/0006_operation_indexes.ts";
import { migration as upkeepIndexes } from "../../migrations/0007_upkeep_indexes.ts";
import { ClassbookError } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import type { SchemaMigration, Step } from "./ddl.ts";
import { type Engine, Layout } from "./layout.ts";
import type { Database } from "./open.ts";

export const MIGRATIONS: readonly SchemaMigration[] = [
  bookingTables,
  ownTables,
  signals,
  uniqueBookings,
  bookingImport,
  operationIndexes,
  upkeepIndexes,
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

export interface PlannedMigration {
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

const onEmpty = new Map<string, PlannedMigration[]>();

/** As {@link planMigrations}, on a database of this layout that has nothing yet: what the steps leave behind in all. */
export function planOnEmpty(
  migrations: readonly SchemaMigration[],
  { engine, layout: { kind, appLabel } }: { engine: Engine; layout: Pick<Layout, "kind" | "appLabel"> },
): PlannedMigration[] {
  const key = JSON.stringify([engine, kind, appLabel, migrations.map(({ id }) => id)]);
  let plan = onEmpty.get(key);
  if (plan === undefined) {
    plan = planMigrations(migrations, { engine, layout: new Layout(kind, appLabel, new Map()) });
    onEmpty.set(key, plan);
  }
  return plan;
}

const checksums = new Map<Engine, Map<string, string>>();

/** What a migration does to an empty native database: an edited migration shows by another checksum. */
export function checksumOf(migration: SchemaMigration, engine: Engine): string {
  let known = checksums.get(engine);
  if (known === undefined) {
    const { createHash } = process.getBuiltinModule("node:crypto"); // Most starts need no checksum.
    known = new Map(
      planOnEmpty(MIGRATIONS, { engine, layout: { kind: "native", appLabel: null } }).map(
        ({ migration: { id }, steps }) => {
          const statements = steps.map(({ sql: up, undo }) => [up, undo]);
          return [id, createHash("sha256").update(JSON.stringify(statements)).digest("hex").slice(0, 16)];
        },
      ),
    );
    checksums.set(engine, known);
  }
  return known.get(migration.id)!;
}

export async function readSchemaState(database: Database): Promise<SchemaState> {
  return stateOf(database.engine, await readApplied(database));
}

/** The applied steps, as they were written down. */
export async function readApplied({ layout, db }: Database): Promise<AppliedMigration[]> {
  return layout.has("schema_history") ? listApplied(db) : [];
}

export function stateOf(engine: Engine, applied: AppliedMigration[]): SchemaState {
  const byId = new Map(applied.map((row) => [row.id, row]));
  return {
    applied,
    pending: MIGRATIONS.filter((migration) => !byId.has(migration.id)),
    edited: MIGRATIONS.filter(
      (m) => byId.has(m.id) && byId.get(m.id)!.checksum !== checksumOf(m, engine),
    ).map((m) => m.id),
  };
}

export async function listApplied(db: Database["db"]): Promise<AppliedMigration[]> {
  return db.selectFrom("schema_history").selectAll().orderBy("id").execute();
}

/** @throws ClassbookError findings `schema_behind`: steps up to this one are not applied. Asked at every start: it reads the names only. */
export async function requireSchema(database: Database, upTo = "0003_signals"): Promise<void> {
  const { db, layout } = database;
  const applied = layout.has("schema_history")
    ? await db.selectFrom("schema_history").select("id").execute()
    : [];
  const pending = MIGRATIONS.map(({ id }) => id).filter((id) => !applied.some((row) => row.id === id));
  if (pending.some((id) => id <= upTo)) {
    throw new ClassbookError({
      kind: "findings",
      code: "schema_behind",
      message: `the schema of ${database.address} is behind: ${pending.join(", ")} pending`,
      hint: "run `classbook db migrate` first",
    });
  }
}
