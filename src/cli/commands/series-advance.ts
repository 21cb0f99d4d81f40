/** `series advance`: cron's command. */
import type { Command } from "commander";
import { requireSchema } from "../../db/schema-state.ts";
import { plural } from "../../domain/spoken.ts";
import { type Advanced, advanceSeries } from "../../operations/series-advance.ts";
import { actingFor } from "../batch.ts";
import { Flags } from "../flags.ts";
import { escapeControl } from "../output.ts";
import type { Shell, WithShell } from "../shell.ts";
import { printSummary, reportFailures } from "../summary.ts";

const COUNTS = ["completed"];
const COLUMNS = [...COUNTS, "series", "failed"];

export function defineAdvance(series: Command, shell: WithShell): void {
  series
    .command("advance")
    .description("complete the active series whose lessons are all over: for cron")
    .option("--limit <N>", "complete at most so many")
    .addHelpText(
      "after",
      "\nSafe to run at any time and twice at once. Exits with 0 where there is nothing to do, with 7 where some series could\nnot be completed: they are named. With --quiet it says nothing that is not wrong.\n\nExample:\n  $ classbook series advance --dry-run --now 2027-06-30T00:00:00Z --db sample/school.sqlite3",
    )
    .action(async (input: { limit?: string }, command: Command) => advance(shell(command, COLUMNS), input));
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
  reportFailures(
    here,
    done.failed.map(({ message }) => escapeControl(message)),
  );
  await printSummary(here, {
    report: { ...done },
    counts: COUNTS,
    line: lineOf(done, here.dryRun),
    idle: done.completed + done.failed.length === 0,
  });
}

function lineOf({ completed, series }: Advanced, dryRun: boolean): string {
  return `${plural(completed, "series", "series")} ${dryRun ? "would be " : ""}completed${completed === 0 ? "" : `: ${series.join(", ")}`}`;
}
