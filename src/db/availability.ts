/** Availability slots as operations read and write them. */
import { readSlotTime, type Slot, type StoredSlotTime } from "../domain/availability.ts";
import { addDays, type Instant, type LocalDate } from "../domain/instant.ts";
import { isZone } from "../domain/zone.ts";
import type { Database, Db } from "./open.ts";
import { flag, insertRow, updateRow } from "./rows.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

export const SLOT_COLUMNS = [
  "id",
  "teacher_id",
  "course_id",
  "slot_type",
  "day_of_week",
  "start_time",
  "end_time",
  "valid_from",
  "valid_until",
  "start_datetime",
  "end_datetime",
  "timezone",
  "is_active",
  "is_blocked",
  "blocked_reason",
] as const;

export interface StoredSlot extends StoredSlotTime {
  id: number;
  teacher_id: number | null;
  course_id: number | null;
  is_active: number | boolean;
  is_blocked: number | boolean;
  blocked_reason: string | null;
}

export function decodeSlot(row: StoredSlot): Slot {
  const when = readSlotTime(row);
  return {
    id: row.id,
    teacher_id: row.teacher_id,
    course_id: row.course_id,
    is_active: Boolean(row.is_active),
    is_blocked: Boolean(row.is_blocked),
    blocked_reason: row.blocked_reason ?? "",
    timezone: row.timezone !== null && isZone(row.timezone) ? row.timezone : "UTC",
    when: typeof when === "string" ? null : when,
    problem: typeof when === "string" ? when : null,
  };
}

const byId = statement<{ id: number }, StoredSlot>((db, { id }) =>
  db.selectFrom("teacher_availability").select(SLOT_COLUMNS).$castTo<StoredSlot>().where("id", "=", id),
);

/** Null where there is none. */
export async function findSlot(database: Database, db: Db, id: number): Promise<Slot | null> {
  const [row] = await byId(database, db, { id });
  return row === undefined ? null : decodeSlot(row);
}

const ofTeacher = statement<{ teacher: number }, StoredSlot>((db, { teacher }) =>
  db
    .selectFrom("teacher_availability")
    .select(SLOT_COLUMNS)
    .$castTo<StoredSlot>()
    .where("teacher_id", "=", teacher)
    .orderBy("id"),
);

export async function listSlotsOf(database: Database, db: Db, teacher: number): Promise<Slot[]> {
  return (await ofTeacher(database, db, { teacher })).map(decodeSlot);
}

const oneTimeAround = statement<{ teacher: number; low: string; high: string }, StoredSlot>(
  (db, { teacher, low, high }) =>
    db
      .selectFrom("teacher_availability")
      .select(SLOT_COLUMNS)
      .$castTo<StoredSlot>()
      .where("teacher_id", "=", teacher)
      .where("slot_type", "=", "one_time")
      .where("start_datetime", ">=", low)
      .where("start_datetime", "<", high)
      .orderBy("id"),
);

/** The teacher's one-time slots that start at an instant. */
export async function findOneTimeSlots(
  database: Database,
  db: Db,
  teacher: number,
  start: Instant,
): Promise<Slot[]> {
  // SQLite may hold the instant in other forms (LEGACY 1): all of the days around are read.
  const day = start.slice(0, 10) as LocalDate;
  const around = { low: addDays(day, -1), high: addDays(day, 2) };
  return (await oneTimeAround(database, db, { teacher, ...around }))
    .map(decodeSlot)
    .filter(({ when }) => when?.slot_type === "one_time" && when.start_at_utc === start);
}

export async function setSlotActive(
  database: Database,
  trx: Trx,
  id: number,
  active: boolean,
): Promise<void> {
  await trx
    .updateTable("teacher_availability")
    .set({ is_active: flag(database, active) })
    .where("id", "=", id)
    .execute();
}

export type NewSlot = StoredSlotTime & { teacher_id: number; course_id: number | null };

/** Makes an active, unblocked slot. @returns its id */
export async function insertSlot(database: Database, trx: Trx, slot: NewSlot): Promise<number> {
  // What a slot of this kind does not say is left to the column's own default.
  const said = Object.entries(slot).filter(([, value]) => value !== null);
  return insertRow(database, trx, "teacher_availability", {
    ...Object.fromEntries(said),
    is_active: true,
    is_blocked: false,
    blocked_reason: "",
  });
}

export async function setSlotBlocked(
  database: Database,
  trx: Trx,
  id: number,
  change: { is_blocked: boolean; blocked_reason: string },
): Promise<void> {
  await updateRow(database, trx, "teacher_availability", id, change);
}

/** The slot's columns that are named; null empties one, and "" a text that cannot be NULL. */
export async function updateSlotRow(
  database: Database,
  trx: Trx,
  id: number,
  change: Partial<NewSlot & { is_active: boolean }>,
): Promise<void> {
  await updateRow(database, trx, "teacher_availability", id, change);
}

export async function removeSlot(_database: Database, trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom("teacher_availability").where("id", "=", id).execute();
}
