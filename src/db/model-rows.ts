/** Rows of any model with the names that people know them by: a page, a page by key, single ones, and how many. */
import { type RawBuilder, sql } from "kysely";
import { ClassbookError } from "../domain/error.ts";
import { parseInstant } from "../domain/instant.ts";
import { readAppTime, zoneOfApp } from "./app-time.ts";
import { readValues } from "./audit.ts";
import { quote } from "./ddl.ts";
import { instantIn, speltOtherwise } from "./instant-text.ts";
import { idList, isListed } from "./listed.ts";
import {
  type Cells,
  type Condition,
  fieldsOf,
  labelOf,
  type ModelColumn,
  type ModelSelection,
  type ModelTable,
} from "./model.ts";
import { conditionOf, idValue, searchOf, targetOf } from "./model-where.ts";
import type { Database } from "./open.ts";
import { allOf, pageOf } from "./search.ts";
import { exactly, jsonSafe } from "./stored.ts";

/** @throws ClassbookError findings `missing_table` */
export function requireTable({ layout, address }: Database, { table }: Pick<ModelTable, "table">): void {
  if (layout.has(table, "id")) return;
  throw new ClassbookError({
    kind: "findings",
    code: "missing_table",
    message: `there is no table ${layout.name(table)} in ${address}`,
    hint: "older apps never had some; `classbook db check` names what was taken away, `classbook admin` what is there",
  });
}

/** A page of rows. What the page needs is read, and no more: names are looked up for its rows only. */
export async function listModelRows(
  database: Database,
  model: ModelTable,
  selection: ModelSelection,
): Promise<Cells[]> {
  const zone = await zoneFor(database, model);
  const rows = whereOf(database, model, selection, zone);
  const spelt = await speltIn(database, model, selection, rows);
  const order = orderOf(database, model, selection, spelt);
  const page = sql`where ${rows} order by ${order} ${pageOf(selection)}`;
  return select(database, model, { page, order: sql`order by ${order}`, more: [], zone });
}

/**
 * The next rows in the order of their ids, for what goes through all of them.
 *
 * @param after the id of the last row that was read; null = from the first
 */
export async function listModelRowsAfter(
  database: Database,
  model: ModelTable,
  { where, search }: Pick<ModelSelection, "where" | "search">,
  { after, limit }: { after: number | string | null; limit: number },
): Promise<Cells[]> {
  const zone = await zoneFor(database, model);
  const next = after === null ? sql<boolean>`1 = 1` : sql<boolean>`t.id > ${idValue(after)}`;
  const rows = whereOf(database, model, { where, search }, zone);
  const page = sql`where ${rows} and ${next} order by t.id limit ${limit}`;
  return select(database, model, { page, order: sql`order by t.id`, more: [], zone });
}

