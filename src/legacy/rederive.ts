/**
 * The mapping rules (LEGACY 2.2–2.5, 2.8) a second time, for `legacy verify`: from a legacy row and the facts
 * around it to the outcome that the rules give. Pure, and written from LEGACY.md alone: it shares no rule with
 * the migration. Duplicates (2.7) depend on other rows and are verified where those are read (verify-rows.ts).
 */
import type { Instant } from "../domain/instant.ts";
import { isZone } from "../domain/zone.ts";
import {
  cancelledBy,
  type Expected,
  type ExpectedBooking,
  GROUP_WORDS,
  type GroupFacts,
  given,
  hasBadSeats,
  LESSON_WORDS,
  type LessonFacts,
  type OwnStamps,
  ownStamps,
  quarantined,
  type RowFacts,
  type RuleContext,
  type Stored,
  sessionMinutes,
  unifiedStatus,
} from "./rederive-facts.ts";
import {
  firstOccurrence,
  later,
  microsBetween,
  minutesLater,
  readDay,
  readStamp,
  readTimeOfDay,
} from "./rederive-time.ts";

const DAY_MICROS = 86_400_000_000;

/** When a booking begins and ends, or the code of the reason why that is not known. */
type Times = { start: Instant; end: Instant } | { code: string };

function timesOf(start: Instant | null, end: Instant | null): Times {
  return start === null || end === null ? { code: "bad_timestamp" } : { start, end };
}

/** What the two tables fill in ways of their own. */
type Own = Pick<
  ExpectedBooking,
  "booking_type" | "session_id" | "status" | "seats_reserved" | "teacher_note" | "decision_at"
>;

function migrated(
  facts: RowFacts,
  stamps: OwnStamps,
  times: { start: Instant; end: Instant },
  own: Own,
): Expected {
  const row: ExpectedBooking = {
    booking_type: own.booking_type,
    session_id: own.session_id,
    course_id: facts.course!,
    teacher_id: facts.teacher!,
    student_user_id: facts.student!,
    start_at_utc: times.start,
    end_at_utc: times.end,
    status: own.status,
    seats_reserved: own.seats_reserved,
    student_note: facts.student_notes ?? "",
    teacher_note: own.teacher_note,
    decision_at: own.decision_at,
    decided_by_id: null,
    cancelled_at: stamps.cancelled,
    cancel_reason: facts.cancellation_reason ?? "",
    cancelled_by_id: cancelledBy(facts),
    created_at: stamps.booked,
    updated_at: stamps.latest,
  };
  return { outcome: "migrated", row };
}

/** The outcome of a row of the legacy `booking` (LEGACY 2.2, 2.8). */
export function rederiveGroup(facts: GroupFacts, context: RuleContext): Expected {
  const word = facts.given_status ?? facts.status;
  if (typeof word !== "string" || !GROUP_WORDS.has(word)) return quarantined("unknown_status");
  if (facts.student === null) return quarantined("missing_user");
  if (facts.session === null) return quarantined("missing_session");
  const own = ownStamps(facts, context);
  if (word === "waitlisted") {
    if (own === null) return quarantined("bad_timestamp");
    const entry = { session_id: facts.session, student_user_id: facts.student, created_at: own.booked };
    return { outcome: "waitlisted", entry };
  }
  if (facts.course_ref !== null && facts.course === null) return quarantined("missing_course");
  if (facts.teacher_ref !== null && facts.teacher === null) return quarantined("missing_teacher");
  if (facts.teacher === null) return quarantined("session_without_teacher");
  if (facts.course === null) return quarantined("no_course");
  const times = sessionTimes(facts, context);
  if ("code" in times) return quarantined(times.code);
  if (own === null) return quarantined("bad_timestamp");
  if (times.end <= times.start) return quarantined("bad_time_range");
  if (hasBadSeats(facts)) return quarantined("bad_value");
  const status = unifiedStatus(word, facts, context);
  return migrated(facts, own, times, {
    booking_type: "group_session",
    session_id: facts.session,
    status,
    seats_reserved: Number(facts.seats_booked) || 1,
    teacher_note: status === "cancelled" ? (facts.cancellation_notes ?? "") : "",
    decision_at: own.confirmed,
  });
}

/** A session's start and end (LEGACY 2.1). A given start moves the end with it. */
function sessionTimes(facts: GroupFacts, context: RuleContext): Times {
  const givenStart = given(facts.given_start_at_utc);
  const givenEnd = given(facts.given_end_at_utc);
  let start = givenStart ?? null;
  if (givenStart === undefined) {
    start =
      facts.session_start_at_utc === null
        ? readStamp(facts.session_scheduled_start, context.sourceTimezone)
        : readStamp(facts.session_start_at_utc, "UTC");
  }
  if (givenEnd !== undefined || start === null) return timesOf(start, givenEnd ?? null);
  if (facts.session_end_at_utc !== null && givenStart === undefined)
    return timesOf(start, readStamp(facts.session_end_at_utc, "UTC"));
  return timesOf(start, minutesLater(start, sessionMinutes(facts.session_duration_minutes)));
}

