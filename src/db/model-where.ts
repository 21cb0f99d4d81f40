/** Which rows of a model are meant: filters and search as SQL, on the row `t`. */
import { type RawBuilder, sql } from "kysely";
import { formatInstant, type Instant } from "../domain/instant.ts";
import { toWall } from "../domain/zone.ts";
import { courseTeacherNamesUsers } from "./booking-people.ts";
import { quote } from "./ddl.ts";
import { instantTest } from "./instant-text.ts";
import type { LogicalTable } from "./layout.ts";
import {
  type Condition,
  columnOf,
  labelOf,
  type ModelColumn,
  type ModelTable,
  OF_STUDENTS,
} from "./model.ts";
import type { Database } from "./open.ts";
import { flag } from "./rows.ts";
import { contains } from "./search.ts";
import { uuidDigits } from "./stored.ts";
import { nameColumns } from "./student.ts";

const NEVER = sql<boolean>`1 = 0`;
const ALWAYS = sql<boolean>`1 = 1`;

/** An id as a number of any size: a short integer column would refuse a long one. */
export function idValue(id: number | string): RawBuilder<number> {
  return sql<number>`cast(${id} as bigint)`;
}

/** What a reference points to here: newer databases name the teacher's user in course_teacher (LEGACY 1). */
export function targetOf(database: Database, { table }: ModelTable, column: ModelColumn): LogicalTable {
  const namesUser =
    table === "course_teacher" && column.name === "teacher_id" && courseTeacherNamesUsers(database);
  return namesUser ? "app_user" : column.to!;
}

/** @param zone in which the app keeps its times */
export function conditionOf(
  database: Database,
  model: ModelTable,
  condition: Condition,
  zone: string,
): RawBuilder<boolean> {
  const column = columnOf(model, condition.column);
  if (!database.layout.has(model.table, column.name)) return condition.is === "none" ? ALWAYS : NEVER;
  const ref =
    column.kind === "uuid"
      ? sql.raw(uuidDigits(database.engine, `t."${column.name}"`))
      : sql.ref(`t.${column.name}`);
  switch (condition.is) {
    case "in":
      return sql<boolean>`${ref} in (${sql.join(condition.values.map((value) => operandOf(database, model, column, value)))})`;
    case "none":
      return column.kind === "word" ? sql<boolean>`coalesce(${ref}, '') = ''` : sql<boolean>`${ref} is null`;
    case "any":
      return column.kind === "word" ? sql<boolean>`${ref} <> ''` : sql<boolean>`${ref} is not null`;
    case "from":
    case "before":
      return rangeOf(database, column, condition, zone);
    default:
      return condition satisfies never;
  }
}

function operandOf(
  database: Database,
  model: ModelTable,
  column: ModelColumn,
  value: string | number | boolean,
): RawBuilder<unknown> {
  if (typeof value === "boolean") return sql`${flag(database, value)}`;
  if (column.kind === "id") return idValue(value as number);
  if (column.kind !== "reference") return sql`${value}`;
  const id = idValue(value as number);
  return targetOf(database, model, column) === column.to
    ? id
    : sql`(select x.user_id from ${sql.table("teacher")} x where x.id = ${id})`;
}

function rangeOf(
  { engine }: Database,
  { name, kind }: ModelColumn,
  { is, value }: { is: "from" | "before"; value: string },
  zone: string,
): RawBuilder<boolean> {
  const column = `t.${quote(name)}`;
  switch (kind) {
    case "instant":
      return instantTest(engine, column, is, { instant: value as Instant });
    case "app-time": {
      const wall = toWall(value as Instant, zone);
      const local = formatInstant(wall.seconds, wall.micros);
      return instantTest(engine, column, is, { instant: value as Instant, wall: local });
    }
    default:
      return sql<boolean>`${sql.raw(column)} ${sql.raw(is === "from" ? ">=" : "<")} ${value}`;
  }
}

/** Rows in which the text stands, and the row whose id it is. Who or what is named is looked for once, not in each row. */
export function searchOf(database: Database, model: ModelTable, text: string): RawBuilder<boolean> {
  const { layout, engine } = database;
  const tests: RawBuilder<boolean>[] = /^\d{1,15}$/.test(text)
    ? [sql<boolean>`t.id = ${idValue(Number(text))}`]
    : [];
  for (const field of model.search) {
    const labelled = model.columns.find((column) => labelOf(column) === field);
    const column = labelled ?? columnOf(model, field);
    if (!layout.has(model.table, column.name)) continue;
    if (labelled !== undefined) {
      const ids = namedLike(database, targetOf(database, model, column), text);
      if (ids !== null) tests.push(sql<boolean>`${sql.ref(`t.${column.name}`)} in (${ids})`);
    } else if (column.kind === "uuid")
      tests.push(contains([sql.raw(uuidDigits(engine, `t."${column.name}"`))], text.replaceAll("-", "")));
    else tests.push(contains([sql.ref(`t.${column.name}`)], text));
  }
  return tests.length === 0 ? NEVER : sql<boolean>`(${sql.join(tests, sql` or `)})`;
}

/** The ids of those whose names or titles have the text. */
function namedLike(database: Database, target: LogicalTable, text: string): RawBuilder<unknown> | null {
  const { layout } = database;
  if (target === "app_user" && layout.has("app_user"))
    return sql`select u.id from ${sql.table("app_user")} u where ${contains(nameColumns("u"), text)}`;
  if (target === "teacher" && layout.has("teacher") && layout.has("app_user"))
    return sql`select x.id from ${sql.table("teacher")} x join ${sql.table("app_user")} u on u.id = x.user_id
      where ${contains(nameColumns("u"), text)}`;
  if (OF_STUDENTS.includes(target) && layout.has(target) && layout.has("app_user"))
    return sql`select x.id from ${sql.table(target)} x where x.student_user_id in (
      select u.id from ${sql.table("app_user")} u where ${contains(nameColumns("u"), text)})`;
  if (!layout.has(target, "title")) return null;
  return sql`select x.id from ${sql.table(target)} x where ${contains([sql.ref("x.title")], text)}`;
}
