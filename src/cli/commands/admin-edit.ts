/** `admin MODEL add` and `edit`, made from the model's form. */
import type { Command } from "commander";
import type { Done } from "../../admin/edit.ts";
import type { Model } from "../../admin/model.ts";
import type { Database } from "../../db/open.ts";
import { requireSchema } from "../../db/schema-state.ts";
import type { Actor } from "../../domain/actor.ts";
import { refused } from "../../domain/error.ts";
import { inside, operate } from "../../operations/context.ts";
import {
  type Filled,
  formOf,
  type ModelForm,
  type Read,
  readFields,
  requireNoneKept,
  termsIn,
  withForm,
} from "../admin-form.ts";
import type { ListingFlags } from "../admin-listing.ts";
import { actingFor, eachOf, forEachId, readIds } from "../batch.ts";
import { Flags } from "../flags.ts";
import { printObject } from "../output.ts";
import { messageOf, writtenFields, writtenRow, writtenScreen } from "../screens/admin-edit.ts";
import type { Shell, WithShell } from "../shell.ts";
import { confirmEnd, idsOf } from "./admin-ids.ts";

/** @param example an example's help text of a line after `classbook admin` */
export function defineForms(
  command: Command,
  model: Model,
  shell: WithShell,
  example: (line: string) => string,
): void {
  const { name, one } = model;
  const { examples } = model.form!;
  const adding = formOf(model, "add");
  withForm(command.command("add").description(`a new ${one}, by the rules`), adding)
    .addHelpText(
      "after",
      `\nAt a terminal it asks for what is not given.\n${example(`${name} add ${examples.add} --dry-run`)}`,
    )
    .action(async (input: ListingFlags, run: Command) =>
      add(shell(run, writtenFields(model)), adding, input),
    );
  const editing = formOf(model, "edit");
  withForm(
    command
      .command("edit")
      .description(`change fields of ${model.many}, by the rules; - reads ids from standard input`)
      .addArgument(idsOf(model, "<ID...>")),
    editing,
  )
    .addHelpText(
      "after",
      `\nAt a terminal, and without a field, it asks. What a field says already is no change.\n${example(`${name} edit ${examples.edit} --dry-run`)}`,
    )
    .action(async (words: string[], input: ListingFlags, run: Command) =>
      edit(shell(run, eachOf(writtenFields(model))), editing, words, input),
    );
}

async function add(here: Shell, form: ModelForm, input: ListingFlags): Promise<void> {
  const { model, fields } = form;
  requireNoneKept(form, input);
  const flags = new Flags();
  const filled = readFields(here, flags, { ...form, input });
  const lacking = fields.filter(
    ({ needed, flag, column }) => needed && !isTyped(input, flag) && !(column.name in filled.read),
  );
  const asks = here.canAsk && (lacking.length > 0 || Object.keys(filled.read).length === 0);
  if (!asks) for (const { flag } of lacking) flags.problem(`${flag} is missing`);
  flags.done(`\`classbook admin ${model.name} add --help\` says what there is`);
  const { addRow } = await import("../../admin/edit.ts");
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      if (asks && !(await complete(here, { database, actor }, form, filled))) return;
      const done = await operate(database, actingFor(here, actor), async (context) =>
        addRow(context, model, await termsIn(inside(context), filled)),
      );
      await printObject(here.output, writtenRow(here.output, done), () => writtenScreen(here, done));
      if (here.dryRun) here.say("Nothing was written.");
    },
    { rehearses: true },
  );
}

function isTyped(input: ListingFlags, flag: string): boolean {
  return input[flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())] !== undefined;
}

interface Opened {
  database: Database;
  actor: Actor;
}

/** Asks for what is missing. False where the person left, and it is said that nothing was changed. */
async function complete(
  here: Shell,
  opened: Opened,
  { fields }: ModelForm,
  filled: Filled,
): Promise<boolean> {
  const { askFields, askingIn } = await import("../admin-ask.ts");
  const { left } = await import("./booking-ask.ts");
  const asking = askingIn(here, opened.database, opened.actor);
  if (!(await askFields(asking, fields, filled.read))) return left(here) ?? false;
  const yes = await asking.asker.yes("Add it?");
  if (yes === null) return left(here) ?? false;
  if (!yes) throw refused("not_confirmed", "not confirmed", "nothing was changed");
  return true;
}

async function edit(
  here: Shell,
  form: ModelForm,
  words: readonly string[],
  input: ListingFlags,
): Promise<void> {
  const { model, fields } = form;
  requireNoneKept(form, input);
  const flags = new Flags();
  const filled = readFields(here, flags, { ...form, input });
  const isEmpty = Object.keys(filled.read).length === 0 && fields.every(({ flag }) => !isTyped(input, flag));
  const ids = await readIds(here, words);
  const asks = isEmpty && here.canAsk && ids.length === 1;
  if (isEmpty && !asks) flags.problem("no field to change is named");
  flags.done(`fields: ${fields.map(({ flag }) => flag).join(", ")}`);
  if (asks && !(await choose(here, form, ids[0]!, filled.read))) return;
  if (endsMore(model, filled) && !here.dryRun) await confirmEnd(here, model, "cancel", ids);
  const { editRow } = await import("../../admin/edit.ts");
  let last: Done | null = null;
  await forEachId(
    here,
    ids,
    { columns: writtenFields(model), screen: () => writtenScreen(here, last!) },
    async (context, id) => {
      last = await editRow(context, model, id, await termsIn(inside(context), filled));
      const row = writtenRow(here.output, last);
      // Of a booking that was moved, the row is the one in its place: the message names it.
      return ids.length === 1 ? row : { ...row, id, message: messageOf(last) };
    },
  );
  if (here.dryRun) here.say("Nothing was written.");
}

/** Whether an edit is what an action asks first for. */
function endsMore({ form }: Model, { read }: Filled): boolean {
  return (
    read.status === "cancelled" && form!.actions.some(({ name, asks }) => name === "cancel" && asks === true)
  );
}

/** Asks which fields are to be another, and what. False where the person left, and it is said that nothing was changed. */
async function choose(
  here: Shell,
  form: ModelForm,
  id: number,
  read: Record<string, Read>,
): Promise<boolean> {
  const { askingIn, chooseFields } = await import("../admin-ask.ts");
  const { left } = await import("./booking-ask.ts");
  return here.read(async (database, actor) => {
    await requireSchema(database);
    return (await chooseFields(askingIn(here, database, actor), form, id, read)) || (left(here) ?? false);
  });
}
