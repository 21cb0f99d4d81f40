/** Booking policies that cannot be kept, or under which nothing can be booked (SPEC 2, 3, 6). */
import type { Policy } from "../domain/policy.ts";
import { type PolicyRemarkCode, policyRemarks, termProblems } from "../domain/policy-warnings.ts";
import { decodeSlot, SLOT_COLUMNS, type StoredSlot } from "./availability.ts";
import { type Finding, type Looking, listCheck, sqlCheck } from "./check.ts";
import { POLICY_TERMS } from "./policy.ts";

const READS = [["teacher_booking_policy", "teacher_id", "course_id", ...POLICY_TERMS]] as const;
const NOTHING_LEFT: readonly PolicyRemarkCode[] = ["no_lessons", "notice"];

export const POLICY_CHECKS = [
  sqlCheck({
    code: "policy_conflict",
    severity: "error",
    sentence: "one policy for each teacher and course",
    why: "Of two policies only the older counts, and nobody sees which that is.",
    fix: "nothing: `classbook policy delete ID` takes away the one that is not meant",
    reads: [["teacher_booking_policy", "teacher_id", "course_id"]],
    findings: (q) =>
      `select x.* from (select 'policy' as thing, p.id, '' as part, p.teacher_id, p.course_id, min(p.id) over (partition by p.teacher_id, p.course_id) as oldest
         from ${q.t("teacher_booking_policy")} p where p.course_id is not null) x where x.id <> x.oldest`,
    text: (row) =>
      `policy ${row.id}: teacher ${row.teacher_id} and course ${row.course_id} have policy ${row.oldest}`,
  }),
  listCheck({
    code: "policy_terms",
    severity: "error",
    sentence: "hours, minutes and limits of policies are whole numbers that make sense",
    why: "No booking can be judged by a term that is no number.",
    fix: "nothing: `classbook policy set` gives the term a value",
    reads: READS,
    findings: async function* (looking) {
      for await (const { policies } of byTeacher(looking, false))
        for (const policy of policies)
          for (const problem of termProblems(policy))
            yield finding(policy, problem.split(" ")[0]!, `policy ${policy.id}: ${problem}`);
    },
  }),
  listCheck({
    code: "policy_without_opening",
    severity: "warning",
    sentence: "under every policy something can be booked",
    why: "The teacher waits for students who are all turned away.",
    fix: "nothing: `classbook policy set` gives another notice or limit, or the slots are made valid for longer",
    reads: [...READS, ["teacher_availability", "teacher_id"]],
    findings: async function* (looking) {
      for await (const { policies, slots } of byTeacher(looking, true))
        for (const policy of policies) {
          if (termProblems(policy).length > 0) continue; // policy_terms says that.
          const { id } = policy;
          const fallback = { course_teacher: null, course: null };
          for (const { code, text } of policyRemarks({ policies, id, slots, fallback, now: looking.now }))
            if (NOTHING_LEFT.includes(code)) yield finding(policy, code, `policy ${id}: ${text}`);
        }
    },
  }),
] as const;

function finding(policy: Policy, part: string, text: string): Finding {
  return { thing: "policy", id: policy.id, part, text, row: { ...policy } };
}

const TEACHERS = 500;

/** Policies with their teacher's slots, teacher by teacher. */
async function* byTeacher({ db }: Looking, withSlots: boolean) {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const teachers = await db
      .selectFrom("teacher_booking_policy")
      .select("teacher_id")
      .distinct()
      .where("teacher_id", ">", after)
      .orderBy("teacher_id")
      .limit(TEACHERS)
      .execute();
    if (teachers.length === 0) return;
    after = teachers.at(-1)!.teacher_id;
    const ids = teachers.map(({ teacher_id }) => teacher_id);
    const policies = await db
      .selectFrom("teacher_booking_policy")
      .select(["id", "teacher_id", "course_id", ...POLICY_TERMS])
      .where("teacher_id", "in", ids)
      .orderBy("id")
      .execute();
    const slots = !withSlots
      ? []
      : (
          await db
            .selectFrom("teacher_availability")
            .select(SLOT_COLUMNS)
            .$castTo<StoredSlot>()
            .where("teacher_id", "in", ids)
            .orderBy("id")
            .execute()
        ).map(decodeSlot);
    for (const id of ids)
      yield {
        policies: policies
          .filter(({ teacher_id }) => teacher_id === id)
          .map((row) => ({
            ...row,
            requires_approval_for_one_on_one: Boolean(row.requires_approval_for_one_on_one),
            requires_approval_for_group: Boolean(row.requires_approval_for_group),
          })),
        slots: slots.filter(({ teacher_id }) => teacher_id === id),
      };
  }
}
