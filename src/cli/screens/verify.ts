/** The checks of `verify` as a person reads them. */
import type { CheckWords } from "../../db/check.ts";
import type { Violation } from "../../db/checks.ts";
import { plural } from "../../domain/spoken.ts";
import { type Io, paintFor } from "../io.ts";
import { escapeControl } from "../output.ts";
import { wrapLine } from "../wrap.ts";

/** A paragraph a check. */
export function checksScreen(checks: readonly CheckWords[]): string {
  return checks
    .map(
      ({ code, severity, sentence, why, fix }) =>
        `${code} (${severity})\n  Holds:  ${sentence}\n  Why:    ${why}\n  --fix:  ${fix}\n`,
    )
    .join("\n");
}

const INDENT = 2;

/** What was found: a check and how often, then each example on a line of its own, wrapped at a terminal. */
export function violationsScreen(io: Io, found: readonly Violation[]): string {
  const paint = paintFor(io);
  const fitted = (line: string) => (io.outIsTerminal ? wrapLine(line, io.width, 2 * INDENT) : line);
  const indented = (text: string) => fitted(`${" ".repeat(INDENT)}${text}`);
  return found
    .map(({ check, severity, count, examples }) => {
      const more = count - examples.length;
      const lines = [
        fitted(
          `${check} (${severity === "error" ? paint.red(severity) : paint.yellow(severity)}): ${plural(count, "finding")}`,
        ),
        ...examples.map((example) => indented(escapeControl(example))),
        ...(more > 0 ? [indented(`… and ${more.toLocaleString("en")} more`)] : []),
      ];
      return `${lines.join("\n")}\n`;
    })
    .join("");
}
