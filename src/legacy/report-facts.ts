/** The facts of the cut-over report, and how they are collected: set-based, in one snapshot, without judging. */

import {
  countSeries,
  countUnified,
  findSplitSeries,
  groupOutcomes,
  type OutcomeGroup,
  type SplitPart,
} from "../db/legacy-report.ts";
import {
  type CorrectedCounters,
  countFilledColumns,
  type FilledColumn,
  findCorrectedCounters,
  findOverbooked,
  type OverbookedSessions,
} from "../db/legacy-report-sessions.ts";
import { listRuns, type RunRow } from "../db/legacy-run.ts";
import { countSource } from "../db/legacy-source.ts";
import { SOURCE_TABLES, type SourceTable } from "../db/legacy-tables.ts";
import type { Database } from "../db/open.ts";
import { reading } from "../db/reconcile.ts";
import type { Instant } from "../domain/instant.ts";
import { collectReasons, collectSkips, type ReasonFact, type SkipFact } from "./report-reasons.ts";
import type { VerifyResult } from "./verify.ts";

/** How many sessions, and how many split series, the report names. */
const MOST_SESSIONS = 40;
const MOST_SPLIT = 20;
const MOST_COUNTERS = 5;

/** What became of the rows of a legacy table. */
export interface Tally {
  /** Counted in the legacy table itself. */
  rows: number;
  /** Rows that are a booking now. */
  migrated: number;
  /** Rows that are a waitlist entry now. */
  waitlisted: number;
  /** Quarantined rows that wait for a decision. */
  open: number;
  /** Quarantined rows that somebody left out, with a reason. */
  skipped: number;
  /** Rows that no run has read yet. */
  not_read: number;
  /** Rows whose record names a booking, entry or issue that is not there. */
  lost: number;
  /** rows = migrated + waitlisted + open + skipped */
  adds_up: boolean;
}

export interface TableTally extends Tally {
  table: SourceTable;
}

export interface RunFact {
  id: number;
  /** running, done, rolled_back */
  status: string;
  started_at: Instant;
  finished_at: Instant | null;
  actor: string;
  read: number;
  migrated: number;
  waitlisted: number;
  quarantined: number;
  unchanged: number;
}

/** Bookings of one kind and the other. */
export interface KindCounts {
  group: number;
  one_on_one: number;
}

export interface SeriesFact {
  /** Series that the migration built, and the lessons in them. */
  series: number;
  lessons: number;
  by_status: Record<string, number>;
  /** Legacy series that became several, and the parts of the first few. */
  split: number;
  split_parts: SplitPart[];
}

export interface Facts {
  made_at: Instant;
  database: {
    name: string;
    address: string;
    engine: string;
    layout: string;
    app_label: string | null;
  };
  runs: RunFact[];
  total: Tally;
  tables: TableTally[];
  /** What the unified table holds, by where it comes from. */
  unified: {
    bookings: number;
    /** Those that a legacy row became, the legacy row being there still. */
    migrated: number;
    /** Those whose legacy row was deleted since. */
    orphaned: number;
    /** Those whose legacy row diverged since. */
    diverged: number;
    /** Those that no legacy row became: the app's own. */
    own: number;
  };
  by_status: ({ status: string } & KindCounts)[];
  reasons: ReasonFact[];
  skips: SkipFact[];
  /** By the UTC month in which a booking starts: `2026-03`, in order; months without bookings are left out. */
  months: ({ month: string } & KindCounts)[];
  overbooked: OverbookedSessions;
  series: SeriesFact;
  session_columns: FilledColumn[];
  seat_counters: CorrectedCounters;
  verification: VerifyResult;
}

