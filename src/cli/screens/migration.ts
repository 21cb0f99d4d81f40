/** What `legacy plan` and `legacy migrate` show a person. */
import type { Duplicate } from "../../db/duplicates.ts";
import { SOURCE_TABLES } from "../../db/legacy-tables.ts";
import type { Database } from "../../db/open.ts";
import type { Oddities } from "../../db/requirements.ts";
import { plural } from "../../domain/spoken.ts";
import type { Counts, TableCounts } from "../../legacy/counts.ts";
import type { MigrateResult } from "../../legacy/migrate.ts";
import type { Preview } from "../../legacy/preview.ts";
import { usualRemedy } from "../../legacy/reasons.ts";
import { type Io, type Paint, paintFor } from "../io.ts";
import { escapeControl } from "../output.ts";
import type { Shell } from "../shell.ts";
import { wrapLine } from "../wrap.ts";
import { heading } from "./heading.ts";

const TABLES = ["booking", "one_on_one_booking"] as const;
const NAMES = { booking: "Group bookings", one_on_one_booking: "One-on-one lessons" } as const;

function number(n: number): string {
  return n.toLocaleString("en");
}

/** The outcomes of both kinds of rows, their sum checked before it gets a tick: as a table, or as a list where the terminal is too narrow for one. */
function outcomes(
  counts: Counts,
  { io, paint }: { io: Io; paint: Paint },
  verbs: { migrated: string; waitlisted: string; quarantined: string },
  { absent_tables: absent }: Oddities,
): string[] {
  const columns: [string, (c: TableCounts) => number][] = [
    ["total", (c) => c.read],
    [verbs.migrated, (c) => c.migrated],
    [verbs.waitlisted, (c) => c.waitlisted],
    [verbs.quarantined, (c) => c.quarantined],
    ...(counts.unchanged > 0
      ? ([["unchanged", (c: TableCounts) => c.unchanged]] as [string, (c: TableCounts) => number][])
      : []),
  ];
  const adds = counts.read === counts.migrated + counts.waitlisted + counts.quarantined + counts.unchanged;
  const tick = adds ? paint.green("✓") : paint.red("✗ does not add up");
  const shown = (n: number) => (n === 0 ? "–" : number(n));
  const sum = `= ${number(counts.read)}`;
  const width = 12;
  const line = (label: string, cells: string[]) =>
    `  ${label.padEnd(20)}${cells.map((cell) => cell.padStart(width)).join("")}`;
  const last = line(
    "",
    columns.map(([, of]) => shown(of(counts))),
  );
  if (io.outIsTerminal && `${last}  ${sum} ✓`.length > io.width) {
    const list = (label: string, c: TableCounts) => [
      `  ${label}`,
      ...columns.map(([name, of]) => `    ${paint.dim(name.padEnd(width))}${shown(of(c)).padStart(width)}`),
    ];
    return [
      ...TABLES.flatMap((table) => list(NAMES[table], counts.by_table[table])),
      ...list("Together", counts),
      `    ${sum} ${tick}`,
    ];
  }
  return [
    paint.dim(
      line(
        "Legacy rows",
        columns.map(([name]) => name),
      ),
    ),
    ...TABLES.map((table) =>
      absent.includes(table)
        ? `${line(
            NAMES[table],
            columns.map(() => "–"),
          )}  no such table`
        : line(
            NAMES[table],
            columns.map(([, of]) => shown(of(counts.by_table[table]))),
          ),
    ),
    `  ${"─".repeat(20 + width * columns.length)}`,
    `${last}  ${sum} ${tick}`,
  ];
}

/** Columns that a sentence beside others should have at least. */
const SENTENCE = 40;

function reasons(
  here: Shell,
  counts: Counts,
  examples: Record<string, string[]>,
  { io, paint }: { io: Io; paint: Paint },
): string[] {
  const codes = Object.entries(counts.by_code).sort(([, a], [, b]) => b - a);
  if (codes.length === 0) return [];
  const widest = Math.max(...codes.map(([code]) => code.length));
  const beside = widest + 16;
  const isNarrow = io.outIsTerminal && io.width < beside + SENTENCE;
  return [
    "",
    `  Why ${plural(counts.quarantined, "row waits", "rows wait")} for a decision`,
    ...codes.flatMap(([code, n]) => {
      const remedy = paint.dim(`→ ${here.command(`legacy issues ${usualRemedy(code, null)}`)}`);
      const example = examples[code]?.[0];
      const said = [...(example === undefined ? [] : [escapeControl(example)]), remedy];
      if (isNarrow) return [`    ${paint.yellow(code)} ${number(n)}`, ...said.map((text) => `      ${text}`)];
      const head = `    ${paint.yellow(code.padEnd(widest))} ${number(n).padStart(8)}   `;
      const fitted = (text: string) => (io.outIsTerminal ? wrapLine(text, io.width, beside) : text);
      return said.map((text, nth) => fitted((nth === 0 ? head : " ".repeat(beside)) + text));
    }),
  ];
}

