/** What somebody can choose from who books without knowing any id: courses, sessions, slots, students. */
import { sql } from "kysely";
import type { Slot } from "../domain/availability.ts";
import type { Instant } from "../domain/instant.ts";
import { decodeSlot, SLOT_COLUMNS, type StoredSlot } from "./availability.ts";
import { courseTeacherNamesUsers } from "./booking-people.ts";
import type { Database, Db } from "./open.ts";

/** Text as a part of a LIKE pattern, in lower case. */
function containing(text: string): string {
  return `%${text.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
}

export interface NamedCourse {
  id: number;
  title: string;
}

/** Courses whose title contains a text, by title. Courses that take no bookings are left out. */
export async function searchCourses(database: Database, text: string, limit: number): Promise<NamedCourse[]> {
  let query = database.db
    .selectFrom("course")
    .select(["id", "title"])
    .where((eb) => sql<boolean>`lower(${eb.ref("title")}) like ${containing(text)} escape '\\'`);
  if (database.layout.has("course", "booking_type"))
    query = query.where((eb) => eb.or([eb("booking_type", "is", null), eb("booking_type", "<>", "none")]));
  return query.orderBy("title").orderBy("id").limit(limit).execute();
}

export interface NamedUser {
  id: number;
  username: string;
  first_name: string;
  last_name: string;
  email: string;
}

/** Active users whose username, name or e-mail address contains a text; those enrolled in the course come first. */
export async function searchStudents(
  database: Database,
  text: string,
  { course, limit }: { course: number | null; limit: number },
): Promise<(NamedUser & { enrolled: boolean })[]> {
  const pattern = containing(text);
  const enrolled =
    course === null || !database.layout.has("enrollment")
      ? sql<number>`0`
      : sql<number>`case when exists (select 1 from ${sql.table("enrollment")} as e where e.user_id = u.id and e.course_id = ${course} and e.status = 'active') then 1 else 0 end`;
  const { rows } = await sql<NamedUser & { enrolled: number }>`
    select u.id, u.username, u.first_name, u.last_name, u.email, ${enrolled} as enrolled
    from ${sql.table("app_user")} as u
    where u.is_active ${database.engine === "sqlite" ? sql`<> 0` : sql``}
      and (lower(u.username) like ${pattern} escape '\\' or lower(u.email) like ${pattern} escape '\\'
        or lower(u.first_name || ' ' || u.last_name) like ${pattern} escape '\\')
    order by enrolled desc, u.username, u.id limit ${limit}`.execute(database.db);
  return rows.map((row) => ({ ...row, enrolled: Boolean(row.enrolled) }));
}

/** The ids of a course's sessions that are scheduled after an instant, the next first. */
export async function listComingSessions(
  db: Db,
  { course, now, limit }: { course: number; now: Instant; limit: number },
): Promise<number[]> {
  const rows = await db
    .selectFrom("live_class_session")
    .select("id")
    .where("course_id", "=", course)
    .where("status", "=", "scheduled")
    .where("start_at_utc", ">", now)
    .orderBy("start_at_utc")
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** The active, unblocked slots that a course can be booked in: its own, and those for every course of its teachers. */
export async function listSlotsFor(database: Database, db: Db, course: number): Promise<Slot[]> {
  const named = courseTeacherNamesUsers(database) ? "t.user_id" : "t.id";
  const rows = await db
    .selectFrom("teacher_availability")
    .select(SLOT_COLUMNS)
    .$castTo<StoredSlot>()
    .where((eb) =>
      eb.or([
        eb("course_id", "=", course),
        eb.and([
          eb("course_id", "is", null),
          eb(
            "teacher_id",
            "in",
            eb
              .selectFrom("teacher as t")
              .innerJoin("course_teacher as ct", "ct.teacher_id", named)
              .select("t.id")
              .where("ct.course_id", "=", course),
          ),
        ]),
      ]),
    )
    .orderBy("id")
    .execute();
  return rows.map(decodeSlot).filter((slot) => slot.is_active && !slot.is_blocked);
}
