/** Quarantine as a workflow: answer, skip, retry; export and re-import (LEGACY 3). */

import {
  type Answers,
  exists,
  findIssue,
  type IssueRow,
  listIssues,
  saveAnswers,
  setIssueStatus,
} from "../db/legacy-issue.ts";
import { SOURCE_TABLES, type SourceTable } from "../db/legacy-tables.ts";
import type { Database } from "../db/open.ts";
import { type Trx, writing } from "../db/transaction.ts";
import type { Actor } from "../domain/actor.ts";
import { LEGACY_STATUSES } from "../domain/booking.ts";
import { notFound, refused, usageError } from "../domain/error.ts";
import { type Instant, parseInstant } from "../domain/instant.ts";
import { isZone } from "../domain/zone.ts";
import { ISSUE_CODES, type MappingOptions } from "./facts.ts";

/** A legacy row as people name it: `booking:12`. */
export interface RowName {
  table: SourceTable;
  id: number;
}

export interface RowOptions extends MappingOptions {
  now: () => Instant;
  actor: Actor;
}

/** One row after it was taken up again. */
export interface Settled {
  source_table: SourceTable;
  source_id: number;
  status: string;
  /** The reason that remains; null where none does. */
  code: string | null;
  message: string | null;
}

/** Bookings that `verify --fix` set aside stand among the issues under this name: their own table. */
export const SET_ASIDE = "live_class_booking";

/** A row that an issue is about: a legacy row, or a booking that was set aside. */
export interface IssueName {
  table: SourceTable | typeof SET_ASIDE;
  id: number;
}

/** @throws ClassbookError usage `bad_row_name` */
export function parseIssueName(text: string): IssueName {
  const match = /^([a-z_A-Z]+):(\d+)$/.exec(text.trim());
  const table = ([...SOURCE_TABLES, SET_ASIDE] as const).find((name) => name === match?.[1]);
  if (match === null || table === undefined) {
    throw usageError(
      "bad_row_name",
      `"${text}" does not name a legacy row`,
      `the form is TABLE:ID, with TABLE one of ${SOURCE_TABLES.join(", ")}: booking:12`,
    );
  }
  return { table, id: Number(match[2]) };
}

/** A row that can be decided. @throws ClassbookError usage `bad_row_name`; refused `set_aside` */
export function parseRowName(text: string): RowName {
  const { table, id } = parseIssueName(text);
  if (table !== SET_ASIDE) return { table, id };
  throw refused(
    "set_aside",
    `${table}:${id} is a booking that gave way to another: it can be looked at, and not be taken up again`,
    `\`classbook legacy issues show ${table}:${id}\` shows what it said, and which booking was kept`,
  );
}

/** Which issues a command is about: rows by name, or all open ones of a code. */
export async function chooseIssues(
  database: Database,
  names: readonly RowName[],
  code: string | null,
  statuses: readonly string[] = ["open"],
): Promise<IssueRow[]> {
  if (code !== null && !(ISSUE_CODES as readonly string[]).includes(code)) {
    throw usageError("unknown_code", `"${code}" is not a reason code`, `codes: ${ISSUE_CODES.join(", ")}`);
  }
  if (names.length > 0) {
    const found: IssueRow[] = [];
    const missing: RowName[] = [];
    for (const name of names) {
      const issue = await findIssue(database, name.table, name.id);
      if (issue === null) missing.push(name);
      else if (code === null || issue.code === code) found.push(issue);
    }
    if (missing.length > 0) {
      throw notFound(
        "no_such_issue",
        `no issue for ${missing.map((m) => `${m.table}:${m.id}`).join(", ")}`,
        "`classbook legacy issues` lists them",
      );
    }
    return found;
  }
  const chosen: IssueRow[] = [];
  for (const status of statuses)
    chosen.push(...(await listIssues(database, { status, code, table: null, limit: null })));
  return chosen;
}

