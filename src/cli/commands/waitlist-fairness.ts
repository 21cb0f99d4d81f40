/** `waitlist fairness`: how long people waited, who was passed over, who went first. */
import type { Command } from "commander";
import { reportFairness } from "../../operations/waitlist-fairness.ts";
import { consult } from "../batch.ts";
import { Flags } from "../flags.ts";
import { printObject } from "../output.ts";
import { fairnessScreen } from "../screens/waitlist-fairness.ts";
import type { WithShell } from "../shell.ts";

interface FairnessFlags {
  session?: string;
  from?: string;
  to?: string;
}

const FIELDS = ["all", "sessions", "passed_over", "out_of_turn"];

export function defineFairness(waitlist: Command, shell: WithShell): void {
  waitlist
    .command("fairness")
    .description("how long people waited and answered, who was passed over and why, who went first")
    .option("--session <ID>", "of this session only")
    .option("--from <INSTANT>", "entries that joined, and events, then or later")
    .option("--to <INSTANT>", "before")
    .addHelpText(
      "after",
      "\nFor staff, and teachers on their own sessions. Times are in seconds: waited from joining to the offer (to the booking\nwhere there was none), answered from the offer to its acceptance or end; of an entry that joined again the last round\ncounts.\n\nExample:\n  $ classbook waitlist fairness --session 20 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (input: FairnessFlags, command: Command) => {
      const here = shell(command, FIELDS);
      const flags = new Flags();
      const zone = () => here.zone;
      const filter = {
        session: flags.id("--session", input.session),
        from: flags.instant("--from", input.from, zone),
        until: flags.instant("--to", input.to, zone),
      };
      flags.done();
      const fairness = await consult(here, (context) => reportFairness(context, filter));
      await printObject(here.output, { ...fairness }, () => fairnessScreen(here.output, fairness));
    });
}
