/** Slots with the names that people know them by, and what refers to them. */
import { type RawBuilder, sql } from "kysely";
import type { SlotType } from "../domain/availability.ts";
import { decodeSlot, SLOT_COLUMNS, type StoredSlot } from "./availability.ts";
import type { Database, Db } from "./open.ts";

/** A slot as stored, read, and with its names; a name is null where there is none or what it refers to is gone. */
export interface SlotView extends StoredSlot {
  is_active: boolean;
  is_blocked: boolean;
  blocked_reason: string;
  teacher: string | null;
  course: string | null;
  slot: ReturnType<typeof decodeSlot>;
}

/** Null = not asked for. */
export interface SlotFilter {
  ids: readonly number[] | null;
  teacher: number | null;
  course: number | null;
  type: SlotType | null;
  active: boolean | null;
  blocked: boolean | null;
  limit: number | null;
}

export const ALL_SLOTS: SlotFilter = {
  ids: null,
  teacher: null,
  course: null,
  type: null,
  active: null,
  blocked: null,
  limit: null,
};

/** In the order of their ids. */
export async function listSlots(database: Database, filter: SlotFilter): Promise<SlotView[]> {
  const isOn = (value: boolean) => (database.engine === "sqlite" ? Number(value) : value);
  let query = database.db
    .selectFrom("teacher_availability as a")
    .leftJoin("teacher as t", "t.id", "a.teacher_id")
    .leftJoin("app_user as u", "u.id", "t.user_id")
    .leftJoin("course as c", "c.id", "a.course_id")
    .select(SLOT_COLUMNS.map((column) => `a.${column}` as const))
    .select([sql<string | null>`coalesce(u.username, 'teacher ' || a.teacher_id)`.as("teacher")])
    .select("c.title as course")
    .orderBy("a.id");
  if (filter.ids !== null) query = query.where("a.id", "in", filter.ids);
  if (filter.teacher !== null) query = query.where("a.teacher_id", "=", filter.teacher);
  if (filter.course !== null) query = query.where("a.course_id", "=", filter.course);
  if (filter.type !== null) query = query.where("a.slot_type", "=", filter.type);
  if (filter.active !== null) query = query.where("a.is_active", "=", isOn(filter.active));
  if (filter.blocked !== null) query = query.where("a.is_blocked", "=", isOn(filter.blocked));
  if (filter.limit !== null) query = query.limit(filter.limit);
  const rows = (await query.execute()) as (StoredSlot & { teacher: string | null; course: string | null })[];
  return rows.map((row) => {
    const slot = decodeSlot(row);
    const { is_active, is_blocked, blocked_reason } = slot;
    return { ...row, is_active, is_blocked, blocked_reason, slot };
  });
}

/** How many legacy lessons refer to a slot: the migration reads their times from it (LEGACY 2.5). */
export async function countLegacyLessons(database: Database, db: Db, slot: number): Promise<number> {
  return countLessons(database, db, slot, sql<boolean>`1 = 1`);
}

/** How many of them have no course of their own: theirs is the slot's (LEGACY 2.3). */
export async function countLegacyWithoutCourse(database: Database, db: Db, slot: number): Promise<number> {
  const has = database.layout.has("one_on_one_booking", "course_id");
  return countLessons(database, db, slot, has ? sql<boolean>`course_id is null` : sql<boolean>`1 = 1`);
}

async function countLessons(
  { layout }: Database,
  db: Db,
  slot: number,
  which: RawBuilder<boolean>,
): Promise<number> {
  if (!layout.has("one_on_one_booking", "availability_slot_id")) return 0;
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from ${sql.table("one_on_one_booking")}
    where ${sql.ref("availability_slot_id")} = ${slot} and ${which}`.execute(db);
  return Number(rows[0]!.n);
}
