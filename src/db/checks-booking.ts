/** Bookings in themselves and beside their session, and people who are in two places at once (SPEC 2, 3, 6). */
import { BUSY_STATUSES, ENDED_STATUSES } from "../domain/booking.ts";
import type { RuleCode } from "../domain/rules.ts";
import { type CheckSql, sqlCheck } from "./check.ts";
import { COMING } from "./checks-session.ts";
import { instantText } from "./instant-text.ts";

const BOOKING = "'booking' as thing, b.id, '' as part";
const BUSY = `('${BUSY_STATUSES.join("', '")}')`;

export const BOOKING_CHECKS = [
  sqlCheck({
    code: "booking_session_kind",
    severity: "error",
    sentence: "group bookings have a session, and lessons have none",
    why: "A group booking without a session has no seat; a lesson with one takes a seat that it was never given.",
    fix: "nothing: `classbook booking cancel ID`, and book it again as what it is",
    reads: [["live_class_booking", "booking_type", "session_id"]],
    findings: (q) =>
      `select ${BOOKING}, b.booking_type, b.session_id from ${q.t("live_class_booking")} b
       where (b.booking_type = 'group_session' and b.session_id is null) or (b.booking_type = 'one_on_one' and b.session_id is not null)`,
    text: (row) =>
      `booking ${row.id}: ${row.booking_type} ${row.session_id === null ? "without a session" : `with session ${row.session_id}`}`,
  }),
  sqlCheck({
    code: "booking_differs_from_session",
    severity: "error",
    sentence: "a booking that stands has the teacher, course and time of its session",
    why: "The student is told another time than the class, and overlaps are looked for at the wrong one.",
    fix: "takes the bookings along, as `classbook session update` does, and tells the students: of sessions that are to come, whose own times, teacher and course hold, where no student has another booking of the session or at its time; the others are for people to compare",
    reads: [["live_class_booking"], ["live_class_session", "start_at_utc", "end_at_utc"]],
    // Those that ended keep saying what they were for.
    findings: (q) =>
      `select ${BOOKING}, b.session_id, b.start_at_utc, b.end_at_utc, b.teacher_id, b.course_id,
         case when s.start_at_utc > ${q.now} and s.status in ${COMING} then 1 else 0 end as is_coming,
         case when ${isAnotherTime(q, "start_at_utc")} or ${isAnotherTime(q, "end_at_utc")} then 'time' when b.teacher_id <> s.teacher_id then 'teacher' else 'course' end as what
       from ${q.t("live_class_booking")} b join ${q.t("live_class_session")} s on s.id = b.session_id
       where b.booking_type = 'group_session' and b.status not in ('${ENDED_STATUSES.join("', '")}')
         and (b.teacher_id <> s.teacher_id or b.course_id <> s.course_id
           or ${isAnotherTime(q, "start_at_utc")} or ${isAnotherTime(q, "end_at_utc")})`,
    text: (row) => `booking ${row.id}: another ${row.what} than session ${row.session_id}`,
  }),
  sqlCheck({
    code: "student_double_booked",
    severity: "warning",
    sentence: "no student is to be in two places at once",
    why: "One of the two is missed. What staff allowed (`--override student-overlap`) is not named.",
    fix: "nothing: `classbook booking cancel ID` or `classbook booking reschedule ID` for the one that gives way",
    reads: [["live_class_booking"]],
    findings: (q) => {
      const other = (a: string) => `a.student_user_id = x.student_user_id and ${a}`;
      return `select y.* from (select 'booking' as thing, x.id, '' as part, x.student_user_id, x.start_at_utc,
          (select a.id from ${q.t("live_class_booking")} a where ${other(isEarlier(q, "a", "x"))} and a.status in ${BUSY}
             and ${isComing(q, "a")} and not ${isAllowed(q, "a", "student-overlap")} order by a.start_at_utc, a.id limit 1) as other
        from (select b.id, b.student_user_id, b.session_id, b.start_at_utc, b.end_at_utc, max(b.end_at_utc) over (partition by b.student_user_id
            order by b.start_at_utc, b.id rows between unbounded preceding and 1 preceding) as earlier_end
          from ${q.t("live_class_booking")} b where b.status in ${BUSY} and ${isComing(q, "b")}) x
        where x.start_at_utc < x.earlier_end and not ${isAllowed(q, "x", "student-overlap")}) y where y.other is not null`;
    },
    text: (row) =>
      `student ${row.student_user_id}: booking ${row.id} at ${row.start_at_utc} UTC overlaps booking ${row.other}`,
  }),
  sqlCheck({
    code: "teacher_double_booked",
    severity: "warning",
    sentence: "no teacher is to be in two places at once",
    why: "A lesson or a class takes place without its teacher. What staff allowed (`--override teacher-overlap`) is not named.",
    fix: "nothing: `classbook booking reschedule ID` for a lesson, `classbook session update ID --start TIME` or `--teacher` for a class",
    reads: [["live_class_booking"], ["live_class_session", "start_at_utc", "end_at_utc"]],
    findings: teacherClashes,
    text: (row) =>
      `teacher ${row.teacher_id}: ${row.thing} ${row.id} at ${row.start_at_utc} UTC overlaps ${row.other}`,
  }),
  sqlCheck({
    code: "status_without_time",
    severity: "warning",
    sentence: "what was cancelled, declined, accepted or expired says when",
    why: "Reports of cancellations and approvals leave such rows out. What the migration took over as it was is not named.",
    fix: "takes the time from the record of it; where there is none, a booking's updated_at, and an entry stays as it is",
    reads: [["live_class_booking", "cancelled_at", "decision_at"], ["session_waitlist"]],
    findings: (q) => {
      const migrated = (outcome: string, id: string) =>
        q.has("legacy_provenance")
          ? ` and not exists (select 1 from ${q.t("legacy_provenance")} p where p.outcome = '${outcome}' and p.target_id = ${id})`
          : "";
      return [
        ["cancelled", "cancelled_at"],
        ["declined", "decision_at"],
      ]
        .map(
          ([status, column]) =>
            `select 'booking' as thing, b.id, '${column}' as part, b.status, b.updated_at from ${q.t("live_class_booking")} b
             where b.status = '${status}' and b.${column} is null${migrated("migrated", "b.id")}`,
        )
        .concat(
          ["accepted", "expired"].map(
            (status) =>
              `select 'entry' as thing, w.id, '${status}_at' as part, w.status, null as updated_at from ${q.t("session_waitlist")} w
               where w.status = '${status}' and w.${status}_at is null${migrated("waitlisted", "w.id")}`,
          ),
        )
        .join(" union all ");
    },
    text: (row) => `${row.thing} ${row.id} is ${row.status}, and ${row.part} is empty`,
  }),
] as const;

