/** Sessions as operations write them, and what a changed session does to the bookings in it. */
import { sql } from "kysely";
import { BUSY_STATUSES, ENDED_STATUSES } from "../domain/booking.ts";
import { addMinutes, formatInstant, type Instant } from "../domain/instant.ts";
import { LONGEST_MINUTES, type SessionStatus } from "../domain/session.ts";
import type { Clash } from "../domain/session-rules.ts";
import { toWall } from "../domain/zone.ts";
import { zoneOfApp } from "./app-time.ts";
import { BOOKING_COLUMNS, type BookingRow } from "./booking.ts";
import type { Database } from "./open.ts";
import { insertRow, unfitTexts, updateRow } from "./rows.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

/** What of a session is written. `capacity` stands for every column of its kind, the start and end likewise. */
export interface SessionValues {
  course_id: number;
  teacher_id: number;
  title: string;
  description: string;
  start_at_utc: Instant;
  end_at_utc: Instant;
  timezone_snapshot: string;
  duration_minutes: number;
  status: SessionStatus;
  meeting_provider: string;
  meeting_link: string;
  meeting_id: string;
  meeting_passcode: string;
  capacity: number;
  enable_waitlist: boolean;
}

/** Texts that this installation's sessions cannot keep, as sentences. */
export function unfit(database: Pick<Database, "layout">, values: Partial<SessionValues>): string[] {
  return unfitTexts(database, "live_class_session", values);
}

export async function insertSession(
  database: Database,
  trx: Trx,
  values: SessionValues,
  now: Instant,
): Promise<number> {
  const row = { ...(await withTwins(database, trx, values)), seats_taken: 0 };
  return insertRow(database, trx, "live_class_session", { ...row, created_at: now, updated_at: now });
}

/** Writes what is named; the rest stays. */
export async function updateSessionRow(
  database: Database,
  trx: Trx,
  id: number,
  values: Partial<SessionValues>,
  now: Instant,
): Promise<void> {
  const row = await withTwins(database, trx, values);
  await updateRow(database, trx, "live_class_session", id, { ...row, updated_at: now });
}

/** The app's own columns beside the model's: its times in the zone in which it keeps them, its seats. */
async function withTwins(
  database: Database,
  trx: Trx,
  values: Partial<SessionValues>,
): Promise<Record<string, unknown>> {
  const { start_at_utc: start, end_at_utc: end, capacity } = values;
  const zone = await zoneOfApp(database, trx);
  const local = (instant: Instant) => {
    const { seconds, micros } = toWall(instant, zone);
    return formatInstant(seconds, micros);
  };
  return {
    ...values,
    ...(start === undefined ? {} : { scheduled_start: local(start) }),
    ...(end === undefined ? {} : { scheduled_end: local(end) }),
    ...(capacity === undefined ? {} : { total_seats: capacity }),
  };
}

const ofSession = statement<{ session: number }, BookingRow>((db, { session }, { engine }) =>
  db
    .selectFrom("live_class_booking")
    .select(BOOKING_COLUMNS)
    .where("session_id", "=", session)
    .orderBy("id")
    .$if(engine === "postgres", (query) => query.forNoKeyUpdate()),
);

/** All bookings of a session, held until the transaction ends. Lock the session first. */
export async function lockBookings(database: Database, trx: Trx, session: number): Promise<BookingRow[]> {
  return ofSession(database, trx, { session });
}

export type BookingPlace = Pick<
  BookingRow,
  "id" | "course_id" | "teacher_id" | "start_at_utc" | "end_at_utc"
>;

const moved = statement<BookingPlace, never>((db, b) =>
  db
    .updateTable("live_class_booking")
    .set({
      course_id: b.course_id,
      teacher_id: b.teacher_id,
      start_at_utc: b.start_at_utc,
      end_at_utc: b.end_at_utc,
    })
    .where("id", "=", b.id),
);

/**
 * A booking follows its session. Nobody changed the booking itself, so updated_at stays: the audit says what happened,
 * and a migrated row still is what its legacy row gives at the new time.
 *
 * @throws the engine's unique violation
 */
export async function moveBooking(database: Database, trx: Trx, place: BookingPlace): Promise<void> {
  await moved(database, trx, place);
}

/**
 * The bookings of a session that are as the migration made them: a legacy row gave them, and nobody changed them since. That
 * they followed their session is no change.
 */
export async function listAsMigrated(
  { layout }: Pick<Database, "layout">,
  trx: Trx,
  session: number,
): Promise<ReadonlySet<number>> {
  if (!layout.has("legacy_provenance")) return new Set();
  const rows = await trx
    .selectFrom("live_class_booking as b")
    .innerJoin("legacy_provenance as p", (join) =>
      join.onRef("p.target_id", "=", "b.id").on("p.outcome", "=", "migrated"),
    )
    .select("b.id")
    .where("b.session_id", "=", session)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("booking_event as e")
            .select("e.id")
            .where("e.subject", "=", "live_class_booking")
            .whereRef("e.subject_id", "=", "b.id")
            .where("e.what", "!=", "moved"),
        ),
      ),
    )
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** Holds the students of a session, so that nobody books them elsewhere meanwhile; in one order, against deadlocks. */
export async function lockStudents(database: Database, trx: Trx, ids: readonly number[]): Promise<void> {
  if (database.engine !== "postgres" || ids.length === 0) return;
  await trx
    .selectFrom("app_user")
    .select("id")
    .where("id", "in", ids)
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
}

/** What the students of a session have in a time beside it, pending or confirmed. */
export async function listClashes(
  trx: Trx,
  { session, from, until }: { session: number; from: Instant; until: Instant },
): Promise<Clash[]> {
  return trx
    .selectFrom("live_class_booking as b")
    .innerJoin("live_class_booking as own", "own.student_user_id", "b.student_user_id")
    .leftJoin("app_user as u", "u.id", "b.student_user_id")
    .select(["b.id as booking_id", "b.start_at_utc", "b.end_at_utc"])
    .select(sql<string>`coalesce(u.username, 'user ' || b.student_user_id)`.as("student"))
    .where("own.session_id", "=", session)
    .where("own.status", "in", BUSY_STATUSES)
    .where((eb) => eb.or([eb("b.session_id", "is", null), eb("b.session_id", "!=", session)]))
    .where("b.status", "in", BUSY_STATUSES)
    .where("b.start_at_utc", ">", addMinutes(from, -LONGEST_MINUTES))
    .where("b.start_at_utc", "<", until)
    .where("b.end_at_utc", ">", from)
    .orderBy("b.id")
    .execute();
}

/** Usernames of a session's students who have no active enrollment in a course. */
export async function listNotEnrolled(
  { layout }: Pick<Database, "layout">,
  trx: Trx,
  { session, course }: { session: number; course: number },
): Promise<string[]> {
  let query = trx
    .selectFrom("live_class_booking as b")
    .leftJoin("app_user as u", "u.id", "b.student_user_id")
    .select(sql<string>`coalesce(u.username, 'user ' || b.student_user_id)`.as("student"))
    .distinct()
    .where("b.session_id", "=", session)
    .where("b.status", "not in", ENDED_STATUSES);
  if (layout.has("enrollment"))
    query = query.where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("enrollment as e")
            .select("e.id")
            .whereRef("e.user_id", "=", "b.student_user_id")
            .where("e.course_id", "=", course)
            .where("e.status", "=", "active"),
        ),
      ),
    );
  return (await query.orderBy("student").execute()).map(({ student }) => student);
}
