/** The columns that keep times and dates, and whether what they say can be read (SPEC 2; LEGACY 1, 2.1). */
import { parseDate, parseInstant, parseTimeOfDay } from "../domain/instant.ts";
import { readAppTime, zoneOfApp } from "./app-time.ts";
import type { CheckSql } from "./check.ts";
import type { LogicalTable } from "./layout.ts";
import { runQuery } from "./reconcile.ts";

/** `app`: a time that the app writes, in a zone of its own or with an offset. */
type TimeKind = "instant" | "app" | "date" | "clock";

/** `blank`: an empty text says that there is none. */
const TIMES = [
  {
    thing: "booking",
    table: "live_class_booking",
    columns: {
      start_at_utc: "instant",
      end_at_utc: "instant",
      created_at: "instant",
      updated_at: "instant",
      decision_at: "instant",
      cancelled_at: "instant",
    },
  },
  {
    thing: "session",
    table: "live_class_session",
    columns: {
      start_at_utc: "instant",
      end_at_utc: "instant",
      scheduled_start: "app",
      scheduled_end: "app",
      created_at: "instant",
      updated_at: "instant",
    },
  },
  {
    thing: "slot",
    table: "teacher_availability",
    blank: true,
    columns: {
      start_datetime: "instant",
      end_datetime: "instant",
      valid_from: "date",
      valid_until: "date",
      start_time: "clock",
      end_time: "clock",
    },
  },
  { thing: "series", table: "booking_series", columns: { until_date: "date" } },
  {
    thing: "entry",
    table: "session_waitlist",
    columns: {
      created_at: "instant",
      offered_at: "instant",
      offer_expires_at: "instant",
      accepted_at: "instant",
      expired_at: "instant",
    },
  },
] as const satisfies {
  thing: string;
  table: LogicalTable;
  columns: Record<string, TimeKind>;
  blank?: boolean;
}[];

/** The tables of the things that are named here. */
export const TIME_TABLES: Readonly<Record<string, LogicalTable>> = Object.fromEntries(
  TIMES.map(({ thing, table }) => [thing, table]),
);

/** `other`: readable, in another form than the one that compares as text. */
export type Reading = "unreadable" | "other" | "right";

/** Asked a million times. @param zone where the app's own times are at home */
function reads(kind: TimeKind, value: unknown, zone: string): Reading {
  if (typeof value !== "string") return "unreadable";
  const read = readAs(kind, value, zone);
  if (read === null) return "unreadable";
  return kind === "instant" && read !== value ? "other" : "right";
}

function readAs(kind: TimeKind, text: string, zone: string): string | number | null {
  switch (kind) {
    case "instant":
      return parseInstant(text);
    case "app":
      return readAppTime(text, zone);
    case "date":
      return parseDate(text);
    case "clock":
      return parseTimeOfDay(text);
    default:
      return kind satisfies never;
  }
}

/** A query of the times that read so: `thing`, `id`, `part` and `value`. Null where no column keeps text. */
export async function timesThatRead(q: CheckSql, reading: Reading): Promise<string | null> {
  const { database, db } = q.looking;
  const zone = await zoneOfApp(database, db);
  // SQLite asks for each value while it goes over the table.
  database.sqlite?.function("classbook_reads", { deterministic: true }, (kind, value) =>
    reads(kind as TimeKind, value, zone),
  );
  const parts: string[] = [];
  for (const { thing, table, columns, ...rest } of TIMES) {
    const asked: [string, string][] = [];
    for (const [column, kind] of Object.entries(columns)) {
      if (!q.has(table, column)) continue;
      if (reading === "other" && kind !== "instant") continue;
      const given = `x.${column} is not null${"blank" in rest ? ` and x.${column} <> ''` : ""}`;
      const wrong = q.isPostgres
        ? await amongTexts(q, table, column, (value) => reads(kind, value, zone) === reading)
        : `classbook_reads('${kind}', x.${column}) = '${reading}'`;
      if (wrong !== null) asked.push([column, `(${given} and ${wrong})`]);
    }
    if (asked.length === 0) continue;
    // Each table is read once: its columns part where a row is found.
    const found = asked.map(
      ([column, wrong]) =>
        `select '${thing}' as thing, x.id, '${column}' as part, x.${column} as value from ${thing}_times x where ${wrong}`,
    );
    parts.push(`select * from (with ${thing}_times as materialized (select x.id, ${asked.map(([c]) => `x.${c}`).join(", ")} from ${q.t(table)} x
      where ${asked.map(([, wrong]) => wrong).join(" or ")}) ${found.join(" union all ")}) ${thing}_parts`);
  }
  return parts.length === 0 ? null : parts.join(" union all ");
}

/** PostgreSQL keeps few times as text, in the native layout's slots: each is looked at once. Null where none is meant. */
async function amongTexts(
  q: CheckSql,
  table: LogicalTable,
  column: string,
  isMeant: (value: string) => boolean,
): Promise<string | null> {
  const type = q.looking.database.layout.column(table, column)!.type;
  if (type !== "text" && !type.startsWith("character")) return null;
  const rows = await runQuery<{ value: string }>(
    q.looking.db,
    `select distinct x.${column} as value from ${q.t(table)} x where x.${column} is not null`,
  );
  const meant = rows.flatMap(({ value }) => (isMeant(value) ? [`'${value.replaceAll("'", "''")}'`] : []));
  return meant.length === 0 ? null : `x.${column} in (${meant.join(", ")})`;
}
