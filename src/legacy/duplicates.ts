/** Which of several legacy rows with the same key wins (LEGACY 2.7), found before anything is written. */

import {
  findContested,
  insertLosers,
  LegacySource,
  type Loser,
  type SourceTable,
} from "../db/legacy-source.ts";
import type { Database } from "../db/open.ts";
import { precedenceOf } from "../domain/booking.ts";
import { type Facts, mapRow } from "./derive.ts";
import type { MappingOptions, UnifiedBooking } from "./mapping.ts";

const PAGE = 5_000;

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

/** Fills the run's temporary table of losers. Memory holds one key for each row that another could share it with. */
export async function findLosers(
  database: Database,
  table: SourceTable,
  options: MappingOptions & { given: boolean },
): Promise<void> {
  if ((await findContested(database, table, options.given)) === 0) return;
  const source = new LegacySource(database, table, options);
  const winners = new Map<string, Rival>();
  const beaten = new Map<number, string>();
  for (let after = 0; ; ) {
    const page = await source.readContested<Facts>(database.db, { after, limit: PAGE });
    if (page.length === 0) break;
    for (const facts of page) {
      const derived = mapRow(table, facts, options);
      if (derived.outcome !== "migrated") continue;
      const key = keyOf(derived.row);
      const rival = {
        id: facts.id,
        precedence: precedenceOf(derived.row.status),
        bookedAt: derived.row.created_at,
      };
      const best = winners.get(key);
      if (best === undefined || beats(rival, best)) winners.set(key, rival);
      if (best !== undefined) beaten.set(winners.get(key) === rival ? best.id : rival.id, key);
    }
    after = page.at(-1)!.id;
  }
  const losers: Loser[] = [...beaten].map(([id, key]) => ({ id, winner_id: winners.get(key)!.id }));
  await insertLosers(database.db, table, losers);
}
