/** What the commands share that look at a migration, or go on with it. */
import { countOpenIssues } from "../db/legacy.ts";
import { listRuns, sourceTimezone } from "../db/legacy-run.ts";
import type { Database } from "../db/open.ts";
import { requireWhole } from "../db/schema.ts";
import { requireSchema } from "../db/schema-state.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import { plural } from "../domain/spoken.ts";
import { isZone } from "../domain/zone.ts";
import type { Shell } from "./shell.ts";

/** A zone from a flag, checked. */
export async function zoneOfSource(database: Database, flag: string | null): Promise<string> {
  const zone = await sourceTimezone(database, flag);
  if (!isZone(zone))
    throw usageError(
      "bad_timezone",
      `"${zone}" is not an IANA time zone`,
      "such as --source-timezone Europe/Madrid",
    );
  return zone;
}

/** For the commands that look at what a migration did. */
export async function requireMigration(database: Database): Promise<void> {
  await requireWhole(database);
  if ((await listRuns(database)).length > 0) return requireSchema(database);
  throw new ClassbookError({
    kind: "not_found",
    code: "never_migrated",
    message: `nothing was migrated in ${database.address} yet`,
    hint: "run `classbook legacy migrate` first (`classbook legacy plan` says what it would do)",
  });
}

/** Says what is left to decide, for every command that may leave some. */
export async function sayOpenIssues(here: Shell, database: Database): Promise<number> {
  const open = await countOpenIssues(database);
  if (open > 0)
    here.say(`${plural(open, "row waits", "rows wait")} for a decision: ${here.command("legacy issues")}`);
  return open;
}
