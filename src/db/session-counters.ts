/** Sessions as the migration fills them, and their counters. */
import { sql } from "kysely";
import { MOST_SEATS, SEATED_STATUSES } from "../domain/booking.ts";
import { quote } from "./ddl.ts";
import type { Engine } from "./layout.ts";
import type { Database, Db } from "./open.ts";
import { exactly, readableRow } from "./stored.ts";

const SESSIONS_AT_ONCE = 20_000;

/** The columns of LEGACY 2.1 as stored; a column that the table lacks reads as null. */
export interface SessionFacts {
  id: number;
  scheduled_start: string | number | null;
  duration_minutes: string | number | null;
  start_at_utc: string | number | null;
  end_at_utc: string | number | null;
  timezone_snapshot: string | null;
  total_seats: string | number | null;
  capacity: string | number | null;
  max_attendees: string | number | null;
  /** The time zone in the teacher's user profile. */
  teacher_timezone: string | null;
}

/** Sessions after a key that lack something which LEGACY 2.1 fills. */
export async function readUnfilledSessions(
  database: Database,
  db: Db,
  after: number,
  limit: number,
): Promise<SessionFacts[]> {
  const { layout, engine } = database;
  if (!layout.has("live_class_session")) return [];
  const stamp = (column: string) =>
    layout.has("live_class_session", column)
      ? `s.${column}${engine === "postgres" ? "::text" : ""} as ${column}`
      : `null as ${column}`;
  const plain = (column: string) =>
    layout.has("live_class_session", column)
      ? `${exactly(engine, `s.${column}`)} as ${column}`
      : `null as ${column}`;
  const zone = layout.has("teacher") && layout.has("user_profile");
  // A user with two profiles (the app's unique constraint may be missing) counts once, the older profile.
  const profile = zone
    ? `(select up.timezone from ${quote(layout.name("teacher"))} t join ${quote(layout.name("user_profile"))} up on up.user_id = t.user_id where t.id = s.teacher_id order by up.id limit 1)`
    : "null";
  const lacking = ["start_at_utc", "end_at_utc", "capacity", "total_seats", "timezone_snapshot"].filter((c) =>
    layout.has("live_class_session", c),
  );
  const conditions = [
    ...lacking.map((column) => `s.${column} is null`),
    ...(lacking.includes("timezone_snapshot") ? ["s.timezone_snapshot = ''"] : []),
    ...(lacking.includes("capacity") && lacking.includes("total_seats")
      ? ["s.capacity <> s.total_seats"]
      : []),
    ...(lacking.includes("capacity") ? [unreadableSeats(engine)] : []),
  ];
  const { rows } = await sql
    .raw<SessionFacts>(
      `select s.id, ${["scheduled_start", "start_at_utc", "end_at_utc"].map(stamp).join(", ")},
         ${["duration_minutes", "timezone_snapshot", "total_seats", "capacity", "max_attendees"].map(plain).join(", ")}, ${profile} as teacher_timezone
       from ${quote(layout.name("live_class_session"))} s
       where s.id > ${Number(after)} and (${conditions.join(" or ") || "1 = 1"}) order by s.id limit ${Number(limit)}`,
    )
    .execute(db);
  return rows.map(readableRow);
}

/** True of a capacity that no integer column can hold. */
function unreadableSeats(engine: Engine): string {
  const range = `s.capacity not between 0 and ${MOST_SEATS}`;
  return engine === "postgres" ? range : `typeof(s.capacity) in ('real', 'blob') or ${range}`;
}

/**
 * SQL for a sum of seats as the session's counters can hold it: PostgreSQL's integer columns end at 2^31 − 1, and
 * absurd seats must not stop a run at its end.
 */
export function countable(database: Database, sum: string): string {
  const isNarrow = ["seats_taken", "current_attendees"].some(
    (column) => database.layout.column("live_class_session", column)?.type === "integer",
  );
  return isNarrow && database.engine === "postgres" ? `least(${sum}, ${MOST_SEATS})` : sum;
}

export interface SeatDrift {
  id: number;
  seats_taken: number | null;
  current_attendees: number | null;
  /** Σ seats_reserved of the session's confirmed and attended bookings. */
  seated: number;
}

export interface SeatDriftPage {
  drift: SeatDrift[];
  /** The last session id looked at; null where none was left. */
  upTo: number | null;
}

