/** The questions by which a list is filtered and ordered. Their answers are what would be typed for the flags. */

import { listRows } from "../../admin/browse.ts";
import { type Filter, filtersOf, type Model } from "../../admin/model.ts";
import { MODELS, modelNamed } from "../../admin/registry.ts";
import { fieldsOf } from "../../db/model.ts";
import { targetOf } from "../../db/model-where.ts";
import type { Asker, Choice } from "../choose.ts";
import { cellsOf, looking, type Reading } from "./reading.ts";
import type { ListView, Typed } from "./views.ts";

const MOST_FOUND = 30;
/** Instead of a value: without this filter. */
const CLEAR = "";

function matching<T>(choices: readonly Choice<T>[], text: string): Choice<T>[] {
  const words = text.toLowerCase().split(/\s+/);
  return choices.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}

/** The list's flags with another filter; null = nobody answered. */
export async function askFilter(reading: Reading, asker: Asker, view: ListView): Promise<Typed | null> {
  const model = modelNamed(view.model);
  const choices = filtersOf(model).map((filter) => {
    const set = view.typed[filter.flag];
    return { value: filter, name: `${filter.flag.slice(2)}${set === undefined ? "" : `: ${set}`}` };
  });
  const filter = await asker.search("Filter by", async (text) => matching(choices, text));
  if (filter === null) return null;
  const value = await askValue(reading, asker, { model, filter, isSet: filter.flag in view.typed });
  if (value === null) return null;
  const { [filter.flag]: _, ...others } = view.typed;
  return value === CLEAR ? others : { ...others, [filter.flag]: value };
}

interface Asked {
  model: Model;
  filter: Filter;
  isSet: boolean;
}

async function askValue(reading: Reading, asker: Asker, asked: Asked): Promise<string | null> {
  const { filter, isSet } = asked;
  const { flag, kind, column } = filter;
  const name = flag.slice(2);
  const extra: Choice<string>[] = [
    ...(column.nullable
      ? [
          { value: "none", name: "none: where there is none" },
          { value: "any", name: "any: where there is one" },
        ]
      : []),
    ...(isSet ? [{ value: CLEAR, name: "without this filter" }] : []),
  ];
  const oneOf = (words: readonly string[]) => {
    const choices = [...words.map((word) => ({ value: word, name: word })), ...extra];
    return asker.search(name, async (text) => matching(choices, text));
  };
  const typed = async (how: string) =>
    (await asker.text(`${name} (${how}; nothing: without it)`))?.trim() ?? null;
  switch (kind) {
    case "words":
      return oneOf(column.words!);
    case "flag":
      return oneOf(["yes", "no"]);
    case "presence":
      return oneOf([]);
    case "user":
    case "teacher":
    case "id":
      return askReference(reading, asker, asked, extra);
    case "whole":
      return typed("a whole number");
    case "uuid":
    case "text":
      return typed("the whole of it");
    case "from":
      return typed("then or later: 2026-12-01, 2026-12-01 17:00");
    case "before":
      return typed("before: 2026-12-01, 2026-12-01 17:00");
    default:
      return kind satisfies never;
  }
}

/** Rows of the model that the reference is to, by search; an id as text. */
async function askReference(
  reading: Reading,
  asker: Asker,
  { model, filter }: Asked,
  extra: readonly Choice<string>[],
): Promise<string | null> {
  // A filter by a teacher takes a teacher, also where the column names the user.
  const table = filter.kind === "teacher" ? "teacher" : targetOf(reading.database, model, filter.column);
  const other = MODELS.find((one) => one.table === table)!;
  return asker.search(filter.flag.slice(2), async (text) => {
    const found = await looking(reading, (context) =>
      listRows(context, other, {
        where: [],
        search: text === "" ? null : text,
        order: [{ by: "id", descending: false }],
        limit: MOST_FOUND,
        offset: 0,
      }),
    );
    const rows = found.map((row) => ({
      value: String(row.id),
      name: cellsOf(reading.here, other, row)
        .filter((cell) => cell !== "")
        .join(" · "),
    }));
    return text === "" ? [...extra, ...rows] : [...rows, ...matching(extra, text)];
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
  const order = await asker.search("Order by", async (text) => matching(choices, text));
  return order === null ? null : { ...view.typed, "--order": order };
}