/** Every problem of the answers at once. @throws ClassbookError usage */
export async function checkAnswers(database: Database, answers: Answers): Promise<Answers> {
  const problems: string[] = [];
  const checked: Answers = { ...answers };
  const ids = [
    ["given_student_user_id", "app_user", "student"],
    ["given_session_id", "live_class_session", "session"],
    ["given_teacher_id", "teacher", "teacher"],
    ["given_course_id", "course", "course"],
  ] as const;
  for (const [column, table, noun] of ids) {
    const id = answers[column];
    if (id != null && !(database.layout.has(table) && (await exists(database.db, table, id))))
      problems.push(`${noun} ${id} does not exist`);
  }
  if (answers.given_timezone != null && !isZone(answers.given_timezone))
    problems.push(`"${answers.given_timezone}" is not an IANA time zone`);
  if (answers.given_status != null && !(LEGACY_STATUSES as string[]).includes(answers.given_status))
    problems.push(`"${answers.given_status}" is not a status; ${LEGACY_STATUSES.join(", ")}`);
  for (const column of ["given_start_at_utc", "given_end_at_utc", "given_timestamp"] as const) {
    const value = answers[column];
    if (value == null) continue;
    const instant = parseInstant(value);
    if (instant === null) problems.push(`"${value}" is not an instant such as 2026-12-01T10:00:00Z`);
    else checked[column] = instant;
  }
  if (problems.length > 0)
    throw usageError("bad_answer", problems.join("; "), "nothing was changed", problems);
  return checked;
}

/** Gives the missing value of rows, and takes them up again by it. */
export async function resolveIssues(
  database: Database,
  issues: readonly IssueRow[],
  answers: Answers,
  options: RowOptions,
): Promise<Settled[]> {
  const checked = await checkAnswers(database, answers);
  const closed = issues.filter((issue) => issue.status === "resolved");
  if (closed.length > 0) {
    throw refused(
      "already_resolved",
      `already resolved: ${closed.map((i) => `${i.source_table}:${i.source_id}`).join(", ")}`,
      "nothing was changed",
    );
  }
  return retake(database, issues, options, async (trx, table, ids) => {
    await saveAnswers(trx, table, ids, checked);
    await setIssueStatus(trx, table, ids, "open", null);
  });
}

/** Leaves rows out on purpose; they stay in the record with the reason. */
export async function skipIssues(
  database: Database,
  issues: readonly IssueRow[],
  reason: string,
): Promise<Settled[]> {
  if (reason.trim() === "")
    throw usageError("no_reason", "skipping needs a reason", "give one with --reason");
  await writing(database, async (trx) => {
    for (const [table, ids] of byTable(issues)) await setIssueStatus(trx, table, ids, "skipped", reason);
  });
  return issues.map((issue) => ({
    source_table: issue.source_table as SourceTable,
    source_id: issue.source_id,
    status: "skipped",
    code: issue.code,
    message: issue.message,
  }));
}

/** Takes rows up again: what was mended in the legacy tables meanwhile counts, skipped rows are reopened. */
export async function retryIssues(
  database: Database,
  issues: readonly IssueRow[],
  options: RowOptions,
): Promise<Settled[]> {
  return retake(database, issues, options, (trx, table, ids) =>
    setIssueStatus(trx, table, ids, "open", null),
  );
}

function byTable(issues: readonly IssueRow[]): Map<SourceTable, number[]> {
  const grouped = new Map<SourceTable, number[]>();
  for (const table of SOURCE_TABLES) {
    const ids = issues.filter((issue) => issue.source_table === table).map((issue) => issue.source_id);
    if (ids.length > 0)
      grouped.set(
        table,
        ids.sort((a, b) => a - b),
      );
  }
  return grouped;
}

/** Takes rows up again, after `prepare` wrote what it has to. @throws ClassbookError busy: nothing was changed */
export async function retake(
  database: Database,
  issues: readonly IssueRow[],
  options: RowOptions,
  prepare: (trx: Trx, table: SourceTable, ids: number[]) => Promise<void>,
): Promise<Settled[]> {
  const settled: Settled[] = [];
  const { migrateRows } = await import("./retake.ts"); // Listing and showing need none of it.
  for (const [table, ids] of byTable(issues)) {
    await migrateRows(database, table, ids, options, (trx) => prepare(trx, table, ids));
    for (const id of ids) {
      const after = await findIssue(database, table, id);
      const open = after !== null && after.status !== "resolved";
      settled.push({
        source_table: table,
        source_id: id,
        status: after?.status ?? "resolved",
        code: open ? after.code : null,
        message: open ? after.message : null,
      });
    }
  }
  return settled;
}