/** Of the next sessions after a key, those whose counters are not the sum of their seated bookings (SPEC 2). */
export async function readSeatDrift(
  database: Database,
  db: Db,
  after: number,
  limit: number,
): Promise<SeatDriftPage> {
  const { layout, engine } = database;
  if (!layout.has("live_class_session", "seats_taken")) return { drift: [], upTo: null };
  const session = quote(layout.name("live_class_session"));
  const bound = await sql
    .raw<{ id: number | null }>(
      `select max(id) as id from (select id from ${session} where id > ${Number(after)} order by id limit ${Number(limit)}) x`,
    )
    .execute(db);
  const upTo = bound.rows[0]!.id;
  if (upTo === null) return { drift: [], upTo };
  const mirror = layout.has("live_class_session", "current_attendees");
  const differs = engine === "sqlite" ? "is not" : "is distinct from";
  const seated = countable(database, "coalesce(b.seated, 0)");
  const { rows } = await sql
    .raw<SeatDrift>(
      `select s.id, s.seats_taken, ${mirror ? "s.current_attendees" : "null as current_attendees"}, ${seated} as seated
       from ${session} s
       left join (select session_id, sum(seats_reserved) as seated from ${quote(layout.name("live_class_booking"))}
         where session_id > ${Number(after)} and session_id <= ${upTo} and status in ('confirmed', 'attended') group by session_id) b on b.session_id = s.id
       where s.id > ${Number(after)} and s.id <= ${upTo} and (s.seats_taken ${differs} ${seated}${mirror ? ` or s.current_attendees ${differs} ${seated}` : ""})
       order by s.id`,
    )
    .execute(db);
  return { drift: rows, upTo };
}

/** All sessions whose counters are wrong. */
export async function listSeatDrift(database: Database, db: Db): Promise<SeatDrift[]> {
  const found: SeatDrift[] = [];
  for (let after: number | null = Number.MIN_SAFE_INTEGER; after !== null; ) {
    const page: SeatDriftPage = await readSeatDrift(database, db, after, SESSIONS_AT_ONCE);
    found.push(...page.drift);
    after = page.upTo;
  }
  return found;
}

export interface Overbooked {
  id: number;
  title: string | null;
  seats_taken: number;
  capacity: number;
}

/** Sessions that hold more seats than they have. */
export async function listOverbooked(database: Database, db: Db): Promise<Overbooked[]> {
  const { layout } = database;
  if (!layout.has("live_class_session", "capacity") || !layout.has("live_class_booking")) return [];
  const { rows } = await sql
    .raw<Overbooked>(
      `select s.id, ${layout.has("live_class_session", "title") ? "s.title" : "null as title"}, b.seated as seats_taken, s.capacity from ${quote(layout.name("live_class_session"))} s
       join (select session_id, sum(seats_reserved) as seated from ${quote(layout.name("live_class_booking"))}
         where session_id is not null and status in ('confirmed', 'attended') group by session_id) b on b.session_id = s.id
       where b.seated > s.capacity order by s.id`,
    )
    .execute(db);
  return rows;
}

/** Σ seats_reserved of the confirmed and attended unified bookings, by session; sessions without any are left out. */
export async function sumSeatsBySession(database: Database): Promise<Map<number, number>> {
  const rows = await database.db
    .selectFrom("live_class_booking")
    .select((eb) => ["session_id", eb.fn.sum<number>("seats_reserved").as("seats")])
    .where("session_id", "is not", null)
    .where("status", "in", SEATED_STATUSES)
    .groupBy("session_id")
    .execute();
  return new Map(rows.map((row) => [row.session_id!, Number(row.seats)]));
}

/** The capacity columns of sessions; a column that the table lacks reads as null. */
export async function listCapacities(
  database: Database,
  ids: readonly number[],
): Promise<Pick<SessionFacts, "id" | "capacity" | "total_seats" | "max_attendees">[]> {
  const { layout } = database;
  const found: Pick<SessionFacts, "id" | "capacity" | "total_seats" | "max_attendees">[] = [];
  if (!layout.has("live_class_session")) return found;
  const columns = ["capacity", "total_seats", "max_attendees"].map((c) =>
    layout.has("live_class_session", c) ? `${exactly(database.engine, c)} as ${c}` : `null as ${c}`,
  );
  for (let at = 0; at < ids.length; at += 1000) {
    const { rows } = await sql
      .raw<(typeof found)[number]>(
        `select id, ${columns.join(", ")} from ${quote(layout.name("live_class_session"))} where id in (${ids
          .slice(at, at + 1000)
          .map(Number)
          .join(",")})`,
      )
      .execute(database.db);
    found.push(...rows);
  }
  return found;
}
