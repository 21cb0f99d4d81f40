/** A table as the admin reads it: its columns by kind, and what they refer to. src/admin/models declares them. */
import type { LogicalTable } from "./layout.ts";

/**
 * What a column holds. `instant`: UTC; `app-time`: a moment as the app writes it, in a zone of its own (src/db/app-time.ts);
 * `reference`: an id of another table's row; `word`: one of a list; `flag`: yes or no; `json`: an object as text.
 */
export type ColumnKind =
  | "id"
  | "reference"
  | "word"
  | "flag"
  | "whole"
  | "text"
  | "uuid"
  | "instant"
  | "app-time"
  | "date"
  | "time"
  | "json";

export interface ModelColumn {
  /** As the model's field, and the column of both layouts, is called. */
  name: string;
  kind: ColumnKind;
  /** Of a `word`: those that the model knows. Others can be stored. */
  words?: readonly string[];
  /** Whether it may be empty: NULL, or of a word no letters. */
  nullable?: boolean;
  /** Of a `reference`. */
  to?: LogicalTable;
}

export interface ModelTable {
  table: LogicalTable;
  /** In the order in which they are printed; `id` is the first. What an installation lacks reads as null. */
  columns: readonly ModelColumn[];
  /** Columns of text, and names (labelOf) that stand for those whom they name. */
  search: readonly string[];
}

/** Tables whose rows people know by the student whose they are. */
export const OF_STUDENTS: readonly LogicalTable[] = ["live_class_booking", "booking_series"];

/** Tables whose rows people know by a name. */
const NAMED: readonly LogicalTable[] = [
  "app_user",
  "teacher",
  "course",
  "live_class_session",
  ...OF_STUDENTS,
];

/**
 * The name that goes with a reference, as `student` with `student_user_id`: a username or a title; of a booking or a series its student's. Null where the column
 * is no reference to what has a name.
 */
export function labelOf({ name, kind, to }: ModelColumn): string | null {
  if (kind !== "reference" || to === undefined || !NAMED.includes(to)) return null;
  return name === "student_user_id" ? "student" : name.replace(/_id$/, "");
}

/** Every field of a model's rows: its columns, then the names. */
export function fieldsOf({ columns }: Pick<ModelTable, "columns">): string[] {
  return [...columns.map(({ name }) => name), ...columns.map(labelOf).filter((label) => label !== null)];
}

/** @throws Error a declaration names a column that is not there */
export function columnOf(model: Pick<ModelTable, "table" | "columns">, name: string): ModelColumn {
  const found = model.columns.find((column) => column.name === name);
  if (found === undefined) throw new Error(`${model.table} has no column ${name}`);
  return found;
}

/** Conditions that all hold. */
export type Condition =
  | { column: string; is: "in"; values: readonly (string | number | boolean)[] }
  /** Empty, or not empty. */
  | { column: string; is: "none" | "any" }
  /** Of moments and dates: then or later; before. */
  | { column: string; is: "from" | "before"; value: string };

export interface ModelOrder {
  /** A column or a name. */
  by: string;
  descending: boolean;
}

export interface ModelSelection {
  where: readonly Condition[];
  search: string | null;
  /** Rows without a value come last. Rows that are alike are ordered by id, as the last of these goes. */
  order: readonly ModelOrder[];
  limit: number | null;
  offset: number;
}

/** A row's cells by field: booleans, numbers, text; instants canonical where they can be read; what is damaged as it is. */
export type Cells = Record<string, unknown>;