/** Not over, and of a length that can overlap. Times in another form are left to `time_form`. */
function isComing(q: CheckSql, x: string): string {
  return `(${x}.end_at_utc > ${q.now} and ${x}.end_at_utc > ${x}.start_at_utc)`;
}

/** `a` begins before `x`, or with it and is older, and goes on into it. */
function isEarlier(_q: CheckSql, a: string, x: string): string {
  return `${a}.end_at_utc > ${x}.start_at_utc and (${a}.start_at_utc < ${x}.start_at_utc or (${a}.start_at_utc = ${x}.start_at_utc and ${a}.id < ${x}.id))`;
}

/** Staff set the rule aside when the booking, or its session, came there. @param x a booking */
function isAllowed(q: CheckSql, x: string, rule: RuleCode): string {
  return `(${wasAllowed(q, "live_class_booking", `${x}.id`, rule)} or ${wasAllowed(q, "live_class_session", `${x}.session_id`, rule)})`;
}

function wasAllowed(q: CheckSql, subject: string, id: string, rule: RuleCode): string {
  if (!q.has("booking_event")) return "(1 = 0)";
  return `exists (select 1 from ${q.t("booking_event")} e where e.subject = '${subject}' and e.subject_id = ${id} and ',' || e.overridden || ',' like '%,${rule},%')`;
}

/** Lessons and sessions of a teacher in one line; a session stands before a lesson of the same instant. */
function teacherClashes(q: CheckSql): string {
  const rule = "teacher-overlap";
  const lessons = (b: string) =>
    `${b}.booking_type = 'one_on_one' and ${b}.status in ${BUSY} and ${isComing(q, b)}`;
  const sessions = (s: string) => `${s}.status in ${COMING} and ${isComing(q, s)}`;
  const allowed = (x: string) =>
    `(case when ${x}.thing = 'booking' then ${wasAllowed(q, "live_class_booking", `${x}.id`, rule)} else ${wasAllowed(q, "live_class_session", `${x}.id`, rule)} end)`;
  const before = (a: string, same: string) =>
    `${a}.teacher_id = x.teacher_id and ${a}.end_at_utc > x.start_at_utc and (${a}.start_at_utc < x.start_at_utc or (${a}.start_at_utc = x.start_at_utc and ${same}))`;
  const session = `(select 'session ' || a.id from ${q.t("live_class_session")} a
    where ${before("a", "(x.thing = 'booking' or a.id < x.id)")} and ${sessions("a")}
      and not ${wasAllowed(q, "live_class_session", "a.id", rule)} order by a.start_at_utc, a.id limit 1)`;
  const lesson = `(select 'booking ' || a.id from ${q.t("live_class_booking")} a
    where ${before("a", "(x.thing = 'booking' and a.id < x.id)")} and ${lessons("a")}
      and not ${wasAllowed(q, "live_class_booking", "a.id", rule)} order by a.start_at_utc, a.id limit 1)`;
  return `select y.* from (select x.thing, x.id, '' as part, x.teacher_id, x.start_at_utc, coalesce(${session}, ${lesson}) as other
    from (select t.*, max(t.end_at_utc) over (partition by t.teacher_id order by t.start_at_utc, t.turn, t.id
        rows between unbounded preceding and 1 preceding) as earlier_end
      from (select 'booking' as thing, 1 as turn, b.id, b.teacher_id, b.start_at_utc, b.end_at_utc from ${q.t("live_class_booking")} b where ${lessons("b")}
        union all select 'session', 0, s.id, s.teacher_id, s.start_at_utc, s.end_at_utc from ${q.t("live_class_session")} s where s.teacher_id is not null and ${sessions("s")}) t) x
    where x.start_at_utc < x.earlier_end and not ${allowed("x")}) y where y.other is not null`;
}

/** The same instant spelt otherwise is no other time: that is `time_form`'s. */
function isAnotherTime(q: CheckSql, column: "start_at_utc" | "end_at_utc"): string {
  const [booked, held] = [`b.${column}`, `s.${column}`];
  const spelt = instantText(q.looking.database.engine, booked);
  return `(${booked} <> ${held} and ${q.isInstant("live_class_session", "s", column)} and coalesce(${spelt}, ${booked}) <> ${held})`;
}
