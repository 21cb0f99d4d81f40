/** Carries out a page's plan inside the batch's transaction. */
import { type Cell, deleteRows, insertRows, updateRows } from "../db/bulk.ts";
import { unifiedCells } from "../db/fingerprint.ts";
import { closeIssue, openIssue, passEntryOn, quarantineRecords, upsertProvenance } from "../db/legacy.ts";
import { deleteItemsBy } from "../db/legacy-series-write.ts";
import { readSourceRows } from "../db/legacy-source.ts";
import type { Database } from "../db/open.ts";
import type { Outcome } from "../db/tables.ts";
import type { Trx } from "../db/transaction.ts";
import { type Counts, countCandidate, countChange, countUnchanged } from "./counts.ts";
import type { Candidate } from "./derive.ts";
import type { WaitlistEntry } from "./facts.ts";
import { UNIFIED_COLUMNS } from "./fingerprint.ts";
import { type Ids, nextId, nextOf } from "./ids.ts";
import type { Change, Migrated, PagePlan, Waitlisted } from "./plan.ts";

const BOOKING_COLUMNS = ["id", ...UNIFIED_COLUMNS];
const ENTRY_COLUMNS = ["id", "session_id", "student_user_id", "status", "created_at"];
const PROVENANCE_COLUMNS = [
  "source_table",
  "source_id",
  "source_uuid",
  "outcome",
  "target_id",
  "created",
  "source_hash",
  "run_id",
];
const ISSUE_COLUMNS = ["source_table", "source_id", "code", "message", "status", "source", "run_id"];

export interface WriteContext {
  database: Database;
  trx: Trx;
  runId: number;
  ids: Ids;
  /** True for the few rows that are written beside a run. */
  besideRun: boolean;
  counts: Counts;
  /** Rows of the table at work that were settled, and counted, before their turn. */
  ahead: number[];
}

/** @returns rows that now own a waitlist entry which another row made: to be taken up again */
export async function writePage(context: WriteContext, plan: PagePlan): Promise<number[]> {
  const heirs: number[] = [];
  for (let i = 0; i < plan.unchanged; i += 1) countUnchanged(context.counts, plan.table);
  for (const change of plan.changes) heirs.push(...(await takeDown(context, plan, change)));
  for (const change of plan.changes) await writeChange(context, plan, change);
  await writeDeleted(context, plan);
  await writeFresh(context, plan);
  return heirs;
}

async function takeDown(context: WriteContext, plan: PagePlan, change: Change): Promise<number[]> {
  if (change.kind !== "insert" || change.instead === null) return [];
  const { bookingId, entryId } = change.instead;
  if (bookingId !== null) await removeBookings(context.trx, [bookingId]);
  if (entryId === null) return [];
  const leaving = plan.changes.map(({ candidate }) => candidate.id);
  const heir = await passEntryOn(context.trx, entryId, leaving, change.candidate.facts.prior_hash!);
  if (heir !== null) return [heir];
  await deleteRows(context.trx, "session_waitlist", [entryId]);
  for (const [key, id] of plan.queued) if (id === entryId) plan.queued.delete(key);
  return [];
}

/** Deletes unified bookings with the series items that number them. */
export async function removeBookings(trx: Trx, ids: readonly number[]): Promise<void> {
  await deleteItemsBy(trx, "booking_id", ids);
  await deleteRows(trx, "live_class_booking", ids);
}

interface Record {
  candidate: Candidate;
  outcome: Outcome;
  targetId: number | null;
  created: 0 | 1;
}

/** Rows that no run has seen: bookings, entries, issues and their provenance, each in one go. */
async function writeFresh(context: WriteContext, plan: PagePlan): Promise<void> {
  const { database, trx, runId, counts } = context;
  const bookings: Cell[][] = [];
  const entries: Cell[][] = [];
  const records: Record[] = [];
  const quarantined: Candidate[] = [];
  for (const candidate of plan.fresh) {
    countCandidate(counts, plan.table, candidate);
    const { derived } = candidate;
    switch (derived.outcome) {
      case "migrated": {
        const id = nextOf(context.ids.booking) ?? (await nextId(context, "booking", plan.fresh.length));
        bookings.push([id, ...unifiedCells(derived.row)]);
        records.push({ candidate, outcome: "migrated", targetId: id, created: 1 });
        break;
      }
      case "waitlisted":
        records.push(await queue(context, plan, candidate, derived.entry, entries));
        break;
      case "quarantined":
        quarantined.push(candidate);
        records.push({ candidate, outcome: "quarantined", targetId: null, created: 0 });
        break;
      default:
        derived satisfies never;
    }
  }
  await insertRows(database, trx, "live_class_booking", BOOKING_COLUMNS, bookings);
  await insertRows(database, trx, "session_waitlist", ENTRY_COLUMNS, entries);
  await insertRows(
    database,
    trx,
    "legacy_provenance",
    PROVENANCE_COLUMNS,
    records.map(({ candidate, outcome, targetId, created }) => [
      plan.table,
      candidate.id,
      candidate.uuid,
      outcome,
      targetId,
      created,
      candidate.hash,
      runId,
    ]),
  );
  await writeIssues(context, plan, quarantined);
}

