/** The migration as a command runs it, without the command. */
import { userInfo } from "node:os";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import type { Actor } from "../../src/domain/actor.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { type MigrateOptions, type MigrateResult, migrateLegacy } from "../../src/legacy/migrate.ts";
import { type RollbackOptions, type RollbackPlan, rollbackRun } from "../../src/legacy/rollback.ts";

/** Whom the command names where nobody says --as. */
export const OPERATOR: Actor = { kind: "shell", name: userInfo().username };

export const NOW = "2026-11-20 09:00:00" as Instant;

export async function migrate(
  database: Database,
  options: Partial<MigrateOptions> = {},
): Promise<MigrateResult> {
  await migrateSchema(database, { now: NOW });
  return migrateLegacy(database, {
    sourceTimezone: "UTC",
    now: () => NOW,
    actor: OPERATOR,
    batch: 1_000,
    onProgress: () => {},
    shouldStop: () => false,
    ...options,
  });
}

/** Takes a run back; without a number the last one. */
export function rollback(database: Database, options: Partial<RollbackOptions> = {}): Promise<RollbackPlan> {
  return rollbackRun(database, {
    runId: null,
    force: false,
    now: () => NOW,
    onProgress: () => {},
    ...options,
  });
}

/** Opens, works, closes. */
export async function withDatabase<T>(address: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(address);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
