/** Instants in SQL, where SQLite keeps whatever a hand wrote. */
import { type RawBuilder, sql } from "kysely";
import { addMinutes, type Instant } from "../domain/instant.ts";
import type { Engine } from "./layout.ts";

const DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
const TIME = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]";
const MICROS = "[0-9][0-9][0-9][0-9][0-9][0-9]";

function canonical(column: string): string {
  return `(${column} glob '${DATE} ${TIME}' or ${column} glob '${DATE} ${TIME}.${MICROS}')`;
}

/** SQL for an instant as the app writes it, which compares as text: another spelling (`T`, `Z`, an offset) is read, null is what nobody can read. */
export function instantText(engine: Engine, column: string): string {
  if (engine === "postgres") return column;
  return `case when ${canonical(column)} then ${column}
    when ${column} glob '${DATE}[ T][0-9]*' then replace(strftime('%Y-%m-%d %H:%M:%f', ${column}), '.000', '') end`;
}

/** {@link instantText} as a part of a query. */
export function instantIn(engine: Engine, column: string): RawBuilder<string | null> {
  return sql.raw(instantText(engine, column));
}

const DAY_MINUTES = 24 * 60;
/** Of `T` and a space, and of zones: a spelling compares as text at most so far from its instant. */
const SPELT = 2 * DAY_MINUTES;

/**
 * A test of a moment: then or later, or before, however it is spelt. An index finds what may be meant by its text, and the
 * moment decides.
 *
 * @param column quoted, with its table
 * @param wall what stands for the instant where a text names no zone; left out = the instant itself
 */
export function instantTest(
  engine: Engine,
  column: string,
  is: "from" | "before",
  { instant, wall = instant }: { instant: Instant; wall?: string },
): RawBuilder<boolean> {
  const ref = sql.raw(column);
  const sign = sql.raw(is === "from" ? ">=" : "<");
  if (engine === "postgres") return sql<boolean>`${ref} ${sign} ${wall}`;
  const window = addMinutes(instant, is === "from" ? -SPELT : SPELT);
  const bound =
    wall === instant
      ? sql`${instant}`
      : sql`case when ${ref} glob '*[Zz]' or ${ref} glob '*[+-][0-9][0-9]:[0-9][0-9]' then ${instant} else ${wall} end`;
  return sql<boolean>`(${ref} ${sign} ${window} and ${instantIn(engine, column)} ${sign} ${bound})`;
}

/** Rows whose moment is spelt in a way in which it does not compare as text; NULL is none. Null where the engine keeps instants. */
export function speltOtherwise(engine: Engine, column: string): RawBuilder<boolean> | null {
  return engine === "postgres" ? null : sql<boolean>`not ${sql.raw(canonical(column))}`;
}
