/** What kind of refusal a driver's error is. Only the kinds that an operation acts on. */

function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : null;
}

/** The SQLSTATE of a PostgreSQL error; null for anything else. */
export function postgresCode(error: unknown): string | null {
  const code = codeOf(error);
  return code !== null && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** True where a unique index refused a row, on either engine. */
export function isUniqueViolation(error: unknown): boolean {
  const code = codeOf(error);
  return code === "23505" || code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY";
}

/** SQLSTATE classes of what is about the rows at hand: data, integrity, what a trigger or function refuses. */
const ABOUT_ROWS = ["21", "22", "23", "27", "44", "P0"];

/** True where the database refused these rows: others may go on. Not where it is locked, full, or away. */
export function isAboutRows(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  if (code.startsWith("SQLITE_CONSTRAINT") || code === "SQLITE_MISMATCH" || code === "SQLITE_TOOBIG")
    return true;
  const state = postgresCode(error);
  return state !== null && ABOUT_ROWS.includes(state.slice(0, 2));
}
