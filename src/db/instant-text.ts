/** Instants in SQL, where SQLite keeps whatever a hand wrote. */
import { type RawBuilder, sql } from "kysely";
import type { Engine } from "./layout.ts";

const DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";

/** SQL for an instant as the app writes it, which compares as text: another spelling (`T`, `Z`, an offset) is read, null is what nobody can read. */
export function instantIn(engine: Engine, column: string): RawBuilder<string | null> {
  const ref = sql.ref(column);
  if (engine === "postgres") return sql`${ref}`;
  return sql`case when ${ref} glob ${sql.lit(`${DATE} [0-9][0-9]:[0-9][0-9]:[0-9][0-9]`)} or ${ref} glob ${sql.lit(`${DATE} [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]`)} then ${ref}
    when ${ref} glob ${sql.lit(`${DATE}[ T][0-9]*`)} then replace(strftime('%Y-%m-%d %H:%M:%f', ${ref}), '.000', '') end`;
}
