/** SQLite's checks, set aside for work that has checked by itself. PostgreSQL's stay. */
import type { Database } from "./open.ts";

/** Every reference that is written was looked up by the work itself; SQLite would look it up again. Until the database is closed. */
export function relaxForeignKeys({ sqlite }: Pick<Database, "sqlite">): void {
  sqlite?.pragma("foreign_keys = OFF");
}

/** What a row held is given back by the work, though the app's checks would not let it in. */
export async function withoutChecks<T>(
  { sqlite }: Pick<Database, "sqlite">,
  work: () => Promise<T>,
): Promise<T> {
  sqlite?.pragma("ignore_check_constraints = ON");
  try {
    return await work();
  } finally {
    sqlite?.pragma("ignore_check_constraints = OFF");
  }
}
