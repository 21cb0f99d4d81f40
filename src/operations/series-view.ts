/** Series as somebody may see them: staff all, a teacher and a student their own (SPEC 5). */
import { findTeacher } from "../db/booking-people.ts";
import type { SeriesRow } from "../db/series.ts";
import type { SeriesItem } from "../db/series-item.ts";
import { listSeries, type SeriesFilter, type SeriesView, viewSeries } from "../db/series-list.ts";
import { listPlanned } from "../db/series-moves.ts";
import { findProfile } from "../db/student.ts";
import { actorUserId, isStaff } from "../domain/actor.ts";
import { ClassbookError } from "../domain/error.ts";
import { type Instant, parseDate } from "../domain/instant.ts";
import type { Ending } from "../domain/series.ts";
import { readRule, ruleWords } from "../domain/series-text.ts";
import { wallText } from "../domain/spoken.ts";
import { isZone } from "../domain/zone.ts";
import { type Context, inside } from "./context.ts";
import { type LoadedSeries, loadSeries } from "./series-change.ts";
import { findContinuation } from "./series-clock.ts";

/** Of the series that the filter names those that whoever looks has a part in. */
export async function listSeriesFor(context: Context, filter: SeriesFilter): Promise<SeriesView[]> {
  const { actor, now } = context;
  const partOf = isStaff(actor)
    ? null
    : { student: actorUserId(actor)!, teacher: actor.kind === "user" ? actor.teacherId : null };
  return listSeries(inside(context), { ...filter, partOf }, now);
}

/** In which zones a series is read. */
export interface SeriesZones {
  teacher_timezone: string;
  /** Null where the student's profile names none. */
  student_timezone: string | null;
}

export async function findZones(
  { database, trx }: Context,
  { teacher_id, student_user_id }: { teacher_id: number; student_user_id: number },
): Promise<SeriesZones> {
  const zone = (await findProfile(database, trx, student_user_id))?.timezone ?? "";
  return {
    teacher_timezone: (await findTeacher(database, trx, teacher_id))?.timezone ?? "UTC",
    student_timezone: isZone(zone) ? zone : null,
  };
}

/** An instant on both clocks: `2026-12-01 17:00`. */
export interface BothClocks {
  teacher_local: string;
  /** Null where the student's zone is not known. */
  student_local: string | null;
}

export function onBothClocks(
  instant: Instant,
  { teacher_timezone, student_timezone }: SeriesZones,
): BothClocks {
  return {
    teacher_local: wallText(instant, teacher_timezone),
    student_local: student_timezone === null ? null : wallText(instant, student_timezone),
  };
}

/** An occurrence; what is of its booking is null where that is gone. */
export interface ShownItem extends Omit<SeriesItem, "teacher_id" | "course_id"> {
  teacher_local: string | null;
  student_local: string | null;
  /** Where it was planned, if it was moved; null = it was not. */
  moved_from_at_utc: Instant | null;
}

/** All there is to know of one series. */
export interface SeriesDetails extends SeriesView, SeriesZones {
  /** In words. */
  rule: string;
  /** What is wrong with its rows; null = nothing. */
  problem: string | null;
  items: ShownItem[];
}

/** @throws ClassbookError not_found `no_such_series`; refused `permission` */
export async function describeSeries(context: Context, id: number): Promise<SeriesDetails> {
  const loaded = await loadSeries(context, id, "see");
  const view = (await viewSeries(inside(context), id, context.now))!;
  const zones = await findZones(context, view);
  return {
    ...view,
    ...zones,
    ...(await ruleOf(context, loaded)),
    items: await showItems(context, loaded.items, zones),
  };
}

async function ruleOf(
  context: Context,
  loaded: LoadedSeries,
): Promise<Pick<SeriesDetails, "rule" | "problem">> {
  const { series } = loaded;
  const ending = endingOf(series);
  try {
    const { recurrence, pattern, last } = await findContinuation(context, loaded);
    return { rule: ruleWords(recurrence, { from: last, clock: pattern.clock, ending }), problem: null };
  } catch (error) {
    if (!(error instanceof ClassbookError)) throw error;
    const rule = readRule(series);
    const words = typeof rule === "string" ? "" : ruleWords(rule, { from: null, clock: null, ending });
    return { rule: words, problem: error.message };
  }
}

/** Null where the row names no end. */
function endingOf({ until_date, occurrence_count }: SeriesRow): Ending | null {
  const until = until_date === null ? null : parseDate(until_date);
  if (until !== null) return { until_date: until };
  return occurrence_count === null ? null : { occurrence_count };
}

async function showItems(
  { trx }: Context,
  items: readonly SeriesItem[],
  zones: SeriesZones,
): Promise<ShownItem[]> {
  const planned = await listPlanned(
    trx,
    items.map(({ booking_id }) => booking_id),
  );
  return items.map(({ teacher_id: _teacher, course_id: _course, ...item }) => {
    const { start_at_utc: start, booking_id } = item;
    const from = planned.get(booking_id)?.start_at_utc ?? null;
    const clocks = start === null ? { teacher_local: null, student_local: null } : onBothClocks(start, zones);
    return { ...item, ...clocks, moved_from_at_utc: from === start ? null : from };
  });
}
