/** What the applied migrations should have left behind and the database does not have. */
import { Layout } from "./layout.ts";
import { readSetting } from "./legacy-run.ts";
import type { Database } from "./open.ts";
import { MIGRATIONS, planMigrations, readSchemaState } from "./schema.ts";

/** One sentence a difference. Tables of the app's own are looked at for what classbook adds to them only. */
export async function findDrift(database: Database): Promise<string[]> {
  const { applied, edited } = await readSchemaState(database);
  const problems = edited.map((id) => `${id} was applied with other statements than this version has`);
  const missing = (what: string, id: string) => problems.push(`${what} is missing (${id})`);
  const ids = new Set(applied.map((row) => row.id));
  const kept = MIGRATIONS.filter((migration) => ids.has(migration.id));
  for (const migration of kept)
    for (const { what } of migration.up(database))
      if (!what.startsWith("function ")) missing(what, migration.id); // Its trigger is missing with it.
  const created = new Set(applied.flatMap(tablesCreated));
  const deferred = (await readSetting(database, "deferred_indexes")) ?? "";
  const { engine, layout } = database;
  const empty = new Layout(layout.kind, layout.appLabel, new Map());
  for (const { migration, steps } of planMigrations(kept, { engine, layout: empty })) {
    for (const { what, leaves } of steps) {
      const found = leaves === undefined ? undefined : layout.catalog.get(leaves.table);
      if (leaves === undefined || found === undefined || !created.has(leaves.table)) continue;
      for (const { name } of leaves.columns)
        if (!found.columns.has(name)) missing(`column ${leaves.table}.${name}`, migration.id);
      if (leaves.indexes.some((name) => !found.indexes.has(name) && !deferred.includes(`"${name}"`)))
        missing(what, migration.id);
    }
  }
  return [...new Set(problems)];
}

/** The tables that a migration made, by physical name. */
function tablesCreated({ undo }: { undo: string }): string[] {
  return (JSON.parse(undo) as string[]).flatMap(
    (statement) => /^DROP TABLE "(.+)"$/.exec(statement)?.[1] ?? [],
  );
}
