/** Times that cannot be, and time zones that are none (SPEC 2, 6; LEGACY 1). */
import { isZone } from "../domain/zone.ts";
import { type CheckSql, type CheckWords, sqlCheck } from "./check.ts";
import type { LogicalTable } from "./layout.ts";
import { runQuery } from "./reconcile.ts";
import { type Reading, timesThatRead } from "./time-columns.ts";

const ZONES = [
  ["profile", "user_profile", "timezone"],
  ["slot", "teacher_availability", "timezone"],
  ["session", "live_class_session", "timezone_snapshot"],
] as const satisfies [string, LogicalTable, string][];

const BOTH = [["live_class_booking"], ["live_class_session", "start_at_utc", "end_at_utc"]] as const;

export const TIME_CHECKS = [
  sqlCheck({
    code: "ends_before_start",
    severity: "error",
    sentence: "bookings, sessions, slots and their validity end after they start",
    why: "What ends before it starts takes nobody's time: overlaps with it are not seen.",
    fix: "nothing: `classbook session update ID --duration MINUTES`, `classbook booking reschedule ID`, or a new slot in place of the old one",
    reads: BOTH,
    findings: endings,
    text: (row) =>
      row.part === ""
        ? `${row.thing} ${row.id}: ${plain(row.starts)} to ${plain(row.ends)} UTC`
        : `${row.thing} ${row.id}: valid from ${row.starts} until ${row.ends}`,
  }),
  timeCheck(
    {
      code: "unreadable_time",
      severity: "error",
      sentence: "every time and date can be read",
      why: "SQLite keeps any text: what is no time takes nobody's time, and runs out never.",
      fix: "nothing: nobody else knows what was meant; `classbook session update ID --start TIME` for a session, or correct it by SQL",
    },
    "unreadable",
  ),
  timeCheck(
    {
      code: "time_form",
      severity: "warning",
      sentence: "every instant is in the one form that compares as text",
      why: "A tool wrote T, Z or an offset: such a time sorts wrongly, so that overlaps and what is due are not seen.",
      fix: "writes the same instant in the one form; of slots only where the app's own times are in UTC",
    },
    "other",
  ),
  sqlCheck({
    code: "unknown_zone",
    severity: "warning",
    sentence: "profiles, slots and sessions name time zones that exist",
    why: "A slot of an unknown zone offers nothing; times of such a profile or session are told in UTC.",
    fix: "nothing: `classbook student update USER --timezone ZONE` for a profile; slots and sessions are corrected where they were made",
    reads: [],
    findings: unknownZones,
    text: (row) => `${row.thing} ${row.id}: ${JSON.stringify(row.zone)}`,
  }),
] as const;

function timeCheck<const C extends string>(words: CheckWords<C>, reading: Reading) {
  const check = sqlCheck({
    ...words,
    reads: BOTH,
    findings: (q) => timesThatRead(q, reading),
    text: (row) => `${row.thing} ${row.id}: ${row.part} is ${JSON.stringify(row.value)}`,
  });
  // What it asks, SQLite knows on this connection only.
  return { ...check, query: async () => null };
}

/** PostgreSQL's text of an instant names the zone of the connection, which is UTC. */
function plain(text: unknown): string {
  return String(text).replace(/\+00$/, "");
}

function endings(q: CheckSql): string {
  const spans = [
    ["booking", "live_class_booking", "start_at_utc", "end_at_utc"],
    ["session", "live_class_session", "start_at_utc", "end_at_utc"],
    ["slot", "teacher_availability", "start_datetime", "end_datetime"],
  ] as const satisfies [string, LogicalTable, string, string][];
  const parts = spans
    .filter(([, table, ...columns]) => columns.every((column) => q.has(table, column)))
    .map(
      ([thing, table, start, end]) =>
        `select '${thing}' as thing, x.id, '' as part, cast(x.${start} as text) as starts, cast(x.${end} as text) as ends
         from ${q.t(table)} x where x.${end} <= x.${start} and ${q.isInstant(table, "x", start)} and ${q.isInstant(table, "x", end)}
         ${thing === "slot" ? "and x.slot_type = 'one_time'" : ""}`,
    );
  const slots = "teacher_availability";
  if (q.has(slots, "valid_from") && q.has(slots, "valid_until"))
    parts.push(`select 'slot' as thing, x.id, 'valid_until' as part, cast(x.valid_from as text) as starts, cast(x.valid_until as text) as ends
      from ${q.t(slots)} x where x.valid_until < x.valid_from and x.slot_type = 'recurring' and ${[
        "valid_from",
        "valid_until",
      ]
        .map((column) => `cast(x.${column} as text) like '____-__-__'`)
        .join(" and ")}`);
  return parts.join(" union all ");
}

/** Few zones are in use: each is looked up once. */
async function unknownZones(q: CheckSql): Promise<string | null> {
  const parts: string[] = [];
  for (const [thing, table, column] of ZONES) {
    if (!q.has(table, column)) continue;
    const value = `cast(x.${column} as text)`;
    // Bytes that are no text come back as something else: SQLite is asked for them as digits.
    const code = q.isPostgres ? value : `hex(x.${column})`;
    const zones = await runQuery<{ zone: string; code: string }>(
      q.looking.db,
      `select distinct ${value} as zone, ${code} as code from ${q.t(table)} x where x.${column} is not null and x.${column} <> ''`,
    );
    const unknown = zones.filter(({ zone }) => !isZone(zone)).map((one) => one.code);
    if (unknown.length === 0) continue;
    const list = unknown.map((text) => `'${text.replaceAll("'", "''")}'`).join(", ");
    parts.push(
      `select '${thing}' as thing, x.id, '' as part, ${value} as zone from ${q.t(table)} x where ${code} in (${list})`,
    );
  }
  return parts.length === 0 ? null : parts.join(" union all ");
}
