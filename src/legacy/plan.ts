/**
 * A page of legacy rows → what is to be done, against what is there. Reads, writes nothing: `legacy plan`
 * stops here, `legacy migrate` goes on to write.
 */

import { fingerprintOfBooking } from "../db/fingerprint.ts";
import {
  type BookingKey,
  findBookings,
  findEntries,
  findOccupants,
  findQueued,
  type Occupant,
  type StoredBooking,
  type StoredEntry,
} from "../db/legacy.ts";
import type { LegacySource } from "../db/legacy-source.ts";
import type { SourceTable } from "../db/legacy-tables.ts";
import type { Database, Db } from "../db/open.ts";
import { listPastPlaces } from "../db/session-places.ts";
import { asDeleted, findGone, isDeletedSince, isDiverged } from "./deleted.ts";
import { type Candidate, derive, type Facts, quarantine } from "./derive.ts";
import type { MappingOptions, UnifiedBooking, WaitlistEntry } from "./facts.ts";
import { fingerprintOfEntry } from "./fingerprint.ts";
import { isMovedOnly } from "./moved.ts";

export type Migrated = Candidate & { derived: { outcome: "migrated"; row: UnifiedBooking } };
export type Waitlisted = Candidate & { derived: { outcome: "waitlisted"; entry: WaitlistEntry } };
export type Quarantined = Candidate & { derived: { outcome: "quarantined" } };

/** What an earlier run made of a row, to be taken away before its new outcome is written. */
export interface Takedown {
  bookingId: number | null;
  entryId: number | null;
}

/** One change to what is there; `instead` takes away an earlier outcome first. */
export type Change =
  | { kind: "insert"; candidate: Candidate; instead: Takedown | null }
  | { kind: "update"; candidate: Migrated; bookingId: number }
  | { kind: "requeue"; candidate: Waitlisted; entryId: number }
  /** The target says already what the rules give now: only the record follows. */
  | { kind: "acknowledge"; candidate: Candidate; targetId: number | null }
  /** Somebody deleted the target. */
  | { kind: "deleted"; candidate: Candidate };

export interface PagePlan {
  table: SourceTable;
  /** Rows that no run has seen: the bulk. */
  fresh: Candidate[];
  changes: Change[];
  unchanged: number;
  /** Legacy rows that lose their unified row to a better one (LEGACY 2.7), to be re-read first. */
  demoted: number[];
  /** Waitlist entries that are there already, as `session student` → id. */
  queued: Map<string, number>;
  lastId: number;
  read: number;
}

export interface PlanContext {
  database: Database;
  options: MappingOptions;
  /** Look every key up before it is taken. */
  checkOccupied: boolean;
  /** Rows that were settled, and counted, before their turn. */
  ahead?: readonly number[];
  /** Rows that a person took up again: what was deleted of them is made anew. */
  retaken?: ReadonlySet<number>;
}

/** Null where no rows are left. */
export async function planPage(
  context: PlanContext,
  db: Db,
  source: LegacySource,
  wanted: { after: number; limit: number } | { ids: readonly number[] },
): Promise<PagePlan | null> {
  const facts = await source.read<Facts>(db, wanted);
  if (facts.length === 0) return null;
  const plan: PagePlan = {
    table: source.table,
    fresh: [],
    changes: [],
    unchanged: 0,
    demoted: [],
    queued: new Map(),
    lastId: facts.at(-1)!.id,
    read: facts.length,
  };
  const candidates = facts.map((row) => derive(source.table, row, context.options));
  const gone =
    context.retaken === undefined ? new Set<number>() : await findGone(db, candidates, context.retaken);
  const settled = await settleDuplicates(context, db, plan, candidates, gone);
  const ahead = new Set(context.ahead);
  const changed: Candidate[] = [];
  const anew: Candidate[] = [];
  for (const candidate of settled) {
    const { facts: row } = candidate;
    const stands = row.prior_hash === candidate.hash;
    if (row.prior_outcome === null) plan.fresh.push(candidate);
    else if (stands && ahead.has(candidate.id)) continue;
    else if (row.issue_status === "skipped") plan.unchanged += 1;
    else if (isDeletedSince(candidate))
      plan.changes.push({ kind: "deleted", candidate: asDeleted(candidate) });
    else if (gone.has(candidate.id)) anew.push(candidate);
    // A divergence ends where the two sides agree again, though the legacy row says what it said.
    else if (stands && !(isDiverged(row) && row.prior_target_id !== null)) plan.unchanged += 1;
    else changed.push(candidate);
  }
  for (const change of await planChanges(context, db, changed)) {
    if (isOldNews(change)) plan.unchanged += 1;
    else plan.changes.push(change);
  }
  for (const candidate of anew) plan.changes.push({ kind: "insert", candidate, instead: null });
  const waiting = [...plan.fresh, ...changed, ...anew].flatMap((c) =>
    c.derived.outcome === "waitlisted" ? [c.derived.entry.session_id] : [],
  );
  plan.queued = context.database.layout.has("session_waitlist") ? await findQueued(db, waiting) : new Map();
  return plan;
}

