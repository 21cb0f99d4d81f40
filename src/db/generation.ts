/** How far the app's schema got, for headings: read off what is there, not off migration names alone (LEGACY 1). */
import { sql } from "kysely";
import type { Layout } from "./layout.ts";
import type { Database } from "./open.ts";

export type Generation = "A" | "B" | "C" | "D";

/** The generation whose columns are there; later columns by hand make it the later one. */
function generationOf(layout: Layout): Generation {
  const has = (column: string) => layout.has("live_class_session", column);
  if (has("current_attendees") || has("meeting_url") || has("scheduled_end")) return "D";
  if (has("seats_taken") || has("start_at_utc") || layout.has("live_class_booking")) return "C";
  if (has("total_seats") || layout.has("one_on_one_booking") || layout.has("booking", "seats_booked"))
    return "B";
  return "A";
}

/** The number of the last migration that the app recorded: `0031`; null where it recorded none. */
async function lastMigration(database: Database): Promise<string | null> {
  if (!database.layout.catalog.has("django_migrations")) return null;
  const { rows } = await sql<{ name: string }>`
    select name from django_migrations where lower(app) = ${(database.layout.appLabel ?? "").toLowerCase()} order by name desc limit 1`.execute(
    database.db,
  );
  return /^\d+/.exec(rows[0]?.name ?? "")?.[0] ?? null;
}

/**
 * `Django app myApp, generation D (migrations up to 0031)`, or `classbook's own schema`. Once classbook has
 * added its columns the generation no longer shows, and is left out.
 */
export async function describeLayout(database: Database): Promise<string> {
  const { layout } = database;
  if (layout.kind === "native") return "classbook's own schema";
  const last = await lastMigration(database);
  const generation = layout.has("schema_history") ? "" : `, generation ${generationOf(layout)}`;
  return `Django app ${layout.appLabel}${generation}${last === null ? "" : ` (migrations up to ${last})`}`;
}
