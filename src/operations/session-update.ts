/** Changing a session: its time, teacher, seats, texts and whether it takes bookings (SPEC 3, 4). */
import type { BookingRow } from "../db/booking.ts";
import { findCourse, findTeacher, type Teacher } from "../db/booking-people.ts";
import { findSession } from "../db/seats.ts";
import {
  listClashes,
  listNotEnrolled,
  lockBookings,
  lockStudents,
  type SessionValues,
  updateSessionRow,
} from "../db/session-edit.ts";
import { type SessionView, viewSession } from "../db/session-list.ts";
import { listQueue } from "../db/waitlist.ts";
import { hasEnded } from "../domain/booking.ts";
import { notFound, refused } from "../domain/error.ts";
import {
  failures,
  overridden,
  type RuleCode,
  type RuleOutcome,
  type Verdict,
  withOverrides,
} from "../domain/rules.ts";
import { isOver, openSeats, takesTime, zoneOfSession } from "../domain/session.ts";
import { capacityFor, studentsEnrolled, studentsOverlap } from "../domain/session-rules.ts";
import { requireOverrides } from "./booking-request.ts";
import { type Context, notify, record } from "./context.ts";
import { refusalOf } from "./refusal.ts";
import { loadSeating } from "./seating.ts";
import {
  endOf,
  type LockedSession,
  loadForChange,
  type PlannedSession,
  requireFitting,
  requireRole,
  requireStaff,
  requireStepTo,
  takeTeacher,
  teacherIsFree,
} from "./session.ts";
import { followSession } from "./session-follow.ts";
import { closeIfFull, passSeatsOn } from "./waitlist.ts";
import { shortenOffers } from "./waitlist-shorten.ts";

/** What is to be another; what is left out stays. */
export interface SessionChange
  extends Partial<Omit<SessionValues, "status" | "end_at_utc" | "timezone_snapshot">> {
  id: number;
  /** Cancelling and completing are operations of their own. */
  status?: "scheduled" | "booking_closed" | "live";
  overrides?: ReadonlySet<RuleCode>;
}

type Values = Partial<SessionValues>;

/** What may still be corrected once a session is over. */
const TEXTS = new Set([
  "title",
  "description",
  "meeting_provider",
  "meeting_link",
  "meeting_id",
  "meeting_passcode",
]);
/** What students and teachers are told of. */
const TOLD = new Set([
  "start_at_utc",
  "end_at_utc",
  "teacher_id",
  "meeting_provider",
  "meeting_link",
  "meeting_id",
  "meeting_passcode",
]);
/** What may free seats, or take the last. */
const SEATING = ["capacity", "enable_waitlist", "status", "start_at_utc"] as const;

/**
 * Changes a session. Its bookings that did not end follow its time, teacher and course; seats that this frees go to
 * the queue in the same transaction, pending bookings stay pending. Nothing to change is success.
 *
 * @throws ClassbookError not_found; usage `bad_session`; refused `permission`, `status`, `session-incomplete`,
 *   `capacity`, `student-overlap`, `teacher-overlap`, `enrollment`, `duplicate`
 */
export async function updateSession(context: Context, change: SessionChange): Promise<PlannedSession> {
  const { database, trx, now } = context;
  const { id, overrides = new Set<RuleCode>(), ...asked } = change;
  const loaded = await loadForChange(context, id);
  const session = withTime(loaded.session);
  requireRole(context, loaded.role, `change session ${id}`);
  const wanted = differing(session, asked);
  if (Object.keys(wanted).length === 0) return { session: loaded.session, rules: [] };
  requireAllowed(context, { session, role: loaded.role }, wanted);

  const teacherId = wanted.teacher_id ?? session.teacher_id;
  const teacher = teacherId === null ? null : await takeTeacher(context, teacherId);
  const values = completed(session, wanted, teacher);
  if (opensForQueue(session, wanted, now)) values.status = "scheduled";
  requireFitting(context, values);
  const rules = await judge(context, session, values, { teacher, overrides });

  await updateSessionRow(database, trx, id, values, now);
  const keys = Object.keys(values) as (keyof SessionValues)[];
  await record(context, {
    what: "updated",
    subject: "live_class_session",
    subject_id: id,
    from: Object.fromEntries(keys.map((key) => [key, session[key]])),
    to: { ...values },
    overridden: overridden(rules),
  });
  const after = { ...session, ...values };
  const bookings = await follow(context, after, values);
  await tellOfChange(context, { before: session, after, values, bookings });
  if (values.start_at_utc) await shortenOffers(context, id, values.start_at_utc, "the session was moved");
  if (SEATING.some((key) => key in values)) {
    await passSeatsOn(context, id, Math.max(0, (values.capacity ?? 0) - session.capacity));
    const seated = (await findSession(database, trx, id, true))!;
    await closeIfFull(context, seated, openSeats((await loadSeating(context, seated)).seats));
  }
  return { session: (await viewSession(database, id, context, trx))!, rules };
}