/** A waitlist entry for the row: the one that is there, or a new one (LEGACY 2.2). */
async function queue(
  context: WriteContext,
  plan: PagePlan,
  candidate: Candidate,
  entry: WaitlistEntry,
  entries: Cell[][],
): Promise<Record> {
  const key = `${entry.session_id} ${entry.student_user_id}`;
  const there = plan.queued.get(key);
  if (there !== undefined) return { candidate, outcome: "waitlisted", targetId: there, created: 0 };
  const id = await nextId(context, "waitlist");
  entries.push([id, entry.session_id, entry.student_user_id, "waiting", entry.created_at]);
  plan.queued.set(key, id);
  return { candidate, outcome: "waitlisted", targetId: id, created: 1 };
}

async function writeIssues(
  context: WriteContext,
  plan: PagePlan,
  candidates: readonly Candidate[],
): Promise<void> {
  if (candidates.length === 0) return;
  const { database, trx, runId } = context;
  const sources = await readSourceRows(
    database,
    trx,
    plan.table,
    candidates.map((c) => c.id),
  );
  const rows: Cell[][] = [];
  for (const candidate of candidates) {
    if (candidate.derived.outcome !== "quarantined") continue;
    const { code, message } = candidate.derived.issue;
    const source = JSON.stringify(sources.get(candidate.id));
    // A rolled-back run leaves the issues that hold a person's answers or decision.
    const { issue_status, issue_code } = candidate.facts;
    if (issue_status === "skipped" && issue_code === code) continue;
    if (issue_status === null) rows.push([plan.table, candidate.id, code, message, "open", source, runId]);
    else
      await openIssue(trx, {
        source_table: plan.table,
        source_id: candidate.id,
        code,
        message,
        source,
        run_id: runId,
      });
  }
  await insertRows(database, trx, "legacy_issue", ISSUE_COLUMNS, rows);
}

/** Rows whose target somebody deleted, in one go: they may be all there are. */
async function writeDeleted(context: WriteContext, plan: PagePlan): Promise<void> {
  const deleted = plan.changes.flatMap(({ kind, candidate }) => (kind === "deleted" ? [candidate] : []));
  await quarantineRecords(
    context.trx,
    plan.table,
    deleted.map(({ id }) => id),
  );
  await writeIssues(context, plan, deleted);
}

/** A row that had an outcome already: rare, so one at a time. */
async function writeChange(context: WriteContext, plan: PagePlan, change: Change): Promise<void> {
  const { candidate } = change;
  countChange(context.counts, plan.table, change);
  switch (change.kind) {
    case "insert":
      await writeAnew(context, plan, candidate);
      return;
    case "update":
      await updateBooking(context, change.candidate, change.bookingId);
      await record(context, plan, { candidate, outcome: "migrated", targetId: change.bookingId, created: 1 });
      return;
    case "requeue":
      await requeue(context, change.candidate, change.entryId);
      await record(context, plan, { candidate, outcome: "waitlisted", targetId: change.entryId, created: 1 });
      return;
    case "acknowledge":
      await record(context, plan, {
        candidate,
        outcome: candidate.derived.outcome,
        targetId: change.targetId,
        created: candidate.facts.prior_created === 1 ? 1 : 0,
      });
      return;
    case "deleted":
      return; // By writeDeleted.
    default:
      change satisfies never;
  }
}

async function writeAnew(context: WriteContext, plan: PagePlan, candidate: Candidate): Promise<void> {
  const { database, trx } = context;
  const { derived } = candidate;
  switch (derived.outcome) {
    case "migrated": {
      const id = await nextId(context, "booking");
      await insertRows(database, trx, "live_class_booking", BOOKING_COLUMNS, [
        [id, ...unifiedCells(derived.row)],
      ]);
      await record(context, plan, { candidate, outcome: "migrated", targetId: id, created: 1 });
      return;
    }
    case "waitlisted": {
      const entries: Cell[][] = [];
      const queued = await queue(context, plan, candidate, derived.entry, entries);
      await insertRows(database, trx, "session_waitlist", ENTRY_COLUMNS, entries);
      await record(context, plan, queued);
      return;
    }
    case "quarantined":
      await record(context, plan, { candidate, outcome: "quarantined", targetId: null, created: 0 });
      return;
    default:
      derived satisfies never;
  }
}

async function updateBooking(context: WriteContext, candidate: Migrated, bookingId: number): Promise<void> {
  await updateRows(context.database, context.trx, "live_class_booking", UNIFIED_COLUMNS, [
    [bookingId, ...unifiedCells(candidate.derived.row)],
  ]);
}

async function requeue(context: WriteContext, candidate: Waitlisted, entryId: number): Promise<void> {
  await updateRows(
    context.database,
    context.trx,
    "session_waitlist",
    ["created_at"],
    [[entryId, candidate.derived.entry.created_at]],
  );
}

/** Provenance and issue of one row, as they are from now on. */
async function record(
  context: WriteContext,
  plan: PagePlan,
  { candidate, outcome, targetId, created }: Record,
): Promise<void> {
  const { database, trx, runId } = context;
  await upsertProvenance(trx, {
    source_table: plan.table,
    source_id: candidate.id,
    source_uuid: candidate.uuid,
    outcome,
    target_id: targetId,
    created,
    source_hash: candidate.hash,
    run_id: runId,
  });
  if (candidate.derived.outcome !== "quarantined") return closeIssue(trx, plan.table, candidate.id);
  const { code, message } = candidate.derived.issue;
  const sources = await readSourceRows(database, trx, plan.table, [candidate.id]);
  await openIssue(trx, {
    source_table: plan.table,
    source_id: candidate.id,
    code,
    message,
    source: JSON.stringify(sources.get(candidate.id)),
    run_id: runId,
  });
}
