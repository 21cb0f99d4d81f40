/** What the rules say of a one-on-one lesson (SPEC 3): the one judgement that booking, `booking check` and `slot openings` share. Pure. */
import { openingOn, type Slot } from "./availability.ts";
import type { BookingStatus } from "./booking.ts";
import {
  type BusyTime,
  buffer,
  courseType,
  dailyLimit,
  duplicate,
  enrollment,
  minNotice,
  studentOverlap,
  type TimeSpan,
  teacherOverlap,
} from "./booking-rules.ts";
import { addDays, addMinutes, type Instant, type LocalDate, wallTime } from "./instant.ts";
import type { Policy, PolicyInForce } from "./policy.ts";
import type { Verdict } from "./rules.ts";
import { LONGEST_MINUTES } from "./session.ts";
import { localSpan } from "./spoken.ts";
import { localDateOf, resolveLocal } from "./zone.ts";

/** Who the lesson would be for. */
export interface LessonStudent {
  username: string;
  /** The status of the enrollment in the course; null = none. */
  enrollment: string | null;
  /** The lesson that holds the key of the one asked for; null where none does. */
  existing: { id: number; status: BookingStatus } | null;
  busy: readonly BusyTime[];
}

/** Busy times and counted lessons may be those of a longer stretch of time: what does not touch the lesson is passed over. */
export interface LessonFacts {
  now: Instant;
  /** Null = the teacher has none at that time. */
  slot: Slot | null;
  /** The local date asked for; null = the slot's next. */
  date: LocalDate | null;
  times: TimeSpan;
  teacher: { name: string; timezone: string };
  /** Null = whichever of the teacher's: the rules about a course are left out. */
  course: { id: number; title: string; booking_type: string | null } | null;
  /** Null = nobody in particular: the rules about a student are left out. */
  student: LessonStudent | null;
  /** The teacher's lessons and sessions. */
  busy: readonly BusyTime[];
  /** The teacher's lessons that the daily limit may count. */
  counted: readonly { id: number; course_id: number; start_at_utc: Instant }[];
  /** All of the teacher's, and the one in force. */
  policies: readonly Policy[];
  policy: PolicyInForce;
  /** The booking that the lesson takes the place of; null = none. */
  moved: number | null;
}

/** In the order of the rules; what is left out does not appear. */
export function lessonVerdicts(facts: LessonFacts): Verdict[] {
  const { now, slot, date, times, teacher, course, student, policy, policies } = facts;
  const zone = teacher.timezone;
  const existing = student?.existing ?? null;
  const other = ({ kind, id }: BusyTime) => kind === "session" || (id !== facts.moved && id !== existing?.id);
  const reach = bufferReach(policies);
  const busy = touching(facts.busy, {
    start_at_utc: addMinutes(times.start_at_utc, -reach),
    end_at_utc: addMinutes(times.end_at_utc, reach),
  }).filter(other);
  const day = localDay(times.start_at_utc, zone);
  const counted = facts.counted.filter(
    ({ id, course_id, start_at_utc }) =>
      start_at_utc >= day.from &&
      start_at_utc < day.until &&
      id !== facts.moved &&
      id !== existing?.id &&
      (policy.limit_counts === "all" || course_id === course?.id),
  );
  return [
    ...(student === null || course === null
      ? []
      : [enrollment(student.username, course.title, student.enrollment)]),
    ...(course === null ? [] : [courseType(course.title, course.booking_type, "one_on_one")]),
    ...(student === null
      ? []
      : [
          duplicate(existing),
          studentOverlap(student.username, times, touching(student.busy, times).filter(other), zone),
        ]),
    teacherOverlap(teacher.name, times, busy, zone),
    slot === null ? noSlot(teacher, times) : availability(slot, date, times),
    minNotice(times.start_at_utc, policy.min_notice_hours, now, zone),
    buffer({ ...times, course_id: course?.id ?? null }, busy, policies, zone),
    dailyLimit(policy, counted.length, day.date),
  ];
}

/** How far around a lesson the teacher's other times matter, in minutes: no buffer is longer. */
export function bufferReach(policies: readonly Policy[]): number {
  return Math.max(0, ...policies.flatMap((p) => [p.buffer_before_minutes, p.buffer_after_minutes]));
}

/** What the queries find for a window (db/booking.ts): what lasts longer than anything may is passed over there, too. */
function touching(
  busy: readonly BusyTime[],
  { start_at_utc: from, end_at_utc: until }: TimeSpan,
): BusyTime[] {
  const low = addMinutes(from, -LONGEST_MINUTES);
  return busy.filter(
    (time) => time.start_at_utc > low && time.start_at_utc < until && time.end_at_utc > from,
  );
}

/** The local day of an instant, from its midnight to the next. */
export function localDay(instant: Instant, zone: string): { date: LocalDate; from: Instant; until: Instant } {
  const date = localDateOf(instant, zone);
  const midnight = (on: LocalDate) => resolveLocal(wallTime(on, 0), zone).instant;
  return { date, from: midnight(date), until: midnight(addDays(date, 1)) };
}

function availability(slot: Slot, date: LocalDate | null, times: TimeSpan): Verdict {
  const opening = date === null || slot.when === null ? null : openingOn(slot.when, date, slot.timezone);
  const offered = date === null || opening?.start_at_utc === times.start_at_utc;
  const span = localSpan(times.start_at_utc, times.end_at_utc, slot.timezone);
  const why = !offered
    ? `slot ${slot.id} offers nothing on ${date}`
    : slot.is_blocked
      ? `slot ${slot.id} is blocked${slot.blocked_reason === "" ? "" : `: ${slot.blocked_reason}`}`
      : slot.is_active
        ? `slot ${slot.id} offers ${span}`
        : `slot ${slot.id} is not active`;
  return { rule: "availability", holds: offered && slot.is_active && !slot.is_blocked, why };
}

function noSlot({ name, timezone }: LessonFacts["teacher"], { start_at_utc, end_at_utc }: TimeSpan): Verdict {
  const why = `${name} has no slot ${localSpan(start_at_utc, end_at_utc, timezone)}`;
  return { rule: "availability", holds: false, why };
}
