/** The invariants that `verify` asks the database about, each with a stable code (SPEC 6). */
import { sql } from "kysely";
import type { BookingStatus } from "../domain/booking.ts";
import { quote } from "./ddl.ts";
import { findDuplicates } from "./duplicates.ts";
import type { LogicalTable } from "./layout.ts";
import type { Database, Db } from "./open.ts";
import { MIGRATIONS } from "./schema-state.ts";
import { listOverbooked, listSeatDrift } from "./session-counters.ts";

export interface Violation {
  check: CheckCode;
  severity: "error" | "warning";
  count: number;
  examples: string[];
}

export const CHECKS = {
  unique_group_booking: "one booking for each student, session and start",
  unique_one_on_one_booking: "one lesson for each student, teacher and start",
  one_default_policy: "one default policy for each teacher",
  seats_taken: "seats_taken is the sum of the confirmed and attended seats",
  capacity: "capacity equals total_seats",
  overbooked: "no session holds more seats than it has",
} as const;
export type CheckCode = keyof typeof CHECKS;

const MOST_EXAMPLES = 5;

/** The unique index that holds an invariant from then on. */
const INDEXES = {
  unique_group_booking: "unique_group_booking",
  unique_one_on_one_booking: "unique_one_on_one_booking",
  one_default_policy: "classbook_one_default_policy",
} as const;

/** What a check reads: where it is not there, nothing can be said. */
const READS: Record<CheckCode, [LogicalTable, ...string[]][]> = {
  unique_group_booking: [["live_class_booking"]],
  unique_one_on_one_booking: [["live_class_booking"]],
  one_default_policy: [["teacher_booking_policy"]],
  seats_taken: [["live_class_booking"], ["live_class_session", "seats_taken"]],
  capacity: [["live_class_session", "capacity", "total_seats"]],
  overbooked: [["live_class_booking"], ["live_class_session", "capacity"]],
};

/** Tables and columns that the checks read and the database does not have. */
export function missingForChecks({ layout }: Database, checks: readonly CheckCode[]): string[] {
  const missing = checks
    .flatMap((check) => READS[check])
    .flatMap(([table, ...columns]) =>
      layout.has(table)
        ? columns.filter((c) => !layout.has(table, c)).map((c) => `${layout.name(table)}.${c}`)
        : [layout.name(table)],
    );
  return [...new Set(missing)];
}

/** Runs a check. Null where it holds. */
export async function runCheck(database: Database, check: CheckCode): Promise<Violation | null> {
  switch (check) {
    case "unique_group_booking":
    case "unique_one_on_one_booking":
    case "one_default_policy":
      return checkUnique(database, check);
    case "seats_taken":
      return checkSeats(database);
    case "capacity":
      return checkCapacity(database);
    case "overbooked":
      return checkOverbooked(database);
    default:
      return check satisfies never;
  }
}

/** The constraint counts too: without it the next duplicate is a matter of time. */
async function checkUnique(database: Database, check: keyof typeof INDEXES): Promise<Violation | null> {
  const need = MIGRATIONS.flatMap((migration) => migration.needsUnique ?? []).find(
    ({ index }) => index === INDEXES[check],
  )!;
  const [duplicate] = await findDuplicates(database, [need]);
  if (duplicate !== undefined)
    return {
      check,
      severity: "error",
      count: duplicate.rows,
      examples: duplicate.examples.map(
        (pair) => `${check === "one_default_policy" ? "policies" : "bookings"} ${pair}`,
      ),
    };
  if (database.layout.table(need.table)!.indexes.has(need.index)) return null;
  return {
    check,
    severity: "error",
    count: 1,
    examples: [`the constraint ${need.index} is missing in the schema`],
  };
}

async function checkSeats(database: Database): Promise<Violation | null> {
  const drift = await listSeatDrift(database, database.db);
  if (drift.length === 0) return null;
  const examples = drift
    .slice(0, MOST_EXAMPLES)
    .map((row) => `session ${row.id}: seats_taken is ${row.seats_taken}, its bookings hold ${row.seated}`);
  return { check: "seats_taken", severity: "error", count: drift.length, examples };
}

async function checkCapacity(database: Database): Promise<Violation | null> {
  const rows = await listUnequalCapacity(database, database.db);
  if (rows.length === 0) return null;
  const examples = rows
    .slice(0, MOST_EXAMPLES)
    .map((row) => `session ${row.id}: capacity ${row.capacity}, total_seats ${row.total_seats}`);
  return { check: "capacity", severity: "error", count: rows.length, examples };
}

async function checkOverbooked(database: Database): Promise<Violation | null> {
  const rows = await listOverbooked(database, database.db);
  if (rows.length === 0) return null;
  const examples = rows
    .slice(0, MOST_EXAMPLES)
    .map((row) => `session ${row.id}: ${row.seats_taken} seats taken of ${row.capacity}`);
  return { check: "overbooked", severity: "warning", count: rows.length, examples };
}

export async function listUnequalCapacity(
  database: Database,
  db: Db,
): Promise<{ id: number; capacity: number | null; total_seats: number | null }[]> {
  const differs = database.engine === "sqlite" ? "is not" : "is distinct from";
  const { rows } = await sql
    .raw<{ id: number; capacity: number | null; total_seats: number | null }>(
      `select id, capacity, total_seats from ${quote(database.layout.name("live_class_session"))} where capacity ${differs} total_seats order by id`,
    )
    .execute(db);
  return rows;
}

export interface KeyedBooking {
  id: number;
  status: BookingStatus;
  created_at: string;
  /** The key that its group shares. */
  key: string;
}

/** The bookings of every key that more than one holds, group by group. */
export async function listDuplicateBookings(
  database: Database,
  db: Db,
  check: "unique_group_booking" | "unique_one_on_one_booking",
): Promise<KeyedBooking[]> {
  const booking = quote(database.layout.name("live_class_booking"));
  const [kind, place] =
    check === "unique_group_booking" ? ["group_session", "session_id"] : ["one_on_one", "teacher_id"];
  const key = `student_user_id, ${place}, start_at_utc`;
  const { rows } = await sql
    .raw<KeyedBooking>(
      `select id, status, created_at, student_user_id || ' ' || ${place} || ' ' || start_at_utc as key from (
         select id, status, created_at, student_user_id, ${place}, start_at_utc, count(*) over (partition by ${key}) as n
         from ${booking} where booking_type = '${kind}' and ${place} is not null) g
       where n > 1 order by ${key}, id`,
    )
    .execute(db);
  return rows;
}
