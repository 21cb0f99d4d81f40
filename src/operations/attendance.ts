/** Who came: attended and no-show (SPEC 3). */
import type { BookingRow } from "../db/booking.ts";
import { findSession } from "../db/seats.ts";
import { attendanceTime, capacity } from "../domain/booking-rules.ts";
import type { RuleCode, Verdict } from "../domain/rules.ts";
import { loadForChange, requireRules, requireStep, take } from "./booking-change.ts";
import type { Context } from "./context.ts";
import { loadSeating } from "./seating.ts";
import { passSeatsOn } from "./waitlist.ts";

/** confirmed → attended or no_show, and between the two (SPEC 3). */
export async function markAttendance(
  context: Context,
  asked: { id: number; attended: boolean; overrides?: ReadonlySet<RuleCode> },
): Promise<BookingRow> {
  const { id, attended, overrides = new Set() } = asked;
  const step = attended ? "attend" : "no_show";
  const loaded = await loadForChange(context, id);
  requireStep(context, loaded, step, ["staff", "teacher"]);
  const { booking, teacher } = loaded;
  const rules = requireRules(
    context,
    `marking attendance of booking ${id}`,
    [
      attendanceTime(booking.start_at_utc, context.now, teacher.timezone),
      ...(await seatTakenBack(context, booking, attended)),
    ],
    overrides,
  );
  const after = await take(context, step, booking, {}, { rules });
  // Only a seat of a session that is still to come is worth passing on.
  if (!attended && booking.session_id !== null)
    await passSeatsOn(context, booking.session_id, booking.seats_reserved);
  return after;
}

/** Before the session begins, which staff may have set aside, the seat of a no-show may be another's by now. */
async function seatTakenBack(context: Context, booking: BookingRow, attended: boolean): Promise<Verdict[]> {
  const { database, trx, now } = context;
  if (!attended || booking.status !== "no_show" || booking.session_id === null) return [];
  const session = await findSession(database, trx, booking.session_id, true);
  if (session === null || session.start_at_utc === null || session.start_at_utc <= now) return [];
  const { seats } = await loadSeating(context, session);
  return [capacity(seats, booking.seats_reserved, 0)];
}
