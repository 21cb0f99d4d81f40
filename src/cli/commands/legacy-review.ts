/** The commands that look at what a migration did, and the one that takes it back. */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { countOpenIssues } from "../../db/legacy.ts";
import { countOutcomes, summariseIssues } from "../../db/legacy-issue.ts";
import { LEASE, listRuns } from "../../db/legacy-run.ts";
import { countSource } from "../../db/legacy-source.ts";
import { SOURCE_TABLES } from "../../db/legacy-tables.ts";
import type { Database } from "../../db/open.ts";
import { requireWhole } from "../../db/schema.ts";
import { refused, usageError } from "../../domain/error.ts";
import { localTime, plural } from "../../domain/spoken.ts";
import { EXIT } from "../exit.ts";
import { requireMigration, sayOpenIssues, zoneOfSource } from "../migrated.ts";
import { wholeNumber } from "../options.ts";
import { escapeControl, printObject, toJson } from "../output.ts";
import { heading } from "../screens/heading.ts";
import { verifyScreen } from "../screens/verification.ts";
import type { Shell, WithShell } from "../shell.ts";

const VERIFIED = [
  ...["read", "migrated", "waitlisted", "quarantined", "unchanged", "by_status", "by_code", "by_table"],
  ...["open_issues", "ok", "checks", "findings"],
];
const STATUS = ["database", "tables", "absent_tables", "open_issues", "by_code", "lock", "runs"];
/** The report is one page. */
const NO_FIELDS: string[] = [];
const ROLLED_BACK = [
  ...["run", "bookings", "waitlist_entries", "series", "issues", "sessions"],
  ...["touched", "touched_rows", "done"],
];

export function defineReviews(legacy: Command, shell: WithShell): void {
  defineVerify(legacy, shell);
  defineStatus(legacy, shell);
  defineReport(legacy, shell);
  defineRollback(legacy, shell);
}

function defineVerify(legacy: Command, shell: WithShell): void {
  legacy
    .command("verify")
    .description(
      "compare legacy and unified rows without trusting the code that wrote them; exits with 6 on a difference",
    )
    .addHelpText("after", "\nExample:\n  $ classbook legacy verify --db sample/school.sqlite3")
    .action(async (_flags: object, command: Command) => {
      const here = shell(command, VERIFIED);
      await here.read(
        async (database) => {
          const result = await verify(here, database);
          await printObject(here.output, { ...result }, () => verifyScreen(here, database, result));
          if (here.output.format !== "table") await sayOpenIssues(here, database);
          if (!result.ok) here.exit(EXIT.findings);
        },
        { connectionWrites: true },
      );
    });
}

async function verify(here: Shell, database: Database) {
  await requireMigration(database);
  const { verifyLegacy } = await import("../../legacy/verify.ts");
  const progress = here.progress();
  try {
    return await verifyLegacy(database, {
      sourceTimezone: await zoneOfSource(database, null),
      onProgress: ({ done, total }) => progress.update("verifying", done, total),
      shouldStop: here.stopping,
    });
  } finally {
    progress.end();
  }
}

function defineStatus(legacy: Command, shell: WithShell): void {
  legacy
    .command("status")
    .description("how far the migration is: runs, outcomes, what waits")
    .option("--check", "exit with 6 where rows wait for a decision or were never read")
    .addHelpText("after", "\nExample:\n  $ classbook legacy status --db sample/school.sqlite3")
    .action(async (flags: { check?: boolean }, command: Command) => {
      const here = shell(command, STATUS);
      await here.read(async (database) => {
        await requireWhole(database);
        const outcomes = await countOutcomes(database);
        const tables: Record<string, Record<string, number>> = {};
        const absent = SOURCE_TABLES.filter((table) => !database.layout.has(table));
        let unread = 0;
        for (const table of SOURCE_TABLES) {
          const total = (await countSource(database.layout, database.db, table)) ?? 0;
          const own = outcomes.filter((row) => row.source_table === table);
          const known = own.reduce((sum, row) => sum + row.count, 0);
          tables[table] = {
            total,
            ...Object.fromEntries(own.map((row) => [row.outcome, row.count])),
            not_read_yet: Math.max(0, total - known),
          };
          unread += Math.max(0, total - known);
        }
        const runs = (await listRuns(database)).map(
          ({ id, status, phase, started_at, finished_at, actor }) => ({
            id,
            status,
            phase,
            started_at,
            finished_at,
            actor,
          }),
        );
        const lock = await (await import("../../db/lease.ts")).findHolder(database, LEASE);
        const open = await countOpenIssues(database);
        const byCode = Object.fromEntries(
          (await summariseIssues(database)).map((row) => [row.code, row.count]),
        );
        await printObject(
          here.output,
          {
            database: database.address,
            tables,
            absent_tables: absent,
            open_issues: open,
            by_code: byCode,
            lock,
            runs,
          },
          async () =>
            [
              await heading(database),
              "",
              ...Object.entries(tables).map(
                ([table, counts]) =>
                  `  ${table.padEnd(20)} ${absent.some((name) => name === table) ? "no such table: " : ""}${Object.entries(
                    counts,
                  )
                    .map(([name, n]) => `${name.replaceAll("_", " ")} ${n.toLocaleString("en")}`)
                    .join(", ")}`,
              ),
              "",
              ...(runs.length === 0
                ? [`  No run yet: ${here.command("legacy migrate")}`]
                : runs.map(
                    (run) =>
                      `  run ${run.id}  ${run.status}${run.status === "running" ? ` (in ${run.phase.replaceAll("_", "-")}${lock === null ? "; interrupted: classbook legacy migrate goes on with it" : ""})` : ""}  started ${localTime(run.started_at, here.zone)} by ${escapeControl(run.actor)}`,
                  )),
              ...(lock === null
                ? []
                : [
                    `  at work: ${escapeControl(lock.user)} on ${escapeControl(lock.host)}, process ${lock.pid}, since ${localTime(lock.since_at, here.zone)}`,
                  ]),
              ...(open > 0
                ? [
                    `  ${plural(open, "row waits", "rows wait")} for a decision: ${here.command("legacy issues")}`,
                  ]
                : []),
              "",
            ].join("\n"),
        );
        if (runs.length === 0 && here.output.format !== "table")
          here.say(`Nothing was migrated yet: ${here.command("legacy migrate")}`);
        if (flags.check && (open > 0 || unread > 0)) here.exit(EXIT.findings);
      });
    });
}

