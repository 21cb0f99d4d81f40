/** At what time a series that is there recurs, and from where it goes on: as it was made, or as its last lesson was planned (SPEC 5). */
import { ALL_EVENTS, listEvents } from "../db/audit.ts";
import { listSlotsOf } from "../db/availability.ts";
import type { SeriesRow } from "../db/series.ts";
import type { SeriesItem } from "../db/series-item.ts";
import { listPlanned, type Planned } from "../db/series-moves.ts";
import { openingOn } from "../domain/availability.ts";
import { type ClassbookError, refused } from "../domain/error.ts";
import { type LocalDate, microsBetween, parseDate, weekdayOf } from "../domain/instant.ts";
import { type Recurrence, SERIES_TYPES, type SeriesClock } from "../domain/series.ts";
import { clockOf, readRule } from "../domain/series-text.ts";
import { localDateOf } from "../domain/zone.ts";
import { type Context, inside } from "./context.ts";
import type { Remembered } from "./series.ts";
import type { LoadedSeries } from "./series-change.ts";
import { getTeacher, type SeriesPattern, zoneOfTeacher } from "./series-pattern.ts";
import { timeOfDay } from "./series-plan.ts";

/** How a series goes on. */
export interface Continuation {
  pattern: SeriesPattern;
  recurrence: Recurrence;
  /** The last date of the rule, in the zone of the pattern. */
  last: LocalDate;
}

/** @throws ClassbookError refused `broken_series`: its rows do not say how it recurs; `bad_timezone` */
export async function findContinuation(
  context: Context,
  { series, items }: LoadedSeries,
): Promise<Continuation> {
  const type = SERIES_TYPES.find((word) => word === series.type);
  if (type === undefined)
    throw broken(series, `its type "${series.type}" is none of ${SERIES_TYPES.join(", ")}`);
  const rule = readRule(series);
  if (typeof rule === "string") throw broken(series, rule);
  const last = items.at(-1);
  if (last === undefined) throw broken(series, "it has no occurrences");
  const planned = (await listPlanned(context.trx, [last.booking_id])).get(last.booking_id);
  if (planned === undefined) throw withoutTime(series, last);
  const found = (await findRemembered(context, series)) ?? (await deriveFrom(context, series, planned));
  const { teacher_id, course_id } = series;
  const { slot_id, clock } = found;
  const lengthMicros = microsBetween(planned.start_at_utc, planned.end_at_utc);
  return {
    pattern:
      type === "group_series"
        ? { type, teacher_id, course_id, clock }
        : { type, teacher_id, course_id, clock, slot_id, lengthMicros },
    recurrence: withWeekday(rule, found.last),
    last: found.last,
  };
}

/** A migrated series names no weekdays (LEGACY 2.6): it goes on with its last one. */
function withWeekday(rule: Recurrence, last: LocalDate): Recurrence {
  const weekly = rule.frequency === "weekly" || rule.frequency === "biweekly";
  return weekly && rule.days.length === 0 ? { ...rule, days: [weekdayOf(last)] } : rule;
}

/** Of an occurrence whose booking does not say when it is. */
export function withoutTime(
  series: Pick<SeriesRow, "id">,
  { booking_id, occurrence_index, status }: Pick<SeriesItem, "booking_id" | "occurrence_index" | "status">,
): ClassbookError {
  return broken(
    series,
    status === null
      ? `booking ${booking_id} of occurrence ${occurrence_index} is gone`
      : `nobody can read the time of booking ${booking_id}, its occurrence ${occurrence_index}`,
  );
}

/** @throws nothing: what cannot be said of a series is refused where it is needed */
export function broken({ id }: Pick<SeriesRow, "id">, why: string): ClassbookError {
  return refused(
    "broken_series",
    `series ${id} is broken: ${why}`,
    `\`classbook series cancel ${id}\` ends it; its bookings can be changed one by one`,
  );
}

interface Found {
  slot_id: number | null;
  clock: SeriesClock;
  last: LocalDate;
}

/** From the event that made its last occurrences; null where no event says so: the series was migrated, or is the app's. */
async function findRemembered(context: Context, { id }: SeriesRow): Promise<Found | null> {
  const events = await listEvents(inside(context), {
    ...ALL_EVENTS,
    subject: "booking_series",
    subject_id: id,
    newestFirst: true,
  });
  for (const { what, to_value } of events) {
    if (what !== "created" && what !== "extended") continue;
    const { slot_id, last_date } = (to_value ?? {}) as Partial<Remembered>;
    const clock = clockOf(to_value);
    const last = parseDate(String(last_date));
    if (clock === null || last === null) continue;
    return { slot_id: typeof slot_id === "number" ? slot_id : null, clock, last };
  }
  return null;
}

/** The recurring slot that offers the last lesson gives its wall clock; without one the teacher's zone does. */
async function deriveFrom(
  context: Context,
  series: SeriesRow,
  { start_at_utc: start }: Planned,
): Promise<Found> {
  const { database, trx } = context;
  const slots = series.type === "group_series" ? [] : await listSlotsOf(database, trx, series.teacher_id);
  const slot = slots.find(
    ({ when, timezone }) =>
      when?.slot_type === "recurring" &&
      openingOn(when, localDateOf(start, timezone), timezone)?.start_at_utc === start,
  );
  const zone = slot?.timezone ?? (await zoneOfTeacher(context, await getTeacher(context, series.teacher_id)));
  return {
    slot_id: slot?.id ?? null,
    clock: { startsAt: timeOfDay(start, zone), zone },
    last: localDateOf(start, zone),
  };
}
