/** Rows of booking_series as operations read, lock and write them. */
import type { Selectable } from "kysely";
import type { Instant, LocalDate } from "../domain/instant.ts";
import type { SeriesStatus, SeriesType } from "../domain/series.ts";
import type { StoredRule } from "../domain/series-text.ts";
import type { Database, Db } from "./open.ts";
import { insertRow, updateRow } from "./rows.ts";
import { statement } from "./statement.ts";
import type { BookingSeriesTable } from "./tables.ts";
import type { Trx } from "./transaction.ts";

/** A row of booking_series: words as stored, for the app may have written others. */
export type SeriesRow = Selectable<BookingSeriesTable>;

/** What a series says: every column of the model but the id. */
export const SERIES_VALUES = [
  "student_user_id",
  "teacher_id",
  "course_id",
  "type",
  "status",
  "frequency",
  "interval",
  "days_of_week",
  "occurrence_count",
  "until_date",
  "default_meeting_link",
  "default_meeting_id",
  "default_meeting_passcode",
] as const;

export const SERIES_COLUMNS = ["id", ...SERIES_VALUES] as const;

const byId = statement<{ id: number }, SeriesRow>((db, { id }) =>
  db.selectFrom("booking_series").select(SERIES_COLUMNS).where("id", "=", id),
);

const locked = statement<{ id: number }, SeriesRow>((db, { id }, { engine }) =>
  db
    .selectFrom("booking_series")
    .select(SERIES_COLUMNS)
    .where("id", "=", id)
    .$if(engine === "postgres", (query) => query.forNoKeyUpdate()),
);

/** Null where there is none. @param locks held until the transaction ends; before any session, teacher or booking */
export async function findSeries(
  database: Database,
  db: Db,
  id: number,
  locks: boolean,
): Promise<SeriesRow | null> {
  return (await (locks ? locked : byId)(database, db, { id }))[0] ?? null;
}

export type NewSeries = Omit<SeriesRow, "id" | "type" | "status"> &
  StoredRule & { type: SeriesType; status: SeriesStatus };

/** @param now for the app's own columns of when a row was made. @returns its id */
export async function insertSeries(
  database: Database,
  trx: Trx,
  series: NewSeries,
  now: Instant,
): Promise<number> {
  return insertRow(database, trx, "booking_series", { ...series, created_at: now, updated_at: now });
}

export interface SeriesChange {
  status?: SeriesStatus;
  occurrence_count?: number | null;
  until_date?: LocalDate | null;
  default_meeting_link?: string;
  default_meeting_id?: string;
  default_meeting_passcode?: string;
}

/** What is not named stays. */
export async function changeSeries(
  database: Database,
  trx: Trx,
  id: number,
  change: SeriesChange,
  now: Instant,
): Promise<void> {
  await updateRow(database, trx, "booking_series", id, { ...change, updated_at: now });
}
