/** Occurrences as rows: a booking put into a series, exchanged, taken out; indices stay 1, 2, 3 … (SPEC 2, 5). */
import { findBooking } from "../db/booking.ts";
import { changeSeries, findSeries, type SeriesRow } from "../db/series.ts";
import {
  findSeriesItem,
  insertSeriesItems,
  listItemRows,
  nameInItem,
  renumberItems,
  type SeriesItemRow,
} from "../db/series-item.ts";
import { actorName, roleOver } from "../domain/actor.ts";
import { notFound, refused } from "../domain/error.ts";
import { loadForChange } from "./booking-change.ts";
import { type Context, record, recordAll } from "./context.ts";
import { removeRecorded } from "./deletion.ts";
import { requireSound } from "./refusal.ts";

export interface NewSeriesItem {
  series_id: number;
  booking_id: number;
  /** Null: the next. */
  occurrence_index: number | null;
}

/**
 * Puts a booking that is there at the end of a series.
 *
 * @returns the item's id
 * @throws ClassbookError not_found; refused `permission`; usage `bad_input`: all that does not fit
 */
export async function addSeriesItem(context: Context, asked: NewSeriesItem): Promise<number> {
  const { database, trx, now } = context;
  const { series_id, booking_id } = asked;
  const series = await lockSeries(context, series_id, "add occurrences to");
  const items = await listItemRows(trx, { series_id });
  const next = (items.at(-1)?.occurrence_index ?? 0) + 1;
  const index = asked.occurrence_index ?? next;
  requireSound([
    ...(await misfits(context, series, booking_id, null)),
    ...(index === next
      ? []
      : [
          items.some(({ occurrence_index }) => occurrence_index === index)
            ? `series ${series_id} has an occurrence ${index} already; the next is ${next}`
            : `occurrence ${index} would leave a gap in series ${series_id}; the next is ${next}`,
        ]),
  ]);
  await insertSeriesItems(database, trx, series_id, [{ booking_id, occurrence_index: index }]);
  const { id } = (await listItemRows(trx, { series_id })).at(-1)!;
  await record(context, {
    what: "created",
    subject: "booking_series_item",
    subject_id: id,
    from: null,
    to: { series_id, booking_id, occurrence_index: index },
  });
  await tellBooking(context, "joined_series", { series_id, booking_id, occurrence_index: index });
  await record(context, {
    what: "occurrence_added",
    subject: "booking_series",
    subject_id: series_id,
    from: null,
    to: { occurrence_index: index, booking_id },
  });
  if (counts(series, items.length))
    await changeSeries(database, trx, series_id, { occurrence_count: items.length + 1 }, now);
  return id;
}

/** The booking's own record: a migration that is run again does not put back what somebody took out. */
export async function tellBooking(
  context: Context,
  what: "joined_series" | "left_series",
  { booking_id, series_id, occurrence_index }: Omit<SeriesItemRow, "id">,
  reason: string | null = null,
): Promise<void> {
  const place = { series_id, occurrence_index };
  await record(context, {
    what,
    subject: "live_class_booking",
    subject_id: booking_id,
    from: what === "left_series" ? place : null,
    to: what === "joined_series" ? place : null,
    reason,
  });
}

/** Whether a series says how many occurrences it has, and says it right. */
function counts({ occurrence_count, until_date }: SeriesRow, items: number): boolean {
  return until_date === null && occurrence_count === items;
}

/**
 * Another booking for an occurrence.
 *
 * @throws ClassbookError as {@link addSeriesItem}
 */
export async function exchangeSeriesItem(
  context: Context,
  { id, booking_id }: { id: number; booking_id: number },
): Promise<void> {
  const item = await loadItem(context, id);
  if (item.booking_id === booking_id) return;
  const series = await lockSeries(context, item.series_id, "change occurrences of");
  requireSound(await misfits(context, series, booking_id, id));
  await nameInItem(context.database, context.trx, { id, booking: booking_id });
  await recordExchange(context, item, booking_id, null);
}

/** @param item as it was */
async function recordExchange(
  context: Context,
  item: SeriesItemRow,
  booking_id: number,
  reason: string | null,
): Promise<void> {
  await tellBooking(context, "left_series", item, reason);
  await tellBooking(context, "joined_series", { ...item, booking_id }, reason);
  await record(context, {
    what: "updated",
    subject: "booking_series_item",
    subject_id: item.id,
    from: { booking_id: item.booking_id },
    to: { booking_id },
    reason,
  });
}

