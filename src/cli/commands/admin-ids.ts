/** Which rows an admin command acts on: ids, or what filters choose. */
import { Argument } from "commander";
import { readAllRows } from "../../admin/browse.ts";
import type { Model } from "../../admin/model.ts";
import { usageError } from "../../domain/error.ts";
import { inside } from "../../operations/context.ts";
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
}

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
  if (!filtered) return { ids: await readIds(here, words), filtered };
  const { select } = readListing(here, model, input);
  const ids: number[] = [];
  await consult(here, async (context) => {
    const selection = { ...(await select(inside(context))), limit: null };
    for await (const rows of readAllRows(context, model, selection))
      ids.push(...rows.map(({ id }) => Number(id)));
  });
  return { ids, filtered };
}

const MOST_NAMED = 10;

/** `1, 2, 3 …` */
export function namedIds(ids: readonly number[]): string {
  return `${ids.slice(0, MOST_NAMED).join(", ")}${ids.length > MOST_NAMED ? " …" : ""}`;
}
