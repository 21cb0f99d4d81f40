/** `verify`: the invariants, and the repair of those that can be repaired safely (SPEC 6). */
import { recordEvent } from "../db/audit.ts";
import { readWholeBooking } from "../db/booking.ts";
import { deleteRows, updateRows } from "../db/bulk.ts";
import {
  CHECKS,
  type CheckCode,
  type KeyedBooking,
  listDuplicateBookings,
  listUnequalCapacity,
  missingForChecks,
  runCheck,
  type Violation,
} from "../db/checks.ts";
import { openIssue } from "../db/legacy.ts";
import { setIssueStatus } from "../db/legacy-issue.ts";
import type { Database } from "../db/open.ts";
import { deletePolicy, type ExcessPolicy, listExcessPolicies } from "../db/policy.ts";
import { migrateSchema, requireWhole } from "../db/schema.ts";
import { moveSeriesItem } from "../db/series-item.ts";
import { listSeatDrift } from "../db/session-counters.ts";
import { type Trx, writing } from "../db/transaction.ts";
import type { Actor } from "../domain/actor.ts";
import { precedenceOf } from "../domain/booking.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";

export function chooseChecks(names: readonly string[]): CheckCode[] {
  const known = Object.keys(CHECKS) as CheckCode[];
  const unknown = names.filter((name) => !(known as string[]).includes(name));
  if (unknown.length > 0)
    throw usageError(
      "unknown_check",
      `no check is called ${unknown.map((n) => `"${n}"`).join(", ")}`,
      `checks: ${known.join(", ")}`,
    );
  return names.length === 0 ? known : known.filter((name) => names.includes(name));
}

/** @throws ClassbookError findings `schema_behind`: what the checks read is not there yet; and as `requireWhole` */
async function requireReadable(database: Database, checks: readonly CheckCode[]): Promise<void> {
  await requireWhole(database);
  const missing = missingForChecks(database, checks);
  if (missing.length === 0) return;
  throw new ClassbookError({
    kind: "findings",
    code: "schema_behind",
    message: `nothing can be said of ${database.address}: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not there yet`,
    hint: "run `classbook db migrate` first",
    details: { missing },
  });
}

/** @throws ClassbookError findings where the schema lacks what the checks read */
export async function verifyInvariants(
  database: Database,
  checks: readonly CheckCode[],
): Promise<Violation[]> {
  await requireReadable(database, checks);
  const found: Violation[] = [];
  for (const check of checks) {
    const violation = await runCheck(database, check);
    if (violation !== null) found.push(violation);
  }
  return found;
}

/** One thing that a repair does, for people. */
export interface Repair {
  check: CheckCode;
  what: string;
}

/** Of bookings that share a key the best stays (LEGACY 2.7). */
function chooseKept(group: readonly KeyedBooking[]): KeyedBooking {
  return group.reduce((best, row) => {
    const [a, b] = [precedenceOf(row.status), precedenceOf(best.status)];
    if (a !== b) return a < b ? row : best;
    if (row.created_at !== best.created_at) return row.created_at < best.created_at ? row : best;
    return row.id < best.id ? row : best;
  });
}

interface Losing {
  row: KeyedBooking;
  kept: KeyedBooking;
}

function losersOf(rows: readonly KeyedBooking[]): Losing[] {
  const groups = new Map<string, KeyedBooking[]>();
  for (const row of rows) groups.set(row.key, [...(groups.get(row.key) ?? []), row]);
  return [...groups.values()].flatMap((group) => {
    const kept = chooseKept(group);
    return group.filter((row) => row.id !== kept.id).map((row) => ({ row, kept }));
  });
}

/** What `repairInvariants` would do. @throws ClassbookError findings where the schema lacks what the checks read */
export async function planRepairs(database: Database, checks: readonly CheckCode[]): Promise<Repair[]> {
  await requireReadable(database, checks);
  const repairs: Repair[] = [];
  for (const check of checks) {
    const violation = await runCheck(database, check);
    if (violation === null) continue;
    switch (check) {
      case "unique_group_booking":
      case "unique_one_on_one_booking":
        for (const { row, kept } of losersOf(await listDuplicateBookings(database, database.db, check))) {
          repairs.push({
            check,
            what: `quarantine booking ${row.id} (${row.status}), keep ${kept.id} (${kept.status})`,
          });
        }
        repairs.push({ check, what: `create the constraint ${check}` });
        break;
      case "one_default_policy":
        for (const excess of await listExcessPolicies(database, database.db))
          repairs.push({ check, what: describeExcess(excess) });
        repairs.push({ check, what: "create the constraint classbook_one_default_policy" });
        break;
      case "seats_taken":
        for (const row of await listSeatDrift(database, database.db))
          repairs.push({ check, what: `session ${row.id}: seats_taken ${row.seats_taken} → ${row.seated}` });
        break;
      case "capacity":
        for (const row of await listUnequalCapacity(database, database.db))
          repairs.push({
            check,
            what: `session ${row.id}: total_seats ${row.total_seats} → ${row.capacity ?? row.total_seats}`,
          });
        break;
      case "overbooked":
        break; // Only people can say who has to go, or whether there is room for more.
      default:
        check satisfies never;
    }
  }
  return repairs;
}

