/** What somebody is asked before rows are deleted. */
import type { Deletion } from "../admin/doing.ts";
import { deletionOf } from "../admin/edit.ts";
import type { Model } from "../admin/model.ts";
import { ClassbookError } from "../domain/error.ts";
import { plural } from "../domain/spoken.ts";
import type { Context } from "../operations/context.ts";
import { namedIds } from "./commands/admin-ids.ts";
import { goesText, goesWithAll } from "./screens/admin-edit.ts";

/**
 * The question with what goes with the rows.
 *
 * @returns null where none of them can be deleted: nobody is asked, for the refusal says why
 */
export async function deletionQuestion(
  context: Context,
  model: Model,
  ids: readonly number[],
): Promise<string | null> {
  const found: { id: number; deletion: Deletion }[] = [];
  for (const id of ids)
    try {
      found.push({ id, deletion: await deletionOf(context, model, id) });
    } catch (error) {
      if (!(error instanceof ClassbookError) || error.code === "permission") throw error;
    }
  if (found.length === 0) return null;
  const goes = goesText(goesWithAll(found.map(({ deletion }) => deletion)));
  const notes = [...new Set(found.flatMap(({ deletion }) => deletion.notes))].slice(0, 5);
  const which =
    found.length === 1
      ? `${model.name} ${found[0]!.id}`
      : `${plural(found.length, model.one, model.many)} (${namedIds(found.map(({ id }) => id))})`;
  const what = goes === null ? "Nothing goes with it." : `With it: ${goes}.`;
  const also = notes.map((note) => ` ${note[0]!.toUpperCase()}${note.slice(1)}.`).join("");
  return `Delete ${which}? ${found.length === 1 ? what : what.replace("it", "them")}${also}`;
}
