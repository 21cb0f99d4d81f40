/** Text that people look for, in columns. */
import { type RawBuilder, sql } from "kysely";

/**
 * True where one of the texts contains what is looked for, letters of either case; `%` and `_` are themselves.
 * Databases fold ASCII letters only (SQLite) or those of their locale: the other spellings are asked for by name.
 *
 * @param texts SQL expressions
 */
export function contains(texts: readonly RawBuilder<unknown>[], wanted: string): RawBuilder<boolean> {
  const tests = texts.flatMap((text) =>
    spellings(wanted).map((spelling) => {
      const pattern = `%${spelling.replace(/[!%_]/g, "!$&")}%`;
      return sql`lower(${text}) like ${pattern} escape '!'`;
    }),
  );
  return sql<boolean>`(${sql.join(tests, sql` or `)})`;
}

/** As typed, in small letters, in capitals and with capital initials; ASCII always small, as `lower` leaves it. */
function spellings(wanted: string): string[] {
  const small = wanted.toLowerCase();
  const initials = small.replace(/(^|[^\p{L}])(\p{L})/gu, (letters) => letters.toUpperCase());
  return [
    ...new Set(
      [wanted, small, wanted.toUpperCase(), initials].map((text) =>
        text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
      ),
    ),
  ];
}

/** A page of an ordered list. */
export interface Page {
  /** Null: no end. */
  limit: number | null;
  offset: number;
}

export const ALL_ROWS: Page = { limit: null, offset: 0 };

/** SQLite takes an offset only with a limit. */
export function pageOf({ limit, offset }: Page): RawBuilder<unknown> {
  if (limit === null && offset === 0) return sql``;
  return sql`limit ${limit ?? Number.MAX_SAFE_INTEGER} offset ${offset}`;
}

/** Conditions that all hold. */
export function allOf(conditions: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}
