/** Refusals by the rules, in one form. */
import { type ClassbookError, refused } from "../domain/error.ts";
import { failures, OVERRIDABLE, type RuleOutcome } from "../domain/rules.ts";

/**
 * The refusal that the failed rules amount to: named by the first, telling all.
 *
 * @param what what is refused, as a sentence without its end: `the booking`
 */
export function refusalOf(what: string, rules: readonly RuleOutcome[]): ClassbookError {
  const failed = failures(rules);
  const permission = failed.find(({ rule }) => rule === "permission");
  if (permission !== undefined)
    return refused("permission", permission.why, "act as somebody else: --as USER");
  const told = failed.map(({ rule, why }) => `${why} (${rule})`).join("; ");
  return refused(failed[0]!.rule, `${what} is refused: ${told}`, hintFor(failed), { rules });
}

function hintFor(failed: readonly RuleOutcome[]): string {
  const rules = failed.map(({ rule }) => rule);
  if (rules.every((rule) => OVERRIDABLE.has(rule)))
    return `staff may set it aside: --override ${rules.join(",")}`;
  if (rules.includes("capacity"))
    return "raise the capacity (session update ID --capacity N), or let the student wait (waitlist join)";
  return "nothing was changed";
}
