/** Booking policies: set, deleted, and what is in force (SPEC 2, 3). */
import { listSlotsOf } from "../db/availability.ts";
import {
  type Course,
  findApproval,
  findCourse,
  findTeacher,
  listPolicies,
  lockTeacher,
  type Teacher,
} from "../db/booking-people.ts";
import {
  deletePolicy as deletePolicyRow,
  insertPolicy,
  listPolicyViews,
  POLICY_TERMS,
  type PolicyView,
  updatePolicy,
} from "../db/policy.ts";
import { notFound, refused, usageError } from "../domain/error.ts";
import {
  type ApprovalFallback,
  NEW_POLICY,
  type Policy,
  type PolicyInForce,
  type PolicyTerms,
  policyInForce,
} from "../domain/policy.ts";
import { policyWarnings, termProblems } from "../domain/policy-warnings.ts";
import { requireTeacher } from "./availability.ts";
import { type Context, inside, record } from "./context.ts";
import { requireOwner } from "./permission.ts";

/** Whose policy: of one course, or the default. */
export interface PolicyScope {
  teacher_id: number;
  /** Null = the teacher's default. */
  course_id: number | null;
}

export interface PolicySet {
  outcome: "created" | "changed" | "unchanged";
  policy: PolicyView;
  /** Contradictions, a sentence each. */
  warnings: string[];
}

/**
 * Creates the policy of a teacher and course, or changes the one there is; terms that are not named stay, those of a
 * new policy are the model's defaults. Of several defaults the one that counts is changed.
 *
 * @throws ClassbookError usage `bad_terms` with all that is wrong; not_found; refused `permission`
 */
export async function setPolicy(
  context: Context,
  { teacher_id, course_id, terms }: PolicyScope & { terms: Partial<PolicyTerms> },
): Promise<PolicySet> {
  const { database, trx, now } = context;
  const problems = termProblems(terms);
  if (Object.keys(terms).length === 0) problems.push("no term is named");
  if (problems.length > 0) throw usageError("bad_terms", problems.join("; "), undefined, problems);
  const { fallback } = await loadScope(context, { teacher_id, course_id });
  requireOwner(context, teacher_id, `set policies of teacher ${teacher_id}`);
  await lockTeacher(database, trx, teacher_id);
  const before = await listPolicies(database, trx, teacher_id);
  const existing = before.find((policy) => policy.course_id === course_id);
  const changed = Object.fromEntries(
    Object.entries(terms).filter(([name, value]) => existing?.[name as keyof PolicyTerms] !== value),
  ) as Partial<PolicyTerms>;
  const id =
    existing?.id ?? (await insertPolicy(database, trx, { teacher_id, course_id, ...NEW_POLICY, ...terms }));
  const unchanged = existing !== undefined && Object.keys(changed).length === 0;
  if (existing !== undefined && !unchanged) await updatePolicy(database, trx, id, changed);
  const policies = await listPolicies(database, trx, teacher_id);
  if (!unchanged)
    await record(context, {
      what: existing === undefined ? "created" : "changed",
      subject: "teacher_booking_policy",
      subject_id: id,
      from:
        existing === undefined
          ? null
          : Object.fromEntries(
              Object.keys(changed).map((name) => [name, existing[name as keyof PolicyTerms]]),
            ),
      to: existing === undefined ? { ...policies.find((policy) => policy.id === id) } : changed,
    });
  const slots = await listSlotsOf(database, trx, teacher_id);
  return {
    outcome: existing === undefined ? "created" : unchanged ? "unchanged" : "changed",
    policy: await getPolicy(context, id),
    warnings: policyWarnings({ policies, id, slots, fallback, now }),
  };
}

/**
 * Makes a policy where the teacher and course have none.
 *
 * @throws ClassbookError as {@link setPolicy}; refused `exists`: there is one
 */
export async function addPolicy(
  context: Context,
  { teacher_id, course_id, terms }: PolicyScope & { terms: Partial<PolicyTerms> },
): Promise<PolicySet> {
  await lockTeacher(context.database, context.trx, teacher_id);
  const policies = await listPolicies(context.database, context.trx, teacher_id);
  const there = policies.find((policy) => policy.course_id === course_id);
  if (there !== undefined)
    throw refused(
      "exists",
      `teacher ${teacher_id} has ${course_id === null ? "a default policy" : `a policy for course ${course_id}`} already: policy ${there.id}`,
      `\`classbook admin TeacherBookingPolicy edit ${there.id}\` changes it`,
    );
  return setPolicy(context, { teacher_id, course_id, terms: { ...NEW_POLICY, ...terms } });
}

/**
 * Changes one policy by its id, also one of several defaults that does not count.
 *
 * @returns what contradicts itself now, a sentence each
 * @throws ClassbookError usage `bad_terms`; not_found `no_such_policy`; refused `permission`
 */
