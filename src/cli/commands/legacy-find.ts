/** `legacy find`: where a legacy row went. */
import type { Command } from "commander";
import { findBookings, findEntries } from "../../db/legacy.ts";
import { findIssue, findWhereabouts, type Whereabouts } from "../../db/legacy-issue.ts";
import { SOURCE_TABLES } from "../../db/legacy-tables.ts";
import type { Database } from "../../db/open.ts";
import { notFound, usageError } from "../../domain/error.ts";
import { SET_ASIDE } from "../../legacy/issues.ts";
import { requireMigration } from "../migrated.ts";
import { printObject, printRows, type Row } from "../output.ts";
import type { WithShell } from "../shell.ts";

const COLUMNS = [
  "source_table",
  "source_id",
  "source_uuid",
  "outcome",
  "target_table",
  "target_id",
  "status",
  "start_at_utc",
  "code",
  "message",
  "run_id",
];

export function defineFind(legacy: Command, shell: WithShell): void {
  legacy
    .command("find <ROW>")
    .description("where a legacy row went, by its UUID or as TABLE:ID")
    .addHelpText("after", "\nExample:\n  $ classbook legacy find booking:1 --db sample/school.sqlite3")
    .action(async (name: string, _flags: object, command: Command) => {
      const here = shell(command, COLUMNS);
      const by = parseSought(name);
      await here.read(async (database) => {
        const isSetAside = "table" in by && by.table === SET_ASIDE;
        if (!isSetAside) await requireMigration(database);
        const found = isSetAside ? await findSetAside(database, by.id) : await findWhereabouts(database, by);
        if (found.length === 0)
          throw notFound(
            "no_such_row",
            isSetAside
              ? `no booking ${by.id} was set aside here`
              : `no legacy row ${name} has an outcome here`,
            isSetAside
              ? `\`classbook booking show ${by.id}\` shows the booking; UUID or TABLE:ID names a legacy row`
              : "check the name; rows that came since are read by `classbook legacy migrate`",
          );
        const rows: Row[] = [];
        for (const row of found) rows.push(await whereabouts(database, row));
        if (here.output.format === "json" && rows.length === 1) {
          await printObject(here.output, rows[0]!, () => "");
          return;
        }
        await printRows(here.output, COLUMNS, rows, [
          "source_table",
          "source_id",
          "outcome",
          "target_table",
          "target_id",
          "status",
          "code",
          "message",
        ]);
      });
    });
}

function parseSought(name: string): { uuid: string } | { table: string; id: number } {
  const hex = name.replaceAll("-", "").toLowerCase();
  if (/^[0-9a-f]{32}$/.test(hex)) return { uuid: hex };
  const match = /^([a-z_]+):(\d+)$/.exec(name);
  const table = [...SOURCE_TABLES, SET_ASIDE].find((known) => known === match?.[1]);
  if (match === null || table === undefined) {
    throw usageError(
      "bad_row_name",
      `"${name}" is neither a UUID nor TABLE:ID`,
      `TABLE is one of ${SOURCE_TABLES.join(", ")}: booking:12`,
    );
  }
  return { table, id: Number(match[2]) };
}

/** A booking that `verify --fix` set aside: it went nowhere but among the issues. */
async function findSetAside(database: Database, id: number): Promise<Whereabouts[]> {
  const issue = await findIssue(database, SET_ASIDE, id);
  if (issue === null) return [];
  const { source_table, source_id } = issue;
  const nowhere = { source_uuid: null, target_id: null, created: 0, run_id: null };
  return [{ source_table, source_id, outcome: "quarantined", ...nowhere }];
}

async function whereabouts(database: Database, row: Whereabouts): Promise<Row> {
  const { created: _created, ...rest } = row;
  const issue =
    row.outcome === "quarantined" ? await findIssue(database, row.source_table, row.source_id) : null;
  const booking =
    row.outcome !== "waitlisted" && row.target_id !== null
      ? (await findBookings(database.db, [row.target_id])).get(row.target_id)
      : undefined;
  const entry =
    row.outcome === "waitlisted" && row.target_id !== null
      ? (await findEntries(database.db, [row.target_id])).get(row.target_id)
      : undefined;
  return {
    ...rest,
    target_table:
      row.target_id === null
        ? null
        : row.outcome === "waitlisted"
          ? "session_waitlist"
          : "live_class_booking",
    status: booking?.status ?? entry?.status ?? issue?.status ?? null,
    start_at_utc: booking?.start_at_utc ?? null,
    code: issue?.code ?? null,
    message: issue?.message ?? null,
  };
}
