/** What `classbook import` reads from, whatever it is: one interface over three readers. */
import type { Cell } from "./bulk.ts";
import { quote } from "./ddl.ts";
import { APP_TABLES, type AppTable, type Layout } from "./layout.ts";

/** A value as a source gives it. `undefined` = the source has no such column. */
export type SourceValue = string | number | boolean | null | Uint8Array | undefined;

/** Something of the source that could not be copied as it was. */
export interface ImportProblem {
  table: string;
  /** The row's id in the source; null where it has none that can be kept. */
  id: number | string | null;
  /** Null where the whole row is meant. */
  column: string | null;
  /** The offending value, cut where it is long. */
  value: Cell;
  /** A sentence: what is wrong, and what was done instead. */
  what: string;
}

export interface SourceTable {
  table: AppTable;
  columns: ReadonlySet<string>;
  /** Rows when the import began; the source may be in use. */
  total: number;
}

/** A page of rows: cells in the order of the columns asked for. */
export interface SourcePage {
  rows: SourceValue[][];
  /** What went wrong in reading, rather than in writing. */
  problems: ImportProblem[];
}

/** What course_teacher.teacher_id refers to (LEGACY 1); null where the source does not say. */
export type TeacherReference = "teacher" | "app_user" | null;

export interface ImportSource {
  readonly kind: "sqlite" | "postgres" | "dumpdata";
  /** The address as people may see it: a password is `***`. */
  readonly name: string;
  /** Sentences about the source as a whole, for the operator. */
  readonly notes: readonly string[];
  /** True where what is missing is known to be missing; false where empty tables do not show (dumpdata). */
  readonly showsEmptyTables: boolean;
  readonly teacherReference: TeacherReference;
  /** The logical tables that the source has, in no particular order. */
  tables(): Promise<SourceTable[]>;
  /**
   * All rows of a table, page by page, ordered by their key; memory holds a page.
   * Only the columns named are read: never a password.
   */
  rows(table: AppTable, columns: readonly string[]): AsyncIterable<SourcePage>;
  /** How many bookings of the source a migration by classbook made there. */
  countMigrated(): Promise<number>;
  close(): Promise<void>;
}

/** Rows a page. */
export const SOURCE_PAGE = 5_000;

const SHOWN = 200;

/** A value as a problem shows it: never longer than a line. */
export function shownValue(value: SourceValue): Cell {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return `x'${Buffer.from(value.subarray(0, SHOWN / 2)).toString("hex")}'`;
  return typeof value === "string" && value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value;
}

/** What every source database says of itself in words. */
export function nativeNotes(layout: Layout): string[] {
  if (layout.kind !== "native") return [];
  return ["the source is a classbook database: its audit trail and its migration's records stay there"];
}

/** The statement behind `countMigrated`; null where the source was never migrated. */
export function migratedBookings(layout: Layout): string | null {
  const table = layout.table("legacy_provenance");
  return table === null
    ? null
    : `select count(*) as n from ${quote(table.name)} where outcome = 'migrated' and created = 1`;
}

/** The logical tables of a source database, with their columns. The password is not among them. */
export async function listTables(
  layout: Layout,
  count: (name: string) => number | Promise<number>,
): Promise<SourceTable[]> {
  const tables: SourceTable[] = [];
  for (const table of APP_TABLES) {
    const found = layout.table(table);
    if (found === null || !found.columns.has("id")) continue;
    const columns = new Set([...found.columns.keys()].filter((column) => column !== "password"));
    tables.push({ table, columns, total: await count(found.name) });
  }
  return tables;
}

/** LEGACY 1: teacher_id references the teacher table in old databases and auth_user in newer ones. */
export function teacherReferenceOf(layout: Layout): TeacherReference {
  if (layout.kind === "native") return "teacher";
  const key = layout.table("course_teacher")?.foreignKeys.find(({ column }) => column === "teacher_id");
  const named = key?.references.toLowerCase();
  return (
    (["teacher", "app_user"] as const).find((table) => layout.name(table).toLowerCase() === named) ?? null
  );
}
