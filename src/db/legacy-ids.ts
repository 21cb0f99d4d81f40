/** Ids that cannot be held exactly, looked for before a migration begins: rounded, they would be other rows' ids. */
import { sql } from "kysely";
import { refused } from "../domain/error.ts";
import { quote } from "./ddl.ts";
import { APP_TABLES, type AppTable } from "./layout.ts";
import type { Database } from "./open.ts";

const MOST = Number.MAX_SAFE_INTEGER;
/** Paging by key begins after the least safe integer. */
const LEAST = Number.MIN_SAFE_INTEGER + 1;

/** Every table whose ids the migration reads or goes on from. */
const TABLES = [
  "booking",
  "one_on_one_booking",
  "live_class_session",
  "teacher_availability",
  "app_user",
  "teacher",
  "course",
  "live_class_booking",
  "session_waitlist",
  "booking_series",
  "booking_series_item",
] as const satisfies readonly AppTable[];

/**
 * @param imported all tables, as an import reads them: it tells itself of ids that are no numbers
 * @throws ClassbookError refused `bad_ids`: a row has an id that JavaScript would round, or none
 */
export async function requireExactIds(
  { db, layout, engine }: Database,
  { imported = false } = {},
): Promise<void> {
  const found: string[] = [];
  // Look-ups by key; an `or` would read the whole table. In SQLite texts and BLOBs come after all numbers.
  const numbers = imported && engine === "sqlite" ? "typeof(id) in ('integer', 'real') and" : "";
  const wrong = [`${numbers} id > ${MOST} order by id desc`, `${numbers} id < ${LEAST} order by id`];
  if (!imported) wrong.push("id is null");
  for (const table of imported ? APP_TABLES : TABLES) {
    if (!layout.has(table, "id")) continue;
    const name = layout.name(table);
    for (const condition of wrong) {
      const { rows } = await sql
        .raw<{ id: string | null }>(
          `select cast(id as text) as id from ${quote(name)} where ${condition} limit 1`,
        )
        .execute(db);
      if (rows[0] !== undefined) found.push(`${name} ${rows[0].id ?? "NULL"}`);
    }
  }
  if (found.length === 0) return;
  throw refused(
    "bad_ids",
    `${found.join(", ")}: an id must be a whole number from ${LEAST} to ${MOST} to be held exactly`,
    "nothing was written; give the row, and what refers to it, another id, then run the same command again",
    found,
  );
}
