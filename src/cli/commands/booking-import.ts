/** `booking import`: a file of bookings, each line on its own through the road of `booking create`. */
import { closeSync, createReadStream, fstatSync, openSync } from "node:fs";
import type { Command } from "commander";
import type { Database } from "../../db/open.ts";
import { requireSchema } from "../../db/schema-state.ts";
import type { Actor } from "../../domain/actor.ts";
import { ClassbookError, notFound, usageError } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import { type Imported, importBooking } from "../../operations/booking-import.ts";
import { inside, operate } from "../../operations/context.ts";
import { actingFor } from "../batch.ts";
import { EXIT } from "../exit.ts";
import { escapeControl, type Row, streamRows } from "../output.ts";
import { type ReadRecord, readRecords } from "../record-lines.ts";
import type { Shell, WithShell } from "../shell.ts";
import { parseRequest, type RequestText, resolveRequest } from "../typed-request.ts";

const COLUMNS = ["session", "slot", "on", "student", "seats", "note", "course", "override"] as const;
const OUTCOME_FIELDS = ["line", "key", "outcome", "booking_id", "waitlist_id", "code", "message"] as const;

export function defineImport(booking: Command, shell: WithShell): void {
  booking
    .command("import <FILE>")
    .description("book every line of a CSV or NDJSON file; - reads standard input")
    .option("--key <COLUMN>", "the column that names a line: one that was booked before is passed over")
    .addHelpText(
      "after",
      `
Columns: ${COLUMNS.join(", ")}, and that of --key; override holds rules, separated by
commas. Each line is a transaction of its own and has a line of outcome; what is malformed or refused does not stop
the rest. With --key the same file can be run again after a failure or an interruption. --dry-run rehearses each
line by itself. Exits with 7 where some lines were not booked, with 3 where none was.

A file bookings.csv may say
  ref,session,student,note
  a-1,19,ana,by phone
  a-2,18,greta@threezones.example,

Example:
  $ classbook booking import bookings.csv --key ref --dry-run --now 2026-11-20T09:00:00Z --db sample/school.sqlite3`,
    )
    .action(async (file: string, flags: { key?: string }, command: Command) =>
      importFile(shell(command, OUTCOME_FIELDS), file, flags.key ?? null),
    );
}

async function importFile(here: Shell, file: string, keyColumn: string | null): Promise<void> {
  const chunks = openFile(here, file);
  await here.write(
    async (database, actor) => {
      await requireSchema(database, keyColumn === null ? undefined : "0005_booking_import");
      const records = readRecords(chunks, (columns) => checkColumns(columns, keyColumn));
      const tally: Tally = { lines: 0, booked: 0, waitlisted: 0, before: 0, failed: 0 };
      try {
        await importAll(here, { database, actor, records, keyColumn, tally });
      } catch (error) {
        // What was booked before it went wrong stays booked.
        if (tally.lines > 0) sayTally(here, tally, keyColumn);
        throw error;
      }
      sayTally(here, tally, keyColumn);
      if (tally.failed > 0) here.exit(tally.failed === tally.lines ? EXIT.refused : EXIT.partial);
    },
    { rehearses: true },
  );
}

/** @throws ClassbookError not_found `no_such_file`; usage `cannot_open`, `not_a_file` */
function openFile(here: Shell, file: string): AsyncIterable<Uint8Array> {
  if (file === "-") return here.io.chunks();
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw notFound("no_such_file", `there is no file ${file}`, "- reads standard input");
    throw usageError("cannot_open", `${file} cannot be opened (${code})`, "check its permissions");
  }
  if (fstatSync(fd).isDirectory()) {
    closeSync(fd);
    throw usageError("not_a_file", `${file} is a directory`, "name a CSV or NDJSON file");
  }
  return createReadStream(file, { fd });
}

/** @throws ClassbookError usage `bad_columns`, with all that is wrong */
function checkColumns(columns: readonly string[], keyColumn: string | null): void {
  const known = new Set<string>([...COLUMNS, ...(keyColumn === null ? [] : [keyColumn])]);
  const unknown = columns.filter((column) => !known.has(column));
  const twice = columns.filter((column, at) => columns.indexOf(column) < at);
  const problems = [
    ...(unknown.length > 0 ? [`unknown column ${unknown.map((c) => `"${c}"`).join(", ")}`] : []),
    ...(twice.length > 0 ? [`column ${twice.map((c) => `"${c}"`).join(", ")} stands twice`] : []),
    ...(columns.includes("student") ? [] : ["no column student"]),
    ...(columns.includes("session") || columns.includes("slot") ? [] : ["no column session, and no slot"]),
    ...(keyColumn === null || columns.includes(keyColumn) ? [] : [`no column "${keyColumn}" for --key`]),
  ];
  if (problems.length > 0)
    throw usageError("bad_columns", problems.join("; "), `columns: ${[...known].join(", ")}`, problems);
}

