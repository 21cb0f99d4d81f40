import type { Command } from "commander";
import { requireExactIds } from "../../db/legacy-ids.ts";
import { listRuns, readSetting, UNFINISHED_IMPORT } from "../../db/legacy-run.ts";
import type { Database } from "../../db/open.ts";
import { findOddities } from "../../db/requirements.ts";
import { migrateSchema, planSchema, requireMigratable, requireWhole } from "../../db/schema.ts";
import type { Actor } from "../../domain/actor.ts";
import { shellWord } from "../../domain/command.ts";
import { refused, usageError } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import { emptyCounts } from "../../legacy/counts.ts";
import { DEFAULT_BATCH } from "../../legacy/facts.ts";
import { EXIT, SIGNAL_EXIT } from "../exit.ts";
import { zoneOfSource } from "../migrated.ts";
import { wholeNumber } from "../options.ts";
import { printObject } from "../output.ts";
import { safetyCopy } from "../safety-copy.ts";
import { migrateScreen, planScreen } from "../screens/migration.ts";
import type { Shell, WithShell } from "../shell.ts";

const COUNTS = Object.keys(emptyCounts());
const ODDITIES = ["absent_tables", "empty_columns", "filled_columns"];
const PLANNED = [
  ...COUNTS,
  ...ODDITIES,
  "overbooked",
  "examples",
  "estimated_seconds",
  "pending_schema",
  "repairs",
  "duplicates",
  "unfinished_import",
];
const MIGRATED = [...COUNTS, ...ODDITIES, "run", "finished", "resumed", "open_issues"];

interface MigrateFlags {
  batch: number;
  backup: boolean;
  sourceTimezone?: string;
}

export function defineLegacy(legacy: Command, shell: WithShell): void {
  legacy
    .command("plan")
    .description("read every legacy row and say what migrate would do; writes nothing")
    .option(
      "--source-timezone <ZONE>",
      "zone of legacy timestamps without an offset, where the app ran with USE_TZ off",
    )
    .addHelpText("after", "\nExample:\n  $ classbook legacy plan --db sample/school.sqlite3")
    .action(async (flags: { sourceTimezone?: string }, command: Command) => {
      const here = shell(command, PLANNED);
      await here.read((database) => plan(here, database, flags.sourceTimezone ?? null), {
        connectionWrites: true,
      });
    });

  legacy
    .command("migrate")
    .description(
      "take every legacy row over: as a booking, a waitlist entry, or a quarantined row with a reason",
    )
    .option(
      "--batch <N>",
      "legacy rows a transaction",
      wholeNumber("--batch", "a number of rows"),
      DEFAULT_BATCH,
    )
    .option(
      "--source-timezone <ZONE>",
      "zone of legacy timestamps without an offset, where the app ran with USE_TZ off",
    )
    .option("--no-backup", "no safety copy of an SQLite file before the first change")
    .addHelpText(
      "after",
      "\nKill it anywhere and run it again: it goes on where it stopped.\n\nExample:\n  $ classbook legacy migrate --db sample/school.sqlite3",
    )
    .action(async (flags: MigrateFlags, command: Command) => {
      const here = shell(
        command,
        command.optsWithGlobals<{ dryRun?: boolean }>().dryRun ? PLANNED : MIGRATED,
      );
      if (here.dryRun) {
        await here.read((database) => plan(here, database, flags.sourceTimezone ?? null), {
          connectionWrites: true,
        });
        return;
      }
      await here.write((database, actor) => migrate(here, database, actor, flags));
    });
}

async function plan(here: Shell, database: Database, zone: string | null): Promise<void> {
  await requireLegacy(database);
  const unfinished = await readSetting(database, UNFINISHED_IMPORT);
  if (unfinished !== null)
    here.say(
      `The import from ${unfinished} was stopped before its end: rows are missing. It goes on with ${here.command(importOf(unfinished))}`,
    );
  const progress = here.progress();
  try {
    const preview = await (await import("../../legacy/preview.ts")).previewMigration(database, {
      sourceTimezone: await zoneOfSource(database, zone),
      onProgress: (done, total) => progress.update("reading", done, total),
      shouldStop: here.stopping,
    });
    progress.end();
    if (here.stopping()) {
      here.say("Stopped; nothing was written.");
      here.exit(SIGNAL_EXIT.SIGINT);
      return;
    }
    const { pending, repairs, duplicates } = await planSchema(database);
    const schema = {
      pending_schema: pending.map((migration) => migration.id),
      repairs: repairs.map((step) => step.what),
      duplicates: duplicates.map((d) => ({ ...d, remedy: here.command(d.remedy) })),
      ...findOddities(database),
      unfinished_import: unfinished,
    };
    await printObject(here.output, { ...preview, ...schema }, () =>
      planScreen(here, database, preview, schema),
    );
  } finally {
    progress.end();
  }
}

function importOf(source: string): string {
  return `import --from ${shellWord(source)}`;
}

/** Half of the rows would be taken over, and the others would look deleted. */
async function requireImported(database: Database): Promise<void> {
  const source = await readSetting(database, UNFINISHED_IMPORT);
  if (source !== null)
    throw refused(
      "import_unfinished",
      `the import from ${source} was stopped before its end: rows are missing`,
      `nothing was changed; \`classbook ${importOf(source)}\` goes on with it`,
    );
}

async function requireLegacy(database: Database): Promise<void> {
  const { layout, address } = database;
  if (!layout.has("booking") && !layout.has("one_on_one_booking") && !layout.has("live_class_session"))
    throw usageError(
      "nothing_legacy",
      `${address} has no legacy tables`,
      "`classbook import --from SOURCE` copies them into a database of classbook's own",
    );
  await requireWhole(database);
}

async function migrate(here: Shell, database: Database, actor: Actor, flags: MigrateFlags): Promise<void> {
  await requireLegacy(database);
  await requireExactIds(database);
  await requireImported(database);
  const zone = await zoneOfSource(database, flags.sourceTimezone ?? null);
  const firstTime = !(await listRuns(database)).some((run) => run.status !== "rolled_back");
  const state = await requireMigratable(database);
  if (flags.backup && (firstTime || state.pending.length + state.repairs.length > 0))
    await safetyCopy(here, database);
  const applied = await migrateSchema(database, { now: here.now() });
  if (state.repairs.length > 0)
    here.say(`Schema: made again: ${state.repairs.map((s) => s.what).join(", ")}.`);
  if (applied.length > 0) here.say(`Schema: ${applied.join(", ")} applied.`);
  const progress = here.progress();
  const started = Date.now();
  try {
    const result = await (await import("../../legacy/migrate.ts")).migrateLegacy(database, {
      sourceTimezone: zone,
      now: here.now,
      actor,
      batch: flags.batch,
      onProgress: ({ phase, done, total }) => progress.update(phase.replaceAll("_", "-"), done, total),
      shouldStop: here.stopping,
    });
    progress.end();
    const { counts, ...rest } = result;
    const odd = findOddities(database);
    const seconds = (Date.now() - started) / 1000;
    const object = {
      ...counts,
      run: rest.runId,
      finished: rest.finished,
      resumed: rest.resumed,
      open_issues: rest.openIssues,
      ...odd,
    };
    await printObject(here.output, object, () => migrateScreen(here, database, result, { seconds, ...odd }));
    if (!result.finished)
      here.say(
        `Stopped after ${plural(counts.read, "row")}; what was done is kept. The same command goes on from here.`,
      );
    else if (result.openIssues > 0) here.exit(EXIT.findings);
  } finally {
    progress.end();
  }
}
