/** What openings of slots are made of: the slots that come into question, who teaches what, and a student's lessons. */
import type { Slot } from "../domain/availability.ts";
import type { BookingStatus } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import { decodeSlot, SLOT_COLUMNS, type StoredSlot } from "./availability.ts";
import { courseTeacherNamesUsers } from "./booking-people.ts";
import type { Database, Db } from "./open.ts";
import { flag } from "./rows.ts";
import { statement } from "./statement.ts";

export interface SlotsAsked {
  /** Null = of all teachers. */
  teacher: number | null;
  /** Slots for it, and those for all courses of a teacher who teaches it (whatever that teacher teaches, where one is named). */
  course: number | null;
  /** Only what is active and not blocked. */
  offered: boolean;
}

export async function listSlotsFor(
  database: Database,
  db: Db,
  { teacher, course, offered }: SlotsAsked,
): Promise<Slot[]> {
  let query = db.selectFrom("teacher_availability").select(SLOT_COLUMNS).orderBy("id");
  if (teacher !== null) query = query.where("teacher_id", "=", teacher);
  if (offered) {
    const [yes, no] = [flag(database, true), flag(database, false)];
    query = query.where("is_active", "=", yes).where("is_blocked", "=", no);
  }
  if (course !== null) {
    const teachers = teacher === null ? await listTeachersOf(database, db, course) : null;
    query = query.where((eb) => {
      const forIt = eb("course_id", "=", course);
      const forAll = eb("course_id", "is", null);
      if (teachers === null) return eb.or([forIt, forAll]);
      if (teachers.length === 0) return forIt;
      return eb.or([forIt, eb.and([forAll, eb("teacher_id", "in", teachers)])]);
    });
  }
  return ((await query.execute()) as StoredSlot[]).map(decodeSlot);
}

/** Teachers of a course by course_teacher. */
async function listTeachersOf(database: Database, db: Db, course: number): Promise<number[]> {
  if (!database.layout.has("course_teacher")) return [];
  const rows = await db
    .selectFrom("course_teacher as ct")
    .innerJoin("teacher as t", courseTeacherNamesUsers(database) ? "t.user_id" : "t.id", "ct.teacher_id")
    .select("t.id")
    .where("ct.course_id", "=", course)
    .orderBy("t.id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Courses that a teacher teaches by course_teacher, in the order of their ids. */
export async function listCoursesTaught(
  database: Database,
  db: Db,
  teacher: { id: number; user_id: number | null },
): Promise<number[]> {
  if (!database.layout.has("course_teacher")) return [];
  const named = courseTeacherNamesUsers(database) ? teacher.user_id : teacher.id;
  if (named === null) return [];
  const rows = await db
    .selectFrom("course_teacher")
    .select("course_id")
    .distinct()
    .where("teacher_id", "=", named)
    .where("course_id", "is not", null)
    .orderBy("course_id")
    .execute();
  return rows.map(({ course_id }) => course_id!);
}

interface KeyedLesson {
  id: number;
  teacher_id: number;
  start_at_utc: Instant;
  status: BookingStatus;
}

const ofStudent = statement<{ student: number; from: Instant; until: Instant }, KeyedLesson>(
  (db, { student, from, until }) =>
    db
      .selectFrom("live_class_booking")
      .select(["id", "teacher_id", "start_at_utc", "status"])
      .where("student_user_id", "=", student)
      .where("booking_type", "=", "one_on_one")
      .where("start_at_utc", ">=", from)
      .where("start_at_utc", "<", until),
);

/** A student's lessons that start in [from, until), whatever their status: they hold the keys of openings. */
export async function listLessonKeys(
  database: Database,
  db: Db,
  asked: { student: number; from: Instant; until: Instant },
): Promise<KeyedLesson[]> {
  return ofStudent(database, db, asked);
}
