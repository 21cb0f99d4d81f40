/** Courses, and who teaches them (SPEC 2). In the django layout the courses are the app's, the assignments are ours to write. */
import { findCourse, findTeacher, lockTeacher } from "../db/booking-people.ts";
import { ALL_COURSES, type CourseRow, listCourses } from "../db/course.ts";
import {
  type Assignment,
  deleteAssignment,
  insertAssignment,
  listAssignments,
} from "../db/course-teacher.ts";
import { insertRow, updateRow } from "../db/rows.ts";
import { type CourseFields, courseProblems, slugOf } from "../domain/course.ts";
import { notFound, refused } from "../domain/error.ts";
import { type Context, inside, record } from "./context.ts";
import { requireStaff } from "./permission.ts";
import { requireNative, requireSound } from "./refusal.ts";
import { differing } from "./student.ts";

/** A course with its teachers. Everybody may look at it. */
export interface CourseView extends CourseRow {
  teachers: Pick<Assignment, "teacher_id" | "teacher" | "requires_booking_approval">[];
}

/** @throws ClassbookError not_found `no_such_course` */
export async function viewCourse(context: Context, id: number): Promise<CourseView> {
  const { database, trx, now } = context;
  const [row] = await listCourses(inside(context), { ...ALL_COURSES, ids: [id] }, now);
  if (row === undefined) throw noSuchCourse(id);
  return {
    ...row,
    teachers: (await listAssignments(database, trx, { course: id })).map(
      ({ teacher_id, teacher, requires_booking_approval }) => ({
        teacher_id,
        teacher,
        requires_booking_approval,
      }),
    ),
  };
}

function noSuchCourse(id: number) {
  return notFound("no_such_course", `there is no course ${id}`, "`classbook course list` lists them");
}

/**
 * A course. Without a slug its title makes one; without a booking type everything may be booked.
 *
 * @returns its id
 * @throws ClassbookError refused `permission`, `app-owned`, `duplicate`; usage `bad_input`
 */
export async function createCourse(
  context: Context,
  asked: CourseFields & { title: string },
): Promise<number> {
  const { database, trx, actor } = context;
  requireStaff(actor, "create courses");
  requireNative(database, "courses are created");
  const problems = courseProblems(asked);
  const slug = asked.slug ?? slugOf(asked.title);
  if (slug === null && problems.length === 0)
    problems.push(`the title "${asked.title}" makes no slug: give one`);
  requireSound(problems);
  const row = {
    title: asked.title,
    slug: slug!,
    status: asked.status ?? "active",
    booking_type: asked.booking_type ?? null,
    requires_booking_approval: asked.requires_booking_approval ?? false,
  };
  await requireFreeSlug(context, row.slug);
  const id = await insertRow(database, trx, "course", row);
  await record(context, { what: "created", subject: "course", subject_id: id, from: null, to: row });
  return id;
}

async function requireFreeSlug(context: Context, slug: string): Promise<void> {
  const [other] = await listCourses(inside(context), { ...ALL_COURSES, slug }, context.now);
  if (other !== undefined)
    throw refused("duplicate", `course ${other.id} has the slug ${slug}`, "choose another --slug");
}

/**
 * Changes what is named. What is booked stays booked, whatever the booking type says from then on.
 *
 * @throws ClassbookError refused `permission`, `app-owned`, `duplicate`; usage `bad_input`; not_found `no_such_course`
 */
export async function updateCourse(context: Context, id: number, asked: CourseFields): Promise<void> {
  const { database, trx, actor } = context;
  requireStaff(actor, "change courses");
  requireNative(database, "courses are changed");
  requireSound(courseProblems(asked));
  const before = await viewCourse(context, id);
  const changed = differing(before, asked);
  if (Object.keys(changed).length === 0) return;
  if (typeof changed.slug === "string") await requireFreeSlug(context, changed.slug);
  await updateRow(database, trx, "course", id, changed);
  const was = Object.keys(changed).map((column) => [column, before[column as keyof CourseView]]);
  await record(context, {
    what: "updated",
    subject: "course",
    subject_id: id,
    from: Object.fromEntries(was),
    to: changed,
  });
}

/**
 * Lets a teacher teach a course, or changes what the assignment says of approval.
 *
 * @param approval null: what the course says; undefined: as it is, or null for a new one
 * @throws ClassbookError refused `permission`, `no_account`, `no_such_column`; not_found `no_such_course`, `no_such_teacher`
 */
export async function assignTeacher(
  context: Context,
  asked: { course: number; teacher: number; approval?: boolean | null | undefined },
): Promise<void> {
  const { database, trx } = context;
  const { course, teacher, rows } = await loadAssignment(context, asked);
  const { approval } = asked;
  if (approval !== undefined && approval !== null) requireApprovalColumn(context);
  if (rows.length === 0) {
    await insertAssignment(database, trx, course.id, teacher, approval ?? null);
    await recordAssignment(context, course.id, "assigned", null, {
      teacher_id: teacher.id,
      requires_booking_approval: approval ?? null,
    });
    return;
  }
  for (const row of rows) {
    const before = row.requires_booking_approval;
    if (approval === undefined || approval === before) continue;
    await updateRow(database, trx, "course_teacher", row.id, { requires_booking_approval: approval });
    await recordAssignment(
      context,
      course.id,
      "assigned",
      { teacher_id: teacher.id, requires_booking_approval: before },
      { teacher_id: teacher.id, requires_booking_approval: approval },
    );
  }
}

/**
 * Takes a teacher off a course. Sessions, slots and bookings stay.
 *
 * @throws ClassbookError refused `permission`, `not-assigned`; not_found `no_such_course`, `no_such_teacher`
 */
export async function unassignTeacher(
  context: Context,
  asked: { course: number; teacher: number },
): Promise<void> {
  const { course, teacher, rows } = await loadAssignment(context, asked);
  if (rows.length === 0)
    throw refused(
      "not-assigned",
      `${teacher.name} is not assigned to ${course.title}`,
      `\`classbook course show ${course.id}\` lists its teachers`,
    );
  for (const row of rows) {
    await deleteAssignment(context.trx, row.id);
    await recordAssignment(
      context,
      course.id,
      "unassigned",
      { teacher_id: teacher.id, requires_booking_approval: row.requires_booking_approval },
      null,
    );
  }
}

async function loadAssignment(context: Context, asked: { course: number; teacher: number }) {
  const { database, trx } = context;
  requireStaff(context.actor, "say who teaches a course");
  const course = await findCourse(database, trx, asked.course);
  if (course === null) throw noSuchCourse(asked.course);
  const teacher = await findTeacher(database, trx, asked.teacher);
  if (teacher === null)
    throw notFound(
      "no_such_teacher",
      `there is no teacher ${asked.teacher}`,
      "`classbook teacher list` lists them",
    );
  await lockTeacher(database, trx, teacher.id);
  const rows = await listAssignments(database, trx, { course: course.id, teacher: teacher.id });
  return { course, teacher, rows };
}

/** @throws ClassbookError refused `no_such_column`: generation A cannot say */
function requireApprovalColumn({ database: { layout } }: Context): void {
  if (layout.has("course_teacher", "requires_booking_approval")) return;
  throw refused(
    "no_such_column",
    `${layout.name("course_teacher")} has no requires_booking_approval in this installation`,
    "a policy says it instead: classbook policy set",
  );
}

async function recordAssignment(
  context: Context,
  course: number,
  what: "assigned" | "unassigned",
  from: Record<string, unknown> | null,
  to: Record<string, unknown> | null,
): Promise<void> {
  await record(context, { what, subject: "course", subject_id: course, from, to });
}
