/** Instants in SQL, where SQLite keeps whatever a hand wrote. */
import { type RawBuilder, sql } from "kysely";
import { addMinutes, type Instant } from "../domain/instant.ts";
import type { Engine } from "./layout.ts";

const DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
const MICROS = "[0-9][0-9][0-9][0-9][0-9][0-9]";

/** SQLite: a day of the calendar from the year 1 on, and an hour before 24, which SQLite alone takes. */
function isOfCalendar(value: string): string {
  return `date(substr(${value}, 1, 10)) = substr(${value}, 1, 10) and ${value} > '0001' and substr(${value}, 12, 2) < '24'`;
}

/** SQL for whether a column has an instant in the one form that compares as text; SQLite keeps whatever a hand wrote. */
export function isInstantText(value: string): string {
  return `(typeof(${value}) = 'text' and datetime(${value}) = substr(${value}, 1, 19) and ${value} > '0001' and substr(${value}, 12, 2) < '24'
    and (length(${value}) = 19 or (substr(${value}, 20) glob '.${MICROS}' and substr(${value}, 20) <> '.000000')))`;
}

/** SQL for an instant as the app writes it, which compares as text: another spelling (`T`, `Z`, an offset) is read, null is what nobody can read. */
export function instantText(engine: Engine, column: string): string {
  if (engine === "postgres") return column;
  return `case when ${isInstantText(column)} then ${column}
    when ${column} glob '${DATE}[ T][0-9]*' and ${isOfCalendar(column)} then replace(strftime('%Y-%m-%d %H:%M:%f', ${column}) || '000', '.000000', '') end`;
}

/** SQLite: true of an instant in another form than the one that compares as text. */
export function isOddInstant(column: string): string {
  return `(${column} is not null and not ${isInstantText(column)})`;
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
  return engine === "postgres" ? null : sql<boolean>`${sql.raw(isOddInstant(column))}`;
}
