/** What a run of cron says: one line in a log, the numbers as fields, or all of it for machines (SPEC 4). */
import { EXIT } from "./exit.ts";
import { printObject, printRows, type Row } from "./output.ts";
import type { Shell } from "./shell.ts";

export interface Summary {
  /** Everything that JSON gives. */
  report: Row;
  /** The fields of the report that are numbers and fit one line. */
  counts: readonly string[];
  /** Says the same in words, without a line break. */
  line: string;
  /** What a person at a terminal gets to see before the line; "" where it is not given. */
  screen?: string;
  /** Nothing was changed, and nothing failed. */
  idle: boolean;
}

/** With `--quiet`, a run that had nothing to do is silent; an object that was asked for is given all the same. */
export async function printSummary(
  { output, quiet }: Shell,
  { report, counts, line, screen = "", idle }: Summary,
): Promise<void> {
  const { format, fields, io } = output;
  const machine = format === "json" || format === "ndjson";
  if (quiet && idle && !machine) return;
  if (format === "tsv" && fields === null) io.out(`${line}\n`);
  else if (format === "tsv" || format === "csv") await printRows(output, fields ?? counts, [report]);
  else await printObject(output, report, () => `${screen}${line}\n`);
}

/** Some were done and some failed: 7, with each that failed named on stderr. */
export function reportFailures(here: Shell, sentences: readonly string[]): void {
  for (const sentence of sentences) here.io.err(`${sentence}\n`);
  if (sentences.length > 0) here.exit(EXIT.partial);
}
