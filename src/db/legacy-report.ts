/** What the cut-over report asks about legacy rows, their outcomes and their series: sums and short lists. Reads only. */
import { CompiledQuery } from "kysely";
import { quote } from "./ddl.ts";
import type { LogicalTable } from "./layout.ts";
import { SOURCE_TABLES, type SourceTable } from "./legacy-tables.ts";
import type { Database } from "./open.ts";
import type { Outcome } from "./tables.ts";

/** Runs a query in which tables are named as the database names them. */
export async function ask<T>(
  database: Database,
  text: string,
  params: readonly unknown[] = [],
): Promise<T[]> {
  const { rows } = await database.db.executeQuery<T>(CompiledQuery.raw(text, [...params]));
  return rows;
}

/** Logical names → quoted physical ones. */
export function namer(database: Database): (table: LogicalTable) => string {
  return (table) => quote(database.layout.name(table));
}

/** Legacy rows that are alike in everything that the report counts by. */
export interface OutcomeGroup {
  /** Null: no run has read these rows. */
  outcome: Outcome | null;
  /** Of quarantined rows: open, skipped, resolved; null without an issue. */
  issue_status: string | null;
  /** Of migrated rows: the status that their booking has now. */
  status: string | null;
  /** Of migrated rows: `2026-03`, the UTC month in which they start. */
  month: string | null;
  /** 1 where the booking or waitlist entry that the record names is there; always 1 for other outcomes. */
  there: number;
  n: number;
}

/** One pass over a legacy table and what its rows became. */
export async function groupOutcomes(database: Database, table: SourceTable): Promise<OutcomeGroup[]> {
  const { layout, engine } = database;
  if (!layout.has(table)) return [];
  const t = namer(database);
  if (!layout.has("legacy_provenance")) {
    return ask(
      database,
      `select null as outcome, null as issue_status, null as status, null as month, 1 as there, count(*) as n from ${t(table)} having count(*) > 0`,
    );
  }
  const month = engine === "postgres" ? "to_char(u.start_at_utc, 'YYYY-MM')" : "substr(u.start_at_utc, 1, 7)";
  return ask(
    database,
    `select p.outcome, i.status as issue_status, u.status, ${month} as month,
       case when p.outcome = 'migrated' and u.id is null or p.outcome = 'waitlisted' and w.id is null then 0 else 1 end as there,
       count(*) as n
     from ${t(table)} b
     left join ${t("legacy_provenance")} p on p.source_table = '${table}' and p.source_id = b.id
     left join ${t("legacy_issue")} i on p.outcome = 'quarantined' and i.source_table = '${table}' and i.source_id = b.id
     left join ${t("live_class_booking")} u on p.outcome = 'migrated' and u.id = p.target_id
     left join ${t("session_waitlist")} w on p.outcome = 'waitlisted' and w.id = p.target_id
     group by 1, 2, 3, 4, 5`,
  );
}

/** Unified bookings by where they come from. */
export interface UnifiedBookings {
  total: number;
  /** Bookings that a legacy row became. */
  migrated: number;
  /** Bookings of legacy rows that diverged since: they stay as people left them. */
  diverged: number;
}

export async function countUnified(database: Database): Promise<UnifiedBookings> {
  const { layout } = database;
  const t = namer(database);
  if (!layout.has("live_class_booking")) return { total: 0, migrated: 0, diverged: 0 };
  const [all] = await ask<{ n: number }>(database, `select count(*) as n from ${t("live_class_booking")}`);
  const known = layout.has("legacy_provenance")
    ? await ask<{ outcome: Outcome; n: number }>(
        database,
        `select p.outcome, count(*) as n from ${t("legacy_provenance")} p join ${t("live_class_booking")} u on u.id = p.target_id
         where p.outcome in ('migrated', 'quarantined') group by p.outcome`,
      )
    : [];
  const of = (outcome: Outcome) => Number(known.find((row) => row.outcome === outcome)?.n ?? 0);
  return { total: Number(all!.n), migrated: of("migrated"), diverged: of("quarantined") };
}

