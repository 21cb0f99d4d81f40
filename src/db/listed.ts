/** Lists as one argument: a statement's text is the same however many ids or rows it is for. */
import { type RawBuilder, sql } from "kysely";
import type { Engine, LogicalTable } from "./layout.ts";
import type { Database } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

type Cell = string | number | null;

/** Ids as an engine takes a list: the argument that {@link isListed} asks for. */
export type IdList = string | readonly number[];

export function idList({ engine }: Pick<Database, "engine">, ids: readonly number[]): IdList {
  return engine === "sqlite" ? JSON.stringify(ids) : ids;
}

/** SQL that is true where the column is one of the ids. */
export function isListed(engine: Engine, column: string, ids: IdList): RawBuilder<boolean> {
  return engine === "sqlite"
    ? sql<boolean>`${sql.ref(column)} in (select value from json_each(${ids}))`
    : sql<boolean>`${sql.ref(column)} = any(${ids}::bigint[])`;
}

/**
 * A statement that inserts rows in their order, however many. Columns that it does not name get their default.
 *
 * @throws the engine's unique violation
 */
export function insertion<C extends string>(
  table: LogicalTable,
  columns: readonly C[],
): (database: Database, trx: Trx, rows: readonly Record<C, Cell>[]) => Promise<void> {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const onSqlite = statement<{ rows: string }, never>((db, { rows }) => ({
    compile: () =>
      sql<never>`insert into ${sql.table(table)} (${names})
        select ${sql.join(columns.map((_, at) => sql.raw(`value ->> ${at}`)))} from json_each(${rows})`.compile(
        db,
      ),
  }));
  const onPostgres = statement<Record<C, readonly Cell[]>, never>((db, lists, { layout }) => {
    const cells = columns.map((column, at) =>
      sql.raw(`x.c${at}::${layout.column(table, column)?.type ?? "text"}`),
    );
    return {
      compile: () =>
        sql<never>`insert into ${sql.table(table)} (${names}) select ${sql.join(cells)}
          from unnest(${sql.join(columns.map((column) => sql`${lists[column]}::text[]`))})
            with ordinality as x(${sql.raw(columns.map((_, at) => `c${at}`).join(", "))}, turn)
          order by x.turn`.compile(db),
    };
  });
  return async (database, trx, rows) => {
    if (rows.length === 0) return;
    if (database.engine === "sqlite") {
      const list = JSON.stringify(rows.map((row) => columns.map((column) => row[column])));
      await onSqlite(database, trx, { rows: list });
      return;
    }
    const lists = columns.map((column) => [column, rows.map((row) => row[column])]);
    await onPostgres(database, trx, Object.fromEntries(lists));
  };
}