/** The oldest stays; where another says something else, that is said. */
function describeExcess({ row, kept }: ExcessPolicy): string {
  const differing = Object.keys(row)
    .filter((column) => column !== "id" && row[column] !== kept[column])
    .map((column) => `${column} ${row[column]} instead of ${kept[column]}`);
  return `delete default policy ${row.id} of teacher ${row.teacher_id} (${differing.join(", ") || "the same"}), keep ${kept.id}`;
}

/** Repairs what is safe, a transaction a check, with an audit event each. */
export async function repairInvariants(
  database: Database,
  checks: readonly CheckCode[],
  options: { now: Instant; actor: Actor },
): Promise<Repair[]> {
  await migrateSchema(database, { now: options.now, upToDuplicates: true });
  const repairs = await planRepairs(database, checks);
  for (const check of new Set(repairs.map((repair) => repair.check))) {
    await writing(database, async (trx) => {
      await repairOne(database, trx, check, options);
      await recordEvent(database, trx, {
        at: options.now,
        actor: options.actor,
        what: "repaired",
        subject: "verify",
        subject_id: null,
        from: null,
        to: { repairs: repairs.filter((r) => r.check === check).map((r) => r.what) },
        reason: check,
      });
    });
  }
  await migrateSchema(database, { now: options.now, upToDuplicates: true });
  return repairs;
}

async function repairOne(
  database: Database,
  trx: Trx,
  check: CheckCode,
  { now, actor }: { now: Instant; actor: Actor },
): Promise<void> {
  switch (check) {
    case "unique_group_booking":
    case "unique_one_on_one_booking":
      for (const losing of losersOf(await listDuplicateBookings(database, trx, check)))
        await setAside(database, trx, losing);
      return;
    case "one_default_policy":
      for (const { row, kept } of await listExcessPolicies(database, trx)) {
        await deletePolicy(trx, row.id);
        await recordEvent(database, trx, {
          at: now,
          actor,
          what: "deleted",
          subject: "teacher_booking_policy",
          subject_id: row.id,
          from: { ...row },
          to: null,
          reason: `policy ${kept.id} is the teacher's default`,
        });
      }
      return;
    case "seats_taken": {
      const drift = await listSeatDrift(database, trx);
      const columns = database.layout.has("live_class_session", "current_attendees")
        ? ["seats_taken", "current_attendees"]
        : ["seats_taken"];
      await updateRows(
        database,
        trx,
        "live_class_session",
        columns,
        drift.map((row) => [row.id, ...columns.map(() => Number(row.seated))]),
      );
      return;
    }
    case "capacity": {
      const rows = await listUnequalCapacity(database, trx);
      await updateRows(
        database,
        trx,
        "live_class_session",
        ["capacity", "total_seats"],
        rows.map((row) => [row.id, row.capacity ?? row.total_seats, row.capacity ?? row.total_seats]),
      );
      return;
    }
    case "overbooked":
      return;
    default:
      check satisfies never;
  }
}

/** The row goes into quarantine whole; what stays is named. */
async function setAside(database: Database, trx: Trx, { row, kept }: Losing): Promise<void> {
  await openIssue(trx, {
    source_table: "live_class_booking",
    source_id: row.id,
    code: "duplicate_booking",
    message: `booking ${kept.id} has the same student, place and time, and is kept`,
    source: JSON.stringify(await readWholeBooking(trx, row.id)),
    run_id: null,
  });
  await setIssueStatus(trx, "live_class_booking", [row.id], "skipped", "set aside by verify --fix");
  await moveSeriesItem(database, trx, row.id, kept.id);
  await deleteRows(trx, "live_class_booking", [row.id]);
}
