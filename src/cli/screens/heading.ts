import { describeLayout } from "../../db/generation.ts";
import type { Database } from "../../db/open.ts";

/** `school.sqlite3 · SQLite 3.53.2 · Django app myApp, generation D (migrations up to 0031)` */
export async function heading(database: Database): Promise<string> {
  return `${database.name} · ${database.version} · ${await describeLayout(database)}`;
}
