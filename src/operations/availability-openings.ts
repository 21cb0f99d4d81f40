/**
 * What a student could really book: the times of slots in a window, each judged by the rules of `booking check`. All
 * that the rules ask about is loaded once a teacher, course and student for the whole window, never for an opening.
 */
import { listCoursesTaught, listLessonKeys, listSlotsFor } from "../db/availability-openings.ts";
import { listCounted, listStudentBusy, listTeacherBusy } from "../db/booking-busy.ts";
import {
  type Course,
  findCourse,
  findEnrollment,
  findStudent,
  findTeacher,
  listPolicies,
  type Teacher,
} from "../db/booking-people.ts";
import { type Opening, openingsBetween, type Slot } from "../domain/availability.ts";
import { notFound, usageError } from "../domain/error.ts";
import { addMinutes, type Instant, type LocalDate } from "../domain/instant.ts";
import {
  bufferReach,
  type LessonFacts,
  type LessonStudent,
  lessonVerdicts,
  localDay,
} from "../domain/lesson.ts";
import { policyInForce } from "../domain/policy.ts";
import { failures, type RuleCode, type RuleOutcome, withOverrides } from "../domain/rules.ts";
import { LONGEST_MINUTES } from "../domain/session.ts";
import { permission } from "./booking-request.ts";
import type { Context } from "./context.ts";

/** No window is longer: a slot offers a time a week for ever. */
const LONGEST_WINDOW_DAYS = 366;

export interface OpeningsAsked {
  /** One of the two is given. */
  teacher_id: number | null;
  course_id: number | null;
  /** Null = nobody in particular: only what holds for everybody is judged. */
  student_user_id: number | null;
  /** Openings that start in [from, until). */
  from: Instant;
  until: Instant;
  /** Those that cannot be booked, too, and those of slots that are blocked or not active. */
  all: boolean;
  limit: number | null;
}

/** An opening, judged. */
export interface JudgedOpening {
  slot_id: number;
  teacher_id: number;
  teacher: string;
  /**
   * The course it was judged for: the slot's or the one asked for; of a slot for all courses the first that it can be
   * booked for; null where the teacher teaches none that is known.
   */
  course_id: number | null;
  start_at_utc: Instant;
  end_at_utc: Instant;
  bookable: boolean;
  /** The rules that refuse it. */
  rules: RuleCode[];
  /** A sentence for each; empty where it can be booked. */
  why: string;
  /** The date to book it by in the slot's zone: `booking create --slot ID --on DATE`. */
  local_date: LocalDate;
}

export const OPENING_FIELDS = [
  "slot_id",
  "teacher_id",
  "teacher",
  "course_id",
  "start_at_utc",
  "end_at_utc",
  "bookable",
  "rules",
  "why",
  "local_date",
] as const satisfies readonly (keyof JudgedOpening)[];

/**
 * In the order of their starts.
 *
 * @throws ClassbookError usage `bad_window`, `no_teacher_or_course`; not_found: no such teacher, course or student
 */
export async function listOpenings(context: Context, asked: OpeningsAsked): Promise<JudgedOpening[]> {
  const { database, trx } = context;
  const { teacher_id, course_id, from, until, all } = asked;
  if (teacher_id === null && course_id === null)
    throw usageError(
      "no_teacher_or_course",
      "neither a teacher nor a course is given",
      "--teacher T or --course ID",
    );
  if (until <= from || until > addMinutes(from, LONGEST_WINDOW_DAYS * 24 * 60))
    throw usageError(
      "bad_window",
      until <= from
        ? "the window ends before it begins"
        : `the window is longer than ${LONGEST_WINDOW_DAYS} days`,
      "--from and --to say which openings",
    );
  const judge = new Judge(context, asked);
  await judge.loadStudent();
  if (course_id !== null) await judge.requireCourse(course_id);
  const slots = await listSlotsFor(database, trx, { teacher: teacher_id, course: course_id, offered: !all });
  const judged: JudgedOpening[] = [];
  for (const slot of slots) {
    if (slot.when === null || slot.teacher_id === null) continue;
    const openings = openingsBetween(slot.when, from, until, slot.timezone);
    if (openings.length === 0) continue;
    const candidates = await judge.candidates(slot, slot.teacher_id);
    for (const opening of openings) {
      const best = candidates && judge.judge(slot, opening, candidates);
      if (best && (all || best.bookable)) judged.push(best);
    }
  }
  judged.sort((a, b) =>
    a.start_at_utc < b.start_at_utc
      ? -1
      : a.start_at_utc > b.start_at_utc
        ? 1
        : a.teacher_id - b.teacher_id || a.slot_id - b.slot_id,
  );
  return asked.limit === null ? judged : judged.slice(0, asked.limit);
}

/** What is known of a teacher for the whole window. */
type TeacherFacts = Pick<LessonFacts, "busy" | "counted" | "policies"> & {
  teacher: Teacher;
  /** The courses that the teacher teaches. */
  taught: number[];
};

/** A teacher, and a course that a slot may be booked for; null = whichever. */
interface Candidates {
  facts: TeacherFacts;
  courses: (Course | null)[];
}

