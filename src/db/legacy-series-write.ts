/** What the migration remembers of the series that it made, and how it takes items and series away again. */
import type { Selectable } from "kysely";
import type { Db } from "./open.ts";
import type { Tables } from "./tables.ts";
import type { Trx } from "./transaction.ts";

const AT_ONCE = 1_000;

export type RememberedSeries = Selectable<Tables["legacy_series"]>;

/** The series that earlier runs made of the legacy ids in (after, upTo]; upTo null = of all ids after. */
export async function listRememberedSeries(
  db: Db,
  after: string,
  upTo: string | null,
): Promise<RememberedSeries[]> {
  let query = db.selectFrom("legacy_series").selectAll().where("recurring_series_id", ">", after);
  if (upTo !== null) query = query.where("recurring_series_id", "<=", upTo);
  return query.execute();
}

export type StoredSeries = Selectable<Tables["booking_series"]>;

/** Every column that the table has; null where the series is gone. */
export async function readStoredSeries(db: Db, id: number): Promise<StoredSeries | null> {
  return (await db.selectFrom("booking_series").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;
}

/** @param hash of what the rules gave for it last */
export async function rememberSeriesHash(trx: Trx, id: number, hash: string): Promise<void> {
  await trx.updateTable("legacy_series").set({ source_hash: hash }).where("series_id", "=", id).execute();
}

/** Deletes a series and what is remembered of it; its items first. */
export async function deleteSeries(trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom("booking_series").where("id", "=", id).execute();
  await trx.deleteFrom("legacy_series").where("series_id", "=", id).execute();
}

export async function forgetSeriesOfRun(trx: Trx, run: number): Promise<void> {
  await trx.deleteFrom("legacy_series").where("run_id", "=", run).execute();
}

/** Deletes the items of one series that number these bookings. */
export async function deleteItems(trx: Trx, series: number, bookings: readonly number[]): Promise<void> {
  if (bookings.length === 0) return;
  await trx
    .deleteFrom("booking_series_item")
    .where("series_id", "=", series)
    .where("booking_id", "in", bookings)
    .execute();
}

/** Deletes the items of whole series, or those that number bookings, whatever their series. */
export async function deleteItemsBy(
  trx: Trx,
  column: "series_id" | "booking_id",
  ids: readonly number[],
): Promise<void> {
  for (let at = 0; at < ids.length; at += AT_ONCE)
    await trx
      .deleteFrom("booking_series_item")
      .where(column, "in", ids.slice(at, at + AT_ONCE))
      .execute();
}
