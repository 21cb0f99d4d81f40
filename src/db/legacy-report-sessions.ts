/** What the cut-over report asks about sessions: the overbooked ones, and what the runs wrote into them. Reads only. */
import type { Instant } from "../domain/instant.ts";
import { ask, namer } from "./legacy-report.ts";
import type { Database } from "./open.ts";

/** The columns that a run counts; the others it fills. */
const COUNTERS = "('seats_taken', 'current_attendees')";

export interface OverbookedSession {
  id: number;
  title: string | null;
  status: string | null;
  start_at_utc: string | null;
  capacity: number;
  /** Σ seats_reserved of its confirmed and attended bookings. */
  seats_taken: number;
}

export interface OverbookedSessions {
  sessions: number;
  /** Those that start at or after `now` and are neither cancelled nor completed. */
  upcoming: number;
  /** The first few, those to come first. */
  list: OverbookedSession[];
}

export async function findOverbooked(
  database: Database,
  now: Instant,
  most: number,
): Promise<OverbookedSessions> {
  const { layout, engine } = database;
  const session = "live_class_session";
  if (!layout.has(session, "capacity") || !layout.has("live_class_booking"))
    return { sessions: 0, upcoming: 0, list: [] };
  const t = namer(database);
  const column = (name: string) => (layout.has(session, name) ? `s.${name}` : "null");
  const start = column("start_at_utc");
  const starts =
    engine === "postgres"
      ? `${start} >= ${layout.has(session, "start_at_utc") ? "$1" : "$1::timestamptz"}`
      : `replace(${start}, 'T', ' ') >= ?`;
  const running = layout.has(session, "status") ? "s.status not in ('cancelled', 'completed')" : "1 = 1";
  const rows = await ask<OverbookedSession & { sessions: number; upcoming: number }>(
    database,
    `select id, title, status, start_at_utc, capacity, seats_taken, count(*) over () as sessions, sum(coming) over () as upcoming from (
       select s.id, ${column("title")} as title, ${column("status")} as status, ${start} as start_at_utc, s.capacity, k.seats as seats_taken,
         case when ${starts} and ${running} then 1 else 0 end as coming
       from ${t(session)} s
       join (select session_id, sum(seats_reserved) as seats from ${t("live_class_booking")}
         where session_id is not null and status in ('confirmed', 'attended') group by session_id) k on k.session_id = s.id
       where k.seats > s.capacity) o
     order by coming desc, case when coming = 1 then start_at_utc end, start_at_utc desc, id limit ${Number(most)}`,
    [engine === "postgres" ? `${now}+00` : now],
  );
  return {
    sessions: Number(rows[0]?.sessions ?? 0),
    upcoming: Number(rows[0]?.upcoming ?? 0),
    list: rows.map(({ sessions: _all, upcoming: _coming, seats_taken, ...row }) => ({
      ...row,
      seats_taken: Number(seats_taken),
    })),
  };
}

export interface FilledColumn {
  column: string;
  /** Sessions in which it was empty, and in which it held another value. */
  filled: number;
  changed: number;
}

/** The session columns that runs wrote, the seat counters left out. Rolled-back runs left no trace. */
export async function countFilledColumns(database: Database): Promise<FilledColumn[]> {
  if (!database.layout.has("legacy_session_before")) return [];
  const values =
    database.engine === "postgres"
      ? "cross join lateral jsonb_each_text(b.before_values::jsonb) as j(key, value)"
      : "join json_each(b.before_values) j";
  const rows = await ask<{ name: string; filled: number; n: number }>(
    database,
    `select name, sum(case when was is null or was = '' then 1 else 0 end) as filled, count(*) as n from (
       select j.key as name, j.value as was, row_number() over (partition by b.session_id, j.key order by b.run_id) as place
       from ${namer(database)("legacy_session_before")} b ${values} where j.key not in ${COUNTERS}) f
     where place = 1 group by name order by name`,
  );
  return rows.map(({ name, filled, n }) => ({
    column: name,
    filled: Number(filled),
    changed: Number(n) - Number(filled),
  }));
}

export interface CorrectedSeats {
  id: number;
  title: string | null;
  /** Null: there was no count. */
  before: number | null;
  after: number;
}

export interface CorrectedCounters {
  sessions: number;
  /** Those whose counter was empty or 0 before. */
  from_nothing: number;
  /** The first few; counters that were wrong come before those that were empty, the largest difference first. */
  list: CorrectedSeats[];
}

/** The sessions whose seat counter the runs set: what the first run found, what the last one wrote. */
export async function findCorrectedCounters(database: Database, most: number): Promise<CorrectedCounters> {
  const { layout, engine } = database;
  if (!layout.has("legacy_session_before")) return { sessions: 0, from_nothing: 0, list: [] };
  const t = namer(database);
  const value = (column: string) =>
    engine === "postgres"
      ? `(${column}::jsonb ->> 'seats_taken')::bigint`
      : `json_extract(${column}, '$.seats_taken')`;
  const title = layout.has("live_class_session", "title") ? "s.title" : "null";
  const rows = await ask<CorrectedSeats & { sessions: number; from_nothing: number }>(
    database,
    `with c as (select run_id, session_id, ${value("before_values")} as was, ${value("after_values")} as became from ${t("legacy_session_before")}),
       e as (select session_id, min(run_id) as first_run, max(run_id) as last_run from c where became is not null group by session_id)
     select e.session_id as id, ${title} as title, f.was as before, l.became as after, count(*) over () as sessions,
       sum(case when coalesce(f.was, 0) = 0 then 1 else 0 end) over () as from_nothing
     from e join c f on f.session_id = e.session_id and f.run_id = e.first_run
     join c l on l.session_id = e.session_id and l.run_id = e.last_run
     left join ${t("live_class_session")} s on s.id = e.session_id
     where f.was is distinct from l.became
     order by case when coalesce(f.was, 0) = 0 then 1 else 0 end, abs(coalesce(f.was, 0) - l.became) desc, e.session_id limit ${Number(most)}`,
  );
  return {
    sessions: Number(rows[0]?.sessions ?? 0),
    from_nothing: Number(rows[0]?.from_nothing ?? 0),
    list: rows.map(({ id, title: name, before, after }) => ({ id, title: name, before, after })),
  };
}
