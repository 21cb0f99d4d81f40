/** A session's bookings follow it: to another time, teacher or course (SPEC 3). */
import { type BookingRow, changeBooking, reviveBooking } from "../db/booking.ts";
import { isUniqueViolation } from "../db/error.ts";
import { swapSeriesItems } from "../db/series-item.ts";
import { type BookingPlace, listAsMigrated, lockBookings, moveBooking } from "../db/session-edit.ts";
import { hasEnded } from "../domain/booking.ts";
import { refused } from "../domain/error.ts";
import { take } from "./booking-change.ts";
import { type Context, record } from "./context.ts";

const FOLLOWING = ["course_id", "teacher_id", "start_at_utc", "end_at_utc"] as const;

/** What of a session its bookings repeat. */
export type SessionPlace = Pick<BookingPlace, (typeof FOLLOWING)[number]>;

/**
 * Takes the bookings that did not end along; those that ended keep saying what they were for, unless they are as the
 * migration made them: it reads their time, teacher and course from the session (LEGACY 2.2). Where a row that ended holds
 * the new key (student, session, start), that row is taken up again, as by a rebooking, and the other ends as rescheduled.
 *
 * @returns the bookings that did not end, as they are now
 * @throws ClassbookError refused `duplicate`: a student has two bookings in the session that did not end
 */
export async function followSession(
  context: Context,
  session: number,
  place: SessionPlace,
): Promise<BookingRow[]> {
  const { database, trx } = context;
  const rows = await lockBookings(database, trx, session);
  const followed: BookingRow[] = [];
  for (const booking of rows.filter(({ status }) => !hasEnded(status))) {
    if (differing(booking, place).length === 0) {
      followed.push(booking);
      continue;
    }
    const holder = rows.find(
      (row) =>
        row.id !== booking.id &&
        row.student_user_id === booking.student_user_id &&
        row.start_at_utc === place.start_at_utc,
    );
    if (holder !== undefined && !hasEnded(holder.status))
      throw refused(
        "duplicate",
        `bookings ${booking.id} (${booking.status}) and ${holder.id} (${holder.status}) are of one student and would start at the same time (duplicate)`,
        `end one of them first: classbook booking cancel ${booking.id}`,
      );
    if (holder !== undefined) {
      followed.push(await takeUp(context, booking, holder, place));
      continue;
    }
    await moveAlong(context, booking, place);
    followed.push({ ...booking, ...place });
  }
  await takeHistoryAlong(context, session, place);
  return followed;
}

/** Whose key another booking of the student has by now stays where it is. */
async function takeHistoryAlong(context: Context, session: number, place: SessionPlace): Promise<void> {
  const { database, trx } = context;
  const asMigrated = await listAsMigrated(database, trx, session);
  if (asMigrated.size === 0) return;
  const rows = await lockBookings(database, trx, session);
  for (const booking of rows) {
    if (!hasEnded(booking.status) || !asMigrated.has(booking.id) || differing(booking, place).length === 0)
      continue;
    const isHeld = rows.some(
      (row) =>
        row.id !== booking.id &&
        row.student_user_id === booking.student_user_id &&
        row.start_at_utc === place.start_at_utc,
    );
    if (!isHeld) await moveAlong(context, booking, place);
  }
}

function differing(booking: BookingRow, place: SessionPlace) {
  return FOLLOWING.filter((column) => booking[column] !== place[column]);
}

async function moveAlong(context: Context, booking: BookingRow, place: SessionPlace): Promise<void> {
  const changed = differing(booking, place);
  const pick = (from: SessionPlace) => Object.fromEntries(changed.map((column) => [column, from[column]]));
  await move(context, booking, place);
  await record(context, {
    what: "moved",
    subject: "live_class_booking",
    subject_id: booking.id,
    from: pick(booking),
    to: pick(place),
    reason: `session ${booking.session_id} was changed`,
  });
}

async function move({ database, trx }: Context, { id }: BookingRow, place: SessionPlace): Promise<void> {
  try {
    await moveBooking(database, trx, { ...place, id });
  } catch (error) {
    // The app booked the same student at the new time between the look and the write.
    if (!isUniqueViolation(error)) throw error;
    throw refused(
      "duplicate",
      `booking ${id} cannot move along: its student was booked at the new time in this moment (duplicate)`,
      "run it again",
    );
  }
}

/** The row that ended and holds the key becomes the booking. */
async function takeUp(
  context: Context,
  booking: BookingRow,
  holder: BookingRow,
  place: SessionPlace,
): Promise<BookingRow> {
  const { database, trx, now } = context;
  await take(context, "reschedule", booking, {}, { reason: `session ${booking.session_id} was moved` });
  const after: BookingRow = {
    ...booking,
    ...place,
    id: holder.id,
    created_at: holder.created_at,
    updated_at: now,
  };
  await reviveBooking(database, trx, after);
  await changeBooking(database, trx, after); // Who decided it stays known.
  await swapSeriesItems(database, trx, booking.id, holder.id);
  await record(context, {
    what: "rebooked",
    subject: "live_class_booking",
    subject_id: holder.id,
    from: { ...holder },
    to: { status: after.status, ...place, moved_from: booking.id },
    reason: `session ${booking.session_id} was moved`,
  });
  return after;
}
