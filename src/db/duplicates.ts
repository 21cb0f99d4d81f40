/** Rows that share a key which is to be unique: in the way of its index, or there beside it. */
import type { UniqueNeed } from "./ddl.ts";
import type { Database } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import { findKeyIndex, keyRows } from "./unique-key.ts";

export interface Duplicate {
  index: string;
  /** How many rows share a key with another. */
  rows: number;
  /** Ids of the rows of the first few keys. */
  examples: string[];
  /** The words after `classbook` of the command that resolves them. */
  remedy: string;
}

/** Rows that share a key, of the keys that are still to be made. */
export async function findInTheWay(database: Database, needs: readonly UniqueNeed[]): Promise<Duplicate[]> {
  const { layout } = database;
  return findDuplicates(
    database,
    needs.filter(({ table, index }) => layout.table(table)?.indexes.has(index) === false),
    "text",
  );
}

/** @param by `text`: as the index would compare; `instant`: the same time in another spelling, too */
export async function findDuplicates(
  database: Database,
  needs: readonly UniqueNeed[],
  by: "text" | "instant",
): Promise<Duplicate[]> {
  const { layout, db } = database;
  const found: Duplicate[] = [];
  for (const need of needs) {
    // A table without the columns has no such rows; what it lacks is told elsewhere.
    if ([need.where.column, ...need.columns].some((column) => !layout.has(need.table, column))) continue;
    const isHeld = (await findKeyIndex(database, db, need))?.holds === true;
    const rows = keyRows(database, need, { by, isHeld });
    if (rows === null) continue;
    const groups = `select count(*) as n, min(id) as lowest, max(id) as highest ${rows.from} group by ${rows.key} having count(*) > 1`;
    const [total] = await runQuery<{ n: number | null }>(db, `select sum(n) as n from (${groups}) g`);
    const count = Number(total?.n ?? 0);
    if (count === 0) continue;
    const examples = await runQuery<{ lowest: number; highest: number; n: number }>(
      db,
      `select * from (${groups}) g order by lowest limit 5`,
    );
    found.push({
      index: need.index,
      rows: count,
      examples: examples.map(({ lowest, highest, n }) =>
        n > 2 ? `${lowest} … ${highest} (${n} rows)` : `${lowest} and ${highest}`,
      ),
      remedy: need.remedy,
    });
  }
  return found;
}
