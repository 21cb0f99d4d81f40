/** A series that somebody asks for, made definite: what it repeats, and its dates (SPEC 5). */
import { findSlot } from "../db/availability.ts";
import { findCourse } from "../db/booking-people.ts";
import { type CourseSession, listCourseSessions } from "../db/series-sessions.ts";
import { nextOpening, type Slot } from "../domain/availability.ts";
import { notFound, refused, usageError } from "../domain/error.ts";
import { addDays, type Instant, type LocalDate, wallTime, weekdayOf } from "../domain/instant.ts";
import {
  datesOf,
  type Ending,
  type Occurrence,
  occurrencesOf,
  type Recurrence,
  type SeriesClock,
} from "../domain/series.ts";
import { localDateOf, resolveLocal, toWall } from "../domain/zone.ts";
import { chooseCourse } from "./booking-lesson.ts";
import type { Context } from "./context.ts";
import { getTeacher, type SeriesPattern, zoneOfTeacher } from "./series-pattern.ts";

/** Where a series is to be: lessons at a recurring slot's time, or seats in a course's sessions. */
export type SeriesPlace =
  | {
      slot_id: number;
      /** Needed where the slot is for all of the teacher's courses. */
      course_id: number | null;
    }
  | {
      course_id: number;
      /** Null = the teacher of the course's coming sessions, where there is one. */
      teacher_id: number | null;
      /** Microseconds after local midnight; null = as the course's next session begins. */
      startsAt: number | null;
    };

export interface SeriesRule {
  place: SeriesPlace;
  recurrence: Recurrence;
  ending: Ending;
  /** A local date; null = the first time that is still to come. */
  from: LocalDate | null;
}

/** A series before it is booked. */
export interface SeriesPlan {
  pattern: SeriesPattern;
  /** With the weekdays that were not named. */
  recurrence: Recurrence;
  occurrences: Occurrence[];
  /** Of a monthly series: months that lack the day (SCENARIOS 20). */
  skipped_months: string[];
}

/**
 * @throws ClassbookError not_found; usage: what was asked for gives no dates, or too many; refused `availability`,
 *   `no_session`: the place has no time from then on
 */
export async function planSeries(context: Context, asked: SeriesRule): Promise<SeriesPlan> {
  const start =
    "slot_id" in asked.place
      ? await startOfLessons(context, asked, asked.place)
      : await startOfSeats(context, asked, asked.place);
  const { pattern, from } = start;
  const { recurrence } = asked;
  const weekly = recurrence.frequency === "weekly" || recurrence.frequency === "biweekly";
  const days = weekly && recurrence.days.length === 0 ? [start.weekday] : recurrence.days;
  const whole = { ...recurrence, days };
  return { pattern, recurrence: whole, ...expand(whole, from, asked.ending, pattern.clock) };
}

/** @throws ClassbookError usage `bad_rule` */
export function expand(
  recurrence: Recurrence,
  from: LocalDate,
  ending: Ending,
  clock: SeriesClock,
): Pick<SeriesPlan, "occurrences" | "skipped_months"> {
  const dates = datesOf(recurrence, from, ending);
  if (typeof dates === "string")
    throw usageError("bad_rule", dates, "give another --count, --until or --from");
  return { occurrences: occurrencesOf(dates.dates, clock), skipped_months: dates.skipped_months };
}

/** What a series begins with; `weekday` where the rule names none. */
interface Start {
  pattern: SeriesPattern;
  from: LocalDate;
  weekday: number;
}

async function startOfLessons(
  context: Context,
  { from, recurrence }: SeriesRule,
  place: Extract<SeriesPlace, { slot_id: number }>,
): Promise<Start> {
  const slot = await findSlot(context.database, context.trx, place.slot_id);
  if (slot === null || slot.teacher_id === null)
    throw notFound(
      "no_such_slot",
      `there is no slot ${place.slot_id}${slot === null ? "" : " with a teacher"}`,
      "`classbook slot list` lists them",
    );
  const when = weeklyTime(slot);
  const clock = { startsAt: when.startsAt, zone: when.zone };
  const named = recurrence.days.length > 0;
  return {
    pattern: {
      type: "one_on_one_series",
      teacher_id: slot.teacher_id,
      course_id: chooseCourse(slot, place.course_id),
      clock,
      slot_id: slot.id,
      lengthMicros: when.lengthMicros,
    },
    from: from ?? (named ? soonest(context.now, clock) : nextDate(slot, context.now)),
    weekday: when.weekday,
  };
}

