/** Instants in SQL, where SQLite keeps whatever a hand wrote. */
import { type RawBuilder, sql } from "kysely";
import type { Engine } from "./layout.ts";

const DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
const TIME = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]";
const MICROS = "[0-9][0-9][0-9][0-9][0-9][0-9]";

/** SQL for an instant as the app writes it, which compares as text: another spelling (`T`, `Z`, an offset) is read, null is what nobody can read. */
export function instantText(engine: Engine, column: string): string {
  if (engine === "postgres") return column;
  return `case when not ${isOddInstant(column)} then ${column}
    when ${column} glob '${DATE}[ T][0-9]*' then replace(strftime('%Y-%m-%d %H:%M:%f', ${column}) || '000', '.000000', '') end`;
}

/** SQLite: true of an instant in another form than the one that compares as text. */
export function isOddInstant(column: string): string {
  return `(not (${column} glob '${DATE} ${TIME}' or (${column} glob '${DATE} ${TIME}.${MICROS}' and ${column} not glob '*.000000')))`;
}

/** {@link instantText} as a part of a query. */
export function instantIn(engine: Engine, column: string): RawBuilder<string | null> {
  return sql.raw(instantText(engine, column));
}
