import type { Command } from "commander";
import { findInTheWay } from "../../db/duplicates.ts";
import { listRuns } from "../../db/legacy-run.ts";
import { type Database, prepareNew } from "../../db/open.ts";
import {
  countInRollback,
  migrateSchema,
  planSchema,
  requireMigratable,
  rollbackSchema,
} from "../../db/schema.ts";
import { readSchemaState } from "../../db/schema-state.ts";
import { ClassbookError, notFound, refused } from "../../domain/error.ts";
import { localTime, plural } from "../../domain/spoken.ts";
import { schemaProblems } from "../../operations/schema-problems.ts";
import { EXIT } from "../exit.ts";
import { escapeControl, printObject, printRows } from "../output.ts";
import { safetyCopy } from "../safety-copy.ts";
import { heading } from "../screens/heading.ts";
import type { Shell, WithShell } from "../shell.ts";

const STATUS = ["database", "engine", "version", "layout", "app_label", "behind", "damage", "migrations"];
const MIGRATED = ["database", "layout", "applied", "repaired"];
const PLANNED = ["database", "pending", "repairs", "duplicates"];
const ROLLED_BACK = ["undone", "deleted", "would_undo", "would_delete"];
const CHECKED = ["problem", "what_to_do"];
const COPIED = ["file", "bytes"];

interface StatusFlags {
  check?: boolean;
}

interface MigrateFlags {
  backup: boolean;
}

export function defineDb(db: Command, shell: WithShell): void {
  db.command("status")
    .description("what the database is, which schema migrations are applied and which are pending")
    .option("--check", "exit with 6 where the schema is behind or damaged")
    .addHelpText("after", "\nExample:\n  $ classbook db status --db sample/school.sqlite3")
    .action(async (flags: StatusFlags, command: Command) => {
      const here = shell(command, STATUS);
      const { read, output, exit } = here;
      await read(async (database) => {
        const damage = await schemaProblems(database, here.command);
        const state = await readSchemaState(database);
        const rows = [
          ...state.applied.map((m) => ({
            id: m.id,
            status: state.edited.includes(m.id) ? "edited" : "applied",
            applied_at: m.applied_at,
            summary: "",
          })),
          ...state.pending.map((m) => ({
            id: m.id,
            status: "pending",
            applied_at: null,
            summary: m.summary,
          })),
        ];
        const object = {
          database: database.address,
          engine: database.engine,
          version: database.version,
          layout: database.layout.kind,
          app_label: database.layout.appLabel,
          behind: state.pending.length > 0,
          damage,
          migrations: rows,
        };
        await printObject(output, object, async () =>
          [
            await heading(database),
            "",
            ...rows.map(
              (r) =>
                `  ${r.status.padEnd(8)} ${r.id}  ${r.applied_at === null ? r.summary : localTime(r.applied_at, output.zone)}`,
            ),
            ...(damage.length === 0
              ? []
              : ["", `  The schema is damaged: ${plural(damage.length, "thing")}`]),
            ...damage.map((d) => `    ${escapeControl(d.problem)}   → ${escapeControl(d.what_to_do)}`),
            "",
          ].join("\n"),
        );
        if (flags.check && (state.pending.length > 0 || damage.length > 0)) exit(EXIT.findings);
      });
    });

  db.command("migrate")
    .description("bring the schema up to date; a new database is created")
    .option("--no-backup", "no safety copy of an SQLite file before the first change")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook db migrate --db new.sqlite3\n  $ classbook db migrate --db sample/school.sqlite3 --dry-run",
    )
    .action(async (flags: MigrateFlags, command: Command) => {
      const here = shell(
        command,
        command.optsWithGlobals<{ dryRun?: boolean }>().dryRun ? PLANNED : MIGRATED,
      );
      if (here.dryRun) {
        await rehearse(() => here.read((database) => showPlan(here, database)));
        return;
      }
      await here.write(
        async (database) => {
          await prepareNew(database);
          const { pending, repairs } = await requireMigratable(database);
          if (pending.length + repairs.length > 0 && flags.backup) await safetyCopy(here, database);
          const applied = await migrateSchema(database, { now: here.now() });
          const repaired = repairs.map((step) => step.what);
          await printObject(
            here.output,
            { database: database.address, layout: database.layout.kind, applied, repaired },
            async () =>
              [
                await heading(database),
                ...repaired.map(
                  (what) => `  made again: ${what}${what.startsWith("table ") ? ", empty" : ""}`,
                ),
                ...applied.map((id) => `  applied ${id}`),
                ...(applied.length + repaired.length === 0 ? ["The schema is up to date."] : []),
                "",
              ].join("\n"),
          );
          sayWhatIsLost(here, database, repaired);
        },
        { create: true },
      );
    });

  db.command("rollback")
    .description("take back the last schema migration, with what stands in its tables")
    .addHelpText("after", "\nExample:\n  $ classbook db rollback --db new.sqlite3 --yes")
    .action(async (_flags: object, command: Command) => {
      const here = shell(command, ROLLED_BACK);
      await here.write(async (database) => {
        const found = await countInRollback(database);
        if (found === null) {
          await printObject(here.output, { undone: null }, () => "No schema migration is applied.\n");
          return;
        }
        const standing = (await listRuns(database)).filter((run) => run.status !== "rolled_back");
        if (
          found.tables.some(({ table }) => table === database.layout.name("legacy_provenance")) &&
          standing.length > 0
        )
          throw refused(
            "runs_stand",
            `${found.id} holds the record of what was migrated, and ${standing.length === 1 ? "a run stands" : `${standing.length} runs stand`}`,
            "nothing was changed; take the runs back first: `classbook legacy rollback`",
          );
        const lost = found.tables.map((t) => `${plural(t.rows, "row")} of ${t.table}`).join(", ");
        const question = `Take back ${found.id}${lost === "" ? "" : `, which deletes ${lost}`}?`;
        if (here.dryRun) {
          await printObject(
            here.output,
            { undone: null, would_undo: found.id, would_delete: found.tables },
            () =>
              `Would take back ${found.id}${lost === "" ? "" : `, deleting ${lost}`}. Nothing was changed.\n`,
          );
          return;
        }
        if (!(await here.confirm(question)))
          throw refused("not_confirmed", "not confirmed", "nothing was changed");
        const undone = await rollbackSchema(database);
        await printObject(here.output, { undone, deleted: found.tables }, () => `Took back ${undone}.\n`);
      });
    });

  db.command("check")
    .description(
      "compare the database with what this version of classbook expects; exits with 6 on a difference",
    )
    .addHelpText("after", "\nExample:\n  $ classbook db check --db sample/school.sqlite3")
    .action(async (_flags: object, command: Command) => {
      const here = shell(command, CHECKED);
      const { read, output, exit } = here;
      await read(async (database) => {
        const { pending } = await readSchemaState(database);
        const problems = [
          ...pending.map((m) => ({
            problem: `${m.id} is pending: ${m.summary}`,
            what_to_do: here.command("db migrate"),
          })),
          ...(await schemaProblems(database, here.command)),
          ...(
            await findInTheWay(
              database,
              pending.flatMap((m) => m.needsUnique ?? []),
            )
          ).map((d) => ({
            problem: `${d.rows} rows stand in the way of ${d.index}: ${d.examples.join("; ")}`,
            what_to_do: here.command(d.remedy),
          })),
        ];
        await printRows(output, CHECKED, problems, undefined, "The schema is what this version expects.");
        if (problems.length > 0) exit(EXIT.findings);
      });
    });

  db.command("backup")
    .description("a consistent copy of an SQLite database, whoever writes meanwhile")
    .option("--to <FILE>", "where to (default: beside the database, with the time in its name)")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook db backup --db sample/school.sqlite3 --to sample/copy.sqlite3",
    )
    .action(async (flags: { to?: string }, command: Command) => {
      const { read, output, now, dryRun, say } = shell(command, COPIED);
      await read(async (database) => {
        const { backupDatabase, planBackup } = await import("../../db/backup.ts");
        if (dryRun) {
          say(`Would copy ${database.address} to ${planBackup(database, flags.to ?? null, now())}.`);
          return;
        }
        const backup = await backupDatabase(database, flags.to ?? null, now());
        await printObject(
          output,
          { ...backup },
          () => `Copied to ${backup.file} (${backup.bytes.toLocaleString("en")} bytes).\n`,
        );
      });
    });
}

