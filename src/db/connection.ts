/** What the two engines hand to `open`. */
import type BetterSqlite3 from "better-sqlite3";
import type { Kysely } from "kysely";
import type { Engine } from "./layout.ts";

/** PostgreSQL's raw connection, for COPY inside a Kysely transaction: there is one connection only. */
export interface PgConnection {
  query(stream: unknown): unknown;
}

/** An open connection before anything is known of its tables. */
export interface Opened {
  engine: Engine;
  // biome-ignore lint/suspicious/noExplicitAny: no tables are known yet
  bare: Kysely<any>;
  version: string;
  address: string;
  name: string;
  sqlite: BetterSqlite3.Database | null;
  pg: () => PgConnection | null;
  file: string | null;
  readOnly: boolean;
}
