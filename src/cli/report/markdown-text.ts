/** Text as Markdown shows it, not as Markdown would read it. */
import { escapeControl } from "../output.ts";

/** Any text as prose: nothing in it is markup, a link or HTML, and it stays on its line. */
export function text(value: string): string {
  return (
    escapeControl(value)
      .replace(/[\\`*[\]<>|~#&$!]/g, "\\$&")
      // An underscore within a word is no emphasis.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
      .replace(/:\/\//g, "\\://")
      .replace(/\bwww\./gi, (start) => `${start.slice(0, -1)}\\.`)
      .replace(
        /^(\s*)([-+=]|\d+[.)])/,
        (_all, space: string, start: string) => `${space}${start.slice(0, -1)}\\${start.slice(-1)}`,
      )
  );
}

/** Any text as code. In a table the pipe has to be escaped even there. */
export function code(value: string): string {
  const shown = escapeControl(value).replaceAll("|", "\\|");
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") || shown === "" ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A command as it is typed. */
export function codeBlock(value: string, indent = ""): string {
  const longest = Math.max(2, ...(value.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}sh`, escapeControl(value), fence].map((line) => indent + line).join("\n");
}

export function bullet(words: string): string {
  return `- ${words}`;
}

/** Cells are Markdown already. A head that begins with `>` is of a column of numbers. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(heads.map((head) => head.replace(/^>/, ""))),
    line(heads.map((head) => (head.startsWith(">") ? "---:" : "---"))),
    ...rows.map(line),
  ].join("\n");
}
