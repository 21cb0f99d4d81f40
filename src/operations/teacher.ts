/** Teachers: accounts that teach (SPEC 2). In the django layout they are the app's. */
import { findCourse, findTeacher, listPolicies, lockTeacher } from "../db/booking-people.ts";
import { type Assignment, listAssignments } from "../db/course-teacher.ts";
import { isUniqueViolation } from "../db/error.ts";
import { findTeacherOfUser } from "../db/people.ts";
import { insertRow, updateRow } from "../db/rows.ts";
import { findProfile } from "../db/student.ts";
import { ALL_TEACHERS, listTeachers, type TeacherFilter, type TeacherRow } from "../db/teacher.ts";
import { roleOver } from "../domain/actor.ts";
import { type AgendaItem, mondayOf, stretchOf } from "../domain/agenda.ts";
import { notFound, refused } from "../domain/error.ts";
import type { LocalDate } from "../domain/instant.ts";
import { type PolicyInForce, policyInForce } from "../domain/policy.ts";
import { agendaOf, nextOf } from "./agenda.ts";
import { type Context, inside, record } from "./context.ts";
import { requireStaff } from "./permission.ts";
import { requireNative } from "./refusal.ts";
import { getStudent, updateStudent } from "./student.ts";

const NEXT = 10;

/** @throws ClassbookError refused `permission`: staff only */
export async function listTeachersFor(context: Context, filter: TeacherFilter): Promise<TeacherRow[]> {
  requireStaff(context.actor, "list teachers");
  return listTeachers(inside(context), filter, context.now);
}

/** What is in force for one course of a teacher; `course_id` null: for all others. */
export interface CoursePolicy extends PolicyInForce {
  course_id: number | null;
  course: string | null;
}

export interface TeacherView extends Omit<TeacherRow, "timezone"> {
  /** The zone that counts: the profile's where it is one, else UTC. */
  timezone: string;
  courses: Pick<Assignment, "course_id" | "course" | "requires_booking_approval">[];
  policies: CoursePolicy[];
  /** Of the day or week asked for, else what comes next. */
  agenda: AgendaItem[];
}

/** Which part of the agenda: a local day of the teacher, the week from Monday that holds a day, or what comes next. */
export type AgendaPart = { day: LocalDate } | { week: LocalDate } | "next";

/** @throws ClassbookError not_found `no_such_teacher`; refused `permission`: neither staff nor the teacher */
export async function viewTeacher(context: Context, id: number, part: AgendaPart): Promise<TeacherView> {
  const { database, trx, actor, now } = context;
  const teacher = await getTeacher(context, id);
  if (roleOver(actor, { teacher_id: id, student_user_id: -1 }) === null)
    requireStaff(actor, `look at ${teacher.name}'s agenda`);
  const [row] = await listTeachers(inside(context), { ...ALL_TEACHERS, ids: [id] }, now);
  const assignments = await listAssignments(database, trx, { teacher: id });
  const zone = teacher.timezone;
  return {
    ...row!,
    timezone: zone,
    courses: assignments.map(({ course_id, course, requires_booking_approval }) => ({
      course_id,
      course,
      requires_booking_approval,
    })),
    policies: await policiesOf(context, id, assignments),
    agenda:
      part === "next"
        ? await nextOf(context, id, NEXT)
        : await agendaOf(
            context,
            id,
            "day" in part ? stretchOf(part.day, 1, zone) : stretchOf(mondayOf(part.week), 7, zone),
          ),
  };
}

/** What is in force for every course that the teacher is assigned to or has a policy for, the default first. */
async function policiesOf(
  context: Context,
  teacher: number,
  assignments: readonly Assignment[],
): Promise<CoursePolicy[]> {
  const { database, trx } = context;
  const policies = await listPolicies(database, trx, teacher);
  const nothing = { course_teacher: null, course: null };
  const found: CoursePolicy[] = [
    { course_id: null, course: null, ...policyInForce(policies, null, nothing) },
  ];
  const ids = [...assignments, ...policies].map(({ course_id }) => course_id);
  for (const id of [...new Set(ids)].filter((one) => one !== null).sort((a, b) => a - b)) {
    const course = await findCourse(database, trx, id);
    const assigned = assignments.find(({ course_id }) => course_id === id);
    found.push({
      course_id: id,
      course: course?.title ?? null,
      ...policyInForce(policies, id, {
        course_teacher: assigned?.requires_booking_approval ?? null,
        course: course?.requires_booking_approval ?? null,
      }),
    });
  }
  return found;
}

async function getTeacher({ database, trx }: Context, id: number) {
  const teacher = await findTeacher(database, trx, id);
  if (teacher === null)
    throw notFound("no_such_teacher", `there is no teacher ${id}`, "`classbook teacher list` lists them");
  return teacher;
}

/**
 * Makes a user a teacher; a profile that calls them a student calls them an instructor from then on.
 *
 * @returns the teacher's id
 * @throws ClassbookError refused `permission`, `app-owned`, `duplicate`; not_found `no_such_user`
 */
export async function createTeacher(
  context: Context,
  { user, approved }: { user: number; approved: boolean },
): Promise<number> {
  const { database, trx, actor } = context;
  requireStaff(actor, "make teachers");
  requireNative(database, "teachers are created");
  // Locked: two that make the same user a teacher come one after the other.
  const { username } = await getStudent(context, user);
  if ((await findTeacherOfUser(trx, user)) !== null) throw isTeacher(username);
  let id: number;
  try {
    id = await insertRow(database, trx, "teacher", { user_id: user, is_approved: approved });
  } catch (error) {
    throw isUniqueViolation(error) ? isTeacher(username) : error;
  }
  await record(context, {
    what: "created",
    subject: "teacher",
    subject_id: id,
    from: null,
    to: { user_id: user, is_approved: approved },
  });
  const profile = await findProfile(database, trx, user);
  if (profile?.role === "student") {
    await updateRow(database, trx, "user_profile", profile.id, { role: "instructor" });
    await record(context, {
      what: "updated",
      subject: "app_user",
      subject_id: user,
      from: { role: "student" },
      to: { role: "instructor" },
    });
  }
  return id;
}

function isTeacher(username: string) {
  return refused("duplicate", `${username} is a teacher already`, "`classbook teacher list` lists them");
}

/**
 * Changes what is named. The zone is the profile's, by which the teacher's days are counted; slots and sessions keep theirs.
 *
 * @throws ClassbookError refused `permission`, `app-owned` (approval in the django layout); usage `bad_input`; not_found `no_such_teacher`
 */
export async function updateTeacher(
  context: Context,
  id: number,
  { approved, timezone }: { approved?: boolean | undefined; timezone?: string | undefined },
): Promise<void> {
  const { database, trx, actor } = context;
  requireStaff(actor, "change teachers");
  if (approved !== undefined) requireNative(database, "teachers are approved");
  const teacher = await getTeacher(context, id);
  await lockTeacher(database, trx, id);
  if (timezone !== undefined && teacher.user_id === null)
    throw refused(
      "no_account",
      `teacher ${id} is nobody's account and has no profile`,
      "nothing was changed",
    );
  if (timezone !== undefined) await updateStudent(context, teacher.user_id!, { timezone });
  const [row] = await listTeachers(inside(context), { ...ALL_TEACHERS, ids: [id] }, context.now);
  if (approved === undefined || approved === row!.is_approved) return;
  await updateRow(database, trx, "teacher", id, { is_approved: approved });
  await record(context, {
    what: "updated",
    subject: "teacher",
    subject_id: id,
    from: { is_approved: row!.is_approved },
    to: { is_approved: approved },
  });
}
