/**
 * Counts and seat sums of `legacy verify` (LEGACY 3): what the legacy tables give by session, teacher, status and
 * month (status by the CASE of LEGACY 2.4, seats by 2.2), against the unified bookings that the migrated rows
 * became. One query: each side is grouped once by all four, then both are rolled up side by side.
 *
 * Bookings that somebody changed since (they have an event) are left out on both sides: their numbers may differ.
 */
import { SOURCE_TABLES, type SourceTable } from "./legacy-tables.ts";
import type { Db } from "./open.ts";
import { runQuery, type Violations } from "./reconcile.ts";
import type { Names } from "./reconcile-names.ts";

export const DIMENSIONS = ["session", "teacher", "status", "month"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const EXAMPLES = 5;
/** Stands for the session of a lesson, which has none. */
const NO_SESSION = "lesson";

/** What one side is grouped by: an SQL expression of text for each dimension, and the seats. */
type Side = Record<Dimension, string> & { seats: string; from: string };

export type SumResults = Map<Dimension, Violations>;

/** Differences by dimension; `month` is missing where months cannot be compared. */
export async function compareSums(names: Names, db: Db, sourceTimezone: string): Promise<SumResults> {
  const tables = SOURCE_TABLES.filter((table) => names.has(table));
  const months = tables.every((table) => legacyMonth(names, table, sourceTimezone) !== null);
  const compared = DIMENSIONS.filter((dimension) => dimension !== "month" || months);
  const results: SumResults = new Map(compared.map((d) => [d, { count: 0, examples: [] }]));
  if (tables.length === 0) return results;
  const touched = await hasEvents(names, db);
  const parts = tables.flatMap((table) => {
    const month = months ? legacyMonth(names, table, sourceTimezone)! : null;
    return [
      grouped(legacySide(names, table, month, touched), ["count(*)", "sum(seats)", "0", "0"]),
      grouped(unifiedSide(names, table, month, touched), ["0", "0", "count(*)", "sum(seats)"]),
    ];
  });
  const rolledUp = compared.map(
    (dimension) =>
      `select '${dimension}' as dimension, d_${dimension} as k, sum(ln) as ln, sum(ls) as ls, sum(un) as un, sum(us) as us from parts where d_${dimension} <> '${NO_SESSION}' group by d_${dimension}`,
  );
  const rows = await runQuery<{
    dimension: Dimension;
    k: string;
    ln: number;
    ls: number;
    un: number;
    us: number;
    n: number;
  }>(
    db,
    `with parts as (${parts.join(" union all ")}),
     rolled as (${rolledUp.join(" union all ")}),
     ranked as (select r.*, count(*) over (partition by dimension) as n, row_number() over (partition by dimension order by k) as nth from rolled r where ln <> un or ls <> us)
     select * from ranked where nth <= ${EXAMPLES} order by dimension, nth`,
  );
  for (const row of rows) {
    const found = results.get(row.dimension)!;
    found.count = Number(row.n);
    found.examples.push(
      `${row.dimension} ${row.k}: the legacy tables have ${row.ln} bookings and ${row.ls} seats, the unified table ${row.un} and ${row.us}`,
    );
  }
  return results;
}

async function hasEvents(names: Names, db: Db): Promise<boolean> {
  if (!names.has("booking_event")) return false;
  const found = await runQuery(
    db,
    `select 1 as one from ${names.table("booking_event")} where subject = 'live_class_booking' limit 1`,
  );
  return found.length > 0;
}

function untouched(names: Names, touched: boolean, target: string): string {
  return touched
    ? `not exists (select 1 from ${names.table("booking_event")} e where e.subject = 'live_class_booking' and e.subject_id = ${target})`
    : "1 = 1";
}

function grouped(side: Side, [ln, ls, un, us]: [string, string, string, string]): string {
  const keys = DIMENSIONS.map((dimension) => `d_${dimension}`).join(", ");
  const inner = DIMENSIONS.map((d) => `coalesce(cast(${side[d]} as text), 'none') as d_${d}`).join(", ");
  return `select ${keys}, ${ln} as ln, ${ls} as ls, ${un} as un, ${us} as us from (select ${inner}, ${side.seats} as seats ${side.from}) x group by ${keys}`;
}

function legacySide(names: Names, table: SourceTable, month: string | null, touched: boolean): Side {
  const isGroup = table === "booking";
  const place = isGroup ? "live_class_session" : "teacher_availability";
  const session = names.answer("given_session_id", names.column("b", table, "session_id"));
  const placeId = isGroup ? session : names.column("b", table, "availability_slot_id");
  // SQLite may hold bytes where text belongs.
  const word = `cast(${names.answer("given_status", names.column("b", table, "status"))} as text)`;
  const seats = names.column("b", table, "seats_booked");
  return {
    session: isGroup ? session : `'${NO_SESSION}'`,
    teacher: names.answer("given_teacher_id", names.column("s", place, "teacher_id")),
    status: `case when ${word} = 'cancelled' and n.id is not null then 'rescheduled' when ${word} = 'confirmed' and ${names.isTrue("b", table, "attended")} then 'attended' else ${word} end`,
    month: month ?? "'-'",
    seats: isGroup ? `case when coalesce(${seats}, 0) = 0 then 1 else ${seats} end` : "1",
    from: `from ${names.table(table)} b ${names.joinProvenance(table, "p.outcome = 'migrated'")} ${names.joinAnswers(table)}
      ${names.has(place) ? `left join ${names.table(place)} s on s.id = ${placeId}` : ""}
      left join (${names.namedOriginals(table)}) n on n.id = b.id where ${untouched(names, touched, "p.target_id")}`,
  };
}

/** The targets of one legacy table's migrated rows, each once. The legacy row joins only for the buckets of months. */
function unifiedSide(names: Names, table: SourceTable, month: string | null, touched: boolean): Side {
  const created = names.isPostgres ? "to_char(u.created_at, 'YYYY-MM')" : "substr(u.created_at, 1, 7)";
  const bucket = month === null ? null : monthBucket(names, table);
  return {
    session:
      table === "booking"
        ? "u.session_id"
        : `case when u.session_id is null then '${NO_SESSION}' else cast(u.session_id as text) end`,
    teacher: "u.teacher_id",
    status: "u.status",
    month: month === null ? "'-'" : bucket === null ? created : `coalesce(${bucket}, ${created})`,
    seats: "u.seats_reserved",
    from: `from (select target_id, min(source_id) as source_id from ${names.table("legacy_provenance")} where outcome = 'migrated' and source_table = '${table}' and target_id is not null group by target_id) g
      join ${names.table("live_class_booking")} u on u.id = g.target_id join ${names.table(table)} b on b.id = g.source_id ${names.joinAnswers(table)}
      where ${untouched(names, touched, "u.id")}`,
  };
}

/** True where the column holds text: then its month is the text's only where the text is in UTC. */
function isText(names: Names, table: SourceTable): boolean {
  const type = names.database.layout.column(table, "booked_at")?.type ?? "";
  return !names.isPostgres || !/^(timestamp|date)/.test(type);
}

/** A word in place of the month, on both sides, for rows whose month SQL cannot tell: NULL for all others. */
function monthBucket(names: Names, table: SourceTable): string | null {
  const answered = names.answered ? "when i.given_timestamp is not null then 'answered'" : "";
  const column = names.column("b", table, "booked_at");
  const offset = isText(names, table)
    ? `when (substr(${column}, 17) like '%+%' or substr(${column}, 17) like '%-%') and rtrim(${column}, '0:') not like '%+' and rtrim(${column}, '0:') not like '%-' then 'another offset'`
    : "";
  return answered + offset === "" ? null : `case ${answered} ${offset} end`;
}

/**
 * The month in UTC of booked_at. Null where SQL cannot tell: text, or a timestamp without a zone, that is local
 * time of another zone than UTC (--source-timezone).
 */
function legacyMonth(names: Names, table: SourceTable, sourceTimezone: string): string | null {
  const column = names.column("b", table, "booked_at");
  const type = names.database.layout.column(table, "booked_at")?.type ?? "";
  if (sourceTimezone !== "UTC" && type !== "timestamp with time zone") return null;
  const month = isText(names, table) ? `substr(${column}, 1, 7)` : `to_char(${column}, 'YYYY-MM')`;
  const bucket = monthBucket(names, table);
  return bucket === null ? month : `coalesce(${bucket}, ${month})`;
}
