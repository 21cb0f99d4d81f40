/** The checks of `verify` as a person reads them. */
import type { CheckWords } from "../../db/check.ts";

/** A paragraph a check. */
export function checksScreen(checks: readonly CheckWords[]): string {
  return checks
    .map(
      ({ code, severity, sentence, why, fix }) =>
        `${code} (${severity})\n  Holds:  ${sentence}\n  Why:    ${why}\n  --fix:  ${fix}\n`,
    )
    .join("\n");
}
