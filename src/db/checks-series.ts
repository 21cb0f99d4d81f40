/** Series: the numbers of their occurrences, and whether they keep their time of day (SPEC 2, 5, 6). */
import { BUSY_STATUSES } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import { keepsTime, type SeriesClock, sameClockInUtc } from "../domain/series.ts";
import { clockOf } from "../domain/series-text.ts";
import { localTime } from "../domain/spoken.ts";
import { isZone } from "../domain/zone.ts";
import { readValues } from "./audit.ts";
import { CheckSql, type Finding, type Looking, listCheck, sqlCheck } from "./check.ts";
import { runQuery } from "./reconcile.ts";
import { listPlanned } from "./series-moves.ts";

export const SERIES_CHECKS = [
  sqlCheck({
    code: "series_gaps",
    severity: "error",
    sentence: "the occurrences of a series are numbered 1, 2, 3 …",
    why: "“Occurrence 3” is how people and `classbook series skip` name a lesson: with a gap it is another one.",
    fix: "numbers them anew, in their order",
    reads: [["booking_series"], ["booking_series_item", "occurrence_index"]],
    findings: (q) =>
      `select 'series' as thing, i.series_id as id, '' as part, count(*) as n, min(i.occurrence_index) as lowest, max(i.occurrence_index) as highest
       from ${q.t("booking_series_item")} i group by i.series_id
       having min(i.occurrence_index) <> 1 or max(i.occurrence_index) <> count(*) or count(distinct i.occurrence_index) <> count(*)${q.isPostgres ? "" : " or sum(typeof(i.occurrence_index) <> 'integer') > 0"}`,
    text: (row) => `series ${row.id}: ${row.n} occurrences, numbered ${row.lowest} to ${row.highest}`,
  }),
  sqlCheck({
    code: "series_item_without_booking",
    severity: "error",
    sentence: "every occurrence of a series has its booking",
    why: "The series counts a lesson that nobody has.",
    fix: "nothing: `classbook series show ID` shows it; bring the booking back from a backup, or `classbook series cancel ID`",
    reads: [["booking_series_item"], ["live_class_booking"]],
    findings: (q) =>
      `select 'series_item' as thing, i.id, '' as part, i.series_id, i.booking_id, i.occurrence_index from ${q.t("booking_series_item")} i
       where not exists (select 1 from ${q.t("live_class_booking")} b where b.id = i.booking_id)`,
    text: (row) =>
      `series ${row.series_id}: booking ${row.booking_id} of occurrence ${row.occurrence_index} is not there`,
  }),
  listCheck({
    code: "series_clock",
    severity: "warning",
    sentence: "the coming lessons of a series keep its time of day on the wall clock",
    why: "Somebody added weeks in UTC: since the clocks changed, the lesson is an hour off, and its student comes at the usual time.",
    fix: "nothing: `classbook series move SERIES INDEX --on DATE` puts a lesson back at the series' time of day; teacher and student have to agree",
    reads: [["booking_series"], ["booking_series_item"], ["live_class_booking"]],
    findings: driftedOccurrences,
  }),
] as const;

const PAGE = 500;

interface Item {
  series_id: number;
  teacher_id: number;
  booking_id: number;
  occurrence_index: number;
  start_at_utc: Instant;
}

