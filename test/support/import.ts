/** Imports as the command runs them, sources of every kind with the same rows, and targets as comparable rows. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import BetterSqlite3 from "better-sqlite3";
import { sql } from "kysely";
import { type Generation, tablesOf } from "../../fixtures/django-tables.ts";
import type { WriteGeneratedOptions } from "../../fixtures/generate.ts";
import { APP_TABLES } from "../../src/db/layout.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { parseTimestamp } from "../../src/domain/instant.ts";
import { type ImportOptions, type ImportResult, importLegacy } from "../../src/legacy/import.ts";
import { NOW } from "./migration.ts";

/** A world that every engine can hold: no dangling references, no unreadable timestamps. */
export const SOUND = {
  group: 150,
  oneOnOne: 80,
  unified: 20,
  danglingReferences: false,
  unreadable: false,
} satisfies Partial<WriteGeneratedOptions>;

/** Opens a native target, made where it is new, and closes it after the work. */
export async function withTarget<T>(address: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(address, { create: true });
  try {
    database.sqlite?.pragma("synchronous = OFF"); // Nobody pulls the plug of a test.
    await migrateSchema(database, { now: NOW });
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Imports into an open database, quietly. */
export function importFrom(
  database: Database,
  from: string,
  options: Partial<ImportOptions> = {},
): Promise<ImportResult> {
  return importLegacy(database, { from, onProgress: () => {}, shouldStop: () => false, ...options });
}

export type Dump = Record<string, Record<string, unknown>[]>;

/** All rows of the app's tables, alike on both engines: booleans 0 or 1, timestamps canonical. */
export async function dumpTarget(
  database: Database,
  options: { milliseconds?: boolean } = {},
): Promise<Dump> {
  const dump: Dump = {};
  for (const table of APP_TABLES) {
    const { rows } = await sql<
      Record<string, unknown>
    >`select * from ${sql.table(table)} order by id`.execute(database.db);
    dump[table] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, alike(value, options)])),
    );
  }
  return dump;
}

function alike(value: unknown, options: { milliseconds?: boolean }): unknown {
  if (typeof value === "boolean") return Number(value);
  if (!options.milliseconds || typeof value !== "string" || parseTimestamp(value) === null) return value;
  return value
    .replace("T", " ")
    .replace(/Z$|\+00:00$/, "")
    .replace(/(\.\d{3})\d*$/, "$1")
    .replace(/\.000$/, "");
}

/** What happened to the rows, by table, as `read/inserted/updated/unchanged/skipped`. */
export function countsOf(result: ImportResult): Record<string, string> {
  return Object.fromEntries(
    result.tables.map((t) => [t.table, `${t.read}/${t.inserted}/${t.updated}/${t.unchanged}/${t.skipped}`]),
  );
}

/** Sums over the tables. */
export function totalsOf(result: ImportResult): Omit<ImportResult["tables"][number], "table"> {
  const totals = { read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0 };
  for (const table of result.tables)
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += table[key];
  return totals;
}

export interface DumpdataOptions {
  generation: Generation;
  appLabel?: string;
  /** Puts the records into an order of their own. */
  shuffled?: boolean;
}

export interface DjangoRecord {
  model: string;
  pk: unknown;
  fields: Record<string, unknown>;
}

/** The records that `manage.py dumpdata` would write for a Django-layout SQLite file. */
export function dumpdataOf(file: string, options: DumpdataOptions): DjangoRecord[] {
  const sqlite = new BetterSqlite3(file, { readonly: true });
  const label = options.appLabel ?? "myApp";
  const records: DjangoRecord[] = [{ model: "sessions.session", pk: "x", fields: { session_data: "" } }];
  for (const table of tablesOf(options.generation).values()) {
    const name = table.logical === "app_user" ? "auth_user" : `${label}_${table.model}`;
    const model = table.logical === "app_user" ? "auth.user" : `${label}.${table.model}`;
    if (sqlite.prepare("select 1 from sqlite_master where name = ?").get(name) === undefined) continue;
    for (const row of sqlite.prepare(`select * from "${name}"`).all() as Record<string, unknown>[]) {
      const fields: Record<string, unknown> = {};
      for (const field of table.fields) {
        if (field.name === "id") continue;
        const key = field.type === "reference" ? field.name.replace(/_id$/, "") : field.name;
        fields[key] = jsonValue(field.type, row[field.name]);
      }
      if (table.logical === "app_user") Object.assign(fields, { groups: [], user_permissions: [1, 2] });
      records.push({ model, pk: row.id, fields });
    }
  }
  sqlite.close();
  if (options.shuffled) records.sort((a, b) => rank(a) - rank(b));
  return records;
}

/** An order that has nothing to do with the records', but is the same every time. */
function rank({ model, pk }: DjangoRecord): number {
  let hash = 7;
  for (const char of `${pk} ${model}`) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return hash;
}

/** DjangoJSONEncoder: booleans as such, UUIDs with dashes, instants with T and Z, cut to milliseconds. */
function jsonValue(type: string, value: unknown): unknown {
  if (value === null) return null;
  if (type === "bool") return Boolean(value);
  if (type === "uuid") return String(value).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  if (type !== "timestamp") return value;
  const text = String(value)
    .replace(" ", "T")
    .replace(/Z$|\+00:00$/, "");
  return `${text.slice(0, 23)}Z`;
}

/** Writes a file beside another one; returns its path. */
export function writeBeside(file: string, name: string, content: string | Buffer): string {
  const path = join(file, "..", name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(content) : content);
  return path;
}
