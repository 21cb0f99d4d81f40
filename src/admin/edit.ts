/** Writing to models: rows added, edited, deleted, and actions, by the operations that the nouns use. For staff, as Django's admin is. */
import { type Cells, columnOf } from "../db/model.ts";
import { findModelRows, requireTable } from "../db/model-rows.ts";
import { type Context, inside } from "../operations/context.ts";
import { requireStaff } from "../operations/permission.ts";
import { noSuchRow } from "./browse.ts";
import type { Deletion, Did, Doing } from "./doing.ts";
import { DOINGS } from "./doings.ts";
import { type Action, type Field, type Form, fieldsOfForm, type Terms, type Value } from "./form.ts";
import { type Model, readOnly } from "./model.ts";
import { modelNamed } from "./registry.ts";

/** What was done. */
export interface Done {
  /** `added`, `changed`, `unchanged`, `waitlisted`, `moved`, `deleted`. */
  outcome: Did["outcome"];
  /** The model of the row: another one where a booking became a place in a queue. */
  model: Model;
  /** The row as it is now; of a deleted one, as it was. */
  cells: Cells;
  /** What else is to be said, a sentence each. */
  remarks: string[];
}

function formOf(model: Model): Form {
  if (model.form === undefined) throw readOnly(model);
  return model.form;
}

/** The fields of a new row. */
export function fieldsToAdd(model: Model): Field[] {
  return fieldsOfForm(model, formOf(model).add);
}

/** The fields of a row's form. */
export function fieldsToEdit(model: Model): Field[] {
  return fieldsOfForm(model, formOf(model).edit);
}

/** The actions on rows of a model; deleting is not among them. */
export function actionsOf(model: Model): readonly Action[] {
  return model.form?.actions ?? [];
}

export function termsOf(model: Model, action: Action): Field[] {
  return fieldsOfForm(model, action.terms ?? []);
}

function begin(context: Context, model: Model): Doing {
  requireStaff(context.actor, "use the admin");
  formOf(model);
  requireTable(inside(context), model);
  return DOINGS[model.name]!;
}

/** @throws ClassbookError not_found `no_such_row` */
async function cellsOf(context: Context, model: Model, id: number): Promise<Cells> {
  const [cells] = await findModelRows(inside(context), model, [id]);
  if (cells === undefined) throw noSuchRow(model, id);
  return cells;
}

async function doneOf(context: Context, model: Model, did: Did): Promise<Done> {
  const of = did.model === undefined ? model : modelNamed(did.model);
  return {
    outcome: did.outcome,
    model: of,
    cells: await cellsOf(context, of, did.id),
    remarks: did.remarks ?? [],
  };
}

/**
 * Adds a row, by the operation that makes such rows.
 *
 * @throws ClassbookError usage: what is missing or wrong; refused: by a rule
 */
export async function addRow(context: Context, model: Model, terms: Terms): Promise<Done> {
  const doing = begin(context, model);
  return doneOf(context, model, await doing.add(context, terms));
}

/**
 * Edits a row: plain fields first, then a step of its status by the operation of that step. What a field says already is no
 * change; where nothing is, nothing is written.
 *
 * @throws ClassbookError not_found `no_such_row`; usage; refused: by the rules of the operation
 */
export async function editRow(context: Context, model: Model, id: number, terms: Terms): Promise<Done> {
  const doing = begin(context, model);
  const cells = await cellsOf(context, model, id);
  const values = Object.fromEntries(
    Object.entries(terms.values).filter(
      ([name, value]) => !(name in cells) || !same(model, name, cells, value),
    ),
  );
  if (Object.keys(values).length === 0) return { outcome: "unchanged", model, cells, remarks: [] };
  return doneOf(context, model, await doing.edit(context, id, { ...terms, values }, cells));
}

/** Empty text and nothing at all are the same to a form. */
function same(model: Model, name: string, cells: Cells, value: Value): boolean {
  const { kind } = columnOf(model, name);
  const now = cells[name];
  if (now === value) return true;
  const texts = kind === "text" || kind === "word";
  return texts && (now ?? "") === (value ?? "");
}

/**
 * What deleting a row takes with it.
 *
 * @throws ClassbookError not_found `no_such_row`; refused `in-use`: what stands in the way
 */
export async function deletionOf(context: Context, model: Model, id: number): Promise<Deletion> {
  const doing = begin(context, model);
  await cellsOf(context, model, id);
  return doing.deletion(context, id);
}

/** Deletes a row with what goes with it. @throws ClassbookError as {@link deletionOf} */
export async function deleteRow(context: Context, model: Model, id: number): Promise<Done & Deletion> {
  const doing = begin(context, model);
  const cells = await cellsOf(context, model, id);
  const deletion = await doing.deletion(context, id);
  await doing.remove(context, id);
  return { outcome: "deleted", model, cells, remarks: deletion.notes, ...deletion };
}

/** @throws ClassbookError not_found `no_such_row`; usage; refused: by the rules of the operation */
export async function runAction(
  context: Context,
  model: Model,
  { name }: Pick<Action, "name">,
  id: number,
  terms: Terms,
): Promise<Done> {
  const doing = begin(context, model);
  await cellsOf(context, model, id);
  return doneOf(context, model, await doing.actions[name]!(context, id, terms));
}

/** What an action would end beside the rows, for a question; null where it ends nothing more. */
export async function endingOf(
  context: Context,
  model: Model,
  action: string,
  ids: readonly number[],
): Promise<string | null> {
  return (await begin(context, model).ending?.(context, action, ids)) ?? null;
}
