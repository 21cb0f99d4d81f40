/** What somebody asks for, loaded and judged: the part that `booking check` and `booking create` share. */

import type { BookingRow, NewBooking } from "../db/booking.ts";
import {
  type Course,
  findCourse,
  findStudent,
  findTeacher,
  type Student,
  type Teacher,
} from "../db/booking-people.ts";
import type { FoundSession } from "../db/seats.ts";
import { type Actor, actorName, roleOver } from "../domain/actor.ts";
import { notFound } from "../domain/error.ts";
import type { RuleCode, RuleOutcome, Verdict } from "../domain/rules.ts";
import type { Skipped, WaitlistEntry } from "../domain/waitlist.ts";
import type { Context } from "./context.ts";
import { requireStaff } from "./permission.ts";

/** What every request says beside its place and time. */
export interface RequestTerms {
  student_user_id: number;
  seats: number;
  note: string;
  /** Rules that staff set aside. */
  overrides: ReadonlySet<RuleCode>;
  /** The booking that the new one takes the place of (reschedule): it does not stand in its own way. */
  moved: BookingRow | null;
}

/** A judged request. */
export interface Assessment {
  rules: RuleOutcome[];
  /** What would come of it. */
  outcome: "confirmed" | "pending" | "waitlisted" | "refused";
  /** Place in the queue, from 1, where it would be waitlisted. */
  position: number | null;
  /** The row as it would be. */
  draft: NewBooking;
  /** The ended row that would be taken up again; null = a new one. */
  revived: BookingRow | null;
  student: Student;
  teacher: Teacher;
  course: Course;
  /** Null for a lesson. */
  session: FoundSession | null;
  /** Open seats of the session before the booking; an offer that the student holds counts as open. */
  open: number;
  /** The student's entry in the session's queue, whatever its status. */
  entry: WaitlistEntry | null;
  /** Who waits before a student who gets a seat from the queue, and why it is not theirs. */
  passedOver: Skipped[];
}

/** @throws ClassbookError not_found, each with what it is that is not there */
export async function loadPeople(
  { database, trx, locks }: Context,
  ids: { student: number; teacher: number; course: number },
): Promise<{ student: Student; teacher: Teacher; course: Course }> {
  const student = await findStudent(database, trx, ids.student, locks);
  const teacher = await findTeacher(database, trx, ids.teacher);
  const course = await findCourse(database, trx, ids.course);
  if (student === null)
    throw notFound("no_such_user", `there is no user ${ids.student}`, "`classbook student list` lists them");
  if (teacher === null)
    throw notFound(
      "no_such_teacher",
      `there is no teacher ${ids.teacher}`,
      "`classbook teacher list` lists them",
    );
  if (course === null)
    throw notFound(
      "no_such_course",
      `there is no course ${ids.course}`,
      "`classbook course list` lists them",
    );
  return { student, teacher, course };
}

/** @throws ClassbookError refused `permission`: rules were to be set aside by somebody who is not staff */
export function requireOverrides(actor: Actor, overrides: ReadonlySet<RuleCode>): void {
  if (overrides.size > 0) requireStaff(actor, "set rules aside");
}

export function permission(
  actor: Actor,
  thing: { teacher_id: number | null; student_user_id: number | null },
  what: string,
): Verdict {
  const role = roleOver(actor, thing);
  const name = actorName(actor);
  return {
    rule: "permission",
    holds: role !== null,
    why: role === null ? `${name} may not ${what}` : `${name} acts as ${role}`,
  };
}