/** A session whose UTC fields nobody filled starts when the app says. */
function withTime(session: SessionView): SessionView {
  return {
    ...session,
    start_at_utc: session.start_at_utc ?? session.scheduled_start,
    end_at_utc: session.end_at_utc ?? session.scheduled_end,
  };
}

function differing(session: SessionView, asked: Values): Values {
  const now = { ...session, duration_minutes: minutesOf(session) };
  return Object.fromEntries(
    Object.entries(asked).filter(
      ([key, value]) => value !== undefined && now[key as keyof SessionView] !== value,
    ),
  );
}

/** 60 where null or 0 (LEGACY 2.1). */
function minutesOf({ duration_minutes }: SessionView): number {
  return duration_minutes || 60;
}

/** @throws ClassbookError refused `status`, `permission`, `session-incomplete` */
function requireAllowed(context: Context, { session, role }: LockedSession, wanted: Values): void {
  const { id, status, start_at_utc: start } = session;
  const lasting = Object.keys(wanted).filter((key) => !TEXTS.has(key));
  if (isOver(status) && lasting.length > 0)
    throw refused(
      "status",
      `session ${id} is ${status}: its ${lasting.join(", ")} cannot be changed any more`,
      "its texts can: --title, --description and the meeting",
    );
  if (wanted.status !== undefined) requireStepTo(session, wanted.status);
  if (wanted.teacher_id !== undefined) requireStaff(context, role, `give session ${id} to another teacher`);
  if (isMoved(wanted) && start !== null && start <= context.now)
    requireStaff(context, role, `move session ${id}, which has begun`);
  if (wanted.start_at_utc !== undefined && wanted.start_at_utc <= context.now)
    requireStaff(context, role, `move session ${id} into the past`);
  const { course_id, teacher_id, start_at_utc } = { ...session, ...wanted };
  if (wanted.status === undefined) return;
  const missing = Object.entries({ course: course_id, teacher: teacher_id, start: start_at_utc })
    .filter(([, value]) => value === null)
    .map(([name]) => name);
  if (missing.length > 0)
    throw refused(
      "session-incomplete",
      `session ${id} has no ${missing.join(" and no ")}`,
      `give it one with the same command: --${missing[0]} …`,
    );
}

function isMoved(values: Values): boolean {
  return values.start_at_utc !== undefined || values.duration_minutes !== undefined;
}

/** The change with what follows from it: the end, and the zone in which it was planned. */
function completed(session: SessionView, wanted: Values, teacher: Teacher | null): Values {
  const values = { ...wanted };
  if (isMoved(wanted)) {
    const start = wanted.start_at_utc ?? session.start_at_utc;
    const minutes = wanted.duration_minutes ?? minutesOf(session);
    if (start !== null)
      Object.assign(values, {
        start_at_utc: start,
        end_at_utc: endOf(start, minutes),
        duration_minutes: minutes,
      });
  }
  if (teacher !== null && (wanted.start_at_utc !== undefined || wanted.teacher_id !== undefined))
    values.timezone_snapshot = teacher.timezone;
  return values;
}

/** Switching the waitlist on opens a session that closed itself because it is full: students can join again. */
function opensForQueue(session: SessionView, wanted: Values, now: string): boolean {
  return (
    wanted.enable_waitlist === true &&
    wanted.status === undefined &&
    session.status === "booking_closed" &&
    session.open <= 0 &&
    (session.start_at_utc ?? now) > now
  );
}

