/** The occurrences of series: items, each with its booking (SPEC 2, 5). */
import { type RawBuilder, sql } from "kysely";
import { type BookingStatus, BUSY_STATUSES, ENDED_STATUSES } from "../domain/booking.ts";
import { type Instant, parseInstant } from "../domain/instant.ts";
import { requiredExtras, updateRows } from "./bulk.ts";
import type { Database, Db } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

const naming = statement<{ from: number; to: number }, { id: number; series_id: number; booking_id: number }>(
  (db, { from, to }) =>
    db
      .selectFrom("booking_series_item")
      .select(["id", "series_id", "booking_id"])
      .where("booking_id", "in", [from, to]),
);

const named = statement<{ id: number; booking: number }, never>((db, { id, booking }) =>
  db.updateTable("booking_series_item").set({ booking_id: booking }).where("id", "=", id),
);

/**
 * An occurrence that moved keeps its index: its item names the booking in the new place. That of the series that has the
 * booking: an earlier one, whose occurrence ended, keeps what it names. Where another occurrence of the series names the new booking, a row that had ended and was taken up again, the
 * two change places: each occurrence keeps a booking of its own.
 */
export async function swapSeriesItems(database: Database, trx: Trx, from: number, to: number): Promise<void> {
  const items = await naming(database, trx, { from, to });
  const going = items.filter(({ booking_id }) => booking_id === from).toSorted((a, b) => b.id - a.id)[0];
  if (going === undefined) return;
  const inTheWay = items.filter(
    ({ booking_id, series_id }) => booking_id === to && series_id === going.series_id,
  );
  for (const { id } of inTheWay) await named(database, trx, { id, booking: from });
  await named(database, trx, { id: going.id, booking: to });
}

/** One occurrence. What is of its booking is null where that is gone; a time that nobody can read is, too. */
export interface SeriesItem {
  occurrence_index: number;
  booking_id: number;
  status: BookingStatus | null;
  start_at_utc: Instant | null;
  end_at_utc: Instant | null;
  session_id: number | null;
  teacher_id: number | null;
  course_id: number | null;
  /** A later series that took the booking up after it had ended here; null = none did. */
  taken_over_by: number | null;
}

type StoredItem = Omit<SeriesItem, "start_at_utc" | "end_at_utc"> & {
  start_at_utc: string | null;
  end_at_utc: string | null;
};

const itemsOf = statement<{ series: number }, StoredItem>((db, { series }) =>
  db
    .selectFrom("booking_series_item as i")
    .leftJoin("live_class_booking as b", "b.id", "i.booking_id")
    .select(["i.occurrence_index", "i.booking_id"])
    .select(["b.status", "b.start_at_utc", "b.end_at_utc", "b.session_id", "b.teacher_id", "b.course_id"])
    .select((eb) =>
      eb
        .selectFrom("booking_series_item as l")
        .select("l.series_id")
        .whereRef("l.booking_id", "=", "i.booking_id")
        .whereRef("l.id", ">", "i.id")
        .orderBy("l.id", "desc")
        .limit(1)
        .as("taken_over_by"),
    )
    .$castTo<StoredItem>()
    .where("i.series_id", "=", series)
    .orderBy("i.occurrence_index"),
);

/** In the order of their indices. */
export async function listSeriesItems(database: Database, db: Db, series: number): Promise<SeriesItem[]> {
  const read = (text: string | null) => (text === null ? null : parseInstant(text));
  return (await itemsOf(database, db, { series })).map((item) => ({
    ...item,
    start_at_utc: read(item.start_at_utc),
    end_at_utc: read(item.end_at_utc),
  }));
}

export async function insertSeriesItems(
  database: Database,
  trx: Trx,
  series: number,
  items: readonly { occurrence_index: number; booking_id: number }[],
): Promise<void> {
  if (items.length === 0) return;
  const columns = ["id", "series_id", "booking_id", "occurrence_index"];
  const extras = Object.fromEntries(requiredExtras(database, "booking_series_item", columns));
  await trx
    .insertInto("booking_series_item")
    .values(items.map((item) => ({ ...extras, ...item, series_id: series })))
    .execute();
}

/** An item as its table has it. */
export interface SeriesItemRow {
  id: number;
  series_id: number;
  booking_id: number;
  occurrence_index: number;
}

const itemById = statement<{ id: number }, SeriesItemRow>((db, { id }) =>
  db
    .selectFrom("booking_series_item")
    .select(["id", "series_id", "booking_id", "occurrence_index"])
    .where("id", "=", id),
);

/** Null where there is none. */
export async function findSeriesItem(database: Database, db: Db, id: number): Promise<SeriesItemRow | null> {
  return (await itemById(database, db, { id }))[0] ?? null;
}

/** The items of a series, or those that name a booking, in the order of their indices; of two with the same, the older first. */
export async function listItemRows(
  db: Db,
  of: { series_id: number } | { booking_id: number },
): Promise<SeriesItemRow[]> {
  const [column, id] =
    "series_id" in of ? (["series_id", of.series_id] as const) : (["booking_id", of.booking_id] as const);
  return db
    .selectFrom("booking_series_item")
    .select(["id", "series_id", "booking_id", "occurrence_index"])
    .where(column, "=", id)
    .orderBy("series_id")
    .orderBy("occurrence_index")
    .orderBy("id")
    .execute();
}

/** Gives an item another booking. */
export async function nameInItem(
  database: Database,
  trx: Trx,
  item: { id: number; booking: number },
): Promise<void> {
  await named(database, trx, item);
}

/** Whether a lesson is still to come or going on. The SQL of it is {@link isLiveItem}: say one, say both. */
export function isLive({ status, end_at_utc, taken_over_by }: SeriesItem, now: Instant): boolean {
  const busy = status !== null && (BUSY_STATUSES as readonly string[]).includes(status);
  return busy && taken_over_by === null && end_at_utc !== null && end_at_utc > now;
}

/** Of an item `i` and its booking `b`. */
export function isLiveItem(now: Instant): RawBuilder<boolean> {
  return sql<boolean>`(b.status in (${sql.join(BUSY_STATUSES)}) and b.end_at_utc > ${now} and not ${isTakenOver})`;
}

/** Of an item `i` and its booking `b`: the lesson does not take place, or not for this series. */
export function isEndedItem(): RawBuilder<boolean> {
  return sql<boolean>`(b.id is null or b.status in (${sql.join(ENDED_STATUSES)}) or ${isTakenOver})`;
}

const isTakenOver = sql<boolean>`exists (select 1 from ${sql.table("booking_series_item")} l where l.booking_id = i.booking_id and l.id > i.id)`;

/** Beyond every index that a series has. */
const ASIDE = 1_000_000_000;

/** In two steps: no two items of a series may have one index in between. */
export async function renumberItems(
  database: Database,
  trx: Trx,
  items: readonly { id: number; becomes: number }[],
): Promise<void> {
  const set = (index: (becomes: number) => number) =>
    updateRows(
      database,
      trx,
      "booking_series_item",
      ["occurrence_index"],
      items.map(({ id, becomes }) => [id, index(becomes)]),
    );
  await set((becomes) => ASIDE + becomes);
  await set((becomes) => becomes);
}
