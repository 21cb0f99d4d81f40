import { backupDatabase } from "../db/backup.ts";
import type { Database } from "../db/open.ts";
import type { Shell } from "./shell.ts";

/** Copies an SQLite file before classbook first changes it, and says so. PostgreSQL and empty files are left alone. */
export async function safetyCopy(shell: Shell, database: Database): Promise<void> {
  if (database.file === null || database.layout.catalog.size === 0) return;
  const { file, bytes } = await backupDatabase(database, null, shell.now());
  shell.say(`Safety copy: ${file} (${bytes.toLocaleString("en")} bytes; --no-backup leaves it out)`);
}
