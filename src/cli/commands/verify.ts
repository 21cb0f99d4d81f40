/** `verify`: the invariants of the unified model, what each means, and their repair (SPEC 6). */
import type { Command } from "commander";
import { CHECK_CODES, CHECK_SENTENCES, type CheckCode, type Violation } from "../../db/checks.ts";
import type { Database } from "../../db/open.ts";
import { completeCommands } from "../../domain/command.ts";
import { refused } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import {
  checksOf,
  chooseChecks,
  type KnownFinding,
  verifyAgainst,
  verifyInvariants,
} from "../../operations/verify.ts";
import { BaselineWriter, readBaseline } from "../baseline.ts";
import { EXIT } from "../exit.ts";
import { wordArgument } from "../options.ts";
import { printRows, type Row } from "../output.ts";
import { safetyCopy } from "../safety-copy.ts";
import { checksScreen, violationsScreen } from "../screens/verify.ts";
import type { Shell, WithShell } from "../shell.ts";
import { wrapText } from "../wrap.ts";

const COLUMNS = ["check", "severity", "count", "examples", "sentence"];
const LIST_COLUMNS = ["check", "severity", "sentence", "why", "fix"];

interface VerifyFlags {
  fix?: boolean;
  backup: boolean;
  baseline?: string;
  writeBaseline?: string;
}

/** More lines than a person reads. */
const MOST_SHOWN = 20;

const LIST = "list";

export function defineVerify(verify: Command, shell: WithShell): void {
  verify
    .addArgument(
      wordArgument("[CHECK...]", `which invariants (default: all), or ${LIST}: what each of them means`, {
        [LIST]: "what each check means, why it matters, and what --fix does",
        ...CHECK_SENTENCES,
      }),
    )
    .option("--fix", "repair what is safe, after showing it")
    .option("--baseline <FILE>", "findings that are known: only others are reported")
    .option("--write-baseline <FILE>", "accept all that is found now: write it to a file for --baseline")
    .option("--no-backup", "no safety copy of an SQLite file before a repair")
    .addHelpText(
      "after",
      `
Exits with 6 where an invariant does not hold; --write-baseline accepts what is found, and exits with 0.

The invariants:
${wrapText(CHECK_CODES.join(", "), 100)
  .split("\n")
  .map((line) => `  ${line.trim()}`)
  .join("\n")}

Example:
  $ classbook verify --db sample/school.sqlite3
  $ classbook verify list
  $ classbook verify seats_taken --fix --yes --db sample/school.sqlite3
  $ classbook verify --write-baseline known.json --db sample/school.sqlite3
  $ classbook verify --baseline known.json --db sample/school.sqlite3`,
    )
    .action(async (names: string[], flags: VerifyFlags, command: Command) => {
      if (names[0] === LIST) return list(shell(command, LIST_COLUMNS), names.slice(1));
      const here = shell(command, COLUMNS);
      const checks = chooseChecks(names);
      const known = flags.baseline === undefined ? null : readBaseline(flags.baseline);
      let safe: number | null = null;
      if (flags.fix)
        safe = await here.write((database, actor) => fix(here, database, { checks, flags, actor }), {
          rehearses: true,
        });
      const isFound = await here.read((database) => report(here, database, checks, { known, flags, names }));
      if (isFound && safe === 0)
        here.say("None of it can be repaired safely: `classbook verify list CHECK` says what a person does.");
      else if (isFound && here.output.format === "table")
        here.say("`classbook verify list CHECK` says what a check means, and what --fix does.");
    });
}

/** Needs no database. */
async function list(here: Shell, names: readonly string[]): Promise<void> {
  const { output, io, givenAddress } = here;
  const checks = checksOf(chooseChecks(names)).map(({ code, severity, sentence, why, fix }) => ({
    ...{ code, severity, sentence, why },
    fix: completeCommands(fix, givenAddress),
  }));
  if (output.format === "table" && output.fields === null) {
    const screen = checksScreen(checks);
    io.out(io.outIsTerminal ? wrapText(screen, io.width) : screen);
    return;
  }
  await printRows(
    output,
    LIST_COLUMNS,
    checks.map(({ code, ...words }): Row => ({ check: code, ...words })),
  );
}

type Actor = Parameters<Parameters<Shell["write"]>[0]>[1];

