/** Series of `legacy verify` (LEGACY 2.6): those that the migration made (legacy_series), against their members. */
import type { Db } from "./open.ts";
import { runQuery, type SetCheck } from "./reconcile.ts";
import type { Names } from "./reconcile-names.ts";
import { uuidDigits } from "./stored.ts";

/** The checks of series; none where the database has no legacy series. */
export async function seriesChecks(names: Names, db: Db): Promise<SetCheck[]> {
  const has = (["legacy_series", "booking_series", "booking_series_item"] as const).every((t) =>
    names.has(t),
  );
  if (!has || !names.has("one_on_one_booking", "recurring_series_id")) return [];
  const t = (table: Parameters<Names["table"]>[0]) => names.table(table);
  const id = (column: string) => uuidDigits(names.database.engine, column);
  // SQLite may hold bytes where text belongs.
  const text = (column: string) => `cast(${names.column("b", "one_on_one_booking", column)} as text)`;
  // A member: a migrated recurring lesson, with its unified booking.
  const members = `select b.id as source_id, ${id("b.recurring_series_id")} as recurring_series_id, ${text("recurring_cadence")} as cadence, ${text("meeting_link")} as link, u.id as booking_id, u.student_user_id, u.teacher_id, u.course_id, u.start_at_utc, u.status
    from ${t("one_on_one_booking")} b ${names.joinProvenance("one_on_one_booking", "p.outcome = 'migrated'")} join ${t("live_class_booking")} u on u.id = p.target_id
    where b.recurring_series_id is not null and ${id("b.recurring_series_id")} <> '' and ${names.isTrue("b", "one_on_one_booking", "is_recurring")}`;
  const items = `select x.series_id, x.booking_id, x.occurrence_index, l.recurring_series_id, l.student_user_id, l.teacher_id, l.course_id from ${t("legacy_series")} l join ${t("booking_series_item")} x on x.series_id = l.series_id`;
  const joined = `select k.*, m.source_id, m.cadence, m.link, m.start_at_utc, m.status from (${items}) k join (${members}) m on m.booking_id = k.booking_id`;
  // What somebody changed since need not be as the migration made it.
  const changed = await runQuery(
    db,
    names.has("booking_event")
      ? `select 1 as one from ${t("booking_event")} limit 1`
      : "select 1 where 1 = 0",
  );
  const untouched = (series: string) =>
    changed.length === 0
      ? "1 = 1"
      : `not exists (select 1 from ${t("booking_event")} e where e.subject = 'booking_series' and e.subject_id = ${series}) and not exists (select 1 from ${t("booking_series_item")} y join ${t("booking_event")} e on e.subject = 'live_class_booking' and e.subject_id = y.booking_id where y.series_id = ${series})`;
  // Deleted, or its last item was: a migration leaves it so.
  const emptied = (series: string) =>
    changed.length === 0
      ? "1 = 0"
      : `exists (select 1 from ${t("booking_event")} e where e.subject = 'booking_series' and e.subject_id = ${series} and e.what = 'deleted') or (count(x.id) = 0 and exists (select 1 from ${t("booking_event")} e where e.subject = 'booking_series' and e.subject_id = ${series} and e.what = 'occurrence_removed'))`;
  const series = (row: Record<string, unknown>) => `booking_series ${row.series_id}`;
  return [
    // One that somebody extended until a date counts no occurrences.
    {
      check: "series_items",
      what: "every legacy series numbers its items 1, 2, 3 … and counts them",
      severity: "error",
      violations: `select l.series_id, s.occurrence_count, count(x.id) as n, min(x.occurrence_index) as lowest, max(x.occurrence_index) as highest
        from ${t("legacy_series")} l left join ${t("booking_series")} s on s.id = l.series_id left join ${t("booking_series_item")} x on x.series_id = l.series_id
        group by l.series_id, s.id, s.occurrence_count, s.until_date
        having not (${emptied("l.series_id")}) and (s.id is null or count(x.id) = 0 or min(x.occurrence_index) <> 1 or max(x.occurrence_index) <> count(distinct x.occurrence_index) or count(x.id) <> count(distinct x.occurrence_index) or (s.until_date is null and s.occurrence_count is distinct from count(x.id)))`,
      example: (row) =>
        `${series(row)} has ${row.n} items numbered ${row.lowest} … ${row.highest}, occurrence_count ${row.occurrence_count}`,
    },
    {
      check: "series_members",
      what: "every migrated recurring lesson is in exactly one series, of its own series id, student, teacher and course",
      severity: "error",
      violations: `select m.source_id, m.booking_id, count(k.series_id) as n from (${members}) m left join (${items}) k on k.booking_id = m.booking_id
        and k.recurring_series_id = m.recurring_series_id and k.student_user_id = m.student_user_id and k.teacher_id = m.teacher_id and k.course_id = m.course_id
        where ${changed.length === 0 ? "1 = 1" : `not exists (select 1 from ${t("booking_event")} e where e.subject = 'live_class_booking' and e.subject_id = m.booking_id)`}
        group by m.source_id, m.booking_id having count(k.series_id) <> 1`,
      example: (row) => `one_on_one_booking ${row.source_id} is an item of ${row.n} series`,
    },
    {
      check: "series_order",
      what: "items are numbered by their start, then by their legacy id",
      severity: "error",
      violations: `select v.series_id, v.booking_id, v.occurrence_index, v.place from (select j.*, row_number() over (partition by j.series_id order by j.start_at_utc, j.source_id) as place from (${joined}) j) v where v.place <> v.occurrence_index and ${untouched("v.series_id")}`,
      example: (row) =>
        `${series(row)}: live_class_booking ${row.booking_id} is item ${row.occurrence_index}, by its start it is the ${row.place}.`,
    },
    {
      check: "series_values",
      what: "every legacy series has the frequency, the link and the status of its members",
      severity: "error",
      violations: seriesValues(names, joined, untouched("g.series_id")),
      example: (row) =>
        `${series(row)} is ${row.type}, ${row.frequency}, ${row.status}, link “${row.link}”; its members give ${row.member_status}, link “${row.member_link}”`,
    },
  ];
}

/** A member's own cadence counts; where members differ, any of theirs (the rules name none of them). */
function seriesValues(names: Names, joined: string, untouched: string): string {
  const going = "case when j.status in ('pending', 'confirmed') then 1 else 0 end";
  const fitting = "case when coalesce(nullif(j.cadence, ''), 'weekly') = s.frequency then 1 else 0 end";
  return `with j as (${joined}),
    first_link as (select series_id, link, row_number() over (partition by series_id order by occurrence_index) as nth from j where link <> ''),
    g as (select j.series_id, max(${going}) as going_on, max(${fitting}) as fits from j join ${names.table("booking_series")} s on s.id = j.series_id group by j.series_id)
    select g.series_id, s.type, s.frequency, s.status, s.default_meeting_link as link, case when g.going_on = 1 then 'active' else 'completed' end as member_status, coalesce(f.link, '') as member_link
    from g join ${names.table("booking_series")} s on s.id = g.series_id left join first_link f on f.series_id = g.series_id and f.nth = 1
    where ${untouched} and (s.type <> 'one_on_one_series' or s."interval" <> 1 or s.days_of_week <> '' or s.until_date is not null
      or s.status <> case when g.going_on = 1 then 'active' else 'completed' end or s.default_meeting_link <> coalesce(f.link, '') or g.fits = 0)`;
}
