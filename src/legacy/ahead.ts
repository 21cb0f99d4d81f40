/**
 * Rows settled before their turn: those that hold a unified row which another legacy row is to have, because a better
 * duplicate came, or because lessons moved on, each to the time of the next (LEGACY 2.7).
 */
import { updateRows } from "../db/bulk.ts";
import { LegacySource } from "../db/legacy-source.ts";
import { epochOfDate, formatInstant } from "../domain/instant.ts";
import { countChange, emptyCounts } from "./counts.ts";
import { type PagePlan, type PlanContext, planPage } from "./plan.ts";
import { type WriteContext, writePage } from "./write.ts";

/**
 * Settles the rows that are in the way of a page, and those that are in the way of these. Rows after `after` have
 * their turn yet to come: they are counted here, and noted in the context so that they are not counted again.
 */
export async function settleAhead(
  context: WriteContext,
  planning: PlanContext & { given: boolean },
  page: PagePlan,
  after: number,
): Promise<void> {
  const { database, given } = planning;
  const source = await LegacySource.open(database, context.trx, page.table, { given, unseenAfter: null });
  const wanted = new Set(page.demoted);
  let plan: PagePlan | null = null;
  for (let known = 0; known !== wanted.size; ) {
    known = wanted.size;
    plan = await planPage({ ...planning, ahead: [] }, context.trx, source, { ids: [...wanted] });
    for (const id of plan?.demoted ?? []) wanted.add(id);
  }
  if (plan === null) return;
  await vacate(context, plan);
  await writePage({ ...context, counts: emptyCounts() }, plan);
  for (const change of plan.changes) {
    if (change.candidate.id <= after) continue;
    countChange(context.counts, plan.table, change);
    context.ahead.push(change.candidate.id);
  }
}

/** Takes bookings off their keys until the same transaction puts them on their new ones: two may change places. */
async function vacate({ database, trx }: WriteContext, plan: PagePlan): Promise<void> {
  const nowhen = epochOfDate(1, 1, 1);
  await updateRows(
    database,
    trx,
    "live_class_booking",
    ["start_at_utc"],
    plan.changes.flatMap((change) =>
      change.kind === "update" ? [[change.bookingId, formatInstant(nowhen + change.bookingId, 0)]] : [],
    ),
  );
}
