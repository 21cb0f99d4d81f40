/** Which rows an admin command acts on: ids, or what filters choose. */
import { Argument } from "commander";
import { countRows, readAllRows } from "../../admin/browse.ts";
import type { Model } from "../../admin/model.ts";
import type { Condition } from "../../db/model.ts";
import { refused, usageError } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import { type Context, inside } from "../../operations/context.ts";
import { isFiltered, type ListingFlags, readListing } from "../admin-listing.ts";
import { consult, readIds } from "../batch.ts";
import { ofNoun } from "../options.ts";
import type { Shell } from "../shell.ts";

/** @param name `<ID...>`, or `[ID...]` where filters can choose */
export function idsOf({ noun }: Model, name: string): Argument {
  const ids = new Argument(name, "ids; - reads them from standard input");
  return noun === null ? ids : ofNoun(ids, noun === "student" ? "account" : noun);
}

export interface Chosen {
  ids: number[];
  /** By filters: the rows that they choose now. */
  filtered: boolean;
  /** Whether a row is still chosen when its turn comes: somebody else may have changed it meanwhile. */
  isStill: (context: Context, id: number) => Promise<boolean>;
}

/** What is said of a row that is chosen no more. */
export const NO_LONGER = { result: "skipped", message: "the filters choose it no longer" };

/** @throws ClassbookError usage: ids and filters exclude each other, and one of them is needed */
export async function chooseRows(
  here: Shell,
  model: Model,
  words: readonly string[],
  input: ListingFlags,
): Promise<Chosen> {
  const filtered = isFiltered(model, input);
  if (words.length > 0 === filtered)
    throw usageError(
      "bad_flags",
      filtered ? "ids and filters exclude each other" : "no id is given, and no filter",
      `name ${model.many} by id, or choose them by the filters of \`classbook admin ${model.name} list\``,
    );
  if (!filtered) return { ids: await readIds(here, words), filtered, isStill: async () => true };
  const { select } = readListing(here, model, input);
  const ids: number[] = [];
  await consult(here, async (context) => {
    const selection = { ...(await select(inside(context))), limit: null };
    for await (const rows of readAllRows(context, model, selection))
      ids.push(...rows.map(({ id }) => Number(id)));
  });
  const isStill = async (context: Context, id: number) => {
    const { where, search } = await select(inside(context));
    const one: Condition = { column: "id", is: "in", values: [id] };
    return (
      (await countRows(context, model, { where: [...where, one], search, order: [], limit: 1, offset: 0 })) >
      0
    );
  };
  return { ids, filtered, isStill };
}

const MOST_NAMED = 10;

/** `1, 2, 3 …` */
export function namedIds(ids: readonly number[]): string {
  return `${ids.slice(0, MOST_NAMED).join(", ")}${ids.length > MOST_NAMED ? " …" : ""}`;
}

/** @throws ClassbookError refused `not_confirmed` */
export async function requireYes(here: Shell, question: string): Promise<void> {
  if (!(await here.confirm(question))) throw refused("not_confirmed", "not confirmed", "nothing was changed");
}

/** Asks before an action, with what it ends beside the rows themselves. @throws as {@link requireYes} */
export async function confirmEnd(
  here: Shell,
  model: Model,
  action: string,
  ids: readonly number[],
): Promise<void> {
  const { endingOf } = await import("../../admin/edit.ts");
  const ends = here.yes ? null : await consult(here, (context) => endingOf(context, model, action, ids));
  const rows = `${plural(ids.length, model.one, model.many)} (${namedIds(ids)})`;
  await requireYes(here, `${action}: ${rows}${ends === null ? "" : `, with ${ends}`}. Go on?`);
}
