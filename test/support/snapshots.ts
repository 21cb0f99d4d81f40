/** What a database holds: to the byte, or by what became of each legacy row, alike on both engines and free of ids. */
import { sql } from "kysely";
import { findBookings, findEntries } from "../../src/db/legacy.ts";
import type { Database } from "../../src/db/open.ts";
import { parseInstant } from "../../src/domain/instant.ts";
import { query, type Scratch } from "./databases.ts";

/** Columns by physical table. */
export type Shape = Record<string, string[]>;

/** A line a row, in the order of the text, by physical table. */
export type Bytes = Record<string, string[]>;

/** Tables that live by the machine's clock. */
const CLOCK = ["classbook_lease", "lease", "sqlite_sequence", "sqlite_stat1"];

export async function shapeOf(place: Scratch): Promise<Shape> {
  const columns =
    place.engine === "sqlite"
      ? "select m.name as t, c.name as c from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' order by m.name, c.cid"
      : "select table_name as t, column_name as c from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position";
  const shape: Shape = {};
  for (const { t, c } of await query(place, columns)) {
    const table = String(t);
    if (CLOCK.includes(table)) continue;
    shape[table] ??= [];
    shape[table].push(String(c));
  }
  return shape;
}

/** Every value with its type as SQL would spell it; of all tables, or of those columns only. */
export async function bytesOf(place: Scratch, shape?: Shape): Promise<Bytes> {
  const bytes: Bytes = {};
  const selects = Object.entries(shape ?? (await shapeOf(place))).map(([table, columns]) => {
    bytes[table] = [];
    const cells = columns.map((column) =>
      place.engine === "sqlite" ? `quote("${column}")` : `coalesce(quote_literal("${column}"::text), 'NULL')`,
    );
    return `select '${table}' as t, ${cells.join(" || ' ' || ")} as line from "${table}"`;
  });
  if (selects.length === 0) return bytes;
  for (const { t, line } of await query(place, selects.join(" union all ")))
    bytes[String(t)]!.push(String(line));
  for (const lines of Object.values(bytes)) lines.sort();
  return bytes;
}

/** Without the record of runs: what a run that had nothing to do may add to. */
export function withoutRuns(bytes: Bytes): Bytes {
  return Object.fromEntries(Object.entries(bytes).filter(([table]) => !table.endsWith("legacy_run")));
}

/** The statements of all indexes, by name. */
export async function indexesOf(place: Scratch): Promise<Record<string, unknown>[]> {
  return query(
    place,
    place.engine === "sqlite"
      ? "select name, sql from sqlite_master where type = 'index' and sql is not null order by name"
      : "select indexname as name, indexdef as sql from pg_indexes where schemaname = 'public' order by 1",
  );
}

export type Outcome = Record<string, unknown> & { outcome: string };

/** What became of each legacy row (`booking:12`), without ids that a run gave. */
export async function outcomesOf(database: Database): Promise<Record<string, Outcome>> {
  const { db } = database;
  const records = await db.selectFrom("legacy_provenance").selectAll().execute();
  const targets = (outcome: string) =>
    records.flatMap((row) => (row.outcome === outcome && row.target_id !== null ? [row.target_id] : []));
  const bookings = await findBookings(db, targets("migrated"));
  const entries = await findEntries(db, targets("waitlisted"));
  const issues = new Map(
    (await db.selectFrom("legacy_issue").selectAll().execute()).map((issue) => [
      `${issue.source_table}:${issue.source_id}`,
      issue,
    ]),
  );
  const outcomes: Record<string, Outcome> = {};
  for (const row of records.sort((a, b) => a.source_id - b.source_id)) {
    const name = `${row.source_table}:${row.source_id}`;
    const issue = issues.get(name);
    const target =
      row.outcome === "migrated" ? bookings.get(row.target_id!) : entries.get(row.target_id ?? 0);
    const { id: _id, ...columns } = target ?? { id: 0, is: "missing" };
    outcomes[name] =
      row.outcome === "quarantined"
        ? { outcome: row.outcome, code: issue?.code, message: issue?.message, status: issue?.status }
        : { outcome: row.outcome, uuid: row.source_uuid, ...alike(columns) };
  }
  return outcomes;
}

/** Series with their items as legacy rows, and sessions: what else a migration writes. */
export async function restOf(database: Database): Promise<Record<string, unknown>> {
  const { db, layout } = database;
  const items = await db
    .selectFrom("booking_series_item as i")
    .innerJoin("legacy_series as l", "l.series_id", "i.series_id")
    .innerJoin("legacy_provenance as p", (join) =>
      join.onRef("p.target_id", "=", "i.booking_id").on("p.outcome", "=", "migrated"),
    )
    .select(["i.series_id", "p.source_id", "i.occurrence_index"])
    .orderBy("i.occurrence_index")
    .execute();
  const series = await db
    .selectFrom("booking_series as s")
    .innerJoin("legacy_series as l", "l.series_id", "s.id")
    .selectAll("s")
    .select("l.recurring_series_id as legacy")
    .execute();
  const columns = [
    ...["start_at_utc", "end_at_utc", "timezone_snapshot"],
    ...["capacity", "total_seats", "seats_taken", "current_attendees"],
  ].filter((column) => layout.has("live_class_session", column));
  const sessions = await sql<Record<string, unknown>>`
    select id, ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table("live_class_session")} order by id`.execute(
    db,
  );
  return {
    series: series
      .map(({ id, ...row }) => ({
        ...alike(row),
        items: items
          .filter((item) => item.series_id === id)
          .map((item) => `${item.occurrence_index}: lesson ${item.source_id}`),
      }))
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
    sessions: sessions.rows.map(alike),
  };
}

function nameOf(series: Record<string, unknown>): string {
  return `${series.legacy} ${series.teacher_id} ${series.course_id} ${series.student_user_id}`;
}

/** Instants as canonical text, whoever wrote them. */
function alike(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === "string" ? (parseInstant(value) ?? value) : value,
    ]),
  );
}
