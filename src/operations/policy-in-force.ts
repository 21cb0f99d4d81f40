/** Which policy holds for a booking: loaded for the rules, and for whoever shows it (SPEC 3). */
import { type Course, findApproval, listPolicies, type Teacher } from "../db/booking-people.ts";
import { type Policy, type PolicyInForce, policyInForce } from "../domain/policy.ts";
import type { Context } from "./context.ts";

/**
 * @param course null = one that is gone: the teacher's default, else what holds without a policy
 * @param policies all of the teacher's, where they are loaded already
 */
export async function findPolicyInForce(
  { database, trx }: Context,
  teacher: Teacher,
  course: Course | null,
  policies?: readonly Policy[],
): Promise<PolicyInForce> {
  return policyInForce(policies ?? (await listPolicies(database, trx, teacher.id)), course?.id ?? null, {
    course_teacher: course === null ? null : await findApproval(database, trx, course.id, teacher),
    course: course?.requires_booking_approval ?? null,
  });
}
