/** What is there under its name, and is not what the schema steps made: indexes, triggers, columns, constraints (SPEC 6). */
import { sql as raw } from "kysely";
import { quote, type Step } from "./ddl.ts";
import { findDuplicates } from "./duplicates.ts";
import { INVALID, shapeOfIndex } from "./index-shape.ts";
import { type Catalog, type Engine, Layout } from "./layout.ts";
import type { Database, Db } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import { MIGRATIONS, planMigrations, readApplied } from "./schema-state.ts";
import type { Trx } from "./transaction.ts";

/** The unique indexes of bookings and policies: whether they can be made, duplicates decide. */
const NEEDS = MIGRATIONS.flatMap(({ needsUnique = [] }) => needsUnique);
const KEYS: ReadonlySet<string> = new Set(NEEDS.map(({ index }) => index));

export interface Difference {
  /** `index …`, `trigger …`, `column …`, `check …`, `foreign key …` */
  what: string;
  problem: string;
  /** The statements that make it what it should be; none where only a hand can. */
  repair: string[];
}

/** What the steps made, as the database has it. Tables of the app's own are looked at for what classbook adds. */
export async function findDifferences(database: Database, db: Db): Promise<Difference[]> {
  const { engine, layout } = database;
  const applied = await readApplied({ ...database, db });
  const ids = new Set(applied.map(({ id }) => id));
  const kept = MIGRATIONS.filter(({ id }) => ids.has(id));
  const created = new Set(
    applied.flatMap(({ undo }) =>
      (JSON.parse(undo) as string[]).flatMap((text) => /^DROP TABLE "(.+)"$/.exec(text)?.[1] ?? []),
    ),
  );
  const steps = planMigrations(kept, { engine, layout: without(layout, created) }).flatMap(
    (one) => one.steps,
  );
  const there = await readDefinitions(db, engine);
  const found = steps.flatMap((step) => [
    ...differingObject(step, there, engine),
    ...differingColumns(step, layout.catalog, created),
    ...missingChecks(step, there, engine, created),
  ]);
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

/** The layout as the steps found it, triggers and added indexes left out: only what they need to know of the app. */
function without(layout: Layout, created: ReadonlySet<string>): Layout {
  const catalog: Catalog = new Map();
  for (const [name, table] of layout.catalog) {
    if (created.has(name)) continue;
    const indexes = [...table.indexes].filter((index) => !KEYS.has(index) && !index.startsWith("classbook_"));
    catalog.set(name, { ...table, triggers: new Set(), indexes: new Set(indexes) });
  }
  return new Layout(layout.kind, layout.appLabel, catalog);
}

/** By name: the definition of an index, a trigger, a check of a column (PostgreSQL) or a table (SQLite); a function's body. */
async function readDefinitions(db: Db, engine: Engine): Promise<Map<string, string>> {
  const rows = await runQuery<{ name: string; text: string | null }>(
    db,
    engine === "sqlite"
      ? "select type || ' ' || name as name, sql as text from sqlite_master where type in ('index', 'trigger', 'table') and sql is not null"
      : `select 'index ' || i.relname as name, case when x.indisvalid and x.indisready then '' else '${INVALID}' end || pg_get_indexdef(x.indexrelid) as text
           from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace where n.nspname = current_schema()
         union all select 'constraint ' || k.conname, c.relname from pg_constraint k join pg_class c on c.oid = k.conrelid
           join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and k.contype = 'u'
         union all select 'function ' || p.proname, p.prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = current_schema() and p.proname like 'classbook\\_%'
         union all select 'check ' || c.relname || '.' || a.attname, pg_get_constraintdef(k.oid)
           from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
             join pg_attribute a on a.attrelid = c.oid and k.conkey = array[a.attnum] where n.nspname = current_schema() and k.contype = 'c'
         union all select 'trigger ' || t.tgname, case when t.tgenabled in ('O', 'A') then 'enabled' else 'disabled' end
           from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and not t.tgisinternal`,
  );
  return new Map(rows.map(({ name, text }) => [name, text ?? ""]));
}

function differingObject(step: Step, there: ReadonlyMap<string, string>, engine: Engine): Difference[] {
  const { what, sql, undo } = step;
  const [kind, name] = [what.replace(/^unique /, "").split(" ")[0]!, what.split(" ").at(-1)!];
  const is = there.get(`${kind} ${name}`);
  if (is === undefined) return []; // What is missing is told by drift.
  const again = (drop: string) => [drop, sql];
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
              repair: repairOfIndex(name, sql, there.get(`constraint ${name}`)),
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
      if (engine === "postgres") {
        if (is === "enabled") return [];
        const table = / ON ("(?:[^"]|"")+")/.exec(sql)![1]!;
        return [
          {
            what: `trigger ${name}`,
            problem: `trigger ${name} is switched off`,
            repair: [`ALTER TABLE ${table} ENABLE TRIGGER ${quote(name)}`],
          },
        ];
      }
      return oneLine(is) === oneLine(sql)
        ? []
        : [
            {
              what: `trigger ${name}`,
              problem: `trigger ${name} does something else than it should`,
              repair: again(undo!),
            },
          ];
    default:
      return [];
  }
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