/** What is not as the model has it, a line each. */
function oddities({ empty_columns: empty, filled_columns: filled }: Oddities): string[] {
  const values = filled.map(({ column, value }) => `${column} ${JSON.stringify(value)}`);
  const lines = [
    ...(empty.length === 0 ? [] : [`  Not there, and read as empty: ${empty.join(", ")}`]),
    ...(values.length === 0
      ? []
      : [`  Unknown here, and must not be NULL; new rows get: ${escapeControl(values.join(", "))}`]),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

function statuses(counts: Counts): string[] {
  const known = Object.entries(counts.by_status).sort(([, a], [, b]) => b - a);
  return known.length === 0
    ? []
    : ["", `  Bookings by status: ${known.map(([status, n]) => `${status} ${number(n)}`).join(", ")}`];
}

export async function planScreen(
  here: Shell,
  database: Database,
  preview: Preview,
  {
    pending_schema: pendingSchema,
    repairs,
    duplicates,
    ...odd
  }: {
    pending_schema: readonly string[];
    repairs: readonly string[];
    duplicates: readonly Duplicate[];
  } & Oddities,
): Promise<string> {
  const paint = paintFor(here.io);
  const look = { io: here.io, paint };
  const lines = [
    paint.bold(await heading(database)),
    "",
    ...outcomes(
      preview,
      look,
      {
        migrated: "migrate",
        waitlisted: "waitlist",
        quarantined: "quarantine",
      },
      odd,
    ),
    ...oddities(odd),
    ...statuses(preview),
    ...reasons(here, preview, preview.examples, look),
  ];
  if (preview.overbooked.length > 0) {
    const some = preview.overbooked
      .slice(0, 8)
      .map((o) => `${o.session_id} (${o.seats_taken} of ${o.capacity})`);
    lines.push(
      "",
      `  After it ${plural(preview.overbooked.length, "session holds", "sessions hold")} more confirmed seats than they have: ${some.join(", ")}${preview.overbooked.length > 8 ? ", …" : ""}`,
    );
  }
  for (const { rows, index, examples, remedy } of duplicates)
    lines.push(
      "",
      `  ${paint.yellow("First")}: ${plural(rows, "row stands", "rows stand")} in the way of ${index} (rows ${examples.join("; ")}). Resolve with: ${remedy}`,
    );
  if (pendingSchema.length > 0) lines.push("", `  Schema steps that come first: ${pendingSchema.join(", ")}`);
  if (repairs.length > 0)
    lines.push("", `  Gone from the schema, and made again first: ${repairs.join(", ")}`);
  const copy = database.file === null ? "" : "; a safety copy comes first";
  const next =
    odd.absent_tables.length === SOURCE_TABLES.length
      ? "There is nothing to take over: neither legacy table is there."
      : preview.read === preview.unchanged
        ? "Nothing is left to do."
        : `Next: ${here.command("legacy migrate")}   (about ${preview.estimated_seconds} s${copy})`;
  lines.push("", `  Nothing was written. ${next}`, "");
  return lines.join("\n");
}

export async function migrateScreen(
  here: Shell,
  database: Database,
  result: MigrateResult,
  { seconds, ...odd }: { seconds: number } & Oddities,
): Promise<string> {
  const paint = paintFor(here.io);
  const look = { io: here.io, paint };
  const { counts } = result;
  const lines = [
    paint.bold(await heading(database)),
    "",
    ...outcomes(
      counts,
      look,
      {
        migrated: "migrated",
        waitlisted: "waitlisted",
        quarantined: "quarantined",
      },
      odd,
    ),
    ...oddities(odd),
    ...statuses(counts),
    ...(counts.updated > 0
      ? [
          "",
          `  ${plural(counts.updated, "unified row was", "unified rows were")} brought up to date with changed legacy rows.`,
        ]
      : []),
    ...reasons(here, counts, {}, look),
    "",
    `  Run ${result.runId} ${result.finished ? "finished" : "stopped"} in ${seconds.toFixed(1)} s${result.resumed ? ", going on with an interrupted run" : ""}.`,
  ];
  if (result.openIssues > 0)
    lines.push(
      `  ${plural(result.openIssues, "row waits", "rows wait")} for a decision: ${here.command("legacy issues")}`,
    );
  if (result.finished) lines.push(`  Next: ${here.command("legacy verify")}`);
  lines.push("");
  return lines.join("\n");
}