function weeklyTime(slot: Slot): Extract<Slot["when"], { slot_type: "recurring" }> {
  if (slot.when === null)
    throw refused(
      "availability",
      `slot ${slot.id} does not say when it is: ${slot.problem}`,
      "mend the slot, or use another",
    );
  if (slot.when.slot_type === "one_time")
    throw usageError(
      "one_time_slot",
      `slot ${slot.id} is for one time only: a series recurs at the time of a recurring slot`,
      "`classbook slot list --type recurring` lists them",
    );
  return slot.when;
}

/** The first date on which the time of day is still to come. */
export function soonest(now: Instant, { zone, startsAt }: SeriesClock): LocalDate {
  const today = localDateOf(now, zone);
  return resolveLocal(wallTime(today, startsAt), zone).instant > now ? today : addDays(today, 1);
}

function nextDate(slot: Slot, now: Instant): LocalDate {
  const next = nextOpening(slot.when!, now);
  if (next === null)
    throw refused("availability", `slot ${slot.id} has no time left`, "use another slot, or give --from");
  return localDateOf(next.start_at_utc, slot.timezone);
}

/** So many coming sessions are looked through for the first that fits. */
const MOST_LOOKED_AT = 500;

async function startOfSeats(
  context: Context,
  asked: SeriesRule,
  place: Extract<SeriesPlace, { teacher_id: number | null }>,
): Promise<Start> {
  const { database, trx, now } = context;
  const { course_id, startsAt } = place;
  if ((await findCourse(database, trx, course_id)) === null)
    throw notFound("no_such_course", `there is no course ${course_id}`, "`classbook course list` lists them");
  const look = { course: course_id, teacher: place.teacher_id, until: null, limit: MOST_LOOKED_AT };
  const coming = (await listCourseSessions(trx, { ...look, from: now })).filter(takesBookings);
  const teacher = await getTeacher(
    context,
    place.teacher_id ?? (await onlyTeacher(context, course_id, coming)),
  );
  const zone = await zoneOfTeacher(context, teacher);
  const begin = asked.from === null ? now : resolveLocal(wallTime(asked.from, 0), zone).instant;
  const sessions =
    begin <= now ? coming : (await listCourseSessions(trx, { ...look, from: begin })).filter(takesBookings);
  const { days } = asked.recurrence;
  const first = sessions.find(({ start_at_utc }) => {
    const wall = toWall(start_at_utc, zone);
    const date = localDateOf(start_at_utc, zone);
    const fits = startsAt === null || wallTime(date, startsAt).seconds === wall.seconds;
    return fits && (days.length === 0 || days.includes(weekdayOf(date)));
  });
  if (first === undefined)
    throw refused(
      "no_session",
      `course ${course_id} has no coming session with ${teacher.name} that fits`,
      `\`classbook session list --course ${course_id} --upcoming\` shows what there is`,
    );
  const date = localDateOf(first.start_at_utc, zone);
  const clock = { startsAt: startsAt ?? timeOfDay(first.start_at_utc, zone), zone };
  return {
    pattern: { type: "group_series", teacher_id: teacher.id, course_id, clock },
    from: asked.from ?? date,
    weekday: weekdayOf(date),
  };
}

function takesBookings({ status }: CourseSession): boolean {
  return status === "scheduled" || status === "booking_closed";
}

/** Microseconds after local midnight. */
export function timeOfDay(instant: Instant, zone: string): number {
  const wall = toWall(instant, zone);
  const midnight = wallTime(localDateOf(instant, zone), 0).seconds;
  return (wall.seconds - midnight) * 1_000_000 + wall.micros;
}

async function onlyTeacher(
  context: Context,
  course: number,
  sessions: readonly CourseSession[],
): Promise<number> {
  const ids = [...new Set(sessions.map(({ teacher_id }) => teacher_id))];
  if (ids.length === 1) return ids[0]!;
  if (ids.length === 0)
    throw refused(
      "no_session",
      `course ${course} has no coming session`,
      `\`classbook session list --course ${course}\` shows what there was`,
    );
  const names: string[] = [];
  for (const id of ids) names.push((await getTeacher(context, id)).name);
  throw usageError(
    "several_teachers",
    `course ${course} has coming sessions of ${names.join(", ")}: a series has one teacher`,
    "--teacher says which",
  );
}
