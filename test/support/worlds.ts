/** Legacy databases to begin with, and hands that write to them as the app or a person in psql would. */
import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import { type Cell, type Generation, type Row, tablesOf } from "../../fixtures/django-tables.ts";
import { loadWorld, loadWorldPostgres, type World } from "../../fixtures/edge-cases.ts";
import { type WriteGeneratedOptions, writePostgres, writeSqlite } from "../../fixtures/generate.ts";
import { APP_MODELS, type Engine } from "../../src/db/layout.ts";
import { type Scratch, scratch } from "./databases.ts";

/** A world written by hand, or what the generator is to make. */
export type Contents = World | WriteGeneratedOptions;

export async function fill(place: Scratch, contents: Contents): Promise<void> {
  const isWorld = "expect" in contents;
  if (place.file !== null) {
    const sqlite = new BetterSqlite3(place.file);
    if (isWorld) loadWorld(sqlite, contents);
    else writeSqlite(sqlite, contents);
    sqlite.close();
    return;
  }
  const client = new pg.Client(place.address);
  await client.connect();
  try {
    if (isWorld) await loadWorldPostgres(client, contents);
    else await writePostgres(client, contents);
  } finally {
    await client.end();
  }
}

/** A filled database for the time of the work. */
export async function withPlace<T>(
  engine: Engine,
  contents: Contents,
  work: (place: Scratch) => Promise<T>,
): Promise<T> {
  const place = await scratch(engine);
  try {
    await fill(place, contents);
    return await work(place);
  } finally {
    await place.remove();
  }
}

/** `{booking}` → the quoted table of an app under its usual label; `{classbook_lease}` and the like stay what they are. */
export function named(text: string): string {
  return text.replace(/\{(\w+)\}/g, (_, table: string) => {
    if (table === "app_user") return '"auth_user"';
    const model = APP_MODELS[table as keyof typeof APP_MODELS];
    return model === undefined ? `"${table}"` : `"myApp_${model}"`;
  });
}

/** Runs statements beside classbook, on a connection of their own, in one transaction. Tables by logical name in braces. */
export async function act(place: Scratch, ...statements: string[]): Promise<void> {
  const text = `begin; ${statements.map(named).join("; ")}; commit`;
  if (place.file !== null) {
    const sqlite = new BetterSqlite3(place.file, { timeout: 10_000 });
    try {
      sqlite.pragma("foreign_keys = OFF"); // As in the sqlite3 shell.
      sqlite.exec(text.replace(/^begin/, "begin immediate"));
    } finally {
      sqlite.close();
    }
    return;
  }
  const client = new pg.Client(place.address);
  await client.connect();
  try {
    await client.query("set time zone 'UTC'");
    await client.query(text);
  } finally {
    await client.end();
  }
}

function literal(cell: Cell): string {
  return typeof cell === "string" ? `'${cell.replaceAll("'", "''")}'` : String(cell);
}

/** The statement by which the app would insert a row; columns that it does not name get what fixtures give them. */
export function insertion(table: string, row: Row, generation: Generation = "D"): string {
  // Without an id the database gives one.
  const fields = tablesOf(generation)
    .get(table)!
    .fields.filter(({ name }) => name !== "id" || row.id !== undefined);
  const cells = fields.map(({ name, fallback }) => literal(row[name] === undefined ? fallback : row[name]));
  return `insert into {${table}} (${fields.map(({ name }) => `"${name}"`).join(", ")}) values (${cells.join(", ")})`;
}
