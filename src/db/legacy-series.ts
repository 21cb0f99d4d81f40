/** Series as the migration builds them: members from the legacy table, series and items in the unified ones. */
import { CompiledQuery } from "kysely";
import type { BookingStatus } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import { quote } from "./ddl.ts";
import type { Database, Db } from "./open.ts";
import { readableRow, uuidDigits } from "./stored.ts";

/** A migrated lesson that the legacy table counts to a series. */
export interface SeriesMember {
  legacy_id: number;
  /** 32 hex digits. */
  recurring_series_id: string;
  recurring_cadence: string | null;
  meeting_link: string | null;
  booking_id: number;
  student_user_id: number;
  teacher_id: number;
  course_id: number;
  start_at_utc: Instant;
  status: BookingStatus;
  created_at: Instant;
  updated_at: Instant;
}

/** The next series ids after one, in order: pages of whole series. */
export async function listSeriesIds(
  database: Database,
  db: Db,
  after: string,
  limit: number,
): Promise<string[]> {
  const { layout, engine } = database;
  if (
    !layout.has("one_on_one_booking", "recurring_series_id") ||
    !layout.has("one_on_one_booking", "is_recurring")
  )
    return [];
  const key = uuidDigits(engine, "recurring_series_id");
  const flag = engine === "postgres" ? "is_recurring" : "is_recurring = 1";
  const text = `select distinct ${key} as id from ${quote(layout.name("one_on_one_booking"))}
    where recurring_series_id is not null and ${flag} and ${key} > ${engine === "postgres" ? "$1" : "?"} order by 1 limit ${Number(limit)}`;
  const { rows } = await db.executeQuery<{ id: string }>(CompiledQuery.raw(text, [after]));
  return rows.map((row) => row.id);
}

/** The migrated members of series whose ids lie in (after, upTo], by series, then legacy id. */
export async function readSeriesMembers(
  database: Database,
  db: Db,
  after: string,
  upTo: string,
): Promise<SeriesMember[]> {
  const { layout, engine } = database;
  const t = (name: "one_on_one_booking" | "legacy_provenance" | "live_class_booking") =>
    quote(layout.name(name));
  const key = uuidDigits(engine, "b.recurring_series_id");
  const flag = engine === "postgres" ? "b.is_recurring" : "b.is_recurring = 1";
  const has = (column: string) => (layout.has("one_on_one_booking", column) ? `b.${column}` : "null");
  const [p1, p2] = engine === "postgres" ? ["$1", "$2"] : ["?", "?"];
  const text = `select b.id as legacy_id, ${key} as recurring_series_id, ${has("recurring_cadence")} as recurring_cadence, ${has("meeting_link")} as meeting_link,
      u.id as booking_id, u.student_user_id, u.teacher_id, u.course_id, u.start_at_utc, u.status, u.created_at, u.updated_at
    from ${t("one_on_one_booking")} b
    join ${t("legacy_provenance")} p on p.source_table = 'one_on_one_booking' and p.source_id = b.id and p.outcome = 'migrated'
    join ${t("live_class_booking")} u on u.id = p.target_id
    where b.recurring_series_id is not null and ${flag} and ${key} > ${p1} and ${key} <= ${p2} order by 2, 1`;
  const { rows } = await db.executeQuery<SeriesMember>(CompiledQuery.raw(text, [after, upTo]));
  return rows.map(readableRow);
}

export interface SeriesItem {
  series_id: number;
  booking_id: number;
  occurrence_index: number;
}

export async function listSeriesItems(db: Db, seriesIds: readonly number[]): Promise<SeriesItem[]> {
  if (seriesIds.length === 0) return [];
  return db
    .selectFrom("booking_series_item")
    .select(["series_id", "booking_id", "occurrence_index"])
    .where("series_id", "in", seriesIds)
    .orderBy("series_id")
    .orderBy("occurrence_index")
    .execute();
}

/** Of these bookings those that no legacy lesson became: occurrences that people added. */
export async function listNotMigrated(db: Db, bookingIds: readonly number[]): Promise<number[]> {
  if (bookingIds.length === 0) return [];
  const rows = await db
    .selectFrom("legacy_provenance")
    .select("target_id")
    .where("outcome", "in", ["migrated", "quarantined"])
    .where("target_id", "in", bookingIds)
    .execute();
  const known = new Set(rows.map((row) => row.target_id));
  return bookingIds.filter((id) => !known.has(id));
}

/** Of these bookings those that somebody took out of a series, and did not put back. */
export async function listTakenOut(
  db: Db,
  series: number,
  bookingIds: readonly number[],
): Promise<Set<number>> {
  if (bookingIds.length === 0) return new Set();
  const named = `"series_id":${series},`;
  const events = await db
    .selectFrom("booking_event")
    .select(["subject_id", "what"])
    .where("subject", "=", "live_class_booking")
    .where("subject_id", "in", bookingIds)
    .where("what", "in", ["left_series", "joined_series"])
    .where((eb) => eb.or([eb("from_value", "like", `%${named}%`), eb("to_value", "like", `%${named}%`)]))
    .orderBy("id")
    .execute();
  const out = new Set<number>();
  for (const { subject_id, what } of events)
    if (what === "left_series") out.add(subject_id!);
    else out.delete(subject_id!);
  return out;
}
