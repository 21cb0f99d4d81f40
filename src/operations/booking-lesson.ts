/** A one-on-one lesson at an opening of a slot: what the rules say, and what would come of it (SPEC 3). */
import { findSlot } from "../db/availability.ts";
import { findLesson, type NewBooking } from "../db/booking.ts";
import { listCounted, listStudentBusy, listTeacherBusy } from "../db/booking-busy.ts";
import { findEnrollment, listPolicies, lockTeacher } from "../db/booking-people.ts";
import { nextOpening, openingOn, type Slot, spanFrom } from "../domain/availability.ts";
import { hasEnded } from "../domain/booking.ts";
import type { TimeSpan } from "../domain/booking-rules.ts";
import { notFound, refused, usageError } from "../domain/error.ts";
import { addMinutes, type Instant, type LocalDate, type WallTime, wallTime } from "../domain/instant.ts";
import { bufferReach, lessonVerdicts, localDay } from "../domain/lesson.ts";
import { failures, type Verdict, withOverrides } from "../domain/rules.ts";
import { localDateOf, resolveLocalOrNull, toWall } from "../domain/zone.ts";
import {
  type Assessment,
  loadPeople,
  permission,
  type RequestTerms,
  requireOverrides,
} from "./booking-request.ts";
import type { Context } from "./context.ts";
import { findPolicyInForce } from "./policy-in-force.ts";

export interface LessonRequest extends RequestTerms {
  slot_id: number;
  /** A local date of the slot's zone; null = the slot's next time. */
  date: LocalDate | null;
  /** Needed where the slot is for all of the teacher's courses. */
  course_id: number | null;
}

/** @throws ClassbookError not_found, usage, or refused where the slot offers no such time */
export async function assessLesson(context: Context, asked: LessonRequest): Promise<Assessment> {
  const { database, trx, now, actor, locks } = context;
  requireOverrides(actor, asked.overrides);
  const seen = await findSlot(database, trx, asked.slot_id);
  if (seen === null || seen.teacher_id === null)
    throw notFound(
      "no_such_slot",
      `there is no slot ${asked.slot_id}${seen === null ? "" : " with a teacher"}`,
      "`classbook slot list` lists them",
    );
  const teacher_id = seen.teacher_id;
  if (locks) await lockTeacher(database, trx, teacher_id);
  const slot = locks ? ((await findSlot(database, trx, asked.slot_id)) ?? seen) : seen;
  const course_id = chooseCourse(slot, asked.course_id);
  const times = timeOf(slot, asked.date, now);
  return judgeLesson(context, { teacher_id, course_id, slot, date: asked.date, times }, asked);
}

/** A lesson at a time that is known. */
export interface LessonPlace {
  teacher_id: number;
  course_id: number;
  /** Null = the teacher has none then, which `availability` says. */
  slot: Slot | null;
  /** In the slot's zone; null = the slot's next time. */
  date: LocalDate | null;
  times: TimeSpan;
}

