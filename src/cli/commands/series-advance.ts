/** `series advance`: cron's command. */
import type { Command } from "commander";
import { requireSchema } from "../../db/schema-state.ts";
import { plural } from "../../domain/spoken.ts";
import { type Advanced, advanceSeries } from "../../operations/series-advance.ts";
import { actingFor } from "../batch.ts";
import { EXIT } from "../exit.ts";
import { Flags } from "../flags.ts";
import { escapeControl, printObject } from "../output.ts";
import type { Shell, WithShell } from "../shell.ts";

const COLUMNS = ["completed", "series", "failed"];

export function defineAdvance(series: Command, shell: WithShell): void {
  series
    .command("advance")
    .description("complete the active series whose lessons are all over: for cron")
    .option("--limit <N>", "complete at most so many")
    .addHelpText(
      "after",
      "\nSafe to run at any time and twice at once. Exits with 0 where there is nothing to do, with 7 where some series could\nnot be completed, with 3 where none could: they are named. With --quiet it says nothing that is not wrong.\n\nExample:\n  $ classbook series advance --dry-run --now 2027-06-30T00:00:00Z --db sample/school.sqlite3",
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
  const machine = here.output.format === "json" || here.output.format === "ndjson";
  if (!here.quiet || machine) await print(here, done);
  // Said also where nothing else is: cron's mail is how people learn of it.
  if (done.failed.length > 0 && !machine)
    here.io.err(done.failed.map(({ message }) => `${escapeControl(message)}\n`).join(""));
  if (done.failed.length > 0) here.exit(done.completed > 0 ? EXIT.partial : EXIT.refused);
}

/** One line, on a terminal and in a log; objects for machines. */
async function print(here: Shell, done: Advanced): Promise<void> {
  const { format, fields } = here.output;
  const line = `${plural(done.completed, "series", "series")} ${here.dryRun ? "would be " : ""}completed${done.completed === 0 ? "" : `: ${done.series.join(", ")}`}\n`;
  if (format === "tsv" && fields === null) here.io.out(line);
  else await printObject(here.output, { ...done }, () => line);
}
