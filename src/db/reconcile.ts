/**
 * Set-based checks of `legacy verify` (LEGACY 3): each is one query whose rows are what is wrong. They read the
 * legacy tables and the unified ones, never what the migration counted.
 */
import { CompiledQuery } from "kysely";
import { SOURCE_TABLES, type SourceTable } from "./legacy-tables.ts";
import type { Database, Db } from "./open.ts";
import { hasAnyAnswer, Names } from "./reconcile-names.ts";
import { uuidDigits } from "./stored.ts";

export interface SetCheck {
  check: string;
  /** What must hold, as a sentence. */
  what: string;
  severity: "error" | "warning";
  /** A query that gives one row for each violation, the best known first column first. */
  violations: string;
  /** One violation for people. */
  example: (row: Record<string, unknown>) => string;
  /** What puts it right, as a sentence. */
  remedy?: string;
}

export interface Violations {
  count: number;
  examples: string[];
}

const EXAMPLES = 5;

export async function runQuery<T>(db: Db, text: string, params: readonly unknown[] = []): Promise<T[]> {
  const { rows } = await db.executeQuery<T>(CompiledQuery.raw(text, [...params]));
  return rows;
}

/** How many violations there are, and the first few. */
export async function runSetCheck(db: Db, check: SetCheck): Promise<Violations> {
  const rows = await runQuery<Record<string, unknown>>(
    db,
    `select v.*, count(*) over () as violations from (${check.violations}) v order by 1, 2 limit ${EXAMPLES}`,
  );
  return { count: Number(rows[0]?.violations ?? 0), examples: rows.map(check.example) };
}

/**
 * Runs `work` on one state of the database where that costs nobody anything: a read-only snapshot on PostgreSQL,
 * a read transaction on an SQLite file in WAL mode. In SQLite's other modes an open reader would keep the old app
 * from committing, so each query sees the state of its own moment.
 */
export async function reading<T>(database: Database, work: (db: Db) => Promise<T>): Promise<T> {
  const { sqlite, db } = database;
  if (sqlite === null) {
    return db
      .transaction()
      .setIsolationLevel("repeatable read")
      .setAccessMode("read only")
      .execute((trx) => work(trx));
  }
  if (sqlite.inTransaction || sqlite.pragma("journal_mode", { simple: true }) !== "wal") return work(db);
  sqlite.exec("begin");
  try {
    return await work(db);
  } finally {
    sqlite.exec("rollback");
  }
}

/** True where the tables that hold outcomes are there: without them no row can have one. */
export function hasOutcomes(database: Database): boolean {
  const { layout } = database;
  return (["legacy_provenance", "legacy_issue", "live_class_booking", "session_waitlist"] as const).every(
    (table) => layout.has(table),
  );
}

/** The words of SQL for a database, once it is known whether any issue was answered. */
export async function readNames(database: Database, db: Db): Promise<Names> {
  if (!database.layout.has("legacy_issue")) return new Names(database, false);
  const names = new Names(database, true);
  const answers = await runQuery(
    db,
    `select 1 as one from ${names.table("legacy_issue")} i where ${hasAnyAnswer("i")} limit 1`,
  );
  return answers.length > 0 ? names : new Names(database, false);
}

function sources(names: Names): SourceTable[] {
  return SOURCE_TABLES.filter((table) => names.has(table));
}

const DELETED =
  "classbook legacy migrate makes an issue of each row whose booking or entry was deleted: to be retried or skipped";

const rowName = (row: Record<string, unknown>) => `${row.source_table} ${row.source_id}`;

