import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { findIssue, type IssueRow, listIssues } from "../../db/legacy-issue.ts";
import { listRuns } from "../../db/legacy-run.ts";
import { SOURCE_TABLES, type SourceTable } from "../../db/legacy-tables.ts";
import { requireWhole } from "../../db/schema.ts";
import { LEGACY_STATUSES } from "../../domain/booking.ts";
import { shellWord } from "../../domain/command.ts";
import { notFound, usageError } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import { ISSUE_CODES } from "../../legacy/facts.ts";
import { parseIssueName, SET_ASIDE } from "../../legacy/issues.ts";
import { exportLine } from "../../legacy/issues-export.ts";
import { usualRemedy } from "../../legacy/reasons.ts";
import { readWhole, wordOption } from "../options.ts";
import { escapeControl, printObjects, printRows } from "../output.ts";
import type { Shell, WithShell } from "../shell.ts";
import { importIssues, type ResolveFlags, resolve, retry, SETTLED, skip } from "./legacy-decisions.ts";

const COLUMNS = ["source_table", "source_id", "code", "message", "status", "reason", "source"] as const;
const SHOWN = ["source_table", "source_id", "code", "message", "status"];

const LISTED = ["open", "skipped", "resolved", "all"];

interface ListFlags {
  status: string;
  code?: string;
  table?: string;
  limit?: string;
}

export function defineIssues(legacy: Command, shell: WithShell): void {
  const issues = legacy
    .command("issues")
    .description("the quarantined rows: list, show, resolve, skip, retry, export, import");
  const asList = (command: Command) =>
    command
      .description("the quarantined rows that wait for a decision")
      .addOption(wordOption("--status <STATUS>", "open, skipped, resolved or all", LISTED, "open"))
      .addOption(wordOption("--code <CODE>", "only this reason", ISSUE_CODES))
      .addOption(wordOption("--table <TABLE>", `only ${SOURCE_TABLES.join(" or ")}`, SOURCE_TABLES))
      .option("--limit <N>", "at most so many")
      .addHelpText(
        "after",
        "\nExample:\n  $ classbook legacy issues --db sample/school.sqlite3 --code no_course",
      )
      .allowExcessArguments()
      .action(async (flags: ListFlags, run: Command) => {
        // The bare noun lists, so commander takes a misspelt verb for an argument of the list.
        if (run.args.length > 0)
          throw usageError(
            "unknown_command",
            `unknown command '${run.args[0]}'`,
            `legacy issues has: ${issues.commands.map((verb) => verb.name()).join(", ")}`,
          );
        await list(shell(run, COLUMNS), flags);
      });
  asList(issues.command("list", { isDefault: true }));

  issues
    .command("show <ROW...>")
    .description("one quarantined row, with the whole source row and how to resolve it")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook legacy issues show booking:9007 --db sample/school.sqlite3",
    )
    .action(async (names: string[], _flags: object, run: Command) => show(shell(run, COLUMNS), names));

  issues
    .command("resolve [ROW...]")
    .description("give rows their missing value, and take them over by it")
    .addOption(wordOption("--code <CODE>", "all open rows of this reason", ISSUE_CODES))
    .option("--student <USER>", "the student: id, username or e-mail address")
    .option("--session <ID>", "the session")
    .option("--teacher <ID>", "the teacher")
    .option("--course <ID>", "the course")
    .option("--timezone <ZONE>", "the slot's time zone")
    .addOption(wordOption("--status <STATUS>", "the legacy status it should have had", LEGACY_STATUSES))
    .option("--start <INSTANT>", "when it starts")
    .option("--end <INSTANT>", "when it ends")
    .option("--timestamp <INSTANT>", "in place of a timestamp that cannot be read")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook legacy issues resolve --code no_course --course 1 --db sample/school.sqlite3",
    )
    .action(async (names: string[], flags: ResolveFlags, run: Command) =>
      resolve(shell(run, SETTLED), names, flags),
    );

  issues
    .command("skip [ROW...]")
    .description("leave rows out on purpose, with a reason that stays in the record")
    .addOption(wordOption("--code <CODE>", "all open rows of this reason", ISSUE_CODES))
    .requiredOption("--reason <TEXT>", "why")
    .addHelpText(
      "after",
      '\nExample:\n  $ classbook legacy issues skip --code duplicate_booking --reason "the better row was kept" --db sample/school.sqlite3',
    )
    .action(async (names: string[], flags: { code?: string; reason: string }, run: Command) =>
      skip(shell(run, SETTLED), names, flags),
    );

  issues
    .command("retry [ROW...]")
    .description("take rows up again, after they were mended in the app; all open ones where none is named")
    .addOption(wordOption("--code <CODE>", "all open rows of this reason", ISSUE_CODES))
    .addHelpText("after", "\nExample:\n  $ classbook legacy issues retry --db sample/school.sqlite3")
    .action(async (names: string[], flags: { code?: string }, run: Command) =>
      retry(shell(run, SETTLED), names, flags),
    );

  issues
    .command("export [FILE]")
    .description(
      "quarantined rows as JSON lines, to be filled in and imported again; to standard output without FILE",
    )
    .addOption(wordOption("--status <STATUS>", "open, skipped, resolved or all", LISTED, "open"))
    .addOption(wordOption("--code <CODE>", "only this reason", ISSUE_CODES))
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook legacy issues export issues.ndjson --db sample/school.sqlite3",
    )
    .action(async (file: string | undefined, flags: ListFlags, run: Command) =>
      exportIssues(shell(run, []), file ?? null, flags),
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
    .action(async (file: string, _flags: object, run: Command) => importIssues(shell(run, SETTLED), file));
}

