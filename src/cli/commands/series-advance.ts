/** `series advance`: cron's command. */
import type { Command } from "commander";
import { requireSchema } from "../../db/schema-state.ts";
import { plural } from "../../domain/spoken.ts";
import { advanceSeries } from "../../operations/series-advance.ts";
import { actingFor } from "../batch.ts";
import { Flags } from "../flags.ts";
import { escapeControl } from "../output.ts";
import type { Shell, WithShell } from "../shell.ts";
import { printSummary, reportFailures } from "../summary.ts";

/** The numbers, which fit one line of every format. */
const COUNTS = ["completed", "failed"];
const REPORT = [...COUNTS, "finished", "series", "failures"];

export function defineAdvance(series: Command, shell: WithShell): void {
  series
    .command("advance")
    .description("complete the active series whose lessons are all over: for cron")
    .option("--limit <N>", "complete at most so many; the next run goes on")
    .addHelpText(
      "after",
      `
One transaction for each series: safe to run at any time, and twice at once. Exits with 7 where a series failed: the
others are done. Says what it did in one line (with --fields or in CSV the numbers), in JSON with the series; so does
--dry-run.
With --quiet it is silent where there was nothing to do.

Example:
  $ classbook series advance --dry-run --now 2027-06-30T00:00:00Z --db sample/school.sqlite3`,
    )
    .action(async (input: { limit?: string }, command: Command) => advance(shell(command, REPORT), input));
}

async function advance(here: Shell, input: { limit?: string }): Promise<void> {
  const flags = new Flags();
  const limit = flags.whole("--limit", input.limit, 1);
  flags.done();
  const done = await here.write(
    async (database, actor) => {
      await requireSchema(database);
      return advanceSeries(database, actingFor(here, actor), { limit, stopping: here.stopping });
    },
    { rehearses: true },
  );
  const failures = done.failures.map(({ id, ...why }) => ({ series_id: id, ...why }));
  reportFailures(
    here,
    failures.map(
      ({ series_id, code, message }) => `series ${series_id} failed: ${escapeControl(message)} (${code})`,
    ),
  );
  const { completed, series, finished } = done;
  const which = completed === 0 ? "" : `: ${series.join(", ")}`;
  await printSummary(here, {
    report: { completed, failed: failures.length, finished, series, failures },
    counts: COUNTS,
    line: `${plural(completed, "series", "series")} ${here.dryRun ? "would be " : ""}completed${which}`,
    idle: completed + failures.length === 0,
  });
  if (!finished) here.say("Not all series were looked at: the next run goes on.");
  if (here.dryRun) here.say("Nothing was written.");
}
