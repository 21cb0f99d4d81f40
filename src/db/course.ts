/** Courses, as lists show them. */
import { type RawBuilder, sql } from "kysely";
import type { CourseBookingType } from "../domain/course.ts";
import type { Instant } from "../domain/instant.ts";
import { BUSY_SESSION_STATUSES } from "../domain/session.ts";
import { courseTeacherNamesUsers } from "./booking-people.ts";
import type { Database } from "./open.ts";
import { ALL_ROWS, allOf, contains, type Page, pageOf } from "./search.ts";

export interface CourseRow {
  id: number;
  title: string;
  slug: string;
  status: string;
  /** Null: everything may be booked, or the app's generation has no such column. */
  booking_type: string | null;
  /** Null where the app's generation has no such column. */
  requires_booking_approval: boolean | null;
  active_enrollments: number;
  /** Sessions that have not started and are not cancelled. */
  upcoming_sessions: number;
}

export const COURSE_FIELDS = [
  "id",
  "title",
  "slug",
  "status",
  "booking_type",
  "requires_booking_approval",
  "active_enrollments",
  "upcoming_sessions",
] as const;

export const COURSE_SORTS = [
  "id",
  "title",
  "slug",
  "status",
  "active_enrollments",
  "upcoming_sessions",
] as const;

/** Null = not asked for. */
export interface CourseFilter extends Page {
  ids: readonly number[] | null;
  search: string | null;
  slug: string | null;
  status: string | null;
  type: CourseBookingType | null;
  /** Assigned to this teacher. */
  teacher: number | null;
  sort: (typeof COURSE_SORTS)[number];
  descending: boolean;
}

export const ALL_COURSES: CourseFilter = {
  ...ALL_ROWS,
  ids: null,
  search: null,
  slug: null,
  status: null,
  type: null,
  teacher: null,
  sort: "id",
  descending: false,
};

function conditionsOf(database: Database, filter: CourseFilter): RawBuilder<unknown>[] {
  const { layout } = database;
  const conditions: RawBuilder<unknown>[] = [];
  if (filter.ids !== null) conditions.push(sql`c.id in (${sql.join(filter.ids)})`);
  if (filter.search !== null) conditions.push(contains([sql`c.title`, sql`c.slug`], filter.search));
  if (filter.slug !== null) conditions.push(sql`c.slug = ${filter.slug}`);
  if (filter.status !== null) conditions.push(sql`c.status = ${filter.status}`);
  if (filter.type !== null)
    conditions.push(layout.has("course", "booking_type") ? sql`c.booking_type = ${filter.type}` : sql`1 = 0`);
  if (filter.teacher !== null) {
    const named = courseTeacherNamesUsers(database) ? sql`t.user_id` : sql`t.id`;
    conditions.push(
      layout.has("course_teacher")
        ? sql`exists (select 1 from ${sql.table("course_teacher")} ct join ${sql.table("teacher")} t on ${named} = ct.teacher_id
            where ct.course_id = c.id and t.id = ${filter.teacher})`
        : sql`1 = 0`,
    );
  }
  return conditions;
}

/** Counted once for all courses: no index finds a course's enrollments. Null: the table is not there. */
function countByCourse(
  table: "enrollment" | "live_class_session",
  condition: RawBuilder<unknown> | null,
): RawBuilder<unknown> {
  if (condition === null) return sql`select 0 as course_id, 0 as n`;
  return sql`select course_id, count(*) as n from ${sql.table(table)} where ${condition} group by course_id`;
}

/** @param now what is upcoming starts then or later */
export async function listCourses(
  database: Database,
  filter: CourseFilter,
  now: Instant,
): Promise<CourseRow[]> {
  const { layout } = database;
  const drifting = (column: "booking_type" | "requires_booking_approval") =>
    layout.has("course", column) ? sql`c.${sql.ref(column)}` : sql`null as ${sql.ref(column)}`;
  const direction = filter.descending ? sql`desc` : sql`asc`;
  const { rows } = await sql<CourseRow>`
    select c.id as id, c.title, c.slug, c.status, ${drifting("booking_type")}, ${drifting("requires_booking_approval")},
      coalesce(enrolled.n, 0) as active_enrollments, coalesce(ahead.n, 0) as upcoming_sessions
    from ${sql.table("course")} c
    left join (${countByCourse("enrollment", layout.has("enrollment") ? sql`status = 'active'` : null)}) enrolled
      on enrolled.course_id = c.id
    left join (${countByCourse("live_class_session", sql`start_at_utc >= ${now} and status in (${sql.join(BUSY_SESSION_STATUSES)})`)}) ahead
      on ahead.course_id = c.id
    where ${allOf(conditionsOf(database, filter))}
    order by ${sql.ref(filter.sort)} ${direction}, id ${direction} ${pageOf(filter)}`.execute(database.db);
  return rows.map((row) => ({
    ...row,
    requires_booking_approval:
      row.requires_booking_approval === null ? null : Boolean(row.requires_booking_approval),
    active_enrollments: Number(row.active_enrollments),
    upcoming_sessions: Number(row.upcoming_sessions),
  }));
}