/** @returns how many repairs there were to be made */
async function fix(
  here: Shell,
  database: Database,
  { checks, flags, actor }: { checks: readonly CheckCode[]; flags: VerifyFlags; actor: Actor },
): Promise<number> {
  const { previewRepairs, repairInvariants } = await import("../../operations/verify-repair.ts");
  const acting = { now: here.now(), actor, offerHours: here.offerHours };
  const { stopping } = here;
  const planned = here.progress();
  let shown = 0;
  const count = await previewRepairs(database, checks, acting, {
    stopping,
    onRepair: (check, what) => {
      shown += 1;
      if (shown <= MOST_SHOWN || !here.io.errIsTerminal) here.say(`  ${check}: ${what}`);
      else planned.update(`looking at ${check}`, shown, null);
    },
  }).finally(() => planned.end());
  if (here.io.errIsTerminal && shown > MOST_SHOWN)
    here.say(`  … and ${(shown - MOST_SHOWN).toLocaleString("en")} more (\`2> FILE\` keeps them all)`);
  if (count === 0 || here.dryRun) return count;
  const question = count === 1 ? "Make this repair?" : `Make these ${plural(count, "repair")}?`;
  if (!(await here.confirm(question))) throw refused("not_confirmed", "not confirmed", "nothing was changed");
  if (flags.backup) await safetyCopy(here, database);
  const progress = here.progress();
  let done = 0;
  await repairInvariants(database, checks, acting, {
    stopping,
    onRepair: (check, _what, left) => {
      if (left === undefined) done += 1;
      progress.update(`repairing ${check}`, done, count);
    },
    onFailure: (repaired) => {
      progress.end();
      here.say(`Repaired and kept: ${repaired.join(", ")}.`);
    },
  }).finally(() => progress.end());
  return count;
}

/** @returns whether something does not hold */
async function report(
  here: Shell,
  database: Database,
  checks: readonly CheckCode[],
  { known, flags, names }: { known: KnownFinding[] | null; flags: VerifyFlags; names: readonly string[] },
): Promise<boolean> {
  const progress = here.progress();
  const options = {
    now: here.now(),
    offerHours: here.offerHours,
    stopping: here.stopping,
    onCheck: (check: CheckCode, done: number) => progress.update(check, done, checks.length),
  };
  const { writeBaseline } = flags;
  const writer = writeBaseline === undefined || here.dryRun ? null : new BaselineWriter(writeBaseline);
  let found: Violation[];
  try {
    if (known === null && writer === null) found = await verifyInvariants(database, checks, options);
    else {
      const compared = await verifyAgainst(database, checks, options, known ?? [], (one) => writer?.add(one));
      found = compared.violations;
      progress.end();
      const others = known?.some(({ check }) => !checks.some((code) => code === check)) ?? false;
      sayKnown(here, compared, { names, others, baseline: flags.baseline });
    }
    writer?.finish();
  } catch (error) {
    writer?.drop();
    throw error;
  } finally {
    progress.end();
  }
  const { output, io } = here;
  if (output.format === "table" && output.fields === null && found.length > 0)
    io.out(violationsScreen(io, found));
  else
    await printRows(
      output,
      COLUMNS,
      found.map((violation) => ({ ...violation })),
      COLUMNS,
      `${plural(checks.length, "invariant holds", "invariants hold")}${known === null ? "" : ", but for what is known"}.`,
    );
  if (writer !== null)
    here.say(
      `${plural(writer.count, "finding")} written to ${writeBaseline}: --baseline ${writeBaseline} accepts them.`,
    );
  else if (found.length > 0) here.exit(EXIT.findings);
  return found.length > 0;
}

/** So many are named. */
const MOST_GONE = 5;

/** @param others the file knows findings of checks that were not looked at */
function sayKnown(
  here: Shell,
  { known, gone }: { known: number; gone: readonly KnownFinding[] },
  { names, others, baseline }: { names: readonly string[]; others: boolean; baseline: string | undefined },
): void {
  if (baseline === undefined) return;
  if (known > 0) here.say(`${plural(known, "finding is", "findings are")} known, and not named.`);
  if (gone.length === 0) return;
  const named = gone.slice(0, MOST_GONE).map(({ check, key }) => `${check} ${key}`);
  const more = gone.length > MOST_GONE ? ", …" : "";
  // What was not looked at is neither to be accepted unseen nor to be forgotten.
  const renew = others
    ? `the file knows other checks, too; look at all of it before it is renewed: ${here.command(`verify --baseline ${baseline}`)}`
    : `${here.command(["verify", ...names, "--write-baseline", baseline].join(" "))} renews the file`;
  here.say(
    `${plural(gone.length, "known finding is", "known findings are")} gone (${named.join(", ")}${more}): ${renew}.`,
  );
}
