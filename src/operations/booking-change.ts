/** A booking that is about to change: locked, with what the change has in common with every other (SPEC 3). */
import {
  type BookingChange,
  type BookingRow,
  changeBooking,
  findBooking,
  lockBooking,
} from "../db/booking.ts";
import { findTeacher, lockTeacher, type Teacher } from "../db/booking-people.ts";
import { findSession } from "../db/seats.ts";
import { actorName, type Role, roleOver } from "../domain/actor.ts";
import { BOOKING_STEPS, type BookingStep, isStepAllowed } from "../domain/booking.ts";
import { notFound, refused } from "../domain/error.ts";
import {
  failures,
  overridden,
  type RuleCode,
  type RuleOutcome,
  type Verdict,
  withOverrides,
} from "../domain/rules.ts";
import { requireOverrides } from "./booking-request.ts";
import { type Context, notify, record } from "./context.ts";
import { refusalOf } from "./refusal.ts";

/** A booking that is locked, with whom the rules ask about. */
export interface LockedBooking {
  booking: BookingRow;
  teacher: Teacher;
  role: Role | null;
}

/**
 * Locks what the booking's seats and times hang on, then the booking.
 *
 * @throws ClassbookError not_found `no_such_booking`
 */
export async function loadForChange(context: Context, id: number): Promise<LockedBooking> {
  const { database, trx, actor } = context;
  const missing = notFound(
    "no_such_booking",
    `there is no booking ${id}`,
    "`classbook booking list` lists them",
  );
  const seen = await findBooking(database, trx, id);
  if (seen === null) throw missing;
  if (seen.session_id !== null) await findSession(database, trx, seen.session_id, true);
  if (seen.booking_type === "one_on_one") await lockTeacher(database, trx, seen.teacher_id);
  const booking = await lockBooking(database, trx, id);
  if (booking === null) throw missing;
  const teacher = (await findTeacher(database, trx, booking.teacher_id)) ?? {
    id: booking.teacher_id,
    user_id: null,
    name: `teacher ${booking.teacher_id}`,
    timezone: "UTC",
  };
  return { booking, teacher, role: roleOver(actor, booking) };
}

/**
 * Locks what several bookings hang on, in the order of ids: two operations that cross do not block each other. Null is
 * passed over.
 */
export async function lockInOrder(
  { database, trx }: Context,
  { sessions, teachers }: { sessions: readonly (number | null)[]; teachers: readonly (number | null)[] },
): Promise<void> {
  for (const session of inOrder(sessions)) await findSession(database, trx, session, true);
  for (const teacher of inOrder(teachers)) await lockTeacher(database, trx, teacher);
}

function inOrder(ids: readonly (number | null)[]): number[] {
  return [...new Set(ids.filter((id) => id !== null))].toSorted((a, b) => a - b);
}

/** @throws ClassbookError refused `permission`, refused `status` */
export function requireStep(
  { actor }: Context,
  { booking, role }: LockedBooking,
  step: BookingStep,
  allowed: readonly Role[],
): void {
  const may = role !== null && allowed.includes(role);
  if (!may)
    throw refused(
      "permission",
      `${actorName(actor)} may not ${STEP_WORDS[step]} booking ${booking.id}`,
      `${allowed.join(" or ")} may; act as somebody else: --as USER`,
    );
  if (isStepAllowed(step, booking.status)) return;
  throw refused(
    "status",
    `booking ${booking.id} is ${booking.status} and cannot be ${DONE_WORDS[step]}`,
    `only ${BOOKING_STEPS[step].from.join(" or ")} bookings can`,
  );
}

const STEP_WORDS: Record<BookingStep, string> = {
  approve: "approve",
  decline: "decline",
  cancel: "cancel",
  reschedule: "reschedule",
  attend: "mark attendance of",
  no_show: "mark attendance of",
};

const DONE_WORDS: Record<BookingStep, string> = {
  approve: "approved",
  decline: "declined",
  cancel: "cancelled",
  reschedule: "rescheduled",
  attend: "marked as attended",
  no_show: "marked as no-show",
};

/** @throws ClassbookError refused, named by the first rule that failed */
export function requireRules(
  context: Context,
  what: string,
  verdicts: readonly Verdict[],
  overrides: ReadonlySet<RuleCode>,
): RuleOutcome[] {
  requireOverrides(context.actor, overrides);
  const rules = withOverrides(verdicts, overrides);
  if (failures(rules).length > 0) throw refusalOf(what, rules);
  return rules;
}

/** Writes the step and its event. Columns that are not named stay. */
export async function take(
  context: Context,
  step: BookingStep,
  booking: BookingRow,
  change: Partial<BookingChange>,
  event: { reason?: string | null; rules?: readonly RuleOutcome[] } = {},
): Promise<BookingRow> {
  const { database, trx, now } = context;
  const after: BookingRow = { ...booking, ...change, status: BOOKING_STEPS[step].to, updated_at: now };
  await changeBooking(database, trx, after);
  await record(context, {
    what: after.status,
    subject: "live_class_booking",
    subject_id: booking.id,
    from: { status: booking.status },
    to: {
      status: after.status,
      ...(after.cancel_reason === "" ? {} : { cancel_reason: after.cancel_reason }),
    },
    reason: event.reason ?? null,
    overridden: overridden(event.rules ?? []),
  });
  return after;
}

/** A further line of a note. */
export function withNote(note: string, more: string | null): string {
  return [note, more ?? ""].filter((part) => part !== "").join("\n");
}

/** Tells the student and the teacher. */
export async function tell(
  context: Context,
  kind: "booking_confirmed" | "booking_declined" | "booking_cancelled",
  { teacher }: LockedBooking,
  booking: BookingRow,
  reason: string | null,
): Promise<void> {
  await notify(context, [booking.student_user_id, teacher.user_id], {
    kind,
    payload: {
      booking_id: booking.id,
      start_at_utc: booking.start_at_utc,
      end_at_utc: booking.end_at_utc,
      reason,
    },
  });
}
