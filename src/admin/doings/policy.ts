/** Policies: terms by the operation that `policy set` uses. */
import { POLICY_TERMS } from "../../db/policy.ts";
import type { PolicyTerms } from "../../domain/policy.ts";
import {
  addPolicy,
  changePolicy,
  deletePolicy,
  type EffectivePolicy,
  withoutPolicy,
} from "../../operations/policy.ts";
import { requireSound } from "../../operations/refusal.ts";
import { type Doing, given, idOf } from "../doing.ts";

export const policies: Doing = {
  add: async (context, { values }) => {
    requireSound(values.teacher_id === undefined ? ["--teacher is missing"] : []);
    const { policy, warnings } = await addPolicy(context, {
      teacher_id: Number(values.teacher_id),
      course_id: idOf(values.course_id),
      terms: given<PolicyTerms>(values, POLICY_TERMS),
    });
    return { outcome: "added", id: policy.id, remarks: warnings };
  },
  edit: async (context, id, { values }) => {
    const terms = given<PolicyTerms>(values, POLICY_TERMS);
    return { outcome: "changed", id, remarks: await changePolicy(context, { id, terms }) };
  },
  deletion: async (context, id) => {
    const { instead } = await withoutPolicy(context, id);
    return { goes: [], notes: [`then ${insteadOf(instead)} holds`] };
  },
  remove: async (context, id) => {
    await deletePolicy(context, { id });
  },
  actions: {},
};

/** What holds in a policy's place. */
function insteadOf({ policy_id, course_id, min_notice_hours }: EffectivePolicy): string {
  if (policy_id === null) return "what the course says, with no notice and no limit,";
  return `policy ${policy_id}${course_id === null ? "" : ", the default,"} (${min_notice_hours} h of notice)`;
}
