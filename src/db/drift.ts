/** What the applied schema steps should have left behind and the database does not have. */
import { type ClassbookError, refused } from "../domain/error.ts";
import { quote, type Step } from "./ddl.ts";
import type { Catalog, Engine, Layout } from "./layout.ts";
import { readSetting } from "./legacy-run.ts";
import type { Database } from "./open.ts";
import {
  type AppliedMigration,
  MIGRATIONS,
  planMigrations,
  planOnEmpty,
  readApplied,
  readSchemaState,
} from "./schema-state.ts";

export interface Damage {
  /** `table …`, `column …`, `trigger …`, `index …` */
  what: string;
  /** Id of the schema step that made it. */
  migration: string;
  /** The statement that makes it again; null where only a hand or a backup can. */
  step: Step | null;
}

/**
 * Tables of the app's own are looked at for what classbook adds to them only.
 *
 * @param deferred the setting that holds the plain indexes which a bulk load took off for its time
 */
export function damageOf(
  { engine, layout }: { engine: Engine; layout: Layout },
  applied: readonly AppliedMigration[],
  deferred: string,
): Damage[] {
  const ids = new Set(applied.map((row) => row.id));
  const kept = MIGRATIONS.filter((migration) => ids.has(migration.id));
  const found: Damage[] = planMigrations(kept, { engine, layout }).flatMap(({ migration, steps }) =>
    steps.map((step) => ({ what: step.what, migration: migration.id, step })),
  );
  const created = new Set(applied.flatMap(tablesCreated));
  for (const { migration, steps } of planOnEmpty(kept, { engine, layout })) {
    for (const step of steps) {
      const { what, leaves } = step;
      const table = leaves === undefined ? undefined : layout.catalog.get(leaves.table);
      if (leaves === undefined || table === undefined || !created.has(leaves.table)) continue;
      for (const { name } of leaves.columns)
        if (!table.columns.has(name))
          found.push({ what: `column ${leaves.table}.${name}`, migration: migration.id, step: null });
      if (leaves.indexes.some((name) => !table.indexes.has(name) && !deferred.includes(`"${name}"`)))
        found.push({ what, migration: migration.id, step });
    }
  }
  return found.filter(({ what }, at) => found.findIndex((other) => other.what === what) === at);
}

export async function findDamage(database: Database): Promise<Damage[]> {
  const applied = await readApplied(database);
  return damageOf(database, applied, (await readSetting(database, "deferred_indexes")) ?? "");
}

/** A sentence, and whether `db migrate` brings it back. */
export interface Drift {
  problem: string;
  repairable: boolean;
}

/** One sentence a difference. */
export async function findDrift(database: Database): Promise<Drift[]> {
  const { edited } = await readSchemaState(database);
  return [
    ...edited.map((id) => ({
      problem: `${id} was applied with other statements than this version has`,
      repairable: false,
    })),
    ...(await findDamage(database))
      .filter(({ what }) => !what.startsWith("function ")) // Its trigger is missing with it.
      .map(({ what, migration, step }) => ({
        problem: `${what} is missing (${migration})`,
        repairable: step !== null,
      })),
  ];
}

/** Names of the tables that were there once. */
export function lostTables(damage: readonly Damage[]): string[] {
  return damage.flatMap(({ what, step }) =>
    step !== null && what.startsWith("table ") ? [what.slice("table ".length)] : [],
  );
}

/** The tables that a migration made, by physical name. */
function tablesCreated({ undo }: AppliedMigration): string[] {
  return (JSON.parse(undo) as string[]).flatMap(
    (statement) => /^DROP TABLE "(.+)"$/.exec(statement)?.[1] ?? [],
  );
}

/**
 * Indexes and triggers keep their names where their table is renamed by hand; made again under the old name they
 * would clash.
 *
 * @returns the refusal; null where every name is free
 */
export function nameTaken(steps: readonly Step[], catalog: Catalog): ClassbookError | null {
  const holders = new Map<string, { wanted: string | null; names: string[] }>();
  for (const { what, leaves } of steps) {
    const names = what.startsWith("trigger ") ? [what.slice("trigger ".length)] : (leaves?.indexes ?? []);
    for (const table of catalog.values()) {
      if (table.name === leaves?.table) continue;
      const taken = names.filter((name) => table.indexes.has(name) || table.triggers.has(name));
      if (taken.length === 0) continue;
      const known = holders.get(table.name) ?? { wanted: null, names: [] };
      holders.set(table.name, {
        wanted: known.wanted ?? leaves?.table ?? null,
        names: [...known.names, ...taken],
      });
    }
  }
  for (const [holder, { wanted, names }] of holders) {
    if (wanted !== null && !catalog.has(wanted))
      return refused(
        "renamed_table",
        `there is no table ${wanted}, and ${holder} has its indexes: it looks renamed`,
        `nothing was changed; give it its name back: ALTER TABLE ${quote(holder)} RENAME TO ${quote(wanted)}`,
        { table: wanted, renamed_to: holder },
      );
    return refused(
      "name_taken",
      `${holder} has what ${wanted ?? "another table"} needs under the same name: ${names.join(", ")}`,
      `nothing was changed; drop it there, or drop ${holder}, then \`classbook db migrate\``,
      { table: wanted, holder, names },
    );
  }
  return null;
}
