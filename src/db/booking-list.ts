/** Bookings with the names that people know them by: lists and single ones. */
import { sql } from "kysely";
import type { BookingStatus, BookingType } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import { BOOKING_COLUMNS, type BookingRow } from "./booking.ts";
import { instantIn, instantTest, speltOtherwise } from "./instant-text.ts";
import type { Database } from "./open.ts";

/** A booking with its names; a name is null where what it refers to is gone. */
export interface BookingView extends BookingRow {
  student: string | null;
  teacher: string | null;
  course: string | null;
  /** The session's title; null for a lesson. */
  session: string | null;
}

export const BOOKING_FIELDS = [...BOOKING_COLUMNS, "student", "teacher", "course", "session"] as const;

export const BOOKING_SORTS = [
  "id",
  "start_at_utc",
  "created_at",
  "updated_at",
  "status",
  "student_user_id",
  "teacher_id",
] as const;

/** Null = not asked for. */
export interface BookingFilter {
  ids: readonly number[] | null;
  /** Those that a user has a part in: as their student, or as their teacher (null = is none). */
  partOf: { student: number; teacher: number | null } | null;
  student: number | null;
  teacher: number | null;
  course: number | null;
  session: number | null;
  type: BookingType | null;
  statuses: readonly BookingStatus[] | null;
  /** Starts in [from, until). */
  from: Instant | null;
  until: Instant | null;
  sort: (typeof BOOKING_SORTS)[number];
  descending: boolean;
  limit: number | null;
  offset: number;
}

export const ALL_BOOKINGS: BookingFilter = {
  ids: null,
  partOf: null,
  student: null,
  teacher: null,
  course: null,
  session: null,
  type: null,
  statuses: null,
  from: null,
  until: null,
  sort: "start_at_utc",
  descending: false,
  limit: null,
  offset: 0,
};

export async function listBookings(database: Database, filter: BookingFilter): Promise<BookingView[]> {
  let query = database.db
    .selectFrom("live_class_booking as b")
    .leftJoin("app_user as u", "u.id", "b.student_user_id")
    .leftJoin("teacher as t", "t.id", "b.teacher_id")
    .leftJoin("app_user as tu", "tu.id", "t.user_id")
    .leftJoin("course as c", "c.id", "b.course_id")
    .leftJoin("live_class_session as s", "s.id", "b.session_id")
    .select(BOOKING_COLUMNS.map((column) => `b.${column}` as const))
    .select([
      "u.username as student",
      sql<string | null>`coalesce(tu.username, 'teacher ' || b.teacher_id)`.as("teacher"),
      "c.title as course",
      "s.title as session",
    ]);
  if (filter.ids !== null) query = query.where("b.id", "in", filter.ids);
  const { partOf } = filter;
  if (partOf !== null)
    query = query.where((eb) =>
      eb.or([
        eb("b.student_user_id", "=", partOf.student),
        ...(partOf.teacher === null ? [] : [eb("b.teacher_id", "=", partOf.teacher)]),
      ]),
    );
  if (filter.student !== null) query = query.where("b.student_user_id", "=", filter.student);
  if (filter.teacher !== null) query = query.where("b.teacher_id", "=", filter.teacher);
  if (filter.course !== null) query = query.where("b.course_id", "=", filter.course);
  if (filter.session !== null) query = query.where("b.session_id", "=", filter.session);
  if (filter.type !== null) query = query.where("b.booking_type", "=", filter.type);
  if (filter.statuses !== null) query = query.where("b.status", "in", filter.statuses);
  const { engine } = database;
  const start = "b.start_at_utc";
  if (filter.from !== null) query = query.where(instantTest(engine, start, "from", { instant: filter.from }));
  if (filter.until !== null)
    query = query.where(instantTest(engine, start, "before", { instant: filter.until }));
  const direction = filter.descending ? "desc" : "asc";
  // Another spelling of a moment does not compare as text; while there is none, an index has the order.
  const odd =
    filter.sort.endsWith("_at") || filter.sort.endsWith("_utc")
      ? speltOtherwise(engine, `b.${filter.sort}`)
      : null;
  const isOdd =
    odd !== null &&
    filter.ids === null &&
    (await query.clearSelect().select("b.id").where(odd).limit(1).execute()).length > 0;
  query = isOdd
    ? query.orderBy(instantIn(engine, `b.${filter.sort}`), direction)
    : query.orderBy(`b.${filter.sort}`, direction);
  if (filter.sort !== "id") query = query.orderBy("b.id", direction);
  // SQLite takes an offset only with a limit.
  if (filter.limit !== null || filter.offset > 0)
    query = query.limit(filter.limit ?? Number.MAX_SAFE_INTEGER);
  if (filter.offset > 0) query = query.offset(filter.offset);
  return (await query.execute()) as BookingView[];
}

/** Null where there is none. */
export async function viewBooking(database: Database, id: number): Promise<BookingView | null> {
  return (await listBookings(database, { ...ALL_BOOKINGS, ids: [id] }))[0] ?? null;
}
