/** Parts of a screen: a headline with a small table below it. */
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";
import { drawTable } from "../table.ts";

const INDENT = "  ";

/** @param empty what stands there instead of no rows; null: the whole part is left out */
export function section(
  { io }: OutputOptions,
  title: string,
  columns: readonly string[],
  rows: readonly string[][],
  empty: string | null = null,
): string {
  const head = paintFor(io).bold(escapeControl(title));
  if (rows.length === 0) return empty === null ? "" : `\n${head}\n${INDENT}${empty}\n`;
  const table = drawTable(
    { ...io, width: io.width - INDENT.length },
    columns,
    rows.map((row) => row.map(escapeControl)),
  );
  return `\n${head}\n${table
    .split("\n")
    .map((line) => `${INDENT}${line}`)
    .join("\n")}\n`;
}
