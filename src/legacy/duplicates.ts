/** Which of several legacy rows with the same key wins (LEGACY 2.7), found before anything is written. */

import { findContested, insertLosers, type Loser } from "../db/legacy-scratch.ts";
import { LegacySource } from "../db/legacy-source.ts";
import type { SourceTable } from "../db/legacy-tables.ts";
import type { Database } from "../db/open.ts";
import { precedenceOf } from "../domain/booking.ts";
import { type Facts, mapRow } from "./derive.ts";
import type { MappingOptions, UnifiedBooking } from "./facts.ts";

const PAGE = 1_000;

interface Rival {
  id: number;
  precedence: number;
  bookedAt: string;
}

function keyOf(row: UnifiedBooking): string {
  return row.booking_type === "group_session"
    ? `${row.student_user_id} ${row.session_id} ${row.start_at_utc}`
    : `${row.student_user_id} ${row.teacher_id} ${row.start_at_utc}`;
}

function beats(a: Rival, b: Rival): boolean {
  if (a.precedence !== b.precedence) return a.precedence < b.precedence;
  if (a.bookedAt !== b.bookedAt) return a.bookedAt < b.bookedAt;
  return a.id < b.id;
}

/** Fills the run's temporary table of losers. Memory holds one group of rivals: a student's rows with one session or teacher. */
export async function findLosers(
  database: Database,
  table: SourceTable,
  options: MappingOptions & { given: boolean },
): Promise<void> {
  if ((await findContested(database, table, options.given)) === 0) return;
  const source = await LegacySource.open(database, database.db, table, {
    given: options.given,
    unseenAfter: null,
  });
  let group: { name: string; contest: Contest } = { name: "", contest: new Contest() };
  for (let after = 0; ; ) {
    const page = await source.readContested<Facts>(database.db, { after, limit: PAGE });
    if (page.length === 0) break;
    const losers: Loser[] = [];
    for (const facts of page) {
      if (facts.rivals !== group.name) {
        losers.push(...group.contest.losers());
        group = { name: facts.rivals, contest: new Contest() };
      }
      const derived = mapRow(table, facts, options);
      if (derived.outcome === "migrated") group.contest.enter(facts.id, derived.row);
    }
    after = page.at(-1)!.contest;
    await insertLosers(database.db, table, losers);
  }
  await insertLosers(database.db, table, group.contest.losers());
}

/** Rows that may share a key: who wins each key, and who loses to whom. */
class Contest {
  readonly #winners = new Map<string, Rival>();
  readonly #beaten = new Map<number, string>();

  enter(id: number, row: UnifiedBooking): void {
    const key = keyOf(row);
    const rival = { id, precedence: precedenceOf(row.status), bookedAt: row.created_at };
    const best = this.#winners.get(key);
    if (best === undefined || beats(rival, best)) this.#winners.set(key, rival);
    if (best !== undefined) this.#beaten.set(this.#winners.get(key) === rival ? best.id : id, key);
  }

  losers(): Loser[] {
    return [...this.#beaten].map(([id, key]) => ({ id, winner_id: this.#winners.get(key)!.id }));
  }
}
