/** Policies as a person reads them. */
import type { PolicyView } from "../../db/policy.ts";
import type { PolicyTerms } from "../../domain/policy.ts";
import type { EffectivePolicy } from "../../operations/policy.ts";
import { escapeControl } from "../output.ts";

const TERMS: Record<keyof PolicyTerms, [name: string, unit: string]> = {
  requires_approval_for_one_on_one: ["approval of lessons", ""],
  requires_approval_for_group: ["approval of group bookings", ""],
  min_notice_hours: ["notice", " h"],
  cancel_window_hours: ["cancellation window", " h"],
  buffer_before_minutes: ["buffer before", " min"],
  buffer_after_minutes: ["buffer after", " min"],
  max_bookings_per_day: ["lessons a day", ""],
};

function valueText(value: number | boolean | null, unit: string): string {
  if (value === null) return "no limit";
  return typeof value === "boolean" ? (value ? "yes" : "no") : `${value}${unit}`;
}

function termLines(terms: PolicyTerms, sources: EffectivePolicy["sources"] | null): string {
  return Object.entries(TERMS)
    .map(([term, [name, unit]]) => {
      const value = valueText(terms[term as keyof PolicyTerms], unit);
      return sources === null
        ? `  ${name.padEnd(27)} ${value}\n`
        : `  ${name.padEnd(27)} ${value.padEnd(9)} ${sources[term as keyof PolicyTerms]}\n`;
    })
    .join("");
}

/** `policy 4: ana, Talk (course 2)` */
export function policyLine(policy: PolicyView): string {
  const scope =
    policy.course_id === null ? "default" : `${policy.course ?? "course"} (course ${policy.course_id})`;
  return escapeControl(`policy ${policy.id}: ${policy.teacher ?? `teacher ${policy.teacher_id}`}, ${scope}`);
}

export function policyScreen(policy: PolicyView): string {
  return `${policyLine(policy)}\n${termLines(policy, null)}`;
}

/** Every term in force with its source. */
export function effectiveScreen(effective: EffectivePolicy): string {
  const scope = effective.course === null ? "" : `, ${effective.course} (course ${effective.course_id})`;
  return `${escapeControl(`${effective.teacher} (teacher ${effective.teacher_id})${scope}`)}\n${termLines(effective, effective.sources)}`;
}

/** What holds in the place of a policy, in a few words. */
export function insteadText({ sources }: EffectivePolicy): string {
  const source = sources.min_notice_hours;
  if (source !== "nothing") return source;
  const approval = sources.requires_approval_for_one_on_one;
  return approval === "nothing" ? "no policy" : `no policy, and approval by ${approval}`;
}
