/** Keys that are to be unique: whether the database holds one, and which rows share one (SPEC 2, LEGACY 2.7). */
import { quote, type UniqueNeed } from "./ddl.ts";
import { INVALID, shapeOfIndex } from "./index-shape.ts";
import { instantText, isOddInstant } from "./instant-text.ts";
import type { Database, Db } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import type { Trx } from "./transaction.ts";

/** What stands under the name of a key's index. */
export interface KeyIndex {
  /** True where it keeps duplicates out: unique, of these columns and rows, and finished. */
  holds: boolean;
  /** As the database has it. */
  definition: string;
  /** The statement that takes it away; null where it hangs on another table. */
  drop: string | null;
}

interface StoredIndex {
  table_name: string;
  definition: string;
  constraint_name: string | null;
}

/** As the connection sees it now, not as it was when the database was opened. Null where there is none. */
export async function findKeyIndex(
  { engine, layout }: Pick<Database, "engine" | "layout">,
  db: Db,
  need: UniqueNeed,
): Promise<KeyIndex | null> {
  const name = `'${need.index}'`;
  const [is] = await runQuery<StoredIndex>(
    db,
    engine === "sqlite"
      ? `select tbl_name as table_name, sql as definition, null as constraint_name from sqlite_master where type = 'index' and name = ${name}`
      : `select c.relname as table_name, case when x.indisvalid and x.indisready then '' else '${INVALID}' end || pg_get_indexdef(x.indexrelid) as definition,
           (select k.conname from pg_constraint k where k.conindid = x.indexrelid and k.conrelid = x.indrelid limit 1) as constraint_name
         from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = current_schema() and i.relname = ${name}`,
  );
  if (is === undefined) return null;
  const table = layout.name(need.table);
  const isHere = is.table_name.toLowerCase() === table.toLowerCase();
  const wanted = `CREATE UNIQUE INDEX x ON ${quote(table)} (${need.columns.join(", ")}) WHERE ${conditionOf(need)}`;
  const drop =
    is.constraint_name === null
      ? `DROP INDEX ${quote(need.index)}`
      : `ALTER TABLE ${quote(is.table_name)} DROP CONSTRAINT ${quote(is.constraint_name)}`;
  return {
    holds: isHere && shapeOfIndex(is.definition) === shapeOfIndex(wanted),
    definition: is.definition,
    drop: isHere ? drop : null,
  };
}

/** Takes away what stands under a key's name and is another, so that the schema's own repair can make it. */
export async function dropOtherIndex(database: Database, trx: Trx, need: UniqueNeed): Promise<void> {
  const is = await findKeyIndex(database, trx, need);
  if (is !== null && !is.holds && is.drop !== null) await runQuery(trx, is.drop);
}

function conditionOf({ where }: UniqueNeed): string {
  return where.is === null ? `${quote(where.column)} is null` : `${quote(where.column)} = '${where.is}'`;
}

/** Columns of keys that are instants: SQLite keeps the same one in several spellings. */
const INSTANTS: ReadonlySet<string> = new Set(["start_at_utc"]);

/** Words of SQL for the rows of a key. */
export interface KeyRows {
  /** `from` and `where`: rows that have a whole key, for NULL equals nothing. */
  from: string;
  /** What is equal in rows that share the key, joined by commas. */
  key: string;
}

/**
 * @param by `text`: as a unique index compares; `instant`: as people do
 * @param isHeld whether the index holds the key: only another spelling makes a duplicate then
 * @returns null where there can be none
 */
export function keyRows(
  { engine, layout }: Pick<Database, "engine" | "layout">,
  need: UniqueNeed,
  { by, isHeld }: { by: "text" | "instant"; isHeld: boolean },
): KeyRows | null {
  const isSpelt = (column: string) => by === "instant" && engine === "sqlite" && INSTANTS.has(column);
  const spelt = need.columns.filter(isSpelt).map(quote);
  if (isHeld && spelt.length === 0) return null;
  const table = quote(layout.name(need.table));
  const key = need.columns.map((column) =>
    isSpelt(column) ? `coalesce(${instantText(engine, quote(column))}, ${quote(column)})` : quote(column),
  );
  const whole = need.columns.map((column) => `${quote(column)} is not null`);
  const rows = `from ${table} where ${[conditionOf(need), ...whole].join(" and ")}`;
  // Those that are in another spelling, and what may have their key.
  const others = need.columns
    .filter((column) => !isSpelt(column))
    .map(quote)
    .join(", ");
  const near = `and (${others}) in (select ${others} ${rows} and (${spelt.map(isOddInstant).join(" or ")}))`;
  return { from: isHeld ? `${rows} ${near}` : rows, key: key.join(", ") };
}

/** Another booking with the key that one would have at a start: the lowest id; null where there is none. */
export async function findTwin(
  { engine, layout }: Pick<Database, "engine" | "layout">,
  db: Db,
  { id, start }: { id: number; start: string },
): Promise<number | null> {
  const table = quote(layout.name("live_class_booking"));
  const place = (alias: string) =>
    `case ${alias}.booking_type when 'group_session' then ${alias}.session_id when 'one_on_one' then ${alias}.teacher_id end`;
  const at = `coalesce(${instantText(engine, "o.start_at_utc")}, o.start_at_utc)`;
  const [twin] = await runQuery<{ id: number }>(
    db,
    `select o.id from ${table} b join ${table} o on o.student_user_id = b.student_user_id and o.booking_type = b.booking_type
       and ${place("o")} = ${place("b")} and o.id <> b.id
     where b.id = ${Number(id)} and ${at} = '${start}' order by o.id limit 1`,
  );
  return twin === undefined ? null : Number(twin.id);
}
