/** What takes people's time: the bookings and sessions around a time that is asked for. */
import { sql } from "kysely";
import { type BookingStatus, BUSY_STATUSES, ENDED_STATUSES } from "../domain/booking.ts";
import type { BusyTime } from "../domain/booking-rules.ts";
import { addMinutes, type Instant, parseInstant } from "../domain/instant.ts";
import { BUSY_SESSION_STATUSES, LONGEST_MINUTES } from "../domain/session.ts";
import type { BookingRow } from "./booking.ts";
import type { Database, Db } from "./open.ts";
import { statement } from "./statement.ts";

interface Window {
  from: Instant;
  until: Instant;
}

/** What may touch a window: a day more at either end, for a time that a hand spelt in another way compares as text there. */
interface Stretch {
  low: Instant;
  from: Instant;
  until: Instant;
}
type BusyBooking = BusyTime & { status: BookingStatus };

/** Pending and confirmed bookings that touch a window, whoever's they are. */
function busyBookings(db: Db, { low, from, until }: Stretch) {
  return db
    .selectFrom("live_class_booking")
    .select(["id", "course_id", "start_at_utc", "end_at_utc", "status", sql<"booking">`'booking'`.as("kind")])
    .where("start_at_utc", ">", low)
    .where("start_at_utc", "<", until)
    .where("end_at_utc", ">", from)
    .where("status", "in", BUSY_STATUSES)
    .orderBy("start_at_utc");
}

const ofStudent = statement<{ student: number } & Stretch, BusyBooking>((db, asked) =>
  busyBookings(db, asked).where("student_user_id", "=", asked.student),
);

/** The student's pending and confirmed bookings that touch a window. */
export async function listStudentBusy(
  database: Database,
  db: Db,
  student: number,
  { from, until }: Window,
): Promise<BusyBooking[]> {
  return touching(await ofStudent(database, db, { student, ...around({ from, until }) }), { from, until });
}

const lessonsOf = statement<{ teacher: number } & Stretch, BusyBooking>((db, asked) =>
  busyBookings(db, asked).where("teacher_id", "=", asked.teacher).where("booking_type", "=", "one_on_one"),
);

const sessionsOf = statement<{ teacher: number } & Stretch, BusyTime>((db, { teacher, low, from, until }) =>
  db
    .selectFrom("live_class_session")
    .select(["id", "course_id", "start_at_utc", "end_at_utc", sql<"session">`'session'`.as("kind")])
    .$castTo<BusyTime>()
    .where("teacher_id", "=", teacher)
    .where("start_at_utc", ">", low)
    .where("start_at_utc", "<", until)
    .where("end_at_utc", ">", from)
    .where("status", "in", BUSY_SESSION_STATUSES)
    .orderBy("start_at_utc"),
);

/** The teacher's pending and confirmed lessons and sessions that touch a window, each with its status. */
export async function listTeacherBusy(
  database: Database,
  db: Db,
  teacher: number,
  { from, until }: Window,
): Promise<(BusyTime & { status?: BookingStatus })[]> {
  const stretch = { teacher, ...around({ from, until }) };
  return touching<BusyTime & { status?: BookingStatus }>(
    [...(await lessonsOf(database, db, stretch)), ...(await sessionsOf(database, db, stretch))],
    { from, until },
  );
}

/** Those that touch a window. What lasts until a time that nobody can read is taken for an hour; what begins at one takes no time. */
function touching<T extends BusyTime>(rows: readonly T[], { from, until }: Window): T[] {
  return rows.flatMap((row) => {
    const start = parseInstant(row.start_at_utc);
    if (start === null) return [];
    const end = parseInstant(row.end_at_utc) ?? addMinutes(start, 60);
    return start < until && end > from ? [{ ...row, start_at_utc: start, end_at_utc: end }] : [];
  });
}

const DAY_MINUTES = 24 * 60;

/** An index finds what starts in a stretch of time: nothing lasts longer than that. */
function around({ from, until }: Window): Stretch {
  const earlier = addMinutes(from, -DAY_MINUTES);
  return { low: addMinutes(earlier, -LONGEST_MINUTES), from: earlier, until: addMinutes(until, DAY_MINUTES) };
}

type Counted = Pick<BookingRow, "id" | "course_id" | "start_at_utc">;

const counted = statement<{ teacher: number } & Window, Counted>((db, { teacher, from, until }) =>
  db
    .selectFrom("live_class_booking")
    .select(["id", "course_id", "start_at_utc"])
    .where("teacher_id", "=", teacher)
    .where("booking_type", "=", "one_on_one")
    .where("start_at_utc", ">=", from)
    .where("start_at_utc", "<", until)
    .where("status", "not in", ENDED_STATUSES),
);

/** The teacher's lessons that start in a window and count into the daily limit. */
export async function listCounted(
  database: Database,
  db: Db,
  teacher: number,
  { from, until }: Window,
): Promise<Counted[]> {
  const { from: earlier, until: later } = around({ from, until });
  const rows = await counted(database, db, { teacher, from: earlier, until: later });
  return rows.flatMap((row) => {
    const start = parseInstant(row.start_at_utc);
    return start !== null && start >= from && start < until ? [{ ...row, start_at_utc: start }] : [];
  });
}
