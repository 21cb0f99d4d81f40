/** Series with the names that people know them by and how far they are: lists, single ones, and those that are over. */
import { type RawBuilder, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { SeriesStatus } from "../domain/series.ts";
import { idList, isListed } from "./listed.ts";
import type { Database, Db } from "./open.ts";
import { ALL_ROWS, allOf, type Page, pageOf } from "./search.ts";
import { SERIES_COLUMNS, type SeriesRow } from "./series.ts";
import { isEndedItem, isLiveItem } from "./series-item.ts";

/** A series as people look at it; a name is null where what it refers to is gone. */
export interface SeriesView extends SeriesRow {
  student: string | null;
  teacher: string | null;
  course: string | null;
  /** Occurrences: total = done + cancelled + upcoming. */
  total: number;
  /** Lessons that are over. */
  done: number;
  /** Cancelled, declined, moved out of the series, or gone. */
  cancelled: number;
  /** Pending and confirmed lessons that are not over. */
  upcoming: number;
  /** The next lesson's; null where none is to come. */
  next_start_at_utc: Instant | null;
}

export const SERIES_FIELDS = [
  ...SERIES_COLUMNS,
  "student",
  "teacher",
  "course",
  "total",
  "done",
  "cancelled",
  "upcoming",
  "next_start_at_utc",
] as const;

export const SERIES_SORTS = [
  "id",
  "status",
  "student_user_id",
  "teacher_id",
  "course_id",
  "total",
  "done",
  "upcoming",
  "next_start_at_utc",
] as const;

/** Null = not asked for. */
export interface SeriesFilter extends Page {
  ids: readonly number[] | null;
  /** Those that a user has a part in: as their student, or as their teacher (null = is none). */
  partOf: { student: number; teacher: number | null } | null;
  student: number | null;
  teacher: number | null;
  course: number | null;
  statuses: readonly SeriesStatus[] | null;
  sort: (typeof SERIES_SORTS)[number];
  descending: boolean;
}

export const ALL_SERIES: SeriesFilter = {
  ...ALL_ROWS,
  ids: null,
  partOf: null,
  student: null,
  teacher: null,
  course: null,
  statuses: null,
  sort: "id",
  descending: false,
};

/** A column of the series itself, or one that the query counts. */
function orderOf(sort: SeriesFilter["sort"]): string {
  return (SERIES_COLUMNS as readonly string[]).includes(sort) ? `s.${sort}` : sort;
}

/** @param now what is over and what is to come */
export async function listSeries(
  database: Database,
  filter: SeriesFilter,
  now: Instant,
): Promise<SeriesView[]> {
  const { ids, partOf, student, teacher, course, statuses } = filter;
  const conditions: RawBuilder<unknown>[] = [];
  if (ids !== null) conditions.push(isListed(database.engine, "s.id", idList(database, ids)));
  if (partOf !== null)
    conditions.push(
      partOf.teacher === null
        ? sql`s.student_user_id = ${partOf.student}`
        : sql`(s.student_user_id = ${partOf.student} or s.teacher_id = ${partOf.teacher})`,
    );
  if (student !== null) conditions.push(sql`s.student_user_id = ${student}`);
  if (teacher !== null) conditions.push(sql`s.teacher_id = ${teacher}`);
  if (course !== null) conditions.push(sql`s.course_id = ${course}`);
  if (statuses !== null) conditions.push(sql`s.status in (${sql.join(statuses)})`);
  const direction = filter.descending ? sql`desc` : sql`asc`;
  const items = (what: RawBuilder<unknown>, which: RawBuilder<unknown>) =>
    sql`(select ${what} ${ITEMS} and ${which})`;
  const live = isLiveItem(now);
  const { rows } = await sql<SeriesView>`
    select ${sql.join(SERIES_COLUMNS.map((column) => sql.ref(`s.${column}`)))},
      u.username as student, coalesce(tu.username, 'teacher ' || s.teacher_id) as teacher, c.title as course,
      ${items(sql`count(*)`, sql`1 = 1`)} as total,
      ${items(sql`count(*)`, sql`not ${isEndedItem()} and not ${live}`)} as done,
      ${items(sql`count(*)`, isEndedItem())} as cancelled,
      ${items(sql`count(*)`, live)} as upcoming,
      ${items(sql`min(b.start_at_utc)`, sql`${live} and b.start_at_utc > ${now}`)} as next_start_at_utc
    from ${sql.table("booking_series")} s
    left join ${sql.table("app_user")} u on u.id = s.student_user_id
    left join ${sql.table("teacher")} t on t.id = s.teacher_id
    left join ${sql.table("app_user")} tu on tu.id = t.user_id
    left join ${sql.table("course")} c on c.id = s.course_id
    where ${allOf(conditions)}
    order by ${sql.ref(orderOf(filter.sort))} ${direction}, s.id ${direction} ${pageOf(filter)}`.execute(
    database.db,
  );
  return rows.map((row) => ({
    ...row,
    total: Number(row.total),
    done: Number(row.done),
    cancelled: Number(row.cancelled),
    upcoming: Number(row.upcoming),
  }));
}

/** Null where there is none. */
export async function viewSeries(database: Database, id: number, now: Instant): Promise<SeriesView | null> {
  return (await listSeries(database, { ...ALL_SERIES, ids: [id] }, now))[0] ?? null;
}

/** How many lessons of these series are to come. */
export async function countComing(database: Database, ids: readonly number[], now: Instant): Promise<number> {
  const found = await listSeries(database, { ...ALL_SERIES, ids }, now);
  return found.reduce((sum, { upcoming }) => sum + upcoming, 0);
}

/**
 * The next active series without a lesson to come. No index holds the status: a school has few series beside its
 * bookings, and they are read in the order of their key; their items are found by index.
 *
 * @returns ids, in order
 */
export async function listOverdueSeries(
  db: Db,
  { after, limit, now }: { after: number; limit: number; now: Instant },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select s.id from ${sql.table("booking_series")} s
    where s.status = 'active' and s.id > ${after} and not exists (select 1 ${ITEMS} and ${isLiveItem(now)})
    order by s.id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** The items `i` of a series `s`, with their bookings `b`. */
const ITEMS = sql`from ${sql.table("booking_series_item")} i
  left join ${sql.table("live_class_booking")} b on b.id = i.booking_id where i.series_id = s.id`;
