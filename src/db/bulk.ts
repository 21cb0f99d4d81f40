/** Many rows at once: prepared statements on SQLite, COPY and unnest on PostgreSQL, inside the caller's transaction. */

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CompiledQuery, sql } from "kysely";
import { refused } from "../domain/error.ts";
import { quote } from "./ddl.ts";
import type { Column, Engine, LogicalTable } from "./layout.ts";
import type { Database } from "./open.ts";
import { prepared } from "./sqlite.ts";
import type { Trx } from "./transaction.ts";
import { PAUSE_SETTING } from "./triggers.ts";

export type Cell = string | number | boolean | null;

/** Columns of the table that are NOT NULL without a default and that the caller does not fill, each with the empty value of its type. */
export function requiredExtras(
  database: Pick<Database, "engine" | "layout">,
  table: LogicalTable,
  columns: readonly string[],
): [string, Cell][] {
  const found = database.layout.table(table);
  if (found === null) return [];
  return [...found.columns.values()]
    .filter((column) => column.notNull && !column.hasDefault && !columns.includes(column.name))
    .map((column) => [column.name, emptyValue(database.engine, column)]);
}

/** What stands in a column that the model does not know and that must not be NULL. */
export function emptyValue(engine: Engine, { type }: Column): Cell {
  if (/^bool/.test(type)) return engine === "sqlite" ? 0 : false;
  if (type.endsWith("[]") || type.startsWith("json")) return "{}";
  if (type === "uuid") return "00000000-0000-0000-0000-000000000000";
  if (type === "interval") return "0";
  if (/int|real|double|numeric|decimal/.test(type)) return 0;
  if (/date|timestamp/.test(type)) return "1970-01-01 00:00:00";
  if (/^time\b/.test(type)) return "00:00:00";
  return "";
}

/** Inserts rows given as arrays in the order of `columns`. Throws the engine's unique violation. */
export async function insertRows(
  database: Database,
  trx: Trx,
  table: LogicalTable,
  columns: readonly string[],
  rows: readonly Cell[][],
): Promise<void> {
  if (rows.length === 0) return;
  const extras = requiredExtras(database, table, columns);
  const names = [...columns, ...extras.map(([name]) => name)];
  const target = quote(database.layout.name(table));
  const list = names.map(quote).join(", ");
  const constants = extras.map(([, value]) => value);
  if (database.sqlite !== null) {
    const insert = prepared(
      database.sqlite,
      `insert into ${target} (${list}) values (${names.map(() => "?").join(", ")})`,
    );
    for (const row of rows) insert.run(constants.length === 0 ? row : [...row, ...constants]);
    return;
  }
  await trx.executeQuery(CompiledQuery.raw("select 1")); // The transaction's connection is open from here on.
  const { copyFrom } = await import("./copy.ts");
  const copy = database.pg()!.query(copyFrom(`copy ${target} (${list}) from stdin`)) as NodeJS.WritableStream;
  await pipeline(Readable.from(copyText(rows, constants)), copy);
}

const COPY_CHUNK = 65_536;

