/** One line of an imported file: booked once, however often the file is run (CLI.md, `booking import`). */
import { claimImport, findImport, type ImportKey, settleImport } from "../db/booking-import.ts";
import { refused } from "../domain/error.ts";
import { type BookingRequest, createBooking } from "./booking.ts";
import type { Context } from "./context.ts";

/** What came of a line. */
export interface Imported {
  outcome: "confirmed" | "pending" | "waitlisted" | "already done";
  /** Null where the student waits. */
  booking_id: number | null;
  /** Null where a seat or lesson was booked. */
  waitlist_id: number | null;
  /** Place in the queue, from 1; null but for a student who was put on the waitlist now. */
  position: number | null;
}

/**
 * Books what a line asks for, unless its key says that this was done. The key is taken before anything else, in the
 * transaction of the booking: two imports of one file at the same time book each line once, and what is refused frees
 * its key again.
 *
 * @param line.ask finds out what the line asks for; called only where it is to be booked
 * @param line.key null = without: every run books
 * @param line.request what the line says, as text that is the same for the same line
 * @throws ClassbookError as createBooking; refused `key-reused`: the key was booked for another line
 */
export async function importBooking(
  context: Context,
  line: { ask: () => Promise<BookingRequest>; key: ImportKey | null; request: string },
): Promise<Imported> {
  const { database, trx, now } = context;
  const { ask, key, request } = line;
  if (key !== null && !(await claimImport(database, trx, { ...key, request, now }))) {
    const before = (await findImport(database, trx, key))!;
    if (before.request !== request)
      throw refused(
        "key-reused",
        `${key.key_column} "${key.key}" was booked for another line: ${before.request}`,
        "a key names one line for ever: give this one a key of its own",
      );
    const { booking_id, waitlist_id } = before;
    return { outcome: "already done", booking_id, waitlist_id, position: null };
  }
  const { outcome, booking, waitlist } = await createBooking(context, await ask());
  const done = { booking: booking?.id ?? null, waitlist: waitlist?.id ?? null };
  if (key !== null) await settleImport(database, trx, { ...key, ...done });
  return {
    outcome,
    booking_id: done.booking,
    waitlist_id: done.waitlist,
    position: waitlist?.position ?? null,
  };
}
