/** The re-derivation of `legacy verify`: every legacy row, read again, against what is recorded and stored of it. */
import type { SourceTable } from "../db/legacy-tables.ts";
import type { Db } from "../db/open.ts";
import type { Names } from "../db/reconcile-names.ts";
import {
  COMPARED,
  type Compared,
  type Recorded,
  RowPages,
  readNamed,
  readTouched,
  type Target,
} from "../db/reconcile-rows.ts";
import { rederiveGroup, rederiveLesson } from "./rederive.ts";
import {
  type Expected,
  type ExpectedBooking,
  type GroupFacts,
  hasBadSeats,
  type LessonFacts,
} from "./rederive-facts.ts";
import { keyOf, type Rival, verifyRivals, verifyVacant } from "./verify-duplicates.ts";
import type { Findings } from "./verify-findings.ts";

const PAGE = 2_000;
const FIRST_KEY = Number.MIN_SAFE_INTEGER;

export interface RowOptions {
  sourceTimezone: string;
  shouldStop: () => boolean;
  /** Told of each page. */
  onRead: (rows: number) => void;
}

type Row = Recorded & Partial<Target> & (GroupFacts | LessonFacts);

/** A difference whose weight depends on whether somebody changed the target since. */
interface Difference {
  subject: "live_class_booking" | "session_waitlist";
  targetId: number;
  example: string;
}

/** Registers the checks of rows, so that they show as run. */
export function openRowChecks(findings: Findings): void {
  findings.open({
    check: "wrong_outcome",
    what: "every legacy row has the outcome that the rules give",
    severity: "error",
  });
  findings.open({
    check: "row_differs",
    what: "every migrated row, derived again, is the one in the unified table",
    severity: "error",
  });
  findings.open({
    check: "changed_since",
    what: "nothing that was migrated was changed since (where something was, the change stands)",
    severity: "warning",
  });
  findings.open({
    check: "answer_pending",
    what: "every answered issue was taken over",
    severity: "warning",
  });
  findings.open({
    check: "issue_source",
    what: "every issue holds the whole source row",
    severity: "error",
  });
  findings.open({
    check: "duplicates",
    what: "every duplicate lost to a better row of the same key, every already booked one to a row of the app's own",
    severity: "error",
  });
}

/** Reads one legacy table in pages by key. */
export async function verifyRows(
  names: Names,
  db: Db,
  table: SourceTable,
  findings: Findings,
  options: RowOptions,
): Promise<void> {
  if (!names.has(table)) return;
  const pages = new RowPages<Row>(names, table);
  const columns = [...names.database.layout.table(table)!.columns.keys()];
  const vacant: Rival[] = [];
  const left = new Set<string>();
  for (let after = FIRST_KEY; !options.shouldStop(); ) {
    const page = await pages.read(db, { after, limit: PAGE });
    if (page === null) {
      verifyVacant(table, vacant, left, findings);
      return;
    }
    const named = await readNamed(names, db, table, page);
    const differences: Difference[] = [];
    const rivals: Rival[] = [];
    for (const row of page.rows) {
      const context = { sourceTimezone: options.sourceTimezone, named: named.has(row.id) };
      const expected =
        table === "booking"
          ? rederiveGroup(row as GroupFacts, context)
          : rederiveLesson(row as LessonFacts, context);
      verifyRow({ table, row, expected, columns, findings, differences, rivals, left });
    }
    await weigh(names, db, findings, differences);
    vacant.push(...(await verifyRivals(names, db, table, rivals, findings)));
    options.onRead(page.count);
    after = page.last;
    await new Promise((resume) => setImmediate(resume)); // Signals and timers get their turn.
  }
}

interface Subject {
  table: SourceTable;
  row: Row;
  expected: Expected;
  /** The legacy table's physical columns. */
  columns: string[];
  findings: Findings;
  differences: Difference[];
  rivals: Rival[];
  /** The keys that diverged rows would have. */
  left: Set<string>;
}

/** Codes that depend on what else stood in the tables: the row itself gives `migrated`. */
const RIVAL_CODES = new Set(["already_booked", "duplicate_booking"]);

