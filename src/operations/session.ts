/** Planning sessions, and what every change of one has in common (SPEC 3). */
import { listTeacherBusy } from "../db/booking-busy.ts";
import { findCourse, findTeacher, lockTeacher, type Teacher } from "../db/booking-people.ts";
import { findSession } from "../db/seats.ts";
import { insertSession, type SessionValues, unfit } from "../db/session-edit.ts";
import { type SessionView, viewSession } from "../db/session-list.ts";
import { actorName, type Role, roleOver } from "../domain/actor.ts";
import { type TimeSpan, teacherOverlap } from "../domain/booking-rules.ts";
import { notFound, refused, usageError } from "../domain/error.ts";
import { addMinutes, type Instant } from "../domain/instant.ts";
import { overridden, type RuleCode, type RuleOutcome, type Verdict } from "../domain/rules.ts";
import {
  isSessionStepAllowed,
  lengthProblem,
  SESSION_STEPS,
  type SessionStatus,
  startProblem,
} from "../domain/session.ts";
import { requireRules } from "./booking-change.ts";
import { type Context, record } from "./context.ts";

/** A session that is locked, and in which capacity somebody acts on it. */
export interface LockedSession {
  session: SessionView;
  role: Role | null;
}

/** @throws ClassbookError not_found `no_such_session` */
export async function loadForChange(context: Context, id: number): Promise<LockedSession> {
  const { database, trx, actor } = context;
  await findSession(database, trx, id, true);
  const session = await viewSession(database, id, context, trx);
  if (session === null)
    throw notFound("no_such_session", `there is no session ${id}`, "`classbook session list` lists them");
  return { session, role: roleOver(actor, { teacher_id: session.teacher_id, student_user_id: null }) };
}

/** Staff act on every session, teachers on their own. @throws ClassbookError refused `permission` */
export function requireRole({ actor }: Context, role: Role | null, what: string): void {
  if (role === "staff" || role === "teacher") return;
  throw refused(
    "permission",
    `${actorName(actor)} may not ${what}`,
    "staff may, and teachers on their own sessions; act as somebody else: --as USER",
  );
}

/** For what only staff may do. @throws ClassbookError refused `permission` */
export function requireStaff({ actor }: Context, role: Role | null, what: string): void {
  if (role === "staff") return;
  throw refused(
    "permission",
    `${actorName(actor)} may not ${what}`,
    "staff may; act as somebody else: --as USER",
  );
}

/** @throws ClassbookError refused `status`: the session's status does not lead there (SESSION_STEPS) */
export function requireStepTo({ id, status }: Pick<SessionView, "id" | "status">, to: SessionStatus): void {
  if (isSessionStepAllowed(status, to)) return;
  const ways = SESSION_STEPS[status] ?? [];
  throw refused(
    "status",
    `session ${id} is ${status} and cannot become ${to}`,
    ways.length === 0 ? `what is ${status} stays so` : `from ${status} it goes to ${ways.join(", ")}`,
  );
}

/** What is asked for when a session is planned. */
export interface NewSession
  extends Omit<SessionValues, "title" | "status" | "end_at_utc" | "timezone_snapshot"> {
  /** Null: the course's title. */
  title: string | null;
  status: "draft" | "scheduled";
  overrides: ReadonlySet<RuleCode>;
}

/** A session after an operation, and what the rules said. */
export interface PlannedSession {
  session: SessionView;
  rules: RuleOutcome[];
}

/**
 * Plans a session. A draft takes nobody's time yet; one in the past is entered by staff only.
 *
 * @throws ClassbookError not_found; usage `bad_session`; refused `permission`, `teacher-overlap`
 */
export async function createSession(context: Context, asked: NewSession): Promise<PlannedSession> {
  const { database, trx, now, actor } = context;
  const { overrides, title, ...given } = asked;
  const course = await findCourse(database, trx, asked.course_id);
  if (course === null)
    throw notFound(
      "no_such_course",
      `there is no course ${asked.course_id}`,
      "`classbook course list` lists them",
    );
  const teacher = await takeTeacher(context, asked.teacher_id);
  const role = roleOver(actor, { teacher_id: teacher.id, student_user_id: null });
  requireRole(context, role, `plan a session of ${teacher.name}`);
  if (asked.start_at_utc <= now) requireStaff(context, role, "plan a session in the past");
  const values: SessionValues = {
    ...given,
    title: title ?? course.title,
    end_at_utc: endOf(asked.start_at_utc, asked.duration_minutes),
    timezone_snapshot: teacher.timezone,
  };
  requireFitting(context, values);
  const rules = requireRules(
    context,
    "the session",
    values.status === "draft" ? [] : [await teacherIsFree(context, teacher, values, null)],
    overrides,
  );
  const id = await insertSession(database, trx, values, now);
  await record(context, {
    what: "created",
    subject: "live_class_session",
    subject_id: id,
    from: null,
    to: { ...values },
    overridden: overridden(rules),
  });
  return { session: (await viewSession(database, id, context, trx))!, rules };
}

/** @throws ClassbookError usage `bad_session`: no length at all, or longer than anybody teaches; a start out of the calendar */
export function endOf(start: Instant, minutes: number): Instant {
  const problems = [lengthProblem(minutes), startProblem(start)].filter((problem) => problem !== null);
  if (problems.length > 0)
    throw usageError("bad_session", problems.join("; "), "nothing was changed", problems);
  return addMinutes(start, minutes);
}

/** @throws ClassbookError usage `bad_session`, naming every text that this installation cannot keep */
export function requireFitting({ database }: Context, values: Partial<SessionValues>): void {
  const problems = unfit(database, values);
  if (problems.length > 0)
    throw usageError("bad_session", problems.join("; "), "nothing was changed", problems);
}

/** The teacher, whose time nobody else books meanwhile. @throws ClassbookError not_found `no_such_teacher` */
export async function takeTeacher({ database, trx }: Context, id: number): Promise<Teacher> {
  await lockTeacher(database, trx, id);
  const teacher = await findTeacher(database, trx, id);
  if (teacher === null)
    throw notFound("no_such_teacher", `there is no teacher ${id}`, "`classbook teacher list` lists them");
  return teacher;
}

/** @param self the session that is to have the time; null = a new one */
export async function teacherIsFree(
  { database, trx }: Context,
  teacher: Teacher,
  { start_at_utc, end_at_utc }: TimeSpan,
  self: number | null,
): Promise<Verdict> {
  const busy = await listTeacherBusy(database, trx, teacher.id, { from: start_at_utc, until: end_at_utc });
  const others = busy.filter(({ kind, id }) => kind === "booking" || id !== self);
  return teacherOverlap(teacher.name, { start_at_utc, end_at_utc }, others, teacher.timezone);
}
