/** A fault that a hand plants in the bookable school. */
import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import type { CheckCode } from "../../src/db/checks.ts";
import type { Engine, LayoutKind, LogicalTable } from "../../src/db/layout.ts";
import type { Bookable } from "./bookable.ts";

/** Statements beside classbook that neither triggers nor references keep from anything. Tables by logical name in braces. */
export async function byHand({ place, database }: Bookable, ...statements: string[]): Promise<void> {
  const text = statements
    .join("; ")
    .replace(/\{(\w+)\}/g, (_, table) => `"${database.layout.name(table as LogicalTable)}"`);
  if (place.file !== null) {
    const sqlite = new BetterSqlite3(place.file);
    const pause = `"${database.layout.name("bulk_load")}"`;
    try {
      sqlite.pragma("foreign_keys = OFF");
      sqlite.exec(`begin; insert into ${pause} values ('paused'); ${text}; delete from ${pause}; commit`);
    } finally {
      sqlite.close();
    }
  } else {
    const client = new pg.Client(place.address);
    await client.connect();
    try {
      await client.query(
        `begin; set time zone 'UTC'; set local session_replication_role = replica; ${text}; commit`,
      );
    } finally {
      await client.end();
    }
  }
  if (/\b(drop|create|alter)\b/.test(text)) await database.refresh();
}

export interface Fault {
  check: CheckCode;
  what: string;
  plant: (school: Bookable) => Promise<unknown>;
  /** The findings, by key. */
  found: string[];
  /** What people have to decide: it stays. */
  stays?: string[];
  only?: Engine;
  /** The tables of the other would not take it. */
  layout?: LayoutKind;
  /** The schema is not what it was: no other test can have this database. */
  inSchema?: boolean;
  /** What else is wrong afterwards, and is another check's. */
  leaves?: CheckCode[];
}
