/** A series that somebody asks for, tried out: as it is printed, and as a person reads it before it is made. */
import { findCourse, findStudent } from "../../db/booking-people.ts";
import type { Database } from "../../db/open.ts";
import type { Actor } from "../../domain/actor.ts";
import { daysText, ruleWords } from "../../domain/series-text.ts";
import { type Context, look } from "../../operations/context.ts";
import { type AskedSeries, previewSeries, type SeriesRequest } from "../../operations/series.ts";
import { getTeacher } from "../../operations/series-pattern.ts";
import { findZones, onBothClocks } from "../../operations/series-view.ts";
import { actingFor } from "../batch.ts";
import type { Row } from "../output.ts";
import { type AskedScreen, askedScreen, outcomeText } from "../screens/series.ts";
import type { Shell } from "../shell.ts";
import type { TypedSeries } from "../typed-series.ts";

/** What was asked for, as it is printed, beside the screen of it. */
export interface Asked {
  row: Row;
  screen: AskedScreen;
}

/** Names, zones and local times of what was asked for. */
export async function describeAsked(
  context: Context,
  asked: AskedSeries,
  student_user_id: number,
): Promise<Asked> {
  const { database, trx } = context;
  const { pattern, recurrence, ending } = asked;
  const { teacher_id, course_id } = pattern;
  const zones = await findZones(context, { teacher_id, student_user_id });
  const occurrences = asked.occurrences.map((one) => ({
    ...one,
    ...onBothClocks(one.start_at_utc, zones),
  }));
  const student = (await findStudent(database, trx, student_user_id, false))?.username ?? null;
  const teacher = (await getTeacher(context, teacher_id)).name;
  const course = (await findCourse(database, trx, course_id))?.title ?? null;
  const rule = ruleWords(recurrence, { from: asked.occurrences[0]!.date, clock: pattern.clock, ending });
  return {
    row: {
      type: pattern.type,
      student_user_id,
      student,
      teacher_id,
      teacher,
      course_id,
      course,
      frequency: recurrence.frequency,
      interval: recurrence.interval,
      days_of_week: daysText(recurrence.days),
      occurrence_count: "occurrence_count" in ending ? ending.occurrence_count : null,
      until_date: "until_date" in ending ? ending.until_date : null,
      slot_id: pattern.type === "one_on_one_series" ? pattern.slot_id : null,
      rule,
      timezone: pattern.clock.zone,
      ...zones,
      skipped_months: asked.skipped_months,
      conflicts: occurrences.filter(({ outcome }) => outcome === "refused").length,
      occurrences,
    },
    screen: {
      who: `${student}, ${course} with ${teacher}`,
      rule,
      ...zones,
      skipped_months: asked.skipped_months,
      occurrences,
    },
  };
}

/** Nothing is kept. */
export async function tryOut(
  here: Shell,
  { database, actor, asked }: { database: Database; actor: Actor; asked: SeriesRequest },
): Promise<Asked> {
  const acting = actingFor(here, actor);
  const tried = await previewSeries(database, acting, asked);
  return look(database, acting, (context) => describeAsked(context, tried, asked.student_user_id));
}

export function isRefused(row: Row, { on_conflict }: Pick<TypedSeries, "on_conflict">): boolean {
  const [conflicts, all] = [row.conflicts as number, (row.occurrences as object[]).length];
  return on_conflict === "fail" ? conflicts > 0 : conflicts === all;
}

/** What would come of it, under the table of all dates. */
export function previewScreen(here: Shell, screen: AskedScreen, { on_conflict }: TypedSeries): string {
  const { occurrences } = screen;
  const free = occurrences.filter(({ outcome }) => outcome !== "refused").length;
  const all = free === occurrences.length || (on_conflict === "skip" && free > 0);
  const end =
    free === 0
      ? "none of these can be booked"
      : all
        ? outcomeText(occurrences, "would be booked")
        : `${outcomeText(occurrences, "could be booked")}; as it is none would be: --on-conflict skip books the ${free}`;
  return `${askedScreen(here.output, screen)}  → ${end}\n`;
}
