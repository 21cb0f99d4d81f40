/** Cancelling a booking (SPEC 3). */
import type { BookingRow } from "../db/booking.ts";
import { findApproval, findCourse, listPolicies } from "../db/booking-people.ts";
import { actorUserId, type Role } from "../domain/actor.ts";
import { CANCEL_REASONS, type CancelReason } from "../domain/booking.ts";
import { cancelWindow } from "../domain/booking-rules.ts";
import { refused } from "../domain/error.ts";
import { policyInForce } from "../domain/policy.ts";
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
import { passSeatsOn } from "./waitlist.ts";

export interface Cancelling {
  id: number;
  /** Null: by who acts. */
  cancel_reason?: CancelReason | null;
  note?: string | null;
  overrides?: ReadonlySet<RuleCode>;
}

const REASON_OF: Record<Role, CancelReason> = { staff: "admin", teacher: "teacher", student: "student" };

/** Reasons that somebody may give: nobody speaks for those who may do more. */
const MAY_SAY: Record<Role, readonly CancelReason[]> = {
  staff: CANCEL_REASONS,
  teacher: ["teacher", "student", "conflict", "emergency"],
  student: ["student", "conflict", "emergency"],
};

/** pending, confirmed → cancelled. Students within the cancellation window only (SPEC 3). */
export async function cancelBooking(context: Context, asked: Cancelling): Promise<BookingRow> {
  const { now, actor } = context;
  const { id, cancel_reason = null, note = null, overrides = new Set() } = asked;
  const loaded = await loadForChange(context, id);
  requireStep(context, loaded, "cancel", ["staff", "teacher", "student"]);
  const reason = cancel_reason ?? REASON_OF[loaded.role!];
  if (!MAY_SAY[loaded.role!].includes(reason))
    throw refused(
      "permission",
      `a ${loaded.role} cannot give the reason "${reason}"`,
      `--reason takes ${MAY_SAY[loaded.role!].join(", ")}`,
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
  const { database, trx, now } = context;
  const course = await findCourse(database, trx, booking.course_id);
  const policy = policyInForce(await listPolicies(database, trx, booking.teacher_id), booking.course_id, {
    course_teacher: await findApproval(database, trx, booking.course_id, teacher),
    course: course?.requires_booking_approval ?? null,
  });
  return cancelWindow(
    booking.start_at_utc,
    policy.cancel_window_hours,
    role === "student",
    now,
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
