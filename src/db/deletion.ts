/** Rows that are deleted: all that they say, what refers to them, and that they are gone. */
import { sql } from "kysely";
import type { LogicalTable } from "./layout.ts";
import type { Database, Db } from "./open.ts";
import { jsonSafe } from "./stored.ts";
import type { Trx } from "./transaction.ts";

/** The row as the table has it, for the record: columns that the model does not know included. Null where there is none. */
export async function readWholeRow(
  db: Db,
  table: LogicalTable,
  id: number,
): Promise<Record<string, unknown> | null> {
  const { rows } = await sql<Record<string, unknown>>`
    select * from ${sql.table(table)} where id = ${id}`.execute(db);
  const [row] = rows;
  return row === undefined
    ? null
    : Object.fromEntries(Object.entries(row).map(([column, value]) => [column, jsonSafe(value)]));
}

export async function removeRow(trx: Trx, table: LogicalTable, id: number): Promise<void> {
  await sql`delete from ${sql.table(table)} where id = ${id}`.execute(trx);
}

/** Rows of another table that name a row. */
export interface Referring {
  /** As the database calls it. */
  table: string;
  rows: number;
}

/**
 * What refers to a row by a foreign key, the app's tables that classbook does not know included.
 *
 * @param apart tables that go with the row
 */
export async function listReferring(
  { layout }: Pick<Database, "layout">,
  db: Db,
  { table, id, apart }: { table: LogicalTable; id: number; apart: readonly LogicalTable[] },
): Promise<Referring[]> {
  const named = layout.name(table).toLowerCase();
  const known = new Set(apart.map((one) => layout.name(one)));
  const found: Referring[] = [];
  for (const { name, foreignKeys, isView } of layout.catalog.values()) {
    if (isView || known.has(name)) continue;
    for (const { column } of foreignKeys.filter(({ references }) => references.toLowerCase() === named)) {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from ${sql.table(name)} where ${sql.ref(column)} = ${id}`.execute(db);
      if (Number(rows[0]!.n) > 0) found.push({ table: name, rows: Number(rows[0]!.n) });
    }
  }
  return found;
}

/** As {@link listReferring}, of many rows at once: those that are named, by id. */
export async function listReferringTo(
  { layout }: Pick<Database, "layout">,
  db: Db,
  { table, ids, apart }: { table: LogicalTable; ids: readonly number[]; apart: readonly LogicalTable[] },
): Promise<Map<number, Referring[]>> {
  const named = layout.name(table).toLowerCase();
  const known = new Set(apart.map((one) => layout.name(one)));
  const found = new Map<number, Referring[]>();
  for (const { name, foreignKeys, isView } of layout.catalog.values()) {
    if (isView || known.has(name)) continue;
    for (const { column } of foreignKeys.filter(({ references }) => references.toLowerCase() === named))
      for (let at = 0; at < ids.length; at += 1000) {
        const { rows } = await sql<{ id: number; n: number }>`
          select ${sql.ref(column)} as id, count(*) as n from ${sql.table(name)}
          where ${sql.ref(column)} in (${sql.join(ids.slice(at, at + 1000))}) group by ${sql.ref(column)}`.execute(
          db,
        );
        for (const { id, n } of rows)
          found.set(Number(id), [...(found.get(Number(id)) ?? []), { table: name, rows: Number(n) }]);
      }
  }
  return found;
}

/** How many legacy rows became a row of a table. */
export async function countLegacyOf(
  { layout }: Pick<Database, "layout">,
  db: Db,
  { outcome, id }: { outcome: "migrated" | "waitlisted"; id: number },
): Promise<number> {
  if (!layout.has("legacy_provenance")) return 0;
  const rows = await db
    .selectFrom("legacy_provenance")
    .select("source_id")
    .where("outcome", "=", outcome)
    .where("target_id", "=", id)
    .execute();
  return rows.length;
}

/** How many legacy bookings are, or were, of a session: by any column that names it. */
export async function countLegacyBookings(
  { layout }: Pick<Database, "layout">,
  db: Db,
  session: number,
): Promise<number> {
  const columns = ["session_id", "original_session_id"].filter((column) => layout.has("booking", column));
  if (columns.length === 0) return 0;
  const tests = columns.map((column) => sql<boolean>`${sql.ref(column)} = ${session}`);
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from ${sql.table("booking")} where ${sql.join(tests, sql` or `)}`.execute(db);
  return Number(rows[0]!.n);
}

/** The ids of the rows that name another by a column, in their order. */
export async function listIdsOf(
  { layout }: Pick<Database, "layout">,
  db: Db,
  { table, column, id }: { table: LogicalTable; column: string; id: number },
): Promise<number[]> {
  if (!layout.has(table, column)) return [];
  const { rows } = await sql<{ id: number }>`
    select id from ${sql.table(table)} where ${sql.ref(column)} = ${id} order by id`.execute(db);
  return rows.map((row) => row.id);
}
