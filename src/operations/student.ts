/** Students: accounts, profiles and enrollments (SPEC 2). In the django layout the accounts are the app's. */
import type { BookingView } from "../db/booking-list.ts";
import { ALL_BOOKINGS, listBookings } from "../db/booking-list.ts";
import { findStudent, type Student } from "../db/booking-people.ts";
import { isUniqueViolation } from "../db/error.ts";
import { findUsers } from "../db/people.ts";
import { insertRow, updateRow } from "../db/rows.ts";
import {
  ALL_STUDENTS,
  type EnrollmentRow,
  findProfile,
  listEnrollments,
  listStudents,
  listWaitsOf,
  type StudentFilter,
  type StudentRow,
  type StudentWaits,
} from "../db/student.ts";
import { actorName, actorUserId, isStaff } from "../domain/actor.ts";
import { notFound, refused } from "../domain/error.ts";
import { type PersonFields, personProblems } from "../domain/student.ts";
import { type Context, inside, record } from "./context.ts";
import { enrollStudent } from "./enrollment.ts";
import { requireStaff } from "./permission.ts";
import { requireNative, requireSound } from "./refusal.ts";

/** @throws ClassbookError refused `permission`: staff only */
export async function listStudentsFor(context: Context, filter: StudentFilter): Promise<StudentRow[]> {
  requireStaff(context.actor, "list students");
  return listStudents(inside(context), filter, context.now);
}

/** A person with everything that the school knows of them. */
export interface StudentView extends Omit<StudentRow, "active_enrollments" | "upcoming_bookings"> {
  /** Null without a profile. */
  role: string | null;
  enrollments: EnrollmentRow[];
  /** Pending and confirmed bookings that have not started, the next first. */
  upcoming: BookingView[];
  /** What started before now or ended otherwise, the latest first. */
  past: BookingView[];
  waitlist: StudentWaits[];
}

/** @throws ClassbookError not_found `no_such_user`; refused `permission`: neither staff nor the person */
export async function viewStudent(context: Context, id: number): Promise<StudentView> {
  const { actor, now, trx, database } = context;
  const { username } = await getStudent(context, id);
  if (!isStaff(actor) && actorUserId(actor) !== id)
    throw refused(
      "permission",
      `${actorName(actor)} may not look at ${username}`,
      "staff look at everybody, others at themselves: --as USER",
    );
  const [row] = await listStudents(inside(context), { ...ALL_STUDENTS, ids: [id] }, now);
  const { active_enrollments: _enrolled, upcoming_bookings: _booked, ...person } = row!;
  const bookings = await listBookings(inside(context), { ...ALL_BOOKINGS, student: id });
  const isUpcoming = ({ status, start_at_utc }: BookingView) =>
    start_at_utc >= now && (status === "pending" || status === "confirmed");
  return {
    ...person,
    role: (await findProfile(database, trx, id))?.role ?? null,
    enrollments: await listEnrollments(database, trx, id),
    upcoming: bookings.filter(isUpcoming),
    past: bookings.filter((booking) => !isUpcoming(booking)).reverse(),
    waitlist: await listWaitsOf(trx, id),
  };
}

/** The account, held until the transaction ends. @throws ClassbookError not_found `no_such_user` */
export async function getStudent({ database, trx, locks }: Context, id: number): Promise<Student> {
  const student = await findStudent(database, trx, id, locks);
  if (student === null)
    throw notFound("no_such_user", `there is no user ${id}`, "`classbook student list` lists them");
  return student;
}

export interface NewStudent extends PersonFields {
  username: string;
  /** Courses to be enrolled in. */
  courses: readonly number[];
}

/**
 * An account with its profile and enrollments.
 *
 * @returns the user's id
 * @throws ClassbookError refused `permission`, `app-owned`, `duplicate`; usage `bad_input`; not_found `no_such_course`
 */
export async function createStudent(context: Context, asked: NewStudent): Promise<number> {
  const { database, trx, now, actor } = context;
  requireStaff(actor, "create users");
  requireNative(database, "users are created");
  const { courses, timezone = "UTC", username, email = "", first_name = "", last_name = "" } = asked;
  requireSound(personProblems({ username, email, first_name, last_name, timezone }));
  const account = { username, email, first_name, last_name, is_active: true };
  const id = await insertUser(context, {
    ...account,
    is_staff: false,
    is_superuser: false,
    date_joined: now,
  });
  await insertRow(database, trx, "user_profile", { user_id: id, role: "student", timezone });
  await record(context, {
    what: "created",
    subject: "app_user",
    subject_id: id,
    from: null,
    to: { ...account, timezone, role: "student" },
  });
  for (const course of new Set(courses)) await enrollStudent(context, { user: id, course, status: "active" });
  return id;
}

async function insertUser(
  context: Context,
  row: { username: string } & Record<string, unknown>,
): Promise<number> {
  const { database, trx } = context;
  await requireFree(context, row.username);
  try {
    return await insertRow(database, trx, "app_user", row);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw isTaken(row.username);
  }
}

function isTaken(username: string) {
  return refused("duplicate", `the username ${username} is taken`, "choose another --username");
}

/** @throws ClassbookError refused `duplicate` */
async function requireFree(context: Context, username: string): Promise<void> {
  const found = await findUsers(inside(context), username);
  if (found.some((user) => user.username === username)) throw isTaken(username);
}

export interface StudentChange extends PersonFields {
  is_active?: boolean | undefined;
}

/**
 * Changes what is named, of the account and its profile. What is as asked already is no change, and no event.
 *
 * @throws ClassbookError refused `permission`, `duplicate`, `app-owned` (in the django layout for everything but the time zone
 *   of a profile that is there); usage `bad_input`; not_found `no_such_user`
 */
export async function updateStudent(context: Context, user: number, asked: StudentChange): Promise<void> {
  const { database, trx, actor } = context;
  requireStaff(actor, "change users");
  const { is_active, ...fields } = asked;
  requireSound(personProblems(fields));
  const { timezone, ...account } = asked;
  if (Object.values(account).some((value) => value !== undefined))
    requireNative(database, "users are changed");
  await getStudent(context, user);
  const [row] = await listStudents(inside(context), { ...ALL_STUDENTS, ids: [user] }, context.now);
  const changed = differing(row!, account);
  if (typeof changed.username === "string") await requireFree(context, changed.username);
  await updateRow(database, trx, "app_user", user, changed);
  if (timezone !== undefined && timezone !== row!.timezone) {
    await saveZone(context, user, timezone);
    changed.timezone = timezone;
  }
  if (Object.keys(changed).length === 0) return;
  await record(context, {
    what: "updated",
    subject: "app_user",
    subject_id: user,
    from: Object.fromEntries(
      Object.keys(changed).map((column) => [column, row![column as keyof StudentRow]]),
    ),
    to: changed,
  });
}

/** The values that are named and not there yet. */
export function differing(row: object, asked: object): Record<string, unknown> {
  const now = row as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(asked).filter(([column, value]) => value !== undefined && value !== now[column]),
  );
}

/** Sets the zone of the profile; classbook's own users get a profile where they have none. */
async function saveZone(context: Context, user: number, timezone: string): Promise<void> {
  const { database, trx } = context;
  const profile = await findProfile(database, trx, user);
  if (profile !== null) return updateRow(database, trx, "user_profile", profile.id, { timezone });
  requireNative(database, `user ${user} has no profile yet: profiles are created`);
  await insertRow(database, trx, "user_profile", { user_id: user, role: "student", timezone });
}
