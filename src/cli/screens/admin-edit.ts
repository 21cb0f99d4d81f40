/** What was done to rows of models, as people and machines read it. */
import type { Deletion } from "../../admin/doing.ts";
import type { Done } from "../../admin/edit.ts";
import type { Model } from "../../admin/model.ts";
import { MODELS, modelNamed } from "../../admin/registry.ts";
import { fieldsOf } from "../../db/model.ts";
import { plural } from "../../domain/spoken.ts";
import type { OutputOptions, Row } from "../output.ts";
import type { Shell } from "../shell.ts";
import { printedRow, rowScreen } from "./admin.ts";

/** Every field of what was written: of what may come of it instead, too. */
export function writtenFields(model: Model): string[] {
  const becomes = MODELS.find(({ table }) => table === model.form?.becomes);
  const fields = [model, ...(becomes === undefined ? [] : [becomes])].flatMap(fieldsOf);
  return [...new Set(fields), "outcome", "remarks"];
}

/** Every field of what was deleted. */
export function deletedFields(model: Model): string[] {
  return [...writtenFields(model), "goes"];
}

/** A row that was written; columns that only this installation has are left to `show`. */
export function writtenRow(output: OutputOptions, { outcome, model, cells, remarks }: Done): Row {
  const row = printedRow(output, model, cells);
  return { ...Object.fromEntries(fieldsOf(model).map((field) => [field, row[field]])), outcome, remarks };
}

/** What a line of many says of a row. */
export function messageOf({ outcome, remarks }: Done): string | null {
  const said = outcome === "unchanged" ? ["nothing to change"] : remarks;
  return said.length === 0 ? null : said.join("; ");
}

export function writtenScreen(here: Shell, done: Done): string {
  const row = rowScreen(here.output, done.model, { cells: done.cells, inlines: [] }, here.command);
  return `${done.outcome}\n${row}${(messageOf(done) ?? "") === "" ? "" : `  ${messageOf(done)}\n`}`;
}

/** `3 bookings, 1 waitlist entry`; null where nothing goes with it. */
export function goesText({ goes }: Pick<Deletion, "goes">): string | null {
  if (goes.length === 0) return null;
  return goes
    .map(({ model, count }) => {
      const { one, many } = modelNamed(model);
      return `${plural(count, one, many)} (${model})`;
    })
    .join(", ");
}

/** By model, for machines. */
export function goesObject({ goes }: Pick<Deletion, "goes">): Record<string, number> {
  return Object.fromEntries(goes.map(({ model, count }) => [model, count]));
}

/** Several deletions as one: what goes with all of them. */
export function goesWithAll(deletions: readonly Deletion[]): Pick<Deletion, "goes"> {
  const sums = new Map<Deletion["goes"][number]["model"], number>();
  for (const { goes } of deletions)
    for (const { model, count } of goes) sums.set(model, (sums.get(model) ?? 0) + count);
  return { goes: [...sums].map(([model, count]) => ({ model, count })) };
}
