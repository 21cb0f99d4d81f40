/** Entries of waitlists with the names that people know them by, and their places. */
import { sql } from "kysely";
import { type Instant, parseInstant } from "../domain/instant.ts";
import { isOverdue, offerExpiry, type WaitlistEntry, type WaitlistStatus } from "../domain/waitlist.ts";
import { readAppTime, zoneOfApp } from "./app-time.ts";
import { idList, isListed } from "./listed.ts";
import type { Database } from "./open.ts";
import { allOf, pageOf } from "./search.ts";
import type { OfferClock } from "./session-list.ts";
import { readOffer } from "./waitlist.ts";

/** An entry as people look at it. A name is null where what it belongs to is gone. */
export interface WaitlistView extends WaitlistEntry {
  accepted_at: Instant | null;
  expired_at: Instant | null;
  /** When the offer runs out, or ran out, also where the app wrote no time; null where there is none. */
  offer_expires_at: Instant | null;
  /** The session's. */
  title: string | null;
  start_at_utc: Instant | null;
  teacher_id: number | null;
  teacher: string | null;
  student: string | null;
  /** Place in the queue, from 1; null for whoever does not wait. */
  position: number | null;
  /** An offer that ran out and that nobody has ended yet. */
  overdue: boolean;
}

export const WAITLIST_FIELDS = [
  "id",
  "session_id",
  "student_user_id",
  "status",
  "created_at",
  "offered_at",
  "offer_expires_at",
  "accepted_at",
  "expired_at",
  "title",
  "start_at_utc",
  "teacher_id",
  "teacher",
  "student",
  "position",
  "overdue",
] as const satisfies readonly (keyof WaitlistView)[];

export const WAITLIST_SORTS = [
  "id",
  "created_at",
  "session_id",
  "student_user_id",
  "status",
  "offered_at",
  "offer_expires_at",
] as const;

/** Null = not asked for. */
export interface WaitlistFilter {
  ids: readonly number[] | null;
  /** Those that a user has a part in: as their student, or as the session's teacher (null = is none). */
  partOf: { student: number; teacher: number | null } | null;
  session: number | null;
  student: number | null;
  teacher: number | null;
  course: number | null;
  statuses: readonly WaitlistStatus[] | null;
  /** Joined in [from, until). */
  from: Instant | null;
  until: Instant | null;
  sort: (typeof WAITLIST_SORTS)[number];
  descending: boolean;
  limit: number | null;
  offset: number;
}

export const ALL_ENTRIES: WaitlistFilter = {
  ids: null,
  partOf: null,
  session: null,
  student: null,
  teacher: null,
  course: null,
  statuses: null,
  from: null,
  until: null,
  sort: "created_at",
  descending: false,
  limit: null,
  offset: 0,
};

/** @param clock tells which offers ran out */
export async function listEntries(
  database: Database,
  filter: WaitlistFilter,
  clock: OfferClock,
): Promise<WaitlistView[]> {
  const { db, engine } = database;
  const direction = filter.descending ? sql`desc` : sql`asc`;
  const { rows } = await sql<Stored>`
    select w.id, w.session_id, w.student_user_id, w.status, w.created_at, w.offered_at, w.offer_expires_at, w.accepted_at, w.expired_at,
      s.title, s.start_at_utc, s.scheduled_start, s.teacher_id, coalesce(tu.username, 'teacher ' || t.id) as teacher, u.username as student, q.position
    from ${sql.table("session_waitlist")} w
    left join (select id, row_number() over (partition by session_id order by created_at, id) as position
      from ${sql.table("session_waitlist")} where status = 'waiting' and ${placesOf(filter, engine)}) q on q.id = w.id
    left join ${sql.table("live_class_session")} s on s.id = w.session_id
    left join ${sql.table("teacher")} t on t.id = s.teacher_id
    left join ${sql.table("app_user")} tu on tu.id = t.user_id
    left join ${sql.table("app_user")} u on u.id = w.student_user_id
    where ${allOf(conditions(filter, engine))}
    order by w.${sql.ref(filter.sort)} ${direction}, w.id ${direction} ${pageOf(filter)}`.execute(db);
  const zone = await zoneOfApp(database, db);
  return rows.map((row) => decode(row, zone, clock));
}

/** Null where there is none. */
export async function viewEntry(
  database: Database,
  id: number,
  clock: OfferClock,
): Promise<WaitlistView | null> {
  return (await listEntries(database, { ...ALL_ENTRIES, ids: [id] }, clock))[0] ?? null;
}

/** Places are counted in the queues that are asked for only. */
function placesOf({ session, ids }: WaitlistFilter, engine: Database["engine"]) {
  if (session !== null) return sql`session_id = ${session}`;
  if (ids === null) return sql`1 = 1`;
  return sql`session_id in (select i.session_id from ${sql.table("session_waitlist")} i where ${isListed(engine, "i.id", idList({ engine }, ids))})`;
}

function conditions(filter: WaitlistFilter, engine: Database["engine"]) {
  const where = [];
  const { partOf } = filter;
  if (filter.ids !== null) where.push(isListed(engine, "w.id", idList({ engine }, filter.ids)));
  if (partOf !== null)
    where.push(
      partOf.teacher === null
        ? sql`w.student_user_id = ${partOf.student}`
        : sql`(w.student_user_id = ${partOf.student} or s.teacher_id = ${partOf.teacher})`,
    );
  if (filter.session !== null) where.push(sql`w.session_id = ${filter.session}`);
  if (filter.student !== null) where.push(sql`w.student_user_id = ${filter.student}`);
  if (filter.teacher !== null) where.push(sql`s.teacher_id = ${filter.teacher}`);
  if (filter.course !== null) where.push(sql`s.course_id = ${filter.course}`);
  if (filter.statuses !== null) where.push(sql`w.status in (${sql.join(filter.statuses)})`);
  if (filter.from !== null) where.push(sql`w.created_at >= ${filter.from}`);
  if (filter.until !== null) where.push(sql`w.created_at < ${filter.until}`);
  return where;
}

type Stored = Omit<WaitlistView, "start_at_utc" | "overdue"> & {
  start_at_utc: string | null;
  scheduled_start: string | null;
};

/** @param zone in which the app keeps its times */
function decode(row: Stored, zone: string, { now, offerHours }: OfferClock): WaitlistView {
  const start =
    row.start_at_utc === null ? readAppTime(row.scheduled_start, zone) : parseInstant(row.start_at_utc);
  const offer = readOffer(row);
  const view = {
    ...offer,
    start_at_utc: start,
    offer_expires_at:
      row.status === "offered" && start !== null
        ? offerExpiry(offer, start, offerHours)
        : offer.offer_expires_at,
    position: row.position === null ? null : Number(row.position),
    overdue: isOverdue(offer, start, offerHours, now),
  };
  return Object.fromEntries(WAITLIST_FIELDS.map((field) => [field, view[field]])) as unknown as WaitlistView;
}

/** Usernames by id; whoever has no account is not there. */
export async function nameUsers(
  { db, engine }: Database,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const rows = await db
    .selectFrom("app_user")
    .select(["id", "username"])
    .where(isListed(engine, "id", idList({ engine }, [...new Set(ids)])))
    .execute();
  return new Map(rows.map(({ id, username }) => [id, username]));
}
