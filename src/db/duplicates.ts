/** Rows in the way of a unique index that a schema migration is to build. */
import { sql } from "kysely";
import type { UniqueNeed } from "./ddl.ts";
import type { Database } from "./open.ts";

export interface Duplicate {
  index: string;
  /** How many rows share a key with another. */
  rows: number;
  /** Ids of the rows of the first few keys. */
  examples: string[];
  /** The words after `classbook` of the command that resolves them. */
  remedy: string;
}

/** Rows that share a key which a pending migration needs unique. */
export async function findDuplicates(database: Database, needs: readonly UniqueNeed[]): Promise<Duplicate[]> {
  const found: Duplicate[] = [];
  for (const need of needs) {
    if (!database.layout.has(need.table) || database.layout.table(need.table)!.indexes.has(need.index))
      continue;
    // A table without the columns has no such rows; what it lacks is told elsewhere.
    if ([need.where.column, ...need.columns].some((column) => !database.layout.has(need.table, column)))
      continue;
    const keys = sql.join(need.columns.map((column) => sql.ref(column)));
    const condition =
      need.where.is === null
        ? sql`${sql.ref(need.where.column)} is null`
        : sql`${sql.ref(need.where.column)} = ${need.where.is}`;
    const notNull = sql.join(
      need.columns.map((column) => sql`${sql.ref(column)} is not null`),
      sql` and `,
    );
    const groups = sql`select ${keys}, count(*) as n, min(id) as lowest, max(id) as highest from ${sql.table(need.table)} where ${condition} and ${notNull} group by ${keys} having count(*) > 1`;
    const totals = await sql<{ n: number | null }>`select sum(n) as n from (${groups}) g`.execute(
      database.db,
    );
    const count = Number(totals.rows[0]?.n ?? 0);
    if (count === 0) continue;
    const examples = await sql<{
      lowest: number;
      highest: number;
      n: number;
    }>`${groups} order by lowest limit 5`.execute(database.db);
    found.push({
      index: need.index,
      rows: count,
      examples: examples.rows.map((row) =>
        row.n > 2 ? `${row.lowest} … ${row.highest} (${row.n} rows)` : `${row.lowest} and ${row.highest}`,
      ),
      remedy: need.remedy,
    });
  }
  return found;
}
