/** Safety copies of SQLite files: consistent, whoever writes meanwhile. */
import { closeSync, existsSync, openSync, rmSync, statSync } from "node:fs";
import { refused, usageError } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./open.ts";

export interface Backup {
  file: string;
  bytes: number;
}

/** A name for a copy that nobody asked for by name: beside the database, with the time; none that is taken. */
function freeName(file: string, now: Instant): string {
  const stem = `${file}.${now.slice(0, 19).replaceAll(/[-:]/g, "").replace(" ", "-")}`;
  for (let at = 1; ; at += 1) {
    const name = `${stem}${at === 1 ? "" : `-${at}`}.backup`;
    if (!existsSync(name)) return name;
  }
}

/**
 * Where a copy would go.
 *
 * @param to null = beside the database, with the time in its name
 * @throws ClassbookError usage `no_backup_here`: a PostgreSQL server is copied by its own tools
 * @throws ClassbookError refused `file_exists`
 */
export function planBackup(database: Database, to: string | null, now: Instant): string {
  if (database.sqlite === null || database.file === null) {
    throw usageError(
      "no_backup_here",
      `${database.address} is not an SQLite file`,
      "a PostgreSQL database is copied with pg_dump",
    );
  }
  if (to !== null && existsSync(to))
    throw refused("file_exists", `${to} exists already`, "name another with --to");
  return to ?? freeName(database.file, now);
}

/** @throws ClassbookError as `planBackup`, and usage `cannot_copy`: the place cannot be written */
export async function backupDatabase(database: Database, to: string | null, now: Instant): Promise<Backup> {
  const file = planBackup(database, to, now);
  try {
    closeSync(openSync(file, "wx")); // The name is ours, whoever else makes a copy in this second.
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && to === null) return backupDatabase(database, to, now);
    throw usageError(
      "cannot_copy",
      `${file} cannot be written (${code})`,
      "name another place with `db backup --to`",
    );
  }
  try {
    await database.sqlite!.backup(file);
  } catch (error) {
    rmSync(file, { force: true }); // Half a copy is worse than none.
    throw error;
  }
  return { file, bytes: statSync(file).size };
}
