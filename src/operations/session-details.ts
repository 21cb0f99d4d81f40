/** Everything about one session: its queue, its bookings, the policy in force, its roster. Looks, writes nothing. */
import { findCourse, findTeacher } from "../db/booking-people.ts";
import { type SessionView, viewSession } from "../db/session-list.ts";
import {
  countByStatus,
  listNamedQueue,
  listRoster,
  type QueueEntry,
  type StatusCount,
} from "../db/session-roster.ts";
import { roleOver } from "../domain/actor.ts";
import type { BookingStatus } from "../domain/booking.ts";
import { notFound } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import type { PolicyInForce } from "../domain/policy.ts";
import { isLiveOffer, offerExpiry, type WaitlistStatus } from "../domain/waitlist.ts";
import type { Context } from "./context.ts";
import { requireOwner } from "./permission.ts";
import { findPolicyInForce } from "./policy-in-force.ts";

/** Somebody in a session's queue. */
export interface QueuePlace {
  waitlist_id: number;
  student_user_id: number;
  student: string | null;
  status: WaitlistStatus;
  /** From 1; null for an offer. */
  position: number | null;
  created_at: Instant;
  offered_at: Instant | null;
  /** When the offer runs out, also where the app wrote no time; null where it holds no seat. */
  offer_expires_at: Instant | null;
  /** An offer that ran out and that nobody has ended yet. */
  overdue: boolean;
}

/** All there is to know of one session. */
export interface SessionDetails extends SessionView {
  /** The offers, then who waits in the order of their turn. */
  queue: QueuePlace[];
  bookings: StatusCount[];
  /** Null where the session has no course or teacher. */
  policy: PolicyInForce | null;
}

/** @throws ClassbookError not_found `no_such_session` */
export async function getSession(context: Context, id: number): Promise<SessionView> {
  const session = await viewSession(context.database, id, context);
  if (session !== null) return session;
  throw notFound("no_such_session", `there is no session ${id}`, "`classbook session list` lists them");
}

/** A student sees of the queue their own place only. @throws ClassbookError not_found `no_such_session` */
export async function describeSession(context: Context, id: number): Promise<SessionDetails> {
  const session = await getSession(context, id);
  const runs = runsIt(context, session);
  const queue = await loadQueue(context, session);
  const { actor } = context;
  return {
    ...forEyesOf(context, session),
    queue: queue
      .filter(({ student_user_id }) => runs || (actor.kind === "user" && actor.id === student_user_id))
      .map(placeOf),
    bookings: await countByStatus(context.database, id),
    policy: await policyOf(context, session),
  };
}

/** Whether whoever looks is staff or the session's teacher. */
function runsIt({ actor }: Context, { teacher_id }: SessionView): boolean {
  return roleOver(actor, { teacher_id, student_user_id: null }) !== null;
}

/** A session as whoever looks may see it: the way into the meeting is for those who run it. */
export function forEyesOf(context: Context, session: SessionView): SessionView {
  if (runsIt(context, session)) return session;
  return { ...session, meeting_link: "", meeting_id: "", meeting_passcode: "" };
}

async function policyOf(
  context: Context,
  { course_id, teacher_id }: SessionView,
): Promise<PolicyInForce | null> {
  if (course_id === null || teacher_id === null) return null;
  const { database, trx } = context;
  const teacher = await findTeacher(database, trx, teacher_id);
  const course = await findCourse(database, trx, course_id);
  return teacher === null ? null : findPolicyInForce(context, teacher, course);
}

async function loadQueue(context: Context, session: SessionView): Promise<(QueuePlace & QueueEntry)[]> {
  const { database, now, offerHours } = context;
  const entries = await listNamedQueue(database, session.id);
  const start = session.start_at_utc;
  let turn = 0;
  return entries.map((entry) => ({
    ...entry,
    waitlist_id: entry.id,
    position: entry.status === "waiting" ? ++turn : null,
    offer_expires_at:
      entry.status === "offered" && start !== null ? offerExpiry(entry, start, offerHours) : null,
    overdue: entry.status === "offered" && (start === null || !isLiveOffer(entry, start, offerHours, now)),
  }));
}

function placeOf(place: QueuePlace): QueuePlace {
  const { waitlist_id, student_user_id, student, status, position } = place;
  const { created_at, offered_at, offer_expires_at, overdue } = place;
  return {
    waitlist_id,
    student_user_id,
    student,
    status,
    position,
    created_at,
    offered_at,
    offer_expires_at,
    overdue,
  };
}

/** Somebody in a session, or waiting for it. */
export interface RosterLine {
  status: BookingStatus | WaitlistStatus;
  student_user_id: number;
  student: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  /** Null for who waits. */
  seats_reserved: number | null;
  student_note: string | null;
  teacher_note: string | null;
  /** The student's first and last attended class in the course; null = none yet, or waits. */
  first_attended_at: Instant | null;
  last_attended_at: Instant | null;
  booking_id: number | null;
  waitlist_id: number | null;
  /** Place in the queue, from 1. */
  position: number | null;
  offer_expires_at: Instant | null;
  /** When it was booked, or the queue joined. */
  created_at: Instant;
}

export const ROSTER_FIELDS = [
  "status",
  "student_user_id",
  "student",
  "first_name",
  "last_name",
  "email",
  "seats_reserved",
  "student_note",
  "teacher_note",
  "first_attended_at",
  "last_attended_at",
  "booking_id",
  "waitlist_id",
  "position",
  "offer_expires_at",
  "created_at",
] as const satisfies readonly (keyof RosterLine)[];

/**
 * Who is in the session, by name, then who waits, in the order of their turn. Bookings that ended are left out.
 *
 * @throws ClassbookError refused `permission`: notes and addresses are for staff and the session's teacher
 */
export async function listSessionRoster(context: Context, session: SessionView): Promise<RosterLine[]> {
  requireOwner(context, session.teacher_id, `see the roster of session ${session.id}`);
  const booked = (await listRoster(context.database, session.id)).map(
    (row): RosterLine => ({ ...row, waitlist_id: null, position: null, offer_expires_at: null }),
  );
  const waiting = (await loadQueue(context, session)).map(
    (place): RosterLine => ({
      ...place,
      seats_reserved: null,
      student_note: null,
      teacher_note: null,
      first_attended_at: null,
      last_attended_at: null,
      booking_id: null,
    }),
  );
  return [...booked, ...waiting];
}
