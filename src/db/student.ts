/** Students and everybody else with an account: lists and single ones. The password column is never named here. */
import { type RawBuilder, sql } from "kysely";
import { BUSY_STATUSES } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import type { EnrollmentStatus } from "../domain/student.ts";
import type { WaitlistStatus } from "../domain/waitlist.ts";
import type { Database, Db } from "./open.ts";
import { ALL_ROWS, allOf, contains, type Page, pageOf } from "./search.ts";

/** A person as lists show them. */
export interface StudentRow {
  id: number;
  username: string;
  first_name: string;
  last_name: string;
  email: string;
  is_active: boolean;
  /** As the profile has it; null without a profile. */
  timezone: string | null;
  active_enrollments: number;
  /** Pending and confirmed bookings that have not started. */
  upcoming_bookings: number;
}

export const STUDENT_FIELDS = [
  "id",
  "username",
  "first_name",
  "last_name",
  "email",
  "is_active",
  "timezone",
  "active_enrollments",
  "upcoming_bookings",
] as const;

export const STUDENT_SORTS = [
  "id",
  "username",
  "first_name",
  "last_name",
  "email",
  "active_enrollments",
  "upcoming_bookings",
] as const;

/** Null = not asked for. */
export interface StudentFilter extends Page {
  /** These people, students or not. Null: everybody who learns here. */
  ids: readonly number[] | null;
  search: string | null;
  /** Enrolled in this course, with one of `enrollmentStatuses`. */
  course: number | null;
  enrollmentStatuses: readonly EnrollmentStatus[] | null;
  /** Only those whose account is inactive. */
  inactive: boolean;
  sort: (typeof STUDENT_SORTS)[number];
  descending: boolean;
}

export const ALL_STUDENTS: StudentFilter = {
  ...ALL_ROWS,
  ids: null,
  search: null,
  course: null,
  enrollmentStatuses: null,
  inactive: false,
  sort: "id",
  descending: false,
};

/** The oldest profile's column: the app's unique constraint may be missing. */
export function ofProfile(
  { layout }: Pick<Database, "layout">,
  column: "timezone" | "role",
  user: RawBuilder<unknown>,
): RawBuilder<string | null> {
  if (!layout.has("user_profile")) return sql<null>`null`;
  return sql<string | null>`(select p.${sql.ref(column)} from ${sql.table("user_profile")} p
    where p.user_id = ${user} order by p.id limit 1)`;
}

/** The columns that people are looked for by. */
export function nameColumns(alias: string): RawBuilder<unknown>[] {
  const column = (name: string) => sql`${sql.ref(`${alias}.${name}`)}`;
  return [
    ...["username", "first_name", "last_name", "email"].map(column),
    sql`(${column("first_name")} || ' ' || ${column("last_name")})`,
  ];
}

/** Those who learn here: the enrolled, and whoever is neither teacher nor staff. */
function isStudent({ layout }: Database): RawBuilder<boolean> {
  const enrolled = layout.has("enrollment")
    ? sql`exists (select 1 from ${sql.table("enrollment")} e where e.user_id = u.id)`
    : sql`1 = 0`;
  const role = ofProfile({ layout }, "role", sql`u.id`);
  return sql<boolean>`(${enrolled} or (not u.is_staff and not u.is_superuser
    and coalesce(${role}, 'student') = 'student'
    and not exists (select 1 from ${sql.table("teacher")} t where t.user_id = u.id)))`;
}

