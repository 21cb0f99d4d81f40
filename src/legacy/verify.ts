/**
 * `legacy verify` (LEGACY 3): source against target, without trusting the code that wrote the target. First
 * set-based checks in SQL, then every legacy row is derived again by a second implementation of the rules
 * (rederive.ts). Reads only; memory is flat.
 */
import { requireExactIds } from "../db/legacy-ids.ts";
import { SOURCE_TABLES, type SourceTable } from "../db/legacy-tables.ts";
import type { Database, Db } from "../db/open.ts";
import {
  hasOutcomes,
  keyChecks,
  outcomeChecks,
  reading,
  readNames,
  runSetCheck,
  type SetCheck,
  sessionChecks,
} from "../db/reconcile.ts";
import { type Numbers, readNumbers } from "../db/reconcile-counts.ts";
import type { Names } from "../db/reconcile-names.ts";
import { seriesChecks } from "../db/reconcile-series.ts";
import { compareSums, type Dimension } from "../db/reconcile-sums.ts";
import type { TableCounts } from "./counts.ts";
import { type CheckResult, type Finding, Findings, type Kind } from "./verify-findings.ts";
import { openRowChecks, verifyRows } from "./verify-rows.ts";
import { verifySessions } from "./verify-sessions.ts";

export type { CheckResult, Finding } from "./verify-findings.ts";

export interface VerifyOptions {
  /** The zone of legacy timestamps that name none. */
  sourceTimezone: string;
  /** Legacy rows derived again, and in all. */
  onProgress: (progress: { done: number; total: number }) => void;
  /** Asked between checks and pages: true ends the work; the result then has the finding `stopped`. */
  shouldStop?: () => boolean;
}

export interface VerifyResult {
  /** Rows of the legacy tables. read = migrated + waitlisted + quarantined where every row has an outcome. */
  read: number;
  migrated: number;
  waitlisted: number;
  quarantined: number;
  /** Always 0. */
  unchanged: number;
  /** Migrated rows by the status that their unified bookings have now. */
  by_status: Record<string, number>;
  /** Quarantined rows by reason code. */
  by_code: Record<string, number>;
  by_table: Record<SourceTable, TableCounts>;
  open_issues: number;
  /** True where no finding is an error. */
  ok: boolean;
  /** Every check that ran, in order. */
  checks: CheckResult[];
  findings: Finding[];
}

export async function verifyLegacy(database: Database, options: VerifyOptions): Promise<VerifyResult> {
  await requireExactIds(database);
  const findings = new Findings();
  const numbers = await reading(database, async (db) => {
    const names = await readNames(database, db);
    const withOutcomes = hasOutcomes(database);
    const counted = await readNumbers(names, db, withOutcomes);
    const total = counted.read.booking + counted.read.one_on_one_booking;
    options.onProgress({ done: 0, total });
    if (withOutcomes) await verifyAll(names, db, findings, options, total);
    else if (total > 0) findings.record(NOTHING_YET, { count: total, examples: [] });
    return counted;
  });
  return { ...resultOf(numbers), ok: findings.ok, checks: findings.checks, findings: findings.findings };
}

const NOTHING_YET = {
  check: "one_outcome",
  what: "every legacy row has exactly one outcome: this database has no table of outcomes yet",
  severity: "error",
} as const;

async function verifyAll(
  names: Names,
  db: Db,
  findings: Findings,
  options: VerifyOptions,
  total: number,
): Promise<void> {
  let stopped = false;
  const shouldStop = () => {
    stopped ||= options.shouldStop?.() ?? false;
    return stopped;
  };
  const run = async (checks: SetCheck[]) => {
    for (const check of checks) {
      if (shouldStop()) return;
      findings.record(kindOf(check), await runSetCheck(db, check));
      await new Promise((resume) => setImmediate(resume)); // Signals and timers get their turn.
    }
  };
  await run([...outcomeChecks(names), ...keyChecks(names)]);
  if (!shouldStop()) {
    for (const [dimension, found] of await compareSums(names, db, options.sourceTimezone))
      findings.record({ check: `sums_by_${dimension}`, what: SUMS[dimension], severity: "error" }, found);
  }
  await run([...sessionChecks(names), ...(await seriesChecks(names, db))]);
  await verifySessions(names, db, findings, { sourceTimezone: options.sourceTimezone, shouldStop });
  if (shouldStop()) findings.abandon();
  findings.close();
  openRowChecks(findings);
  let done = 0;
  for (const table of SOURCE_TABLES) {
    await verifyRows(names, db, table, findings, {
      sourceTimezone: options.sourceTimezone,
      shouldStop,
      onRead: (rows) => {
        done += rows;
        options.onProgress({ done, total: Math.max(done, total) });
      },
    });
  }
  if (!stopped) return;
  findings.abandon();
  findings.record(
    { check: "stopped", what: "the verification ran to its end", severity: "error" },
    { count: 1, examples: [`it was stopped after ${done} of ${total} rows`] },
  );
}

function kindOf({ check, what, severity, remedy }: SetCheck): Kind {
  return { check, what, severity, ...(remedy === undefined ? {} : { remedy }) };
}

const SUMS: Record<Dimension, string> = {
  session: "bookings and seats by session are those of the legacy rows",
  teacher: "bookings and seats by teacher are those of the legacy rows",
  status: "bookings and seats by status are those of the legacy rows",
  month: "bookings and seats by month of booking are those of the legacy rows",
};

function resultOf(numbers: Numbers): Omit<VerifyResult, "ok" | "checks" | "findings"> {
  const counts = (table: SourceTable): TableCounts => {
    const of = (outcome: string) =>
      numbers.outcomes.find((row) => row.source_table === table && row.outcome === outcome)?.n ?? 0;
    return {
      read: numbers.read[table],
      migrated: of("migrated"),
      waitlisted: of("waitlisted"),
      quarantined: of("quarantined"),
      unchanged: 0,
    };
  };
  const by_table = { booking: counts("booking"), one_on_one_booking: counts("one_on_one_booking") };
  const sum = (key: keyof TableCounts) => by_table.booking[key] + by_table.one_on_one_booking[key];
  return {
    read: sum("read"),
    migrated: sum("migrated"),
    waitlisted: sum("waitlisted"),
    quarantined: sum("quarantined"),
    unchanged: 0,
    by_status: numbers.byStatus,
    by_code: numbers.byCode,
    by_table,
    open_issues: numbers.openIssues,
  };
}
