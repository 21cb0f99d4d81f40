/** A session as bookings need it: locked, with what holds its seats. */
import { addMinutes, type Instant, parseInstant } from "../domain/instant.ts";
import type { SessionFacts, SessionStatus } from "../domain/session.ts";
import { readAppTime, zoneOfApp } from "./app-time.ts";
import type { Database, Db } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

/** LEGACY 2.1: of a session whose columns nobody filled. */
const DEFAULT_SEATS = 10;
const DEFAULT_MINUTES = 60;

interface StoredSession {
  id: number;
  title: string;
  course_id: number | null;
  teacher_id: number | null;
  status: string;
  scheduled_start: string | null;
  duration_minutes: number | null;
  start_at_utc: string | null;
  end_at_utc: string | null;
  capacity: number | null;
  total_seats: number | null;
  enable_waitlist: number | boolean;
}

const SESSION_FACTS = [
  "id",
  "title",
  "course_id",
  "teacher_id",
  "status",
  "scheduled_start",
  "duration_minutes",
  "start_at_utc",
  "end_at_utc",
  "capacity",
  "total_seats",
  "enable_waitlist",
] as const;

const sessionById = statement<{ id: number }, StoredSession>((db, { id }) =>
  db.selectFrom("live_class_session").select(SESSION_FACTS).where("id", "=", id),
);

const sessionLocked = statement<{ id: number }, StoredSession>((db, { id }, { engine }) =>
  db
    .selectFrom("live_class_session")
    .select(SESSION_FACTS)
    .where("id", "=", id)
    .$if(engine === "postgres", (query) => query.forNoKeyUpdate()),
);

/** What bookings need to know of a session; a fact that they cannot do without is null where the session lacks it. */
export type FoundSession = Omit<SessionFacts, "course_id" | "teacher_id" | "start_at_utc" | "end_at_utc"> & {
  course_id: number | null;
  teacher_id: number | null;
  start_at_utc: Instant | null;
  end_at_utc: Instant | null;
};

/** @param zone in which the app keeps scheduled_start */
function decode(row: StoredSession, zone: string): FoundSession {
  const read = (text: string | null) => (text === null ? null : parseInstant(text));
  const start = read(row.start_at_utc) ?? readAppTime(row.scheduled_start, zone);
  const end = read(row.end_at_utc) ?? (start && addMinutes(start, row.duration_minutes || DEFAULT_MINUTES));
  return {
    id: row.id,
    title: row.title,
    course_id: row.course_id,
    teacher_id: row.teacher_id,
    status: row.status as SessionStatus,
    start_at_utc: start,
    end_at_utc: end,
    capacity: row.capacity ?? row.total_seats ?? DEFAULT_SEATS,
    enable_waitlist: Boolean(row.enable_waitlist),
  };
}

/** @param locks held until the transaction ends; false for a look */
export async function findSession(
  database: Database,
  db: Db,
  id: number,
  locks: boolean,
): Promise<FoundSession | null> {
  const [row] = await (locks ? sessionLocked : sessionById)(database, db, { id });
  if (row === undefined) return null;
  return decode(row, row.start_at_utc === null ? await zoneOfApp(database, db) : "UTC");
}

const held = statement<{ session: number }, { status: string; seats: number }>((db, { session }) =>
  db
    .selectFrom("live_class_booking")
    .select((eb) => ["status", eb.fn.sum<number>("seats_reserved").as("seats")])
    .where("session_id", "=", session)
    .where("status", "in", ["confirmed", "attended", "pending"])
    .groupBy("status"),
);

/** Seats of a session by what holds them, from the bookings themselves: a counter may have drifted. */
export async function sumSeats(
  database: Database,
  db: Db,
  session: number,
): Promise<{ taken: number; pending: number }> {
  const rows = await held(database, db, { session });
  const sum = (...statuses: string[]) =>
    rows.reduce((all, { status, seats }) => all + (statuses.includes(status) ? Number(seats) : 0), 0);
  return { taken: sum("confirmed", "attended"), pending: sum("pending") };
}

const statusSet = statement<{ id: number; status: SessionStatus; now: Instant }, never>(
  (db, { id, status, now }, { layout }) => {
    // The app's own column, of no query of classbook's.
    const stamp: object = layout.has("live_class_session", "updated_at") ? { updated_at: now } : {};
    return db
      .updateTable("live_class_session")
      .set({ status, ...stamp })
      .where("id", "=", id);
  },
);

export async function setSessionStatus(
  database: Database,
  trx: Trx,
  step: { id: number; status: SessionStatus; now: Instant },
): Promise<void> {
  await statusSet(database, trx, step);
}