class Judge {
  readonly #context: Context;
  readonly #asked: OpeningsAsked;
  readonly #teachers = new Map<number, TeacherFacts | null>();
  readonly #courses = new Map<number, Course | null>();
  readonly #enrollments = new Map<number, string | null>();
  #student: (Omit<LessonStudent, "enrollment" | "existing"> & { id: number }) | null = null;
  /** The student's lessons by teacher and start. */
  readonly #keys = new Map<string, NonNullable<LessonStudent["existing"]>>();

  constructor(context: Context, asked: OpeningsAsked) {
    this.#context = context;
    this.#asked = asked;
  }

  async loadStudent(): Promise<void> {
    const { database, trx } = this.#context;
    const { student_user_id: id, from, until } = this.#asked;
    if (id === null) return;
    const student = await findStudent(database, trx, id, false);
    if (student === null)
      throw notFound("no_such_user", `there is no user ${id}`, "`classbook student list` lists them");
    const busy = await listStudentBusy(database, trx, id, {
      from,
      until: addMinutes(until, LONGEST_MINUTES),
    });
    this.#student = { id, username: student.username, busy };
    for (const { teacher_id, start_at_utc, ...lesson } of await listLessonKeys(database, trx, {
      student: id,
      from,
      until,
    }))
      this.#keys.set(`${teacher_id} ${start_at_utc}`, lesson);
  }

  async requireCourse(id: number): Promise<void> {
    if ((await this.#course(id)) === null)
      throw notFound("no_such_course", `there is no course ${id}`, "`classbook course list` lists them");
  }

  async #course(id: number): Promise<Course | null> {
    const { database, trx } = this.#context;
    if (!this.#courses.has(id)) {
      this.#courses.set(id, await findCourse(database, trx, id));
      if (this.#student !== null)
        this.#enrollments.set(id, await findEnrollment(database, trx, this.#student.id, id));
    }
    return this.#courses.get(id)!;
  }

  /** Null where the teacher or the slot's course is gone: nobody can book that. */
  async candidates(slot: Slot, teacherId: number): Promise<Candidates | null> {
    const facts = await this.#teacher(teacherId);
    if (facts === null) return null;
    const only = slot.course_id ?? this.#asked.course_id;
    const ids = only === null ? facts.taught : [only];
    const courses: Course[] = [];
    for (const id of ids) {
      const course = await this.#course(id);
      if (course !== null) courses.push(course);
    }
    if (courses.length > 0) return { facts, courses };
    return only === null ? { facts, courses: [null] } : null;
  }

  async #teacher(id: number): Promise<TeacherFacts | null> {
    const known = this.#teachers.get(id);
    if (known !== undefined) return known;
    const { database, trx } = this.#context;
    const teacher = await findTeacher(database, trx, id);
    let facts: TeacherFacts | null = null;
    if (teacher !== null) {
      const { from, until } = this.#asked;
      const policies = await listPolicies(database, trx, id);
      const reach = bufferReach(policies);
      facts = {
        teacher,
        taught: await listCoursesTaught(database, trx, teacher),
        policies,
        busy: await listTeacherBusy(database, trx, id, {
          from: addMinutes(from, -reach),
          until: addMinutes(until, LONGEST_MINUTES + reach),
        }),
        counted: policies.some(({ max_bookings_per_day: most }) => most !== null)
          ? await listCounted(database, trx, id, {
              from: localDay(from, teacher.timezone).from,
              until: localDay(until, teacher.timezone).until,
            })
          : [],
      };
    }
    this.#teachers.set(id, facts);
    return facts;
  }

  /** The opening for the first course that takes it, else for the one that the fewest rules refuse. */
  judge(slot: Slot, opening: Opening, { facts, courses }: Candidates): JudgedOpening {
    const { id: teacher_id, name: teacher } = facts.teacher;
    const { date, ...times } = opening;
    let best: { course: Course | null; failed: RuleOutcome[] } | null = null;
    for (const course of courses) {
      const failed = this.#failed(slot, opening, facts, course);
      if (best === null || failed.length < best.failed.length) best = { course, failed };
      if (failed.length === 0) break;
    }
    const { course, failed } = best!;
    return {
      slot_id: slot.id,
      teacher_id,
      teacher,
      course_id: course?.id ?? null,
      ...times,
      bookable: failed.length === 0,
      rules: failed.map(({ rule }) => rule),
      why: failed.map(({ rule, why }) => `${why} (${rule})`).join("; "),
      local_date: date,
    };
  }

  #failed(slot: Slot, opening: Opening, facts: TeacherFacts, course: Course | null): RuleOutcome[] {
    const { now, actor } = this.#context;
    const { teacher, policies, busy, counted } = facts;
    const { date, ...times } = opening;
    const student = this.#student;
    const verdicts = lessonVerdicts({
      now,
      slot,
      date,
      times,
      teacher,
      course,
      student: student && {
        username: student.username,
        busy: student.busy,
        enrollment: course === null ? null : (this.#enrollments.get(course.id) ?? null),
        existing: this.#keys.get(`${teacher.id} ${times.start_at_utc}`) ?? null,
      },
      busy,
      counted,
      policies,
      // Whether the lesson needs approval is nobody's question here.
      policy: policyInForce(policies, course?.id ?? null, { course_teacher: null, course: null }),
      moved: null,
    });
    if (student !== null)
      verdicts.push(
        permission(
          actor,
          { teacher_id: teacher.id, student_user_id: student.id },
          `book for ${student.username}`,
        ),
      );
    return failures(withOverrides(verdicts, new Set()));
  }
}
