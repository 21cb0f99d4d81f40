/** The numbers of `legacy verify`: what the legacy tables hold, and what became of it. */
import { SOURCE_TABLES, type SourceTable } from "./legacy-tables.ts";
import type { Db } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import type { Names } from "./reconcile-names.ts";

export interface Numbers {
  /** Rows of the legacy tables; 0 where a table is absent. */
  read: Record<SourceTable, number>;
  /** Outcomes of rows that are still there. */
  outcomes: { source_table: SourceTable; outcome: string; n: number }[];
  /** Migrated rows by the status that their unified bookings have now. */
  byStatus: Record<string, number>;
  /** Quarantined rows by reason code. */
  byCode: Record<string, number>;
  openIssues: number;
}

export async function readCount(names: Names, db: Db, table: SourceTable): Promise<number> {
  if (!names.has(table)) return 0;
  const [row] = await runQuery<{ n: number }>(db, `select count(*) as n from ${names.table(table)}`);
  return Number(row!.n);
}

/** @param withOutcomes whether the tables that hold outcomes are there */
export async function readNumbers(names: Names, db: Db, withOutcomes: boolean): Promise<Numbers> {
  const numbers: Numbers = {
    read: { booking: 0, one_on_one_booking: 0 },
    outcomes: [],
    byStatus: {},
    byCode: {},
    openIssues: 0,
  };
  for (const table of SOURCE_TABLES) {
    numbers.read[table] = await readCount(names, db, table);
    if (!withOutcomes || !names.has(table)) continue;
    const from = `from ${names.table(table)} b ${names.joinProvenance(table)}`;
    const outcomes = await runQuery<{ outcome: string; n: number }>(
      db,
      `select p.outcome, count(*) as n ${from} group by p.outcome`,
    );
    numbers.outcomes.push(
      ...outcomes.map(({ outcome, n }) => ({ source_table: table, outcome, n: Number(n) })),
    );
    await addGroups(
      db,
      numbers.byStatus,
      `select u.status as k, count(*) as n ${from} join ${names.table("live_class_booking")} u on u.id = p.target_id where p.outcome = 'migrated' group by u.status order by u.status`,
    );
    await addGroups(
      db,
      numbers.byCode,
      `select i.code as k, count(*) as n ${from} join ${names.table("legacy_issue")} i on i.source_table = p.source_table and i.source_id = p.source_id where p.outcome = 'quarantined' group by i.code order by i.code`,
    );
  }
  if (names.has("legacy_issue")) {
    const [open] = await runQuery<{ n: number }>(
      db,
      `select count(*) as n from ${names.table("legacy_issue")} where status = 'open'`,
    );
    numbers.openIssues = Number(open!.n);
  }
  return numbers;
}

async function addGroups(db: Db, into: Record<string, number>, text: string): Promise<void> {
  for (const { k, n } of await runQuery<{ k: string; n: number }>(db, text))
    into[k] = (into[k] ?? 0) + Number(n);
}
