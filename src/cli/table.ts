/** Tables that fit the terminal. */
import Table from "cli-table3";
import type { Io } from "./io.ts";
import { paintFor } from "./io.ts";

const NARROWEST = 8;
const PADDING = 2;

/** The widths that the columns get: their own where all fit, else the widest give way. */
export function fitColumns(natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const over = () => widths.reduce((sum, w) => sum + w + PADDING, 0) - width;
  while (over() > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= NARROWEST) break;
    widths[widest] = Math.max(NARROWEST, widths[widest]! - over());
  }
  return widths;
}

export function drawTable(io: Io, columns: readonly string[], rows: readonly string[][]): string {
  const paint = paintFor(io);
  const natural = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => row[at]!.length)));
  const widths = fitColumns(natural, io.outIsTerminal ? io.width : Number.POSITIVE_INFINITY);
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
