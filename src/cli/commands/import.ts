import type { Command } from "commander";
import { prepareNew } from "../../db/open.ts";
import { migrateSchema, requireWhole } from "../../db/schema.ts";
import { readSchemaState } from "../../db/schema-state.ts";
import { usageError } from "../../domain/error.ts";
import { importLegacy } from "../../legacy/import.ts";
import { EXIT } from "../exit.ts";
import { wholeNumber } from "../options.ts";
import { escapeControl, printObject } from "../output.ts";
import type { WithShell } from "../shell.ts";

const IMPORTED = ["source", "finished", "tables", "problems", "problem_count", "notes", "warnings"];

interface ImportFlags {
  from: string;
  batch: number;
}

export function defineImport(command: Command, shell: WithShell): void {
  command
    .requiredOption(
      "--from <SOURCE>",
      "a Django database (SQLite file, postgres://…) or a dumpdata JSON file",
    )
    .option("--batch <N>", "rows a transaction", wholeNumber("--batch", "a number of rows"), 10_000)
    .addHelpText(
      "after",
      "\nIds are kept. Importing again brings over what is new or changed in the source.\n\nExample:\n  $ classbook import --from sample/school.sqlite3 --db new.sqlite3",
    )
    .action(async (flags: ImportFlags, run: Command) => {
      const here = shell(run, IMPORTED);
      if (here.dryRun)
        throw usageError(
          "no_dry_run",
          "an import cannot be rehearsed",
          "nothing was changed; import into a new file (--db try.sqlite3) and look at that one",
        );
      const appLabel = run.optsWithGlobals<{ appLabel?: string }>().appLabel ?? null;
      await (await import("../../db/import-open.ts")).checkImportSource(flags.from, appLabel);
      await here.write(
        async (database) => {
          if (database.layout.kind === "native") {
            await prepareNew(database);
            const { pending } = await readSchemaState(database);
            if (pending.length > 0) await migrateSchema(database, { now: here.now() });
            await requireWhole(database);
          }
          const progress = here.progress();
          try {
            const result = await importLegacy(database, {
              from: flags.from,
              appLabel,
              batch: flags.batch,
              onProgress: ({ table, done, total }) => progress.update(table, done, total),
              shouldStop: here.stopping,
            });
            progress.end();
            await printObject(here.output, { ...result }, () => {
              const n = (value: number) => value.toLocaleString("en").padStart(10);
              const lines = result.tables.map(
                (t) =>
                  `  ${t.table.padEnd(24)}${n(t.read)}${n(t.inserted)}${n(t.updated)}${n(t.unchanged)}${n(t.skipped)}`,
              );
              return [
                `${result.source} → ${database.address}`,
                "",
                `  ${"".padEnd(24)}${["read", "new", "changed", "same", "left out"].map((w) => w.padStart(10)).join("")}`,
                ...lines,
                ...result.notes.map((note) => `  ${escapeControl(note)}`),
                "",
              ].join("\n");
            });
            for (const warning of result.warnings) here.say(escapeControl(`Note: ${warning}`));
            for (const problem of result.problems.slice(0, 20))
              here.say(escapeControl(`${problem.table} ${problem.id}, ${problem.column}: ${problem.what}`));
            if (result.problem_count > 20)
              here.say(`… and ${(result.problem_count - 20).toLocaleString("en")} more`);
            if (result.tables.some((t) => t.skipped > 0)) here.exit(EXIT.partial);
            if (!result.finished) here.say("Stopped; what was copied is kept. The same command goes on.");
            else if (here.output.format === "table") here.say(`Next: ${here.command("legacy plan")}`);
          } finally {
            progress.end();
          }
        },
        { create: true, anyLabel: true },
      );
    });
}
