/** What each rule says of a booking that somebody asks for (SPEC 3). Pure: facts in, verdicts out. */
import { type BookingStatus, type BookingType, hasEnded } from "./booking.ts";
import { addMinutes, type Instant, type LocalDate, microsBetween } from "./instant.ts";
import { type Policy, type PolicyInForce, termsFor } from "./policy.ts";
import type { Verdict } from "./rules.ts";
import { isOpen, openSeats, type SeatCount, type SessionFacts, seatArithmetic } from "./session.ts";
import { localSpan, localTime, plural, spokenDate, spokenDistance } from "./spoken.ts";

/** Something that takes somebody's time: a booking, or a session of the teacher. */
export interface BusyTime {
  kind: "booking" | "session";
  id: number;
  course_id: number | null;
  start_at_utc: Instant;
  end_at_utc: Instant;
}

export interface TimeSpan {
  start_at_utc: Instant;
  end_at_utc: Instant;
}

export function overlaps(a: TimeSpan, b: TimeSpan): boolean {
  return a.start_at_utc < b.end_at_utc && b.start_at_utc < a.end_at_utc;
}

/** @param status the student's enrollment in the course; null = none */
export function enrollment(student: string, course: string, status: string | null): Verdict {
  return {
    rule: "enrollment",
    holds: status === "active",
    why:
      status === null
        ? `${student} is not enrolled in ${course}`
        : `${student}'s enrollment in ${course} is ${status}`,
  };
}

/** none allows nothing; a word that the rule does not know, or none at all, allows everything. */
export function courseType(course: string, allowed: string | null, asked: BookingType): Verdict {
  const known = allowed === "none" || allowed === "group_session" || allowed === "one_on_one";
  return {
    rule: "course-type",
    holds: !known || allowed === asked,
    why: !known
      ? `${course} takes bookings of every type`
      : allowed === "none"
        ? `${course} takes no bookings`
        : `${course} takes ${allowed} bookings`,
  };
}

export function sessionOpen(
  session: Pick<SessionFacts, "id" | "status" | "start_at_utc">,
  open: number,
  now: Instant,
  zone: string,
): Verdict {
  const begins = `${localTime(session.start_at_utc, zone)} (${spokenDistance(now, session.start_at_utc)})`;
  return {
    rule: "session-open",
    holds: isOpen(session, open, now),
    why:
      session.start_at_utc <= now
        ? `session ${session.id} began ${begins}`
        : `session ${session.id} is ${session.status}, starts ${begins}`,
  };
}

/** Approving asks less of a session than booking: it may have closed, but not ended or been called off. @param session null for a lesson */
export function stillToCome(
  start: Instant,
  session: Pick<SessionFacts, "id" | "status"> | null,
  now: Instant,
  zone: string,
): Verdict {
  if (session !== null && ["cancelled", "completed", "draft"].includes(session.status))
    return { rule: "session-open", holds: false, why: `session ${session.id} is ${session.status}` };
  return {
    rule: "session-open",
    holds: start > now,
    why: `starts ${localTime(start, zone)} (${spokenDistance(now, start)})`,
  };
}

/**
 * @param queued eligible students whose turn comes before: open seats beside a queue are theirs (SPEC 4)
 */
export function capacity(seats: SeatCount, asked: number, queued: number): Verdict {
  const open = openSeats(seats);
  const queue =
    queued > 0 && open > 0 ? `, and ${plural(queued, "student waits", "students wait")} for a seat` : "";
  return {
    rule: "capacity",
    holds: open - queued >= asked,
    why: `${seatArithmetic(seats)}${queue}${asked > 1 ? `; ${asked} asked` : ""}`,
  };
}

/** @param existing the row that holds the key; null = none. One that ended is revived. */
export function duplicate(existing: { id: number; status: BookingStatus } | null): Verdict {
  return {
    rule: "duplicate",
    holds: existing === null || hasEnded(existing.status),
    why:
      existing === null
        ? "no booking with this student, place and start"
        : hasEnded(existing.status)
          ? `booking ${existing.id} is ${existing.status} and would be taken up again`
          : `booking ${existing.id} is ${existing.status} already`,
  };
}

/** A seat that is open beside a queue goes to the student whose turn it is (SPEC 4). @param ahead students whose turn comes before */
export function queueOrder(student: string, ahead: number): Verdict {
  return {
    rule: "queue-order",
    holds: ahead <= 0,
    why:
      ahead <= 0
        ? `it is the turn of ${student}`
        : `${plural(ahead, "student waits", "students wait")} before ${student}`,
  };
}

