/** Databases for tests: SQLite files in a temporary folder, PostgreSQL databases on the run's own server. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import type { Engine } from "../../src/db/layout.ts";

/** A database that a test may fill and then open by its address. */
export interface Scratch {
  engine: Engine;
  address: string;
  /** The SQLite file; null on PostgreSQL. */
  file: string | null;
  remove(): Promise<void>;
}

export const ENGINES: readonly Engine[] = ["sqlite", "postgres"];

/** An empty database. */
export async function scratch(engine: Engine): Promise<Scratch> {
  return engine === "sqlite" ? scratchSqlite() : scratchPostgres();
}

function scratchSqlite(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), "classbook-"));
  const file = join(folder, "school.sqlite3");
  return {
    engine: "sqlite",
    address: file,
    file,
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

function server(): string {
  const base = process.env.CLASSBOOK_TEST_PG;
  if (base === undefined)
    throw new Error("the test run's PostgreSQL server is not there (test/support/postgres-server.ts)");
  return base;
}

let administrator: Promise<pg.Client> | null = null;

async function administer(statement: string, params: unknown[] = []): Promise<Record<string, unknown>[]> {
  administrator ??= connect(`${server()}/postgres`);
  return (await (await administrator).query(statement, params)).rows;
}

async function connect(address: string): Promise<pg.Client> {
  const client = new pg.Client(address);
  await client.connect();
  return client;
}

/** After so many tests the catalogs are full of what once was. */
const MOST_USES = 25;

/** To make a database is dear, to empty one is not: the tests of a run hand theirs on (test/support/postgres-server.ts). */
async function scratchPostgres(): Promise<Scratch> {
  const [free] = await administer(
    "delete from free where name = (select name from free limit 1 for update skip locked) returning name, uses",
  );
  const { name, uses } = (free ?? { name: `t_${randomUUID().replaceAll("-", "")}`, uses: 0 }) as {
    name: string;
    uses: number;
  };
  if (free === undefined) await administer(`create database ${name} strategy file_copy`);
  const address = `${server()}/${name}`;
  let removed = false;
  return {
    engine: "postgres",
    address,
    file: null,
    remove: async () => {
      if (removed) return;
      removed = true;
      if (uses < MOST_USES && (await makeEmpty(address)))
        await administer("insert into free values ($1, $2)", [name, uses + 1]);
      else await administer(`drop database if exists ${name} with (force)`);
    },
  };
}

/** Ends who is still connected. Settings and rights of the database itself come off with the database only. */
async function makeEmpty(address: string): Promise<boolean> {
  const [like] = await administer(
    `select datacl is null and datconnlimit = -1 and not exists (select 1 from pg_db_role_setting s where s.setdatabase = d.oid) as new
     from pg_database d where datname = $1`,
    [new URL(address).pathname.slice(1)],
  );
  if (like?.new !== true) return false;
  const client = await connect(address);
  try {
    await endOthers(client);
    const { rows } = await client.query(
      "select quote_ident(nspname) as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
    );
    await client.query(
      `begin; set local client_min_messages to error; ${rows.map(({ name }) => `drop schema ${name} cascade;`).join(" ")}
       create schema public authorization pg_database_owner; grant usage on schema public to public; commit;
       select pg_stat_reset()`,
    );
    return true;
  } finally {
    await client.end();
  }
}

/** Ends all other connections to the database, and waits until they are gone. */
export async function endOthers(client: pg.Client): Promise<void> {
  await client.query(
    "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
}

/** Runs SQL beside classbook, as the app or a hand would, and gives the rows. */
export async function query(
  database: Scratch,
  text: string,
  params: (string | number | null)[] = [],
): Promise<Record<string, unknown>[]> {
  if (database.file !== null) {
    const sqlite = new BetterSqlite3(database.file);
    try {
      const statement = sqlite.prepare(text);
      if (statement.reader) return statement.all(...params) as Record<string, unknown>[];
      statement.run(...params);
      return [];
    } finally {
      sqlite.close();
    }
  }
  const client = await connect(database.address);
  try {
    const { rows } = await client.query(
      text.split("?").reduce((all, part, at) => `${all}$${at}${part}`),
      params,
    );
    return rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}
