/**
 * Reads legacy rows of any generation with the facts that decide their outcome, by key and in pages:
 * a column or table that the database lacks reads as NULL (LEGACY 1).
 */
import { CompiledQuery, sql } from "kysely";
import { quote } from "./ddl.ts";
import type { Layout } from "./layout.ts";
import { type ReadShape, selectFacts } from "./legacy-facts.ts";
import { CONTESTED, LOSERS, LOST, NAMED } from "./legacy-scratch.ts";
import type { SourceTable } from "./legacy-tables.ts";
import type { Database, Db } from "./open.ts";
import { prepared } from "./sqlite.ts";
import { jsonSafe, readable, readableRow } from "./stored.ts";

/** What an earlier run recorded of a row; outcome null where none did. */
export interface Prior {
  prior_outcome: "migrated" | "waitlisted" | "quarantined" | null;
  prior_target_id: number | null;
  prior_created: number | null;
  prior_hash: string | null;
  /** open, skipped, resolved; null without an issue */
  issue_status: string | null;
  issue_code: string | null;
  /** The legacy row that wins over this one (LEGACY 2.7); null where none does. */
  loses_to: number | null;
  /** 1 where the booking or waitlist entry that the row had become is not there any more */
  prior_lost: number;
}

/** Which rows a read wants: those after a key, or those of a list. */
export type Wanted = { after: number; limit: number } | { ids: readonly number[] };

export class LegacySource {
  readonly table: SourceTable;
  readonly #database: Database;
  readonly #select: string;

  constructor(database: Database, table: SourceTable, shape: ReadShape) {
    this.table = table;
    this.#database = database;
    this.#select = selectFacts(database, table, shape);
  }

  /** @param unseenAfter the id after which no row may have an outcome yet, so that none is looked for; null = look for each */
  static async open(
    database: Database,
    db: Db,
    table: SourceTable,
    { given, unseenAfter }: { given: boolean; unseenAfter: number | null },
  ): Promise<LegacySource> {
    const any = async (text: string) => (await sql.raw(`${text} limit 1`).execute(db)).rows.length > 0;
    const seen =
      unseenAfter === null ||
      (database.layout.has("legacy_provenance") &&
        (await any(
          `select 1 from ${quote(database.layout.name("legacy_provenance"))} where source_table = '${table}' and source_id > ${Number(unseenAfter)}`,
        )));
    const named = await any(`select 1 from ${NAMED} where source_table = '${table}'`);
    const losers = await any(`select 1 from ${LOSERS} where source_table = '${table}'`);
    const lost = await any(`select 1 from ${LOST} where source_table = '${table}'`);
    return new LegacySource(database, table, { given, seen, named, losers, lost });
  }

  get exists(): boolean {
    return this.#database.layout.has(this.table);
  }

  /** Rows in key order, with their facts, as `F & Prior`. */
  async read<F>(db: Db, wanted: Wanted): Promise<(F & Prior)[]> {
    if (!this.exists) return [];
    if ("ids" in wanted) {
      if (wanted.ids.length === 0) return [];
      return this.#run<F>(
        db,
        `${this.#select} where b.id in (${wanted.ids.map(Number).join(",")}) order by b.id`,
        [],
      );
    }
    const { sqlite } = this.#database;
    if (sqlite !== null) {
      const statement = prepared(sqlite, `${this.#select} where b.id > ? order by b.id limit ?`).raw();
      const names = statement.columns().map((column) => column.name);
      const shape = Object.fromEntries(names.map((name) => [name, null]));
      return (statement.all(wanted.after, wanted.limit) as unknown[][]).map(
        (row) => asObject(names, shape, row) as F & Prior,
      );
    }
    return this.#run<F>(db, `${this.#select} where b.id > $1 order by b.id limit $2`, [
      wanted.after,
      wanted.limit,
    ]);
  }

  /** Rows that could collide with another by their key (LEGACY 2.7), group by group: `contest` numbers them, `rivals` names the group. */
  async readContested<F>(
    db: Db,
    wanted: { after: number; limit: number },
  ): Promise<(F & Prior & { contest: number; rivals: string })[]> {
    const [columns, joins] = this.#select.split("\nfrom ", 2);
    return this.#run(
      db,
      `${columns}, q.contest, q.rivals\nfrom ${CONTESTED} q join ${joins?.replace(" b\n", " b on b.id = q.id\n")} where q.contest > ${Number(wanted.after)} and q.contest <= ${Number(wanted.after) + Number(wanted.limit)} order by q.contest`,
      [],
    );
  }

  async #run<F>(db: Db, text: string, params: unknown[]): Promise<(F & Prior)[]> {
    const { rows } = await db.executeQuery<F & Prior>(CompiledQuery.raw(text, params));
    return rows.map(readableRow);
  }
}

/** The whole stored rows, by id, as JSON can keep them, for the record of an issue. Never larger than a batch. */
export async function readSourceRows(
  database: Database,
  db: Db,
  table: SourceTable,
  ids: readonly number[],
): Promise<Map<number, Record<string, unknown>>> {
  const found = new Map<number, Record<string, unknown>>();
  for (let at = 0; at < ids.length; at += 1000) {
    const part = ids
      .slice(at, at + 1000)
      .map(Number)
      .join(",");
    const text = `select * from ${quote(database.layout.name(table))} where id in (${part})`;
    const rows =
      database.sqlite === null
        ? (await sql.raw<Record<string, unknown>>(text).execute(db)).rows
        : (database.sqlite.prepare(text).safeIntegers().all() as Record<string, unknown>[]);
    for (const row of rows) {
      for (const column in row) row[column] = jsonSafe(row[column]);
      found.set(row.id as number, row);
    }
  }
  return found;
}

/** How many legacy rows a table has; null where the table is absent. */
export async function countSource(layout: Layout, db: Db, table: SourceTable): Promise<number | null> {
  if (!layout.has(table)) return null;
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db);
  return rows[0]!.n;
}

/**
 * A row of an array. The driver's own objects cost more than twice as much, over a million rows, and so does an object
 * that grows name by name: `shape` has them all from the start.
 */
function asObject(
  names: readonly string[],
  shape: Readonly<Record<string, unknown>>,
  row: readonly unknown[],
): Record<string, unknown> {
  const object = { ...shape };
  for (let at = 0; at < names.length; at += 1) object[names[at]!] = readable(row[at]);
  return object;
}