/** @param place in the queue, from 1 */
export function waitsAlready(student: string, place: number): Verdict {
  return {
    rule: "duplicate",
    holds: false,
    why: `${student} is on the waitlist already, number ${place}`,
  };
}

function clash(
  rule: "student-overlap" | "teacher-overlap",
  who: string,
  asked: TimeSpan,
  busy: readonly BusyTime[],
  zone: string,
): Verdict {
  const found = busy.find((time) => overlaps(time, asked));
  return {
    rule,
    holds: found === undefined,
    why:
      found === undefined
        ? `nothing else of ${who} ${localSpan(asked.start_at_utc, asked.end_at_utc, zone)}`
        : `${who} has ${found.kind} ${found.id} ${localSpan(found.start_at_utc, found.end_at_utc, zone)}`,
  };
}

export function studentOverlap(
  student: string,
  asked: TimeSpan,
  busy: readonly BusyTime[],
  zone: string,
): Verdict {
  return clash("student-overlap", student, asked, busy, zone);
}

export function teacherOverlap(
  teacher: string,
  asked: TimeSpan,
  busy: readonly BusyTime[],
  zone: string,
): Verdict {
  return clash("teacher-overlap", teacher, asked, busy, zone);
}

export function minNotice(start: Instant, hours: number, now: Instant, zone: string): Verdict {
  const latest = addMinutes(start, -hours * 60);
  return {
    rule: "min-notice",
    holds: now <= latest,
    why:
      hours === 0
        ? `starts ${localTime(start, zone)} (${spokenDistance(now, start)})`
        : `${hours} h of notice: until ${localTime(latest, zone)}`,
  };
}

/** Whole minutes, for people: a part of one is not said. */
function minutesBetween(earlier: Instant, later: Instant): number {
  return Math.floor(microsBetween(earlier, later) / 60_000_000);
}

/** Between two bookings of the teacher at least the larger of the earlier's buffer after and the later's before. */
export function buffer(
  asked: TimeSpan & { course_id: number | null },
  busy: readonly BusyTime[],
  policies: readonly Policy[],
  zone: string,
): Verdict {
  const own = termsFor(policies, asked.course_id);
  for (const time of busy) {
    if (overlaps(time, asked)) continue; // teacher-overlap says that.
    const theirs = termsFor(policies, time.course_id);
    const before = time.end_at_utc <= asked.start_at_utc;
    const needed = before
      ? Math.max(theirs.buffer_after_minutes, own.buffer_before_minutes)
      : Math.max(own.buffer_after_minutes, theirs.buffer_before_minutes);
    const [end, start] = before
      ? [time.end_at_utc, asked.start_at_utc]
      : [asked.end_at_utc, time.start_at_utc];
    if (addMinutes(end, needed) > start)
      return {
        rule: "buffer",
        holds: false,
        why: `${minutesBetween(end, start)} min ${before ? "after" : "before"} ${time.kind} ${time.id} (${localSpan(time.start_at_utc, time.end_at_utc, zone)}), and ${needed} min are needed`,
      };
  }
  const { buffer_before_minutes: b, buffer_after_minutes: a } = own;
  return {
    rule: "buffer",
    holds: true,
    why: b + a === 0 ? "no buffers" : `${b} min before and ${a} min after are free`,
  };
}

/** @param counted the teacher's other lessons of that day which the policy's limit counts */
export function dailyLimit(policy: PolicyInForce, counted: number, day: LocalDate): Verdict {
  const most = policy.max_bookings_per_day;
  return {
    rule: "daily-limit",
    holds: most === null || counted + 1 <= most,
    why:
      most === null
        ? "no daily limit"
        : `${plural(counted, "lesson")} on ${spokenDate(day)} already, at most ${most}`,
  };
}

/** @param restricted false for teachers and staff, who cancel any time */
export function cancelWindow(
  start: Instant,
  hours: number,
  restricted: boolean,
  now: Instant,
  zone: string,
): Verdict {
  const latest = addMinutes(start, -hours * 60);
  return {
    rule: "cancel-window",
    holds: !restricted || now <= latest,
    why: restricted
      ? `students cancel until ${hours} h before the start: until ${localTime(latest, zone)}`
      : "teachers and staff cancel any time",
  };
}

export function attendanceTime(start: Instant, now: Instant, zone: string): Verdict {
  return {
    rule: "attendance-time",
    holds: now >= start,
    why: `attendance is marked from ${localTime(start, zone)} on (${spokenDistance(now, start)})`,
  };
}
