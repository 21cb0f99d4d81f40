/** What every deletion has in common: for staff, with the whole row in the record, and nothing left that names it. */
import { listReferring, readWholeRow, removeRow } from "../db/deletion.ts";
import type { LogicalTable } from "../db/layout.ts";
import { refused } from "../domain/error.ts";
import { plural } from "../domain/spoken.ts";
import { type Context, record } from "./context.ts";

/** Tables whose rows are deleted one by one. */
export type Deletable =
  | "live_class_booking"
  | "booking_series"
  | "booking_series_item"
  | "session_waitlist"
  | "live_class_session";

/**
 * Deletes one row, once what goes with it is gone.
 *
 * @param reason what it went with; null where it is the one that was meant
 */
export async function removeRecorded(
  context: Context,
  table: Deletable,
  id: number,
  reason: string | null = null,
): Promise<void> {
  const row = await readWholeRow(context.trx, table, id);
  await removeRow(context.trx, table, id);
  await record(context, {
    what: "deleted",
    subject: table,
    subject_id: id,
    from: row,
    to: null,
    reason,
  });
}

/**
 * @param apart tables whose rows go with it
 * @throws ClassbookError refused `in-use`: rows of other tables name the row, the app's own included
 */
export async function requireUnused(
  { database, trx }: Context,
  of: { table: LogicalTable; id: number; apart: readonly LogicalTable[]; one: string },
): Promise<void> {
  const found = await listReferring(database, trx, of);
  if (found.length === 0) return;
  throw refused(
    "in-use",
    `${of.one} ${of.id} is named by ${found.map(({ table, rows }) => `${plural(rows, "row")} of ${table}`).join(" and ")}`,
    "delete those first",
    { referring: found },
  );
}
