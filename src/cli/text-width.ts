/** Columns of a terminal: how many a text takes, cut and broken to so many. Letters of East Asia and pictures take two. */

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
const PLAIN = /^[\u0020-\u007e\u00a1-\u02ff]*$/;
const PICTURE = /\p{Emoji_Presentation}|\ufe0f/u;
const NOTHING = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;

/** First and last of the code points that are wide or full-width (UAX 11), without those of pictures. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

function graphemeWidth(grapheme: string): number {
  if (NOTHING.test(grapheme)) return 0;
  const point = grapheme.codePointAt(0)!;
  if (PICTURE.test(grapheme) || WIDE.some(([first, last]) => point >= first && point <= last)) return 2;
  return 1;
}

/** @param text without control characters */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** As much of a text as fits, and how wide that is. */
function headOf(text: string, room: number): { head: string; width: number } {
  let head = "";
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    const more = graphemeWidth(segment);
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
