/** Cancelling a booking (SPEC 3). */
import type { BookingRow } from "../db/booking.ts";
import { findCourse } from "../db/booking-people.ts";
import { actorUserId } from "../domain/actor.ts";
import { CANCEL_REASONS_OF, type CancelReason } from "../domain/booking.ts";
import { cancelWindow } from "../domain/booking-rules.ts";
import { refused } from "../domain/error.ts";
import type { RuleCode, RuleOutcome, Verdict } from "../domain/rules.ts";
import { holdOneTimeSlot } from "./booking.ts";
import {
  type LockedBooking,
  loadForChange,
  requireRules,
  requireStep,
  take,
  tell,
  withNote,
} from "./booking-change.ts";
import type { Context } from "./context.ts";
import { findPolicyInForce } from "./policy-in-force.ts";
import { passSeatsOn } from "./waitlist.ts";

export interface Cancelling {
  id: number;
  /** Null: by who acts. */
  cancel_reason?: CancelReason | null;
  note?: string | null;
  overrides?: ReadonlySet<RuleCode>;
}

/** pending, confirmed → cancelled. Students within the cancellation window only (SPEC 3). */
export async function cancelBooking(context: Context, asked: Cancelling): Promise<BookingRow> {
  const { now, actor } = context;
  const { id, cancel_reason = null, note = null, overrides = new Set() } = asked;
  const loaded = await loadForChange(context, id);
  requireStep(context, loaded, "cancel", ["staff", "teacher", "student"]);
  const mayGive = CANCEL_REASONS_OF[loaded.role!];
  const reason = cancel_reason ?? mayGive[0];
  if (!mayGive.includes(reason))
    throw refused(
      "permission",
      `a ${loaded.role} cannot give the reason "${reason}"`,
      `--reason takes ${mayGive.join(", ")}`,
    );
  const rules = requireRules(
    context,
    `cancelling booking ${id}`,
    [await cancelWindowOf(context, loaded)],
    overrides,
  );
  return end(context, loaded, {
    now,
    by: actorUserId(actor),
    reason,
    note,
    rules,
  });
}

/** Whether the booking may still be cancelled or moved by whoever acts. */
export async function cancelWindowOf(
  context: Context,
  { booking, teacher, role }: LockedBooking,
): Promise<Verdict> {
  const course = await findCourse(context.database, context.trx, booking.course_id);
  const policy = await findPolicyInForce(context, teacher, course);
  return cancelWindow(
    booking.start_at_utc,
    policy.cancel_window_hours,
    role === "student",
    context.now,
    teacher.timezone,
  );
}

async function end(
  context: Context,
  loaded: LockedBooking,
  how: {
    now: BookingRow["updated_at"];
    by: number | null;
    reason: CancelReason;
    note: string | null;
    rules: RuleOutcome[];
  },
): Promise<BookingRow> {
  const { booking } = loaded;
  const after = await take(
    context,
    "cancel",
    booking,
    {
      cancelled_at: how.now,
      cancelled_by_id: how.by,
      cancel_reason: how.reason,
      teacher_note: withNote(booking.teacher_note, how.note),
    },
    { reason: how.note, rules: how.rules },
  );
  await tell(context, "booking_cancelled", loaded, after, how.note);
  if (booking.session_id !== null) await passSeatsOn(context, booking.session_id, booking.seats_reserved);
  else if (booking.status === "confirmed") await holdOneTimeSlot(context, booking, true);
  return after;
}
