/** Which booking policy is in force for a teacher and a course, and where each value of it comes from (SPEC 3). */

/** The rules that a teacher sets. Hours and minutes are whole numbers, not negative. */
export interface PolicyTerms {
  requires_approval_for_one_on_one: boolean;
  requires_approval_for_group: boolean;
  min_notice_hours: number;
  cancel_window_hours: number;
  buffer_before_minutes: number;
  buffer_after_minutes: number;
  /** Lessons a local day of the teacher; null = no limit. */
  max_bookings_per_day: number | null;
}

/** A row of teacher_booking_policy. `course_id` null: the teacher's default. */
export interface Policy extends PolicyTerms {
  id: number;
  teacher_id: number;
  course_id: number | null;
}

/** What a new policy says where nobody says otherwise: the model's defaults (SPEC 2). */
export const NEW_POLICY: PolicyTerms = {
  requires_approval_for_one_on_one: false,
  requires_approval_for_group: false,
  min_notice_hours: 24,
  cancel_window_hours: 24,
  buffer_before_minutes: 0,
  buffer_after_minutes: 0,
  max_bookings_per_day: null,
};

/** What holds where no policy row does. */
export const NO_POLICY: PolicyTerms = {
  requires_approval_for_one_on_one: false,
  requires_approval_for_group: false,
  min_notice_hours: 0,
  cancel_window_hours: 24,
  buffer_before_minutes: 0,
  buffer_after_minutes: 0,
  max_bookings_per_day: null,
};

export type PolicySource = "course policy" | "default policy" | "course_teacher" | "course" | "nothing";

export interface PolicyInForce extends PolicyTerms {
  /** The row that applies; null where the teacher has none for this course and no default. */
  policy_id: number | null;
  /** Where the terms come from; `nothing` = what holds without a policy. */
  source: PolicySource;
  /** Where approval of 1:1 lessons comes from. */
  approval_source: PolicySource;
  /** Whose lessons the daily limit counts: a course policy counts its course, the default all. */
  limit_counts: "course" | "all";
}

/** What course_teacher and course say of approval; null where they say nothing. */
export interface ApprovalFallback {
  course_teacher: boolean | null;
  course: boolean | null;
}

/**
 * (teacher, course), else (teacher, null), else none (SPEC 3).
 *
 * @param policies all of one teacher. Of several defaults, which only a missing constraint allows, the oldest counts.
 */
export function policyInForce(
  policies: readonly Policy[],
  courseId: number | null,
  fallback: ApprovalFallback,
): PolicyInForce {
  const oldestFirst = policies.toSorted((a, b) => a.id - b.id);
  const own = courseId === null ? undefined : oldestFirst.find((policy) => policy.course_id === courseId);
  const policy = own ?? oldestFirst.find(({ course_id }) => course_id === null);
  if (policy !== undefined) {
    const { id, teacher_id: _teacher, course_id: _course, ...terms } = policy;
    const source = own === undefined ? "default policy" : "course policy";
    return {
      ...terms,
      policy_id: id,
      source,
      approval_source: source,
      limit_counts: own === undefined ? "all" : "course",
    };
  }
  const approval = fallback.course_teacher ?? fallback.course ?? false;
  return {
    ...NO_POLICY,
    requires_approval_for_one_on_one: approval,
    policy_id: null,
    source: "nothing",
    approval_source:
      fallback.course_teacher !== null ? "course_teacher" : fallback.course !== null ? "course" : "nothing",
    limit_counts: "all",
  };
}

/** The terms of one of a teacher's courses, approval aside: what a neighbouring booking's buffers are. */
export function termsFor(policies: readonly Policy[], courseId: number | null): PolicyTerms {
  return policyInForce(policies, courseId, { course_teacher: null, course: null });
}