/** Outcomes: every legacy row has one, and what the outcome says is there. */
export function outcomeChecks(names: Names): SetCheck[] {
  const t = (table: Parameters<Names["table"]>[0]) => names.table(table);
  const overSources = (select: (table: SourceTable) => string) =>
    sources(names).map(select).join(" union all ") ||
    "select null as source_table, null as source_id where 1 = 0";
  const checks: SetCheck[] = [
    {
      check: "one_outcome",
      what: "every legacy row has exactly one outcome",
      severity: "error",
      violations: overSources(
        (table) =>
          `select '${table}' as source_table, b.id as source_id, p.outcome from ${t(table)} b left ${names.joinProvenance(table)} where p.outcome is null or p.outcome not in ('migrated', 'waitlisted', 'quarantined')`,
      ),
      example: (row) => `${rowName(row)} has ${row.outcome === null ? "none" : `“${row.outcome}”`}`,
      remedy: "classbook legacy migrate takes over what came since",
    },
    {
      check: "source_exists",
      what: "the legacy row of every outcome is still there",
      severity: "warning",
      violations: `select p.source_table, p.source_id from ${t("legacy_provenance")} p where not (${
        sources(names)
          .map(
            (table) =>
              `(p.source_table = '${table}' and exists (select 1 from ${t(table)} b where b.id = p.source_id))`,
          )
          .join(" or ") || "1 = 0"
      })`,
      example: (row) => `${rowName(row)} is gone`,
    },
    {
      check: "source_uuid",
      what: "every outcome keeps the legacy UUID of its row",
      severity: "error",
      violations: overSources((table) => {
        const plain = (column: string) =>
          column === "null" ? column : uuidDigits(names.database.engine, column);
        const uuid = names.column("b", table, "booking_id");
        return `select '${table}' as source_table, b.id as source_id, p.source_uuid from ${t(table)} b ${names.joinProvenance(table)} where ${plain("p.source_uuid")} is distinct from ${plain(uuid)}`;
      }),
      example: (row) => `${rowName(row)} is recorded as ${row.source_uuid}`,
    },
    {
      check: "target_exists",
      what: "every migrated row has its unified booking",
      severity: "error",
      violations: `select p.source_table, p.source_id, p.target_id from ${t("legacy_provenance")} p left join ${t("live_class_booking")} u on u.id = p.target_id where p.outcome = 'migrated' and u.id is null`,
      example: (row) => `${rowName(row)} → live_class_booking ${row.target_id}, which is not there`,
      remedy: DELETED,
    },
    {
      check: "target_shared",
      what: "no two legacy rows became the same unified booking",
      severity: "error",
      violations: `select target_id, min(source_id) as lowest, max(source_id) as highest, count(*) as n from ${t("legacy_provenance")} where outcome = 'migrated' group by target_id having count(*) > 1`,
      example: (row) =>
        `live_class_booking ${row.target_id} stands for ${row.n} legacy rows, ids ${row.lowest} … ${row.highest}`,
    },
    {
      check: "issue_exists",
      what: "every quarantined row has an issue that is open or skipped",
      severity: "error",
      violations: `select p.source_table, p.source_id, i.status from ${t("legacy_provenance")} p left join ${t("legacy_issue")} i on i.source_table = p.source_table and i.source_id = p.source_id where p.outcome = 'quarantined' and (i.status is null or i.status not in ('open', 'skipped'))`,
      example: (row) =>
        `${rowName(row)} ${row.status === null ? "has no issue" : `has a ${row.status} issue`}`,
    },
    {
      check: "issue_needed",
      what: "no open issue is about a row that is no longer quarantined",
      severity: "warning",
      violations: `select i.source_table, i.source_id, p.outcome from ${t("legacy_issue")} i left join ${t("legacy_provenance")} p on p.source_table = i.source_table and p.source_id = i.source_id where i.status = 'open' and p.outcome is distinct from 'quarantined'`,
      example: (row) => `${rowName(row)} ${row.outcome === null ? "has no outcome" : `is ${row.outcome}`}`,
    },
  ];
  if (names.has("booking")) checks.splice(5, 0, waitlistCheck(names));
  return checks;
}

