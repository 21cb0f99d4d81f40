/** Columns of a terminal: how many a text takes, cut and broken to so many. Letters of East Asia and pictures take two. */
import stringWidth from "string-width";

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
const PLAIN = /^[\u0020-\u007e\u00a1-\u02ff]*$/;

/** @param text without control characters */
export function displayWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** As much of a text as fits, and how wide that is. */
function headOf(text: string, room: number): { head: string; width: number } {
  let head = "";
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    const more = stringWidth(segment);
    if (width + more > room) break;
    head += segment;
    width += more;
  }
  return { head, width };
}

/** A text that is not wider than `width`; what was cut is marked. */
export function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return width <= 0 ? "" : `${headOf(text, width - 1).head}…`;
}

/** Exactly `width` columns. */
export function fillTo(text: string, width: number, align: "left" | "right" = "left"): string {
  const cut = cutTo(text, width);
  const space = " ".repeat(Math.max(0, width - displayWidth(cut)));
  return align === "left" ? cut + space : space + cut;
}

/** Lines that are not wider than `wanted`: broken between words where there are some, else anywhere. The first is there in any case. */
export function breakTo(text: string, wanted: number): string[] {
  const width = Math.max(1, wanted);
  const lines: string[] = [];
  let rest = text;
  while (displayWidth(rest) > width) {
    let { head } = headOf(rest, width);
    if (head === "") head = rest.slice(0, [...rest][0]!.length); // Not even one fits.
    const space = rest[head.length] === " " ? head.length : head.lastIndexOf(" ");
    const end = space > 0 ? space : head.length;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^ /, "");
  }
  return rest === "" && lines.length > 0 ? lines : [...lines, rest];
}
