/** Bookings that are deleted as rows: with their places in series, their seats to the next (SPEC 3, 4, 7). */
import type { BookingRow } from "../db/booking.ts";
import { BUSY_STATUSES, SEATED_STATUSES } from "../domain/booking.ts";
import { holdOneTimeSlot } from "./booking.ts";
import { type LockedBooking, loadForChange, tell } from "./booking-change.ts";
import type { Context } from "./context.ts";
import { removeRecorded, requireUnused } from "./deletion.ts";
import { requireStaff } from "./permission.ts";
import { lockSeriesOf, takeOutOfSeries } from "./series-item.ts";
import { passSeatsOn } from "./waitlist.ts";

function isOneOf(words: readonly string[], { status }: BookingRow): boolean {
  return words.includes(status);
}

/** @throws ClassbookError refused `in-use` */
export async function requireBookingUnused(context: Context, id: number): Promise<void> {
  await requireUnused(context, {
    table: "live_class_booking",
    id,
    apart: ["booking_series_item"],
    one: "booking",
  });
}

/**
 * Deletes a booking. What it held is another's: the seat goes to the next who waits, a single slot is offered again.
 *
 * @throws ClassbookError not_found `no_such_booking`; refused `permission`, `in-use`
 */
export async function deleteBooking(context: Context, { id }: { id: number }): Promise<BookingRow> {
  requireStaff(context.actor, `delete booking ${id}`);
  await lockSeriesOf(context, [id]);
  const loaded = await loadForChange(context, id);
  const { booking } = loaded;
  await removeBooking(context, loaded, null);
  const held = [...BUSY_STATUSES, ...SEATED_STATUSES];
  if (booking.session_id === null) {
    if (booking.status === "confirmed") await holdOneTimeSlot(context, booking, true);
  } else if (isOneOf(held, booking)) await passSeatsOn(context, booking.session_id, booking.seats_reserved);
  return booking;
}

/** The row, its places in series, and a word to those who counted on it. Series, session and booking are locked. */
export async function removeBooking(
  context: Context,
  loaded: LockedBooking,
  reason: string | null,
): Promise<void> {
  const { booking } = loaded;
  await requireBookingUnused(context, booking.id);
  await takeOutOfSeries(context, booking.id);
  await removeRecorded(context, "live_class_booking", booking.id, reason);
  if (isOneOf(BUSY_STATUSES, booking) && booking.start_at_utc > context.now)
    await tell(context, "booking_cancelled", loaded, booking, reason ?? "the booking was deleted");
}