/** Lessons that somebody moved are where they were moved to: what counts is where they were planned. */
async function* driftedOccurrences(looking: Looking): AsyncIterable<Finding> {
  const q = new CheckSql(looking);
  const { db, now } = looking;
  const live = `b.status in ('${BUSY_STATUSES.join("', '")}') and b.end_at_utc > ${q.at(now)} and ${q.isInstant("live_class_booking", "b", "start_at_utc")}`;
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await runQuery<{ id: number }>(
      db,
      `select s.id from ${q.t("booking_series")} s where s.id > ${after} and s.status in ('active', 'paused') and exists
         (select 1 from ${q.t("booking_series_item")} i join ${q.t("live_class_booking")} b on b.id = i.booking_id where i.series_id = s.id and ${live})
       order by s.id limit ${PAGE}`,
    );
    if (page.length === 0) return;
    after = page.at(-1)!.id;
    const ids = page.map(({ id }) => Number(id)).join(", ");
    const all = await runQuery<Item & { is_live: number }>(
      db,
      `select i.series_id, s.teacher_id, i.booking_id, i.occurrence_index, b.start_at_utc, case when ${live} then 1 else 0 end as is_live
       from ${q.t("booking_series_item")} i join ${q.t("booking_series")} s on s.id = i.series_id join ${q.t("live_class_booking")} b on b.id = i.booking_id
       where i.series_id in (${ids}) and (${live} or i.occurrence_index = (select min(f.occurrence_index) from ${q.t("booking_series_item")} f where f.series_id = i.series_id))
         and not exists (select 1 from ${q.t("booking_series_item")} l where l.booking_id = i.booking_id and l.id > i.id)
       order by i.series_id, i.occurrence_index`,
    );
    const clocks = await readClocks(q, ids);
    const zones = await readTeacherZones(q, all);
    const planned = q.has("booking_event")
      ? await listPlanned(
          db,
          all.map(({ booking_id }) => booking_id),
        )
      : new Map(all.map((item) => [item.booking_id, item]));
    const startOf = ({ booking_id }: Item) => planned.get(booking_id)?.start_at_utc ?? null;
    for (const item of all) {
      const start = startOf(item);
      if (Number(item.is_live) === 0 || start === null) continue;
      const known = clocks.get(item.series_id);
      const zone = known?.zone ?? zones.get(item.teacher_id) ?? "UTC";
      const first = startOf(all.find(({ series_id }) => series_id === item.series_id)!);
      // Of a series that nobody recorded only the sign of a change of the clocks is known: in UTC the time stayed.
      const keeps =
        known === undefined ? first === null || !sameClockInUtc(first, start, zone) : keepsTime(start, known);
      if (keeps) continue;
      yield {
        thing: "series",
        id: item.series_id,
        part: `occurrence_${item.occurrence_index}`,
        text: `series ${item.series_id}: occurrence ${item.occurrence_index} (booking ${item.booking_id}) is ${localTime(start, zone)}`,
        row: { ...item },
      };
    }
  }
}

/** The wall clocks of series whose making was recorded. */
async function readClocks(q: CheckSql, ids: string): Promise<Map<number, SeriesClock>> {
  if (!q.has("booking_event")) return new Map();
  const events = await runQuery<{ subject_id: number; to_value: string | null }>(
    q.looking.db,
    `select e.subject_id, e.to_value from ${q.t("booking_event")} e
     where e.subject = 'booking_series' and e.subject_id in (${ids}) and e.what in ('created', 'extended') order by e.id`,
  );
  const clocks = new Map<number, SeriesClock>();
  for (const { subject_id, to_value } of events) {
    const clock = clockOf(readValues(to_value));
    if (clock !== null) clocks.set(subject_id, clock);
  }
  return clocks;
}

async function readTeacherZones(q: CheckSql, items: readonly Item[]): Promise<Map<number, string>> {
  const ids = [...new Set(items.map(({ teacher_id }) => Number(teacher_id)))].filter(Number.isSafeInteger);
  if (ids.length === 0 || !q.has("teacher", "user_id") || !q.has("user_profile", "timezone"))
    return new Map();
  const rows = await runQuery<{ id: number; timezone: string | null }>(
    q.looking.db,
    `select t.id, p.timezone from ${q.t("teacher")} t join ${q.t("user_profile")} p on p.user_id = t.user_id
     where t.id in (${ids.join(", ")}) order by p.id desc`,
  );
  return new Map(
    rows.flatMap(({ id, timezone }) => (timezone !== null && isZone(timezone) ? [[id, timezone]] : [])),
  );
}