/** What keeps a booking from being an occurrence of a series. @param self the item that is to have it; null = a new one */
async function misfits(
  context: Context,
  series: SeriesRow,
  booking_id: number,
  self: number | null,
): Promise<string[]> {
  if ((await findBooking(context.database, context.trx, booking_id)) === null)
    return [`there is no booking ${booking_id}`];
  const { booking } = await loadForChange(context, booking_id);
  const type = series.type === "group_series" ? "group_session" : "one_on_one";
  const wrong = (["student_user_id", "teacher_id", "course_id"] as const).flatMap((column) =>
    booking[column] === series[column]
      ? []
      : [`booking ${booking_id} has ${column} ${booking[column]}, series ${series.id} ${series[column]}`],
  );
  if (booking.booking_type !== type)
    wrong.push(`booking ${booking_id} is ${booking.booking_type}, series ${series.id} ${series.type}`);
  const elsewhere = (await listItemRows(context.trx, { booking_id })).filter(({ id }) => id !== self);
  for (const { series_id, occurrence_index } of elsewhere)
    wrong.push(`booking ${booking_id} is occurrence ${occurrence_index} of series ${series_id} already`);
  return wrong;
}

/** @throws ClassbookError not_found `no_such_item` */
export async function loadItem({ database, trx }: Context, id: number): Promise<SeriesItemRow> {
  const item = await findSeriesItem(database, trx, id);
  if (item !== null) return item;
  throw notFound(
    "no_such_item",
    `there is no series item ${id}`,
    "`classbook series show ID` lists occurrences",
  );
}

/** Locks a series. Before any session, teacher or booking. @throws ClassbookError not_found; refused `permission` */
async function lockSeries(context: Context, id: number, what: string): Promise<SeriesRow> {
  const { database, trx, actor } = context;
  const series = await findSeries(database, trx, id, true);
  if (series === null)
    throw notFound("no_such_series", `there is no series ${id}`, "`classbook series list` lists them");
  const role = roleOver(actor, { ...series, student_user_id: null });
  if (role === null)
    throw refused(
      "permission",
      `${actorName(actor)} may not ${what} series ${id}`,
      "its teacher and staff may; act as somebody else: --as USER",
    );
  return series;
}

/** Takes an occurrence out of its series; the booking stays. @returns the occurrences that moved up */
export async function removeSeriesItem(context: Context, { id }: { id: number }): Promise<number> {
  const item = await loadItem(context, id);
  const series = await lockSeries(context, item.series_id, "take occurrences out of");
  await tellBooking(context, "left_series", item);
  return takeOut(context, series, id, null);
}

/** Locks the series that name bookings, in the order of ids. Before any session, teacher or booking. */
export async function lockSeriesOf(context: Context, bookings: readonly number[]): Promise<void> {
  const named = new Set<number>();
  for (const booking_id of bookings)
    for (const { series_id } of await listItemRows(context.trx, { booking_id })) named.add(series_id);
  for (const id of [...named].toSorted((a, b) => a - b))
    await findSeries(context.database, context.trx, id, true);
}

/** A booking is about to be deleted: its places in series go. Call it with {@link lockSeriesOf} done. */
export async function takeOutOfSeries(
  context: Context,
  booking_id: number,
  reason = `booking ${booking_id} is deleted`,
): Promise<void> {
  const { database, trx } = context;
  for (const { id, series_id } of await listItemRows(trx, { booking_id }))
    await takeOut(context, await findSeries(database, trx, series_id, true), id, reason);
}

/**
 * A booking gives way to another: its places in series become that one's, and go where that has places of its own, for
 * no booking is two occurrences. Call it with {@link lockSeriesOf} done.
 */
export async function handOverInSeries(
  context: Context,
  { from, to, reason }: { from: number; to: number; reason: string },
): Promise<void> {
  const { database, trx } = context;
  if ((await listItemRows(trx, { booking_id: to })).length === 0) {
    const series = new Set<number>();
    for (const item of await listItemRows(trx, { booking_id: from })) {
      if (series.has(item.series_id)) continue;
      series.add(item.series_id);
      await nameInItem(database, trx, { id: item.id, booking: to });
      await recordExchange(context, item, to, reason);
    }
  }
  await takeOutOfSeries(context, from, reason);
}

async function takeOut(
  context: Context,
  series: SeriesRow | null,
  id: number,
  reason: string | null,
): Promise<number> {
  const { database, trx, now } = context;
  const { series_id, occurrence_index, booking_id } = await loadItem(context, id);
  const items = await listItemRows(trx, { series_id });
  await removeRecorded(context, "booking_series_item", id, reason);
  const later = items.filter((item) => item.occurrence_index > occurrence_index);
  await renumberItems(
    database,
    trx,
    later.map((item) => ({ id: item.id, becomes: item.occurrence_index - 1 })),
  );
  await recordAll(
    context,
    later.map((item) => ({
      what: "renumbered",
      subject: "booking_series_item",
      subject_id: item.id,
      from: { occurrence_index: item.occurrence_index },
      to: { occurrence_index: item.occurrence_index - 1 },
      reason: `occurrence ${occurrence_index} was taken out`,
    })),
  );
  await record(context, {
    what: "occurrence_removed",
    subject: "booking_series",
    subject_id: series_id,
    from: { occurrence_index, booking_id },
    to: null,
    reason,
  });
  if (series !== null && counts(series, items.length))
    await changeSeries(database, trx, series_id, { occurrence_count: items.length - 1 }, now);
  return later.length;
}
