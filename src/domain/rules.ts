/** The booking rules, each with its stable code (SPEC 3): facts → pass, fail or overridden, and why. Pure. */

/** In the order in which they are shown; the first that fails names the refusal. */
export const RULE_CODES = [
  "permission",
  "enrollment",
  "course-type",
  "session-open",
  "capacity",
  "queue-order",
  "duplicate",
  "student-overlap",
  "teacher-overlap",
  "availability",
  "min-notice",
  "buffer",
  "daily-limit",
  "cancel-window",
  "attendance-time",
] as const;
export type RuleCode = (typeof RULE_CODES)[number];

/** Rules that nobody may set aside (SPEC 3). */
const FIXED: readonly RuleCode[] = ["permission", "session-open", "capacity", "duplicate"];

/** Rules that staff may set aside by `--override` (SPEC 3). */
export const OVERRIDABLE: ReadonlySet<RuleCode> = new Set(RULE_CODES.filter((rule) => !FIXED.includes(rule)));

/** What a rule says of one request. */
export interface Verdict {
  rule: RuleCode;
  holds: boolean;
  /** A sentence with the values that decided. */
  why: string;
}

export interface RuleOutcome {
  rule: RuleCode;
  outcome: "pass" | "fail" | "overridden";
  why: string;
}

/** Sets the rules aside that staff asked to; the rest stand as they are. */
export function withOverrides(verdicts: readonly Verdict[], overrides: ReadonlySet<RuleCode>): RuleOutcome[] {
  return verdicts
    .map(({ rule, holds, why }): RuleOutcome => {
      if (holds) return { rule, outcome: "pass", why };
      return { rule, outcome: overrides.has(rule) && OVERRIDABLE.has(rule) ? "overridden" : "fail", why };
    })
    .toSorted((a, b) => RULE_CODES.indexOf(a.rule) - RULE_CODES.indexOf(b.rule));
}

export function failures(outcomes: readonly RuleOutcome[]): RuleOutcome[] {
  return outcomes.filter(({ outcome }) => outcome === "fail");
}

export function overridden(outcomes: readonly RuleOutcome[]): RuleCode[] {
  return outcomes.filter(({ outcome }) => outcome === "overridden").map(({ rule }) => rule);
}