/** The outcome of a row of the legacy `one_on_one_booking` (LEGACY 2.3, 2.5, 2.8). */
export function rederiveLesson(facts: LessonFacts, context: RuleContext): Expected {
  const word = facts.given_status ?? facts.status;
  if (typeof word !== "string" || !LESSON_WORDS.has(word)) return quarantined("unknown_status");
  if (facts.student === null) return quarantined("missing_user");
  const answered =
    facts.teacher !== null && facts.given_start_at_utc !== null && facts.given_end_at_utc !== null;
  if (facts.slot === null && !answered) return quarantined("missing_slot");
  if (facts.course_ref !== null && facts.course === null) return quarantined("missing_course");
  if (facts.teacher === null) return quarantined("missing_teacher");
  if (facts.course === null) return quarantined("no_course");
  const own = ownStamps(facts, context);
  const times = lessonTimes(facts, own, context);
  if ("code" in times && times.code !== "slot_has_no_occurrence") return quarantined(times.code);
  if (own === null) return quarantined("bad_timestamp");
  if ("code" in times) return quarantined(times.code);
  if (times.end <= times.start) return quarantined("bad_time_range");
  const status = unifiedStatus(word, facts, context);
  const notes = [
    facts.teacher_notes,
    status === "declined" ? facts.declined_reason : null,
    status === "cancelled" ? facts.cancellation_notes : null,
    facts.meeting_link ? `Meeting link: ${facts.meeting_link}` : null,
  ];
  return migrated(facts, own, times, {
    booking_type: "one_on_one",
    session_id: null,
    status,
    seats_reserved: 1,
    teacher_note: notes.filter((note) => note !== null && note !== "").join("\n"),
    decision_at: status === "declined" ? own.declined : own.confirmed,
  });
}

type Answer = Instant | null | undefined;

/** A lesson's start and end. Only where a person gave both is the slot not asked. */
function lessonTimes(facts: LessonFacts, own: OwnStamps | null, context: RuleContext): Times {
  const givenStart = given(facts.given_start_at_utc);
  const givenEnd = given(facts.given_end_at_utc);
  if (givenStart !== undefined && givenEnd !== undefined) return timesOf(givenStart, givenEnd);
  switch (facts.slot_type) {
    case "one_time":
      return oneTimeTimes(facts, givenStart, givenEnd, context);
    case "recurring":
      return recurringTimes(facts, own, givenStart, givenEnd);
    default:
      return { code: "incomplete_slot" };
  }
}

/** A field of a slot that says nothing: an empty text does not either. */
function isEmpty(stored: Stored): boolean {
  return stored === null || stored === "";
}

function oneTimeTimes(facts: LessonFacts, givenStart: Answer, givenEnd: Answer, context: RuleContext): Times {
  if (isEmpty(facts.start_datetime) || isEmpty(facts.end_datetime)) return { code: "incomplete_slot" };
  const start = readStamp(facts.start_datetime, context.sourceTimezone);
  const end = readStamp(facts.end_datetime, context.sourceTimezone);
  if (start === null || end === null) return { code: "bad_timestamp" };
  if (givenEnd !== undefined) return timesOf(start, givenEnd);
  if (givenStart === undefined) return { start, end };
  return timesOf(givenStart, givenStart && later(givenStart, microsBetween(start, end)));
}

/** LEGACY 2.5 */
function recurringTimes(
  facts: LessonFacts,
  own: OwnStamps | null,
  givenStart: Answer,
  givenEnd: Answer,
): Times {
  const weekday = isEmpty(facts.day_of_week) ? -1 : Number(facts.day_of_week);
  if (![0, 1, 2, 3, 4, 5, 6].includes(weekday) || isEmpty(facts.start_time) || isEmpty(facts.end_time))
    return { code: "incomplete_slot" };
  if (facts.timezone === null || !isZone(facts.timezone)) return { code: "bad_timezone" };
  const from = readTimeOfDay(facts.start_time);
  const until = readTimeOfDay(facts.end_time);
  const firstDay = isEmpty(facts.valid_from) ? -Infinity : readDay(facts.valid_from);
  const lastDay = isEmpty(facts.valid_until) ? Infinity : readDay(facts.valid_until);
  if (from === null || until === null || firstDay === null || lastDay === null || own === null)
    return { code: "bad_timestamp" };
  const slot = { weekday, start: from, zone: facts.timezone, firstDay, lastDay };
  const start =
    givenStart === undefined ? (own.next ?? firstOccurrence(slot, own.confirmed ?? own.booked)) : givenStart;
  if (start === null) return { code: givenStart === null ? "bad_timestamp" : "slot_has_no_occurrence" };
  if (givenEnd !== undefined) return timesOf(start, givenEnd);
  return timesOf(start, later(start, until > from ? until - from : until - from + DAY_MICROS));
}
