/** What the record and the rows tell of one session: its bookings, its queue, those that are gone included. */
import { sql } from "kysely";
import { parseInstant } from "../domain/instant.ts";
import type { Moved } from "../domain/timeline-answer.ts";
import type { BookingTrace, EntryTrace, Recorded } from "../domain/timeline-traces.ts";
import { readValues } from "./audit.ts";
import type { Db } from "./open.ts";

type StoredEvent = Omit<Recorded, "from_value" | "to_value"> & {
  from_value: string | null;
  to_value: string | null;
};

/** The events of a session, its bookings and its queue, in their order. What was deleted is found by the row that its event keeps. */
export async function listSessionEvents(db: Db, session: number): Promise<Recorded[]> {
  const fields = sql`e.id as event_id, e.at, e.actor, e.what, e.subject, e.subject_id, e.from_value, e.to_value, e.reason, e.overridden`;
  const of = (subject: "live_class_booking" | "session_waitlist") => sql`
    select ${fields} from ${sql.table("booking_event")} e where e.subject = ${sql.lit(subject)}
      and e.subject_id in (select r.id from ${sql.table(subject)} r where r.session_id = ${session})`;
  const gone = sql`select d.subject, d.subject_id from ${sql.table("booking_event")} d
    where d.what in ('deleted', 'set_aside') and d.subject in ('live_class_booking', 'session_waitlist')
      and (d.from_value like ${`%"session_id":${session},%`} or d.from_value like ${`%"session_id":${session}}%`})`;
  const { rows } = await sql<StoredEvent>`
    select ${fields} from ${sql.table("booking_event")} e
      where e.subject = 'live_class_session' and e.subject_id = ${session}
    union ${of("live_class_booking")}
    union ${of("session_waitlist")}
    union select ${fields} from ${sql.table("booking_event")} e
      join (${gone}) g on g.subject = e.subject and g.subject_id = e.subject_id
    order by 1`.execute(db);
  return rows.map((row) => ({
    ...row,
    from_value: readValues(row.from_value),
    to_value: readValues(row.to_value),
  }));
}

/** The bookings of a session, whatever became of them. */
export async function listBookingTraces(db: Db, session: number): Promise<BookingTrace[]> {
  const rows = await db
    .selectFrom("live_class_booking")
    .select(["id", "student_user_id", "status", "seats_reserved", "created_at", "decision_at"])
    .select(["decided_by_id", "cancelled_at", "cancelled_by_id", "cancel_reason"])
    .where("session_id", "=", session)
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ ...row, ...readTimes(row, ["created_at", "decision_at", "cancelled_at"]) }));
}

/** Everybody who ever stood in a session's queue. */
export async function listEntryTraces(db: Db, session: number): Promise<EntryTrace[]> {
  const rows = await db
    .selectFrom("session_waitlist")
    .select(["id", "student_user_id", "status", "created_at"])
    .select(["offered_at", "offer_expires_at", "accepted_at", "expired_at"])
    .where("session_id", "=", session)
    .orderBy("id")
    .execute();
  const times = ["created_at", "offered_at", "offer_expires_at", "accepted_at", "expired_at"] as const;
  return rows.map((row) => ({ ...row, ...readTimes(row, times) }));
}

/** What nobody can read is as if it were not written. */
function readTimes<K extends string>(row: Record<K, string | null>, columns: readonly K[]) {
  const read = (text: string | null) => (text === null ? null : parseInstant(text));
  return Object.fromEntries(columns.map((column) => [column, read(row[column])])) as Record<
    K,
    ReturnType<typeof parseInstant>
  >;
}

/** The booking that took the place of one that was rescheduled; null where nothing tells of it. */
export async function findMovedTo(db: Db, booking: number): Promise<Moved | null> {
  const { rows } = await sql<{ subject_id: number; to_value: string | null }>`
    select e.subject_id, e.to_value from ${sql.table("booking_event")} e
    where e.subject = 'live_class_booking' and e.what in ('created', 'rebooked')
      and (e.to_value like ${`%"moved_from":${booking},%`} or e.to_value like ${`%"moved_from":${booking}}%`})
    order by e.id desc limit 1`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const { session_id, start_at_utc } = readValues(row.to_value) ?? {};
  return {
    booking: row.subject_id,
    session_id: typeof session_id === "number" ? session_id : null,
    start_at_utc: typeof start_at_utc === "string" ? parseInstant(start_at_utc) : null,
  };
}

/** Usernames by id; who is gone is not there. */
export async function listUsernames(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("app_user").select(["id", "username"]).where("id", "in", ids).execute();
  return new Map(rows.map(({ id, username }) => [id, username]));
}