export async function countModelRows(
  database: Database,
  model: ModelTable,
  selection: Pick<ModelSelection, "where" | "search"> = { where: [], search: null },
): Promise<number> {
  const zone = await zoneFor(database, model);
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(model.table)} t
    where ${whereOf(database, model, selection, zone)}`.execute(database.db);
  return Number(rows[0]!.n);
}

/** What nobody is shown; the password of an account is not even read. */
const SECRET = /password|secret|token/i;
const NEVER_READ = /^password$/;
const MASK = "***";

/** Columns that this installation has beside the model's. */
export function otherColumns({ layout }: Pick<Database, "layout">, model: ModelTable): string[] {
  const known = fieldsOf(model);
  return [...(layout.table(model.table)?.columns.keys() ?? [])].filter(
    (name) => !known.includes(name) && !NEVER_READ.test(name),
  );
}

/** The rows with these ids, with every column that the table has; those that are not there are left out. */
export async function findModelRows(
  database: Database,
  model: ModelTable,
  ids: readonly number[],
): Promise<Cells[]> {
  const zone = await zoneFor(database, model);
  if (ids.length === 0) return [];
  const page = sql`where ${isListed(database.engine, "t.id", idList(database, ids))}`;
  const more = otherColumns(database, model);
  const rows = await select(database, model, { page, order: sql``, more, zone });
  for (const name of more) {
    const isFlag = database.layout.column(model.table, name)?.type.startsWith("bool") === true;
    for (const row of rows) {
      if (SECRET.test(name) && row[name] !== null) row[name] = MASK;
      if (isFlag) row[name] = asFlag(row[name]);
    }
  }
  return rows;
}

async function zoneFor(database: Database, { columns }: ModelTable): Promise<string> {
  return columns.some(({ kind }) => kind === "app-time") ? zoneOfApp(database, database.db) : "UTC";
}

function whereOf(
  database: Database,
  model: ModelTable,
  { where, search }: { where: readonly Condition[]; search: string | null },
  zone: string,
): RawBuilder<boolean> {
  return allOf([
    ...where.map((condition) => conditionOf(database, model, condition, zone)),
    ...(search === null ? [] : [searchOf(database, model, search)]),
  ]);
}

/**
 * Columns of the order that have moments spelt in another way among the rows. While they have none, the text is the order, and
 * an index has it.
 */
async function speltIn(
  { engine, layout, db }: Database,
  { table, columns }: ModelTable,
  { order }: ModelSelection,
  rows: RawBuilder<boolean>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { by } of order) {
    const kind = columns.find(({ name }) => name === by)?.kind;
    if ((kind !== "instant" && kind !== "app-time") || !layout.has(table, by)) continue;
    const test = speltOtherwise(engine, `t.${quote(by)}`);
    if (test === null) continue;
    const { rows: odd } =
      await sql`select 1 from ${sql.table(table)} t where ${rows} and ${test} limit 1`.execute(db);
    if (odd.length > 0) found.add(by);
  }
  return found;
}

/** Ends with the id, so that pages neither repeat nor leave out a row. */
function orderOf(
  database: Database,
  model: ModelTable,
  { order }: ModelSelection,
  spelt: ReadonlySet<string>,
): RawBuilder<unknown> {
  const direction = (descending: boolean) => (descending ? sql`desc` : sql`asc`);
  const parts = order.flatMap(({ by, descending }) => {
    if (by === "id") return [sql`t.id ${direction(descending)}`];
    if (spelt.has(by))
      return [sql`${instantIn(database.engine, `t.${quote(by)}`)} ${direction(descending)} nulls last`];
    const labelled = model.columns.find((column) => labelOf(column) === by);
    const value =
      labelled === undefined
        ? (teacherOf(database, model, by) ?? cellOf(database, model, by))
        : nameOf(database, model, labelled);
    if (value === null) return [];
    const { notNull = false } =
      (labelled === undefined ? database.layout.column(model.table, by) : null) ?? {};
    // An index has no such order where NULLs cannot be; where they can, engines differ.
    return [sql`${value} ${direction(descending)} ${notNull ? sql`` : sql`nulls last`}`];
  });
  const last = order.at(-1);
  if (!order.some(({ by }) => by === "id"))
    parts.push(sql`t.id ${direction(last === undefined || last.descending)}`);
  return sql.join(parts);
}

function cellOf({ layout }: Database, { table }: ModelTable, column: string): RawBuilder<unknown> | null {
  return layout.has(table, column) ? sql.ref(`t.${column}`) : null;
}

/**
 * The teacher where a column that refers to one keeps the teacher's user: what is shown is what the filter takes. Null where the
 * column keeps what it refers to.
 */
function teacherOf(database: Database, model: ModelTable, name: string): RawBuilder<unknown> | null {
  const column = model.columns.find((one) => one.name === name);
  if (column?.to !== "teacher" || targetOf(database, model, column) === "teacher") return null;
  return sql`(select min(x.id) from ${sql.table("teacher")} x where x.user_id = ${sql.ref(`t.${name}`)})`;
}

/** Null where this installation has nothing to tell it by. */
function nameOf(database: Database, model: ModelTable, column: ModelColumn): RawBuilder<unknown> | null {
  const { layout } = database;
  const id = cellOf(database, model, column.name);
  const target = targetOf(database, model, column);
  if (id === null || !layout.has(target)) return null;
  const user = sql.table("app_user");
  switch (target) {
    case "app_user":
      return sql`(select u.username from ${user} u where u.id = ${id})`;
    case "teacher":
      return sql`(select coalesce(u.username, 'teacher ' || x.id) from ${sql.table("teacher")} x
        left join ${user} u on u.id = x.user_id where x.id = ${id})`;
    case "live_class_booking":
    case "booking_series":
      return sql`(select u.username from ${sql.table(target)} x join ${user} u on u.id = x.student_user_id
        where x.id = ${id})`;
    default:
      return layout.has(target, "title")
        ? sql`(select x.title from ${sql.table(target)} x where x.id = ${id})`
        : null;
  }
}

interface Reading {
  /** Which rows of `t`: what follows `from`. */
  page: RawBuilder<unknown>;
  /** Their order once more, for the names are joined to the page. */
  order: RawBuilder<unknown>;
  /** Columns beside the model's. */
  more: readonly string[];
  zone: string;
}

async function select(
  database: Database,
  model: ModelTable,
  { page, order, more, zone }: Reading,
): Promise<Cells[]> {
  const { engine, layout } = database;
  const present = model.columns.filter(({ name }) => layout.has(model.table, name));
  const stored = [...present.map(({ name }) => name), ...more].map((name) => sql.ref(`t.${name}`));
  const cells = model.columns.map(({ name, kind }) => {
    if (!layout.has(model.table, name)) return sql`null as ${sql.ref(name)}`;
    const teacher = teacherOf(database, model, name);
    if (teacher !== null) return sql`${teacher} as ${sql.ref(name)}`;
    if (!["id", "reference", "whole"].includes(kind)) return sql.ref(`t.${name}`);
    return sql`${sql.raw(exactly(engine, `t.${quote(name)}`))} as ${sql.ref(name)}`;
  });
  const names = model.columns.flatMap((column) => {
    const label = labelOf(column);
    if (label === null) return [];
    return [sql`${nameOf(database, model, column) ?? sql`null`} as ${sql.ref(label)}`];
  });
  const others = more.map((name) => sql`${sql.raw(exactly(engine, `t.${quote(name)}`))} as ${sql.ref(name)}`);
  const { rows } = await sql<Cells>`
    select ${sql.join([...cells, ...names, ...others])}
    from (select ${sql.join(stored)} from ${sql.table(model.table)} t ${page}) t ${order}`.execute(
    database.db,
  );
  return rows.map((row) => decode(model, row, zone));
}

/** SQLite has 0 and 1; what is neither stays as it is. */
function asFlag(value: unknown): unknown {
  return value === 0 || value === 1 ? value === 1 : value;
}

/** The same row, its cells as the model means them; what cannot be read stays as it is. */
function decode({ columns }: ModelTable, row: Cells, zone: string): Cells {
  for (const name in row) row[name] = jsonSafe(row[name]);
  for (const { name, kind } of columns) {
    const value = row[name];
    if (value === null) continue;
    if (kind === "flag") row[name] = asFlag(value);
    if (typeof value !== "string") continue;
    if (kind === "instant") row[name] = parseInstant(value) ?? value;
    if (kind === "app-time") row[name] = readAppTime(value, zone) ?? value;
    if (kind === "json") row[name] = readValues(value);
  }
  return row;
}