/** @throws ClassbookError refused, named by the first rule that failed; not_found `no_such_course` */
async function judge(
  context: Context,
  session: SessionView,
  values: Values,
  { teacher, overrides }: { teacher: Teacher | null; overrides: ReadonlySet<RuleCode> },
): Promise<RuleOutcome[]> {
  const { database, trx, actor } = context;
  const { id } = session;
  const { start_at_utc: start, end_at_utc: end, status } = { ...session, ...values };
  const zone = teacher?.timezone ?? zoneOfSession(session);
  const verdicts: Verdict[] = [];
  if (values.capacity !== undefined) verdicts.push(capacityFor(session, values.capacity));
  const newlyTaken =
    isMoved(values) || values.teacher_id !== undefined || (takesTime(status) && !takesTime(session.status));
  if (teacher !== null && start !== null && end !== null && takesTime(status) && newlyTaken)
    verdicts.push(await teacherIsFree(context, teacher, { start_at_utc: start, end_at_utc: end }, id));
  if (isMoved(values) && start !== null && end !== null) {
    const live = (await lockBookings(database, trx, id)).filter((row) => !hasEnded(row.status));
    await lockStudents(
      database,
      trx,
      live.map(({ student_user_id }) => student_user_id),
    );
    verdicts.push(studentsOverlap(await listClashes(trx, { session: id, from: start, until: end }), zone));
  }
  if (values.course_id !== undefined) {
    const course = await findCourse(database, trx, values.course_id);
    if (course === null)
      throw notFound(
        "no_such_course",
        `there is no course ${values.course_id}`,
        "`classbook course list` lists them",
      );
    const missing = await listNotEnrolled(database, trx, { session: id, course: course.id });
    verdicts.push(studentsEnrolled(missing, course.title));
  }
  requireOverrides(actor, overrides);
  const rules = withOverrides(verdicts, overrides);
  if (failures(rules).length === 0) return rules;
  const refusal = refusalOf(`changing session ${id}`, rules);
  if (!failures(rules).some(({ rule }) => rule === "capacity")) throw refusal;
  const least = session.taken + session.pending + session.offers;
  throw refused(
    refusal.code,
    refusal.message,
    `--capacity ${least} is the least; or cancel bookings first`,
    refusal.details,
  );
}

/** @returns the bookings that did not end; none where nothing of theirs changed */
async function follow(context: Context, after: SessionView, values: Values): Promise<BookingRow[]> {
  const { id, course_id, teacher_id, start_at_utc, end_at_utc } = after;
  if (course_id !== null && teacher_id !== null && start_at_utc !== null && end_at_utc !== null)
    if (isMoved(values) || values.teacher_id !== undefined || values.course_id !== undefined)
      return followSession(context, id, { course_id, teacher_id, start_at_utc, end_at_utc });
  const rows = await lockBookings(context.database, context.trx, id);
  return rows.filter(({ status }) => !hasEnded(status));
}

/** Tells the students and the teachers, the one who had it too; who waits is told of another time only. */
async function tellOfChange(
  context: Context,
  {
    before,
    after,
    values,
    bookings,
  }: { before: SessionView; after: SessionView; values: Values; bookings: readonly BookingRow[] },
): Promise<void> {
  const { database, trx } = context;
  const changed = Object.keys(values).filter(
    (key) => TOLD.has(key) && before[key as keyof SessionView] !== after[key as keyof SessionView],
  );
  if (changed.length === 0) return;
  const { id, title, start_at_utc, end_at_utc } = after;
  const previous = { start_at_utc: before.start_at_utc, end_at_utc: before.end_at_utc };
  const payload = { session_id: id, title, changed, start_at_utc, end_at_utc, previous };
  const tell = (users: readonly (number | null)[], more: object = {}) =>
    notify(context, users, { kind: "session_changed", payload: { ...payload, ...more } });
  for (const { id: booking_id, student_user_id, status } of bookings)
    if (status === "pending" || status === "confirmed") await tell([student_user_id], { booking_id });
  if (isMoved(values))
    await tell((await listQueue(database, trx, id)).map(({ student_user_id }) => student_user_id));
  const users: (number | null)[] = [];
  for (const teacher of new Set([before.teacher_id, after.teacher_id]))
    if (teacher !== null) users.push((await findTeacher(database, trx, teacher))?.user_id ?? null);
  await tell(users);
}