interface Tally {
  lines: number;
  booked: number;
  waitlisted: number;
  before: number;
  failed: number;
}

interface Importing {
  database: Database;
  actor: Actor;
  keyColumn: string | null;
}

async function importAll(
  here: Shell,
  { records, tally, ...importing }: Importing & { records: AsyncIterable<ReadRecord>; tally: Tally },
): Promise<void> {
  let whole = false;
  const output = streamRows(here.output, OUTCOME_FIELDS, screen);
  const progress = here.progress();
  try {
    for await (const record of records) {
      if (here.stopping()) break;
      output.row(await importLine(here, importing, record, tally));
      tally.lines += 1;
      if (!here.io.outIsTerminal) progress.update("Importing", tally.lines, null);
    }
    whole = true;
  } finally {
    progress.end();
    if (whole || tally.lines > 0) output.end();
  }
}

async function importLine(
  here: Shell,
  { database, actor, keyColumn }: Importing,
  { line, cells, problem }: ReadRecord,
  tally: Tally,
): Promise<Row> {
  const key = keyColumn === null ? null : (cells?.[keyColumn] ?? null);
  const failed = (outcome: string, code: string, message: string): Row => {
    tally.failed += 1;
    return { line, key, outcome, booking_id: null, waitlist_id: null, code, message };
  };
  if (cells === null) return failed("malformed", "malformed", problem);
  if (keyColumn !== null && key === null) return failed("malformed", "no-key", `${keyColumn} is empty`);
  try {
    const done = await operate(database, actingFor(here, actor), (context) =>
      importBooking(context, {
        ask: async () => {
          const typed = parseRequest(cells as RequestText, { called: (name) => name });
          return resolveRequest(inside(context), typed, "student");
        },
        key: keyColumn === null ? null : { key_column: keyColumn, key: key! },
        request: JSON.stringify(Object.fromEntries(COLUMNS.map((column) => [column, cells[column]]))),
      }),
    );
    count(tally, done);
    const { outcome, booking_id, waitlist_id, position } = done;
    const message = position === null ? null : `number ${position} in the queue`;
    return { line, key, outcome, booking_id, waitlist_id, code: null, message };
  } catch (error) {
    if (!(error instanceof ClassbookError)) throw error;
    return failed(error.kind === "usage" ? "malformed" : error.kind, error.code, error.message);
  }
}

function count(tally: Tally, { outcome }: Imported): void {
  if (outcome === "already done") tally.before += 1;
  else if (outcome === "waitlisted") tally.waitlisted += 1;
  else tally.booked += 1;
}

function screen(row: Row): string {
  const name = `line ${row.line}${row.key === null ? "" : ` (${row.key})`}`;
  const what =
    row.booking_id !== null
      ? `booking ${row.booking_id}`
      : row.waitlist_id !== null
        ? `entry ${row.waitlist_id}${row.message === null ? "" : `, ${row.message}`}`
        : `${row.message}`;
  return escapeControl(`${name}: ${row.outcome}, ${what}`);
}

function sayTally(here: Shell, tally: Tally, keyColumn: string | null): void {
  const { lines, booked, waitlisted, before, failed } = tally;
  const parts = [
    `${booked.toLocaleString("en")} booked`,
    ...(waitlisted > 0 ? [`${waitlisted.toLocaleString("en")} on a waitlist`] : []),
    ...(before > 0 ? [`${before.toLocaleString("en")} already done`] : []),
    `${failed.toLocaleString("en")} not booked`,
  ];
  const nothing = here.dryRun ? " Nothing was written." : "";
  here.say(`${plural(lines, "line")}: ${parts.join(", ")}.${nothing}`);
  if (here.stopping())
    here.say(
      keyColumn === null
        ? "Interrupted: the lines after these were not looked at."
        : "Interrupted: run the same command again, it goes on with the others.",
    );
}
