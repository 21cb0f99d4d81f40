/** The cut-over report as Markdown (GitHub's flavour), with the same parts in the same order as the page. */
import type { Report } from "../../legacy/report.ts";
import { decisionsPart, noticePart } from "./markdown-parts.ts";
import { bullet, code, codeBlock, table, text } from "./markdown-text.ts";
import { periodsOf } from "./periods.ts";
import {
  clip,
  databaseWords,
  moment,
  number,
  runState,
  spoken,
  sumHolds,
  sumMeaning,
  sumSentence,
  TABLES,
  unifiedSentence,
  verificationSentence,
} from "./words.ts";

/** The whole report, ready to be written into a file. */
export function renderMarkdown(report: Report): string {
  const parts = [
    ...opening(report),
    ...proofPart(report),
    ...decisionsPart(report),
    ...noticePart(report),
    ...stepsPart(report),
    ...runsPart(report),
  ];
  return `${parts.join("\n\n")}\n`;
}

function opening(report: Report): string[] {
  const { verdict } = report;
  const mark = sumHolds(report) && report.total.adds_up ? "✓" : "✗";
  return [
    `# ${text(verdict.sentence)}`,
    `Cut-over report · ${databaseWords(report).map(text).join(" · ")} · ${moment(report.made_at)} UTC`,
    `**${sumSentence(report)}** ${mark}`,
    text(sumMeaning(report)),
    ...(verdict.obstacles.length > 1
      ? ["What stands in the way:", verdict.obstacles.map((sentence) => bullet(text(sentence))).join("\n")]
      : []),
  ];
}

function cell(n: number): string {
  return n === 0 ? "–" : number(n);
}

function proofPart(report: Report): string[] {
  const { total } = report;
  const line = (name: string, tally: typeof total) => [
    name,
    ...[
      tally.rows,
      tally.migrated,
      tally.waitlisted,
      tally.open,
      tally.skipped,
      tally.not_read + tally.lost,
    ].map(cell),
    tally.adds_up ? "✓ yes" : "✗ no",
  ];
  return [
    "## The proof",
    table(
      [
        "Legacy table",
        ">rows",
        ">bookings",
        ">waitlist entries",
        ">waiting",
        ">left out",
        ">missing",
        "adds up",
      ],
      [
        ...report.tables.map((tally) => line(TABLES[tally.table], tally)),
        line("**Together**", total).map((words, at) => (at === 0 ? words : `**${words}**`)),
      ],
    ),
    text(unifiedSentence(report)),
    "### The verification",
    ...(report.verification.checks.length === 0
      ? []
      : [
          "Every legacy row was read again, what it must have become was worked out anew, and that was compared with what is there.",
        ]),
    text(verificationSentence(report)),
    ...checks(report),
    ...statuses(report),
    ...months(report),
  ];
}

function checks(report: Report): string[] {
  const { checks: made, findings } = report.verification;
  const lines = findings.flatMap((finding) => [
    bullet(
      `${finding.severity === "error" ? "✗ **Failed:**" : "! **Warning:**"} ${text(finding.what)} (${number(finding.count)} found; ${code(finding.check)})`,
    ),
    ...finding.examples.map((example) => `  ${bullet(text(clip(example)))}`),
  ]);
  const held = made.filter((check) => !findings.some((finding) => finding.check === check.check));
  lines.push(...held.map((check) => bullet(`✓ ${text(check.what)}`)));
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function statuses({ by_status }: Report): string[] {
  if (by_status.length === 0) return [];
  return [
    "### By status",
    table(
      ["Status", ">group", ">one-on-one", ">together"],
      by_status.map(({ status, group, one_on_one }) => [
        text(spoken(status)),
        cell(group),
        cell(one_on_one),
        number(group + one_on_one),
      ]),
    ),
  ];
}

const BAR = 30;

/** The chart of the page as a table with bars of text: `█` group, `▒` one-on-one. */
function months(report: Report): string[] {
  const periods = periodsOf(report);
  if (periods.length === 0) return [];
  const most = Math.max(...periods.map(({ group, one_on_one }) => group + one_on_one));
  const width = (n: number) => Math.round((n / most) * BAR);
  return [
    "### By month",
    "Bookings by the month in which they start (UTC); █ group, ▒ one-on-one. Rows in quarantine are in no month.",
    table(
      ["Start", ">group", ">one-on-one", ">together", ""],
      periods.map(({ name, group, one_on_one }) => [
        name,
        cell(group),
        cell(one_on_one),
        cell(group + one_on_one),
        "█".repeat(width(group)) + "▒".repeat(Math.max(0, width(group + one_on_one) - width(group))),
      ]),
    ),
  ];
}

function stepsPart({ next_steps, database }: Report): string[] {
  const steps = next_steps.map(({ what, command }, at) => {
    const line = `${at + 1}. ${text(what)}.`;
    return command === null ? line : `${line}\n\n${codeBlock(command, "   ")}`;
  });
  const masked = database.address.includes(":***@");
  return [
    "## What to do next",
    ...steps,
    ...(masked ? ["The password is not shown: put it where the address says `***`."] : []),
  ];
}

const MOST_RUNS = 12;

function runsPart({ runs, made_at }: Report): string[] {
  const shown = runs.slice(-MOST_RUNS);
  return [
    "## The runs",
    runs.length === 0
      ? "No run has been made."
      : table(
          [
            ">Run",
            "state",
            "started",
            "finished",
            "by",
            ">bookings",
            ">waitlist",
            ">quarantined",
            ">unchanged",
          ],
          shown.map((run) => [
            String(run.id),
            text(runState(run.status)),
            moment(run.started_at),
            moment(run.finished_at),
            text(clip(run.actor)),
            ...[run.migrated, run.waitlisted, run.quarantined, run.unchanged].map(cell),
          ]),
        ),
    ...(runs.length > shown.length
      ? [
          `${number(runs.length - shown.length)} earlier runs are not shown; \`classbook legacy status\` lists all.`,
        ]
      : []),
    `Made by \`classbook legacy report\` on ${moment(made_at)} UTC. Times are UTC.`,
  ];
}