/** What stood in a table that was made again is only in a backup; unified rows that a migration made can be made again. */
function sayWhatIsLost(here: Shell, { layout }: Database, repaired: readonly string[]): void {
  const tables = repaired.flatMap((what) => (what.startsWith("table ") ? [what.slice("table ".length)] : []));
  if (tables.length === 0) return;
  here.say(`What stood in ${tables.join(", ")} is gone, but for what a backup has.`);
  if (tables.includes(layout.name("live_class_booking")) && layout.has("legacy_run"))
    here.say(
      `The bookings of a migration come again: ${here.command("legacy rollback --force")}, then ${here.command("legacy migrate")}`,
    );
}

/** A rehearsal makes no file, so that a database which is not there yet cannot be looked at. */
async function rehearse(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ClassbookError) || error.code !== "no_such_database") throw error;
    throw notFound(
      error.code,
      error.message,
      "check --db; if a new database is wanted, leave out --dry-run: `classbook db migrate` makes it, and changes nothing else",
    );
  }
}

async function showPlan(here: Shell, database: Database): Promise<void> {
  const plan = await planSchema(database);
  const object = {
    database: database.address,
    pending: plan.pending.map(({ id, summary, steps }) => ({
      id,
      summary,
      statements: steps.map((s) => s.sql),
    })),
    repairs: plan.repairs.map((step) => step.sql),
    duplicates: plan.duplicates.map((d) => ({ ...d, remedy: here.command(d.remedy) })),
  };
  await printObject(here.output, object, () => {
    if (plan.pending.length + plan.repairs.length === 0) return "The schema is up to date.\n";
    const parts = [
      ...(plan.repairs.length === 0 ? [] : [{ title: "what is gone, made again", steps: plan.repairs }]),
      ...plan.pending.map(({ id, summary, steps }) => ({ title: `${id}: ${summary}`, steps })),
    ];
    const blocks = parts.map(
      ({ title, steps }) => `-- ${title}\n${steps.map((step) => `${step.sql};`).join("\n")}`,
    );
    const blocked = plan.duplicates.map(
      (d) =>
        `-- ${d.rows} rows stand in the way of ${d.index} (${d.examples.join("; ")}); resolve with: ${here.command(d.remedy)}`,
    );
    return `${[...blocks, ...blocked].join("\n\n")}\n`;
  });
}
