/** Moving a booking to another session or opening: one transaction, no seat lost on the way (SPEC 3). */
import { findSlot } from "../db/availability.ts";
import { type BookingRow, findBooking } from "../db/booking.ts";
import { swapSeriesItems } from "../db/series-item.ts";
import { failures, type RuleCode, type RuleOutcome, withOverrides } from "../domain/rules.ts";
import { assessRequest, type BookingRequest, holdOneTimeSlot, saveBooking } from "./booking.ts";
import { loadForChange, lockInOrder, requireStep, take } from "./booking-change.ts";
import type { RequestTerms } from "./booking-request.ts";
import { cancelWindowOf } from "./cancellation.ts";
import { type Context, notify } from "./context.ts";
import { refusalOf } from "./refusal.ts";
import { passSeatsOn } from "./waitlist.ts";

/** Where a booking is to go. */
export type NewPlace =
  | { session_id: number }
  | { slot_id: number; date: BookingDate; course_id: number | null };
type BookingDate = Extract<BookingRequest, { slot_id: number }>["date"];

export interface Rescheduling {
  id: number;
  to: NewPlace;
  /** Null: the note of the booking moves along. */
  note?: string | null;
  overrides?: ReadonlySet<RuleCode>;
}

export interface Rescheduled {
  /** The booking that was moved, now `rescheduled`. */
  from: BookingRow;
  /** The booking in its place. */
  booking: BookingRow;
  rules: RuleOutcome[];
}

/**
 * Takes the booking to another place: the old row ends as `rescheduled`, the new one passes every rule of a new
 * booking, and does not count the old one. A series keeps its occurrence.
 *
 * @throws ClassbookError refused, named by the first rule that failed; nothing was changed
 */
export async function rescheduleBooking(context: Context, asked: Rescheduling): Promise<Rescheduled> {
  const { database, trx } = context;
  const { id, to, note = null, overrides = new Set<RuleCode>() } = asked;
  await lockPlaces(context, id, to);
  const loaded = await loadForChange(context, id);
  requireStep(context, loaded, "reschedule", ["staff", "teacher", "student"]);
  const { booking } = loaded;
  const terms: RequestTerms = {
    student_user_id: booking.student_user_id,
    seats: "session_id" in to ? booking.seats_reserved : 1,
    note: note ?? booking.student_note,
    overrides,
    moved: booking,
  };
  const assessment = await assessRequest(context, { ...to, ...terms });
  const window = withOverrides([await cancelWindowOf(context, loaded)], overrides);
  const rules = [...assessment.rules, ...window];
  // A move never ends in a queue: the seat that the student has would be lost.
  if (failures(rules).length > 0) throw refusalOf(`moving booking ${id}`, rules);
  const from = await take(context, "reschedule", booking, {}, { rules });
  const moved = await saveBooking(context, assessment, booking);
  await swapSeriesItems(database, trx, booking.id, moved.id);
  if (booking.session_id !== null) await passSeatsOn(context, booking.session_id, booking.seats_reserved);
  else if (booking.status === "confirmed") await holdOneTimeSlot(context, booking, true);
  // The new booking tells its own teacher.
  if (moved.teacher_id !== booking.teacher_id)
    await notify(context, [loaded.teacher.user_id], {
      kind: "booking_rescheduled",
      payload: {
        booking_id: booking.id,
        moved_to: moved.id,
        start_at_utc: booking.start_at_utc,
        end_at_utc: booking.end_at_utc,
      },
    });
  return { from, booking: moved, rules };
}

/** Both places are locked before anything is read, in the order of their ids: two that cross do not block each other. */
async function lockPlaces(context: Context, id: number, to: NewPlace): Promise<void> {
  const booking = await findBooking(context.database, context.trx, id);
  if (booking === null) return;
  const slot = "slot_id" in to ? await findSlot(context.database, context.trx, to.slot_id) : null;
  await lockInOrder(context, {
    sessions: [booking.session_id, "session_id" in to ? to.session_id : null],
    teachers: [booking.session_id === null ? booking.teacher_id : null, slot?.teacher_id ?? null],
  });
}
