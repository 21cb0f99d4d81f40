/** The bookings of a series, as operations on single bookings touch them. */
import type { Database } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

const moved = statement<{ from: number; to: number }, never>((db, { from, to }) =>
  db.updateTable("booking_series_item").set({ booking_id: to }).where("booking_id", "=", from),
);

/** An occurrence that moved keeps its index: its item names the booking in the new place. */
export async function moveSeriesItem(database: Database, trx: Trx, from: number, to: number): Promise<void> {
  await moved(database, trx, { from, to });
}
