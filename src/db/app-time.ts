/** The times that the app itself writes: in UTC, or where it ran with USE_TZ off in a zone of its own (LEGACY 1). */
import { type Instant, parseInstant, parseTimestamp } from "../domain/instant.ts";
import { resolveLocalOrNull } from "../domain/zone.ts";
import { readSetting } from "./legacy-run.ts";
import type { Database, Db } from "./open.ts";

/** The zone of scheduled_start and scheduled_end; UTC also where the columns name their zone themselves. */
export async function zoneOfApp(database: Database, db: Db): Promise<string> {
  const type = database.layout.column("live_class_session", "scheduled_start")?.type ?? "";
  if (type.endsWith("with time zone")) return "UTC";
  return (await readSetting(database, "source_timezone", db)) ?? "UTC";
}

/** The instant of such a time; null where there is none, or it cannot be read. */
export function readAppTime(text: string | null, zone: string): Instant | null {
  const parsed = text === null ? null : parseTimestamp(text);
  if (parsed === null) return null;
  return parsed.offset === null
    ? (resolveLocalOrNull(parsed.wall, zone)?.instant ?? null)
    : parseInstant(text!);
}
