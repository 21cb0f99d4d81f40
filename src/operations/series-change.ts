/** A series that is about to change, and its states: pause, resume, cancel (SPEC 5). */
import { changeSeries, findSeries, type SeriesRow } from "../db/series.ts";
import { isLive, listSeriesItems, type SeriesItem } from "../db/series-item.ts";
import { actorName, type Role, roleOver } from "../domain/actor.ts";
import type { CancelReason } from "../domain/booking.ts";
import { ClassbookError, notFound, refused } from "../domain/error.ts";
import type { RuleCode } from "../domain/rules.ts";
import type { SeriesStatus } from "../domain/series.ts";
import { plural } from "../domain/spoken.ts";
import { lockInOrder } from "./booking-change.ts";
import { cancelBooking } from "./cancellation.ts";
import { type Context, record } from "./context.ts";

/** A series with its occurrences, held until the transaction ends. */
export interface LoadedSeries {
  series: SeriesRow;
  items: SeriesItem[];
  role: Role;
}

/**
 * Loads a series for somebody who has a part in it: its student, its teacher, staff.
 *
 * @param what as in `may not …`: `pause`
 * @throws ClassbookError not_found `no_such_series`; refused `permission`
 */
export async function loadSeries(context: Context, id: number, what: string): Promise<LoadedSeries> {
  const { database, trx, actor, locks } = context;
  const series = await findSeries(database, trx, id, locks);
  if (series === null)
    throw notFound("no_such_series", `there is no series ${id}`, "`classbook series list` lists them");
  const role = roleOver(actor, series);
  if (role === null)
    throw refused(
      "permission",
      `${actorName(actor)} may not ${what} series ${id}`,
      "its student, its teacher and staff may; act as somebody else: --as USER",
    );
  return { series, items: await listSeriesItems(database, trx, id), role };
}

/** Lessons that are still to come. What is going on is past cancelling. */
export function comingOf({ now }: Context, items: readonly SeriesItem[]): SeriesItem[] {
  return items.filter((item) => isLive(item, now) && item.start_at_utc! > now);
}

/** @throws ClassbookError refused `status` */
export function requireStatus(
  { id, status }: SeriesRow,
  allowed: readonly SeriesStatus[],
  done: string,
): void {
  if ((allowed as readonly string[]).includes(status)) return;
  throw refused(
    "status",
    `series ${id} is ${status} and cannot be ${done}`,
    `only ${allowed.join(" or ")} series can`,
  );
}

/** active → paused: no occurrence is added, and it is not completed. Its coming lessons stay booked. */
export async function pauseSeries(context: Context, id: number): Promise<void> {
  const { series } = await loadSeries(context, id, "pause");
  requireStatus(series, ["active"], "paused");
  await setStatus(context, series, "paused", { what: "paused" });
}

/** paused → active. */
export async function resumeSeries(context: Context, id: number): Promise<void> {
  const { series } = await loadSeries(context, id, "resume");
  requireStatus(series, ["paused"], "resumed");
  await setStatus(context, series, "active", { what: "resumed" });
}

/** @param event what happened, in the past tense, and what else of it is to be kept */
export async function setStatus(
  context: Context,
  series: SeriesRow,
  status: SeriesStatus,
  event: { what: string; reason?: string | null; to?: Record<string, unknown> },
): Promise<void> {
  await changeSeries(context.database, context.trx, series.id, { status }, context.now);
  await record(context, {
    what: event.what,
    subject: "booking_series",
    subject_id: series.id,
    from: { status: series.status },
    to: { status, ...event.to },
    reason: event.reason ?? null,
  });
}

export interface SeriesCancelling {
  id: number;
  /** Null: by who acts. */
  cancel_reason?: CancelReason | null;
  note?: string | null;
  overrides?: ReadonlySet<RuleCode>;
}

/**
 * active, paused → cancelled, with its lessons to come, each by the rules of a single cancellation. What is over or
 * going on stays as it is.
 *
 * @returns the bookings that were cancelled
 * @throws ClassbookError refused, with everything that stands in the way at once; nothing was changed
 */
export async function cancelSeries(context: Context, asked: SeriesCancelling): Promise<number[]> {
  const { id, note = null } = asked;
  const loaded = await loadSeries(context, id, "cancel");
  const { series } = loaded;
  const seen = comingOf(context, loaded.items);
  // One that was completed may have a lesson that somebody moved ahead since.
  requireStatus(
    series,
    seen.length > 0 ? ["active", "paused", "completed"] : ["active", "paused"],
    "cancelled",
  );
  await lockInOrder(context, {
    sessions: seen.map(({ session_id }) => session_id),
    teachers: seen.map(({ session_id, teacher_id }) => (session_id === null ? teacher_id : null)),
  });
  // Whoever cancelled or moved one of them meanwhile is done.
  const coming = comingOf(context, await listSeriesItems(context.database, context.trx, id));
  const refusals: { item: SeriesItem; error: ClassbookError }[] = [];
  for (const item of coming)
    try {
      await cancelBooking(context, { ...asked, id: item.booking_id });
    } catch (error) {
      if (!(error instanceof ClassbookError) || error.kind !== "refused") throw error;
      refusals.push({ item, error });
    }
  if (refusals.length > 0) throw cancelRefusal(id, coming.length, refusals);
  const to = { bookings_cancelled: coming.length };
  await setStatus(context, series, "cancelled", { what: "cancelled", reason: note, to });
  return coming.map(({ booking_id }) => booking_id);
}

function cancelRefusal(
  id: number,
  coming: number,
  refusals: readonly { item: SeriesItem; error: ClassbookError }[],
): ClassbookError {
  const told = refusals.map(({ item, error }) => `occurrence ${item.occurrence_index}: ${error.message}`);
  const { code, hint } = refusals[0]!.error;
  const left = coming - refusals.length;
  return refused(
    code,
    `series ${id} is not cancelled: ${told.join("; ")}`,
    left > 0
      ? `${plural(left, "other lesson")} can be: \`classbook series skip ${id} INDEX\``
      : (hint ?? undefined),
    {
      conflicts: refusals.map(({ item, error }) => ({
        occurrence_index: item.occurrence_index,
        booking_id: item.booking_id,
        code: error.code,
        message: error.message,
      })),
    },
  );
}