function keyOf(row: UnifiedBooking): BookingKey {
  return {
    booking_type: row.booking_type,
    student_user_id: row.student_user_id,
    place_id: row.booking_type === "group_session" ? row.session_id! : row.teacher_id,
    start_at_utc: row.start_at_utc,
  };
}

/** A divergence that was reported already. */
function isOldNews({ kind, candidate }: Change): boolean {
  const { derived, facts, hash } = candidate;
  return kind === "acknowledge" && derived.outcome === "quarantined" && hash === facts.prior_hash;
}

/** already_booked and duplicate_booking: the two reasons that lie in other rows (LEGACY 2.7). */
async function settleDuplicates(
  context: PlanContext,
  db: Db,
  plan: PagePlan,
  candidates: Candidate[],
  gone: ReadonlySet<number>,
): Promise<Candidate[]> {
  const asking = candidates.filter(
    (c): c is Migrated =>
      c.derived.outcome === "migrated" &&
      (context.checkOccupied || c.facts.loses_to !== null) &&
      (c.hash !== c.facts.prior_hash || gone.has(c.id)),
  );
  const occupants = new Map<Candidate, Occupant>();
  for (const occupant of await findOccupants(
    context.database,
    db,
    asking.map((c) => keyOf(c.derived.row)),
  ))
    occupants.set(asking[occupant.at]!, occupant);
  const bookings = await findBookings(
    db,
    [...occupants.values()].flatMap((o) => (o.source_table === null ? [] : [o.booking_id])),
  );
  // What people changed since stays where it is, whatever its legacy row says now.
  const isFixed = ({ booking_id, source_table, source_hash }: Occupant) =>
    source_table === null || fingerprintOfBooking(bookings.get(booking_id)!) !== source_hash;
  return candidates.map((candidate) => {
    const occupant = occupants.get(candidate);
    const own = occupant?.booking_id === heldBooking(candidate.facts);
    if (occupant !== undefined && !own && isFixed(occupant)) {
      return quarantine(candidate, {
        code: "already_booked",
        message: `booking ${occupant.booking_id} of the unified table has the same student, place and time`,
      });
    }
    if (candidate.derived.outcome === "migrated" && candidate.facts.loses_to !== null) {
      return quarantine(candidate, {
        code: "duplicate_booking",
        message: `${plan.table} ${candidate.facts.loses_to} has the same student, place and time, and is kept`,
      });
    }
    if (occupant !== undefined && !own) plan.demoted.push(occupant.source_id!);
    return candidate;
  });
}

/** Rows that have an outcome which is no longer what the rules give. */
async function planChanges(
  { database }: PlanContext,
  db: Db,
  changed: readonly Candidate[],
): Promise<Change[]> {
  const targets = (outcome: string) =>
    changed.flatMap(({ facts }) =>
      facts.prior_target_id !== null && holds(facts) === outcome ? [facts.prior_target_id] : [],
    );
  const bookings = await findBookings(db, targets("booking"));
  const entries = await findEntries(db, targets("entry"));
  const sessions = changed.flatMap(({ derived }) =>
    derived.outcome === "migrated" && derived.row.session_id !== null ? [derived.row.session_id] : [],
  );
  const past = await listPastPlaces(database, db, sessions);
  return changed.map((candidate) => {
    const change = planChange(candidate, bookings, entries);
    const stands = change.kind === "acknowledge" && bookings.has(change.targetId ?? 0);
    if (!stands || !isMovedOnly(candidate, past)) return change;
    return { ...change, candidate };
  });
}

