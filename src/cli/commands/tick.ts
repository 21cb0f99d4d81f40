/** `tick`: all upkeep in one run, for cron. */
import type { Command } from "commander";
import { requireSchema } from "../../db/schema-state.ts";
import { plural } from "../../domain/spoken.ts";
import { type Ticked, tick } from "../../operations/tick.ts";
import { actingFor } from "../batch.ts";
import { Flags } from "../flags.ts";
import { TTL } from "../options.ts";
import { escapeControl, type Row } from "../output.ts";
import type { Shell, WithShell } from "../shell.ts";
import { printSummary, reportFailures } from "../summary.ts";

const COUNTS = [
  ...["expired", "offered", "skipped", "sessions_completed", "unmarked", "requests_declined"],
  ...["series_completed", "failed"],
];
const REPORT = [...COUNTS, "finished", "failures"];

export function defineTick(tick: Command, shell: WithShell): void {
  tick
    .option("--limit <N>", "change at most so many queues, sessions and series; the next run goes on")
    .option(...TTL)
    .addHelpText(
      "after",
      `
In this order: waitlist expire (offers that ran out, open seats to whose turn it is), sessions that are over become
completed (who came is still to be marked), series advance. One transaction for each queue and session, so that a run
may be killed, run late, or run beside another. Exits with 5 where another run is at work on the queues still, with 7
where something failed: the rest is done. With --quiet it is silent where there was nothing to do.

Example:
  $ classbook tick --dry-run --now 2026-11-20T09:00:00Z --db sample/school.sqlite3`,
    )
    .action(async (input: { limit?: string }, command: Command) => {
      const here = shell(command, REPORT);
      const flags = new Flags();
      const limit = flags.whole("--limit", input.limit, 1);
      flags.done("such as --limit 500");
      await run(here, limit);
    });
}

async function run(here: Shell, limit: number | null): Promise<void> {
  const done = await here.write(
    async (database, actor) => {
      await requireSchema(database);
      const progress = here.progress();
      let parts = 0;
      try {
        return await tick(database, actingFor(here, actor), {
          limit,
          stopping: here.stopping,
          onStep: (part) => progress.update(part, parts++, null),
        });
      } finally {
        progress.end();
      }
    },
    { rehearses: true },
  );
  reportFailures(
    here,
    done.failures.map(
      ({ what, id, code, message }) => `${what} ${id} failed: ${escapeControl(message)} (${code})`,
    ),
  );
  await printSummary(here, {
    report: done as unknown as Row,
    counts: COUNTS,
    line: lineOf(done),
    idle: isIdle(done),
  });
  if (!done.finished) here.say("Not all was looked at: the next run goes on.");
  if (here.dryRun) here.say("Nothing was written.");
}

function isIdle({ expired, offered, sessions_completed, series_completed, failed }: Ticked): boolean {
  return expired + offered + sessions_completed + series_completed + failed === 0;
}

/** `3 places in queues ended, 2 seats offered, 1 session completed (4 bookings to mark), 0 series completed`. */
function lineOf(done: Ticked): string {
  if (isIdle(done) && done.skipped === 0) return "Nothing to do.";
  const left = [
    ...(done.unmarked > 0 ? [`${plural(done.unmarked, "booking")} to mark`] : []),
    ...(done.requests_declined > 0
      ? [`${plural(done.requests_declined, "request declined", "requests declined")}`]
      : []),
  ].join(", ");
  return [
    plural(done.expired, "place in a queue ended", "places in queues ended"),
    plural(done.offered, "seat offered", "seats offered"),
    ...(done.skipped > 0 ? [plural(done.skipped, "turn skipped", "turns skipped")] : []),
    `${plural(done.sessions_completed, "session completed", "sessions completed")}${left === "" ? "" : ` (${left})`}`,
    plural(done.series_completed, "series completed", "series completed"),
    ...(done.failed > 0 ? [`${done.failed} failed`] : []),
  ].join(", ");
}
