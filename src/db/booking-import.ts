/** Which lines of imported files were booked: a key is claimed in the transaction of its booking. */
import type { Instant } from "../domain/instant.ts";
import type { Database, Db } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

/** What a line is known by, in every file with this key column. */
export interface ImportKey {
  key_column: string;
  key: string;
}

export interface ImportedLine extends ImportKey {
  /** JSON of what the line asked for. */
  request: string;
  booking_id: number | null;
  waitlist_id: number | null;
}

const claimed = statement<ImportKey & { request: string; now: Instant }, { key: string }>(
  (db, { key_column, key, request, now }) =>
    db
      .insertInto("booking_import")
      .values({ key_column, key, request, imported_at: now, booking_id: null, waitlist_id: null })
      .onConflict((conflict) => conflict.columns(["key_column", "key"]).doNothing())
      .returning("key"),
);

/**
 * Takes a key for this transaction. Another transaction that took it and is still open is waited for.
 *
 * @returns false where its line was booked before
 */
export async function claimImport(
  database: Database,
  trx: Trx,
  line: ImportKey & { request: string; now: Instant },
): Promise<boolean> {
  return (await claimed(database, trx, line)).length === 1;
}

const byKey = statement<ImportKey, ImportedLine>((db, { key_column, key }) =>
  db
    .selectFrom("booking_import")
    .select(["key_column", "key", "request", "booking_id", "waitlist_id"])
    .where("key_column", "=", key_column)
    .where("key", "=", key),
);

/** Null where no line with this key was booked. */
export async function findImport(database: Database, db: Db, key: ImportKey): Promise<ImportedLine | null> {
  return (await byKey(database, db, key))[0] ?? null;
}

const settled = statement<ImportKey & { booking: number | null; waitlist: number | null }, never>(
  (db, { key_column, key, booking, waitlist }) =>
    db
      .updateTable("booking_import")
      .set({ booking_id: booking, waitlist_id: waitlist })
      .where("key_column", "=", key_column)
      .where("key", "=", key),
);

/** Keeps with a claimed key what its line became. */
export async function settleImport(
  database: Database,
  trx: Trx,
  line: ImportKey & { booking: number | null; waitlist: number | null },
): Promise<void> {
  await settled(database, trx, line);
}
