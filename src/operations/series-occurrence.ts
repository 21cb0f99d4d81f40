/** One occurrence of a series: skip it, or move it. Its index stays, the others are not touched (SPEC 5, SCENARIOS 24). */
import { findSlot } from "../db/availability.ts";
import type { BookingRow } from "../db/booking.ts";
import { listPlanned } from "../db/series-moves.ts";
import { notFound, refused } from "../domain/error.ts";
import { type LocalDate, timeText } from "../domain/instant.ts";
import { occurrencesOf } from "../domain/series.ts";
import { spokenDate } from "../domain/spoken.ts";
import { type Cancelling, cancelBooking } from "./cancellation.ts";
import { type Context, record } from "./context.ts";
import { type NewPlace, type Rescheduled, type Rescheduling, rescheduleBooking } from "./reschedule.ts";
import { type LoadedSeries, loadSeries } from "./series-change.ts";
import { findContinuation, withoutTime } from "./series-clock.ts";
import { getTeacher, placesOf, type SeriesPattern } from "./series-pattern.ts";
import { timeOfDay } from "./series-plan.ts";

/** An occurrence by the number that people know it by. */
export interface OccurrenceName {
  series: number;
  occurrence_index: number;
}

/** Cancels one occurrence, by the rules of a single cancellation. @throws ClassbookError as cancelBooking; not_found */
export async function skipOccurrence(
  context: Context,
  { series, occurrence_index, ...asked }: OccurrenceName & Omit<Cancelling, "id">,
): Promise<BookingRow> {
  const loaded = await loadSeries(context, series, "skip a lesson of");
  const booking = await cancelBooking(context, { ...asked, id: bookingOf(loaded, occurrence_index) });
  await record(context, {
    what: "skipped",
    subject: "booking_series",
    subject_id: series,
    from: null,
    to: { occurrence_index, booking_id: booking.id },
    reason: asked.note ?? null,
  });
  return booking;
}

/** To another date: at the series' time of day, in whatever slot or session there is. */
export interface OnDate {
  date: LocalDate;
}

/** Moves one occurrence, by the rules of a rescheduled booking. @throws ClassbookError as rescheduleBooking; not_found */
export async function moveOccurrence(
  context: Context,
  {
    series,
    occurrence_index,
    to,
    ...asked
  }: OccurrenceName & Omit<Rescheduling, "id" | "to"> & { to: NewPlace | OnDate },
): Promise<Rescheduled> {
  const loaded = await loadSeries(context, series, "move a lesson of");
  const id = bookingOf(loaded, occurrence_index);
  const place = isOnDate(to)
    ? await placeOn(context, loaded, { id, date: to.date })
    : await inCourse(context, loaded, to);
  const moved = await rescheduleBooking(context, { ...asked, id, to: place });
  await record(context, {
    what: "occurrence_moved",
    subject: "booking_series",
    subject_id: series,
    from: { occurrence_index, booking_id: id, start_at_utc: moved.from.start_at_utc },
    to: { booking_id: moved.booking.id, start_at_utc: moved.booking.start_at_utc },
  });
  return moved;
}

/** A slot for all courses of its teacher is for the series' course, unless another is named. */
async function inCourse(
  { database, trx }: Context,
  { series }: LoadedSeries,
  to: NewPlace,
): Promise<NewPlace> {
  if (!("slot_id" in to) || to.course_id !== null) return to;
  const slot = await findSlot(database, trx, to.slot_id);
  return slot?.course_id === null ? { ...to, course_id: series.course_id } : to;
}

function isOnDate(to: NewPlace | OnDate): to is OnDate {
  return !("slot_id" in to) && !("session_id" in to);
}

/** @throws ClassbookError not_found `no_such_occurrence`; refused `broken_series`, `status`: another series has its booking */
function bookingOf({ series, items }: LoadedSeries, index: number): number {
  const item = items.find(({ occurrence_index }) => occurrence_index === index);
  if (item === undefined)
    throw notFound(
      "no_such_occurrence",
      `series ${series.id} has no occurrence ${index}`,
      `\`classbook series show ${series.id}\` lists them`,
    );
  if (item.status === null || item.start_at_utc === null || item.end_at_utc === null)
    throw withoutTime(series, item);
  if (item.taken_over_by !== null)
    throw refused(
      "status",
      `occurrence ${index} of series ${series.id} ended, and series ${item.taken_over_by} has its booking ${item.booking_id} now`,
      `\`classbook series show ${item.taken_over_by}\``,
    );
  return item.booking_id;
}

/** Where the occurrence can be on another date: at the time at which it was planned. */
async function placeOn(
  context: Context,
  loaded: LoadedSeries,
  { id, date }: { id: number; date: LocalDate },
): Promise<NewPlace> {
  const { pattern } = await findContinuation(context, loaded);
  const planned = (await listPlanned(context.trx, [id])).get(id)!;
  const { zone } = pattern.clock;
  const clock = { zone, startsAt: timeOfDay(planned.start_at_utc, zone) };
  const at: SeriesPattern = { ...pattern, clock };
  const [place] = await placesOf({ ...context, locks: false }, at, occurrencesOf([date], clock));
  if (place!.kind === "seat") return { session_id: place!.session_id };
  if (place!.kind === "none") throw refused("no_session", place!.why, "--session ID says where to");
  const { slot, date: on } = place!.place;
  if (slot !== null) return { slot_id: slot.id, date: on, course_id: pattern.course_id };
  const { name } = await getTeacher(context, pattern.teacher_id);
  throw refused(
    "availability",
    `${name} has no slot that begins at ${timeText(clock.startsAt).slice(0, 5)} ${zone} on ${spokenDate(date)}`,
    "--slot ID says where to, by another time of day",
  );
}
