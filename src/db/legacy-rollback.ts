/** What a run created, by its records. */
import { sql } from "kysely";
import type { Db } from "./open.ts";
import type { BookingSeriesTable, LegacyProvenanceTable, LegacySeriesTable } from "./tables.ts";
import type { Trx } from "./transaction.ts";

export type CreatedRow = Pick<
  LegacyProvenanceTable,
  "source_table" | "source_id" | "outcome" | "target_id" | "created" | "source_hash"
>;

/** The records of a run after one of them, by source table and id. */
export async function listCreated(
  db: Db,
  runId: number,
  after: CreatedRow | null,
  limit: number,
): Promise<CreatedRow[]> {
  let query = db
    .selectFrom("legacy_provenance")
    .select(["source_table", "source_id", "outcome", "target_id", "created", "source_hash"])
    .where("run_id", "=", runId);
  if (after !== null)
    query = query.where(
      sql<boolean>`(source_table, source_id) > (${after.source_table}, ${after.source_id})`,
    );
  return query.orderBy("source_table").orderBy("source_id").limit(limit).execute();
}

/** Forgets the outcome of rows; issues that hold a person's answer or decision stay for the next run. */
export async function forgetRows(trx: Trx, rows: readonly CreatedRow[]): Promise<void> {
  for (const table of new Set(rows.map((row) => row.source_table))) {
    const ids = rows.filter((row) => row.source_table === table).map((row) => row.source_id);
    for (let at = 0; at < ids.length; at += 1000) {
      const part = ids.slice(at, at + 1000);
      await trx
        .deleteFrom("legacy_provenance")
        .where("source_table", "=", table)
        .where("source_id", "in", part)
        .execute();
      await trx
        .deleteFrom("legacy_issue")
        .where("source_table", "=", table)
        .where("source_id", "in", part)
        .where("status", "<>", "skipped")
        .where("given_student_user_id", "is", null)
        .where("given_session_id", "is", null)
        .where("given_teacher_id", "is", null)
        .where("given_course_id", "is", null)
        .where("given_timezone", "is", null)
        .where("given_status", "is", null)
        .where("given_start_at_utc", "is", null)
        .where("given_end_at_utc", "is", null)
        .where("given_timestamp", "is", null)
        .execute();
      await trx
        .updateTable("legacy_issue")
        .set({ status: "resolved" })
        .where("source_table", "=", table)
        .where("source_id", "in", part)
        .where("status", "<>", "skipped")
        .execute();
    }
  }
}

export interface RunSeries {
  known: Pick<LegacySeriesTable, "recurring_series_id" | "series_id" | "source_hash">;
  /** Null where somebody deleted it. */
  stored: Omit<BookingSeriesTable, "id"> | null;
}

export async function listRunSeries(db: Db, runId: number): Promise<RunSeries[]> {
  const known = await db
    .selectFrom("legacy_series")
    .selectAll()
    .where("run_id", "=", runId)
    .orderBy("series_id")
    .execute();
  const stored = new Map<number, Omit<BookingSeriesTable, "id">>();
  for (let at = 0; at < known.length; at += 1000) {
    const ids = known.slice(at, at + 1000).map((row) => row.series_id);
    for (const row of await db.selectFrom("booking_series").selectAll().where("id", "in", ids).execute())
      stored.set(row.id, row);
  }
  return known.map((row) => ({ known: row, stored: stored.get(row.series_id) ?? null }));
}

/** What the run found in sessions, by session id; limit null = all. */
export async function listSessionsBefore(db: Db, runId: number, after: number, limit: number | null) {
  const query = db
    .selectFrom("legacy_session_before")
    .selectAll()
    .where("run_id", "=", runId)
    .where("session_id", ">", after)
    .orderBy("session_id");
  return (limit === null ? query : query.limit(limit)).execute();
}
