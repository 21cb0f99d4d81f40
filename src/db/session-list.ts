/** Sessions with the names that people know them by and what holds their seats: lists and single ones, one query each. */
import { sql } from "kysely";
import { addMinutes, type Instant, parseInstant } from "../domain/instant.ts";
import type { SessionStatus } from "../domain/session.ts";
import { readAppTime, zoneOfApp } from "./app-time.ts";
import { instantIn } from "./instant-text.ts";
import type { Database, Db } from "./open.ts";
import { offerStands } from "./waitlist.ts";

/** The columns of live_class_session in the unified model (SPEC 2). */
const SESSION_COLUMNS = [
  "id",
  "course_id",
  "teacher_id",
  "title",
  "description",
  "scheduled_start",
  "scheduled_end",
  "start_at_utc",
  "end_at_utc",
  "timezone_snapshot",
  "duration_minutes",
  "status",
  "meeting_provider",
  "meeting_link",
  "meeting_id",
  "meeting_passcode",
  "total_seats",
  "capacity",
  "seats_taken",
  "enable_waitlist",
  "created_at",
  "updated_at",
] as const;

/** A session as people look at it. What this installation has no column for, and a name whose owner is gone, is null. */
export interface SessionView {
  id: number;
  course_id: number | null;
  teacher_id: number | null;
  title: string;
  description: string | null;
  /** Instants, whatever zone the app keeps them in. */
  scheduled_start: Instant | null;
  scheduled_end: Instant | null;
  start_at_utc: Instant | null;
  end_at_utc: Instant | null;
  timezone_snapshot: string;
  duration_minutes: number | null;
  status: SessionStatus;
  meeting_provider: string | null;
  meeting_link: string | null;
  meeting_id: string | null;
  meeting_passcode: string | null;
  total_seats: number | null;
  capacity: number;
  /** The stored counter; `taken` is what the bookings say. */
  seats_taken: number;
  enable_waitlist: boolean;
  created_at: Instant | null;
  updated_at: Instant | null;
  teacher: string | null;
  course: string | null;
  /** Σ seats_reserved of confirmed and attended bookings. */
  taken: number;
  /** Σ seats_reserved of pending bookings. */
  pending: number;
  /** Offers that have not run out. */
  offers: number;
  /** capacity − taken − pending − offers; negative where overbooked. */
  open: number;
  /** Students who wait without an offer. */
  waiting: number;
}

export const SESSION_FIELDS = [
  ...SESSION_COLUMNS,
  "teacher",
  "course",
  "taken",
  "pending",
  "offers",
  "open",
  "waiting",
] as const;

export const SESSION_SORTS = [
  "id",
  "start_at_utc",
  "title",
  "status",
  "teacher_id",
  "course_id",
  "capacity",
  "taken",
  "open",
  "waiting",
  "created_at",
  "updated_at",
] as const;

/** Null = not asked for. */
export interface SessionFilter {
  ids: readonly number[] | null;
  teacher: number | null;
  course: number | null;
  statuses: readonly SessionStatus[] | null;
  /** Starts in [from, until). */
  from: Instant | null;
  until: Instant | null;
  /** full: no seat is open; open: at least one is. */
  seats: "full" | "open" | null;
  sort: (typeof SESSION_SORTS)[number];
  descending: boolean;
  limit: number | null;
  offset: number;
}

export const ALL_SESSIONS: SessionFilter = {
  ids: null,
  teacher: null,
  course: null,
  statuses: null,
  from: null,
  until: null,
  seats: null,
  sort: "start_at_utc",
  descending: false,
  limit: null,
  offset: 0,
};

/** When an offer counts: it holds a seat until it runs out. */
export interface OfferClock {
  now: Instant;
  offerHours: number;
}

