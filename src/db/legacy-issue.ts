/** The quarantine: issues by what is asked, and the answers that people gave. */
import { sql } from "kysely";
import type { SourceTable } from "./legacy-tables.ts";
import type { Database, Db } from "./open.ts";
import type { LegacyIssueTable } from "./tables.ts";
import type { Trx } from "./transaction.ts";

export type IssueRow = LegacyIssueTable;

export const ANSWERS = [
  "given_student_user_id",
  "given_session_id",
  "given_teacher_id",
  "given_course_id",
  "given_timezone",
  "given_status",
  "given_start_at_utc",
  "given_end_at_utc",
  "given_timestamp",
] as const satisfies readonly (keyof IssueRow)[];

export type Answers = Partial<Pick<IssueRow, (typeof ANSWERS)[number]>>;

export interface IssueFilter {
  /** open, skipped, resolved; null = all */
  status: string | null;
  code: string | null;
  table: SourceTable | null;
  /** null = all */
  limit: number | null;
}

export async function listIssues(database: Database, filter: IssueFilter): Promise<IssueRow[]> {
  if (!database.layout.has("legacy_issue")) return [];
  let query = database.db.selectFrom("legacy_issue").selectAll();
  if (filter.status !== null) query = query.where("status", "=", filter.status);
  if (filter.code !== null) query = query.where("code", "=", filter.code);
  if (filter.table !== null) query = query.where("source_table", "=", filter.table);
  if (filter.limit !== null) query = query.limit(filter.limit);
  return query.orderBy("source_table").orderBy("source_id").execute();
}

export async function findIssue(database: Database, table: string, id: number): Promise<IssueRow | null> {
  if (!database.layout.has("legacy_issue")) return null;
  const row = await database.db
    .selectFrom("legacy_issue")
    .selectAll()
    .where("source_table", "=", table)
    .where("source_id", "=", id)
    .executeTakeFirst();
  return row ?? null;
}

/** Issues by code: how many wait, and the first few. */
export async function summariseIssues(
  database: Database,
  status = "open",
): Promise<{ code: string; count: number; examples: string[] }[]> {
  if (!database.layout.has("legacy_issue")) return [];
  const counts = await database.db
    .selectFrom("legacy_issue")
    .select((eb) => ["code", eb.fn.countAll().as("n")])
    .where("status", "=", status)
    .groupBy("code")
    .orderBy(sql`count(*)`, "desc")
    .orderBy("code")
    .execute();
  const summary: { code: string; count: number; examples: string[] }[] = [];
  for (const { code, n } of counts) {
    const rows = await listIssues(database, { status, code, table: null, limit: 3 });
    summary.push({
      code,
      count: Number(n),
      examples: rows.map((row) => `${row.source_table} ${row.source_id}: ${row.message}`),
    });
  }
  return summary;
}

export async function saveAnswers(
  trx: Trx,
  table: string,
  ids: readonly number[],
  answers: Answers,
): Promise<void> {
  for (let at = 0; at < ids.length; at += 1000) {
    await trx
      .updateTable("legacy_issue")
      .set(answers)
      .where("source_table", "=", table)
      .where("source_id", "in", ids.slice(at, at + 1000))
      .execute();
  }
}

export async function setIssueStatus(
  trx: Trx,
  table: string,
  ids: readonly number[],
  status: "open" | "skipped",
  reason: string | null,
): Promise<void> {
  for (let at = 0; at < ids.length; at += 1000) {
    await trx
      .updateTable("legacy_issue")
      .set({ status, reason })
      .where("source_table", "=", table)
      .where("source_id", "in", ids.slice(at, at + 1000))
      .execute();
  }
}

/** True where the row exists, for an answer that names it. */
export async function exists(
  db: Db,
  table: "app_user" | "teacher" | "course" | "live_class_session",
  id: number,
): Promise<boolean> {
  return (await db.selectFrom(table).select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
}

export interface Whereabouts {
  source_table: string;
  source_id: number;
  source_uuid: string | null;
  outcome: string;
  target_id: number | null;
  created: number;
  /** Null where no run had to do with it. */
  run_id: number | null;
}

/** Where legacy rows went, by UUID (32 hex digits) or by table and id. */
export async function findWhereabouts(
  database: Database,
  by: { uuid: string } | { table: string; id: number },
): Promise<Whereabouts[]> {
  if (!database.layout.has("legacy_provenance")) return [];
  const query = database.db
    .selectFrom("legacy_provenance")
    .select(["source_table", "source_id", "source_uuid", "outcome", "target_id", "created", "run_id"]);
  const chosen =
    "uuid" in by
      ? query.where("source_uuid", "=", by.uuid)
      : query.where("source_table", "=", by.table).where("source_id", "=", by.id);
  return chosen.orderBy("source_table").orderBy("source_id").execute();
}

/** How many legacy rows have which outcome. */
export async function countOutcomes(
  database: Database,
): Promise<{ source_table: string; outcome: string; count: number }[]> {
  if (!database.layout.has("legacy_provenance")) return [];
  const rows = await database.db
    .selectFrom("legacy_provenance")
    .select((eb) => ["source_table", "outcome", eb.fn.countAll().as("n")])
    .groupBy(["source_table", "outcome"])
    .orderBy("source_table")
    .orderBy("outcome")
    .execute();
  return rows.map((row) => ({ source_table: row.source_table, outcome: row.outcome, count: Number(row.n) }));
}
