/** Safety copies of SQLite files: consistent, whoever writes meanwhile. */
import { existsSync, rmSync, statSync } from "node:fs";
import { refused, usageError } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./open.ts";

export interface Backup {
  file: string;
  bytes: number;
}

/** The name that a copy gets where none is asked for: beside the database, with the time. */
export function backupName(file: string, now: Instant): string {
  return `${file}.${now.slice(0, 19).replaceAll(/[-:]/g, "").replace(" ", "-")}.backup`;
}

/**
 * @throws ClassbookError usage `no_backup_here`: a PostgreSQL server is copied by its own tools
 * @throws ClassbookError refused `file_exists`
 */
export async function backupDatabase(database: Database, to: string | null, now: Instant): Promise<Backup> {
  if (database.sqlite === null || database.file === null) {
    throw usageError(
      "no_backup_here",
      `${database.address} is not an SQLite file`,
      "a PostgreSQL database is copied with pg_dump",
    );
  }
  const file = to ?? backupName(database.file, now);
  if (existsSync(file)) throw refused("file_exists", `${file} exists already`, "name another with --to");
  try {
    await database.sqlite.backup(file);
  } catch (error) {
    rmSync(file, { force: true }); // Half a copy is worse than none.
    throw error;
  }
  return { file, bytes: statSync(file).size };
}
