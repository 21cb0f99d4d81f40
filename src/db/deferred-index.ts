/**
 * Plain indexes taken off for a bulk load and built again after it: an index costs three times the load
 * itself when a million rows arrive one by one. Only where the table is empty, so that nobody reads it
 * yet; unique indexes stay, for they are rules. What was taken off stands in `setting` until it is back.
 */
import { sql } from "kysely";
import { quote } from "./ddl.ts";
import type { LogicalTable } from "./layout.ts";
import { readSetting, writeSetting } from "./legacy-run.ts";
import type { Database } from "./open.ts";
import type { Trx } from "./transaction.ts";

const SETTING = "deferred_indexes";

interface PlainIndex {
  name: string;
  /** The statement that builds it. */
  sql: string;
}

async function listPlainIndexes(database: Database, trx: Trx, table: LogicalTable): Promise<PlainIndex[]> {
  const name = database.layout.name(table);
  const query =
    database.engine === "sqlite"
      ? sql<PlainIndex>`select name, sql from sqlite_master where type = 'index' and tbl_name = ${name} and sql is not null and upper(sql) not like 'CREATE UNIQUE%' order by name`
      : sql<PlainIndex>`select i.relname as name, pg_get_indexdef(x.indexrelid) as sql from pg_index x
          join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid join pg_namespace n on n.oid = c.relnamespace
          where c.relname = ${name} and n.nspname = current_schema() and not x.indisunique order by i.relname`;
  return (await query.execute(trx)).rows;
}

async function isEmpty(trx: Trx, table: LogicalTable): Promise<boolean> {
  const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(trx);
  return rows.length === 0;
}

/** Takes off the plain indexes of those of the tables that are empty. Part of the caller's transaction. */
export async function deferIndexes(
  database: Database,
  trx: Trx,
  tables: readonly LogicalTable[],
): Promise<void> {
  const deferred: PlainIndex[] = [];
  for (const table of tables)
    if (await isEmpty(trx, table)) deferred.push(...(await listPlainIndexes(database, trx, table)));
  if (deferred.length === 0) return;
  for (const index of deferred) await sql.raw(`drop index ${quote(index.name)}`).execute(trx);
  await writeSetting(trx, SETTING, JSON.stringify(deferred));
}

/** Builds the next index that was taken off. False where none is left. */
export async function restoreNextIndex(database: Database, trx: Trx): Promise<boolean> {
  const waiting = JSON.parse((await readSetting(database, SETTING, trx)) ?? "[]") as PlainIndex[];
  const next = waiting.shift();
  if (next === undefined) return false;
  await withSmallSorter(database, () => sql.raw(next.sql).execute(trx));
  if (waiting.length > 0) await writeSetting(trx, SETTING, JSON.stringify(waiting));
  else await trx.deleteFrom("setting").where("name", "=", SETTING).execute();
  return true;
}

/** SQLite sorts an index in as much memory as its page cache may take, and that beside the cache. */
async function withSmallSorter<T>({ sqlite }: Database, build: () => Promise<T>): Promise<T> {
  if (sqlite === null) return build();
  const usual = sqlite.pragma("cache_size", { simple: true }) as number;
  sqlite.pragma("cache_size = -8192");
  try {
    return await build();
  } finally {
    sqlite.pragma(`cache_size = ${usual}`);
  }
}