/** The quarantined rows that are still there, with their issues; null where the database cannot hold any. */
function quarantined(database: Database): string | null {
  const t = namer(database);
  const tables = SOURCE_TABLES.filter((table) => database.layout.has(table));
  if (tables.length === 0 || !database.layout.has("legacy_issue")) return null;
  const parts = tables.map(
    (
      table,
    ) => `select i.code, i.status, i.message, i.reason, i.source_table, i.source_id from ${t("legacy_issue")} i
      join ${t("legacy_provenance")} p on p.source_table = i.source_table and p.source_id = i.source_id and p.outcome = 'quarantined'
      join ${t(table)} b on b.id = i.source_id
      where i.source_table = '${table}' and i.status in ('open', 'skipped')`,
  );
  return `(${parts.join(" union all ")}) q`;
}

export interface ReasonGroup {
  code: string;
  status: "open" | "skipped";
  n: number;
  /** How many different messages there are: rows that say the same have one cause. */
  causes: number;
}

export async function groupReasons(database: Database): Promise<ReasonGroup[]> {
  const rows = quarantined(database);
  if (rows === null) return [];
  return ask(
    database,
    `select code, status, count(*) as n, count(distinct message) as causes from ${rows} group by code, status order by code, status`,
  );
}

export interface ReasonExample {
  code: string;
  status: "open" | "skipped";
  message: string;
  /** The first row that says so, and how many do. */
  source_table: string;
  source_id: number;
  n: number;
}

/** The commonest messages of each reason, `most` of each. */
export async function listReasonExamples(database: Database, most: number): Promise<ReasonExample[]> {
  const rows = quarantined(database);
  if (rows === null) return [];
  return ask(
    database,
    `select code, status, message, source_table, source_id, n from (
       select g.*, row_number() over (partition by code, status order by n desc, source_table, source_id) as place from (
         select code, status, message, source_table, source_id, count(*) over (partition by code, status, message) as n,
           row_number() over (partition by code, status, message order by source_table, source_id) as turn
         from ${rows}) g where turn = 1) r
     where place <= ${Number(most)} order by code, status, place`,
  );
}

export interface SkipReason {
  code: string;
  reason: string | null;
  n: number;
}

/** Why people left rows out, the commonest reasons first. */
export async function groupSkipReasons(database: Database): Promise<SkipReason[]> {
  const rows = quarantined(database);
  if (rows === null) return [];
  return ask(
    database,
    `select code, reason, count(*) as n from ${rows} where status = 'skipped' group by code, reason order by 3 desc, 1, 2`,
  );
}

export interface SeriesCounts {
  status: string;
  series: number;
  /** Lessons that the series number. */
  lessons: number;
}

/** The series that the migration built, by the status that they have now. */
export async function countSeries(database: Database): Promise<SeriesCounts[]> {
  if (!database.layout.has("legacy_series")) return [];
  const t = namer(database);
  return ask(
    database,
    `select s.status, count(*) as series, sum(coalesce(i.lessons, 0)) as lessons
     from ${t("legacy_series")} l join ${t("booking_series")} s on s.id = l.series_id
     left join (select series_id, count(*) as lessons from ${t("booking_series_item")} group by series_id) i on i.series_id = s.id
     group by s.status order by s.status`,
  );
}

export interface SplitPart {
  recurring_series_id: string;
  series_id: number;
  student_user_id: number;
  teacher_id: number;
  course_id: number;
  lessons: number;
}

/** Legacy series that became several, for their lessons differ in student, teacher or course (LEGACY 2.6). */
export async function findSplitSeries(
  database: Database,
  most: number,
): Promise<{ count: number; parts: SplitPart[] }> {
  if (!database.layout.has("legacy_series")) return { count: 0, parts: [] };
  const t = namer(database);
  const split = `select recurring_series_id from ${t("legacy_series")} group by recurring_series_id having count(*) > 1`;
  const [all] = await ask<{ n: number }>(database, `select count(*) as n from (${split}) s`);
  const parts = await ask<SplitPart>(
    database,
    `select l.recurring_series_id, l.series_id, l.student_user_id, l.teacher_id, l.course_id,
       (select count(*) from ${t("booking_series_item")} i where i.series_id = l.series_id) as lessons
     from ${t("legacy_series")} l join (${split} order by recurring_series_id limit ${Number(most)}) m on m.recurring_series_id = l.recurring_series_id
     order by l.recurring_series_id, l.series_id`,
  );
  return { count: Number(all!.n), parts };
}
