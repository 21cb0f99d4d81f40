/**
 * The tables that an import fills, and what becomes of a value on its way into them: whatever the
 * target's column cannot hold is said, and its NULL or default stands there instead.
 */
import { isUtf8 } from "node:buffer";
import { sql } from "kysely";
import { parseDate, parseInstant } from "../domain/instant.ts";
import type { Cell } from "./bulk.ts";
import type { SourceValue } from "./import-source.ts";
import { APP_TABLES, type AppTable, type Column, type Engine } from "./layout.ts";
import type { Database } from "./open.ts";
import { textOfBytes } from "./stored.ts";

type Kind = "integer" | "positive" | "boolean" | "instant" | "date" | "text" | "uuid";

export interface TargetColumn {
  name: string;
  kind: Kind;
  notNull: boolean;
  /** NOT NULL without a default: a row must say it. */
  required: boolean;
  /** What stands for NULL: the column's default, or nothing where NULL is allowed; undefined where a row cannot do without. */
  fallback: Cell | undefined;
  /** What stands for a value that the column cannot hold: the fallback, but where that would say something of its own. */
  unreadable: (value: SourceValue) => Cell | undefined;
  /** Most characters; null where the engine does not count them. */
  maxLength: number | null;
}

export interface TargetTable {
  table: AppTable;
  columns: TargetColumn[];
  /** Written by the target's own users too, so never overwritten (SPEC 2, "Phase 2"). */
  unified: boolean;
  /** Logical tables that foreign keys of the target name, by column. */
  references: { column: string; table: AppTable }[];
}

const UNIFIED = new Set<AppTable>([
  "live_class_booking",
  "teacher_booking_policy",
  "booking_series",
  "booking_series_item",
  "session_waitlist",
]);

const UUID_COLUMNS = new Set([
  "booking.booking_id",
  "one_on_one_booking.booking_id",
  "one_on_one_booking.recurring_series_id",
]);

/** NULL would mean one seat, or an hour: these values must not become readable on their way (LEGACY 2.8). */
const UNREADABLE: Record<string, TargetColumn["unreadable"]> = {
  "booking.seats_booked": () => -1,
  "live_class_session.duration_minutes": (value) =>
    Math.abs(Number(value)) > Number.MAX_SAFE_INTEGER
      ? Math.sign(Number(value)) * Number.MAX_SAFE_INTEGER
      : null,
};

/** NOT NULL texts without a default in which nothing is a value like any other. */
const MAY_BE_EMPTY = new Set(["student_note", "teacher_note", "cancel_reason", "title", "username"]);

/** The app's tables of a native database, in an order in which every reference points to an earlier one. */
export async function readTargetTables(database: Database): Promise<TargetTable[]> {
  const { layout } = database;
  const tables: TargetTable[] = [];
  for (const table of APP_TABLES) {
    const found = layout.table(table);
    if (found === null) continue;
    const defaults = await readDefaults(database, found.name);
    const columns = [...found.columns.values()].map((column) => ({
      name: column.name,
      kind: kindOf(table, column),
      notNull: column.notNull && column.name !== "id",
      required: column.notNull && !column.hasDefault,
      fallback: fallbackOf(column, defaults.get(column.name)),
      unreadable:
        UNREADABLE[`${table}.${column.name}`] ?? (() => fallbackOf(column, defaults.get(column.name))),
      maxLength: column.maxLength,
    }));
    const references = found.foreignKeys.flatMap(({ column, references: name }) => {
      const target = APP_TABLES.find((other) => layout.name(other) === name);
      return target === undefined ? [] : [{ column, table: target }];
    });
    tables.push({ table, columns, unified: UNIFIED.has(table), references });
  }
  return tables;
}

function kindOf(table: AppTable, { name, type }: Column): Kind {
  if (UUID_COLUMNS.has(`${table}.${name}`)) return "uuid";
  if (type.startsWith("bool")) return "boolean";
  if (type === "datetime" || type.startsWith("timestamp")) return "instant";
  if (type === "date") return "date";
  // The native layout's plain integers are bigint; what may not be negative is `integer` (src/db/ddl.ts).
  if (name !== "id" && (type === "integer" || type === "integer unsigned")) return "positive";
  return /int/.test(type) ? "integer" : "text";
}

/** The values of the columns' default expressions, worked out by the engine itself. */
async function readDefaults(database: Database, table: string): Promise<Map<string, Cell>> {
  const expressions =
    database.engine === "sqlite"
      ? sql<{ name: string; expression: string }>`
          select name, dflt_value as expression from pragma_table_info(${table}) where dflt_value is not null`
      : sql<{ name: string; expression: string }>`
          select a.attname as name, pg_get_expr(d.adbin, d.adrelid) as expression from pg_attrdef d
          join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
          join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
          where c.relname = ${table} and n.nspname = current_schema() and a.attidentity = '' and a.attgenerated = ''`;
  const { rows } = await expressions.execute(database.db);
  const values = new Map<string, Cell>();
  for (const { name, expression } of rows) {
    const value = await sql.raw<{ v: Cell }>(`select ${expression} as v`).execute(database.db);
    values.set(name, value.rows[0]!.v);
  }
  return values;
}

function fallbackOf(column: Column, standard: Cell | undefined): Cell | undefined {
  if (!column.notNull) return null;
  return standard ?? (MAY_BE_EMPTY.has(column.name) ? "" : undefined);
}

/** Why a value was not taken; says it once and goes on. */
export type Report = (column: string, value: SourceValue, what: string) => void;

