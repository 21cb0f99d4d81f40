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
  const isOne = found.length === 1;
  const which = isOne
    ? `${model.name} ${found[0]!.id}`
    : `${plural(found.length, model.one, model.many)} (${namedIds(found.map(({ id }) => id))})`;
  const them = isOne ? "it" : "them";
  const what = goes === null ? `Nothing goes with ${them}.` : `With ${them}: ${goes}.`;
  const notes = found.flatMap(({ id, deletion }) =>
    deletion.notes.map((note) =>
      isOne ? `${note[0]!.toUpperCase()}${note.slice(1)}.` : `Of ${id}: ${note}.`,
    ),
  );
  const more = notes.length > MOST_NOTES ? " …" : "";
  const also = notes
    .slice(0, MOST_NOTES)
    .map((note) => ` ${note}`)
    .join("");
  return `Delete ${which}? ${what}${also}${more}`;
}

/** A question is read, not studied. */
const MOST_NOTES = 5;
