/** Sessions and places in their queues as rows that are deleted, with what goes with them (SPEC 4, 7). */
import { countLegacyBookings, listIdsOf } from "../db/deletion.ts";
import { refused } from "../domain/error.ts";
import { plural } from "../domain/spoken.ts";
import type { WaitlistEntry } from "../domain/waitlist.ts";
import { loadForChange as loadBooking } from "./booking-change.ts";
import { removeBooking } from "./booking-deletion.ts";
import { type Context, notify } from "./context.ts";
import { removeRecorded, requireUnused } from "./deletion.ts";
import { requireStaff } from "./permission.ts";
import { lockSeriesOf } from "./series-item.ts";
import { loadForChange } from "./session.ts";
import { passSeatsOn } from "./waitlist.ts";
import { loadEntry } from "./waitlist-entry.ts";

/** @throws ClassbookError refused `in-use`: the migration reads from it, or the app's own tables name it */
export async function requireSessionUnused(context: Context, id: number): Promise<void> {
  const legacy = await countLegacyBookings(context.database, context.trx, id);
  if (legacy > 0)
    throw refused(
      "in-use",
      `session ${id} is named by ${plural(legacy, "legacy booking")}, and the migration reads their time from it`,
      `call it off instead: \`classbook session cancel ${id}\``,
      { legacy_bookings: legacy },
    );
  await requireUnused(context, {
    table: "live_class_session",
    id,
    apart: ["live_class_booking", "session_waitlist", "booking"],
    one: "session",
  });
}

/** The bookings of a session, whatever became of them. */
export async function bookingsOf({ database, trx }: Context, session: number): Promise<number[]> {
  return listIdsOf(database, trx, { table: "live_class_booking", column: "session_id", id: session });
}

/**
 * Deletes a session with its bookings and its queue; students of what was still to come are told.
 *
 * @throws ClassbookError not_found `no_such_session`; refused `permission`, `in-use`
 */
export async function deleteSession(context: Context, { id }: { id: number }): Promise<void> {
  const { database, trx } = context;
  requireStaff(context.actor, `delete session ${id}`);
  await lockSeriesOf(context, await bookingsOf(context, id));
  await loadForChange(context, id);
  await requireSessionUnused(context, id);
  const reason = `session ${id} is deleted`;
  for (const booking of await bookingsOf(context, id))
    await removeBooking(context, await loadBooking(context, booking), reason);
  for (const entry of await listIdsOf(database, trx, { table: "session_waitlist", column: "session_id", id }))
    await removeEntry(context, (await loadEntry(context, entry)).entry, reason);
  await removeRecorded(context, "live_class_session", id);
}

/**
 * Deletes a place in a queue; an offer's seat goes to the next.
 *
 * @throws ClassbookError not_found `no_such_entry`; refused `permission`, `in-use`
 */
export async function deleteEntry(context: Context, { id }: { id: number }): Promise<void> {
  requireStaff(context.actor, `delete waitlist entry ${id}`);
  const { entry } = await loadEntry(context, id);
  await requireEntryUnused(context, id);
  await removeEntry(context, entry, null);
  if (entry.status === "offered") await passSeatsOn(context, entry.session_id, 1);
}

/** @throws ClassbookError refused `in-use` */
export async function requireEntryUnused(context: Context, id: number): Promise<void> {
  await requireUnused(context, { table: "session_waitlist", id, apart: [], one: "waitlist entry" });
}

async function removeEntry(
  context: Context,
  { id, status, session_id, student_user_id }: WaitlistEntry,
  reason: string | null,
): Promise<void> {
  await removeRecorded(context, "session_waitlist", id, reason);
  if (status === "waiting" || status === "offered")
    await notify(context, [student_user_id], {
      kind: "waitlist_expired",
      payload: { session_id, waitlist_id: id },
    });
}
