/**
 * Stored values as they are, whatever an SQLite column was meant for: BLOBs where text belongs, and whole numbers
 * beyond those that a JavaScript number holds exactly.
 */
import { isUtf8 } from "node:buffer";
import type { Engine } from "./layout.ts";

/** Bytes as text: what they say in UTF-8, else an SQL literal that keeps them all. */
export function textOfBytes(bytes: Uint8Array): string {
  return isUtf8(bytes) ? Buffer.from(bytes).toString("utf8") : `x'${Buffer.from(bytes).toString("hex")}'`;
}

/** A value read from a column: bytes as text, everything else as it came. */
export function readable(value: unknown): unknown {
  // Millions of cells come by: what is no object is told first.
  return typeof value === "object" && value instanceof Uint8Array ? textOfBytes(value) : value;
}

/** The row with its bytes as text; the same object. */
export function readableRow<T>(row: T): T {
  const cells = row as Record<string, unknown>;
  for (const column in cells)
    if (cells[column] instanceof Uint8Array) cells[column] = readable(cells[column]);
  return row;
}

/** A value as JSON can keep it: numbers that JSON or JavaScript would change are text. */
export function jsonSafe(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value === Number.POSITIVE_INFINITY) return "9e999"; // As SQL spells it, and reads it again.
  return value === Number.NEGATIVE_INFINITY ? "-9e999" : readable(value);
}

/** SQL for a column of whole numbers; those that JavaScript would round come as text (PostgreSQL's are decoded so). */
export function exactly(engine: Engine, column: string): string {
  if (engine === "postgres") return column;
  const most = Number.MAX_SAFE_INTEGER;
  return `case when typeof(${column}) = 'integer' and ${column} not between -${most} and ${most} then cast(${column} as text) else ${column} end`;
}

/** SQL for a UUID as lower-case hex digits: some tools store its bytes, as a BLOB, where Django stores 32 digits. */
export function uuidDigits(engine: Engine, column: string): string {
  const digits = (text: string) => `lower(replace(cast(${text} as text), '-', ''))`;
  if (engine === "postgres") return digits(column);
  const isText = `typeof(${column}) <> 'blob' or (length(${column}) in (32, 36) and cast(${column} as text) not glob '*[^0-9A-Fa-f-]*')`;
  return `case when ${isText} then ${digits(column)} else lower(hex(${column})) end`;
}
