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

/** What changed, in words: a person reads it instead of the columns of the values. */
export const CHANGE = "change";

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

/** A column of a row: what it holds, and beside a reference the name. */
export interface ShownField {
  name: string;
  value: string;
}

/** Every column of a row as a person reads it, also those that only this installation has. */
export function rowFields(output: OutputOptions, model: Model, cells: Cells): ShownField[] {
  const row = printedRow(output, model, cells);
  const fields = fieldsOf(model);
  const labels = new Map(model.columns.map((column) => [column.name, labelOf(column)]));
  const names = [
    ...model.columns.map(({ name }) => name),
    ...Object.keys(cells).filter((name) => !fields.includes(name)),
  ];
  return names.map((name) => {
    const label = labels.get(name);
    const named = label == null || row[label] == null ? "" : ` ${text(row[label])}`;
    return { name, value: `${text(row[name])}${named}` };
  });
}

/** All there is to know of a row: its columns, each reference with its name, and the rows that belong to it. */
export function rowScreen(
  output: OutputOptions,
  model: Model,
  { cells, inlines }: ShownRow,
  command: (words: string) => string,
): string {
  const paint = paintFor(output.io);
  const fields = rowFields(output, model, cells);
  const width = Math.max(...fields.map(({ name }) => name.length));
  return [
    `${paint.bold(`${model.name} ${cells.id}`)}\n`,
    ...fields.map(({ name, value }) => `${`  ${name.padEnd(width)}  ${value}`.trimEnd()}\n`),
    ...inlines.map((inline) => inlineSection(output, inline, Number(cells.id), command)),
  ].join("");
}

/** The columns that say of rows which belong to a row more than whose they are. */
export function inlineColumns({ related, model }: Inline): string[] {
  const shown = model.name === "BookingEvent" ? ["id", "at", "actor", "what", CHANGE, "reason"] : model.shown;
  return shown.filter((field) => field !== related.by && field !== labelOfColumn(model, related.by));
}

/** A row in some of its fields, as a table has it. @param moment how a moment is said; left out: with weekday and zone */
export function tableCells(
  output: OutputOptions,
  model: Model,
  row: Cells,
  fields: readonly string[],
  moment?: (at: Instant) => string,
): string[] {
  const printed = printedRow(output, model, row);
  return fields.map((field) => {
    if (field === CHANGE) return oneLine(changeWords(row as unknown as AuditEvent, output.zone));
    // Where the row has been printed otherwise than it is stored, it is a moment.
    const isMoment = printed[field] !== row[field];
    return oneLine(isMoment && moment !== undefined ? moment(row[field] as Instant) : printed[field]);
  });
}

function oneLine(value: Value): string {
  return value === null || value === undefined ? "" : text(value).replaceAll("\\n", " ");
}

/** The flags by which a model's list has the rows of an inline. */
export function inlineFlags({ related, model }: Inline, id: number): Record<string, string> {
  const also =
    related.also === undefined ? {} : { [flagFor(model, related.also.column)]: related.also.value };
  return { ...also, [flagFor(model, related.by)]: String(id) };
}

function inlineSection(
  output: OutputOptions,
  inline: Inline,
  id: number,
  command: (words: string) => string,
): string {
  const { related, model, count, rows } = inline;
  const columns = inlineColumns(inline);
  const cells = rows.map((row) => tableCells(output, model, row, columns));
  const drawn = section(output, `${related.key} (${model.name}): ${count}`, columns, cells, "none");
  if (rows.length === count) return drawn;
  const flags = Object.entries(inlineFlags(inline, id)).map(([flag, value]) => `${flag} ${value}`);
  const list = command(`admin ${model.name} list ${flags.join(" ")}`);
  return `${drawn}  the first ${rows.length}; all of them: ${list}\n`;
}

function labelOfColumn(model: Model, name: string): string | null {
  const column = model.columns.find((one) => one.name === name);
  return column === undefined ? null : labelOf(column);
}
