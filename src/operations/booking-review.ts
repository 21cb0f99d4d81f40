/** The approval queue as somebody sees it who decides: each request with what there is to know (SPEC 3). */
import type { BookingRow } from "../db/booking.ts";
import { ALL_BOOKINGS, listBookings, viewBooking } from "../db/booking-list.ts";
import { findCourse, findTeacher } from "../db/booking-people.ts";
import { findContact, findSharedHistory, type SharedHistory } from "../db/booking-review.ts";
import { actorName } from "../domain/actor.ts";
import { refused } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import type { PolicyInForce } from "../domain/policy.ts";
import { type RuleOutcome, withOverrides } from "../domain/rules.ts";
import { localSpan } from "../domain/spoken.ts";
import { approvalVerdicts } from "./approval.ts";
import type { Context } from "./context.ts";
import { findPolicyInForce } from "./policy-in-force.ts";

/** A request with everything that its decision asks for. */
export interface ReviewFacts {
  id: number;
  booking_type: BookingRow["booking_type"];
  student_user_id: number;
  student: string | null;
  /** First and last name; empty where the account has none. */
  student_name: string;
  student_email: string;
  course_id: number;
  course: string | null;
  teacher_id: number;
  teacher: string | null;
  session_id: number | null;
  session: string | null;
  seats_reserved: number;
  start_at_utc: Instant;
  end_at_utc: Instant;
  /** When it is, on the teacher's wall clock. */
  teacher_time: string;
  /** When it is, on the student's wall clock; null where the student's zone is not known. */
  student_time: string | null;
  /** What approving would ask, each with its outcome. */
  rules: RuleOutcome[];
  /** What stands in the way of approving; empty where nothing does. */
  conflicts: string[];
  policy: PolicyInForce;
  history: SharedHistory;
  student_note: string;
  /** Since when it waits. */
  created_at: Instant;
}

/** The columns of a list of requests, in their order. */
export const REVIEW_FIELDS = [
  "id",
  "booking_type",
  "student_user_id",
  "student",
  "student_name",
  "student_email",
  "course_id",
  "course",
  "teacher_id",
  "teacher",
  "session_id",
  "session",
  "seats_reserved",
  "start_at_utc",
  "end_at_utc",
  "teacher_time",
  "student_time",
  "rules",
  "conflicts",
  "policy",
  "history",
  "student_note",
  "created_at",
] as const satisfies readonly (keyof ReviewFacts)[];

/**
 * The ids of what waits for a decision, the oldest start first.
 *
 * @param teacher whose; null = all that the actor may decide on: a teacher's own, staff's everybody's
 * @throws ClassbookError refused `permission`: neither staff nor the teacher
 */
export async function listPending(
  { database, actor }: Context,
  teacher: number | null,
): Promise<readonly number[]> {
  let whose = teacher;
  if (actor.kind === "user" && !actor.isStaff) {
    whose ??= actor.teacherId;
    if (whose === null || whose !== actor.teacherId)
      throw refused(
        "permission",
        `${actorName(actor)} may not decide on ${teacher === null ? "requests" : `the requests of teacher ${teacher}`}`,
        "staff or the teacher may; act as somebody else: --as USER",
      );
  }
  const rows = await listBookings(database, { ...ALL_BOOKINGS, teacher: whose, statuses: ["pending"] });
  return rows.map(({ id }) => id);
}

/** One request. Null where somebody has decided meanwhile. */
export async function describePending(context: Context, id: number): Promise<ReviewFacts | null> {
  const { database, trx, now } = context;
  const booking = await viewBooking(database, id);
  if (booking === null || booking.status !== "pending") return null;
  const teacher = (await findTeacher(database, trx, booking.teacher_id)) ?? {
    id: booking.teacher_id,
    user_id: null,
    name: `teacher ${booking.teacher_id}`,
    timezone: "UTC",
  };
  const contact = await findContact(database, trx, booking.student_user_id);
  const course = await findCourse(database, trx, booking.course_id);
  const rules = withOverrides(await approvalVerdicts(context, { booking, teacher, role: null }), new Set());
  const { start_at_utc, end_at_utc } = booking;
  return {
    id,
    booking_type: booking.booking_type,
    student_user_id: booking.student_user_id,
    student: booking.student,
    student_name: contact?.name ?? "",
    student_email: contact?.email ?? "",
    course_id: booking.course_id,
    course: booking.course,
    teacher_id: booking.teacher_id,
    teacher: booking.teacher,
    session_id: booking.session_id,
    session: booking.session,
    seats_reserved: booking.seats_reserved,
    start_at_utc,
    end_at_utc,
    teacher_time: localSpan(start_at_utc, end_at_utc, teacher.timezone),
    student_time: contact?.timezone ? localSpan(start_at_utc, end_at_utc, contact.timezone) : null,
    rules,
    conflicts: rules.filter(({ outcome }) => outcome === "fail").map(({ rule, why }) => `${why} (${rule})`),
    policy: await findPolicyInForce(context, teacher, course),
    history: await findSharedHistory(database, trx, {
      teacher: booking.teacher_id,
      student: booking.student_user_id,
      now,
    }),
    student_note: booking.student_note,
    created_at: booking.created_at,
  };
}
