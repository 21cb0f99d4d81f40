/** The numbers of a run. Always read = migrated + waitlisted + quarantined + unchanged (CLI.md). */
import type { SourceTable } from "../db/legacy-tables.ts";
import type { Candidate } from "./derive.ts";
import type { Change } from "./plan.ts";

export interface TableCounts {
  read: number;
  migrated: number;
  waitlisted: number;
  quarantined: number;
  /** Rows whose outcome of an earlier run still stands, quarantined ones included. */
  unchanged: number;
}

export interface Counts extends TableCounts {
  /** Unified rows that were brought up to date with a changed legacy row; they count as migrated. */
  updated: number;
  /** Of the migrated rows, by unified status. */
  by_status: Record<string, number>;
  /** Of the quarantined rows, by reason code. */
  by_code: Record<string, number>;
  by_table: Record<SourceTable, TableCounts>;
}

function tableCounts(): TableCounts {
  return { read: 0, migrated: 0, waitlisted: 0, quarantined: 0, unchanged: 0 };
}

export function emptyCounts(): Counts {
  return {
    ...tableCounts(),
    updated: 0,
    by_status: {},
    by_code: {},
    by_table: { booking: tableCounts(), one_on_one_booking: tableCounts() },
  };
}

export function countCandidate(counts: Counts, table: SourceTable, candidate: Candidate): void {
  const { derived } = candidate;
  add(counts, table, derived.outcome);
  if (derived.outcome === "migrated")
    counts.by_status[derived.row.status] = (counts.by_status[derived.row.status] ?? 0) + 1;
  if (derived.outcome === "quarantined")
    counts.by_code[derived.issue.code] = (counts.by_code[derived.issue.code] ?? 0) + 1;
}

/** A row that had an outcome already, and gets another. */
export function countChange(counts: Counts, table: SourceTable, change: Change): void {
  countCandidate(counts, table, change.candidate);
  if (change.kind === "update" || change.kind === "requeue") counts.updated += 1;
}

export function countUnchanged(counts: Counts, table: SourceTable): void {
  add(counts, table, "unchanged");
}

function add(counts: Counts, table: SourceTable, outcome: keyof TableCounts): void {
  counts.read += 1;
  counts[outcome] += 1;
  counts.by_table[table].read += 1;
  counts.by_table[table][outcome] += 1;
}
