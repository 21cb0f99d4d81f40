import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { countOpenIssues } from "../../db/legacy.ts";
import { type Answers, findIssue, type IssueRow, listIssues } from "../../db/legacy-issue.ts";
import { SOURCE_TABLES, type SourceTable } from "../../db/legacy-source.ts";
import type { Database } from "../../db/open.ts";
import { findUser } from "../../db/people.ts";
import { notFound, refused, usageError } from "../../domain/error.ts";
import { ISSUE_CODES } from "../../legacy/facts.ts";
import {
  chooseIssues,
  exportLine,
  importAnswers,
  parseExport,
  parseRowName,
  resolveIssues,
  retryIssues,
  type Settled,
  skipIssues,
} from "../../legacy/issues.ts";
import { EXIT } from "../exit.ts";
import { requireMigration, sayOpenIssues, zoneOfSource } from "../migrated.ts";
import { escapeControl, printObject, printRows } from "../output.ts";
import { REMEDIES } from "../screens/migration.ts";
import { readInstant, type Shell, type WithShell } from "../shell.ts";

const COLUMNS = ["source_table", "source_id", "code", "message", "status", "reason", "source"] as const;
const SHOWN = ["source_table", "source_id", "code", "message", "status"];

interface ListFlags {
  status: string;
  code?: string;
  table?: string;
  limit?: string;
}

interface ResolveFlags {
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

export function defineIssues(legacy: Command, shell: WithShell): void {
  const issues = legacy
    .command("issues")
    .description("the quarantined rows: list, show, resolve, skip, retry, export, import");
  const asList = (command: Command) =>
    command
      .description("the quarantined rows that wait for a decision")
      .option("--status <STATUS>", "open, skipped, resolved or all", "open")
      .option("--code <CODE>", "only this reason")
      .option("--table <TABLE>", `only ${SOURCE_TABLES.join(" or ")}`)
      .option("--limit <N>", "at most so many")
      .addHelpText(
        "after",
        "\nExample:\n  $ classbook legacy issues --db sample/school.sqlite3 --code no_course",
      )
      .action(async (flags: ListFlags, run: Command) => list(shell(run), flags));
  asList(issues.command("list", { isDefault: true }));

  issues
    .command("show <ROW...>")
    .description("one quarantined row, with the whole source row and how to resolve it")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook legacy issues show booking:12 --db sample/school.sqlite3",
    )
    .action(async (names: string[], _flags: object, run: Command) => show(shell(run), names));

  issues
    .command("resolve [ROW...]")
    .description("give rows their missing value, and take them over by it")
    .option("--code <CODE>", "all open rows of this reason")
    .option("--student <USER>", "the student: id, username or e-mail address")
    .option("--session <ID>", "the session")
    .option("--teacher <ID>", "the teacher")
    .option("--course <ID>", "the course")
    .option("--timezone <ZONE>", "the slot's time zone")
    .option("--status <STATUS>", "the legacy status it should have had")
    .option("--start <INSTANT>", "when it starts")
    .option("--end <INSTANT>", "when it ends")
    .option("--timestamp <INSTANT>", "in place of a timestamp that cannot be read")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook legacy issues resolve --code no_course --course 1 --db sample/school.sqlite3",
    )
    .action(async (names: string[], flags: ResolveFlags, run: Command) => resolve(shell(run), names, flags));

  issues
    .command("skip [ROW...]")
    .description("leave rows out on purpose, with a reason that stays in the record")
    .option("--code <CODE>", "all open rows of this reason")
    .requiredOption("--reason <TEXT>", "why")
    .addHelpText(
      "after",
      '\nExample:\n  $ classbook legacy issues skip --code duplicate_booking --reason "the better row was kept" --db sample/school.sqlite3',
    )
    .action(async (names: string[], flags: { code?: string; reason: string }, run: Command) =>
      skip(shell(run), names, flags),
    );

  issues
    .command("retry [ROW...]")
    .description("take rows up again, after they were mended in the app; all open ones where none is named")
    .option("--code <CODE>", "all open rows of this reason")
    .addHelpText("after", "\nExample:\n  $ classbook legacy issues retry --db sample/school.sqlite3")
    .action(async (names: string[], flags: { code?: string }, run: Command) =>
      retry(shell(run), names, flags),
    );

  issues
    .command("export [FILE]")
    .description(
      "quarantined rows as JSON lines, to be filled in and imported again; to standard output without FILE",
    )
    .option("--status <STATUS>", "open, skipped, resolved or all", "open")
    .option("--code <CODE>", "only this reason")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook legacy issues export issues.ndjson --db sample/school.sqlite3",
    )
    .action(async (file: string | undefined, flags: ListFlags, run: Command) =>
      exportIssues(shell(run), file ?? null, flags),
    );

  issues
    .command("import <FILE>")
    .description(
      "carry out an export that was filled in: values under given, or a reason under skip; - reads standard input",
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook legacy issues import issues.ndjson --db sample/school.sqlite3",
    )
    .action(async (file: string, _flags: object, run: Command) => importIssues(shell(run), file));
}

async function choose(here: Shell, flags: ListFlags): Promise<IssueRow[]> {
  const statuses = ["open", "skipped", "resolved", "all"];
  const problems: string[] = [];
  if (!statuses.includes(flags.status))
    problems.push(`--status "${flags.status}" is none of ${statuses.join(", ")}`);
  if (flags.code !== undefined && !(ISSUE_CODES as readonly string[]).includes(flags.code))
    problems.push(`--code "${flags.code}" is none of ${ISSUE_CODES.join(", ")}`);
  if (flags.table !== undefined && !(SOURCE_TABLES as readonly string[]).includes(flags.table))
    problems.push(`--table "${flags.table}" is none of ${SOURCE_TABLES.join(", ")}`);
  const limit = flags.limit === undefined ? null : Number(flags.limit);
  if (limit !== null && (!Number.isInteger(limit) || limit < 1))
    problems.push(`--limit "${flags.limit}" is not a number of rows`);
  if (problems.length > 0) throw usageError("bad_filter", problems.join("; "), undefined, problems);
  const filter = {
    status: flags.status === "all" ? null : flags.status,
    code: flags.code ?? null,
    table: (flags.table ?? null) as SourceTable | null,
    limit,
  };
  return here.read((database) => listIssues(database, filter));
}

