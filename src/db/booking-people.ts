/** The people and the course of a booking, as the rules need them. */
import type { Policy } from "../domain/policy.ts";
import { isZone } from "../domain/zone.ts";
import type { Database, Db } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

export interface Student {
  id: number;
  username: string;
  is_active: boolean;
}

const studentLocked = statement<
  { id: number },
  { id: number; username: string; is_active: number | boolean }
>((db, { id }, { engine }) =>
  db
    .selectFrom("app_user")
    .select(["id", "username", "is_active"])
    .where("id", "=", id)
    .$if(engine === "postgres", (query) => query.forNoKeyUpdate()),
);

const studentById = statement<{ id: number }, { id: number; username: string; is_active: number | boolean }>(
  (db, { id }) => db.selectFrom("app_user").select(["id", "username", "is_active"]).where("id", "=", id),
);

/** @param locks held until the transaction ends, so that two bookings of one student do not overlap unseen */
export async function findStudent(
  database: Database,
  db: Db,
  id: number,
  locks: boolean,
): Promise<Student | null> {
  const [row] = await (locks ? studentLocked : studentById)(database, db, { id });
  return row === undefined ? null : { ...row, is_active: Boolean(row.is_active) };
}

export interface Teacher {
  id: number;
  /** Null where the teacher is nobody's account. */
  user_id: number | null;
  /** The username; `teacher 12` without one. */
  name: string;
  /** The zone of the profile, where it is one; else UTC. */
  timezone: string;
}

interface StoredTeacher {
  id: number;
  user_id: number | null;
  username: string | null;
  timezone: string | null;
}

const teacherById = statement<{ id: number }, StoredTeacher>((db, { id }, { layout }) =>
  db
    .selectFrom("teacher as t")
    .leftJoin("app_user as u", "u.id", "t.user_id")
    .select(["t.id", "t.user_id", "u.username"])
    .select((eb) =>
      layout.has("user_profile")
        ? eb
            .selectFrom("user_profile as p")
            .select("p.timezone")
            .whereRef("p.user_id", "=", "t.user_id")
            .orderBy("p.id")
            .limit(1)
            .as("timezone")
        : eb.val(null).as("timezone"),
    )
    .$castTo<StoredTeacher>()
    .where("t.id", "=", id),
);

const teacherLocked = statement<{ id: number }, { id: number }>((db, { id }, { engine }) =>
  db
    .selectFrom("teacher")
    .select("id")
    .where("id", "=", id)
    .$if(engine === "postgres", (query) => query.forNoKeyUpdate()),
);

/** Nobody else books this teacher's time until the transaction ends. SQLite's transactions are alone anyway. */
export async function lockTeacher(database: Database, trx: Trx, id: number): Promise<void> {
  if (database.engine === "postgres") await teacherLocked(database, trx, { id });
}

export async function findTeacher(database: Database, db: Db, id: number): Promise<Teacher | null> {
  const [row] = await teacherById(database, db, { id });
  if (row === undefined) return null;
  return {
    id: row.id,
    user_id: row.user_id,
    name: row.username ?? `teacher ${row.id}`,
    timezone: row.timezone !== null && isZone(row.timezone) ? row.timezone : "UTC",
  };
}

export interface Course {
  id: number;
  title: string;
  /** none, group_session, one_on_one; null where the app's generation has no such column. */
  booking_type: string | null;
  /** Null where the app's generation has no such column. */
  requires_booking_approval: boolean | null;
}

interface StoredCourse {
  id: number;
  title: string;
  booking_type: string | null;
  requires_booking_approval: number | boolean | null;
}

const courseById = statement<{ id: number }, StoredCourse>((db, { id }, { layout }) =>
  db
    .selectFrom("course")
    .select(["id", "title"])
    .select((eb) =>
      (["booking_type", "requires_booking_approval"] as const).map((column) =>
        layout.has("course", column) ? eb.ref(column).as(column) : eb.val(null).as(column),
      ),
    )
    .$castTo<StoredCourse>()
    .where("id", "=", id),
);

export async function findCourse(database: Database, db: Db, id: number): Promise<Course | null> {
  const [row] = await courseById(database, db, { id });
  if (row === undefined) return null;
  const { requires_booking_approval: approval } = row;
  return { ...row, requires_booking_approval: approval === null ? null : Boolean(approval) };
}

const enrollmentOf = statement<{ user: number; course: number }, { status: string }>((db, { user, course }) =>
  db
    .selectFrom("enrollment")
    .select("status")
    .where("user_id", "=", user)
    .where("course_id", "=", course)
    .orderBy((eb) => eb.case().when("status", "=", "active").then(0).else(1).end()),
);

/** The status of the student's enrollment in a course, the active one first; null = not enrolled. */
export async function findEnrollment(
  database: Database,
  db: Db,
  user: number,
  course: number,
): Promise<string | null> {
  if (!database.layout.has("enrollment")) return null;
  return (await enrollmentOf(database, db, { user, course }))[0]?.status ?? null;
}

type StoredPolicy = Omit<Policy, "requires_approval_for_one_on_one" | "requires_approval_for_group"> & {
  requires_approval_for_one_on_one: number | boolean;
  requires_approval_for_group: number | boolean;
};

const policiesOf = statement<{ teacher: number }, StoredPolicy>((db, { teacher }) =>
  db.selectFrom("teacher_booking_policy").selectAll().where("teacher_id", "=", teacher).orderBy("id"),
);

/** All policies of a teacher, the oldest first. */
export async function listPolicies(database: Database, db: Db, teacher: number): Promise<Policy[]> {
  return (await policiesOf(database, db, { teacher })).map((row) => ({
    id: row.id,
    teacher_id: row.teacher_id,
    course_id: row.course_id,
    requires_approval_for_one_on_one: Boolean(row.requires_approval_for_one_on_one),
    requires_approval_for_group: Boolean(row.requires_approval_for_group),
    min_notice_hours: row.min_notice_hours,
    cancel_window_hours: row.cancel_window_hours,
    buffer_before_minutes: row.buffer_before_minutes,
    buffer_after_minutes: row.buffer_after_minutes,
    max_bookings_per_day: row.max_bookings_per_day,
  }));
}

/** Newer databases name the teacher's user in course_teacher (LEGACY 1): the foreign key tells. */
export function courseTeacherNamesUsers({ layout }: Pick<Database, "layout">): boolean {
  const key = layout.table("course_teacher")?.foreignKeys.find(({ column }) => column === "teacher_id");
  return key !== undefined && key.references === layout.name("app_user");
}

const approvalOf = statement<
  { course: number; teacher: number | null },
  { approval: number | boolean | null }
>((db, { course, teacher }) =>
  db
    .selectFrom("course_teacher")
    .select("requires_booking_approval as approval")
    .where("course_id", "=", course)
    .where("teacher_id", "=", teacher)
    .orderBy("id"),
);

/** What course_teacher says of approval; null where it says nothing. */
export async function findApproval(
  database: Database,
  db: Db,
  course: number,
  teacher: Teacher,
): Promise<boolean | null> {
  if (!database.layout.has("course_teacher", "requires_booking_approval")) return null;
  const named = courseTeacherNamesUsers(database) ? teacher.user_id : teacher.id;
  const [row] = await approvalOf(database, db, { course, teacher: named });
  return row === undefined || row.approval === null ? null : Boolean(row.approval);
}
