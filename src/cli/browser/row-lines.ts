/** An opened row as lines of the screen: what is too long is broken, so that all of it can be read. */
import { breakTo, cutTo, displayWidth } from "../text-width.ts";
import { fitTable } from "./columns.ts";
import type { RowPart, RowView, Target } from "./views.ts";

export interface RowLine {
  text: string;
  isTitle: boolean;
  /** Where Enter goes; null = nowhere. */
  target: Target | null;
}

/** What marks the line that the cursor is on. */
export const MARGIN = 2;
const INDENT = 2;

/** @param width of the screen */
export function rowLines({ parts }: RowView, width: number): RowLine[] {
  const room = Math.max(1, width - MARGIN);
  return parts.flatMap((part, at): RowLine[] => [
    ...(at === 0 ? [] : [{ text: "", isTitle: false, target: null }]),
    ...(part.title === "" ? [] : [{ text: cutTo(part.title, room), isTitle: true, target: part.target }]),
    ...(part.columns === null ? fieldLines(part, room) : tableLines(part, room)),
    ...(part.note === null
      ? []
      : [{ text: cutTo(`  ${part.note}`, room), isTitle: false, target: part.target }]),
  ]);
}

function fieldLines({ lines }: RowPart, room: number): RowLine[] {
  const names = Math.max(...lines.map(({ cells }) => displayWidth(cells[0]!)));
  // Where half the screen would be names, each stands above what it names.
  const beside = names + INDENT <= room / 2;
  return lines.flatMap(({ cells: [name, value], target }) => {
    if (!beside)
      return [
        cutTo(name!, room),
        ...breakTo(value!, room - INDENT).map((text) => " ".repeat(INDENT) + text),
      ].map((text) => ({ text, isTitle: false, target }));
    return breakTo(value!, room - names - INDENT).map((text, at) => ({
      text: `${(at === 0 ? name! : "").padEnd(names + INDENT)}${text}`.trimEnd(),
      isTitle: false,
      target,
    }));
  });
}

function tableLines({ columns, lines }: RowPart, room: number): RowLine[] {
  if (lines.length === 0) return [];
  const table = fitTable(
    columns!,
    lines.map(({ cells }) => cells),
    { width: room - INDENT },
  );
  return [table.head, ...table.rows].map((text, at) => ({
    text: `  ${text}`,
    isTitle: false,
    target: at === 0 ? null : lines[at - 1]!.target,
  }));
}