/** The booking that an earlier run made of the row, or that people made of that since. */
function heldBooking(facts: Facts): number | null {
  return holds(facts) === "booking" ? facts.prior_target_id : null;
}

/** What kind of target the record of an earlier run points to. */
function holds(facts: Facts): "booking" | "entry" | "nothing" {
  if (facts.prior_outcome === "waitlisted") return "entry";
  return facts.prior_target_id === null ? "nothing" : "booking";
}

function planChange(
  candidate: Candidate,
  bookings: Map<number, StoredBooking>,
  entries: Map<number, StoredEntry>,
): Change {
  const { facts } = candidate;
  const held = holds(facts);
  switch (held) {
    case "nothing":
      // Only a divergence from a waitlist entry has no target: it waits for a decision all the same.
      return isDiverged(facts)
        ? { kind: "acknowledge", candidate: diverged(candidate, "its waitlist entry", true), targetId: null }
        : { kind: "insert", candidate, instead: null };
    case "booking":
      return planChangedBooking(candidate, facts.prior_target_id!, bookings.get(facts.prior_target_id!));
    case "entry":
      return planChangedEntry(candidate, facts.prior_target_id!, entries.get(facts.prior_target_id!));
    default:
      return held satisfies never;
  }
}

function planChangedBooking(
  candidate: Candidate,
  bookingId: number,
  stored: StoredBooking | undefined,
): Change {
  const current = stored === undefined ? null : fingerprintOfBooking(stored);
  if (current === candidate.hash) return { kind: "acknowledge", candidate, targetId: bookingId };
  const touched = current !== candidate.facts.prior_hash || isDiverged(candidate.facts);
  if (touched)
    return {
      kind: "acknowledge",
      candidate: diverged(candidate, `booking ${bookingId}`, stored !== undefined),
      targetId: bookingId,
    };
  if (candidate.derived.outcome === "migrated")
    return { kind: "update", candidate: candidate as Migrated, bookingId };
  return { kind: "insert", candidate, instead: { bookingId, entryId: null } };
}

function planChangedEntry(candidate: Candidate, entryId: number, stored: StoredEntry | undefined): Change {
  const { facts, derived } = candidate;
  const isItsOwn =
    derived.outcome === "waitlisted" &&
    stored?.session_id === derived.entry.session_id &&
    stored.student_user_id === derived.entry.student_user_id;
  if (facts.prior_created !== 1) {
    // The entry was the app's own: it stays, whatever became of the legacy row.
    return isItsOwn
      ? { kind: "acknowledge", candidate, targetId: entryId }
      : { kind: "insert", candidate, instead: null };
  }
  const current = stored === undefined ? null : fingerprintOfEntry(stored);
  if (current === candidate.hash) return { kind: "acknowledge", candidate, targetId: entryId };
  if (current !== facts.prior_hash)
    return {
      kind: "acknowledge",
      candidate: diverged(candidate, `waitlist entry ${entryId}`, stored !== undefined),
      targetId: null,
    };
  if (isItsOwn) return { kind: "requeue", candidate: candidate as Waitlisted, entryId };
  return { kind: "insert", candidate, instead: { bookingId: null, entryId } };
}

/** The hash stays that of what the rules give: the same divergence is not reported as news again. */
function diverged(candidate: Candidate, target: string, exists: boolean): Candidate {
  const message = exists
    ? `the legacy row changed after ${target} had been changed by somebody else`
    : `the legacy row changed after ${target} had been deleted`;
  return { ...candidate, derived: { outcome: "quarantined", issue: { code: "diverged", message } } };
}