/** Gives the cell to store; undefined where the row cannot be stored at all (then `report` was told). */
export type Converter = (value: SourceValue, report: Report) => Cell | undefined;

/** How values get into a column of the target. */
export function converterOf(engine: Engine, column: TargetColumn): Converter {
  const convert = withoutBytes(
    column,
    engine === "sqlite" ? sqliteConverter(column) : postgresConverter(column),
  );
  const { name, fallback, notNull, unreadable } = column;
  const meansNothing = fallback === "" || fallback === 0 || fallback === false;
  return (value, report) => {
    if (value === undefined) {
      if (fallback === undefined)
        report(name, null, "the source has no such column, and the row cannot do without");
      return fallback;
    }
    if (value === null) {
      if (!notNull || meansNothing) return fallback;
      report(
        name,
        null,
        fallback === undefined
          ? "NULL, and the row cannot do without"
          : `NULL; "${fallback}" stands in its place`,
      );
      return fallback;
    }
    const cell = convert(value, report);
    if (cell !== BAD) return cell as Cell;
    const stands = unreadable(value);
    report(name, value, `${complaint(column)}; ${instead(stands)}`);
    return stands;
  };
}

function instead(fallback: Cell | undefined): string {
  if (fallback === undefined) return "the row was not copied";
  return fallback === null ? "NULL stands in its place" : `"${fallback}" stands in its place`;
}

function complaint({ kind, maxLength }: TargetColumn): string {
  switch (kind) {
    case "integer":
      return "not a whole number that the column can hold";
    case "positive":
      return "not a whole number from 0 that the column can hold";
    case "boolean":
      return "neither true nor false";
    case "instant":
      return "cannot be read as a timestamp";
    case "date":
      return "not a date of the calendar";
    case "text":
    case "uuid":
      return maxLength === null ? "not text" : `not text of at most ${maxLength} characters`;
    default:
      return kind satisfies never;
  }
}

const BAD = Symbol("the column cannot hold it");
type Attempt = Cell | typeof BAD;
type Attempter = (value: string | number | boolean, report: Report) => Attempt;

/** Bytes where text belongs are the text that they say; those that say none are kept as an SQL literal, and reported. */
function withoutBytes({ kind, name }: TargetColumn, attempt: Attempter) {
  return (value: Exclude<SourceValue, null | undefined>, report: Report): Attempt => {
    if (!(value instanceof Uint8Array)) return attempt(value, report);
    if (kind === "integer" || kind === "positive") return BAD;
    const text = textOfBytes(value);
    if (kind === "uuid")
      return attempt(/^[0-9a-f-]{32,36}$/i.test(text) ? text : Buffer.from(value).toString("hex"), report);
    if (kind === "text" && !isUtf8(value))
      report(name, value, "the bytes are no UTF-8 text; they stand as an SQL literal");
    return attempt(text, report);
  };
}

/** SQLite's columns hold anything: what has a canonical form gets it, the rest arrives as it is. */
function sqliteConverter({ kind }: TargetColumn): Attempter {
  return (value) => {
    if (typeof value === "boolean") return value ? 1 : 0;
    if (typeof value === "number") {
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) return BAD; // It was rounded in reading.
      return kind === "positive" && value < 0 ? BAD : value;
    }
    switch (kind) {
      case "instant":
        return parseInstant(value) ?? value;
      case "uuid":
        return uuidOf(value);
      case "boolean":
        return truthOf(value) === BAD ? value : Number(truthOf(value));
      case "positive":
        return Number(value) < 0 ? BAD : value; // The column's CHECK; it lets other text pass.
      default:
        return value;
    }
  };
}

function postgresConverter({ kind, name, maxLength }: TargetColumn): Attempter {
  return (value, report) => {
    switch (kind) {
      case "integer":
        return wholeNumber(value, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      case "positive":
        return wholeNumber(value, 0, 2_147_483_647);
      case "boolean":
        return truthOf(value);
      case "instant":
        return typeof value === "string" ? (parseInstant(value) ?? BAD) : BAD;
      case "date":
        return typeof value === "string" ? (parseDate(value) ?? BAD) : BAD;
      case "uuid":
      case "text": {
        let text = typeof value === "string" ? value : String(value);
        if (text.includes("\0")) {
          report(name, value, "PostgreSQL's text cannot hold NUL characters; U+FFFD stands in their place");
          text = text.replaceAll("\0", "\ufffd");
        }
        if (kind === "uuid") text = uuidOf(text);
        return maxLength !== null && text.length > maxLength && [...text].length > maxLength ? BAD : text;
      }
      default:
        return kind satisfies never;
    }
  };
}

function wholeNumber(value: string | number | boolean, least: number, most: number): Attempt {
  if (typeof value === "string" && !/^\s*[+-]?\d+(\.0*)?\s*$/.test(value)) return BAD;
  const number = Number(value);
  return Number.isInteger(number) && number >= least && number <= most ? number : BAD;
}

function truthOf(value: string | number | boolean): boolean | typeof BAD {
  if (typeof value === "boolean") return value;
  switch (String(value).toLowerCase()) {
    case "1":
    case "t":
    case "true":
      return true;
    case "0":
    case "f":
    case "false":
      return false;
    default:
      return BAD;
  }
}

/** 32 hex digits, as Django stores a UUID in SQLite; anything else stays what it is. */
function uuidOf(text: string): string {
  const digits = text.replaceAll(/[-{}]/g, "");
  return /^[0-9a-f]{32}$/i.test(digits) ? digits.toLowerCase() : text;
}
