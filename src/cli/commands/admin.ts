/** `admin`: the models, and for each `list`, `show`, `export` and how rows are written, made from the registry (src/admin). */

import type { Command } from "commander";
import { listModels } from "../../admin/browse.ts";
import { type Model, readOnly } from "../../admin/model.ts";
import { MODELS, suggestModel, suggestWord } from "../../admin/registry.ts";
import { fieldsOf } from "../../db/model.ts";
import { usageError } from "../../domain/error.ts";
import { type ListingFlags, withFilters, withOrder } from "../admin-listing.ts";
import { consult } from "../batch.ts";
import { printRows } from "../output.ts";
import type { Shell, WithShell } from "../shell.ts";
import { defineActions } from "./admin-actions.ts";
import { defineForms } from "./admin-edit.ts";
import { EXPORT_FORMATS, exportRows } from "./admin-export.ts";
import { idsOf } from "./admin-ids.ts";
import { list, PAGE, show } from "./admin-look.ts";

const MODEL_FIELDS = ["model", "table", "rows", "access", "summary"];

const DATABASE = "--db sample/school.sqlite3";

export function defineAdmin(admin: Command, shell: WithShell): void {
  admin
    .usage("[MODEL] [command] [options]")
    .addHelpText(
      "after",
      `\nWithout a model: all of them, with the number of their rows. MODEL is spelt as in Django, capitals or not, or as
the table. For staff. What each model has, beside what Django's admin has: docs/admin.md.

Example:
  $ classbook admin ${DATABASE}`,
    )
    .allowExcessArguments()
    .allowUnknownOption()
    .action(async (_flags: object, command: Command) => {
      const [word] = command.args;
      if (word !== undefined) throw unknown(word);
      const here = shell(command, MODEL_FIELDS);
      if (canBrowse(here)) await (await import("./admin-browse.ts")).browseModels(here);
      else await models(here);
    });
  for (const model of MODELS) defineModel(admin.command(model.name), model, shell);
}

/** Whether a screen can be drawn, and somebody asked; otherwise the command prints. */
function canBrowse({ output, io, canAsk, env }: Shell): boolean {
  return (
    output.format === "table" && output.fields === null && io.outIsTerminal && canAsk && env.TERM !== "dumb"
  );
}

/** Commander takes a model that it does not know for an argument of the noun, and its flags with it. */
function unknown(word: string): Error {
  if (word.startsWith("-"))
    return usageError("unknown_option", `unknown option '${word}'`, "see classbook admin --help");
  const near = suggestModel(word);
  return usageError(
    "unknown_model",
    `there is no model "${word}"`,
    near === null ? `models: ${MODELS.map(({ name }) => name).join(", ")}` : `did you mean ${near}?`,
  );
}

const WRITING = new Set(MODELS.flatMap(({ form }) => form?.actions.map(({ name }) => name) ?? []));

/** Commander takes a verb that it does not know for an argument of the one that can be left out. */
function unknownVerb(command: Command, model: Model, word: string): Error {
  if (model.form === undefined && (["add", "edit", "delete"].includes(word) || WRITING.has(word)))
    return readOnly(model);
  const verbs = command.commands.map((verb) => verb.name());
  const near = suggestWord(word, verbs);
  return usageError(
    "unknown_command",
    `unknown command '${word}'`,
    near === null ? `commands: ${verbs.join(", ")}` : `did you mean ${near}?`,
  );
}

async function models(here: Shell): Promise<void> {
  const rows = await consult(here, listModels);
  await printRows(
    here.output,
    MODEL_FIELDS,
    rows.map((row) => ({ ...row })),
  );
  if (here.output.format === "table")
    here.say(`Look into one: ${here.command("admin LiveClassBooking list")}`);
}

function example(line: string): string {
  return `\nExample:\n  $ classbook admin ${line} ${DATABASE}`;
}

function defineModel(command: Command, model: Model, shell: WithShell): void {
  const { name, many } = model;
  // What `admin` itself takes to say which model is unknown, its models' commands would inherit.
  command.description(model.summary).allowExcessArguments(false).allowUnknownOption(false);
  withOrder(
    withFilters(
      command
        .command("browse", { isDefault: true })
        .description(`${many} at a terminal, key by key: filter, open, see what belongs to them, edit, act`),
      model,
    ),
    model,
  )
    .addHelpText(
      "after",
      `\nThe verb can be left out. Where nobody sits at a terminal it lists the first ${PAGE}, as list does. ? shows the keys.\n${example(`${name} browse`)}`,
    )
    .allowExcessArguments()
    .action(async (flags: ListingFlags, run: Command) => {
      const [word] = run.args;
      if (word !== undefined) throw unknownVerb(command, model, word);
      const here = shell(run, fieldsOf(model));
      if (canBrowse(here)) await (await import("./admin-browse.ts")).browseModel(here, model, flags);
      else await list(here, model, flags);
    });
  withOrder(
    withFilters(
      command.command("list").description(`${many}, filtered, searched and ordered: a page at a time`),
      model,
    ),
    model,
  )
    .option("--limit <N>", `rows of a page (default: ${PAGE})`)
    .option("--page <N>", "which page, from 1")
    .addHelpText("after", example(`${name} list --order -id`))
    .action(async (flags: ListingFlags, run: Command) => list(shell(run, fieldsOf(model)), model, flags));
  command
    .command("show")
    .description(`one ${model.one} with every column, what belongs to it, and its history`)
    .addArgument(idsOf(model, "<ID...>"))
    .addHelpText(
      "after",
      example(`${name} list --limit 1 --fields id ${DATABASE} | classbook admin ${name} show -`),
    )
    .action(async (words: string[], _flags: object, run: Command) =>
      show(shell(run, [...fieldsOf(model), "related"], { more: true }), model, words),
    );
  withFilters(
    command
      .command("export")
      .description(
        `all ${many}, or those that are filtered, in the order of their ids: ${EXPORT_FORMATS.join(", ")}`,
      ),
    model,
  )
    .option("--limit <N>", "at most so many")
    .option("--out <FILE>", "into this file, in the format of its ending; it appears when it is whole")
    .addHelpText(
      "after",
      `\nCSV unless --format or the ending of FILE says another. It is UTF-8, and cells that a spreadsheet would run are text.\n${example(`${name} export --limit 3`)}`,
    )
    .action(async (flags: ListingFlags, run: Command) =>
      exportRows(shell(run, fieldsOf(model)), model, flags),
    );
  if (model.form === undefined) return;
  defineForms(command, model, shell, example);
  defineActions(command, model, shell, example);
}
