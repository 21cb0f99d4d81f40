/**
 * The report by which a person approves the cut-over: facts, what they amount to, and what is to be done next.
 * src/cli/report draws it as HTML and Markdown.
 */
import type { Database } from "../db/open.ts";
import type { Instant } from "../domain/instant.ts";
import type { Step } from "./reasons.ts";
import { collectFacts, type Facts } from "./report-facts.ts";
import { judge, nextSteps, type Verdict } from "./report-verdict.ts";
import type { VerifyResult } from "./verify.ts";

export interface Report extends Facts {
  verdict: Verdict;
  next_steps: Step[];
}

/**
 * Everything the report says. Reads only; the legacy tables are passed over once, nothing grows with their size.
 *
 * @param options.verify what `verifyLegacy` found just now
 */
export async function collectReport(
  database: Database,
  options: { now: Instant; verify: VerifyResult },
): Promise<Report> {
  const facts = await collectFacts(database, options);
  const verdict = judge(facts);
  return { ...facts, verdict, next_steps: nextSteps(facts, verdict) };
}
