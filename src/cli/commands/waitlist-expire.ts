/** `waitlist expire`: cron's command, or a service of its own (SPEC 4). */
import type { Command } from "commander";
import { requireSchema } from "../../db/schema-state.ts";
import { nameUsers } from "../../db/waitlist-list.ts";
import { ClassbookError } from "../../domain/error.ts";
import { toRfc3339 } from "../../domain/instant.ts";
import { type ExpiryOptions, expireQueues, type Settled } from "../../operations/waitlist-expire.ts";
import { actingFor } from "../batch.ts";
import { reportFailure } from "../failure.ts";
import { Flags } from "../flags.ts";
import { TTL } from "../options.ts";
import { escapeControl, type Row } from "../output.ts";
import { type ExpiryReport, expiryLine, expiryTable } from "../screens/waitlist.ts";
import type { Shell, WithShell } from "../shell.ts";
import { printSummary, reportFailures } from "../summary.ts";

interface ExpireFlags {
  session?: string;
  limit?: string;
  watch?: string;
}

/** The numbers, which fit one line of every format. */
const COUNTS = ["expired", "offered", "sessions", "skipped", "failed"];
const REPORT = [...COUNTS, "finished", "entries", "failures"];

/** Fewer sessions are done before anybody reads a word. */
const WORTH_A_BAR = 100;
const LOOKS_AFTER_MS = 100;

export function defineExpire(waitlist: Command, shell: WithShell): void {
  waitlist
    .command("expire")
    .description("end offers that ran out and queues of sessions that began, offer every open seat: for cron")
    .option("--session <ID>", "of this session only")
    .option("--limit <N>", "change at most so many sessions; the next run goes on")
    .option("--watch <SECONDS>", "a service: run, wait so long, run again, until Ctrl-C or SIGTERM")
    .option(...TTL)
    .addHelpText(
      "after",
      `
One transaction for each session. A second run waits up to 10 s for the first to end, then exits with 5; a run that was
killed leaves nothing half done. Exits with 7 where a session failed: the others are done.

Says what it did in one line, with --fields or in CSV the numbers; in JSON with who
expired, was offered a seat, or was skipped and why, and so does --dry-run. --quiet is silent where there is nothing to do.

Example:
  $ classbook waitlist expire --dry-run --now 2026-11-20T09:00:00Z --db sample/school.sqlite3`,
    )
    .action(async (input: ExpireFlags, command: Command) => {
      const here = shell(command, REPORT);
      const flags = new Flags();
      const session = flags.id("--session", input.session);
      const limit = flags.whole("--limit", input.limit, 1);
      const seconds = flags.whole("--watch", input.watch, 1);
      if (seconds !== null && here.dryRun)
        flags.problem("--watch and --dry-run exclude each other: a rehearsal changes nothing to watch");
      flags.done("such as --limit 500, or --watch 60");
      const asked = { session, limit, stopping: here.stopping };
      if (seconds === null) await print(here, await expire(here, asked));
      else await watch(here, asked, seconds);
    });
}

type Asked = Omit<ExpiryOptions, "onSession">;

async function expire(here: Shell, asked: Asked): Promise<ExpiryReport> {
  const { format, fields } = here.output;
  // A log line needs the numbers only; who it was is kept where somebody looks.
  const tellsAll =
    here.dryRun || format === "json" || format === "ndjson" || fields?.includes("entries") === true;
  return here.write(
    async (database, actor) => {
      await requireSchema(database);
      const entries: Row[] = [];
      const progress = here.progress();
      let done = 0;
      try {
        const expiry = await expireQueues(database, actingFor(here, actor), {
          ...asked,
          onSession: (settled) => {
            done += 1;
            if (done >= WORTH_A_BAR) progress.update("sessions", done, null);
            if (tellsAll) entries.push(...entriesOf(settled));
          },
        });
        const names = await nameUsers(
          database,
          entries.map(({ student_user_id }) => student_user_id as number),
        );
        const named = entries.map((row) => ({
          ...row,
          student: names.get(row.student_user_id as number) ?? null,
        }));
        return { ...expiry, entries: named };
      } finally {
        progress.end();
      }
    },
    { rehearses: true },
  );
}

function entriesOf({ expired, offered, skipped }: Settled): Row[] {
  const line = (outcome: string, entry: Settled["offered"][number], reason: string | null): Row => ({
    session_id: entry.session_id,
    waitlist_id: entry.id,
    student_user_id: entry.student_user_id,
    student: null,
    outcome,
    reason,
    offer_expires_at: outcome === "offered" ? entry.offer_expires_at : null,
  });
  return [
    ...expired.map(({ entry, reason }) => line("expired", entry, reason)),
    ...offered.map((entry) => line("offered", entry, null)),
    ...skipped.map(({ entry, reason }) => line("skipped", entry, reason)),
  ];
}

/** Who is skipped stays where they are: that is nothing done. */
function isIdle({ expired, offered, failed }: ExpiryReport): boolean {
  return expired + offered + failed === 0;
}

/** @param at written before a person's line */
async function print(here: Shell, report: ExpiryReport, at = ""): Promise<void> {
  reportFailures(
    here,
    report.failures.map(
      ({ session_id, code, message }) => `session ${session_id} failed: ${escapeControl(message)} (${code})`,
    ),
  );
  await printSummary(here, {
    report: { ...report },
    counts: COUNTS,
    line: `${at}${expiryLine(report)}`,
    screen: here.dryRun ? expiryTable(here.output, report) : "",
    idle: isIdle(report),
  });
  if (!report.finished) here.say("Not all sessions were looked at: the next run goes on.");
  if (here.dryRun) here.say("Nothing was written.");
}

/** Runs until somebody asks to stop. What ends one run, a lock or a database that is away, does not end the next. */
async function watch(here: Shell, asked: Asked, seconds: number): Promise<void> {
  const { output } = here;
  // A line for each run.
  const lines: Shell = output.format === "json" ? { ...here, output: { ...output, format: "ndjson" } } : here;
  while (!here.stopping()) {
    try {
      const report = await expire(here, asked);
      if (!isIdle(report)) await print(lines, report, `${toRfc3339(here.now())}  `);
    } catch (error) {
      const hopeless =
        error instanceof ClassbookError && ["usage", "refused", "not_found"].includes(error.kind);
      if (hopeless || here.stopping()) throw error;
      const wantsJson = output.format === "json";
      const { io, givenAddress: address } = here;
      reportFailure(io, { error, wantsJson, verbose: false, command: null, address });
    }
    await sleep(seconds * 1_000, here.stopping);
  }
}

async function sleep(milliseconds: number, stopping: () => boolean): Promise<void> {
  const until = performance.now() + milliseconds;
  for (let left = milliseconds; left > 0 && !stopping(); left = until - performance.now())
    await new Promise((wake) => setTimeout(wake, Math.min(left, LOOKS_AFTER_MS)));
}
