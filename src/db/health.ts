/** How a database is, for `doctor`: its file, what the engine says of it, its clock, its zones, and what was done last. */
import { accessSync, constants, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { sql } from "kysely";
import { type Instant, parseInstant } from "../domain/instant.ts";
import { quote } from "./ddl.ts";
import type { AppTable } from "./layout.ts";
import type { Database } from "./open.ts";

export interface FileHealth {
  bytes: number;
  /** Of the disk, for whoever runs this. */
  freeBytes: number;
  /** `wal`, `delete` … */
  journalMode: string;
  /** What cannot be written: the file, its folder. */
  readOnly: string[];
}

/** Null where the database is no file. */
export function readFileHealth({ file, sqlite }: Database): FileHealth | null {
  if (file === null || sqlite === null) return null;
  const { bavail, bsize } = statfsSync(dirname(file));
  return {
    bytes: statSync(file).size,
    freeBytes: bavail * bsize,
    journalMode: String(sqlite.pragma("journal_mode", { simple: true })),
    readOnly: [file, dirname(file)].filter((path) => !isWritable(path)),
  };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const MOST_DAMAGES = 5;

/** What SQLite finds wrong with the file's own structure, the first few; none on another engine. Reads all of it. */
export function findFileDamage({ sqlite }: Database): string[] {
  if (sqlite === null) return [];
  const rows = sqlite.pragma(`quick_check(${MOST_DAMAGES})`) as { quick_check: string }[];
  return rows.map((row) => row.quick_check).filter((text) => text !== "ok");
}

/** Rows that refer by a foreign key to what is not there, by tables, physical names. */
export interface Dangling {
  table: string;
  references: string;
  rows: number;
}

/** Empty on PostgreSQL, which lets no such row in. Reads all tables. */
export function countDangling({ sqlite }: Database): Dangling[] {
  if (sqlite === null) return [];
  const rows = sqlite
    .prepare(
      'select "table" as name, parent, count(*) as n from pragma_foreign_key_check group by 1, 2 order by 1, 2',
    )
    .all() as { name: string; parent: string; n: number }[];
  return rows.map(({ name, parent, n }) => ({ table: name, references: parent, rows: n }));
}

/** The server's clock; null where the database has no clock of its own. */
export async function readServerClock({ engine, db }: Database): Promise<Instant | null> {
  if (engine === "sqlite") return null;
  const { rows } = await sql<{ at: string }>`select clock_timestamp() at time zone 'UTC' as at`.execute(db);
  return parseInstant(`${rows[0]!.at}Z`);
}

const ZONE_COLUMNS = [
  ["user_profile", "timezone"],
  ["teacher_availability", "timezone"],
  ["live_class_session", "timezone_snapshot"],
] as const satisfies [AppTable, string][];

export interface StoredZone {
  table: AppTable;
  zone: string;
  rows: number;
}

/** The names of zones that rows have, with how many have each; empty ones are left out. Reads three tables. */
export async function listStoredZones({ layout, db }: Database): Promise<StoredZone[]> {
  const found: StoredZone[] = [];
  for (const [table, column] of ZONE_COLUMNS) {
    if (!layout.has(table, column)) continue;
    const { rows } = await sql
      .raw<{ zone: string; n: number }>(
        `select ${quote(column)} as zone, count(*) as n from ${quote(layout.name(table))} where ${quote(column)} <> '' group by ${quote(column)} order by 1`,
      )
      .execute(db);
    found.push(...rows.map(({ zone, n }) => ({ table, zone, rows: Number(n) })));
  }
  return found;
}

/** When it was last recorded, and by whom; null where it never was. */
export async function findLastEvent(
  { layout, db }: Database,
  subject: string,
  what: string,
): Promise<{ at: Instant; actor: string } | null> {
  if (!layout.has("booking_event")) return null;
  const row = await db
    .selectFrom("booking_event")
    .select(["at", "actor"])
    .where("subject", "=", subject)
    .where("what", "=", what)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
