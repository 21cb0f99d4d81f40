/** Tables of the browser: columns that fit, those that do not are out of sight on the right. */
import { displayWidth, fillTo } from "../text-width.ts";
import type { Column } from "./views.ts";

const GAP = 2;
/** What a column of texts keeps when it is cut, and a head above something narrower. */
const NARROWEST = 8;
const LEAST_HEAD = 5;
const WIDEST = 48;

export interface Fitted {
  head: string;
  rows: string[];
  /** Whether columns are out of sight on the right. */
  cut: boolean;
}

/**
 * The heads give way first, then texts, then columns from the right.
 *
 * @param shift how many columns after the first are out of sight on the left
 */
export function fitTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, shift = 0 }: { width: number; shift?: number },
): Fitted {
  let shown = columns.map((_, at) => at).filter((at) => at === 0 || at > shift);
  const heads = columns.map(({ name }) => displayWidth(name));
  const data = columns.map((_, at) => Math.max(0, ...rows.map((row) => displayWidth(row[at]!))));
  const widths = columns.map((_, at) => Math.min(Math.max(heads[at]!, data[at]!), WIDEST));
  const over = () => shown.reduce((sum, at) => sum + widths[at]! + GAP, -GAP) - width;
  const shrink = (least: (at: number) => number) => {
    while (over() > 0) {
      const wide = shown.filter((at) => widths[at]! > least(at));
      if (wide.length === 0) return;
      const widest = wide.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
      widths[widest]! -= 1;
    }
  };
  const belowHead = (at: number) => Math.max(Math.min(data[at]!, WIDEST), Math.min(heads[at]!, LEAST_HEAD));
  shrink(belowHead);
  shrink((at) => (columns[at]!.isWhole ? belowHead(at) : Math.min(belowHead(at), NARROWEST)));
  while (over() > 0 && shown.length > 1) shown = shown.slice(0, -1);
  shrink(() => 1);
  // What the columns that went have left is for those that stayed.
  for (const at of shown)
    widths[at]! += Math.max(0, Math.min(-over(), Math.min(data[at]!, WIDEST) - widths[at]!));
  const isNumeric = columns.map(
    (_, at) => rows.length > 0 && rows.every((row) => /^(-?[\d,]*|–)$/.test(row[at]!)),
  );
  const line = (cells: readonly string[]) =>
    shown
      .map((at) => fillTo(cells[at]!, widths[at]!, isNumeric[at] ? "right" : "left"))
      .join(" ".repeat(GAP))
      .trimEnd();
  return {
    head: line(columns.map(({ name }) => name)),
    rows: rows.map(line),
    cut: shown.at(-1) !== columns.length - 1,
  };
}
