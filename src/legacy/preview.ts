/** `legacy plan`: the migration's own reading and planning, without the writing (LEGACY 3). */
import { hasAnswers, keysMayBeTaken } from "../db/legacy.ts";
import { requireExactIds } from "../db/legacy-ids.ts";
import { prepareTemporary } from "../db/legacy-scratch.ts";
import { countSource, LegacySource } from "../db/legacy-source.ts";
import { SOURCE_TABLES } from "../db/legacy-tables.ts";
import type { Database } from "../db/open.ts";
import { listCapacities, sumSeatsBySession } from "../db/session-counters.ts";
import { SEATED_STATUSES } from "../domain/booking.ts";
import { type Counts, countCandidate, countUnchanged, emptyCounts } from "./counts.ts";
import type { Candidate } from "./derive.ts";
import { findLosers } from "./duplicates.ts";
import type { MappingOptions } from "./facts.ts";
import { FIRST_KEY } from "./phases.ts";
import { type PagePlan, planPage } from "./plan.ts";
import { capacityOf } from "./sessions.ts";

const PAGE = 5_000;
/** Rows a second that a migration takes over, cautiously: for the estimate only. */
const RATE = { sqlite: 15_000, postgres: 10_000 };
const MOST_EXAMPLES = 3;

export interface PreviewOptions extends MappingOptions {
  onProgress: (done: number, total: number) => void;
  shouldStop: () => boolean;
}

export interface Overbooking {
  session_id: number;
  seats_taken: number;
  capacity: number;
}

export interface Preview extends Counts {
  /** Sessions that would hold more confirmed seats than they have. */
  overbooked: Overbooking[];
  /** The first few rows of each reason code. */
  examples: Record<string, string[]>;
  estimated_seconds: number;
}

/**
 * What `migrateLegacy` would do now. Writes nothing but temporary tables of the connection.
 *
 * @throws ClassbookError refused `bad_ids`
 */
export async function previewMigration(database: Database, options: PreviewOptions): Promise<Preview> {
  await requireExactIds(database);
  await prepareTemporary(database);
  const given = await hasAnswers(database);
  const unified = database.layout.has("live_class_booking");
  const context = { database, options, checkOccupied: unified && (await keysMayBeTaken(database)) };
  const counts = emptyCounts();
  const examples: Record<string, string[]> = {};
  const seats = unified ? await sumSeatsBySession(database) : new Map<number, number>();
  let total = 0;
  for (const table of SOURCE_TABLES) total += (await countSource(database.layout, database.db, table)) ?? 0;
  for (const table of SOURCE_TABLES) {
    await findLosers(database, table, { ...options, given });
    const source = await LegacySource.open(database, database.db, table, { given, unseenAfter: FIRST_KEY });
    for (let after = FIRST_KEY; !options.shouldStop(); ) {
      const plan = await planPage(context, database.db, source, { after, limit: PAGE });
      if (plan === null) break;
      countPlan(counts, plan);
      for (const candidate of outcomesOf(plan)) {
        note(examples, table, candidate);
        seat(seats, candidate);
      }
      after = plan.lastId;
      options.onProgress(counts.read, total);
      await new Promise((resume) => setImmediate(resume));
    }
  }
  return {
    ...counts,
    overbooked: await overbookedBy(database, seats),
    examples,
    estimated_seconds: Math.max(1, Math.ceil((counts.read - counts.unchanged) / RATE[database.engine])),
  };
}

function outcomesOf(plan: PagePlan): Candidate[] {
  return [...plan.fresh, ...plan.changes.map((change) => change.candidate)];
}

function countPlan(counts: Counts, plan: PagePlan): void {
  for (let i = 0; i < plan.unchanged; i += 1) countUnchanged(counts, plan.table);
  for (const candidate of outcomesOf(plan)) countCandidate(counts, plan.table, candidate);
  for (const change of plan.changes)
    if (change.kind === "update" || change.kind === "requeue") counts.updated += 1;
}

function note(examples: Record<string, string[]>, table: string, { id, derived }: Candidate): void {
  if (derived.outcome !== "quarantined") return;
  examples[derived.issue.code] ??= [];
  const list = examples[derived.issue.code]!;
  if (list.length < MOST_EXAMPLES) list.push(`${table}:${id} ${derived.issue.message}`);
}

function seat(seats: Map<number, number>, { derived, facts }: Candidate): void {
  if (derived.outcome !== "migrated" || derived.row.session_id === null || facts.prior_outcome === "migrated")
    return;
  if (!(SEATED_STATUSES as readonly string[]).includes(derived.row.status)) return;
  seats.set(derived.row.session_id, (seats.get(derived.row.session_id) ?? 0) + derived.row.seats_reserved);
}

async function overbookedBy(database: Database, seats: Map<number, number>): Promise<Overbooking[]> {
  const found: Overbooking[] = [];
  const ids = [...seats.keys()];
  for (const row of await listCapacities(database, ids)) {
    const capacity = capacityOf(row);
    const taken = seats.get(row.id)!;
    if (taken > capacity) found.push({ session_id: row.id, seats_taken: taken, capacity });
  }
  return found.sort((a, b) => a.session_id - b.session_id);
}
