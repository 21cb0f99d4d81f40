/** What a series repeats, and where each of its occurrences can be booked (SPEC 5). */
import { listSlotsOf } from "../db/availability.ts";
import { findTeacher, lockTeacher, type Teacher } from "../db/booking-people.ts";
import { listCourseSessions } from "../db/series-sessions.ts";
import { findProfile } from "../db/student.ts";
import { openingOn, type Slot } from "../domain/availability.ts";
import { notFound, refused } from "../domain/error.ts";
import { addMicros, addMinutes, type Instant, type LocalDate } from "../domain/instant.ts";
import type { Occurrence, SeriesClock } from "../domain/series.ts";
import { clockText, spokenDate } from "../domain/spoken.ts";
import { isZone, localDateOf } from "../domain/zone.ts";
import { lockInOrder } from "./booking-change.ts";
import type { LessonPlace } from "./booking-lesson.ts";
import type { Context } from "./context.ts";

interface AnyPattern {
  teacher_id: number;
  course_id: number;
  clock: SeriesClock;
}

/** Lessons at one time of day. */
export interface LessonPattern extends AnyPattern {
  type: "one_on_one_series";
  /** The slot that the series was asked for at; null = none is known. */
  slot_id: number | null;
  /** Of a lesson that no slot offers. */
  lengthMicros: number;
}

/** Seats in the course's sessions at one time of day. */
export interface SeatPattern extends AnyPattern {
  type: "group_series";
}

export type SeriesPattern = LessonPattern | SeatPattern;

/** Where an occurrence can be booked. */
export type OccurrencePlace =
  | { kind: "lesson"; place: LessonPlace }
  | { kind: "seat"; session_id: number }
  /** The course has no session then. */
  | { kind: "none"; why: string };

/**
 * Finds the places, and locks what they hang on: sessions by id, or the teacher. A look locks nothing.
 *
 * @returns one for each occurrence
 */
export async function placesOf(
  context: Context,
  pattern: SeriesPattern,
  occurrences: readonly Occurrence[],
): Promise<OccurrencePlace[]> {
  return pattern.type === "group_series"
    ? findSessions(context, pattern, occurrences)
    : findLessons(context, pattern, occurrences);
}

async function findLessons(
  { database, trx, locks }: Context,
  pattern: LessonPattern,
  occurrences: readonly Occurrence[],
): Promise<OccurrencePlace[]> {
  const { teacher_id, course_id, lengthMicros } = pattern;
  if (locks) await lockTeacher(database, trx, teacher_id);
  const offers = new OfferBook(await listSlotsOf(database, trx, teacher_id), pattern);
  return occurrences.map(({ date, start_at_utc }) => {
    const slot = offers.slotAt(date, start_at_utc);
    const on = slot === null ? date : dateIn(slot, pattern.clock, date, start_at_utc);
    const opening = slot?.when ? openingOn(slot.when, on, slot.timezone) : null;
    const times =
      opening?.start_at_utc === start_at_utc
        ? { start_at_utc, end_at_utc: opening.end_at_utc }
        : { start_at_utc, end_at_utc: addMicros(start_at_utc, lengthMicros) };
    return { kind: "lesson", place: { teacher_id, course_id, slot, date: on, times } };
  });
}

/** The local date by which a slot calls an occurrence. */
function dateIn(slot: Slot, { zone }: SeriesClock, date: LocalDate, start: Instant): LocalDate {
  return slot.timezone === zone ? date : localDateOf(start, slot.timezone);
}

/** A teacher's slots by what they offer: the series' own slot where it can, else any other that begins then. */
class OfferBook {
  readonly #recurring: Slot[] = [];
  readonly #once = new Map<Instant, Slot[]>();
  readonly #own: Slot | null;
  readonly #clock: SeriesClock;

  constructor(slots: readonly Slot[], { slot_id, course_id, clock }: LessonPattern) {
    this.#clock = clock;
    this.#own = slots.find(({ id }) => id === slot_id) ?? null;
    for (const slot of slots) {
      if (slot.course_id !== null && slot.course_id !== course_id) continue;
      if (slot.when?.slot_type === "recurring") this.#recurring.push(slot);
      else if (slot.when !== null) {
        const { start_at_utc } = slot.when;
        this.#once.set(start_at_utc, [...(this.#once.get(start_at_utc) ?? []), slot]);
      }
    }
  }

  /** Null where no slot begins then and the series has none of its own. */
  slotAt(date: LocalDate, start: Instant): Slot | null {
    const offered = [...this.#recurring, ...(this.#once.get(start) ?? [])].filter((slot) => {
      const on = dateIn(slot, this.#clock, date, start);
      return openingOn(slot.when!, on, slot.timezone)?.start_at_utc === start;
    });
    const usable = offered.filter((slot) => slot.is_active && !slot.is_blocked);
    const own = this.#own;
    return usable.find(({ id }) => id === own?.id) ?? usable[0] ?? own ?? offered[0] ?? null;
  }
}

const DAY_MINUTES = 24 * 60;

async function findSessions(
  context: Context,
  { course_id, teacher_id, clock }: SeatPattern,
  occurrences: readonly Occurrence[],
): Promise<OccurrencePlace[]> {
  const sessions = await listCourseSessions(context.trx, {
    course: course_id,
    teacher: teacher_id,
    from: addMinutes(occurrences[0]!.start_at_utc, -DAY_MINUTES),
    until: addMinutes(occurrences.at(-1)!.start_at_utc, DAY_MINUTES),
    limit: null,
  });
  const minute = (instant: Instant) => instant.slice(0, "2026-11-20 09:00".length);
  const found = occurrences.map(({ date, start_at_utc }): OccurrencePlace => {
    const session = sessions.find((one) => minute(one.start_at_utc) === minute(start_at_utc));
    if (session !== undefined) return { kind: "seat", session_id: session.id };
    const others = sessions.filter((one) => localDateOf(one.start_at_utc, clock.zone) === date);
    const beside = others.map(({ id, start_at_utc: at }) => `session ${id} at ${clockText(at, clock.zone)}`);
    const why = `course ${course_id} has no session at ${clockText(start_at_utc, clock.zone)} on ${spokenDate(date)}`;
    return { kind: "none", why: beside.length === 0 ? why : `${why}, but ${beside.join(" and ")}` };
  });
  const ids = found.map((place) => (place.kind === "seat" ? place.session_id : null));
  if (context.locks) await lockInOrder(context, { sessions: ids, teachers: [] });
  return found;
}

/** @throws ClassbookError not_found `no_such_teacher` */
export async function getTeacher({ database, trx }: Context, id: number): Promise<Teacher> {
  const teacher = await findTeacher(database, trx, id);
  if (teacher === null)
    throw notFound("no_such_teacher", `there is no teacher ${id}`, "`classbook teacher list` lists them");
  return teacher;
}

/**
 * The zone in which the teacher's series keep their time. A teacher without a profile lives by UTC.
 *
 * @throws ClassbookError refused `bad_timezone`: the profile names one that does not exist
 */
export async function zoneOfTeacher({ database, trx }: Context, teacher: Teacher): Promise<string> {
  const profile = teacher.user_id === null ? null : await findProfile(database, trx, teacher.user_id);
  const zone = profile?.timezone ?? "";
  if (zone === "" || isZone(zone)) return teacher.timezone;
  throw refused(
    "bad_timezone",
    `the time zone "${zone}" of ${teacher.name} is not an IANA name: nobody can say when a series of theirs recurs`,
    `\`classbook teacher update ${teacher.id} --timezone ZONE\` corrects it`,
  );
}
