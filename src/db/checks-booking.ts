/** Bookings in themselves and beside their session, and people who are in two places at once (SPEC 2, 3, 6). */
import { BUSY_STATUSES, ENDED_STATUSES } from "../domain/booking.ts";
import type { RuleCode } from "../domain/rules.ts";
import { type CheckSql, sqlCheck } from "./check.ts";
import { COMING } from "./checks-session.ts";
import { instantText } from "./instant-text.ts";
import { SOURCE_TABLES } from "./legacy-tables.ts";

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
    why: "One of the two is missed. What staff allowed (`--override student-overlap`) is not named, but for what came behind it.",
    fix: "nothing: `classbook booking cancel ID` or `classbook booking reschedule ID` for the one that gives way",
    reads: [["live_class_booking"]],
    findings: (q) => {
      const rule = "student-overlap";
      const held = (b: string): Held => ({ ...bookingHeld(b), session: `${b}.session_id` });
      return `select y.* from (select 'booking' as thing, x.id, '' as part, x.student_user_id, x.start_at_utc,
          (select a.id from ${q.t("live_class_booking")} a where a.student_user_id = x.student_user_id and ${isEarlier("a", "x")} and a.status in ${BUSY}
             and ${isComing(q, "a")} and not ${isAllowed(q, rule, held("a"), held("x"), "1 = 1")} order by a.start_at_utc, a.id limit 1) as other
        from (select b.id, b.student_user_id, b.session_id, b.start_at_utc, b.end_at_utc, b.created_at, max(b.end_at_utc) over (partition by b.student_user_id
            order by b.start_at_utc, b.id rows between unbounded preceding and 1 preceding) as earlier_end
          from ${q.t("live_class_booking")} b where b.status in ${BUSY} and ${isComing(q, "b")}) x
        where x.start_at_utc < x.earlier_end) y where y.other is not null`;
    },
    text: (row) =>
      `student ${row.student_user_id}: booking ${row.id} at ${row.start_at_utc} UTC overlaps booking ${row.other}`,
  }),
  sqlCheck({
    code: "teacher_double_booked",
    severity: "warning",
    sentence: "no teacher is to be in two places at once",
    why: "A lesson or a class takes place without its teacher. What staff allowed (`--override teacher-overlap`) is not named, but for what came behind it.",
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
    why: "Reports of cancellations and approvals leave such rows out. What the migration took over with that status is not named.",
    fix: "takes the time from the record of it; where there is none, a booking's updated_at, and an entry stays as it is",
    reads: [["live_class_booking", "cancelled_at", "decision_at"], ["session_waitlist"]],
    findings: (q) => {
      return [
        ["cancelled", "cancelled_at"],
        ["declined", "decision_at"],
      ]
        .map(
          ([status, column]) =>
            `select 'booking' as thing, b.id, '${column}' as part, b.status, b.updated_at from ${q.t("live_class_booking")} b
             where b.status = '${status}' and b.${column} is null and not ${cameAs(q, status!)}`,
        )
        .concat(
          ["accepted", "expired"].map(
            (status) =>
              `select 'entry' as thing, w.id, '${status}_at' as part, w.status, null as updated_at from ${q.t("session_waitlist")} w
               where w.status = '${status}' and w.${status}_at is null`,
          ),
        )
        .join(" union all ");
    },
    text: (row) => `${row.thing} ${row.id} is ${row.status}, and ${row.part} is empty`,
  }),
] as const;

/** The migration gave the booking this status, or nobody knows any more which it gave: the legacy row is gone. */
function cameAs(q: CheckSql, status: string): string {
  if (!q.has("legacy_provenance")) return "(1 = 0)";
  const tables = SOURCE_TABLES.filter((table) => q.has(table, "status"));
  const joins = tables.map(
    (table) =>
      `left join ${q.t(table)} ${table} on p.source_table = '${table}' and ${table}.id = p.source_id`,
  );
  const words = tables.map((table) => `cast(${table}.status as text)`);
  if (q.has("legacy_issue", "given_status")) {
    joins.push(
      `left join ${q.t("legacy_issue")} i on i.source_table = p.source_table and i.source_id = p.source_id`,
    );
    words.unshift("i.given_status");
  }
  return `exists (select 1 from ${q.t("legacy_provenance")} p ${joins.join(" ")}
    where p.outcome = 'migrated' and p.target_id = b.id and coalesce(${[...words, "null", `'${status}'`].join(", ")}) = '${status}')`;
}

/** Not over, and of a length that can overlap. Times in another form are left to `time_form`. */
function isComing(q: CheckSql, x: string): string {
  return `(${x}.end_at_utc > ${q.now} and ${x}.end_at_utc > ${x}.start_at_utc)`;
}

/** `a` begins before `x`, or with it and is older, and goes on into it. */
function isEarlier(a: string, x: string): string {
  return `${a}.end_at_utc > ${x}.start_at_utc and (${a}.start_at_utc < ${x}.start_at_utc or (${a}.start_at_utc = ${x}.start_at_utc and ${a}.id < ${x}.id))`;
}

/** In SQL, what takes somebody's time: the subject that the record has for it, and its columns. */
interface Held {
  subject: string;
  id: string;
  created: string;
  /** The session that a booking came with, if any. */
  session?: string;
}