export async function changePolicy(
  context: Context,
  { id, terms }: { id: number; terms: Partial<PolicyTerms> },
): Promise<string[]> {
  const { database, trx, now } = context;
  const problems = termProblems(terms);
  if (problems.length > 0) throw usageError("bad_terms", problems.join("; "), undefined, problems);
  const { teacher_id } = await getPolicy(context, id);
  requireOwner(context, teacher_id, `change policy ${id}`);
  await lockTeacher(database, trx, teacher_id);
  const before = await getPolicy(context, id);
  const names = (Object.keys(terms) as (keyof PolicyTerms)[]).filter((name) => before[name] !== terms[name]);
  if (names.length === 0) return [];
  const change = Object.fromEntries(names.map((name) => [name, terms[name]])) as Partial<PolicyTerms>;
  await updatePolicy(database, trx, id, change);
  await record(context, {
    what: "changed",
    subject: "teacher_booking_policy",
    subject_id: id,
    from: Object.fromEntries(names.map((name) => [name, before[name]])),
    to: change,
  });
  const { fallback } = await whatIsLeft(context, before);
  const policies = await listPolicies(database, trx, teacher_id);
  return policyWarnings({ policies, id, slots: await listSlotsOf(database, trx, teacher_id), fallback, now });
}

interface Scope {
  teacher: Teacher;
  course: Course | null;
  fallback: ApprovalFallback;
}

async function loadScope(context: Context, { teacher_id, course_id }: PolicyScope): Promise<Scope> {
  const { database, trx } = context;
  const teacher = await requireTeacher(context, teacher_id);
  if (course_id === null) return { teacher, course: null, fallback: { course_teacher: null, course: null } };
  const course = await findCourse(database, trx, course_id);
  if (course === null)
    throw notFound("no_such_course", `there is no course ${course_id}`, "`classbook course list` lists them");
  return {
    teacher,
    course,
    fallback: {
      course_teacher: await findApproval(database, trx, course_id, teacher),
      course: course.requires_booking_approval,
    },
  };
}

/** @throws ClassbookError not_found `no_such_policy` */
export async function getPolicy(context: Context, id: number): Promise<PolicyView> {
  const [policy] = await listPolicyViews(inside(context), { id, teacher: null, course: null });
  if (policy === undefined)
    throw notFound("no_such_policy", `there is no policy ${id}`, "`classbook policy list` lists them");
  return policy;
}

/** Every term in force, and where each comes from: `course policy 4`, `default policy 1`, `course_teacher`, `course`, `nothing`. */
export type EffectivePolicy = PolicyScope &
  PolicyTerms & {
    teacher: string;
    course: string | null;
    policy_id: number | null;
    limit_counts: PolicyInForce["limit_counts"];
    sources: Record<keyof PolicyTerms, string>;
  };

/** @throws ClassbookError not_found */
export async function effectivePolicy(context: Context, scope: PolicyScope): Promise<EffectivePolicy> {
  const { database, trx } = context;
  const loaded = await loadScope(context, scope);
  return effectiveOf(scope, loaded, await listPolicies(database, trx, scope.teacher_id));
}

function effectiveOf(
  scope: PolicyScope,
  { teacher, course, fallback }: Scope,
  policies: readonly Policy[],
): EffectivePolicy {
  const { source, approval_source, policy_id, limit_counts, ...terms } = policyInForce(
    policies,
    scope.course_id,
    fallback,
  );
  const named = policy_id === null ? source : `${source} ${policy_id}`;
  const sources = Object.fromEntries(POLICY_TERMS.map((term) => [term, named])) as Record<
    keyof PolicyTerms,
    string
  >;
  if (policy_id === null) sources.requires_approval_for_one_on_one = approval_source;
  return {
    teacher_id: scope.teacher_id,
    teacher: teacher.name,
    course_id: scope.course_id,
    course: course?.title ?? null,
    ...terms,
    policy_id,
    limit_counts,
    sources,
  };
}

/** The policy as it was, and what holds in its place. */
export interface DeletedPolicy {
  policy: PolicyView;
  instead: EffectivePolicy;
}

/** A policy can be deleted whose teacher or course is gone. */
async function whatIsLeft(context: Context, { teacher_id, course_id }: PolicyScope): Promise<Scope> {
  const { database, trx } = context;
  const teacher = await findTeacher(database, trx, teacher_id);
  const course = course_id === null ? null : await findCourse(database, trx, course_id);
  if (teacher !== null && (course !== null || course_id === null))
    return loadScope(context, { teacher_id, course_id });
  return {
    teacher: teacher ?? { id: teacher_id, user_id: null, name: `teacher ${teacher_id}`, timezone: "UTC" },
    course,
    fallback: { course_teacher: null, course: course?.requires_booking_approval ?? null },
  };
}

/** What deleting a policy would leave in force. @throws ClassbookError not_found `no_such_policy` */
export async function withoutPolicy(context: Context, id: number): Promise<DeletedPolicy> {
  const { database, trx } = context;
  const policy = await getPolicy(context, id);
  const rest = (await listPolicies(database, trx, policy.teacher_id)).filter((one) => one.id !== id);
  return { policy, instead: effectiveOf(policy, await whatIsLeft(context, policy), rest) };
}

/** @throws ClassbookError not_found; refused `permission` */
export async function deletePolicy(context: Context, { id }: { id: number }): Promise<DeletedPolicy> {
  const { database, trx } = context;
  const { teacher_id } = await getPolicy(context, id);
  requireOwner(context, teacher_id, `delete policy ${id}`);
  await lockTeacher(database, trx, teacher_id);
  const deleted = await withoutPolicy(context, id);
  await deletePolicyRow(trx, id);
  const { teacher: _teacher, course: _course, ...stored } = deleted.policy;
  await record(context, {
    what: "deleted",
    subject: "teacher_booking_policy",
    subject_id: id,
    from: stored,
    to: null,
  });
  return deleted;
}