/** @param clock tells which offers still hold a seat */
export async function listSessions(
  database: Database,
  filter: SessionFilter,
  clock: OfferClock,
  db: Db = database.db,
): Promise<SessionView[]> {
  const where = [sql`1 = 1`];
  if (filter.ids !== null) where.push(sql`id in (${sql.join(filter.ids)})`);
  if (filter.teacher !== null) where.push(sql`teacher_id = ${filter.teacher}`);
  if (filter.course !== null) where.push(sql`course_id = ${filter.course}`);
  if (filter.statuses !== null) where.push(sql`status in (${sql.join(filter.statuses)})`);
  if (filter.from !== null) where.push(sql`start_at_utc >= ${filter.from}`);
  if (filter.until !== null) where.push(sql`start_at_utc < ${filter.until}`);
  const open = sql`capacity - taken - pending - offers`;
  if (filter.seats !== null) where.push(filter.seats === "full" ? sql`${open} <= 0` : sql`${open} > 0`);
  const direction = filter.descending ? sql`desc` : sql`asc`;
  const order = filter.sort === "open" ? open : sql.ref(filter.sort);
  // SQLite takes an offset only with a limit.
  const limit =
    filter.limit === null && filter.offset === 0
      ? sql``
      : sql`limit ${filter.limit ?? Number.MAX_SAFE_INTEGER} offset ${filter.offset}`;
  const { rows } = await sql<Stored>`
    select * from (${selection(database, clock)}) x
    where ${sql.join(where, sql` and `)} order by ${order} ${direction}, id ${direction} ${limit}`.execute(
    db,
  );
  const zone = await zoneOfApp(database, db);
  return rows.map((row) => decode(row, zone));
}

/** Null where there is none. */
export async function viewSession(
  database: Database,
  id: number,
  clock: OfferClock,
  db: Db = database.db,
): Promise<SessionView | null> {
  return (await listSessions(database, { ...ALL_SESSIONS, ids: [id] }, clock, db))[0] ?? null;
}

/** Every session with its names and seats: counted by index for each, so that a page costs a page. */
function selection(database: Database, { now, offerHours }: OfferClock) {
  const { layout } = database;
  const columns = SESSION_COLUMNS.map((column) =>
    sql.raw(
      column === "capacity"
        ? "coalesce(s.capacity, s.total_seats, 10) as capacity"
        : layout.has("live_class_session", column)
          ? `s.${column}`
          : `null as ${column}`,
    ),
  );
  const seats = (statuses: string) => sql`(
    select coalesce(sum(b.seats_reserved), 0) from ${sql.table("live_class_booking")} b
    where b.session_id = s.id and b.status in (${sql.raw(statuses)}))`;
  const offeredAfter = addMinutes(now, -offerHours * 60);
  return sql`
    select ${sql.join(columns)}, coalesce(u.username, 'teacher ' || t.id) as teacher, c.title as course,
      ${seats("'confirmed', 'attended'")} as taken, ${seats("'pending'")} as pending,
      (select count(*) from ${sql.table("session_waitlist")} w where w.session_id = s.id and w.status = 'offered'
        and ${instantIn(database.engine, "s.start_at_utc")} > ${now}
        and ${offerStands(database.engine, { now, offeredAfter })}) as offers,
      (select count(*) from ${sql.table("session_waitlist")} w where w.session_id = s.id and w.status = 'waiting') as waiting
    from ${sql.table("live_class_session")} s
    left join ${sql.table("teacher")} t on t.id = s.teacher_id
    left join ${sql.table("app_user")} u on u.id = t.user_id
    left join ${sql.table("course")} c on c.id = s.course_id`;
}

type Stored = Omit<
  SessionView,
  "scheduled_start" | "scheduled_end" | "start_at_utc" | "end_at_utc" | "enable_waitlist" | "open"
> & {
  scheduled_start: string | null;
  scheduled_end: string | null;
  start_at_utc: string | null;
  end_at_utc: string | null;
  enable_waitlist: number | boolean;
};

/** @param zone in which the app keeps its times */
function decode(row: Stored, zone: string): SessionView {
  const utc = (text: string | null) => (text === null ? null : parseInstant(text));
  const [capacity, taken, pending, offers] = [row.capacity, row.taken, row.pending, row.offers].map(Number);
  const view = {
    ...row,
    scheduled_start: readAppTime(row.scheduled_start, zone),
    scheduled_end: readAppTime(row.scheduled_end, zone),
    start_at_utc: utc(row.start_at_utc),
    end_at_utc: utc(row.end_at_utc),
    enable_waitlist: Boolean(row.enable_waitlist),
    capacity: capacity!,
    taken: taken!,
    pending: pending!,
    offers: offers!,
    open: capacity! - taken! - pending! - offers!,
    waiting: Number(row.waiting),
  };
  return Object.fromEntries(SESSION_FIELDS.map((field) => [field, view[field]])) as unknown as SessionView;
}
