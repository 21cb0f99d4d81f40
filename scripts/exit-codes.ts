/** What each exit code means, for the documents (CLI.md). Does not compile while a kind of error is missing. */
import { EXIT, SIGNAL_EXIT } from "../src/cli/exit.ts";
import type { ErrorKind } from "../src/domain/error.ts";

const MEANINGS: Record<Exclude<ErrorKind, "interrupted">, string> = {
  internal: "a bug or a failing disk or network",
  usage: "wrong usage",
  refused: "refused by a rule",
  not_found: "not found",
  busy: "busy",
  findings: "findings",
  partial: "partly done",
};

/** In the order of the codes. */
export const EXIT_CODES: readonly { code: string; meaning: string }[] = [
  { code: "0", meaning: "done" },
  ...Object.entries(MEANINGS).map(([kind, meaning]) => ({ code: String(EXIT[kind as ErrorKind]), meaning })),
  { code: Object.values(SIGNAL_EXIT).join(" and "), meaning: "interrupted" },
];
