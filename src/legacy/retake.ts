/** Takes single rows up again: the same path as a run, in one transaction. */

import { pauseTriggers, resumeTriggers } from "../db/bulk.ts";
import { relaxForeignKeys } from "../db/foreign-keys.ts";
import { releaseLease, renewLease, takeLease } from "../db/lease.ts";
import { LEASE, listRuns } from "../db/legacy-run.ts";
import { prepareTemporary } from "../db/legacy-scratch.ts";
import { LegacySource } from "../db/legacy-source.ts";
import type { SourceTable } from "../db/legacy-tables.ts";
import type { Database } from "../db/open.ts";
import { type Trx, writing } from "../db/transaction.ts";
import type { Actor } from "../domain/actor.ts";
import type { Instant } from "../domain/instant.ts";
import { type Counts, emptyCounts } from "./counts.ts";
import { findLosers } from "./duplicates.ts";
import type { MappingOptions } from "./facts.ts";
import { noIds } from "./ids.ts";
import { takePage } from "./page.ts";
import { countSeats, FIRST_KEY, PAGE, type PhaseState } from "./phases.ts";
import { writeSeriesPage } from "./series.ts";
import type { WriteContext } from "./write.ts";

/**
 * Re-derives rows by id, as `legacy issues resolve` and `retry` need it.
 *
 * @param prepare what is to be written first, once nobody else is at work: a person's answers
 * @throws ClassbookError busy: another run is at work; nothing was changed
 */
export async function migrateRows(
  database: Database,
  table: SourceTable,
  ids: readonly number[],
  options: MappingOptions & { now: () => Instant; actor: Actor },
  prepare: (trx: Trx) => Promise<void>,
): Promise<Counts> {
  const lease = await takeLease(database, LEASE);
  try {
    await writing(database, async (trx) => {
      await renewLease(trx, lease);
      await prepare(trx);
    });
    relaxForeignKeys(database);
    await prepareTemporary(database);
    await findLosers(database, table, { sourceTimezone: options.sourceTimezone, given: true });
    const last = (await listRuns(database)).at(-1);
    const source = await LegacySource.open(database, database.db, table, { given: true, unseenAfter: null });
    return await writing(database, async (trx) => {
      await renewLease(trx, lease);
      await pauseTriggers(database, trx);
      const context: WriteContext = {
        database,
        trx,
        runId: last?.id ?? 0,
        ids: noIds(),
        besideRun: true,
        counts: emptyCounts(),
        ahead: [],
      };
      const planning = { database, options, given: true, checkOccupied: true, retaken: new Set(ids) };
      for (let at = 0; at < ids.length; at += PAGE)
        await takePage(context, planning, source, { ids: ids.slice(at, at + PAGE) });
      for (let key: string | null = ""; key !== null; ) key = await writeSeriesPage(context, key);
      const state: PhaseState = {
        database,
        options: { ...options, batch: PAGE },
        id: context.runId,
        lastId: FIRST_KEY,
        lastKey: "",
        given: true,
        checkOccupied: true,
      };
      for (let reached: number | null = 0; reached !== null; ) {
        reached = await countSeats(state, context);
        state.lastId = reached ?? FIRST_KEY;
      }
      await resumeTriggers(database, trx);
      return context.counts;
    });
  } finally {
    await releaseLease(database, lease).catch(() => {});
  }
}
