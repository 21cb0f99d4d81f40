/** What a database's address says, before anything is opened. */
import { maskAddress } from "../domain/command.ts";
import { usageError } from "../domain/error.ts";

export type Address = { engine: "postgres"; url: string } | { engine: "sqlite"; file: string };

/** What `--db` names: a PostgreSQL URL, a `sqlite:` URL or a path. */
export function parseAddress(text: string): Address {
  if (/^(sqlite:(\/\/)?)?\s*$/i.test(text)) {
    throw usageError(
      "no_database",
      text.trim() === "" ? "--db is empty" : `--db "${text}" names no file`,
      "--db takes a path, sqlite:PATH or postgres://…; left out, it is CLASSBOOK_DB or ./classbook.db",
    );
  }
  if (/^postgres(ql)?:\/\//i.test(text)) return { engine: "postgres", url: text };
  if (/^sqlite:/i.test(text)) return { engine: "sqlite", file: text.replace(/^sqlite:(\/\/)?/i, "") };
  if (/^[a-z][a-z0-9+]+:\/\//i.test(text)) {
    throw usageError(
      "unknown_engine",
      `classbook does not speak ${maskAddress(text)}`,
      "--db takes a path, sqlite:PATH or postgres://…",
    );
  }
  if (/(^|\s)(host|hostaddr|dbname|password)=/.test(text)) {
    throw usageError(
      "bad_url",
      `"${maskAddress(text)}" is a connection string, not a URL`,
      "the form is postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    );
  }
  return { engine: "sqlite", file: text };
}
