/**
 * The mapping rules of LEGACY.md section 2 as pure functions: facts about one legacy row → what
 * becomes of it. A broken row is a value, never an exception.
 */
import {
  type BookingStatus,
  type BookingType,
  LEGACY_GROUP_STATUSES,
  LEGACY_ONE_ON_ONE_STATUSES,
} from "../domain/booking.ts";
import { addMicros, addMinutes, type Instant, parseInstant, parseTimestamp } from "../domain/instant.ts";
import { resolveLocal } from "../domain/zone.ts";
import { timeOfSlot } from "./slot-time.ts";

/** Reason codes in the order in which the first that applies counts (LEGACY 2.8); `bad_value` and `diverged` are outside it. */
export const ISSUE_CODES = [
  "unknown_status",
  "missing_user",
  "missing_session",
  "missing_slot",
  "missing_course",
  "missing_teacher",
  "session_without_teacher",
  "no_course",
  "incomplete_slot",
  "bad_timezone",
  "bad_timestamp",
  "slot_has_no_occurrence",
  "bad_time_range",
  "bad_value",
  "already_booked",
  "duplicate_booking",
  "diverged",
] as const;
export type IssueCode = (typeof ISSUE_CODES)[number];

/** A stored value as the engine gives it: SQLite is loosely typed, so anything may stand anywhere. */
export type Stored = string | number | null;

/** What both kinds of legacy row have in common. Values are as stored; `given_*` are a person's answers (null = none). */
export interface CommonFacts {
  id: number;
  booking_id: Stored;
  user_id: Stored;
  status: Stored;
  booked_at: Stored;
  confirmed_at: Stored;
  cancelled_at: Stored;
  rescheduled_at: Stored;
  attended_at: Stored;
  cancellation_reason: Stored;
  cancellation_notes: Stored;
  attended: Stored | boolean;
  student_notes: Stored;
  /** The user's id where the user exists. */
  found_user_id: number | null;
  /** The teacher's id where the teacher exists. */
  found_teacher_id: number | null;
  /** The id of the user that the teacher is, where that user exists. */
  teacher_user_id: number | null;
  found_course_id: number | null;
  /** 1 where another legacy row of the table names this one as its original. */
  is_original: number;
  given_status: string | null;
  given_start_at_utc: string | null;
  given_end_at_utc: string | null;
  given_timestamp: string | null;
}

export interface GroupFacts extends CommonFacts {
  session_id: Stored;
  found_session_id: number | null;
  session_course_id: Stored;
  session_teacher_id: Stored;
  session_start_at_utc: Stored;
  session_scheduled_start: Stored;
  session_end_at_utc: Stored;
  session_duration_minutes: Stored;
  seats_booked: Stored;
}

export interface OneOnOneFacts extends CommonFacts {
  availability_slot_id: Stored;
  found_slot_id: number | null;
  course_id: Stored;
  slot_course_id: Stored;
  slot_teacher_id: Stored;
  slot_type: Stored;
  day_of_week: Stored;
  start_time: Stored;
  end_time: Stored;
  valid_from: Stored;
  valid_until: Stored;
  start_datetime: Stored;
  end_datetime: Stored;
  timezone: Stored;
  declined_at: Stored;
  declined_reason: Stored;
  meeting_link: Stored;
  teacher_notes: Stored;
  next_booking_date: Stored;
}

/** A row of live_class_booking as the rules give it; `id` comes later. */
export interface UnifiedBooking {
  booking_type: BookingType;
  course_id: number;
  teacher_id: number;
  student_user_id: number;
  start_at_utc: Instant;
  end_at_utc: Instant;
  status: BookingStatus;
  student_note: string;
  teacher_note: string;
  session_id: number | null;
  seats_reserved: number;
  decision_at: Instant | null;
  decided_by_id: null;
  cancelled_by_id: number | null;
  cancelled_at: Instant | null;
  cancel_reason: string;
  created_at: Instant;
  updated_at: Instant;
}

export interface WaitlistEntry {
  session_id: number;
  student_user_id: number;
  created_at: Instant;
}

export interface Issue {
  code: IssueCode;
  /** A sentence for people, with the offending value. */
  message: string;
}

export type Derived =
  | { outcome: "migrated"; row: UnifiedBooking }
  | { outcome: "waitlisted"; entry: WaitlistEntry }
  | { outcome: "quarantined"; issue: Issue };

export interface MappingOptions {
  /** The zone of legacy timestamps without an offset: UTC, or where USE_TZ was off the app's zone. */
  sourceTimezone: string;
}

function broken(code: IssueCode, message: string): { outcome: "quarantined"; issue: Issue } {
  return { outcome: "quarantined", issue: { code, message } };
}

export function shown(value: unknown): string {
  return value === null || value === undefined ? "nothing" : JSON.stringify(value);
}

function text(value: Stored): string {
  return value === null ? "" : String(value);
}

