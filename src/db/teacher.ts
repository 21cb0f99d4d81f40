/** Teachers with their accounts, as lists show them. */
import { type RawBuilder, sql } from "kysely";
import { BUSY_STATUSES } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import { BUSY_SESSION_STATUSES } from "../domain/session.ts";
import type { Database } from "./open.ts";
import { ALL_ROWS, allOf, contains, type Page, pageOf } from "./search.ts";
import { nameColumns, ofProfile } from "./student.ts";

/** A teacher as lists show them; what the account says is null where it is gone. */
export interface TeacherRow {
  id: number;
  user_id: number | null;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  is_approved: boolean;
  /** As the profile has it; null without a profile. */
  timezone: string | null;
  /** Sessions that have not started and are not cancelled. */
  upcoming_sessions: number;
  /** Pending and confirmed lessons that have not started. */
  upcoming_lessons: number;
}

export const TEACHER_FIELDS = [
  "id",
  "user_id",
  "username",
  "first_name",
  "last_name",
  "email",
  "is_approved",
  "timezone",
  "upcoming_sessions",
  "upcoming_lessons",
] as const;

export const TEACHER_SORTS = [
  "id",
  "username",
  "first_name",
  "last_name",
  "upcoming_sessions",
  "upcoming_lessons",
] as const;

/** Null = not asked for. */
export interface TeacherFilter extends Page {
  ids: readonly number[] | null;
  search: string | null;
  approved: boolean | null;
  sort: (typeof TEACHER_SORTS)[number];
  descending: boolean;
}

export const ALL_TEACHERS: TeacherFilter = {
  ...ALL_ROWS,
  ids: null,
  search: null,
  approved: null,
  sort: "id",
  descending: false,
};

/** @param now what is upcoming starts then or later */
export async function listTeachers(
  database: Database,
  filter: TeacherFilter,
  now: Instant,
): Promise<TeacherRow[]> {
  const conditions: RawBuilder<unknown>[] = [];
  if (filter.ids !== null) conditions.push(sql`t.id in (${sql.join(filter.ids)})`);
  if (filter.search !== null) conditions.push(contains(nameColumns("u"), filter.search));
  if (filter.approved !== null)
    conditions.push(filter.approved ? sql`t.is_approved` : sql`not t.is_approved`);
  const direction = filter.descending ? sql`desc` : sql`asc`;
  const { rows } = await sql<TeacherRow>`
    select t.id as id, t.user_id, u.username, u.first_name, u.last_name, u.email, t.is_approved,
      ${ofProfile(database, "timezone", sql`t.user_id`)} as timezone,
      (select count(*) from ${sql.table("live_class_session")} s where s.teacher_id = t.id
        and s.start_at_utc >= ${now} and s.status in (${sql.join(BUSY_SESSION_STATUSES)})) as upcoming_sessions,
      (select count(*) from ${sql.table("live_class_booking")} b where b.teacher_id = t.id and b.booking_type = 'one_on_one'
        and b.start_at_utc >= ${now} and b.status in (${sql.join(BUSY_STATUSES)})) as upcoming_lessons
    from ${sql.table("teacher")} t left join ${sql.table("app_user")} u on u.id = t.user_id
    where ${allOf(conditions)}
    order by ${sql.ref(filter.sort)} ${direction}, id ${direction} ${pageOf(filter)}`.execute(database.db);
  return rows.map((row) => ({
    ...row,
    is_approved: Boolean(row.is_approved),
    upcoming_sessions: Number(row.upcoming_sessions),
    upcoming_lessons: Number(row.upcoming_lessons),
  }));
}