/** Call it with the teacher locked, and with overrides that the actor may give. @throws ClassbookError not_found */
export async function judgeLesson(
  context: Context,
  { teacher_id, course_id, slot, date, times }: LessonPlace,
  asked: RequestTerms,
): Promise<Assessment> {
  const { database, trx, now, actor } = context;
  const people = await loadPeople(context, {
    student: asked.student_user_id,
    teacher: teacher_id,
    course: course_id,
  });
  const { student, teacher, course } = people;
  const zone = teacher.timezone;
  const policies = await listPolicies(database, trx, teacher_id);
  const policy = await findPolicyInForce(context, teacher, course, policies);
  const existing = await findLesson(database, trx, {
    student: student.id,
    teacher: teacher_id,
    start: times.start_at_utc,
  });
  const { from, until } = localDay(times.start_at_utc, zone);
  const reach = bufferReach(policies);
  const verdicts: Verdict[] = [
    permission(actor, { teacher_id, student_user_id: student.id }, `book for ${student.username}`),
    ...lessonVerdicts({
      now,
      slot,
      date,
      times,
      teacher,
      course,
      student: {
        username: student.username,
        enrollment: await findEnrollment(database, trx, student.id, course_id),
        existing,
        busy: await listStudentBusy(database, trx, student.id, {
          from: times.start_at_utc,
          until: times.end_at_utc,
        }),
      },
      busy: await listTeacherBusy(database, trx, teacher_id, {
        from: addMinutes(times.start_at_utc, -reach),
        until: addMinutes(times.end_at_utc, reach),
      }),
      counted:
        policy.max_bookings_per_day === null
          ? []
          : await listCounted(database, trx, teacher_id, { from, until }),
      policies,
      policy,
      moved: asked.moved?.id ?? null,
    }),
  ];
  const rules = withOverrides(verdicts, asked.overrides);
  const outcome =
    failures(rules).length > 0
      ? "refused"
      : policy.requires_approval_for_one_on_one
        ? "pending"
        : "confirmed";
  const draft: NewBooking = {
    booking_type: "one_on_one",
    course_id,
    teacher_id,
    student_user_id: student.id,
    ...times,
    status: outcome === "pending" ? "pending" : "confirmed",
    student_note: asked.note,
    teacher_note: "",
    session_id: null,
    seats_reserved: 1,
    created_at: now,
    updated_at: now,
  };
  const revived = existing !== null && hasEnded(existing.status) ? existing : null;
  return {
    rules,
    outcome,
    position: null,
    draft,
    revived,
    ...people,
    session: null,
    open: 0,
    entry: null,
    passedOver: [],
  };
}

/** The course of a lesson on the slot. @throws ClassbookError usage: no course, or not the slot's */
export function chooseCourse(slot: Slot, asked: number | null): number {
  if (slot.course_id === null && asked === null)
    throw usageError(
      "no_course",
      `slot ${slot.id} is for every course of its teacher: say which`,
      "--course ID",
    );
  if (slot.course_id !== null && asked !== null && asked !== slot.course_id)
    throw usageError(
      "wrong_course",
      `slot ${slot.id} is for course ${slot.course_id}, not for course ${asked}`,
      "leave --course out",
    );
  return slot.course_id ?? asked!;
}

/** The time that is asked for, also where the slot does not offer it: then `availability` says so. */
function timeOf(slot: Slot, date: LocalDate | null, now: Instant): TimeSpan {
  if (slot.when === null)
    throw refused(
      "availability",
      `slot ${slot.id} does not say when it is: ${slot.problem}`,
      "mend the slot, or use another",
    );
  const { when } = slot;
  if (date === null) {
    const next = when.slot_type === "one_time" ? when : nextOpening(when, now);
    if (next === null)
      throw refused(
        "availability",
        `slot ${slot.id} has no time left: it ended on ${when.slot_type === "recurring" ? when.until : ""}`,
        "use another slot",
      );
    return { start_at_utc: next.start_at_utc, end_at_utc: next.end_at_utc };
  }
  const on = openingOn(when, date, slot.timezone);
  if (on !== null) return on;
  const times = when.slot_type === "recurring" ? spanFrom(when, date) : sameTimeOn(when, slot.timezone, date);
  if (times !== null) return times;
  throw refused(
    "availability",
    `slot ${slot.id} has no time on ${date}: the calendar ends before it is over`,
    "give an earlier date",
  );
}

/** The same time of day on another date; null where that lies after the last year. */
function sameTimeOn(when: TimeSpan, zone: string, date: LocalDate): TimeSpan | null {
  const days = daysBetween(localDateOf(when.start_at_utc, zone), date);
  const moved = ({ seconds, micros }: WallTime) => ({ seconds: seconds + days * 86_400, micros });
  const at = (instant: Instant) => resolveLocalOrNull(moved(toWall(instant, zone)), zone)?.instant ?? null;
  const [start, end] = [at(when.start_at_utc), at(when.end_at_utc)];
  return start === null || end === null ? null : { start_at_utc: start, end_at_utc: end };
}

function daysBetween(from: LocalDate, until: LocalDate): number {
  return (wallTime(until, 0).seconds - wallTime(from, 0).seconds) / 86_400;
}
