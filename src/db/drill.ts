/** The rows of a drill: students who race for the last seats of a session, and what came of it. */
import { addMinutes, type Instant } from "../domain/instant.ts";
import type { Database, Db } from "./open.ts";
import { insertRow, updateRow } from "./rows.ts";
import type { Trx } from "./transaction.ts";

const WEEK_MINUTES = 7 * 24 * 60;

async function addUser(database: Database, trx: Trx, name: string, now: Instant): Promise<number> {
  return insertRow(database, trx, "app_user", {
    username: name,
    first_name: "",
    last_name: "",
    email: `${name}@drill.invalid`,
    is_staff: false,
    is_superuser: false,
    is_active: true,
    date_joined: now,
  });
}

/** Students who are enrolled in a course, and nothing else. Their ids. */
export async function addDrillStudents(
  database: Database,
  trx: Trx,
  { course, count, now }: { course: number; count: number; now: Instant },
): Promise<number[]> {
  const ids: number[] = [];
  for (let at = 1; at <= count; at += 1) {
    const id = await addUser(database, trx, `classbook-drill-${at}`, now);
    await insertRow(database, trx, "enrollment", {
      user_id: id,
      course_id: course,
      status: "active",
      enrolled_at: now,
    });
    ids.push(id);
  }
  return ids;
}

/** A session in a week's time, of a course and a teacher made for it. */
export async function addDrillSession(
  database: Database,
  trx: Trx,
  { seats, now }: { seats: number; now: Instant },
): Promise<{ session: number; course: number }> {
  const user = await addUser(database, trx, "classbook-drill-teacher", now);
  const teacher = await insertRow(database, trx, "teacher", { user_id: user, is_approved: true });
  const course = await insertRow(database, trx, "course", {
    title: "Drill",
    slug: "classbook-drill",
    status: "active",
    booking_type: "group_session",
    requires_booking_approval: false,
    created_at: now,
    updated_at: now,
  });
  const session = await insertRow(database, trx, "live_class_session", {
    course_id: course,
    teacher_id: teacher,
    title: "Drill",
    description: "",
    scheduled_start: addMinutes(now, WEEK_MINUTES),
    duration_minutes: 60,
    status: "scheduled",
    timezone_snapshot: "UTC",
    meeting_provider: "zoom",
    total_seats: seats,
    capacity: seats,
    max_attendees: seats,
    seats_taken: 0,
    current_attendees: 0,
    enable_waitlist: false,
    created_at: now,
    updated_at: now,
  });
  return { session, course };
}

/** Gives a session so many seats, and opens it where it had closed itself. */
export async function setDrillCapacity(
  database: Database,
  trx: Trx,
  session: number,
  seats: number,
): Promise<void> {
  await updateRow(database, trx, "live_class_session", session, {
    capacity: seats,
    total_seats: seats,
    max_attendees: seats,
    status: "scheduled",
  });
}

export interface DrillRows {
  /** Bookings of the drill's students in the session. */
  bookings: number;
  /** `created` events of those bookings. */
  events: number;
}

export async function countDrillRows(
  db: Db,
  { session, students }: { session: number; students: readonly number[] },
): Promise<DrillRows> {
  const booked = await db
    .selectFrom("live_class_booking")
    .select("id")
    .where("session_id", "=", session)
    .where("student_user_id", "in", students)
    .execute();
  if (booked.length === 0) return { bookings: 0, events: 0 };
  const { n } = await db
    .selectFrom("booking_event")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("subject", "=", "live_class_booking")
    .where("what", "=", "created")
    .where(
      "subject_id",
      "in",
      booked.map(({ id }) => id),
    )
    .executeTakeFirstOrThrow();
  return { bookings: booked.length, events: Number(n) };
}
