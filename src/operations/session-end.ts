/** How sessions end: cancelled, or completed with who came (SPEC 3, 4). */
import type { BookingRow } from "../db/booking.ts";
import { findTeacher } from "../db/booking-people.ts";
import { setSessionStatus } from "../db/seats.ts";
import { lockBookings } from "../db/session-edit.ts";
import { type SessionView, viewSession } from "../db/session-list.ts";
import type { LiveCount } from "../db/session-roster.ts";
import { actorUserId } from "../domain/actor.ts";
import type { CancelReason } from "../domain/booking.ts";
import { overridden, type RuleCode, type RuleOutcome } from "../domain/rules.ts";
import { type SessionStatus, zoneOfSession } from "../domain/session.ts";
import { overTime } from "../domain/session-rules.ts";
import { plural } from "../domain/spoken.ts";
import { requireRules, take, withNote } from "./booking-change.ts";
import { type Context, notify, record } from "./context.ts";
import { type LockedSession, loadForChange, requireRole, requireStepTo } from "./session.ts";
import { expireQueue } from "./waitlist.ts";

/** A session that was called off, and what that ended. */
export interface CancelledSession {
  session: SessionView;
  /** Bookings cancelled with it. */
  cancelled: number;
  /** Places in the queue that ended. */
  expired: number;
}

/**
 * Calls a session off: its pending and confirmed bookings are cancelled, its queue ends, nobody is offered a seat.
 *
 * @throws ClassbookError not_found; refused `permission`, `status`
 */
export async function cancelSession(
  context: Context,
  {
    id,
    cancel_reason = null,
    note = null,
  }: { id: number; cancel_reason?: CancelReason | null; note?: string | null },
): Promise<CancelledSession> {
  const { database, trx, now, actor } = context;
  const loaded = await loadForChange(context, id);
  requireRole(context, loaded.role, `cancel session ${id}`);
  requireStepTo(loaded.session, "cancelled");
  await setStatus(context, loaded, "cancelled", { reason: note });
  const live = (await lockBookings(database, trx, id)).filter(isLive);
  const reason = cancel_reason ?? (loaded.role === "teacher" ? "teacher" : "admin");
  for (const booking of live) {
    await take(
      context,
      "cancel",
      booking,
      {
        cancelled_at: now,
        cancelled_by_id: actorUserId(actor),
        cancel_reason: reason,
        teacher_note: withNote(booking.teacher_note, note),
      },
      { reason: note ?? `session ${id} was cancelled` },
    );
    await tellOfEnd(context, loaded.session, [booking.student_user_id], booking, note);
  }
  const teacher = loaded.session.teacher_id;
  if (teacher !== null) {
    const user = (await findTeacher(database, trx, teacher))?.user_id ?? null;
    await tellOfEnd(context, loaded.session, [user], null, note);
  }
  const { length: expired } = await expireQueue(context, id, "the session was cancelled");
  return { session: (await viewSession(database, id, context, trx))!, cancelled: live.length, expired };
}

function isLive({ status }: BookingRow): boolean {
  return status === "pending" || status === "confirmed";
}

async function tellOfEnd(
  context: Context,
  session: SessionView,
  users: readonly (number | null)[],
  booking: BookingRow | null,
  reason: string | null,
): Promise<void> {
  await notify(context, users, {
    kind: "session_cancelled",
    payload: {
      session_id: session.id,
      ...(booking === null ? {} : { booking_id: booking.id }),
      title: session.title,
      start_at_utc: session.start_at_utc,
      end_at_utc: session.end_at_utc,
      reason,
    },
  });
}

async function setStatus(
  context: Context,
  { session }: LockedSession,
  status: SessionStatus,
  { reason = null, rules = [] }: { reason?: string | null; rules?: readonly RuleOutcome[] },
): Promise<void> {
  const { database, trx, now } = context;
  await setSessionStatus(database, trx, { id: session.id, status, now });
  await record(context, {
    what: status,
    subject: "live_class_session",
    subject_id: session.id,
    from: { status: session.status },
    to: { status },
    reason,
    overridden: overridden(rules),
  });
}

/** What becomes of the confirmed bookings that nobody marked. */
export const UNMARKED = ["attended", "no_show", "leave"] as const;
export type Unmarked = (typeof UNMARKED)[number];

/** A session that took place, and what that settled. */
export interface CompletedSession {
  session: SessionView;
  /** Bookings marked with it, as `unmarked` asks. */
  marked: number;
  /** Confirmed bookings left for somebody to mark. */
  left: number;
  /** Requests that nobody decided in time. */
  declined: number;
  expired: number;
  rules: RuleOutcome[];
}

/**
 * A session took place, from its end on. Requests that are still pending are declined, its queue ends.
 *
 * @throws ClassbookError not_found; refused `permission`, `status`, `attendance-time`
 */
export async function completeSession(
  context: Context,
  {
    id,
    unmarked = "leave",
    overrides = new Set(),
  }: { id: number; unmarked?: Unmarked; overrides?: ReadonlySet<RuleCode> },
): Promise<CompletedSession> {
  const { database, trx, now, actor } = context;
  const loaded = await loadForChange(context, id);
  const { session, role } = loaded;
  requireRole(context, role, `complete session ${id}`);
  requireStepTo(session, "completed");
  const end = session.end_at_utc;
  const verdicts = end === null ? [] : [overTime(end, now, zoneOfSession(session))];
  const rules = requireRules(context, `completing session ${id}`, verdicts, overrides);
  const bookings = (await lockBookings(database, trx, id)).filter(isLive);
  const confirmed = bookings.filter(({ status }) => status === "confirmed");
  const pending = bookings.filter(({ status }) => status === "pending");
  if (unmarked !== "leave")
    for (const booking of confirmed)
      await take(context, unmarked === "attended" ? "attend" : "no_show", booking, {}, { rules });
  for (const booking of pending) {
    const reason = "the session is over";
    const decided = { decision_at: now, decided_by_id: actorUserId(actor) };
    await take(context, "decline", booking, decided, { reason });
    await notify(context, [booking.student_user_id], {
      kind: "booking_declined",
      payload: {
        booking_id: booking.id,
        start_at_utc: booking.start_at_utc,
        end_at_utc: booking.end_at_utc,
        reason,
      },
    });
  }
  const { length: expired } = await expireQueue(context, id, "the session is over");
  await setStatus(context, loaded, "completed", { rules });
  return {
    session: (await viewSession(database, id, context, trx))!,
    marked: unmarked === "leave" ? 0 : confirmed.length,
    left: unmarked === "leave" ? confirmed.length : 0,
    declined: pending.length,
    expired,
    rules,
  };
}

/** `5 bookings and 2 places in the queue`: what ending sessions ends with them. */
export function liveText({ pending, confirmed, queued }: LiveCount): string {
  const places = plural(queued, "place in the queue", "places in the queue");
  return `${plural(pending + confirmed, "booking")} and ${places}`;
}