/** Of tables that classbook made, and of columns that it added. */
function differingColumns(
  { sql, leaves }: Step,
  catalog: Catalog,
  created: ReadonlySet<string>,
): Difference[] {
  if (leaves === undefined) return [];
  const table = catalog.get(leaves.table);
  if (table === undefined || !created.has(leaves.table)) return [];
  const found: Difference[] = [];
  for (const { name, type, notNull } of leaves.columns) {
    const is = table.columns.get(name);
    if (is === undefined) continue;
    const what = `column ${leaves.table}.${name}`;
    const [wanted, got] = [plainType(type), plainType(is.type)];
    if (wanted !== got) found.push({ what, problem: `${what} is ${got} instead of ${wanted}`, repair: [] });
    else if (is.notNull !== notNull)
      found.push({
        what,
        problem: `${what} ${is.notNull ? "must have a value" : "may be empty"}`,
        repair: [],
      });
  }
  for (const [, column, target] of sql.matchAll(/^\s*"([^"]+)" .* REFERENCES "([^"]+)"/gm)) {
    if (table.foreignKeys.some((key) => key.column === column && key.references === target)) continue;
    const what = `foreign key ${leaves.table}.${column}`;
    found.push({ what, problem: `${what} to ${target} is missing`, repair: [] });
  }
  return found;
}

/** Of numbers that are never negative, in tables that classbook made. */
function missingChecks(
  { sql, leaves }: Step,
  there: ReadonlyMap<string, string>,
  engine: Engine,
  created: ReadonlySet<string>,
): Difference[] {
  if (leaves === undefined || !created.has(leaves.table)) return [];
  const { table } = leaves;
  return [...sql.matchAll(/CHECK \("([^"]+)" >= 0\)/g)].flatMap(([check, column]) => {
    const stands =
      engine === "sqlite"
        ? (there.get(`table ${table}`) ?? check).includes(check)
        : /\(\(?"?\w+"? >= 0\)/.test(there.get(`check ${table}.${column}`) ?? "");
    if (stands) return [];
    const what = `check ${table}.${column}`;
    const problem = `the check that ${column} of ${table} is not negative is missing`;
    // What is stored is `seat_numbers`' business: the constraint is for what comes.
    const repair = engine === "sqlite" ? [] : [`ALTER TABLE ${quote(table)} ADD ${check} NOT VALID`];
    return [{ what, problem, repair }];
  });
}

function plainType(type: string): string {
  return type
    .toLowerCase()
    .replace(/^varchar/, "character varying")
    .replace(/\(\d+\)$/, "")
    .replace(/^(bool|boolean)$/, "boolean")
    .trim();
}
