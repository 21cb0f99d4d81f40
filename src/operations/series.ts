/** Series: many bookings by one rule, made together or not at all (SPEC 5). */
import type { Database } from "../db/open.ts";
import { unfitTexts } from "../db/rows.ts";
import { insertSeries } from "../db/series.ts";
import { insertSeriesItems } from "../db/series-item.ts";
import { type LocalDate, timeText } from "../domain/instant.ts";
import { overridden, type RuleOutcome } from "../domain/rules.ts";
import type { Ending } from "../domain/series.ts";
import { daysText } from "../domain/series-text.ts";
import { requireOverrides } from "./booking-request.ts";
import { type Acting, type Context, operate, record } from "./context.ts";
import { requireSound } from "./refusal.ts";
import {
  type AskedOccurrence,
  bookOccurrences,
  conflictsOf,
  requireBooked,
  type SeriesTerms,
} from "./series-book.ts";
import { getTeacher, type SeriesPattern } from "./series-pattern.ts";
import { planSeries, type SeriesPlan, type SeriesRule } from "./series-plan.ts";

export interface SeriesRequest extends SeriesRule, Omit<SeriesTerms, "first_index"> {
  default_meeting_link: string;
  default_meeting_id: string;
  default_meeting_passcode: string;
}

/** A series with what became of each occurrence. */
export interface AskedSeries extends SeriesPlan {
  ending: Ending;
  occurrences: AskedOccurrence[];
}

/** What the rules let be booked is booked, nothing of the series itself. */
async function bookAll(context: Context, asked: SeriesRequest): Promise<AskedSeries> {
  requireOverrides(context.actor, asked.overrides);
  const { default_meeting_link, default_meeting_id, default_meeting_passcode } = asked;
  const meeting = { default_meeting_link, default_meeting_id, default_meeting_passcode };
  requireSound(unfitTexts(context.database, "booking_series", meeting));
  const plan = await planSeries(context, asked);
  const terms = { ...asked, first_index: 1 };
  const occurrences = await bookOccurrences(context, plan.pattern, plan.occurrences, terms);
  return { ...plan, ending: asked.ending, occurrences };
}

/**
 * What `createSeries` would do with each date: the same, taken back.
 *
 * @throws ClassbookError as planSeries; refused `permission`
 */
export async function previewSeries(
  database: Database,
  acting: Acting,
  asked: SeriesRequest,
): Promise<AskedSeries> {
  return operate(database, { ...acting, rehearse: true }, (context) => bookAll(context, asked));
}

/**
 * A series with its bookings, in one transaction.
 *
 * @returns the series' id, and every occurrence that was asked for
 * @throws ClassbookError refused, named by the first rule that failed, with every conflict at once; nothing was changed
 */
export async function createSeries(
  context: Context,
  asked: SeriesRequest,
): Promise<AskedSeries & { id: number }> {
  const { database, trx, now } = context;
  const series = await bookAll(context, asked);
  const { pattern, recurrence, occurrences } = series;
  const teacher = await getTeacher(context, pattern.teacher_id);
  requireBooked("the series", occurrences, { ...asked, first_index: 1 }, teacher);
  const booked = bookedOf(occurrences);
  const row = {
    student_user_id: asked.student_user_id,
    teacher_id: pattern.teacher_id,
    course_id: pattern.course_id,
    type: pattern.type,
    status: "active" as const,
    frequency: recurrence.frequency,
    interval: recurrence.interval,
    days_of_week: daysText(recurrence.days),
    ...endingColumns(asked.ending, booked.length),
    default_meeting_link: asked.default_meeting_link,
    default_meeting_id: asked.default_meeting_id,
    default_meeting_passcode: asked.default_meeting_passcode,
  };
  const id = await insertSeries(database, trx, row, now);
  await insertSeriesItems(database, trx, id, booked);
  await record(context, {
    what: "created",
    subject: "booking_series",
    subject_id: id,
    from: null,
    to: { ...row, ...rememberedOf(pattern, occurrences) },
    overridden: overriddenIn(occurrences),
  });
  return { ...series, id };
}

/** occurrence_count is the number of occurrences, and null where the series ends on a date. */
export function endingColumns(
  ending: Ending,
  occurrences: number,
): { occurrence_count: number | null; until_date: LocalDate | null } {
  return "until_date" in ending
    ? { occurrence_count: null, until_date: ending.until_date }
    : { occurrence_count: occurrences, until_date: null };
}

export function bookedOf(
  occurrences: readonly AskedOccurrence[],
): { occurrence_index: number; booking_id: number }[] {
  return occurrences.flatMap(({ occurrence_index, booking_id }) =>
    occurrence_index === null || booking_id === null ? [] : [{ occurrence_index, booking_id }],
  );
}

export function overriddenIn(occurrences: readonly AskedOccurrence[]): string[] {
  return [...new Set(occurrences.flatMap(({ rules }) => overridden(rules as readonly RuleOutcome[])))];
}

/** What the columns of a series do not hold and its going on needs: kept with the event that made the occurrences. */
export interface Remembered {
  slot_id: number | null;
  /** Wall-clock time of day. */
  time: string;
  timezone: string;
  /** The last date that the rule gave, booked or not. */
  last_date: string;
}

export function rememberedOf(
  pattern: SeriesPattern,
  occurrences: readonly AskedOccurrence[],
): Remembered & { left_out?: object[] } {
  const left = conflictsOf(occurrences, 1).map(({ occurrence: _place, ...conflict }) => conflict);
  return {
    slot_id: pattern.type === "one_on_one_series" ? pattern.slot_id : null,
    time: timeText(pattern.clock.startsAt),
    timezone: pattern.clock.zone,
    last_date: occurrences.at(-1)!.date,
    ...(left.length === 0 ? {} : { left_out: left }),
  };
}
