/** Who is in a session and who waits for it, with names. */
import { sql } from "kysely";
import type { BookingStatus } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import type { WaitlistEntry } from "../domain/waitlist.ts";
import { idList, isListed } from "./listed.ts";
import type { Database, Db } from "./open.ts";

/** A booking of a session, with whose it is. */
export interface RosterBooking {
  booking_id: number;
  status: BookingStatus;
  seats_reserved: number;
  student_note: string;
  teacher_note: string;
  created_at: Instant;
  student_user_id: number;
  student: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  /** The student's first and last attended class in the session's course; null = none yet. */
  first_attended_at: Instant | null;
  last_attended_at: Instant | null;
}

/** The bookings of a session that did not end, by name. */
export async function listRoster({ db }: Database, session: number): Promise<RosterBooking[]> {
  const attended = (which: "min" | "max") => sql`(
    select ${sql.raw(which)}(a.start_at_utc) from ${sql.table("live_class_booking")} a
    where a.student_user_id = b.student_user_id and a.course_id = b.course_id and a.status = 'attended')`;
  const { rows } = await sql<RosterBooking>`
    select b.id as booking_id, b.status, b.seats_reserved, b.student_note, b.teacher_note, b.created_at,
      b.student_user_id, u.username as student, u.first_name, u.last_name, u.email,
      ${attended("min")} as first_attended_at, ${attended("max")} as last_attended_at
    from ${sql.table("live_class_booking")} b left join ${sql.table("app_user")} u on u.id = b.student_user_id
    where b.session_id = ${session} and b.status in ('pending', 'confirmed', 'attended', 'no_show')
    order by lower(u.last_name), lower(u.first_name), u.username, b.id`.execute(db);
  return rows;
}

/** An entry of a session's queue, with whose it is. */
export interface QueueEntry extends WaitlistEntry {
  student: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
}

/** Who waits or holds an offer: the offers first, then in the order of their turn. */
export async function listNamedQueue(
  { db: own }: Database,
  session: number,
  db: Db = own,
): Promise<QueueEntry[]> {
  return db
    .selectFrom("session_waitlist as w")
    .leftJoin("app_user as u", "u.id", "w.student_user_id")
    .select([
      "w.id",
      "w.session_id",
      "w.student_user_id",
      "w.status",
      "w.created_at",
      "w.offered_at",
      "w.offer_expires_at",
      "u.username as student",
      "u.first_name",
      "u.last_name",
      "u.email",
    ])
    .$castTo<QueueEntry>()
    .where("w.session_id", "=", session)
    .where("w.status", "in", ["offered", "waiting"])
    .orderBy("w.status") // offered, waiting
    .orderBy("w.created_at")
    .orderBy("w.id")
    .execute();
}

/** Bookings and seats of a session by the status of the booking. */
export interface StatusCount {
  status: BookingStatus;
  bookings: number;
  seats: number;
}

export async function countByStatus({ db }: Database, session: number): Promise<StatusCount[]> {
  const rows = await db
    .selectFrom("live_class_booking")
    .select((eb) => [
      "status",
      eb.fn.countAll<number>().as("bookings"),
      eb.fn.sum<number>("seats_reserved").as("seats"),
    ])
    .where("session_id", "=", session)
    .groupBy("status")
    .execute();
  return rows.map((row) => ({ ...row, bookings: Number(row.bookings), seats: Number(row.seats) }));
}

/** What ending sessions would do: their bookings and places in the queue that are still live. */
export interface LiveCount {
  pending: number;
  confirmed: number;
  queued: number;
}

export async function countLive(database: Database, sessions: readonly number[]): Promise<LiveCount> {
  const { db, engine } = database;
  const ofSessions = isListed(engine, "session_id", idList(database, sessions));
  const bookings = await db
    .selectFrom("live_class_booking")
    .select((eb) => ["status", eb.fn.countAll<number>().as("n")])
    .where(ofSessions)
    .where("status", "in", ["pending", "confirmed"])
    .groupBy("status")
    .execute();
  const queue = await db
    .selectFrom("session_waitlist")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where(ofSessions)
    .where("status", "in", ["waiting", "offered"])
    .executeTakeFirstOrThrow();
  const count = (status: string) => Number(bookings.find((row) => row.status === status)?.n ?? 0);
  return { pending: count("pending"), confirmed: count("confirmed"), queued: Number(queue.n) };
}
