/** Rows of models as people and machines read them. */

import type { Inline, ShownRow } from "../../admin/browse.ts";
import { flagFor, type Model } from "../../admin/model.ts";
import type { AuditEvent } from "../../db/audit.ts";
import { type Cells, fieldsOf, labelOf } from "../../db/model.ts";
import { type Instant, parseInstant, toRfc3339 } from "../../domain/instant.ts";
import { localTime } from "../../domain/spoken.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions, type Row, type Value } from "../output.ts";
import { changeWords } from "./audit.ts";
import { section } from "./section.ts";

/** Columns whose change a person reads instead, in words. */
const CHANGE = "change";

/** A row as it is printed: every moment in the reader's form, whatever its column is called; what is damaged as it is. */
export function printedRow({ format, zone }: OutputOptions, model: Model, cells: Cells): Row {
  const row = { ...cells } as Row;
  for (const { name, kind } of model.columns) {
    const value = row[name];
    if ((kind !== "instant" && kind !== "app-time") || typeof value !== "string") continue;
    if (parseInstant(value) !== value) continue;
    row[name] = format === "table" ? localTime(value as Instant, zone) : toRfc3339(value as Instant);
  }
  return row;
}

/** A row with what belongs to it, for machines. */
export function shownObject(output: OutputOptions, model: Model, { cells, inlines }: ShownRow): Row {
  const related = inlines.map(({ related: { key }, model: other, count, rows }) => [
    key,
    { count, rows: rows.map((row) => printedRow(output, other, row)) },
  ]);
  return { ...printedRow(output, model, cells), related: Object.fromEntries(related) };
}

function text(value: Value): string {
  if (value === null || value === undefined) return "–";
  return escapeControl(typeof value === "object" ? JSON.stringify(value) : String(value));
}

/** All there is to know of a row: its columns, each reference with its name, and the rows that belong to it. */
export function rowScreen(
  output: OutputOptions,
  model: Model,
  { cells, inlines }: ShownRow,
  command: (words: string) => string,
): string {
  const paint = paintFor(output.io);
  const row = printedRow(output, model, cells);
  const fields = fieldsOf(model);
  const labels = new Map(model.columns.map((column) => [column.name, labelOf(column)]));
  const names = [
    ...model.columns.map(({ name }) => name),
    ...Object.keys(cells).filter((name) => !fields.includes(name)),
  ];
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const label = labels.get(name);
    const named = label == null || row[label] == null ? "" : ` ${text(row[label])}`;
    return `  ${name.padEnd(width)}  ${text(row[name])}${named}`.trimEnd();
  });
  return [
    `${paint.bold(`${model.name} ${cells.id}`)}\n`,
    ...lines.map((line) => `${line}\n`),
    ...inlines.map((inline) => inlineSection(output, inline, Number(cells.id), command)),
  ].join("");
}

function inlineSection(
  output: OutputOptions,
  { related, model, count, rows }: Inline,
  id: number,
  command: (words: string) => string,
): string {
  const isHistory = model.name === "BookingEvent";
  const shown = (isHistory ? ["id", "at", "actor", "what", CHANGE, "reason"] : model.shown).filter(
    (field) => field !== related.by && field !== labelOfColumn(model, related.by),
  );
  const cells = rows.map((row) => {
    const printed = printedRow(output, model, row);
    if (isHistory) printed[CHANGE] = changeWords(row as unknown as AuditEvent, output.zone);
    return shown.map((field) => (printed[field] == null ? "" : text(printed[field]).replaceAll("\\n", " ")));
  });
  const drawn = section(output, `${related.key} (${model.name}): ${count}`, shown, cells, "none");
  if (rows.length === count) return drawn;
  const also =
    related.also === undefined ? "" : `${flagFor(model, related.also.column)} ${related.also.value} `;
  const list = command(`admin ${model.name} list ${also}${flagFor(model, related.by)} ${id}`);
  return `${drawn}  the first ${rows.length}; all of them: ${list}\n`;
}

function labelOfColumn(model: Model, name: string): string | null {
  const column = model.columns.find((one) => one.name === name);
  return column === undefined ? null : labelOf(column);
}
