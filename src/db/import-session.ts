/** Sessions as they stand in the target, for an import that brings them again. */
import type { Cell } from "./bulk.ts";
import type { Database } from "./open.ts";
import type { LiveClassSessionTable } from "./tables.ts";
import type { Trx } from "./transaction.ts";

type SessionColumn = Exclude<keyof LiveClassSessionTable, "id">;

/**
 * The columns of the sessions that are there, by id. On PostgreSQL the rows stay locked: what is written back
 * in the same transaction overwrites nobody's change.
 */
export async function lockSessions<C extends SessionColumn>(
  database: Database,
  trx: Trx,
  columns: readonly C[],
  ids: readonly number[],
): Promise<Map<number, Record<C, Cell>>> {
  const found = new Map<number, Record<C, Cell>>();
  for (let from = 0; from < ids.length; from += 1000) {
    const query = trx
      .selectFrom("live_class_session")
      .select(["id", ...(columns as readonly SessionColumn[])])
      .where("id", "in", ids.slice(from, from + 1000))
      .orderBy("id");
    const rows = await (database.engine === "postgres" ? query.forUpdate() : query).execute();
    for (const row of rows) found.set(row.id, row as unknown as Record<C, Cell>);
  }
  return found;
}
