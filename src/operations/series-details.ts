/** What a series says beside its rule and its lessons: where they meet; and its end as a row. */
import { unfitTexts } from "../db/rows.ts";
import { changeSeries } from "../db/series.ts";
import { listItemRows } from "../db/series-item.ts";
import { type Context, record } from "./context.ts";
import { removeRecorded, requireUnused } from "./deletion.ts";
import { requireStaff } from "./permission.ts";
import { requireSound } from "./refusal.ts";
import { loadSeries } from "./series-change.ts";
import { tellBooking } from "./series-item.ts";

export interface SeriesMeeting {
  default_meeting_link?: string;
  default_meeting_id?: string;
  default_meeting_passcode?: string;
}

/**
 * Where the lessons of a series meet. Nothing to change is success.
 *
 * @throws ClassbookError not_found `no_such_series`; usage `bad_input`; refused `permission`
 */
export async function changeSeriesMeeting(
  context: Context,
  { id, ...meeting }: SeriesMeeting & { id: number },
): Promise<void> {
  const { database, trx, now } = context;
  const { series } = await loadSeries(context, id, "change");
  const names = (Object.keys(meeting) as (keyof SeriesMeeting)[]).filter(
    (name) => meeting[name] !== undefined && series[name] !== meeting[name],
  );
  const change: SeriesMeeting = Object.fromEntries(names.map((name) => [name, meeting[name]]));
  requireSound(unfitTexts(database, "booking_series", change));
  if (names.length === 0) return;
  await changeSeries(database, trx, id, change, now);
  await record(context, {
    what: "updated",
    subject: "booking_series",
    subject_id: id,
    from: Object.fromEntries(names.map((name) => [name, series[name]])),
    to: { ...change },
  });
}

/** @throws ClassbookError refused `in-use` */
export async function requireSeriesUnused(context: Context, id: number): Promise<void> {
  await requireUnused(context, {
    table: "booking_series",
    id,
    apart: ["booking_series_item"],
    one: "series",
  });
}

/**
 * Deletes a series with its items; its bookings stay.
 *
 * @throws ClassbookError not_found `no_such_series`; refused `permission`, `in-use`
 */
export async function deleteSeries(context: Context, { id }: { id: number }): Promise<void> {
  requireStaff(context.actor, `delete series ${id}`);
  await loadSeries(context, id, "delete");
  await requireSeriesUnused(context, id);
  const reason = `series ${id} is deleted`;
  for (const item of await listItemRows(context.trx, { series_id: id })) {
    await tellBooking(context, "left_series", item, reason);
    await removeRecorded(context, "booking_series_item", item.id, reason);
  }
  await removeRecorded(context, "booking_series", id);
}