async function choose(here: Shell, flags: ListFlags): Promise<IssueRow[]> {
  const problems: string[] = [];
  if (!LISTED.includes(flags.status))
    problems.push(`--status "${flags.status}" is none of ${LISTED.join(", ")}`);
  if (flags.code !== undefined && !(ISSUE_CODES as readonly string[]).includes(flags.code))
    problems.push(`--code "${flags.code}" is none of ${ISSUE_CODES.join(", ")}`);
  if (flags.table !== undefined && !(SOURCE_TABLES as readonly string[]).includes(flags.table))
    problems.push(`--table "${flags.table}" is none of ${SOURCE_TABLES.join(", ")}`);
  const limit = flags.limit === undefined ? null : readWhole(flags.limit);
  if (flags.limit !== undefined && limit === null)
    problems.push(`--limit "${flags.limit}" is not a number of rows`);
  if (problems.length > 0) throw usageError("bad_filter", problems.join("; "), undefined, problems);
  const filter = {
    status: flags.status === "all" ? null : flags.status,
    code: flags.code ?? null,
    table: (flags.table ?? null) as SourceTable | null,
    limit,
  };
  return here.read(async (database) => {
    await requireWhole(database);
    const rows = await listIssues(database, filter);
    if (rows.length === 0 && (await listRuns(database)).length === 0)
      here.say(`Nothing was migrated yet: ${here.command("legacy migrate")}`);
    return rows;
  });
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

type PublicIssue = ReturnType<typeof publicIssue>;

async function list(here: Shell, flags: ListFlags): Promise<void> {
  const rows = await choose(here, flags);
  await printRows(here.output, COLUMNS, rows.map(publicIssue), SHOWN, "No row waits for a decision.");
  if (here.output.format === "table" && rows.length > 0) {
    here.say(
      `${plural(rows.length, "row")}. One in full: ${here.command(`legacy issues show ${rows[0]!.source_table}:${rows[0]!.source_id}`)}`,
    );
  }
}

async function show(here: Shell, names: string[]): Promise<void> {
  await here.read(async (database) => {
    const wanted = names.map(parseIssueName);
    await requireWhole(database);
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
    await printObjects(here.output, wanted.length, found.map(publicIssue), (object) =>
      issueScreen(here, object as PublicIssue),
    );
  });
}

function issueScreen(here: Shell, issue: PublicIssue): string {
  const name = `${issue.source_table}:${issue.source_id}`;
  const todo =
    issue.source_table === SET_ASIDE
      ? "it gave way for good: what the booking that was kept lacks is written into that one"
      : here.command(`legacy issues ${usualRemedy(issue.code, name)}`);
  return [
    `${name}  ${issue.code}  ${issue.status}`,
    `  ${escapeControl(issue.message)}`,
    ...(issue.reason === null ? [] : [`  skipped: ${escapeControl(issue.reason)}`]),
    ...Object.entries(issue.source).map(([key, value]) =>
      `    ${key.padEnd(22)} ${value === null ? "–" : escapeControl(String(value))}`.trimEnd(),
    ),
    `  → ${todo}`,
    "",
  ].join("\n");
}

async function exportIssues(here: Shell, file: string | null, flags: ListFlags): Promise<void> {
  const rows = await choose(here, flags);
  if (here.dryRun && file !== null) {
    here.say(`Would write ${plural(rows.length, "row")} to ${file}.`);
    return;
  }
  const text = rows.map((row) => `${exportLine(row)}\n`).join("");
  if (file === null || file === "-") {
    here.io.out(text);
    return;
  }
  writeFileSync(file, text);
  here.say(
    `${plural(rows.length, "row")} in ${file}. Fill in values under "given" (or a reason under "skip"), then: ${here.command(`legacy issues import ${shellWord(file)}`)}`,
  );
}
