/** What is there under its name, and is not what the schema steps made: indexes, triggers, columns, constraints (SPEC 6). */
import { sql as raw } from "kysely";
import { quote, type Step } from "./ddl.ts";
import { findDuplicates } from "./duplicates.ts";
import { INVALID, shapeOfIndex } from "./index-shape.ts";
import { type Catalog, type Engine, Layout, likeNames } from "./layout.ts";
import type { Database, Db } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import {
  type Difference,
  differingColumns,
  differingKey,
  missingChecks,
  type Seen,
} from "./schema-columns.ts";
import { type AppliedMigration, MIGRATIONS, planMigrations, readApplied } from "./schema-state.ts";
import type { Trx } from "./transaction.ts";

/** The unique indexes of bookings and policies: whether they can be made, duplicates decide. */
const NEEDS = MIGRATIONS.flatMap(({ needsUnique = [] }) => needsUnique);
const KEYS: ReadonlySet<string> = new Set(NEEDS.map(({ index }) => index));

/** What the steps made, as the database has it. Tables of the app's own are looked at for what classbook adds. */
export async function findDifferences(database: Database, db: Db): Promise<Difference[]> {
  const { engine, layout } = database;
  const applied = await readApplied({ ...database, db });
  const ids = new Set(applied.map(({ id }) => id));
  const kept = MIGRATIONS.filter(({ id }) => ids.has(id));
  const created = madeOf(applied);
  const steps = planMigrations(kept, { engine, layout: without(layout, created) }).flatMap(
    (one) => one.steps,
  );
  const seen: Seen = { engine, catalog: layout.catalog, texts: await readDefinitions(db, engine), created };
  const found = steps.flatMap((step) => [
    ...differingObject(step, seen),
    ...differingColumns(step, seen),
    ...missingChecks(step, seen),
  ]);
  // Their table is made with the first step, and by none.
  if (applied.length > 0) found.push(...differingKey(layout.name("schema_history"), ["id"], seen));
  const blocked = await blockedKeys(database, db, found);
  return found
    .filter(({ what }, at) => found.findIndex((other) => other.what === what) === at)
    .map((one) => (blocked.has(one.what) ? { ...one, repair: [] } : one));
}

/** Of the keys that are another: those that could not be made again, for duplicates are in their way. */
async function blockedKeys(
  database: Database,
  db: Db,
  found: readonly Difference[],
): Promise<ReadonlySet<string>> {
  const wrong = NEEDS.filter(({ index }) => found.some(({ what }) => what === `index ${index}`));
  const duplicates = await findDuplicates({ ...database, db }, wrong, "text");
  return new Set(duplicates.map(({ index }) => `index ${index}`));
}

/** The tables that the steps made, and the columns that they added to a table: `table` and `table.column`, by physical name. */
function madeOf(applied: readonly AppliedMigration[]): Set<string> {
  const made = new Set<string>();
  for (const text of applied.flatMap(({ undo }) => JSON.parse(undo) as string[])) {
    const [, table] = /^DROP TABLE "(.+)"$/.exec(text) ?? [];
    const [, added, column] = /^ALTER TABLE "(.+)" DROP COLUMN "(.+)"$/.exec(text) ?? [];
    if (table !== undefined) made.add(table);
    if (added !== undefined) made.add(`${added}.${column}`);
  }
  return made;
}

/** The layout as the steps found it, triggers and added indexes left out: only what they need to know of the app. */
function without(layout: Layout, created: ReadonlySet<string>): Layout {
  const catalog: Catalog = new Map();
  for (const [name, table] of layout.catalog) {
    if (created.has(name)) continue;
    const indexes = [...table.indexes].filter((index) => !KEYS.has(index) && !index.startsWith("classbook_"));
    catalog.set(name, {
      ...table,
      columns: new Map([...table.columns].filter(([column]) => !created.has(`${name}.${column}`))),
      triggers: new Set(),
      indexes: likeNames(table.indexes, indexes),
    });
  }
  return new Layout(layout.kind, layout.appLabel, catalog);
}

/**
 * By name: the definition of an index, a trigger (PostgreSQL: a line for each table that has one of the name), a check of
 * a column (PostgreSQL) or a table (SQLite); a function's body; a column's default; a table's primary key.
 */
