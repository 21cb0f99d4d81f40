/** The quarantine as a file: exported as JSON lines, filled in by people, imported again (LEGACY 3). */
import { ANSWERS, type Answers, type IssueRow, saveAnswers, setIssueStatus } from "../db/legacy-issue.ts";
import type { Database } from "../db/open.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import {
  checkAnswers,
  chooseIssues,
  parseIssueName,
  parseRowName,
  type RowName,
  type RowOptions,
  retake,
  SET_ASIDE,
  type Settled,
  skipIssues,
} from "./issues.ts";

/** One line of an export: the issue, and empty places for the answers. */
export function exportLine(issue: IssueRow): string {
  const { source_table, source_id, code, message, status, reason } = issue;
  const given = Object.fromEntries(ANSWERS.map((column) => [column.slice("given_".length), issue[column]]));
  return JSON.stringify({
    source_table,
    source_id,
    code,
    message,
    status,
    reason,
    given,
    skip: null,
    source: JSON.parse(issue.source) as unknown,
  });
}

export interface ImportedLine {
  line: number;
  name: RowName;
  answers: Answers;
  /** Null where the row is not to be skipped. */
  skip: string | null;
}

/** Reads back an export in which people filled in answers. All faulty lines at once. @throws ClassbookError usage */
export function parseExport(text: string): ImportedLine[] {
  const problems: string[] = [];
  const lines: ImportedLine[] = [];
  for (const [at, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === "") continue;
    try {
      const line = parseLine(at + 1, content);
      if (line !== null) lines.push(line);
    } catch (error) {
      problems.push(`line ${at + 1}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0)
    throw usageError(
      "bad_export",
      problems.join("; "),
      "nothing was changed; the form is that of `legacy issues export`",
      problems,
    );
  return lines;
}

/** Null of a booking that was set aside, of which there is nothing to decide, where nobody filled in anything. */
function parseLine(line: number, content: string): ImportedLine | null {
  const row = JSON.parse(content) as {
    source_table?: unknown;
    source_id?: unknown;
    given?: Record<string, unknown>;
    skip?: unknown;
  };
  const text = `${row.source_table}:${row.source_id}`;
  const isSetAside = parseIssueName(text).table === SET_ASIDE;
  const answers: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(row.given ?? {})) {
    const column = `given_${key}`;
    if (!(ANSWERS as readonly string[]).includes(column)) throw new TypeError(`unknown answer "${key}"`);
    if (value === null) continue;
    if (column.endsWith("_id") ? !Number.isInteger(value) : typeof value !== "string")
      throw new TypeError(`${key} is ${JSON.stringify(value)}`);
    answers[column] = value;
  }
  if (row.skip != null && typeof row.skip !== "string") throw new TypeError("skip takes a reason");
  if (isSetAside && Object.keys(answers).length === 0 && row.skip == null) return null;
  const name = parseRowName(text);
  return { line, name, answers: answers as Answers, skip: (row.skip as string | null | undefined) ?? null };
}

/** Carries out an edited export: lines without answer and without skip are left as they are. */
export async function importAnswers(
  database: Database,
  lines: readonly ImportedLine[],
  options: RowOptions,
): Promise<Settled[]> {
  const problems: string[] = [];
  const work: { line: ImportedLine; issue: IssueRow; answers: Answers }[] = [];
  for (const line of lines) {
    if (Object.keys(line.answers).length === 0 && line.skip === null) continue;
    try {
      const [issue] = await chooseIssues(database, [line.name], null);
      if (issue!.status === "resolved") continue;
      work.push({ line, issue: issue!, answers: await checkAnswers(database, line.answers) });
    } catch (error) {
      if (!(error instanceof ClassbookError)) throw error;
      problems.push(`line ${line.line}: ${error.message}`);
    }
  }
  if (problems.length > 0)
    throw usageError("bad_answer", problems.join("; "), "nothing was changed", problems);
  const settled: Settled[] = [];
  const answered = work.filter(({ line }) => line.skip === null);
  settled.push(
    ...(await retake(
      database,
      answered.map(({ issue }) => issue),
      options,
      async (trx, table, ids) => {
        for (const { issue, answers } of answered)
          if (issue.source_table === table) await saveAnswers(trx, table, [issue.source_id], answers);
        await setIssueStatus(trx, table, ids, "open", null);
      },
    )),
  );
  for (const { line, issue } of work)
    if (line.skip !== null) settled.push(...(await skipIssues(database, [issue], line.skip)));
  return settled;
}