function bookingHeld(b: string): Held {
  return { subject: "'live_class_booking'", id: `${b}.id`, created: `${b}.created_at` };
}

function sessionHeld(q: CheckSql, s: string): Held {
  const created = q.has("live_class_session", "created_at") ? `${s}.created_at` : "null";
  return { subject: "'live_class_session'", id: `${s}.id`, created };
}

/**
 * Staff set the rule aside when the later of two came there: it held for what was there by then, and for nothing that
 * came behind it.
 *
 * @param alike whether the ids of both are of one table, so that the higher came later
 */
function isAllowed(q: CheckSql, rule: RuleCode, a: Held, b: Held, alike: string): string {
  if (!q.has("booking_event")) return "(1 = 0)";
  const sides = [overrode(q, rule, a, b, alike), overrode(q, rule, b, a, alike)];
  return `(${sides.flat().join(" or ")})`;
}

/** A condition for each event that may have let `one` stand beside `other`, by the order of the record, or by when the other was made. */
function overrode(q: CheckSql, rule: RuleCode, one: Held, other: Held, alike: string): string[] {
  const columns = ["start_at_utc", "end_at_utc", ...(rule === "teacher-overlap" ? ["teacher_id"] : [])];
  const moved = columns.map((column) => `p.to_value like '%"${column}"%'`).join(" or ");
  const placed = `(select max(p.id) from ${q.t("booking_event")} p where p.subject = ${other.subject} and p.subject_id = ${other.id}
    and (p.what in ('created', 'rebooked') or (p.what in ('moved', 'updated') and (${moved}))))`;
  const older = `coalesce(e.at > ${other.created} or (e.at = ${other.created} and (not (${alike}) or ${one.id} > ${other.id})), 1 = 1)`;
  return [
    [one.subject, one.id] as const,
    ...(one.session === undefined ? [] : [["'live_class_session'", one.session] as const]),
  ].map(
    ([
      subject,
      id,
    ]) => `exists (select 1 from ${q.t("booking_event")} e where e.subject = ${subject} and e.subject_id = ${id}
      and ',' || e.overridden || ',' like '%,${rule},%' and coalesce(${placed} < e.id, ${older}))`,
  );
}

/** Lessons and sessions of a teacher in one line; a session stands before a lesson of the same instant. */
function teacherClashes(q: CheckSql): string {
  const rule = "teacher-overlap";
  const created = q.has("live_class_session", "created_at") ? "s.created_at" : "null";
  const lessons = (b: string) =>
    `${b}.booking_type = 'one_on_one' and ${b}.status in ${BUSY} and ${isComing(q, b)}`;
  const sessions = (s: string) => `${s}.status in ${COMING} and ${isComing(q, s)}`;
  const x: Held = {
    subject: "case x.thing when 'booking' then 'live_class_booking' else 'live_class_session' end",
    ...{ id: "x.id", created: "x.created_at" },
  };
  const before = (a: string, same: string) =>
    `${a}.teacher_id = x.teacher_id and ${a}.end_at_utc > x.start_at_utc and (${a}.start_at_utc < x.start_at_utc or (${a}.start_at_utc = x.start_at_utc and ${same}))`;
  const session = `(select 'session ' || a.id from ${q.t("live_class_session")} a
    where ${before("a", "(x.thing = 'booking' or a.id < x.id)")} and ${sessions("a")}
      and not ${isAllowed(q, rule, sessionHeld(q, "a"), x, "x.thing = 'session'")} order by a.start_at_utc, a.id limit 1)`;
  const lesson = `(select 'booking ' || a.id from ${q.t("live_class_booking")} a
    where ${before("a", "(x.thing = 'booking' and a.id < x.id)")} and ${lessons("a")}
      and not ${isAllowed(q, rule, bookingHeld("a"), x, "x.thing = 'booking'")} order by a.start_at_utc, a.id limit 1)`;
  return `select y.* from (select x.thing, x.id, '' as part, x.teacher_id, x.start_at_utc, coalesce(${session}, ${lesson}) as other
    from (select t.*, max(t.end_at_utc) over (partition by t.teacher_id order by t.start_at_utc, t.turn, t.id
        rows between unbounded preceding and 1 preceding) as earlier_end
      from (select 'booking' as thing, 1 as turn, b.id, b.teacher_id, b.start_at_utc, b.end_at_utc, b.created_at from ${q.t("live_class_booking")} b where ${lessons("b")}
        union all select 'session', 0, s.id, s.teacher_id, s.start_at_utc, s.end_at_utc, ${created} from ${q.t("live_class_session")} s where s.teacher_id is not null and ${sessions("s")}) t) x
    where x.start_at_utc < x.earlier_end) y where y.other is not null`;
}

/** The same instant spelt otherwise is no other time: that is `time_form`'s. */
function isAnotherTime(q: CheckSql, column: "start_at_utc" | "end_at_utc"): string {
  const [booked, held] = [`b.${column}`, `s.${column}`];
  const spelt = instantText(q.looking.database.engine, booked);
  return `(${booked} <> ${held} and ${q.isInstant("live_class_session", "s", column)} and coalesce(${spelt}, ${booked}) <> ${held})`;
}
