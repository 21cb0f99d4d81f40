/** Bookings as operations read, lock and write them. */
import type { Selectable } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { requiredExtras } from "./bulk.ts";
import type { Database, Db } from "./open.ts";
import { updateRow } from "./rows.ts";
import { statement } from "./statement.ts";
import type { LiveClassBookingTable } from "./tables.ts";
import type { Trx } from "./transaction.ts";

/** A row of live_class_booking. */
export type BookingRow = Selectable<LiveClassBookingTable>;

/** What a booking says: every column of the model but the id. */
export const BOOKING_VALUES = [
  "booking_type",
  "course_id",
  "teacher_id",
  "student_user_id",
  "start_at_utc",
  "end_at_utc",
  "status",
  "student_note",
  "teacher_note",
  "session_id",
  "seats_reserved",
  "decision_at",
  "decided_by_id",
  "cancelled_by_id",
  "cancelled_at",
  "cancel_reason",
  "created_at",
  "updated_at",
] as const;

export const BOOKING_COLUMNS = ["id", ...BOOKING_VALUES] as const;

const byId = statement<{ id: number }, BookingRow>((db, { id }) =>
  db.selectFrom("live_class_booking").select(BOOKING_COLUMNS).where("id", "=", id),
);

/** Null where there is none. */
export async function findBooking(database: Database, db: Db, id: number): Promise<BookingRow | null> {
  return (await byId(database, db, { id }))[0] ?? null;
}

const locked = statement<{ id: number }, BookingRow>((db, { id }, { engine }) =>
  db
    .selectFrom("live_class_booking")
    .select(BOOKING_COLUMNS)
    .where("id", "=", id)
    .$if(engine === "postgres", (query) => query.forNoKeyUpdate()),
);

/** The booking, held until the transaction ends. Lock its session or teacher first. */
export async function lockBooking(database: Database, trx: Trx, id: number): Promise<BookingRow | null> {
  return (await locked(database, trx, { id }))[0] ?? null;
}

const ofSession = statement<{ student: number; session: number }, BookingRow>((db, { student, session }) =>
  db
    .selectFrom("live_class_booking")
    .select(BOOKING_COLUMNS)
    .where("student_user_id", "=", student)
    .where("session_id", "=", session)
    .where("booking_type", "=", "group_session"),
);

/** All bookings of a student in a session: more than one where the session was moved meanwhile. */
export async function findInSession(
  database: Database,
  db: Db,
  student: number,
  session: number,
): Promise<BookingRow[]> {
  return ofSession(database, db, { student, session });
}

const lessonAt = statement<{ student: number; teacher: number; start: Instant }, BookingRow>(
  (db, { student, teacher, start }) =>
    db
      .selectFrom("live_class_booking")
      .select(BOOKING_COLUMNS)
      .where("student_user_id", "=", student)
      .where("teacher_id", "=", teacher)
      .where("start_at_utc", "=", start)
      .where("booking_type", "=", "one_on_one"),
);

/** The lesson that holds the key of unique_one_on_one_booking; null where none does. */
export async function findLesson(
  database: Database,
  db: Db,
  key: { student: number; teacher: number; start: Instant },
): Promise<BookingRow | null> {
  return (await lessonAt(database, db, key))[0] ?? null;
}

export type NewBooking = Omit<
  BookingRow,
  "id" | "decided_by_id" | "cancelled_by_id" | "cancelled_at" | "cancel_reason" | "decision_at"
>;

/** What a booking has that is new, or taken up again: nobody decided or cancelled it yet. */
export const FRESH = {
  decision_at: null,
  decided_by_id: null,
  cancelled_by_id: null,
  cancelled_at: null,
  cancel_reason: "",
};

const inserted = statement<NewBooking, { id: number }>((db, b, database) =>
  db
    .insertInto("live_class_booking")
    .values({
      ...Object.fromEntries(requiredExtras(database, "live_class_booking", BOOKING_COLUMNS)),
      booking_type: b.booking_type,
      course_id: b.course_id,
      teacher_id: b.teacher_id,
      student_user_id: b.student_user_id,
      start_at_utc: b.start_at_utc,
      end_at_utc: b.end_at_utc,
      status: b.status,
      student_note: b.student_note,
      teacher_note: b.teacher_note,
      session_id: b.session_id,
      seats_reserved: b.seats_reserved,
      created_at: b.created_at,
      updated_at: b.updated_at,
      ...FRESH,
    })
    .returning("id"),
);

/** @throws the engine's unique violation */
export async function insertBooking(database: Database, trx: Trx, booking: NewBooking): Promise<number> {
  return (await inserted(database, trx, booking))[0]!.id;
}

const revived = statement<Omit<NewBooking, "created_at"> & { id: number }, never>((db, b) =>
  db
    .updateTable("live_class_booking")
    .set({
      course_id: b.course_id,
      teacher_id: b.teacher_id,
      start_at_utc: b.start_at_utc,
      end_at_utc: b.end_at_utc,
      status: b.status,
      student_note: b.student_note,
      teacher_note: b.teacher_note,
      seats_reserved: b.seats_reserved,
      updated_at: b.updated_at,
      ...FRESH,
    })
    .where("id", "=", b.id),
);

/** Takes up a row that ended: it keeps its id and created_at, the rest is new. */
export async function reviveBooking(
  database: Database,
  trx: Trx,
  booking: Omit<NewBooking, "created_at"> & { id: number },
): Promise<void> {
  await revived(database, trx, booking);
}

export type BookingChange = Pick<
  BookingRow,
  | "id"
  | "status"
  | "teacher_note"
  | "decision_at"
  | "decided_by_id"
  | "cancelled_by_id"
  | "cancelled_at"
  | "cancel_reason"
  | "updated_at"
>;

const changed = statement<BookingChange, never>((db, b) =>
  db
    .updateTable("live_class_booking")
    .set({
      status: b.status,
      teacher_note: b.teacher_note,
      decision_at: b.decision_at,
      decided_by_id: b.decided_by_id,
      cancelled_by_id: b.cancelled_by_id,
      cancelled_at: b.cancelled_at,
      cancel_reason: b.cancel_reason,
      updated_at: b.updated_at,
    })
    .where("id", "=", b.id),
);

/** Takes a booking a step further: its status, and who decided or cancelled it. */
export async function changeBooking(database: Database, trx: Trx, change: BookingChange): Promise<void> {
  await changed(database, trx, change);
}

/** Writes what is named; the rest stays. */
export async function updateNotes(
  database: Database,
  trx: Trx,
  id: number,
  change: Partial<Pick<BookingRow, "student_note" | "teacher_note">> & Pick<BookingRow, "updated_at">,
): Promise<void> {
  await updateRow(database, trx, "live_class_booking", id, change);
}