function verifyRow(subject: Subject): void {
  const { table, row, expected, findings, rivals, left } = subject;
  // Another check says so: one_outcome, issue_exists.
  if (row.outcome === null || (row.outcome === "quarantined" && row.issue_code === null)) return;
  if (row.outcome === "quarantined") {
    verifyIssueSource(subject);
    // Somebody changed what the row had become: what it is now cannot be derived.
    if (row.issue_code === "diverged") {
      if (expected.outcome === "migrated") left.add(keyOf(expected.row));
      return;
    }
    if (row.issue_code === "bad_value" && table === "booking" && hasBadSeats(row as GroupFacts)) return;
    if (RIVAL_CODES.has(row.issue_code!) && expected.outcome === "migrated") {
      rivals.push({ id: row.id, code: row.issue_code!, row: expected.row });
      return;
    }
  }
  const recorded = describe(row.outcome, row.issue_code);
  const rules = describe(
    expected.outcome,
    expected.outcome === "quarantined" ? expected.code : null,
    expected.outcome === "migrated" ? expected.row : null,
  );
  if (
    row.outcome !== expected.outcome ||
    (expected.outcome === "quarantined" && row.issue_code !== expected.code)
  ) {
    const example = `${table} ${row.id} is ${recorded}, the rules give ${rules}`;
    findings.add(
      row.outcome === "quarantined" && row.is_answered ? "answer_pending" : "wrong_outcome",
      example,
    );
    return;
  }
  if (expected.outcome === "migrated") compareBooking(subject, expected.row);
  if (expected.outcome === "waitlisted") compareEntry(subject, expected.entry.created_at);
}

function describe(outcome: string, code: string | null, row: ExpectedBooking | null = null): string {
  if (outcome === "quarantined") return `quarantined (${code})`;
  return row === null ? outcome : `${outcome} (${row.status})`;
}

/** "Holds the whole source row": every column that the legacy table has. */
function verifyIssueSource({ table, row, columns, findings }: Subject): void {
  let source: Record<string, unknown> | null = null;
  try {
    source = JSON.parse(row.issue_source ?? "null") as Record<string, unknown> | null;
  } catch {
    // No JSON holds no row.
  }
  const missing = columns.filter((column) => source === null || !(column in source));
  if (missing.length > 0)
    findings.add("issue_source", `the issue of ${table} ${row.id} lacks ${missing.slice(0, 3).join(", ")}`);
  else if (Number(source!.id) !== row.id)
    findings.add("issue_source", `the issue of ${table} ${row.id} holds row ${String(source!.id)}`);
}

const PAIRS = COMPARED.map((column) => [column, `u_${column}`] as const);

/** Rows without their target are told of by target_exists. */
function compareBooking({ table, row, differences }: Subject, rules: ExpectedBooking): void {
  if (row.u_id === null) return;
  for (const [column, stands] of PAIRS) {
    const stored = row[stands] ?? null;
    if (stored === rules[column]) continue;
    differences.push({
      subject: "live_class_booking",
      targetId: row.u_id,
      example: `${table} ${row.id} → live_class_booking ${row.u_id}: ${sentence(column, stored, rules[column])}`,
    });
    return;
  }
}

function sentence(column: Compared, stored: unknown, rules: unknown): string {
  const shown = (value: unknown) =>
    value === null
      ? "null"
      : column.endsWith("_note") || value === ""
        ? JSON.stringify(value)
        : String(value);
  return `${column} is ${shown(stored)}, the rules give ${shown(rules)}`;
}

/** Only an entry that the migration made is as the row says; one that was there stays (LEGACY 2.2). */
function compareEntry({ row, table, findings, differences }: Subject, createdAt: string): void {
  if (row.w_id === null || row.created !== 1) return;
  const name = `${table} ${row.id} → session_waitlist ${row.w_id}`;
  if (row.w_created_at !== createdAt) {
    const example = `${name}: created_at is ${row.w_created_at}, the rules give ${createdAt}`;
    differences.push({ subject: "session_waitlist", targetId: row.w_id, example });
  } else if (row.w_status !== "waiting") {
    // A queue moves on.
    findings.add("changed_since", `${name}: status is ${row.w_status}, the rules give waiting`);
  }
}

/** A difference is an error, unless the target has an event: then somebody changed it since. */
async function weigh(names: Names, db: Db, findings: Findings, differences: Difference[]): Promise<void> {
  for (const subject of ["live_class_booking", "session_waitlist"] as const) {
    const own = differences.filter((difference) => difference.subject === subject);
    if (own.length === 0) continue;
    const touched = await readTouched(
      names,
      db,
      subject,
      own.map((difference) => difference.targetId),
    );
    for (const { targetId, example } of own)
      findings.add(touched.has(targetId) ? "changed_since" : "row_differs", example);
  }
}
