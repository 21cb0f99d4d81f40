/** Pages of sessions for `legacy verify`, each with what the migration found in it and wrote there (LEGACY 2.1). */
import type { Db } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import type { Names } from "./reconcile-names.ts";
import { exactly, readableRow } from "./stored.ts";

export interface SessionValues {
  scheduled_start: string | number | null;
  duration_minutes: string | number | null;
  start_at_utc: string | number | null;
  end_at_utc: string | number | null;
  timezone_snapshot: string | null;
  total_seats: string | number | null;
  capacity: string | number | null;
  max_attendees: string | number | null;
}

export interface SessionRow extends SessionValues {
  id: number;
  teacher_timezone: string | null;
}

/** What all runs together found and wrote, as JSON objects; the first run's finding and the last one's writing count. */
export interface Filled {
  found: Partial<SessionValues>;
  written: Partial<SessionValues>;
}

const STAMPS = ["scheduled_start", "start_at_utc", "end_at_utc"];
const PLAIN = ["duration_minutes", "timezone_snapshot", "total_seats", "capacity", "max_attendees"];

/** Sessions after a key, in key order. None where the table lacks the columns of LEGACY 2.1. */
export async function readSessions(
  names: Names,
  db: Db,
  page: { after: number; limit: number },
): Promise<SessionRow[]> {
  const s = "live_class_session";
  if (!names.has(s, "start_at_utc") || !names.has(s, "end_at_utc")) return [];
  // A user with two profiles counts once, the older profile.
  const zone =
    names.has("teacher") && names.has("user_profile")
      ? `(select up.timezone from ${names.table("teacher")} te join ${names.table("user_profile")} up on up.user_id = te.user_id where te.id = s.teacher_id order by up.id limit 1)`
      : "null";
  const plain = (c: string) => exactly(names.database.engine, names.column("s", s, c));
  const rows = await runQuery<SessionRow>(
    db,
    `select s.id, ${STAMPS.map((c) => `${names.text("s", s, c)} as ${c}`).join(", ")}, ${PLAIN.map((c) => `${plain(c)} as ${c}`).join(", ")}, ${zone} as teacher_timezone
     from ${names.table(s)} s where s.id > ${Number(page.after)} order by s.id limit ${Number(page.limit)}`,
  );
  return rows.map(readableRow);
}

/** What the migration found and wrote in the sessions between two keys. */
export async function readFilled(
  names: Names,
  db: Db,
  range: { first: number; last: number },
): Promise<Map<number, Filled>> {
  const filled = new Map<number, Filled>();
  if (!names.has("legacy_session_before") || !names.has("legacy_run")) return filled;
  const rows = await runQuery<{ session_id: number; before_values: string; after_values: string }>(
    db,
    `select session_id, before_values, after_values from ${names.table("legacy_session_before")}
     where run_id in (select id from ${names.table("legacy_run")}) and session_id between ${Number(range.first)} and ${Number(range.last)} order by run_id`,
  );
  for (const row of rows) {
    const earlier = filled.get(row.session_id) ?? { found: {}, written: {} };
    filled.set(row.session_id, {
      found: { ...JSON.parse(row.before_values), ...earlier.found },
      written: { ...earlier.written, ...JSON.parse(row.after_values) },
    });
  }
  return filled;
}
