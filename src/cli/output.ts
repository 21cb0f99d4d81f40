/** Rows and objects in the five formats (CLI.md): table, tsv, csv, ndjson, json. */
import { usageError } from "../domain/error.ts";
import { type Instant, parseInstant, toRfc3339 } from "../domain/instant.ts";
import { localTime } from "../domain/spoken.ts";
import type { Io } from "./io.ts";
import { wrapText } from "./wrap.ts";

export const FORMATS = ["table", "tsv", "csv", "ndjson", "json"] as const;
export type Format = (typeof FORMATS)[number];

export interface OutputOptions {
  io: Io;
  format: Format;
  /** Every column that the command can print; null where it did not say. */
  columns: readonly string[] | null;
  /** Columns asked for, in order; null = all. */
  fields: string[] | null;
  /** A header line in TSV and CSV. */
  header: boolean;
  /** Time zone of what a person reads. */
  zone: string;
}

export type Value = string | number | boolean | null | undefined | object;
export type Row = Record<string, Value>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from the database is data: what a terminal would obey is shown instead. */
export function escapeControl(text: string): string {
  return text.replace(CONTROL, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    if (character === "\r") return "\\r";
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}

/** JSON whose text no terminal obeys: JSON.stringify leaves the second block of control characters as they are. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const STAMP = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{6})?$/;

function isInstant(key: string, value: Value): value is string {
  if (typeof value !== "string" || !/(^|_)(at|at_utc|datetime)$/.test(key) || !STAMP.test(value))
    return false;
  return parseInstant(value) !== null; // 31 June is no day: what is damaged is shown as it is.
}

/** A cell of a table: instants in the zone of display, lists without their brackets. */
function shownText(key: string, value: Value, zone: string): string {
  if (isInstant(key, value)) return localTime(value as Instant, zone);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join("; ");
  return cellText(value);
}

/** An instant in the form of machines, also inside lists and objects; a source row stays as it was found. */
export function publicValue(key: string, value: Value): Value {
  if (isInstant(key, value)) return toRfc3339(value as Instant);
  if (typeof value !== "object" || value === null || key === "source") return value;
  return Array.isArray(value) ? value.map((item: Value) => publicValue(key, item)) : publicRow(value as Row);
}

function publicRow(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, publicValue(key, value)]));
}

/** Picks and orders the columns asked for. @throws ClassbookError usage: an unknown field, with the list of all */
export function chooseColumns(columns: readonly string[], fields: string[] | null): readonly string[] {
  if (fields === null) return columns;
  const unknown = fields.filter((field) => !columns.includes(field));
  if (unknown.length > 0)
    throw usageError(
      "unknown_field",
      `unknown field ${unknown.map((f) => `"${f}"`).join(", ")}`,
      columns.length === 0 ? "this command prints no fields to choose from" : `fields: ${columns.join(", ")}`,
    );
  return fields;
}

/** The columns that the command declared. What it prints must be among them, or `--fields` would refuse it. */
function declared({ columns }: OutputOptions, printed: readonly string[]): readonly string[] {
  const missing = printed.filter((column) => columns?.includes(column) === false);
  if (missing.length > 0) throw new Error(`not declared as columns of the command: ${missing.join(", ")}`);
  return columns ?? printed;
}

/** A screen on a terminal is broken between words; in a pipe its lines are whole. */
function fitted(io: Io, screen: string): string {
  return io.outIsTerminal ? wrapText(screen, io.width) : screen;
}

function cellText(value: Value): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A spreadsheet would run these, of full width too, and behind what it trims or nobody sees. */
const RUN = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u;