/** Collects the facts. Writes nothing. */
export async function collectFacts(
  database: Database,
  options: { now: Instant; verify: VerifyResult },
): Promise<Facts> {
  return reading(database, async (db) => {
    const snapshot: Database = { ...database, db };
    const groups = new Map<SourceTable, OutcomeGroup[]>();
    const tables: TableTally[] = [];
    for (const table of SOURCE_TABLES) {
      groups.set(table, await groupOutcomes(snapshot, table));
      const rows = (await countSource(snapshot.layout, db, table)) ?? 0;
      tables.push({ table, ...tally(Number(rows), groups.get(table)!) });
    }
    const total = sumOf(tables);
    return {
      made_at: options.now,
      database: {
        name: database.name,
        address: database.address,
        engine: database.version,
        layout: database.layout.kind,
        app_label: database.layout.appLabel,
      },
      runs: (await listRuns(snapshot)).map(runFact),
      total,
      tables,
      unified: await unifiedFact(snapshot, total),
      by_status: byKind(groups, "status").map(([status, counts]) => ({ status, ...counts })),
      reasons: await collectReasons(snapshot),
      skips: await collectSkips(snapshot),
      months: byKind(groups, "month")
        .map(([month, counts]) => ({ month, ...counts }))
        .sort((a, b) => (a.month < b.month ? -1 : 1)),
      overbooked: await findOverbooked(snapshot, options.now, MOST_SESSIONS),
      series: await seriesFact(snapshot),
      session_columns: await countFilledColumns(snapshot),
      seat_counters: await findCorrectedCounters(snapshot, MOST_COUNTERS),
      verification: options.verify,
    };
  });
}

function tally(rows: number, groups: readonly OutcomeGroup[]): Tally {
  const counts = { migrated: 0, waitlisted: 0, open: 0, skipped: 0, not_read: 0, lost: 0 };
  for (const group of groups) counts[placeOf(group)] += Number(group.n);
  return {
    rows,
    ...counts,
    adds_up: rows === counts.migrated + counts.waitlisted + counts.open + counts.skipped,
  };
}

function placeOf({ outcome, there, issue_status }: OutcomeGroup): Exclude<keyof Tally, "rows" | "adds_up"> {
  if (outcome === null) return "not_read";
  if (outcome !== "quarantined") return Number(there) === 1 ? outcome : "lost";
  return issue_status === "open" || issue_status === "skipped" ? issue_status : "lost";
}

function sumOf(tables: readonly Tally[]): Tally {
  const sum = (key: Exclude<keyof Tally, "adds_up">) => tables.reduce((so, table) => so + table[key], 0);
  return {
    rows: sum("rows"),
    migrated: sum("migrated"),
    waitlisted: sum("waitlisted"),
    open: sum("open"),
    skipped: sum("skipped"),
    not_read: sum("not_read"),
    lost: sum("lost"),
    adds_up: tables.every((table) => table.adds_up),
  };
}

/** Migrated rows by a property of their bookings, the most frequent first. */
function byKind(
  groups: ReadonlyMap<SourceTable, readonly OutcomeGroup[]>,
  key: "status" | "month",
): [string, KindCounts][] {
  const counts = new Map<string, KindCounts>();
  for (const [table, rows] of groups) {
    for (const row of rows) {
      const name = row[key];
      if (row.outcome !== "migrated" || name === null) continue;
      const count = counts.get(name) ?? { group: 0, one_on_one: 0 };
      count[table === "booking" ? "group" : "one_on_one"] += Number(row.n);
      counts.set(name, count);
    }
  }
  return [...counts].sort(([, a], [, b]) => b.group + b.one_on_one - a.group - a.one_on_one);
}

async function unifiedFact(database: Database, total: Tally): Promise<Facts["unified"]> {
  const { total: bookings, migrated, diverged } = await countUnified(database);
  return {
    bookings,
    migrated: total.migrated,
    orphaned: migrated - total.migrated,
    diverged,
    own: bookings - migrated - diverged,
  };
}

async function seriesFact(database: Database): Promise<SeriesFact> {
  const counts = await countSeries(database);
  const split = await findSplitSeries(database, MOST_SPLIT);
  return {
    series: counts.reduce((sum, row) => sum + Number(row.series), 0),
    lessons: counts.reduce((sum, row) => sum + Number(row.lessons), 0),
    by_status: Object.fromEntries(counts.map((row) => [row.status, Number(row.series)])),
    split: split.count,
    split_parts: split.parts.map((part) => ({ ...part, lessons: Number(part.lessons) })),
  };
}

function runFact(run: RunRow): RunFact {
  const counts = JSON.parse(run.counts) as Partial<Record<keyof RunFact, number>>;
  return {
    id: run.id,
    status: run.status,
    started_at: run.started_at,
    finished_at: run.finished_at,
    actor: run.actor,
    read: counts.read ?? 0,
    migrated: counts.migrated ?? 0,
    waitlisted: counts.waitlisted ?? 0,
    quarantined: counts.quarantined ?? 0,
    unchanged: counts.unchanged ?? 0,
  };
}
