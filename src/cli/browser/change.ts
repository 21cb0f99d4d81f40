/** What the browser changes: rows added, edited and deleted, and actions on them, by the functions and questions of `admin MODEL …`. */
import {
  actionsOf,
  addRow,
  deleteRow,
  editRow,
  fieldsToAdd,
  fieldsToEdit,
  runAction,
  termsOf,
} from "../../admin/edit.ts";
import type { Action } from "../../admin/form.ts";
import type { Model } from "../../admin/model.ts";
import { modelNamed } from "../../admin/registry.ts";
import { usageError } from "../../domain/error.ts";
import { inside } from "../../operations/context.ts";
import { askFields, chooseFields, type FormAsking } from "../admin-ask.ts";
import { deletionQuestion } from "../admin-deletion.ts";
import { type Filled, termsIn } from "../admin-form.ts";
import { type Change, changeOf } from "./changed.ts";
import { onEach, rowsText } from "./each.ts";
import { looking } from "./reading.ts";
import type { Asking } from "./stepped.ts";
import { matching } from "./value.ts";
import type { View } from "./views.ts";

/** @returns null where nobody answered. @throws ClassbookError refused, usage: as the functions of src/admin/edit.ts */
export async function change(asking: FormAsking, view: View, { what, ids }: Asking): Promise<Change | null> {
  if (view.kind === "menu") return null;
  const model = modelNamed(view.model);
  switch (what) {
    case "add":
      return add(asking, model);
    case "edit":
      return edit(asking, model, ids[0]!);
    case "act":
      return act(asking, model, ids);
    case "delete":
      return remove(asking, model, ids);
    default:
      return null;
  }
}

/** An empty form. */
function emptyForm(): Filled {
  return { read: {}, overrides: new Set() };
}

async function add(asking: FormAsking, model: Model): Promise<Change | null> {
  const filled = emptyForm();
  if (!(await askFields(asking, fieldsToAdd(model), filled.read))) return null;
  if ((await asking.asker.yes("Add it?")) !== true) return null;
  const rules = model.form?.overrides?.add ?? [];
  const outcome = await onEach(asking, [0], rules, async (context, _id, overrides) =>
    addRow(context, model, await termsIn(inside(context), { ...filled, overrides })),
  );
  return outcome && changeOf(asking.here, model, outcome, ({ outcome: did }) => did);
}

async function edit(asking: FormAsking, model: Model, id: number): Promise<Change | null> {
  const fields = fieldsToEdit(model);
  const filled = emptyForm();
  if (!(await chooseFields(asking, { model, fields }, id, filled.read))) return null;
  const rules = model.form?.overrides?.edit ?? [];
  const outcome = await onEach(asking, [id], rules, async (context, one, overrides) =>
    editRow(context, model, one, await termsIn(inside(context), { ...filled, overrides })),
  );
  return outcome && changeOf(asking.here, model, outcome, ({ outcome: did }) => did);
}

async function act(asking: FormAsking, model: Model, ids: readonly number[]): Promise<Change | null> {
  fieldsToEdit(model); // Refuses a model that is only read.
  const actions = actionsOf(model);
  if (actions.length === 0)
    throw usageError("no_action", `there is no action on ${model.many}`, "edit the row, or delete it");
  const choices = actions.map((action) => ({ value: action, name: `${action.name}: ${action.about}` }));
  const action = await asking.asker.search<Action>(rowsText(model, ids), async (text) =>
    matching(choices, text),
  );
  if (action === null) return null;
  const filled = emptyForm();
  if (!(await askFields(asking, termsOf(model, action), filled.read))) return null;
  if ((await asking.asker.yes(`${action.name}: ${rowsText(model, ids)}?`)) !== true) return null;
  const outcome = await onEach(asking, ids, action.overrides ?? [], async (context, id, overrides) =>
    runAction(context, model, action, id, await termsIn(inside(context), { ...filled, overrides })),
  );
  return outcome && changeOf(asking.here, model, outcome, () => doneWord(action.name));
}

async function remove(asking: FormAsking, model: Model, ids: readonly number[]): Promise<Change | null> {
  fieldsToEdit(model);
  const question = await looking(asking, (context) => deletionQuestion(context, model, ids));
  if (question !== null && (await asking.asker.yes(question)) !== true) return null;
  const outcome = await onEach(asking, ids, [], (context, id) => deleteRow(context, model, id));
  return outcome && changeOf(asking.here, model, outcome, () => "deleted");
}

const DONE_WORDS: Readonly<Record<string, string>> = {
  attend: "marked as attended",
  cancel: "cancelled",
  leave: "left",
  "no-show": "marked as no-show",
};

/** `approve` → `approved` */
function doneWord(action: string): string {
  return DONE_WORDS[action] ?? `${action}${action.endsWith("e") ? "d" : "ed"}`;
}
