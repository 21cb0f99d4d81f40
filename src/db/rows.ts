/** Single rows as operations write them: with what the app's tables demand beside the model's columns. */
import { sql } from "kysely";
import { type Cell, requiredExtras } from "./bulk.ts";
import type { LogicalTable } from "./layout.ts";
import type { Database } from "./open.ts";
import type { Trx } from "./transaction.ts";

/** The engine's form of a boolean. */
export function flag({ engine }: Pick<Database, "engine">, value: boolean): boolean | number {
  return engine === "sqlite" ? Number(value) : value;
}

/** The columns that this installation's table has; what it lacks is left out (LEGACY 1: columns drifted). */
function present(
  database: Database,
  table: LogicalTable,
  values: Record<string, unknown>,
): [string, unknown][] {
  return Object.entries(values)
    .filter(([column, value]) => value !== undefined && database.layout.has(table, column))
    .map(([column, value]) => [column, typeof value === "boolean" ? flag(database, value) : value]);
}

/**
 * Inserts one row. Columns that the table lacks are left out; those it demands beyond the model get their type's empty value.
 *
 * @returns its id
 * @throws the engine's unique violation
 */
export async function insertRow(
  database: Database,
  trx: Trx,
  table: LogicalTable,
  values: Record<string, unknown>,
): Promise<number> {
  const own = present(database, table, values);
  const extras: [string, Cell][] = requiredExtras(
    database,
    table,
    own.map(([column]) => column),
  );
  const all = [...own, ...extras];
  const { rows } = await sql<{ id: number }>`
    insert into ${sql.table(table)} (${sql.join(all.map(([column]) => sql.ref(column)))})
    values (${sql.join(all.map(([, value]) => value))}) returning id`.execute(trx);
  return rows[0]!.id;
}

/** Updates one row by id. Columns that the table lacks are left out. */
export async function updateRow(
  database: Database,
  trx: Trx,
  table: LogicalTable,
  id: number,
  values: Record<string, unknown>,
): Promise<void> {
  const own = present(database, table, values);
  if (own.length === 0) return;
  await sql`
    update ${sql.table(table)} set ${sql.join(own.map(([column, value]) => sql`${sql.ref(column)} = ${value}`))}
    where id = ${id}`.execute(trx);
}

/** What rows of a table are called in sentences. */
const CALLED: Partial<Record<LogicalTable, string>> = {
  live_class_session: "sessions",
  live_class_booking: "bookings",
  booking_series: "series",
};

/** Texts that this installation's table cannot keep, as sentences: it has no such column, or a shorter one. */
export function unfitTexts(
  { layout }: Pick<Database, "layout">,
  table: LogicalTable,
  values: Readonly<Record<string, unknown>> | object,
): string[] {
  return Object.entries(values).flatMap(([column, value]) => {
    if (typeof value !== "string" || value === "") return [];
    const found = layout.column(table, column);
    if (found === null)
      return [`this installation's ${CALLED[table] ?? layout.name(table)} have no ${column}`];
    const length = [...value].length;
    const most = found.maxLength ?? declaredLength(found.type);
    if (most === null || length <= most) return [];
    return [`${column} has ${length} characters and takes ${most}`];
  });
}

/** SQLite keeps longer texts in a `varchar(200)`; the app that declared it does not take them. */
function declaredLength(type: string): number | null {
  const length = /^(?:n?var)?char(?:acter)?(?: varying)?\s*\((\d+)\)$/.exec(type)?.[1];
  return length === undefined ? null : Number(length);
}
