import type { Command } from "commander";
import { CHECKS } from "../../db/checks.ts";
import { refused } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import { chooseChecks, planRepairs, repairInvariants, verifyInvariants } from "../../operations/verify.ts";
import { EXIT } from "../exit.ts";
import { wordArgument } from "../options.ts";
import { printRows } from "../output.ts";
import { safetyCopy } from "../safety-copy.ts";
import type { WithShell } from "../shell.ts";

const COLUMNS = ["check", "severity", "count", "examples"];

interface VerifyFlags {
  fix?: boolean;
  backup: boolean;
}

const MOST_SHOWN = 20;

export function defineVerify(verify: Command, shell: WithShell): void {
  verify
    .addArgument(
      wordArgument(
        "[CHECK...]",
        `which invariants (default: all): ${Object.keys(CHECKS).join(", ")}`,
        CHECKS,
      ),
    )
    .option("--fix", "repair what is safe, after showing it")
    .option("--no-backup", "no safety copy of an SQLite file before a repair")
    .addHelpText(
      "after",
      "\nExits with 6 where an invariant does not hold.\n\nExample:\n  $ classbook verify --db sample/school.sqlite3\n  $ classbook verify seats_taken --fix --yes --db sample/school.sqlite3",
    )
    .action(async (names: string[], flags: VerifyFlags, command: Command) => {
      const here = shell(command, COLUMNS);
      const checks = chooseChecks(names);
      if (flags.fix) {
        await here.write(async (database, actor) => {
          const repairs = await planRepairs(database, checks);
          for (const repair of repairs.slice(0, MOST_SHOWN)) here.say(`  ${repair.check}: ${repair.what}`);
          if (repairs.length > MOST_SHOWN)
            here.say(`  … and ${(repairs.length - MOST_SHOWN).toLocaleString("en")} more`);
          if (repairs.length === 0 || here.dryRun) return;
          if (
            !(await here.confirm(
              repairs.length === 1 ? "Make this repair?" : `Make these ${plural(repairs.length, "repair")}?`,
            ))
          )
            throw refused("not_confirmed", "not confirmed", "nothing was changed");
          if (flags.backup) await safetyCopy(here, database);
          await repairInvariants(database, checks, { now: here.now(), actor });
        });
      }
      await here.read(async (database) => {
        const found = await verifyInvariants(database, checks);
        const rows = found.map((violation) => ({ ...violation }));
        await printRows(
          here.output,
          COLUMNS,
          rows,
          undefined,
          `${plural(checks.length, "invariant holds", "invariants hold")}.`,
        );
        if (found.length > 0) here.exit(EXIT.findings);
      });
    });
}
