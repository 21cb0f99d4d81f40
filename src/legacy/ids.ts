/** The ids that a run gives: blocks reserved at its start, so that a run that was killed goes on with the same ones. */
import { reserveIds } from "../db/bulk.ts";
import type { Database } from "../db/open.ts";
import type { Trx } from "../db/transaction.ts";

/** Ids that a run has to give: the next one, and where its block ends. */
export interface IdBlock {
  next: number;
  end: number;
}

export const ID_TABLES = {
  booking: "live_class_booking",
  waitlist: "session_waitlist",
  series: "booking_series",
  item: "booking_series_item",
} as const;

export type Ids = Record<keyof typeof ID_TABLES, IdBlock>;

/** Nothing reserved: for the few rows that are written beside a run. */
export function noIds(): Ids {
  const none = { next: 0, end: 0 };
  return { booking: { ...none }, waitlist: { ...none }, series: { ...none }, item: { ...none } };
}

/** The next id of a block; null where it has none left. */
export function nextOf(block: IdBlock): number | null {
  if (block.next >= block.end) return null;
  block.next += 1;
  return block.next - 1;
}

/** The next id of the run's own block; rows that nobody foresaw get a block of their own. */
export async function nextId(
  context: { database: Database; trx: Trx; ids: Ids },
  kind: keyof Ids,
  foreseen = 1,
): Promise<number> {
  const next = nextOf(context.ids[kind]);
  if (next !== null) return next;
  const first = await reserveIds(context.database, context.trx, ID_TABLES[kind], foreseen);
  context.ids[kind] = { next: first + 1, end: first + foreseen };
  return first;
}
