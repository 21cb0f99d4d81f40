/** A question for one value, by what its column holds. The answer is what would be typed for the flag. */

import { listRows } from "../../admin/browse.ts";
import type { Model } from "../../admin/model.ts";
import { MODELS } from "../../admin/registry.ts";
import type { LogicalTable } from "../../db/layout.ts";
import type { ModelColumn } from "../../db/model.ts";
import { rowLine } from "../admin-ask.ts";
import type { Asker, Choice } from "../choose.ts";
import { looking, type Reading } from "./reading.ts";

const MOST_FOUND = 30;

/** The choices that have every word that was typed. */
export function matching<T>(choices: readonly Choice<T>[], text: string): Choice<T>[] {
  const words = text.toLowerCase().split(/\s+/);
  return choices.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}

export interface Wanted {
  /** What it is called. */
  name: string;
  column: Pick<ModelColumn, "name" | "kind" | "words">;
  /** What a reference is to. */
  to: LogicalTable | null;
  /** Other answers beside those of the column. */
  extra: readonly Choice<string>[];
  /** The text to begin with. */
  current?: string;
  /** What no text means. */
  empty: string;
}

/** How a text is typed; null = anything. */
function howOf({ kind }: Wanted["column"], zone: string): string | null {
  switch (kind) {
    case "whole":
    case "id":
    case "reference":
      return "a whole number";
    case "instant":
    case "app-time":
      return `such as 2026-12-01 17:00 in ${zone}, or 2026-12-01`;
    case "date":
      return "such as 2026-12-01";
    case "time":
      return "such as 17:00";
    case "json":
    case "uuid":
    case "text":
    case "word":
    case "flag":
      return null;
    default:
      return kind satisfies never;
  }
}

/** @returns null where nobody answered */
export async function askValue(reading: Reading, asker: Asker, wanted: Wanted): Promise<string | null> {
  const { name, column, extra } = wanted;
  const words = column.kind === "flag" ? ["yes", "no"] : column.kind === "word" ? column.words : undefined;
  if (words !== undefined)
    return askWord(asker, name, [...words.map((word) => ({ value: word, name: word })), ...extra]);
  const other = MODELS.find(({ table }) => table === wanted.to);
  if (column.kind === "reference" && other !== undefined)
    return askRow(reading, asker, { name, other, extra });
  const how = [howOf(column, reading.here.zone), `nothing: ${wanted.empty}`].filter((part) => part !== null);
  return (await asker.text(`${name} (${how.join("; ")})`, wanted.current))?.trim() ?? null;
}

export async function askWord(
  asker: Asker,
  name: string,
  choices: readonly Choice<string>[],
): Promise<string | null> {
  return asker.search(name, async (text) => matching(choices, text));
}

/** One of another model's rows, by search; its id as text. */
async function askRow(
  reading: Reading,
  asker: Asker,
  { name, other, extra }: { name: string; other: Model; extra: readonly Choice<string>[] },
): Promise<string | null> {
  const order = [{ by: "id", descending: false }];
  return asker.search(name, async (text) => {
    const search = text === "" ? null : text;
    const found = await looking(reading, (context) =>
      listRows(context, other, { where: [], search, order, limit: MOST_FOUND, offset: 0 }),
    );
    const rows = found.map((row) => ({
      value: String(row.id),
      name: rowLine(reading.here, other, row),
    }));
    return text === "" ? [...extra, ...rows] : [...rows, ...matching(extra, text)];
  });
}