function publicIssue(issue: IssueRow) {
  const { source_table, source_id, code, message, status, reason } = issue;
  return {
    source_table,
    source_id,
    code,
    message,
    status,
    reason,
    source: JSON.parse(issue.source) as Record<string, unknown>,
  };
}

async function list(here: Shell, flags: ListFlags): Promise<void> {
  const rows = await choose(here, flags);
  await printRows(here.output, COLUMNS, rows.map(publicIssue), SHOWN, "No row waits for a decision.");
  if (here.output.format === "table" && rows.length > 0) {
    here.say(
      `${rows.length.toLocaleString("en")} rows. One in full: classbook legacy issues show ${rows[0]!.source_table}:${rows[0]!.source_id}`,
    );
  }
}

async function show(here: Shell, names: string[]): Promise<void> {
  await here.read(async (database) => {
    const wanted = names.map(parseRowName);
    const found: IssueRow[] = [];
    for (const { table, id } of wanted) {
      const issue = await findIssue(database, table, id);
      if (issue === null)
        throw notFound(
          "no_such_issue",
          `no issue for ${table}:${id}`,
          "`classbook legacy issues --status all` lists them",
        );
      found.push(issue);
    }
    for (const issue of found) {
      const object = publicIssue(issue);
      await printObject(here.output, object, () =>
        [
          `${issue.source_table}:${issue.source_id}  ${issue.code}  ${issue.status}`,
          `  ${escapeControl(issue.message)}`,
          ...(issue.reason === null ? [] : [`  skipped: ${escapeControl(issue.reason)}`]),
          ...Object.entries(object.source).map(
            ([key, value]) => `    ${key.padEnd(22)} ${value === null ? "–" : escapeControl(String(value))}`,
          ),
          `  → classbook legacy issues ${(REMEDIES[issue.code] ?? "").replace(`--code ${issue.code}`, `${issue.source_table}:${issue.source_id}`).replace("TABLE:ID", `${issue.source_table}:${issue.source_id}`)}`,
          "",
        ].join("\n"),
      );
    }
  });
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
    text === undefined ? null : readInstant(`--${name}`, text, here.zone);
  const student = flags.student === undefined ? null : await findUser(database, flags.student);
  if (flags.student !== undefined && student === null)
    problems.push(`--student "${flags.student}" is no user's id, username or e-mail address`);
  const answers: Answers = {
    given_student_user_id: student,
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

function requireChoice(names: string[], flags: { code?: string }): void {
  if (names.length === 0 && flags.code === undefined)
    throw usageError(
      "no_rows",
      "no rows were named",
      "name them as TABLE:ID, or all of a reason with --code",
    );
}

async function rowOptions(here: Shell, database: Database) {
  return { sourceTimezone: await zoneOfSource(database, null), now: here.now, actor: here.actor };
}

async function resolve(here: Shell, names: string[], flags: ResolveFlags): Promise<void> {
  requireChoice(names, flags);
  await here.write(async (database) => {
    await requireMigration(database);
    const answers = await answersOf(here, database, flags);
    const issues = await chooseIssues(database, names.map(parseRowName), flags.code ?? null);
    if (here.dryRun) return printSettled(here, issues.map(asSettled), "would be taken up again");
    await finish(
      here,
      database,
      await resolveIssues(database, issues, answers, await rowOptions(here, database)),
    );
  });
}

async function skip(here: Shell, names: string[], flags: { code?: string; reason: string }): Promise<void> {
  requireChoice(names, flags);
  await here.write(async (database) => {
    await requireMigration(database);
    const issues = await chooseIssues(database, names.map(parseRowName), flags.code ?? null);
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

async function retry(here: Shell, names: string[], flags: { code?: string }): Promise<void> {
  await here.write(async (database) => {
    await requireMigration(database);
    const issues = (await chooseIssues(database, names.map(parseRowName), flags.code ?? null)).filter(
      (issue) => issue.status !== "resolved",
    );
    if (here.dryRun) return printSettled(here, issues.map(asSettled), "would be taken up again");
    await finish(here, database, await retryIssues(database, issues, await rowOptions(here, database)));
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
    ["source_table", "source_id", "status", "code", "message"],
    settled.map((row) => ({ ...row })),
    undefined,
    "No row is concerned.",
  );
  if (here.output.format === "table") here.say(`${settled.length.toLocaleString("en")} rows ${what}.`);
}

async function exportIssues(here: Shell, file: string | null, flags: ListFlags): Promise<void> {
  const rows = await choose(here, flags);
  const text = rows.map((row) => `${exportLine(row)}\n`).join("");
  if (file === null || file === "-") {
    here.io.out(text);
    return;
  }
  writeFileSync(file, text);
  here.say(
    `${rows.length.toLocaleString("en")} rows in ${file}. Fill in values under "given" (or a reason under "skip"), then: classbook legacy issues import ${file}`,
  );
}

async function importIssues(here: Shell, file: string): Promise<void> {
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
  await here.write(async (database) => {
    await requireMigration(database);
    await finish(here, database, await importAnswers(database, lines, await rowOptions(here, database)));
    if ((await countOpenIssues(database)) === 0) here.say("No row waits any more.");
  });
}
