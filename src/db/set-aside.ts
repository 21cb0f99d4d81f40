/** Bookings that `verify --fix` sets aside, and the legacy rows that had become them (LEGACY 2.7, SPEC 6). */
import type { SetAsideCode } from "../domain/set-aside.ts";
import { fingerprintOfBooking } from "./fingerprint.ts";
import { findBookings, openIssue } from "./legacy.ts";
import { setIssueStatus } from "./legacy-issue.ts";
import { readSourceRows } from "./legacy-source.ts";
import type { SourceTable } from "./legacy-tables.ts";
import type { Database, Db } from "./open.ts";
import type { Trx } from "./transaction.ts";

/** The legacy row that became a booking. */
export interface Origin {
  source_table: SourceTable;
  source_id: number;
  /** What the migration made of it. */
  source_hash: string;
}

/** By booking, of those that came from a legacy row. */
export async function findOrigins(db: Db, bookings: readonly number[]): Promise<Map<number, Origin>> {
  const found = new Map<number, Origin>();
  for (let at = 0; at < bookings.length; at += 1000) {
    const rows = await db
      .selectFrom("legacy_provenance")
      .select(["source_table", "source_id", "source_hash", "target_id"])
      .where("outcome", "=", "migrated")
      .where("target_id", "in", bookings.slice(at, at + 1000))
      .execute();
    for (const { target_id, source_table, source_id, source_hash } of rows)
      found.set(target_id!, { source_table: source_table as SourceTable, source_id, source_hash });
  }
  return found;
}

const REASON = "set aside by verify --fix";

/** An issue that is decided already: the row as it was, and why it gave way. */
export async function keepAside(
  trx: Trx,
  {
    table,
    id,
    ...issue
  }: { table: string; id: number; code: string; message: string; row: Record<string, unknown> },
): Promise<void> {
  const { code, message, row } = issue;
  const named = { source_table: table, source_id: id };
  await openIssue(trx, { ...named, code, message, source: JSON.stringify(row), run_id: null });
  await setIssueStatus(trx, table, [id], "skipped", REASON);
}

/** Whether somebody changed a booking since the migration made it. */
export async function isChangedSince(db: Db, booking: number, { source_hash }: Origin): Promise<boolean> {
  return fingerprintOfBooking((await findBookings(db, [booking])).get(booking)!) !== source_hash;
}

/** The legacy row of a booking that gives way is quarantined, under an issue that is decided already. */
export async function quarantineOrigin(
  database: Database,
  trx: Trx,
  { source_table, source_id }: Origin,
  issue: { code: SetAsideCode; message: string },
): Promise<void> {
  await trx
    .updateTable("legacy_provenance")
    // The hash of a divergence is that of what the rules give; of what gave way, none that they could give again.
    .set({
      outcome: "quarantined",
      ...(issue.code === "diverged" ? {} : { target_id: null, created: 0, source_hash: "set aside" }),
    })
    .where("source_table", "=", source_table)
    .where("source_id", "=", source_id)
    .execute();
  const source = (await readSourceRows(database, trx, source_table, [source_id])).get(source_id);
  await keepAside(trx, { table: source_table, id: source_id, ...issue, row: source ?? { id: source_id } });
}
