/** Write transactions: immediate on SQLite, retried as a whole where another was in the way (SPEC 1). */
import { sql, type Transaction } from "kysely";
import { postgresCode } from "./error.ts";
import type { Database } from "./open.ts";
import type { Tables } from "./tables.ts";

export type Trx = Transaction<Tables>;

const RETRIES = 5;
const RETRYABLE = new Set(["40001", "40P01"]);

/** What a transaction on PostgreSQL sees; SQLite's see one state anyway. */
export interface Seeing {
  /** One state from beginning to end: where somebody changed meanwhile what it changes, it is run again. */
  oneState?: boolean;
}

/**
 * Runs `work` in one transaction that may write. Nothing is kept where it throws.
 * On PostgreSQL a serialisation failure or deadlock runs it again, a few times, so it must not have
 * effects outside the database.
 */
export async function writing<T>(
  database: Database,
  work: (trx: Trx) => Promise<T>,
  { oneState = false }: Seeing = {},
): Promise<T> {
  const isolated = oneState && database.engine === "postgres";
  for (let attempt = 1; ; attempt += 1) {
    try {
      const transaction = database.db.transaction();
      return await (isolated ? transaction.setIsolationLevel("repeatable read") : transaction).execute(work);
    } catch (error) {
      if (!RETRYABLE.has(postgresCode(error) ?? "") || attempt > RETRIES) throw error;
      await new Promise((wake) => setTimeout(wake, Math.random() * 50 * 2 ** attempt));
    }
  }
}

/** Runs `work` as a part of a transaction: where it throws, that part alone is taken back. */
export async function attempting<T>(trx: Trx, work: () => Promise<T>): Promise<T> {
  await sql`savepoint attempt`.execute(trx);
  try {
    return await work();
  } catch (error) {
    await sql`rollback to savepoint attempt`.execute(trx);
    throw error;
  } finally {
    await sql`release savepoint attempt`.execute(trx);
  }
}