function csvCell(value: Value): string {
  let text = cellText(value);
  // An apostrophe makes it text.
  if (typeof value === "string" && RUN.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Prints rows. `columns` names every field there is; `shown` those of the table when none were asked for;
 * `table` draws the table for a person, if the standard one does not do.
 */
export async function printRows(
  options: OutputOptions,
  columns: readonly string[],
  rows: readonly Row[],
  shown: readonly string[] = columns,
  empty = "none",
): Promise<void> {
  const { io, format, fields } = options;
  const all = declared(options, columns);
  const chosen = fields === null ? columns : chooseColumns(all, fields);
  const project = (row: Row) => Object.fromEntries(chosen.map((column) => [column, row[column] ?? null]));
  switch (format) {
    case "json":
      io.out(
        `${toJson(
          rows.map((row) => project(publicRow(row))),
          2,
        )}\n`,
      );
      return;
    case "ndjson":
      for (const row of rows) io.out(`${toJson(project(publicRow(row)))}\n`);
      return;
    case "tsv":
      if (options.header) io.out(`${chosen.join("\t")}\n`);
      for (const row of rows)
        io.out(`${chosen.map((c) => escapeControl(cellText(publicValue(c, row[c])))).join("\t")}\n`);
      return;
    case "csv":
      io.out(`${chosen.join(",")}\r\n`);
      for (const row of rows) io.out(`${chosen.map((c) => csvCell(publicValue(c, row[c]))).join(",")}\r\n`);
      return;
    case "table": {
      if (rows.length === 0) {
        io.err(`${empty}\n`);
        return;
      }
      const { drawTable } = await import("./table.ts");
      const visible = fields === null ? shown : chosen;
      io.out(
        `${drawTable(
          io,
          visible,
          rows.map((row) => visible.map((c) => escapeControl(shownText(c, row[c], options.zone)))),
        )}\n`,
      );
      return;
    }
    default:
      format satisfies never;
  }
}

/** Rows that are printed as they come, so that a million of them need no memory. */
export interface RowStream {
  row(row: Row): void;
  /** Call it once all rows are printed: a format with a frame gets it, also around none. */
  end(): void;
}

/** @param screen what a person sees of a row: a line without its end */
export function streamRows(
  options: OutputOptions,
  columns: readonly string[],
  screen: (row: Row) => string,
): RowStream {
  const { io, format, fields, header } = options;
  const all = declared(options, columns);
  const chosen = fields === null ? columns : chooseColumns(all, fields);
  const json = (row: Row) =>
    toJson(Object.fromEntries(chosen.map((c) => [c, publicValue(c, row[c] ?? null)])));
  let rows = 0;
  const text = (row: Row): string => {
    switch (format) {
      case "json":
        return `${rows === 0 ? "[\n" : ",\n"}  ${json(row)}`;
      case "ndjson":
        return `${json(row)}\n`;
      case "tsv":
        return `${chosen.map((c) => escapeControl(cellText(publicValue(c, row[c])))).join("\t")}\n`;
      case "csv":
        return `${chosen.map((c) => csvCell(publicValue(c, row[c]))).join(",")}\r\n`;
      case "table":
        return `${fields === null ? screen(row) : chosen.map((c) => escapeControl(cellText(row[c]))).join("  ")}\n`;
      default:
        return format satisfies never;
    }
  };
  // With the first row, so that a command that fails before it prints nothing.
  const begin = () => {
    if (format === "csv") io.out(`${chosen.join(",")}\r\n`);
    if (format === "tsv" && header) io.out(`${chosen.join("\t")}\n`);
  };
  return {
    row: (row) => {
      if (rows === 0) begin();
      io.out(text(row));
      rows += 1;
    },
    end: () => {
      if (rows === 0) begin();
      if (format === "json") io.out(rows === 0 ? "[]\n" : "\n]\n");
    },
  };
}

/** Prints things that were asked for by name: one as an object, more as a list. @param asked how many were: some may not be there */
export async function printObjects(
  options: OutputOptions,
  asked: number,
  objects: readonly Row[],
  screen: (object: Row) => string,
): Promise<void> {
  if (options.format !== "table" && asked > 1) {
    await printRows(options, Object.keys(objects[0] ?? {}), objects);
    return;
  }
  for (const object of objects) await printObject(options, object, () => screen(object));
}

/** Prints one thing: JSON as an object, the flat formats as key and value, the table as `screen` draws it. */
export async function printObject(
  options: OutputOptions,
  object: Row,
  screen: () => string | Promise<string>,
): Promise<void> {
  const { io, format, fields } = options;
  const all = declared(options, Object.keys(object));
  const keys = fields === null ? Object.keys(object) : chooseColumns(all, fields);
  const picked = Object.fromEntries(keys.map((key) => [key, publicValue(key, object[key])]));
  switch (format) {
    case "json":
      io.out(`${toJson(picked, 2)}\n`);
      return;
    case "ndjson":
      io.out(`${toJson(picked)}\n`);
      return;
    case "tsv":
      for (const key of keys) io.out(`${key}\t${escapeControl(cellText(picked[key]))}\n`);
      return;
    case "csv":
      for (const key of keys) io.out(`${csvCell(key)},${csvCell(picked[key])}\r\n`);
      return;
    case "table":
      io.out(
        fields === null
          ? fitted(io, await screen())
          : `${keys.map((key) => `${key}  ${escapeControl(shownText(key, object[key], options.zone))}`).join("\n")}\n`,
      );
      return;
    default:
      format satisfies never;
  }
}