function* copyText(rows: readonly Cell[][], constants: readonly Cell[]): Generator<string> {
  const tail = constants.map((value) => `\t${copyCell(value)}`).join("");
  let chunk = "";
  for (const row of rows) {
    let line = copyCell(row[0]!);
    for (let i = 1; i < row.length; i += 1) line += `\t${copyCell(row[i]!)}`;
    chunk += `${line}${tail}\n`;
    if (chunk.length > COPY_CHUNK) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}

function copyCell(value: Cell): string {
  if (value === null) return "\\N";
  if (typeof value !== "string") return String(value);
  if (!/[\\\t\n\r]/.test(value)) return value;
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll("\t", "\\t")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
}

/** Updates rows by id: each row is `[id, value of columns[0], …]`. */
export async function updateRows(
  database: Database,
  trx: Trx,
  table: LogicalTable,
  columns: readonly string[],
  rows: readonly Cell[][],
): Promise<void> {
  if (rows.length === 0 || columns.length === 0) return;
  const target = quote(database.layout.name(table));
  if (database.sqlite !== null) {
    const update = prepared(
      database.sqlite,
      `update ${target} set ${columns.map((c) => `${quote(c)} = ?`).join(", ")} where id = ?`,
    );
    for (const [id, ...values] of rows) update.run([...values, id!]);
    return;
  }
  const types = columns.map((column) => database.layout.column(table, column)?.type ?? "text");
  const arrays = ["id", ...columns].map((_, i) =>
    rows.map((row) => (row[i] === null ? null : String(row[i]))),
  );
  const names = columns.map((_, i) => `v${i}`);
  const text = `update ${target} t set ${columns.map((c, i) => `${quote(c)} = x.v${i}::${types[i]}`).join(", ")}
    from unnest($1::bigint[], ${columns.map((_, i) => `$${i + 2}::text[]`).join(", ")}) as x(id, ${names.join(", ")}) where t.id = x.id`;
  await trx.executeQuery(CompiledQuery.raw(text, arrays));
}

/** SQLite: counters of ids that are no whole numbers become so again; earlier versions left them as REAL. */
export function wholeCounters({ sqlite }: Database): void {
  sqlite?.prepare("update sqlite_sequence set seq = cast(seq as integer) where typeof(seq) = 'real'").run();
}

/** Deletes rows by id. */
export async function deleteRows(
  trx: Trx,
  table: "live_class_booking" | "session_waitlist" | "booking_series" | "booking_series_item",
  ids: readonly number[],
): Promise<void> {
  for (let at = 0; at < ids.length; at += 1000) {
    await trx
      .deleteFrom(table)
      .where("id", "in", ids.slice(at, at + 1000))
      .execute();
  }
}

/** Keeps the triggers still for the rest of this transaction; the caller keeps the counters itself. */
export async function pauseTriggers(database: Database, trx: Trx): Promise<void> {
  if (database.engine === "sqlite") {
    await trx
      .insertInto("bulk_load")
      .values({ name: "paused" })
      .onConflict((c) => c.column("name").doNothing())
      .execute();
  } else {
    await sql.raw(`set local ${PAUSE_SETTING} to 'on'`).execute(trx);
  }
}

/** Lets the triggers run again: always before the transaction commits. */
export async function resumeTriggers(database: Database, trx: Trx): Promise<void> {
  if (database.engine === "sqlite") await trx.deleteFrom("bulk_load").execute();
  else await sql.raw(`set local ${PAUSE_SETTING} to 'off'`).execute(trx);
}

/** Ids that JavaScript would round must not be given. */
function requireRoom(name: string, last: number): void {
  if (last > Number.MAX_SAFE_INTEGER)
    throw refused(
      "ids_used_up",
      `the next ids of ${name} would lie beyond ${Number.MAX_SAFE_INTEGER}`,
      "nothing was written; move its highest row, or what counts its ids, to a lower number",
    );
}

/**
 * Takes a block of consecutive ids that nobody else will be given.
 *
 * @returns the first id of the block
 * @throws ClassbookError refused `ids_used_up`
 */
export async function reserveIds(
  database: Database,
  trx: Trx,
  table: LogicalTable,
  count: number,
): Promise<number> {
  const name = database.layout.name(table);
  const highest = await sql<{ id: number | null }>`select max(id) as id from ${sql.table(table)}`.execute(
    trx,
  );
  const above = Number(highest.rows[0]!.id ?? 0);
  if (database.sqlite !== null) {
    const row = prepared(database.sqlite, "select seq from sqlite_sequence where name = ?").get(name) as
      | { seq: number }
      | undefined;
    const first = Math.max(above, row?.seq ?? 0) + 1;
    const last = first + count - 1;
    requireRoom(name, last);
    if (row === undefined)
      prepared(database.sqlite, "insert into sqlite_sequence (name, seq) values (?, cast(? as integer))").run(
        name,
        last,
      );
    else
      prepared(database.sqlite, "update sqlite_sequence set seq = cast(? as integer) where name = ?").run(
        last,
        name,
      );
    return first;
  }
  const sequence = (
    await sql<{ s: string | null }>`select pg_get_serial_sequence(${quote(name)}, 'id') as s`.execute(trx)
  ).rows[0]!.s;
  if (sequence === null || count === 0) return above + 1;
  // nextval is not taken back with the transaction: a run that is killed here would go on with other ids. ALTER SEQUENCE
  // is, and whoever else wants an id waits until the end of this transaction.
  await sql.raw(`alter sequence ${sequence} increment by 1`).execute(trx);
  const { rows } = await sql
    .raw<{ last_value: number; is_called: boolean }>(`select last_value, is_called from ${sequence}`)
    .execute(trx);
  const first = Math.max(above + 1, Number(rows[0]!.last_value) + (rows[0]!.is_called ? 1 : 0));
  requireRoom(name, first + count - 1);
  await sql.raw(`alter sequence ${sequence} restart with ${first + count}`).execute(trx);
  return first;
}
