/** More occurrences of a series that is there (SPEC 5). */
import { changeSeries } from "../db/series.ts";
import { insertSeriesItems } from "../db/series-item.ts";
import { usageError } from "../domain/error.ts";
import { dateAfter, type Ending } from "../domain/series.ts";
import { requireOverrides } from "./booking-request.ts";
import { type Context, record } from "./context.ts";
import { type AskedSeries, bookedOf, endingColumns, overriddenIn, rememberedOf } from "./series.ts";
import { bookOccurrences, requireBooked, type SeriesTerms } from "./series-book.ts";
import { loadSeries, requireStatus } from "./series-change.ts";
import { findContinuation } from "./series-clock.ts";
import { getTeacher } from "./series-pattern.ts";
import { expand, soonest } from "./series-plan.ts";

export interface SeriesExtension extends Pick<SeriesTerms, "note" | "overrides" | "on_conflict"> {
  id: number;
  /** occurrence_count: so many more. */
  ending: Ending;
}

/**
 * Goes on after the last date of the rule, wherever its lesson was moved to, with the first that is still to come. A
 * completed series is active again.
 *
 * @throws ClassbookError as createSeries; refused `status`: paused or cancelled, `broken_series`
 */
export async function extendSeries(
  context: Context,
  { id, ending, ...asked }: SeriesExtension,
): Promise<AskedSeries & { id: number }> {
  const { database, trx, now, actor } = context;
  requireOverrides(actor, asked.overrides);
  const loaded = await loadSeries(context, id, "extend");
  const { series, items } = loaded;
  requireStatus(series, ["active", "completed"], "extended");
  const { pattern, recurrence, last } = await findContinuation(context, loaded);
  const from = dateAfter(recurrence, last, soonest(now, pattern.clock));
  if (from === null) throw usageError("bad_rule", `the rule gives no date after ${last}`);
  const plan = expand(recurrence, from, ending, pattern.clock);
  const terms: SeriesTerms = {
    ...asked,
    student_user_id: series.student_user_id,
    first_index: items.at(-1)!.occurrence_index + 1,
  };
  const occurrences = await bookOccurrences(context, pattern, plan.occurrences, terms);
  const teacher = await getTeacher(context, pattern.teacher_id);
  requireBooked(`extending series ${id}`, occurrences, terms, teacher);
  const booked = bookedOf(occurrences);
  await insertSeriesItems(database, trx, id, booked);
  const change = { status: "active" as const, ...endingColumns(ending, items.length + booked.length) };
  await changeSeries(database, trx, id, change, now);
  await record(context, {
    what: "extended",
    subject: "booking_series",
    subject_id: id,
    from: {
      status: series.status,
      occurrence_count: series.occurrence_count,
      until_date: series.until_date,
    },
    to: { ...change, added: booked.length, ...rememberedOf(pattern, occurrences) },
    overridden: overriddenIn(occurrences),
  });
  return { id, pattern, recurrence, ending, skipped_months: plan.skipped_months, occurrences };
}