/** @param now what is upcoming starts then or later */
export async function listStudents(
  database: Database,
  filter: StudentFilter,
  now: Instant,
): Promise<StudentRow[]> {
  const { layout } = database;
  const has = layout.has("enrollment");
  const { ids, course, enrollmentStatuses: statuses, sort, descending } = filter;
  const conditions: RawBuilder<unknown>[] = [
    ids === null ? isStudent(database) : sql`u.id in (${sql.join(ids)})`,
  ];
  if (filter.search !== null) conditions.push(contains(nameColumns("u"), filter.search));
  if (filter.inactive) conditions.push(sql`not u.is_active`);
  if (course !== null || statuses !== null) {
    const which = [sql`e.user_id = u.id`];
    if (course !== null) which.push(sql`e.course_id = ${course}`);
    if (statuses !== null) which.push(sql`e.status in (${sql.join(statuses)})`);
    conditions.push(
      has ? sql`exists (select 1 from ${sql.table("enrollment")} e where ${allOf(which)})` : sql`1 = 0`,
    );
  }
  const direction = descending ? sql`desc` : sql`asc`;
  const { rows } = await sql<StudentRow>`
    select u.id as id, u.username, u.first_name, u.last_name, u.email, u.is_active,
      ${ofProfile(database, "timezone", sql`u.id`)} as timezone,
      ${has ? sql`(select count(*) from ${sql.table("enrollment")} e where e.user_id = u.id and e.status = 'active')` : sql`0`} as active_enrollments,
      (select count(*) from ${sql.table("live_class_booking")} b where b.student_user_id = u.id
        and b.start_at_utc >= ${now} and b.status in (${sql.join(BUSY_STATUSES)})) as upcoming_bookings
    from ${sql.table("app_user")} u
    where ${allOf(conditions)}
    order by ${sql.ref(sort)} ${direction}, id ${direction} ${pageOf(filter)}`.execute(database.db);
  return rows.map((row) => ({
    ...row,
    is_active: Boolean(row.is_active),
    active_enrollments: Number(row.active_enrollments),
    upcoming_bookings: Number(row.upcoming_bookings),
  }));
}

export interface Profile {
  id: number;
  role: string;
  timezone: string;
}

/** The user's profile, the oldest of several; null without one. */
export async function findProfile({ layout }: Database, db: Db, user: number): Promise<Profile | null> {
  if (!layout.has("user_profile")) return null;
  const found = await db
    .selectFrom("user_profile")
    .select(["id", "role", "timezone"])
    .where("user_id", "=", user)
    .orderBy("id")
    .executeTakeFirst();
  return found ?? null;
}

export interface EnrollmentRow {
  id: number;
  course_id: number;
  /** Null where the course is gone. */
  course: string | null;
  status: string;
}

/** A user's enrollments, the oldest first. */
export async function listEnrollments({ layout }: Database, db: Db, user: number): Promise<EnrollmentRow[]> {
  if (!layout.has("enrollment")) return [];
  return db
    .selectFrom("enrollment as e")
    .leftJoin("course as c", "c.id", "e.course_id")
    .select(["e.id", "e.course_id", "c.title as course", "e.status"])
    .where("e.user_id", "=", user)
    .orderBy("e.id")
    .$castTo<EnrollmentRow>()
    .execute();
}

export interface StudentWaits {
  id: number;
  session_id: number;
  /** Null where the session is gone. */
  session: string | null;
  course: string | null;
  start_at_utc: Instant | null;
  status: WaitlistStatus;
  /** Place among those who wait, from 1; null for an entry that does not wait. */
  position: number | null;
  created_at: Instant;
  offered_at: Instant | null;
  offer_expires_at: Instant | null;
  accepted_at: Instant | null;
  expired_at: Instant | null;
}

/** A student's entries in the queues of sessions, the oldest first. */
export async function listWaitsOf(db: Db, user: number): Promise<StudentWaits[]> {
  const { rows } = await sql<StudentWaits>`
    select w.id, w.session_id, s.title as session, c.title as course, s.start_at_utc, w.status,
      case when w.status = 'waiting' then (select count(*) from ${sql.table("session_waitlist")} o
        where o.session_id = w.session_id and o.status = 'waiting'
          and (o.created_at < w.created_at or (o.created_at = w.created_at and o.id <= w.id))) end as position,
      w.created_at, w.offered_at, w.offer_expires_at, w.accepted_at, w.expired_at
    from ${sql.table("session_waitlist")} w
    left join ${sql.table("live_class_session")} s on s.id = w.session_id
    left join ${sql.table("course")} c on c.id = s.course_id
    where w.student_user_id = ${user} order by w.created_at, w.id`.execute(db);
  return rows.map((row) => ({ ...row, position: row.position === null ? null : Number(row.position) }));
}
