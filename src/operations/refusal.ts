/** Refusals by the rules, in one form. */
import type { Database } from "../db/open.ts";
import { type ClassbookError, refused, usageError } from "../domain/error.ts";
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
    return "raise the capacity, `classbook session update ID --capacity N`, or cancel a booking";
  return "nothing was changed";
}

/**
 * A Django app's users, teachers and courses have passwords, permissions and columns that are its own business.
 *
 * @param what what is refused: `users are created`
 * @throws ClassbookError refused `app-owned`
 */
export function requireNative({ layout }: Pick<Database, "layout">, what: string): void {
  if (layout.kind === "django")
    throw refused(
      "app-owned",
      `${what} by the Django app ${layout.appLabel}, not by classbook`,
      "use Django's own admin; classbook writes enrollments, who teaches a course, and time zones of profiles",
    );
}

/** @throws ClassbookError usage `bad_input`, telling every problem at once */
export function requireSound(problems: readonly string[]): void {
  if (problems.length > 0) throw usageError("bad_input", problems.join("; "), undefined, problems);
}
