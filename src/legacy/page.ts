/**
 * A page of legacy rows, planned and written. Rows outside of it that hold a unified row which one of its rows is to
 * have, because a better duplicate came or because lessons moved on, each to the time of the next, are settled before
 * their turn (LEGACY 2.7).
 */
import { updateRows } from "../db/bulk.ts";
import { LegacySource } from "../db/legacy-source.ts";
import { epochOfDate, formatInstant } from "../domain/instant.ts";
import { countChange, emptyCounts } from "./counts.ts";
import { type PagePlan, type PlanContext, planPage } from "./plan.ts";
import { type WriteContext, writePage } from "./write.ts";

/**
 * Plans a page and writes it, after the rows that are in its way and those that are in the way of these. Rows after
 * `after` have their turn yet to come: where they are settled here they are counted here, and noted in the context
 * so that they are not counted again.
 *
 * @returns the plan as it was carried out; null where no rows are left
 */
export async function takePage(
  context: WriteContext,
  planning: Planning,
  source: LegacySource,
  wanted: { after: number; limit: number } | { ids: readonly number[] },
): Promise<PagePlan | null> {
  const read = () => planPage({ ...planning, ahead: context.ahead }, context.trx, source, wanted);
  let plan = await read();
  if (plan !== null && plan.demoted.length > 0) {
    await settle(context, planning, plan, "after" in wanted ? wanted.after : Number.MAX_SAFE_INTEGER);
    plan = await read();
  }
  if (plan === null) return null;
  const heirs = await writePage(context, plan);
  if (heirs.length > 0) await settle(context, planning, { ...plan, demoted: heirs }, Number.MAX_SAFE_INTEGER);
  return plan;
}

type Planning = PlanContext & { given: boolean };

/** Takes rows up out of turn, with all that are in their way. */
async function settle(
  context: WriteContext,
  planning: Planning,
  page: Pick<PagePlan, "table" | "demoted">,
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
    plan.changes.flatMap((change, nth) =>
      change.kind === "update" ? [[change.bookingId, formatInstant(nowhen + nth, 0)]] : [],
    ),
  );
}
