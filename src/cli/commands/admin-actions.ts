/** `admin MODEL delete`, and a verb for each action of the model; on ids, or on what filters choose. */
import type { Command } from "commander";
import type { Deletion } from "../../admin/doing.ts";
import type { Done } from "../../admin/edit.ts";
import { type Action, fieldsOfForm } from "../../admin/form.ts";
import type { Model } from "../../admin/model.ts";
import { inside } from "../../operations/context.ts";
import { readFields, termsIn, withFields } from "../admin-form.ts";
import { type ListingFlags, withFilters } from "../admin-listing.ts";
import { consult, eachOf, forEachId } from "../batch.ts";
import { Flags } from "../flags.ts";
import { printRows } from "../output.ts";
import {
  deletedFields,
  goesObject,
  goesText,
  messageOf,
  writtenFields,
  writtenRow,
  writtenScreen,
} from "../screens/admin-edit.ts";
import type { Shell, WithShell } from "../shell.ts";
import { type Chosen, chooseRows, confirmEnd, idsOf, NO_LONGER, requireYes } from "./admin-ids.ts";

export function defineActions(
  command: Command,
  model: Model,
  shell: WithShell,
  example: (line: string) => string,
): void {
  const { name, form } = model;
  for (const action of form!.actions)
    withFilters(
      withFields(
        command
          .command(action.name)
          .description(`${action.about}; by ids (- reads them from standard input) or filters`)
          .addArgument(idsOf(model, "[ID...]")),
        fieldsOfForm(model, action.terms ?? []),
        action.overrides,
      ),
      model,
    )
      .addHelpText(
        "after",
        `\nAsks first${action.asks === true ? "" : " where filters choose"}.\n${example(`${name} ${action.name} ${action.example} --dry-run`)}`,
      )
      .action(async (words: string[], input: ListingFlags, run: Command) =>
        act(shell(run, eachOf(writtenFields(model))), { model, action }, words, input),
      );
  withFilters(
    command
      .command("delete")
      .description("delete rows with what goes with them; by ids (- reads them) or filters")
      .addArgument(idsOf(model, "[ID...]")),
    model,
  )
    .addHelpText(
      "after",
      `\nSays what goes with them, and asks. ${form!.deletion}\n${example(`${name} delete ${form!.examples.delete} --dry-run`)}`,
    )
    .action(async (words: string[], input: ListingFlags, run: Command) =>
      remove(shell(run, eachOf(deletedFields(model))), model, words, input),
    );
}

/** Says that filters choose no row. True where they do. */
async function isNobody(here: Shell, model: Model, { ids }: Chosen, columns: string[]): Promise<boolean> {
  if (ids.length > 0) return false;
  await printRows(here.output, eachOf(columns), [], [], `No such ${model.many}.`);
  return true;
}

async function act(
  here: Shell,
  { model, action }: { model: Model; action: Action },
  words: readonly string[],
  input: ListingFlags,
): Promise<void> {
  const flags = new Flags();
  const fields = fieldsOfForm(model, action.terms ?? []);
  const filled = readFields(here, flags, { fields, rules: action.overrides ?? [], input });
  flags.done();
  const chosen = await chooseRows(here, model, words, input);
  const columns = writtenFields(model);
  if (await isNobody(here, model, chosen, columns)) return;
  const { ids, filtered } = chosen;
  if ((filtered || action.asks === true) && !here.dryRun) await confirmEnd(here, model, action.name, ids);
  const { runAction } = await import("../../admin/edit.ts");
  let last: Done | null = null;
  await forEachId(
    here,
    ids,
    { columns, asList: filtered, screen: () => writtenScreen(here, last!) },
    async (context, id) => {
      if (!(await chosen.isStill(context, id))) return NO_LONGER;
      last = await runAction(context, model, action, id, await termsIn(inside(context), filled));
      const row = writtenRow(here.output, last);
      return ids.length === 1 && !filtered ? row : { ...row, message: messageOf(last) };
    },
  );
  if (here.dryRun) here.say("Nothing was written.");
}

async function remove(
  here: Shell,
  model: Model,
  words: readonly string[],
  input: ListingFlags,
): Promise<void> {
  const chosen = await chooseRows(here, model, words, input);
  const columns = deletedFields(model);
  if (await isNobody(here, model, chosen, columns)) return;
  const { ids, filtered } = chosen;
  if (!here.dryRun && !here.yes) await confirmDeletion(here, model, ids);
  const { deleteRow } = await import("../../admin/edit.ts");
  let last: (Done & Deletion) | null = null;
  await forEachId(
    here,
    ids,
    { columns, asList: filtered, screen: () => deletedLine(model, last!) },
    async (context, id) => {
      if (!(await chosen.isStill(context, id))) return NO_LONGER;
      last = await deleteRow(context, model, id);
      const row = { ...writtenRow(here.output, last), goes: goesObject(last) };
      return ids.length === 1 && !filtered ? row : { ...row, message: together(last) };
    },
  );
  if (here.dryRun) here.say("Nothing was written.");
}

/** What goes with a row and what else follows; null where nothing does. */
function together(deletion: Deletion): string | null {
  const goes = goesText(deletion);
  const said = [...(goes === null ? [] : [`with ${goes}`]), ...deletion.notes];
  return said.length === 0 ? null : said.join("; ");
}

function deletedLine({ name }: Model, deleted: Done & Deletion): string {
  const more = together(deleted);
  return `deleted ${name} ${deleted.cells.id}${more === null ? "" : `, ${more}`}\n`;
}

async function confirmDeletion(here: Shell, model: Model, ids: readonly number[]): Promise<void> {
  const { deletionQuestion } = await import("../admin-deletion.ts");
  const question = await consult(here, (context) => deletionQuestion(context, model, ids));
  if (question !== null) await requireYes(here, question);
}
