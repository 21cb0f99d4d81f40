/**
 * The mapping rules of LEGACY.md section 2 as pure functions: facts about one legacy row → what
 * becomes of it. A broken row is a value, never an exception.
 */
import {
  type BookingStatus,
  LEGACY_GROUP_STATUSES,
  LEGACY_ONE_ON_ONE_STATUSES,
  MOST_SEATS,
} from "../domain/booking.ts";
import { addMicrosOrNull, type Instant, parseInstant } from "../domain/instant.ts";
import type {
  CommonFacts,
  Derived,
  GroupFacts,
  Issue,
  IssueCode,
  MappingOptions,
  OneOnOneFacts,
  Stored,
} from "./facts.ts";
import { sessionTimes } from "./session-time.ts";
import { timeOfSlot } from "./slot-time.ts";
import { shown, TimestampReader } from "./timestamps.ts";

function broken(code: IssueCode, message: string): { outcome: "quarantined"; issue: Issue } {
  return { outcome: "quarantined", issue: { code, message } };
}

function text(value: Stored): string {
  return value === null ? "" : String(value);
}

function latest(first: Instant, ...others: (Instant | null)[]): Instant {
  let best = first;
  for (const other of others) if (other !== null && other > best) best = other;
  return best;
}

/** LEGACY 2.4, for a word that is known. */
function unifiedStatus(word: string, facts: CommonFacts): BookingStatus {
  if (word === "cancelled" && facts.is_original === 1) return "rescheduled";
  if (word === "confirmed" && isTrue(facts.attended)) return "attended";
  return word as BookingStatus;
}

function isTrue(value: Stored | boolean): boolean {
  return value === true || value === 1 || value === "1" || value === "t" || value === "true";
}

/** The row's own timestamps; every one is read, so that an unreadable one never goes unnoticed. */
function readStamps(facts: CommonFacts, reader: TimestampReader) {
  return {
    booked_at: reader.required("booked_at", facts.booked_at),
    confirmed_at: reader.optional("confirmed_at", facts.confirmed_at),
    cancelled_at: reader.optional("cancelled_at", facts.cancelled_at),
    rescheduled_at: reader.optional("rescheduled_at", facts.rescheduled_at),
    attended_at: reader.optional("attended_at", facts.attended_at),
  };
}

type Stamps = ReturnType<typeof readStamps>;

/** The columns that tell when things happened and by whom, alike for both kinds (LEGACY 2.2, 2.3). */
function historyOf(
  facts: CommonFacts,
  userId: number,
  bookedAt: Instant,
  stamps: Stamps,
  declinedAt: Instant | null,
) {
  return {
    decided_by_id: null,
    cancelled_by_id: cancelledBy(facts, userId),
    cancelled_at: stamps.cancelled_at,
    cancel_reason: text(facts.cancellation_reason),
    created_at: bookedAt,
    updated_at: latest(
      bookedAt,
      stamps.confirmed_at,
      stamps.cancelled_at,
      stamps.rescheduled_at,
      stamps.attended_at,
      declinedAt,
    ),
  };
}

function cancelledBy(facts: CommonFacts, userId: number): number | null {
  if (facts.cancellation_reason === "student") return userId;
  return facts.cancellation_reason === "teacher" ? facts.teacher_user_id : null;
}

function knownStatus(facts: CommonFacts, words: readonly string[]): string | null {
  const word = facts.given_status ?? facts.status;
  return typeof word === "string" && words.includes(word) ? word : null;
}

function unknownStatus(facts: CommonFacts): Derived {
  return broken("unknown_status", `status ${shown(facts.status)} is none of the app's words`);
}

function missing(what: "user" | "session" | "slot" | "course" | "teacher", id: Stored): Derived {
  return broken(
    `missing_${what}`,
    id === null ? `it names no ${what}` : `${what} ${shown(id)} does not exist`,
  );
}

/** LEGACY 2.2 with 2.4 and 2.8. */
export function mapGroupBooking(facts: GroupFacts, options: MappingOptions): Derived {
  const word = knownStatus(facts, LEGACY_GROUP_STATUSES);
  if (word === null) return unknownStatus(facts);
  if (facts.found_user_id === null) return missing("user", facts.user_id);
  if (facts.found_session_id === null) return missing("session", facts.session_id);
  const reader = new TimestampReader(options, facts.given_timestamp);
  if (word === "waitlisted") return mapWaitlisted(facts, facts.found_user_id, facts.found_session_id, reader);
  if (facts.found_course_id === null && facts.session_course_id !== null)
    return missing("course", facts.session_course_id);
  if (facts.found_teacher_id === null) {
    if (facts.session_teacher_id !== null) return missing("teacher", facts.session_teacher_id);
    return broken("session_without_teacher", `session ${facts.found_session_id} has no teacher`);
  }
  if (facts.found_course_id === null)
    return broken("no_course", `session ${facts.found_session_id} has no course`);
  const stamps = readStamps(facts, reader);
  const { start, end } = sessionTimes(facts, reader);
  if (reader.problem !== null || start === null || end === null || stamps.booked_at === null)
    return badTimestamp(reader);
  if (end <= start) return badRange(start, end);
  const seats = facts.seats_booked === null || facts.seats_booked === 0 ? 1 : facts.seats_booked;
  if (typeof seats !== "number" || !Number.isInteger(seats) || seats < 0 || seats > MOST_SEATS) {
    return broken("bad_value", `seats_booked ${shown(facts.seats_booked)} is not a number of seats`);
  }
  const status = unifiedStatus(word, facts);
  return {
    outcome: "migrated",
    row: {
      booking_type: "group_session",
      course_id: facts.found_course_id,
      teacher_id: facts.found_teacher_id,
      student_user_id: facts.found_user_id,
      start_at_utc: start,
      end_at_utc: end,
      status,
      student_note: text(facts.student_notes),
      teacher_note: status === "cancelled" ? text(facts.cancellation_notes) : "",
      session_id: facts.found_session_id,
      seats_reserved: seats,
      decision_at: stamps.confirmed_at,
      ...historyOf(facts, facts.found_user_id, stamps.booked_at, stamps, null),
    },
  };
}

