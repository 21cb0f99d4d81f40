/** The questions by which a list is filtered and ordered. Their answers are what would be typed for the flags. */

import { type Filter, filtersOf, type Model } from "../../admin/model.ts";
import { modelNamed } from "../../admin/registry.ts";
import { fieldsOf } from "../../db/model.ts";
import { targetOf } from "../../db/model-where.ts";
import { ClassbookError } from "../../domain/error.ts";
import { inside } from "../../operations/context.ts";
import { listingFlags, readListing } from "../admin-listing.ts";
import type { Asker, Choice } from "../choose.ts";
import { escapeControl } from "../output.ts";
import { looking, type Reading } from "./reading.ts";
import { askValue, askWord, matching } from "./value.ts";
import type { ListView, Typed } from "./views.ts";

/** Instead of a value: without this filter. */
const CLEAR = "";

/** The list's flags with another filter; null = nobody answered. */
export async function askFilter(reading: Reading, asker: Asker, view: ListView): Promise<Typed | null> {
  const model = modelNamed(view.model);
  const choices = filtersOf(model).map((filter) => {
    const set = view.typed[filter.flag];
    return { value: filter, name: `${filter.flag.slice(2)}${set === undefined ? "" : `: ${set}`}` };
  });
  const filter = await asker.search("Filter by", async (text) => matching(choices, text));
  if (filter === null) return null;
  const { [filter.flag]: set, ...others } = view.typed;
  for (let current = set; ; ) {
    const value = await askFilterValue(reading, asker, { model, filter, isSet: set !== undefined, current });
    if (value === null) return null;
    if (value === CLEAR) return others;
    const typed = { ...others, [filter.flag]: value };
    const problem = await problemWith(reading, model, typed);
    if (problem === null) return typed;
    reading.here.io.err(`${escapeControl(problem)}\n`);
    current = value;
  }
}

/** Why a list cannot be filtered so; null where it can. */
async function problemWith(reading: Reading, model: Model, typed: Typed): Promise<string | null> {
  try {
    const { select } = readListing(reading.here, model, listingFlags(typed));
    await looking(reading, (context) => select(inside(context)));
    return null;
  } catch (error) {
    if (!(error instanceof ClassbookError) || (error.kind !== "usage" && error.kind !== "not_found"))
      throw error;
    return error.message;
  }
}

async function askFilterValue(
  reading: Reading,
  asker: Asker,
  {
    model,
    filter,
    isSet,
    current,
  }: { model: Model; filter: Filter; isSet: boolean; current: string | undefined },
): Promise<string | null> {
  const { flag, kind, column } = filter;
  const extra: Choice<string>[] = [
    ...(column.nullable
      ? [
          { value: "none", name: "none: where there is none" },
          { value: "any", name: "any: where there is one" },
        ]
      : []),
    ...(isSet ? [{ value: CLEAR, name: "without this filter" }] : []),
  ];
  const range = { from: ": then or later", before: ": before" }[kind as string] ?? "";
  const name = `${flag.slice(2)}${range}`;
  if (kind === "presence") return askWord(asker, name, extra);
  // A filter by a teacher takes a teacher, also where the column names the user.
  const to =
    kind === "teacher"
      ? "teacher"
      : column.kind === "reference"
        ? targetOf(reading.database, model, column)
        : null;
  return askValue(reading, asker, {
    name,
    column,
    to,
    extra,
    ...(current === undefined ? {} : { current }),
    empty: "without this filter",
  });
}

/** The list's flags with another order; null = nobody answered. */
export async function askOrder(asker: Asker, view: ListView): Promise<Typed | null> {
  const model = modelNamed(view.model);
  const fields = fieldsOf(model);
  const sorted = [...model.shown, ...fields.filter((field) => !model.shown.includes(field))];
  const choices = sorted.flatMap((field) => [
    { value: field, name: `${field} ↑ the smallest first` },
    { value: `-${field}`, name: `${field} ↓ the largest first` },
  ]);
  const order = await askWord(asker, "Order by", choices);
  return order === null ? null : { ...view.typed, "--order": order };
}
