/** What `legacy verify` shows a person. */
import type { Database } from "../../db/open.ts";
import { plural } from "../../domain/spoken.ts";
import type { VerifyResult } from "../../legacy/verify.ts";
import { paintFor } from "../io.ts";
import { escapeControl } from "../output.ts";
import type { Shell } from "../shell.ts";
import { heading } from "./heading.ts";

export async function verifyScreen(here: Shell, database: Database, result: VerifyResult): Promise<string> {
  const paint = paintFor(here.io);
  const n = (value: number) => value.toLocaleString("en");
  const lines = [
    paint.bold(await heading(database)),
    "",
    `  ${plural(result.read, "legacy row")} = ${plural(result.migrated, "booking")} + ${plural(result.waitlisted, "waitlist entry", "waitlist entries")} + ${n(result.quarantined)} quarantined`,
    "",
  ];
  for (const check of result.checks) {
    const finding = result.findings.find((f) => f.check === check.check);
    const mark = check.ok ? (finding === undefined ? paint.green("✓") : paint.yellow("!")) : paint.red("✗");
    lines.push(`  ${mark} ${check.what}${check.count > 0 ? `: ${n(check.count)}` : ""}`);
    for (const example of finding?.examples.slice(0, 5) ?? [])
      lines.push(paint.dim(`      ${escapeControl(example)}`));
    if (finding?.remedy !== undefined) lines.push(`      → ${finding.remedy}`);
  }
  lines.push(
    "",
    result.ok
      ? `  ${paint.green("Every legacy row is accounted for.")}`
      : `  ${paint.red("The migration does not agree with the rules.")} Run ${here.command("legacy migrate")} again if the app wrote since.`,
  );
  if (result.open_issues > 0)
    lines.push(
      `  ${plural(result.open_issues, "quarantined row waits", "quarantined rows wait")} for a decision: ${here.command("legacy issues")}`,
    );
  lines.push("");
  return lines.join("\n");
}
