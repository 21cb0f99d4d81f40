/** Who learns what: an enrollment's status is what the rule `enrollment` asks (SPEC 3). In both layouts. */
import { findCourse, findStudent } from "../db/booking-people.ts";
import { findEnrollments } from "../db/enrollment.ts";
import { insertRow, updateRow } from "../db/rows.ts";
import { notFound, refused } from "../domain/error.ts";
import type { EnrollmentStatus } from "../domain/student.ts";
import { type Context, record } from "./context.ts";
import { requireStaff } from "./permission.ts";

export interface EnrollmentRequest {
  user: number;
  course: number;
  status: EnrollmentStatus;
}

/** What is there afterwards; `changed` is false where it was so before. */
export interface EnrollmentOutcome {
  id: number;
  user_id: number;
  course_id: number;
  course: string;
  student: string;
  status: EnrollmentStatus;
  changed: boolean;
}

/**
 * Enrolls, or sets the status of the enrollment that is there.
 *
 * @throws ClassbookError refused `permission`; not_found `no_such_user`, `no_such_course`
 */
export async function enrollStudent(context: Context, asked: EnrollmentRequest): Promise<EnrollmentOutcome> {
  return setEnrollment(context, asked, true);
}

/**
 * Ends an enrollment: its status becomes expired, the row stays. Bookings stay, too.
 *
 * @throws ClassbookError as enrollStudent; refused `not-enrolled`
 */
export async function unenrollStudent(
  context: Context,
  { user, course }: Omit<EnrollmentRequest, "status">,
): Promise<EnrollmentOutcome> {
  return setEnrollment(context, { user, course, status: "expired" }, false);
}

async function setEnrollment(
  context: Context,
  { user, course: courseId, status }: EnrollmentRequest,
  makes: boolean,
): Promise<EnrollmentOutcome> {
  const { database, trx, locks } = context;
  requireStaff(context.actor, makes ? "enroll students" : "end enrollments");
  // Locked: a booking of this student looks at the enrollment before or after, not meanwhile.
  const student = await findStudent(database, trx, user, locks);
  if (student === null)
    throw notFound("no_such_user", `there is no user ${user}`, "`classbook student list` lists them");
  const course = await findCourse(database, trx, courseId);
  if (course === null)
    throw notFound("no_such_course", `there is no course ${courseId}`, "`classbook course list` lists them");
  if (!database.layout.has("enrollment"))
    throw refused(
      "no_enrollments",
      `this installation has no table ${database.layout.name("enrollment")}`,
      "nobody can be enrolled in it",
    );
  const outcome = {
    user_id: user,
    course_id: courseId,
    course: course.title,
    student: student.username,
    status,
  };
  const rows = await findEnrollments(trx, user, courseId);
  if (rows.length > 0) {
    const others = rows.filter((row) => row.status !== status);
    for (const row of others) {
      await updateRow(database, trx, "enrollment", row.id, { status });
      await say(context, row.id, row.status, outcome);
    }
    return { ...outcome, id: rows[0]!.id, changed: others.length > 0 };
  }
  if (!makes)
    throw refused(
      "not-enrolled",
      `${student.username} is not enrolled in ${course.title}`,
      `\`classbook student show ${student.username}\` lists the enrollments`,
    );
  // Columns of the app's own that hold the time of enrolling, where it has one.
  const times = Object.fromEntries(
    ["enrolled_at", "created_at", "updated_at"].map((column) => [column, context.now]),
  );
  const id = await insertRow(database, trx, "enrollment", {
    ...times,
    user_id: user,
    course_id: courseId,
    status,
  });
  await say(context, id, null, outcome);
  return { ...outcome, id, changed: true };
}

async function say(
  context: Context,
  id: number,
  before: string | null,
  { user_id, course_id, status }: Omit<EnrollmentOutcome, "id" | "changed">,
): Promise<void> {
  await record(context, {
    what:
      status === "expired" ? "unenrolled" : before === null || before === "expired" ? "enrolled" : "updated",
    subject: "enrollment",
    subject_id: id,
    from: before === null ? null : { status: before },
    to: before === null ? { user_id, course_id, status } : { status },
  });
}
