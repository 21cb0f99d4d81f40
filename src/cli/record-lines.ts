/** Records of a CSV or NDJSON stream, one at a time, whatever its size: with their lines, the malformed ones too. */
import { parse } from "csv-parse/sync";
import { usageError } from "../domain/error.ts";

/** A record, or what is wrong with it. */
export type ReadRecord = { line: number } & (
  | { cells: Record<string, string>; problem: null }
  | { cells: null; problem: string }
);

/** What is longer is no line of a table: it is not kept. */
const LONGEST_LINE = 1_000_000;
/** A quoted cell may go over so many lines; a quote that stays open longer was never meant to be one. */
const LONGEST_RECORD = 100;

interface Line {
  number: number;
  /** Null where it is longer than a line may be. */
  text: string | null;
}

/**
 * Reads the stream, CSV or NDJSON as its first character says. Empty lines are passed over, empty cells are left out.
 *
 * @param checkColumns throws where the columns are not what they should be: of the header, or of the first object
 * @throws ClassbookError usage `not_utf8`, `not_records`
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array>,
  checkColumns: (columns: readonly string[]) => void,
): AsyncGenerator<ReadRecord> {
  const lines = readLines(chunks);
  for (;;) {
    const { value: first, done } = await lines.next();
    if (done) return;
    const start = first.text?.trimStart()[0];
    if (start === undefined && first.text !== null) continue;
    if (start === "[")
      throw usageError(
        "not_records",
        "the file is one JSON array",
        "give one object a line (ndjson), such as `jq -c .[]` makes of it",
      );
    yield* start === "{" ? readObjects(first, lines, checkColumns) : readCsv(first, lines, checkColumns);
    return;
  }
}

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 1;
  let text: string | null = "";
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw usageError(
        "not_utf8",
        `the file is not UTF-8, at line ${number} or soon after`,
        "convert it first",
      );
    }
  };
  for await (const chunk of chunks) {
    const parts = decode(chunk).split("\n");
    for (const [at, part] of parts.entries()) {
      if (at > 0) {
        yield { number, text: text?.replace(/\r$/, "") ?? null };
        number += 1;
        text = "";
      }
      text = text === null || text.length + part.length > LONGEST_LINE ? null : text + part;
    }
  }
  decode();
  if (text !== "") yield { number, text };
}

const TOO_LONG = "the line is too long";

async function* readObjects(
  first: Line,
  lines: AsyncGenerator<Line>,
  checkColumns: (columns: readonly string[]) => void,
): AsyncGenerator<ReadRecord> {
  for (let line = first; ; ) {
    if (line.text === null) yield { line: line.number, cells: null, problem: TOO_LONG };
    else if (line.text.trim() !== "") {
      const cells = readObject(line.text);
      if (typeof cells === "string") yield { line: line.number, cells: null, problem: cells };
      else {
        const problem = problemOf(cells, checkColumns, line === first);
        yield problem === null
          ? { line: line.number, cells, problem }
          : { line: line.number, cells: null, problem };
      }
    }
    const { value, done } = await lines.next();
    if (done) return;
    line = value;
  }
}

/** The first object stands for a header; a later one that differs is a line that is wrong. */
function problemOf(
  cells: Record<string, string>,
  checkColumns: (columns: readonly string[]) => void,
  isFirst: boolean,
): string | null {
  try {
    checkColumns(Object.keys(cells));
    return null;
  } catch (error) {
    if (isFirst) throw error;
    return (error as Error).message;
  }
}

/** @returns its cells as text, or what is wrong with it */
function readObject(text: string): Record<string, string> | string {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch (error) {
    return `it is no JSON: ${(error as Error).message}`;
  }
  if (typeof object !== "object" || object === null || Array.isArray(object)) return "it is no JSON object";
  const cells: Record<string, string> = {};
  for (const [column, value] of Object.entries(object)) {
    if (value === null || value === "") continue;
    if (Array.isArray(value) && value.every((item) => typeof item === "string"))
      cells[column] = value.join(",");
    else if (typeof value === "object") return `${column} is neither text nor a number`;
    else cells[column] = String(value);
  }
  return cells;
}

async function* readCsv(
  first: Line,
  lines: AsyncGenerator<Line>,
  checkColumns: (columns: readonly string[]) => void,
): AsyncGenerator<ReadRecord> {
  const header = first.text === null ? TOO_LONG : readCells(first.text);
  if (typeof header === "string")
    throw usageError(
      "bad_header",
      `the header cannot be read: ${header}`,
      "its first line names the columns",
    );
  const columns = header.map((column) => column.trim());
  checkColumns(columns);
  // Lines that were read ahead for a quote that stayed open.
  const waiting: Line[] = [];
  const next = async (): Promise<Line | null> => {
    const held = waiting.shift();
    if (held !== undefined) return held;
    const { value, done } = await lines.next();
    return done ? null : value;
  };
  for (let line = await next(); line !== null; line = await next()) {
    const { number } = line;
    if (line.text === null) {
      yield { line: number, cells: null, problem: TOO_LONG };
      continue;
    }
    if (line.text.trim() === "") continue;
    let text = line.text;
    const more: Line[] = [];
    while (isOpen(text) && more.length < LONGEST_RECORD) {
      const following = await next();
      if (following === null) break;
      more.push(following);
      if (following.text === null) break;
      text += `\n${following.text}`;
    }
    const found = readCells(text);
    if (typeof found === "string") {
      // Only its first line is given up: what was read ahead may be whole.
      waiting.unshift(...more);
      yield { line: number, cells: null, problem: found };
    } else if (found.length !== columns.length)
      yield {
        line: number,
        cells: null,
        problem: `it has ${found.length} cells, and the header has ${columns.length}`,
      };
    else {
      const named = columns.map((column, at) => [column, found[at]!] as const);
      const cells = Object.fromEntries(named.filter(([, cell]) => cell !== ""));
      yield { line: number, cells, problem: null };
    }
  }
}

/** Whether a quote is open at the end: quotes stand in pairs, a doubled one too. */
function isOpen(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes += 1;
  return quotes % 2 === 1;
}

/** @returns the cells of one record, or what is wrong with it */
function readCells(text: string): string[] | string {
  try {
    const [cells = [], ...more] = parse(text, { relax_column_count: true }) as string[][];
    return more.length === 0 ? cells : "a quote stands where none may";
  } catch (error) {
    return (error as Error).message.replaceAll(/,? at line \d+/g, "");
  }
}
