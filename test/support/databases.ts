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

/** @param template the PostgreSQL database to start from; without one it is empty */
export async function scratch(engine: Engine, template = "template1"): Promise<Scratch> {
  return engine === "sqlite" ? scratchSqlite() : scratchPostgres(template);
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

async function administer(statement: string): Promise<void> {
  const client = new pg.Client(`${server()}/postgres`);
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function scratchPostgres(template: string): Promise<Scratch> {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name} template ${template} strategy file_copy`); // Three times as fast as by the log.
  return {
    engine: "postgres",
    address: `${server()}/${name}`,
    file: null,
    remove: () => administer(`drop database if exists ${name} with (force)`),
  };
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
  const client = new pg.Client(database.address);
  await client.connect();
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
