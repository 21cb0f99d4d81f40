/** How the rows of a source's table become rows of the target's: which columns, and what each value turns into. Pure. */
import type { Cell } from "../db/bulk.ts";
import { type ImportProblem, type SourceTable, type SourceValue, shownValue } from "../db/import-source.ts";
import { type Converter, converterOf, type Report, type TargetTable } from "../db/import-target.ts";
import type { Engine } from "../db/layout.ts";
import { FILLED_COLUMNS } from "./import-session.ts";
import type { TeacherIds } from "./import-teacher.ts";

/** The second column for a session's link (generation D); here there is one. */
const SECOND_LINK = "meeting_url";
/** Never read: the password is nobody's business here, the others are the app's own book-keeping. */
const NOT_MISSED = new Set(["password", "last_login", "current_attendees"]);

/** The columns of a source's table that an import can use. */
export function usableColumns({ table, columns }: TargetTable): string[] {
  const names = columns.map(({ name }) => name);
  return table === "live_class_session" ? [...names, SECOND_LINK] : names;
}

/** The columns of a source's table that have no place in the target. */
export function columnsLeftBehind(target: TargetTable, table: SourceTable): string[] {
  const usable = new Set(usableColumns(target));
  return [...table.columns].filter((column) => !usable.has(column) && !NOT_MISSED.has(column));
}

/** How one table's rows are read and turned into the target's. */
export interface Shape {
  target: TargetTable;
  teachers: TeacherIds | null;
  /** Columns to read; the first is `id`. */
  read: string[];
  /** Columns to write; the first is `id`. */
  write: string[];
  converters: Converter[];
  /** Position in `read` of each column to write; -1 where the source lacks it. */
  from: number[];
}

export function shapeOf(
  engine: Engine,
  target: TargetTable,
  table: SourceTable,
  teachers: TeacherIds | null,
): Shape {
  const always = target.table === "live_class_session" ? new Set<string>(FILLED_COLUMNS) : new Set<string>();
  const has = (name: string) =>
    table.columns.has(name) || (name === "meeting_link" && table.columns.has(SECOND_LINK));
  const written = target.columns
    .filter(({ name, required }) => has(name) || always.has(name) || required)
    .sort((a, b) => Number(b.name === "id") - Number(a.name === "id"));
  const names = written.map(({ name }) => name);
  const wanted = names.includes("meeting_link") ? [...names, SECOND_LINK] : names;
  const read = wanted.filter((name) => table.columns.has(name));
  return {
    target,
    teachers,
    read,
    write: names,
    converters: written.map((column) => converterOf(engine, column)),
    from: names.map((name) => read.indexOf(name)),
  };
}

/** Rows on their way into one transaction, ids all different. */
export interface Batch {
  rows: Cell[][];
  ids: Set<number>;
  /** Rows of the source, those included that cannot be stored. */
  read: number;
}

export function newBatch(): Batch {
  return { rows: [], ids: new Set(), read: 0 };
}

/**
 * Adds the source's rows to a batch, as cells that the target can hold.
 *
 * @returns what could not be taken as it is; a row that cannot be stored has a problem, and is not in the batch
 */
export function addRows(shape: Shape, batch: Batch, values: readonly SourceValue[][]): ImportProblem[] {
  const { table } = shape.target;
  const problems: ImportProblem[] = [];
  let id: ImportProblem["id"] = null;
  const report: Report = (column, value, what) =>
    problems.push({ table, id, column, value: shownValue(value), what });
  const replace = replacerOf(shape);
  const times = timesOf(shape);
  for (const row of values) {
    const key = wholeId(row[0]);
    id = key ?? (row[0] === null || row[0] === undefined ? null : String(shownValue(row[0])));
    if (key === null) report("id", row[0], "not a whole number that can be an id; the row was not copied");
    else if (batch.ids.has(key)) report("id", key, "the source has this id twice; the row was not copied");
    if (key === null || batch.ids.has(key)) continue;
    batch.ids.add(key);
    const cells: Cell[] = [key];
    let complete = true;
    for (let i = 1; i < shape.write.length; i += 1) {
      const place = shape.from[i]!;
      const found = place === -1 ? undefined : row[place];
      const cell = shape.converters[i]!(i === replace?.at ? replace.pick(row, report) : found, report);
      if (cell === undefined) complete = false;
      else cells.push(cell);
    }
    if (complete) {
      if (times !== null) withoutWrongTime(times, { row, cells }, report);
      batch.rows.push(cells);
    }
  }
  batch.read += values.length;
  return problems;
}

function wholeId(value: SourceValue): number | null {
  const id = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) ? id : null;
}

/** A column whose value is not simply the source's. */
interface Replacer {
  /** Position in the columns to write. */
  at: number;
  pick: (row: readonly SourceValue[], report: Report) => SourceValue;
}

function replacerOf({ target, teachers, read, write, from }: Shape): Replacer | null {
  if (target.table === "course_teacher" && teachers !== null) {
    const at = write.indexOf("teacher_id");
    return { at, pick: (row, report) => teachers.translate(row[from[at]!], report) };
  }
  const second = read.indexOf(SECOND_LINK);
  if (second === -1) return null;
  const first = read.indexOf("meeting_link");
  const pick: Replacer["pick"] = (row, report) => {
    const link = first === -1 ? undefined : row[first];
    const url = row[second];
    if (link === undefined || link === null || link === "") return url;
    if (url !== null && url !== "" && url !== link)
      report(SECOND_LINK, url, "differs from meeting_link, which is kept: there is no second link here");
    return link;
  };
  return { at: write.indexOf("meeting_link"), pick };
}

/** The columns that tell a session's time, as positions in the columns to write, with that of the source's value. */
interface Times {
  /** Of UTC columns: they count before the others (LEGACY 2.1). */
  utc: { at: number; from: number }[];
  all: { at: number; column: string }[];
}

function timesOf({ target, write, from }: Shape): Times | null {
  if (target.table !== "live_class_session") return null;
  const at = (column: string) => write.indexOf(column);
  const all = ["scheduled_start", "start_at_utc", "end_at_utc"].filter((column) => at(column) !== -1);
  return {
    utc: ["start_at_utc", "end_at_utc"].map((column) => ({ at: at(column), from: from[at(column)]! })),
    all: all.map((column) => ({ at: at(column), column })),
  };
}

/**
 * A UTC time that the target cannot hold is NULL here, and NULL would have the migration put scheduled_start
 * in its place, which LEGACY 2.8 does not let it: such a session has no time at all, and its bookings wait.
 */
function withoutWrongTime(
  { utc, all }: Times,
  { row, cells }: { row: readonly SourceValue[]; cells: Cell[] },
  report: Report,
): void {
  const lost = utc.some(({ at, from }) => cells[at] === null && (row[from] ?? null) !== null);
  if (!lost) return;
  for (const { at, column } of all) {
    if (cells[at] === null) continue;
    report(
      column,
      cells[at],
      "left out beside a time that cannot be read, so that the session is not given a wrong one",
    );
    cells[at] = null;
  }
}