function waitlistCheck(names: Names): SetCheck {
  const session = names.answer("given_session_id", names.column("b", "booking", "session_id"));
  const student = names.answer("given_student_user_id", names.column("b", "booking", "user_id"));
  return {
    check: "waitlist_entry",
    what: "every waitlisted row has a waitlist entry of its session and student",
    severity: "error",
    violations: `select p.source_table, p.source_id, p.target_id from ${names.table("booking")} b ${names.joinProvenance("booking", "p.outcome = 'waitlisted'")} ${names.joinAnswers("booking")} left join ${names.table("session_waitlist")} w on w.id = p.target_id where w.session_id is distinct from ${session} or w.student_user_id is distinct from ${student}`,
    example: (row) => `${rowName(row)} → session_waitlist ${row.target_id}, which is not there or another's`,
    remedy: DELETED,
  };
}

/** The two unique keys of bookings (LEGACY 2.7), counted whether or not the database enforces them. */
export function keyChecks(names: Names): SetCheck[] {
  const check = (name: string, type: string, place: string, what: string): SetCheck => ({
    check: name,
    what,
    severity: "error",
    violations: `select student_user_id, ${place} as place, start_at_utc, min(id) as lowest, max(id) as highest, count(*) as n from ${names.table("live_class_booking")} where booking_type = '${type}' and ${place} is not null and student_user_id is not null and start_at_utc is not null group by student_user_id, ${place}, start_at_utc having count(*) > 1`,
    example: (row) =>
      `live_class_booking ${row.lowest} and ${row.highest}${Number(row.n) > 2 ? ` (${row.n} rows)` : ""}: student ${row.student_user_id}, ${place.replace("_id", "")} ${row.place}, ${row.start_at_utc}`,
  });
  return [
    check(
      "unique_group_booking",
      "group_session",
      "session_id",
      "no student has two bookings of one session at one start",
    ),
    check(
      "unique_one_on_one_booking",
      "one_on_one",
      "teacher_id",
      "no student has two lessons with one teacher at one start",
    ),
  ];
}

/** Sessions: their counters and capacity (LEGACY 2.1). */
export function sessionChecks(names: Names): SetCheck[] {
  const table = "live_class_session";
  const checks: SetCheck[] = [];
  const taken = ["seats_taken", "current_attendees"].filter((column) => names.has(table, column));
  // An integer column of PostgreSQL holds no more, whatever the sum.
  const narrow =
    names.isPostgres && taken.some((c) => names.database.layout.column(table, c)!.type === "integer");
  const seats = narrow ? "least(coalesce(k.seats, 0), 2147483647)" : "coalesce(k.seats, 0)";
  if (taken.length > 0) {
    checks.push({
      check: "seats_taken",
      what: `every session's ${taken.join(" and ")} is the sum of its confirmed and attended seats`,
      severity: "error",
      violations: `select s.id, ${taken.map((c) => `s.${c}`).join(", ")}, ${seats} as seats from ${names.table(table)} s left join (select session_id, sum(seats_reserved) as seats from ${names.table("live_class_booking")} where session_id is not null and status in ('confirmed', 'attended') group by session_id) k on k.session_id = s.id where ${taken.map((c) => `s.${c} is distinct from ${seats}`).join(" or ")}`,
      example: (row) =>
        `session ${row.id}: ${taken.map((c) => `${c} is ${row[c]}`).join(", ")}, its bookings hold ${row.seats}`,
    });
  }
  if (names.has(table, "capacity") && names.has(table, "total_seats")) {
    checks.push({
      check: "capacity",
      what: "every session has a capacity, the same as its total seats",
      severity: "error",
      violations: `select s.id, s.capacity, s.total_seats from ${names.table(table)} s where s.capacity is null or s.capacity is distinct from s.total_seats`,
      example: (row) => `session ${row.id}: capacity ${row.capacity}, total_seats ${row.total_seats}`,
    });
  }
  return checks;
}
