/** What people decide about quarantined rows: resolve, skip, retry, and the import of a filled-in export. */
import { readFileSync } from "node:fs";
import { countOpenIssues } from "../../db/legacy.ts";
import type { Answers, IssueRow } from "../../db/legacy-issue.ts";
import type { SourceTable } from "../../db/legacy-tables.ts";
import type { Database } from "../../db/open.ts";
import { findUsers } from "../../db/people.ts";
import type { Actor } from "../../domain/actor.ts";
import { notFound, refused, usageError } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import {
  chooseIssues,
  parseRowName,
  type RowName,
  resolveIssues,
  retryIssues,
  type Settled,
  skipIssues,
} from "../../legacy/issues.ts";
import { importAnswers, parseExport } from "../../legacy/issues-export.ts";
import { EXIT } from "../exit.ts";
import { requireMigration, sayOpenIssues, zoneOfSource } from "../migrated.ts";
import { printRows } from "../output.ts";
import type { Shell } from "../shell.ts";
import { requireInstant } from "../typed-instant.ts";

/** What is printed of each row that was decided. */
export const SETTLED = ["source_table", "source_id", "status", "code", "message"];

export interface ResolveFlags {
  code?: string;
  student?: string;
  session?: string;
  teacher?: string;
  course?: string;
  timezone?: string;
  status?: string;
  start?: string;
  end?: string;
  timestamp?: string;
}

async function answersOf(here: Shell, database: Database, flags: ResolveFlags): Promise<Answers> {
  const problems: string[] = [];
  const id = (name: string, text: string | undefined) => {
    if (text === undefined) return null;
    if (/^\d+$/.test(text)) return Number(text);
    problems.push(`--${name} "${text}" is not an id`);
    return null;
  };
  const instant = (name: string, text: string | undefined) =>
    text === undefined ? null : requireInstant(`--${name}`, text, () => here.zone);
  const students = flags.student === undefined ? [] : await findUsers(database, flags.student);
  if (flags.student !== undefined && students.length === 0)
    problems.push(`--student "${flags.student}" is no user's id, username or e-mail address`);
  if (students.length > 1)
    problems.push(
      `--student "${flags.student}" is the address of users ${students.map(({ id }) => id).join(", ")}`,
    );
  const answers: Answers = {
    given_student_user_id: students[0]?.id ?? null,
    given_session_id: id("session", flags.session),
    given_teacher_id: id("teacher", flags.teacher),
    given_course_id: id("course", flags.course),
    given_timezone: flags.timezone ?? null,
    given_status: flags.status ?? null,
    given_start_at_utc: instant("start", flags.start),
    given_end_at_utc: instant("end", flags.end),
    given_timestamp: instant("timestamp", flags.timestamp),
  };
  if (problems.length > 0)
    throw usageError("bad_answer", problems.join("; "), "nothing was changed", problems);
  const given = Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== null)) as Answers;
  if (Object.keys(given).length === 0) {
    throw usageError(
      "no_answer",
      "no value was given",
      "such as --teacher 3, --course 1, --timezone Europe/Madrid, --start …, --status confirmed",
    );
  }
  return given;
}

/** The rows named; `-` reads them from standard input, one a line. */
function rowsOf(names: readonly string[]): RowName[] {
  const given = names.flatMap((name) =>
    name === "-"
      ? readFileSync(0, "utf8")
          .split(/\s+/)
          .filter((line) => line !== "")
      : [name],
  );
  return given.map(parseRowName);
}

function requireChoice(names: string[], flags: { code?: string }): void {
  if (names.length === 0 && flags.code === undefined)
    throw usageError(
      "no_rows",
      "no rows were named",
      "name them as TABLE:ID, or all of a reason with --code",
    );
}

async function rowOptions(here: Shell, database: Database, actor: Actor) {
  return { sourceTimezone: await zoneOfSource(database, null), now: here.now, actor };
}

export async function resolve(here: Shell, names: string[], flags: ResolveFlags): Promise<void> {
  requireChoice(names, flags);
  const rows = rowsOf(names);
  await here.write(async (database, actor) => {
    await requireMigration(database);
    const answers = await answersOf(here, database, flags);
    const issues = await chooseIssues(database, rows, flags.code ?? null);
    if (here.dryRun) return printSettled(here, issues.map(asSettled), "would be taken up again");
    await finish(
      here,
      database,
      await resolveIssues(database, issues, answers, await rowOptions(here, database, actor)),
    );
  });
}

export async function skip(
  here: Shell,
  names: string[],
  flags: { code?: string; reason: string },
): Promise<void> {
  requireChoice(names, flags);
  const rows = rowsOf(names);
  await here.write(async (database) => {
    await requireMigration(database);
    const issues = await chooseIssues(database, rows, flags.code ?? null);
    const resolved = issues.filter((issue) => issue.status === "resolved");
    if (resolved.length > 0)
      throw refused(
        "already_resolved",
        `already resolved: ${resolved.map((i) => `${i.source_table}:${i.source_id}`).join(", ")}`,
        "nothing was changed",
      );
    if (here.dryRun) return printSettled(here, issues.map(asSettled), "would be skipped");
    await printSettled(here, await skipIssues(database, issues, flags.reason), "skipped");
    await sayOpenIssues(here, database);
  });
}

export async function retry(here: Shell, names: string[], flags: { code?: string }): Promise<void> {
  const rows = rowsOf(names);
  await here.write(async (database, actor) => {
    await requireMigration(database);
    const issues = (await chooseIssues(database, rows, flags.code ?? null)).filter(
      (issue) => issue.status !== "resolved",
    );
    if (here.dryRun) return printSettled(here, issues.map(asSettled), "would be taken up again");
    await finish(
      here,
      database,
      await retryIssues(database, issues, await rowOptions(here, database, actor)),
    );
  });
}

function asSettled(issue: IssueRow): Settled {
  return {
    source_table: issue.source_table as SourceTable,
    source_id: issue.source_id,
    status: issue.status,
    code: issue.code,
    message: issue.message,
  };
}

/** One line a row; 7 where some stayed, 6 where rows of the migration still wait. */
async function finish(here: Shell, database: Database, settled: Settled[]): Promise<void> {
  await printSettled(here, settled, "taken up again");
  const stayed = settled.filter((row) => row.status === "open").length;
  await sayOpenIssues(here, database);
  if (stayed === 0) return;
  here.exit(stayed < settled.length ? EXIT.partial : EXIT.findings);
}

async function printSettled(here: Shell, settled: readonly Settled[], what: string): Promise<void> {
  await printRows(
    here.output,
    SETTLED,
    settled.map((row) => ({ ...row })),
    undefined,
    "No row is concerned.",
  );
  if (here.output.format === "table") here.say(`${plural(settled.length, "row")} ${what}.`);
}

export async function importIssues(here: Shell, file: string): Promise<void> {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw notFound(
      "no_such_file",
      `cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`,
      "name a file that `legacy issues export` wrote",
    );
  }
  const lines = parseExport(text);
  await here.write(async (database, actor) => {
    await requireMigration(database);
    if (here.dryRun) {
      const filled = lines.filter((line) => Object.keys(line.answers).length > 0 || line.skip !== null);
      const names = filled.map((line) => line.name);
      const issues = names.length === 0 ? [] : await chooseIssues(database, names, null);
      return printSettled(here, issues.map(asSettled), "would be taken up again or skipped");
    }
    await finish(
      here,
      database,
      await importAnswers(database, lines, await rowOptions(here, database, actor)),
    );
    if ((await countOpenIssues(database)) === 0) here.say("No row waits any more.");
  });
}
