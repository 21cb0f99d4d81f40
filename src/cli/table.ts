/** Tables that fit the terminal. */
import Table from "cli-table3";
import type { Io } from "./io.ts";
import { paintFor } from "./io.ts";
import { wrapLine } from "./wrap.ts";

/** What a column of texts needs at least; ids and codes are never cut. */
const NARROWEST = 12;
const PADDING = 2;

/** The widths that the columns get: their own where all fit, else those of texts give way; null where that is too little. */
function fitColumns(natural: readonly number[], least: readonly number[], width: number): number[] | null {
  const widths = [...natural];
  const over = () => widths.reduce((sum, w) => sum + w + PADDING, 0) - width;
  while (over() > 0) {
    const spare = widths.map((w, at) => (w > least[at]! ? w : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if (spare[widest] === 0) return null;
    widths[widest] = Math.max(least[widest]!, widths[widest]! - over());
  }
  return widths;
}

/** For terminals too narrow for a table: a line for each value, a block for each row. */
function drawBlocks(io: Io, columns: readonly string[], rows: readonly string[][]): string {
  const paint = paintFor(io);
  const name = Math.max(...columns.map((column) => column.length)) + PADDING;
  return rows
    .map((row) =>
      columns
        .map((column, at) =>
          wrapLine(`${paint.dim(column.padEnd(name))}${row[at]}`.trimEnd(), io.width, name),
        )
        .join("\n"),
    )
    .join("\n\n");
}

export function drawTable(io: Io, columns: readonly string[], rows: readonly string[][]): string {
  const paint = paintFor(io);
  const natural = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => row[at]!.length)));
  // A column of texts may be cut, which is marked; one of single words may not.
  const least = natural.map((width, at) =>
    rows.some((row) => row[at]!.includes(" "))
      ? Math.min(width, Math.max(NARROWEST, columns[at]!.length))
      : width,
  );
  const widths = fitColumns(natural, least, io.outIsTerminal ? io.width : Number.POSITIVE_INFINITY);
  if (widths === null) return drawBlocks(io, columns, rows);
  const numeric = columns.map(
    (_, at) => rows.length > 0 && rows.every((row) => /^-?[\d,.]*$/.test(row[at]!)),
  );
  const table = new Table({
    head: columns.map((column) => paint.dim(column)),
    colWidths: widths.map((width) => width + PADDING),
    colAligns: numeric.map((is) => (is ? "right" : "left")),
    chars: Object.fromEntries(
      [
        "top",
        "top-mid",
        "top-left",
        "top-right",
        "bottom",
        "bottom-mid",
        "bottom-left",
        "bottom-right",
        "left",
        "left-mid",
        "mid",
        "mid-mid",
        "right",
        "right-mid",
        "middle",
      ].map((name) => [name, ""]),
    ),
    style: { head: [], border: [], "padding-left": 0, "padding-right": PADDING },
    truncate: "…",
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
