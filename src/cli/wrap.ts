/** Lines that fit a terminal: broken between words, never in one. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
const COLOUR = /\u001b\[\d+m/g;
/** Narrower than this nothing is worth breaking for. */
const NARROWEST = 20;

/** Columns that a text takes on the screen. */
export function shownWidth(text: string): number {
  return text.replace(COLOUR, "").length;
}

/** @param hang how far the lines after the first are indented; by default two further than the first */
export function wrapLine(line: string, width: number, hang = /^ */.exec(line)![0].length + 2): string {
  if (shownWidth(line) <= width) return line;
  const room = Math.max(width, NARROWEST);
  const indent = " ".repeat(Math.min(hang, Math.floor(room / 2)));
  const lines: string[] = [];
  let current = "";
  let gap = "";
  for (const part of line.split(/( +)/)) {
    if (/^ *$/.test(part)) {
      gap += part;
      continue;
    }
    if (current.trim() === "" || shownWidth(current + gap + part) <= room) current += gap + part;
    else {
      lines.push(current);
      current = indent + part;
    }
    gap = "";
  }
  return [...lines, current].join("\n");
}

export function wrapText(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, width))
    .join("\n");
}