async function readDefinitions(db: Db, engine: Engine): Promise<Map<string, string>> {
  const rows = await runQuery<{ name: string; text: string | null }>(
    db,
    engine === "sqlite"
      ? `select lower(type || ' ' || name) as name, sql as text from sqlite_master where type in ('index', 'trigger', 'table') and sql is not null
         union all select lower('default ' || m.name || '.' || c.name), c.dflt_value from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and c.dflt_value is not null
         union all select lower('key ' || k.name), group_concat(k.part) from (select m.name, c.name as part from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and c.pk > 0 order by m.name, c.pk) k group by k.name`
      : `select 'index ' || i.relname as name, case when x.indisvalid and x.indisready then '' else '${INVALID}' end || pg_get_indexdef(x.indexrelid) as text
           from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace where n.nspname = current_schema()
         union all select 'constraint ' || k.conname, c.relname from pg_constraint k join pg_class c on c.oid = k.conrelid
           join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and k.contype = 'u'
         union all select 'function ' || p.proname, p.prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = current_schema() and p.proname like 'classbook\\_%'
         union all select 'check ' || c.relname || '.' || a.attname, pg_get_constraintdef(k.oid)
           from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
             join pg_attribute a on a.attrelid = c.oid and k.conkey = array[a.attnum] where n.nspname = current_schema() and k.contype = 'c'
         union all select 'default ' || c.relname || '.' || a.attname, pg_get_expr(d.adbin, d.adrelid)
           from pg_attrdef d join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
             join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum where n.nspname = current_schema()
         union all select 'key ' || c.relname, (select string_agg(a.attname, ',' order by p.at) from unnest(k.conkey) with ordinality p(num, at) join pg_attribute a on a.attrelid = c.oid and a.attnum = p.num)
           from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and k.contype = 'p'
         union all select 'trigger ' || t.tgname, string_agg(case when t.tgenabled in ('O', 'A') then '' else 'disabled ' end || replace(pg_get_triggerdef(t.oid, true), chr(10), ' '), chr(10))
           from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and not t.tgisinternal group by t.tgname`,
  );
  return new Map(rows.map(({ name, text }) => [name, text ?? ""]));
}

function differingObject(step: Step, { texts, engine }: Seen): Difference[] {
  const { what, sql, undo } = step;
  const [kind, name] = [what.replace(/^unique /, "").split(" ")[0]!, what.split(" ").at(-1)!];
  const key = `${kind} ${name}`;
  const is = texts.get(engine === "sqlite" ? key.toLowerCase() : key);
  if (is === undefined) return []; // What is missing is told by drift.
  switch (kind) {
    case "index":
      return shapeOfIndex(is) === shapeOfIndex(sql)
        ? []
        : [
            {
              what: `index ${name}`,
              problem: is.startsWith(INVALID)
                ? `index ${name} was never finished: it is invalid, and no query uses it`
                : `index ${name} is not what it should be: ${oneLine(is)}`,
              repair: repairOfIndex(name, sql, texts.get(`constraint ${name}`)),
            },
          ];
    case "function": {
      const body = /\$\$([\s\S]*)\$\$/.exec(sql)?.[1] ?? "";
      if (oneLine(is) === oneLine(body)) return [];
      return [
        {
          what: `trigger ${name}`,
          problem: `trigger ${name} does something else than it should`,
          repair: [sql.replace(/^CREATE FUNCTION/, "CREATE OR REPLACE FUNCTION")],
        },
      ];
    }
    case "trigger":
      if (engine === "postgres") return differingTrigger(name, sql, is.split("\n"));
      return oneLine(is).replace(new RegExp(name, "i"), name) === oneLine(sql)
        ? []
        : [
            {
              what: `trigger ${name}`,
              problem: `trigger ${name} does something else than it should`,
              repair: [undo!, sql],
            },
          ];
    default:
      return [];
  }
}

/** PostgreSQL. @param there what has this name, on one table or several */
function differingTrigger(name: string, create: string, there: readonly string[]): Difference[] {
  const what = `trigger ${name}`;
  const right = there.find((text) => shapeOfTrigger(text) === shapeOfTrigger(create));
  if (right === undefined) {
    const drops = there.map(
      (text) => `DROP TRIGGER ${quote(name)} ON ${/ ON (.+?) FOR EACH /.exec(text)![1]}`,
    );
    const problem = `trigger ${name} is not what it should be: ${there.join("; ")}`;
    return [{ what, problem, repair: [...drops, create] }];
  }
  if (!right.startsWith("disabled ")) return [];
  const table = / ON ("(?:[^"]|"")+")/.exec(create)![1]!;
  const repair = [`ALTER TABLE ${table} ENABLE TRIGGER ${quote(name)}`];
  return [{ what, problem: `trigger ${name} is switched off`, repair }];
}

/** When it runs, of which table, under which condition, and what: PostgreSQL writes types and brackets out. */
function shapeOfTrigger(text: string): string {
  return text
    .replace(/^disabled /, "")
    .replace(/::[a-z]+/gi, "")
    .replace(/[\s()"]+/g, " ")
    .trim();
}

/**
 * A key is taken away only: the schema's own repair makes it again, where no duplicates are in its way.
 *
 * @param holder the table whose constraint the index is by now; none where it is a plain index
 */
function repairOfIndex(name: string, create: string, holder: string | undefined): string[] {
  if (/ ADD CONSTRAINT /.test(create)) return [];
  const drop =
    holder === undefined
      ? `DROP INDEX ${quote(name)}`
      : `ALTER TABLE ${quote(holder)} DROP CONSTRAINT ${quote(name)}`;
  return KEYS.has(name) ? [drop] : [drop, create];
}

/** Makes everything that differs what it should be, where statements can. @returns the problems that were mended */
export async function mendDifferences(database: Database, trx: Trx): Promise<string[]> {
  const mended = (await findDifferences(database, trx)).filter(({ repair }) => repair.length > 0);
  for (const { repair } of mended) for (const statement of repair) await raw.raw(statement).execute(trx);
  return mended.map(({ problem }) => problem);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