/** A waitlisted row needs only its user, its session and readable timestamps of its own (LEGACY 2.2). */
function mapWaitlisted(
  facts: GroupFacts,
  userId: number,
  sessionId: number,
  reader: TimestampReader,
): Derived {
  const { booked_at } = readStamps(facts, reader);
  if (reader.problem !== null || booked_at === null) return badTimestamp(reader);
  return {
    outcome: "waitlisted",
    entry: { session_id: sessionId, student_user_id: userId, created_at: booked_at },
  };
}

function badTimestamp(reader: TimestampReader): Derived {
  return broken("bad_timestamp", reader.problem ?? "a timestamp cannot be read");
}

function badRange(start: Instant, end: Instant): Derived {
  return broken("bad_time_range", `it would end (${end}) no later than it starts (${start})`);
}

/** LEGACY 2.3 with 2.4, 2.5 and 2.8. */
export function mapOneOnOneBooking(facts: OneOnOneFacts, options: MappingOptions): Derived {
  const word = knownStatus(facts, LEGACY_ONE_ON_ONE_STATUSES);
  if (word === null) return unknownStatus(facts);
  if (facts.found_user_id === null) return missing("user", facts.user_id);
  const timeGiven = facts.given_start_at_utc !== null && facts.given_end_at_utc !== null;
  if (facts.found_slot_id === null && !(timeGiven && facts.found_teacher_id !== null))
    return missing("slot", facts.availability_slot_id);
  const courseId = facts.course_id ?? facts.slot_course_id;
  if (facts.found_course_id === null && courseId !== null) return missing("course", courseId);
  if (facts.found_teacher_id === null) return missing("teacher", facts.slot_teacher_id);
  if (facts.found_course_id === null)
    return broken("no_course", "neither the lesson nor its slot names a course");
  const reader = new TimestampReader(options, facts.given_timestamp);
  const stamps = readStamps(facts, reader);
  const declined_at = reader.optional("declined_at", facts.declined_at);
  const next = reader.optional("next_booking_date", facts.next_booking_date);
  const time = timeOfLesson(facts, reader, next, stamps.confirmed_at ?? stamps.booked_at);
  if ("code" in time && (time.code === "incomplete_slot" || time.code === "bad_timezone"))
    return { outcome: "quarantined", issue: time };
  if (reader.problem !== null || stamps.booked_at === null) return badTimestamp(reader);
  if ("code" in time) return { outcome: "quarantined", issue: time };
  if (time.end === null) return badTimestamp(reader);
  if (time.end <= time.start) return badRange(time.start, time.end);
  const status = unifiedStatus(word, facts);
  return {
    outcome: "migrated",
    row: {
      booking_type: "one_on_one",
      course_id: facts.found_course_id,
      teacher_id: facts.found_teacher_id,
      student_user_id: facts.found_user_id,
      start_at_utc: time.start,
      end_at_utc: time.end,
      status,
      student_note: text(facts.student_notes),
      teacher_note: lessonNote(facts, status),
      session_id: null,
      seats_reserved: 1,
      decision_at: status === "declined" ? declined_at : stamps.confirmed_at,
      ...historyOf(facts, facts.found_user_id, stamps.booked_at, stamps, declined_at),
    },
  };
}

/** LEGACY 2.5, or the time that a person gave. */
function timeOfLesson(
  facts: OneOnOneFacts,
  reader: TimestampReader,
  next: Instant | null,
  notBefore: Instant | null,
) {
  const givenStart = facts.given_start_at_utc === null ? null : parseInstant(facts.given_start_at_utc);
  const givenEnd = facts.given_end_at_utc === null ? null : parseInstant(facts.given_end_at_utc);
  if (givenStart !== null && givenEnd !== null) return { start: givenStart, end: givenEnd };
  const time = timeOfSlot(facts, reader, givenStart ?? next, notBefore);
  if ("code" in time) return time;
  if (givenEnd !== null) return { start: givenStart ?? time.start, end: givenEnd };
  if (givenStart === null && time.end !== null) return { start: time.start, end: time.end };
  const start = givenStart ?? time.start;
  const end = addMicrosOrNull(start, time.lengthMicros);
  return { start, end: end ?? reader.beyond(start, `${time.lengthMicros / 60_000_000} minutes`) };
}

/** The teacher's note: what the legacy row said in four places, a line each (LEGACY 2.3). */
function lessonNote(facts: OneOnOneFacts, status: BookingStatus): string {
  const parts = [
    text(facts.teacher_notes),
    status === "declined" ? text(facts.declined_reason) : "",
    status === "cancelled" ? text(facts.cancellation_notes) : "",
    text(facts.meeting_link) === "" ? "" : `Meeting link: ${text(facts.meeting_link)}`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}
