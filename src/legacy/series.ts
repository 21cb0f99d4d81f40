/** LEGACY 2.6: recurring 1:1 rows become series with numbered items. */
import { hash } from "node:crypto";
import { type Cell, insertRows, updateRows } from "../db/bulk.ts";
import {
  listNotMigrated,
  listSeriesIds,
  listSeriesItems,
  listTakenOut,
  readSeriesMembers,
  type SeriesItem,
  type SeriesMember,
} from "../db/legacy-series.ts";
import {
  deleteItems,
  deleteSeries,
  listRememberedSeries,
  readStoredSeries,
  rememberSeriesHash,
} from "../db/legacy-series-write.ts";
import { SERIES_VALUES } from "../db/series.ts";
import { listLeftBehind } from "../db/series-moves.ts";
import type { LegacySeriesTable } from "../db/tables.ts";
import { nextId } from "./ids.ts";
import type { WriteContext } from "./write.ts";

const PAGE = 5_000;

export interface BuiltSeries {
  recurring_series_id: string;
  /** In the order of SERIES_VALUES. */
  cells: Cell[];
  /** booking ids, first occurrence first */
  items: number[];
  created_at: string;
  updated_at: string;
}

/** Members of one legacy series → one series for each student, teacher and course. Pure. */
export function buildSeries(members: readonly SeriesMember[]): BuiltSeries[] {
  const groups = new Map<string, SeriesMember[]>();
  for (const member of members) {
    const key = `${member.recurring_series_id} ${member.student_user_id} ${member.teacher_id} ${member.course_id}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [member]);
    else group.push(member);
  }
  return [...groups.values()].map(buildOne);
}

function buildOne(members: SeriesMember[]): BuiltSeries {
  const ordered = members.toSorted((a, b) =>
    a.start_at_utc < b.start_at_utc ? -1 : a.start_at_utc > b.start_at_utc ? 1 : a.legacy_id - b.legacy_id,
  );
  const first = ordered[0]!;
  const active = ordered.some((member) => member.status === "pending" || member.status === "confirmed");
  const cadence =
    ordered.map((member) => member.recurring_cadence ?? "").find((word) => word !== "") ?? "weekly";
  const link = ordered.map((member) => member.meeting_link ?? "").find((text) => text !== "") ?? "";
  return {
    recurring_series_id: first.recurring_series_id,
    cells: [
      first.student_user_id,
      first.teacher_id,
      first.course_id,
      "one_on_one_series",
      active ? "active" : "completed",
      cadence,
      1,
      "",
      ordered.length,
      null,
      link,
      "",
      "",
    ],
    items: ordered.map((member) => member.booking_id),
    created_at: ordered.map((member) => member.created_at).toSorted()[0]!,
    updated_at: ordered
      .map((member) => member.updated_at)
      .toSorted()
      .at(-1)!,
  };
}

/** Of the series row as the migration wrote it: tells whether people changed it since. */
export function fingerprint(cells: readonly Cell[]): string {
  return hash("sha1", JSON.stringify(cells), "base64");
}

type Known = Pick<LegacySeriesTable, "series_id" | "source_hash">;

/** Builds the series of the next page of legacy series ids. Returns the last id done; null where none was left. */
export async function writeSeriesPage(context: WriteContext, after: string): Promise<string | null> {
  const { database, trx } = context;
  const last = (await listSeriesIds(database, trx, after, PAGE)).at(-1) ?? null;
  const built = last === null ? [] : buildSeries(await readSeriesMembers(database, trx, after, last));
  const known = await listKnown(context, after, last);
  const fresh: [number, BuiltSeries][] = [];
  for (const series of built) {
    const before = known.get(keyOf(series));
    if (before === undefined) fresh.push([await nextId(context, "series"), series]);
    else await rewrite(context, before, series);
    known.delete(keyOf(series));
  }
  await insertSeries(context, fresh);
  await removeEmpty(context, [...known.values()]);
  return last;
}

function keyOf(series: BuiltSeries): string {
  return `${series.recurring_series_id} ${series.cells[0]} ${series.cells[1]} ${series.cells[2]}`;
}

async function listKnown(
  { trx }: WriteContext,
  after: string,
  upTo: string | null,
): Promise<Map<string, Known>> {
  const rows = await listRememberedSeries(trx, after, upTo);
  return new Map(
    rows.map((row) => {
      const key = `${row.recurring_series_id} ${row.student_user_id} ${row.teacher_id} ${row.course_id}`;
      return [key, { series_id: row.series_id, source_hash: row.source_hash }];
    }),
  );
}

/** created_at and updated_at where the app's table has them. */
function stampColumns(context: WriteContext): ("created_at" | "updated_at")[] {
  return (["created_at", "updated_at"] as const).filter((column) =>
    context.database.layout.has("booking_series", column),
  );
}

async function insertSeries(context: WriteContext, fresh: readonly [number, BuiltSeries][]): Promise<void> {
  const { database, trx, runId } = context;
  const stamps = stampColumns(context);
  await insertRows(
    database,
    trx,
    "booking_series",
    ["id", ...SERIES_VALUES, ...stamps],
    fresh.map(([id, series]) => [id, ...series.cells, ...stamps.map((column) => series[column])]),
  );
  for (const [id, series] of fresh) await insertItems(context, id, series.items);
  await insertRows(
    database,
    trx,
    "legacy_series",
    [
      "recurring_series_id",
      "student_user_id",
      "teacher_id",
      "course_id",
      "series_id",
      "source_hash",
      "run_id",
    ],
    fresh.map(([id, series]) => [
      series.recurring_series_id,
      ...series.cells.slice(0, 3),
      id,
      fingerprint(series.cells),
      runId,
    ]),
  );
}

async function insertItems(
  context: WriteContext,
  seriesId: number,
  bookings: readonly number[],
  from = 1,
): Promise<void> {
  const rows: Cell[][] = [];
  for (const [at, bookingId] of bookings.entries())
    rows.push([await nextId(context, "item"), seriesId, bookingId, from + at]);
  await insertRows(
    context.database,
    context.trx,
    "booking_series_item",
    ["id", "series_id", "booking_id", "occurrence_index"],
    rows,
  );
}

/**
 * Brings a series up to date with its members. A series row that people changed keeps their values; where they
 * added occurrences of their own, or moved some, new members follow at the end, else the items are numbered anew.
 */
async function rewrite(context: WriteContext, before: Known, series: BuiltSeries): Promise<void> {
  const { trx, database } = context;
  const stored = await readStoredSeries(trx, before.series_id);
  if (stored === null) return;
  const items = await listSeriesItems(trx, [before.series_id]);
  const there = items.map((item) => item.booking_id);
  const takenOut = await listTakenOut(trx, before.series_id, series.items);
  const members = series.items.filter((id) => !takenOut.has(id));
  const asMembers =
    there.join() === members.join() && items.every((item, at) => item.occurrence_index === at + 1);
  if (!asMembers) await rewriteItems(context, before.series_id, items, members);
  const untouched = fingerprint(SERIES_VALUES.map((column) => stored[column])) === before.source_hash;
  if (!untouched) return;
  await updateRows(database, trx, "booking_series", SERIES_VALUES, [[before.series_id, ...series.cells]]);
  await rememberSeriesHash(trx, before.series_id, fingerprint(series.cells));
}

async function rewriteItems(
  context: WriteContext,
  seriesId: number,
  items: readonly SeriesItem[],
  members: readonly number[],
): Promise<void> {
  const { trx } = context;
  const there = items.map((item) => item.booking_id);
  const left = there.filter((id) => !members.includes(id));
  const added = await listNotMigrated(trx, left);
  const leftBehind = await listLeftBehind(trx, there);
  if (added.length === 0 && leftBehind.size === 0) {
    await deleteItems(trx, seriesId, there);
    await insertItems(context, seriesId, members);
    return;
  }
  await deleteItems(
    trx,
    seriesId,
    left.filter((id) => !added.includes(id)),
  );
  const last = Math.max(...items.map((item) => item.occurrence_index));
  const missing = members.filter((id) => !there.includes(id) && !leftBehind.has(id));
  await insertItems(context, seriesId, missing, last + 1);
}

/** A series without members is no series any more, unless people gave it occurrences or changed it. */
async function removeEmpty(context: WriteContext, gone: readonly Known[]): Promise<void> {
  const { trx } = context;
  for (const { series_id, source_hash } of gone) {
    const there = (await listSeriesItems(trx, [series_id])).map((item) => item.booking_id);
    const added = await listNotMigrated(trx, there);
    await deleteItems(
      trx,
      series_id,
      there.filter((id) => !added.includes(id)),
    );
    if (added.length > 0) continue;
    const stored = await readStoredSeries(trx, series_id);
    if (stored !== null && fingerprint(SERIES_VALUES.map((column) => stored[column])) !== source_hash)
      continue;
    await deleteSeries(trx, series_id);
  }
}
