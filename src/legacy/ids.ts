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

/**
 * A run's block is used up: its ids are reserved in a transaction of their own and kept with the run, before
 * the batch is tried again. Reserved inside the batch, they would be lost with it on PostgreSQL, whose
 * sequences do not roll back, and a run that was killed would end with other ids.
 */
export class IdsUsedUp extends Error {
  readonly kind: keyof Ids;
  /** How many to reserve. */
  readonly wanted: number;

  constructor(kind: keyof Ids, wanted: number) {
    super(`no ${kind} id is left of the run's block`);
    this.kind = kind;
    this.wanted = wanted;
  }
}

/** Ids at once, where a run needs more than it foresaw. */
const AT_ONCE = 100;

/**
 * The next id of a block.
 *
 * @throws IdsUsedUp where the block is a run's and has none left; beside a run they are taken one by one
 */
export async function nextId(
  context: { database: Database; trx: Trx; ids: Ids; besideRun: boolean },
  kind: keyof Ids,
  foreseen = AT_ONCE,
): Promise<number> {
  const next = nextOf(context.ids[kind]);
  if (next !== null) return next;
  if (!context.besideRun) throw new IdsUsedUp(kind, foreseen);
  return reserveIds(context.database, context.trx, ID_TABLES[kind], 1);
}