function defineReport(legacy: Command, shell: WithShell): void {
  legacy
    .command("report")
    .description("the page that the cut-over is approved by, as HTML or Markdown")
    .option("--to <FILE>", "where to: FILE.html or FILE.md (default: Markdown to standard output)")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook legacy report --to report.html --db sample/school.sqlite3",
    )
    .action(async (flags: { to?: string }, command: Command) => {
      const here = shell(command, NO_FIELDS);
      const html = flags.to?.toLowerCase().endsWith(".html") === true;
      if (flags.to !== undefined && !html && !flags.to.toLowerCase().endsWith(".md")) {
        throw usageError(
          "bad_report_name",
          `"${flags.to}" ends neither in .html nor in .md`,
          "the ending says which form is wanted",
        );
      }
      await here.read(
        async (database) => {
          const result = await verify(here, database);
          if (here.dryRun && flags.to !== undefined) {
            here.say(`Would write ${flags.to}.`);
            return;
          }
          const { collectReport } = await import("../../legacy/report.ts");
          const report = await collectReport(database, { now: here.now(), verify: result });
          if (here.output.format === "json") {
            here.io.out(`${toJson(report, 2)}\n`);
            return;
          }
          const text = html
            ? (await import("../report/html.ts")).renderHtml(report)
            : (await import("../report/markdown.ts")).renderMarkdown(report);
          if (flags.to === undefined) here.io.out(text);
          else {
            writeFileSync(flags.to, text);
            here.say(`Wrote ${flags.to}.`);
          }
        },
        { connectionWrites: true },
      );
    });
}

function defineRollback(legacy: Command, shell: WithShell): void {
  legacy
    .command("rollback")
    .description("remove exactly what a run created, and give sessions back their columns")
    .option("--run <ID>", "which run (default: the last)", wholeNumber("--run", "a run's number"))
    .option("--force", "remove also what people changed since")
    .addHelpText("after", "\nExample:\n  $ classbook legacy rollback --dry-run --db sample/school.sqlite3")
    .action(async (flags: { run?: number; force?: boolean }, command: Command) => {
      const here = shell(command, ROLLED_BACK);
      const runId = flags.run ?? null;
      await here.write(async (database) => {
        await requireMigration(database);
        const { planRollback, rollbackRun, shownTouched } = await import("../../legacy/rollback.ts");
        const plan = await planRollback(database, runId);
        const { run, touched, ...counts } = plan;
        const parts = [
          plural(counts.bookings, "booking"),
          plural(counts.waitlist_entries, "waitlist entry", "waitlist entries"),
          `${counts.series.toLocaleString("en")} series`,
        ];
        const what = `${parts.join(", ")} and ${plural(counts.issues, "quarantined row")} of run ${run.id}, and the columns of ${plural(counts.sessions, "session")}`;
        const changed =
          touched.length === 0
            ? ""
            : `\n${touched.length} of them ${touched.length === 1 ? "was" : "were"} changed since: ${shownTouched(touched)}`;
        const object = (done: boolean) => ({
          run: run.id,
          ...counts,
          touched: touched.length,
          touched_rows: touched,
          done,
        });
        if (here.dryRun) {
          await printObject(
            here.output,
            object(false),
            () => `Would take back ${what}.${changed}\nNothing was changed.\n`,
          );
          return;
        }
        if (touched.length > 0 && !flags.force) {
          throw refused(
            "touched",
            `${plural(touched.length, "row was", "rows were")} changed since run ${run.id} wrote them: ${shownTouched(touched)}`,
            "nothing was changed; --force removes them too",
            touched,
          );
        }
        if (!(await here.confirm(`Take back ${what}?${changed}`)))
          throw refused("not_confirmed", "not confirmed", "nothing was changed");
        const progress = here.progress();
        try {
          await rollbackRun(database, {
            runId: run.id,
            force: flags.force === true,
            now: here.now,
            onProgress: (done) => progress.update("taking back", done, null),
          });
        } finally {
          progress.end();
        }
        await printObject(here.output, object(true), () => `Took back ${what}.\n`);
      });
    });
}
