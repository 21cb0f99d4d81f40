/** The part of the cut-over report that is about quarantined rows: why they wait, who decides, and how. */
import {
  groupReasons,
  groupSkipReasons,
  listReasonExamples,
  type ReasonExample,
  type ReasonGroup,
} from "../db/legacy-report.ts";
import type { Database } from "../db/open.ts";
import { commandLine } from "../domain/command.ts";
import { type Decider, reasonOf, remediesOf, type Step } from "./reasons.ts";

const MOST_EXAMPLES = 3;

export interface Example {
  /** `booking:12` */
  row: string;
  message: string;
  /** How many rows say the same, this one included. */
  rows: number;
}

export interface ReasonFact {
  code: string;
  meaning: string;
  question: string;
  decides: Decider;
  open: number;
  skipped: number;
  /** How many different messages the open rows have. */
  causes: number;
  /** Of the open rows; of the skipped ones where none is open. */
  examples: Example[];
  /** How the open rows are settled; empty where none is open. */
  remedies: Step[];
}

export interface SkipFact {
  code: string;
  /** What the person who left the rows out gave as the reason. */
  reason: string;
  rows: number;
}

/** Makes a whole command line of the words after `classbook`, for this database. */
export function commandsFor(address: string): (words: string) => string {
  return (words) => commandLine(words, address);
}

/** By reason code, those with the most open rows first. */
export async function collectReasons(database: Database): Promise<ReasonFact[]> {
  const groups = await groupReasons(database);
  const examples = await listReasonExamples(database, MOST_EXAMPLES);
  const command = commandsFor(database.address);
  return [...new Set(groups.map((group) => group.code))]
    .map((code) =>
      reasonFact(
        code,
        groups.filter((group) => group.code === code),
        examples.filter((example) => example.code === code),
        command,
      ),
    )
    .sort((a, b) => b.open - a.open || b.skipped - a.skipped || (a.code < b.code ? -1 : 1));
}

function reasonFact(
  code: string,
  groups: readonly ReasonGroup[],
  examples: readonly ReasonExample[],
  command: (words: string) => string,
): ReasonFact {
  const waiting = groups.find((group) => group.status === "open");
  const open = Number(waiting?.n ?? 0);
  const causes = Number(waiting?.causes ?? 0);
  const shown = examples
    .filter((example) => example.status === (open > 0 ? "open" : "skipped"))
    .map(({ source_table, source_id, message, n }) => ({
      row: `${source_table}:${source_id}`,
      message,
      rows: Number(n),
    }));
  const first = shown[0]?.row;
  const { meaning, question, decides } = reasonOf(code);
  return {
    code,
    meaning,
    question,
    decides,
    open,
    skipped: Number(groups.find((group) => group.status === "skipped")?.n ?? 0),
    causes,
    examples: shown,
    remedies: open > 0 && first !== undefined ? remediesOf(code, { open, causes, first }, command) : [],
  };
}

export async function collectSkips(database: Database): Promise<SkipFact[]> {
  const skips = await groupSkipReasons(database);
  return skips.map(({ code, reason, n }) => ({ code, reason: reason ?? "", rows: Number(n) }));
}