/** Reads one row's timestamps, remembering the first that cannot be read. */
export class TimestampReader {
  /** `booked_at "soon"` of the first unreadable one; null while all were readable. */
  unreadable: string | null = null;
  readonly #zone: string;
  readonly #instead: Instant | null;

  /** @param instead a person's answer for what cannot be read (null = none) */
  constructor(options: MappingOptions, instead: string | null) {
    this.#zone = options.sourceTimezone;
    this.#instead = instead === null ? null : parseInstant(instead);
  }

  /** A timestamp that may be absent (null). */
  optional(name: string, value: Stored): Instant | null {
    return value === null ? null : this.#read(name, value, this.#zone);
  }

  required(name: string, value: Stored): Instant | null {
    if (value !== null) return this.#read(name, value, this.#zone);
    return this.#fail(name, value);
  }

  /** A column that is UTC by its name, whatever zone the app lived in. */
  utc(name: string, value: Stored): Instant | null {
    return value === null ? null : this.#read(name, value, "UTC");
  }

  #read(name: string, value: string | number, zone: string): Instant | null {
    if (typeof value === "string") {
      if (zone === "UTC") {
        const instant = parseInstant(value);
        if (instant !== null) return instant;
      } else {
        const parsed = parseTimestamp(value);
        if (parsed !== null)
          return parsed.offset === null ? resolveLocal(parsed.wall, zone).instant : parseInstant(value);
      }
    }
    return this.#fail(name, value);
  }

  #fail(name: string, value: Stored): Instant | null {
    if (this.#instead !== null) return this.#instead;
    this.unreadable ??= `${name} ${shown(value)}`;
    return null;
  }
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
  if (reader.unreadable !== null || start === null || end === null || stamps.booked_at === null) {
    return broken("bad_timestamp", `${reader.unreadable} cannot be read as a timestamp`);
  }
  if (end <= start) return badRange(start, end);
  const seats = facts.seats_booked === null || facts.seats_booked === 0 ? 1 : facts.seats_booked;
  if (typeof seats !== "number" || !Number.isInteger(seats) || seats < 0) {
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
      decided_by_id: null,
      cancelled_by_id: cancelledBy(facts, facts.found_user_id),
      cancelled_at: stamps.cancelled_at,
      cancel_reason: text(facts.cancellation_reason),
      created_at: stamps.booked_at,
      updated_at: latest(
        stamps.booked_at,
        stamps.confirmed_at,
        stamps.cancelled_at,
        stamps.rescheduled_at,
        stamps.attended_at,
      ),
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
  if (reader.unreadable !== null || booked_at === null) {
    return broken("bad_timestamp", `${reader.unreadable} cannot be read as a timestamp`);
  }
  return {
    outcome: "waitlisted",
    entry: { session_id: sessionId, student_user_id: userId, created_at: booked_at },
  };
}

/** LEGACY 2.1: the session's start and end, from whatever columns it has. */
export function sessionTimes(
  facts: Pick<
    GroupFacts,
    "session_start_at_utc" | "session_scheduled_start" | "session_end_at_utc" | "session_duration_minutes"
  > & {
    given_start_at_utc: string | null;
    given_end_at_utc: string | null;
  },
  reader: TimestampReader,
): { start: Instant | null; end: Instant | null } {
  const start =
    facts.given_start_at_utc !== null
      ? reader.utc("start", facts.given_start_at_utc)
      : facts.session_start_at_utc !== null
        ? reader.utc("the session's start_at_utc", facts.session_start_at_utc)
        : reader.required("the session's scheduled_start", facts.session_scheduled_start);
  if (facts.given_end_at_utc !== null) return { start, end: reader.utc("end", facts.given_end_at_utc) };
  if (facts.session_end_at_utc !== null && facts.given_start_at_utc === null) {
    return { start, end: reader.utc("the session's end_at_utc", facts.session_end_at_utc) };
  }
  return {
    start,
    end: start === null ? null : addMinutes(start, durationOf(facts.session_duration_minutes)),
  };
}

/** Minutes of a session: 60 where null or 0 (LEGACY 2.1), and where it is no number at all. */
function durationOf(value: Stored): number {
  return typeof value === "number" && value !== 0 ? value : 60;
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
  if (reader.unreadable !== null || stamps.booked_at === null) {
    return broken("bad_timestamp", `${reader.unreadable} cannot be read as a timestamp`);
  }
  if ("code" in time) return { outcome: "quarantined", issue: time };
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
      decided_by_id: null,
      cancelled_by_id: cancelledBy(facts, facts.found_user_id),
      cancelled_at: stamps.cancelled_at,
      cancel_reason: text(facts.cancellation_reason),
      created_at: stamps.booked_at,
      updated_at: latest(
        stamps.booked_at,
        stamps.confirmed_at,
        stamps.cancelled_at,
        stamps.rescheduled_at,
        stamps.attended_at,
        declined_at,
      ),
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
  const start = givenStart ?? time.start;
  return { start, end: givenEnd ?? addMicros(start, time.lengthMicros) };
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
