import BetterSqlite3 from "better-sqlite3";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  SqliteDialect,
  SqliteDriver,
} from "kysely";
import { busy, ClassbookError, usageError } from "../domain/error.ts";

/** How long a statement waits for another process. The wait blocks this one: no longer than a person would. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * A transaction waits for its turn by many short waits instead: SQLite's own waits grow, and whoever has waited long is
 * passed by those who just came. Between two of them the process can be stopped.
 */
const TURN_TIMEOUT_MS = 40;
const MOST_PAUSE_MS = 20;
const PATIENCE_MS = 10_000;

const MOST_REMEMBERED = 200;

/** Kysely prepares every statement anew; an operation runs the same dozen again and again. */
function rememberStatements(sqlite: BetterSqlite3.Database): (text: string) => BetterSqlite3.Statement {
  const known = new Map<string, BetterSqlite3.Statement>();
  return (text) => {
    let statement = known.get(text);
    if (statement === undefined) {
      statement = sqlite.prepare(text);
      if (known.size >= MOST_REMEMBERED) known.delete(known.keys().next().value!);
      known.set(text, statement);
    }
    return statement;
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #sqlite: BetterSqlite3.Database;

  constructor(sqlite: BetterSqlite3.Database) {
    super({ database: { prepare: rememberStatements(sqlite), close: () => sqlite.close() } });
    this.#sqlite = sqlite;
  }

  /** Kysely's own driver sends a deferred BEGIN, which fails beside another writer whatever the timeout (kysely issue 1152). */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    await connection.executeQuery(CompiledQuery.raw(`pragma busy_timeout = ${TURN_TIMEOUT_MS}`));
    try {
      for (;;) {
        try {
          await connection.executeQuery(CompiledQuery.raw("begin immediate"));
          return;
        } catch (error) {
          if (!isBusy(error) || performance.now() > giveUpAt) throw error;
        }
        await new Promise((wake) => setTimeout(wake, Math.random() * MOST_PAUSE_MS));
      }
    } finally {
      await connection.executeQuery(CompiledQuery.raw(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`));
    }
  }

  /** After some errors, a full disk among them, SQLite has rolled back by itself: to do it again would hide the error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#sqlite.inTransaction) await super.rollbackTransaction(connection);
  }
}

class ImmediateSqliteDialect extends SqliteDialect {
  readonly #sqlite: BetterSqlite3.Database;

  constructor(sqlite: BetterSqlite3.Database) {
    super({ database: sqlite });
    this.#sqlite = sqlite;
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#sqlite);
  }
}

export interface SqliteHandle {
  sqlite: BetterSqlite3.Database;
  // biome-ignore lint/suspicious/noExplicitAny: no tables are known yet
  kysely: Kysely<any>;
  version: string;
}

/** @param options `patience`: milliseconds that another process is waited for; null: as long as a person would */
export function openSqlite(
  path: string,
  options: { readOnly: boolean; patience: number | null },
): SqliteHandle {
  const sqlite = new BetterSqlite3(path, {
    readonly: options.readOnly,
    timeout: options.patience ?? BUSY_TIMEOUT_MS,
  });
  try {
    sqlite.pragma("foreign_keys = ON");
    sqlite.pragma("cache_size = -32768");
    sqlite.pragma("threads = 2"); // For building indexes.
    const { version } = sqlite
      .prepare("select sqlite_version() as version, (select count(*) from sqlite_master) as n")
      .get() as {
      version: string;
    };
    return {
      sqlite,
      kysely: new Kysely({ dialect: new ImmediateSqliteDialect(sqlite) }),
      version,
    };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** SQLite's own error as one sentence for people; anything unknown stays as it is. */
export function sqliteError(error: unknown, shown: string): unknown {
  const code = error instanceof BetterSqlite3.SqliteError ? error.code : "";
  const path = shown;
  if (code.startsWith("SQLITE_NOTADB")) {
    return usageError(
      "not_a_database",
      `${path} is not an SQLite database`,
      "check --db; a Django dumpdata file is read by `classbook import --from FILE`",
    );
  }
  if (isBusy(error) || code.startsWith("SQLITE_LOCKED")) {
    return busy(
      "locked",
      `${path} is locked by another process`,
      "try again in a moment; nothing was changed",
    );
  }
  if (code.startsWith("SQLITE_READONLY")) {
    return usageError(
      "read_only",
      `${path} cannot be written`,
      "check the permissions of the file and of its directory",
    );
  }
  if (code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_PERM") || code === "SQLITE_AUTH") {
    return usageError(
      "cannot_open",
      `${path} cannot be opened`,
      "check the permissions of the file and of its directory",
    );
  }
  if (code.startsWith("SQLITE_FULL")) {
    return new ClassbookError({
      kind: "internal",
      code: "disk_full",
      message: `the disk is full: ${path} could not grow`,
      hint: "free some space and run the same command again: it goes on where it stopped",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_CORRUPT")) {
    return new ClassbookError({
      kind: "internal",
      code: "corrupt",
      message: `${path} is damaged: ${(error as Error).message}`,
      hint: "restore a backup, or try the sqlite3 shell's .recover",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_IOERR")) {
    return new ClassbookError({
      kind: "internal",
      code: "io_error",
      message: `reading or writing ${path} failed: ${(error as Error).message}`,
      hint: "check the disk, then run the same command again",
      cause: error,
    });
  }
  return error;
}

const statements = new WeakMap<BetterSqlite3.Database, Map<string, BetterSqlite3.Statement>>();

/** The prepared statement of a text, made once a connection: bulk work asks for the same few again and again. */
export function prepared(sqlite: BetterSqlite3.Database, text: string): BetterSqlite3.Statement {
  let known = statements.get(sqlite);
  if (known === undefined) {
    known = new Map();
    statements.set(sqlite, known);
  }
  let statement = known.get(text);
  if (statement === undefined) {
    statement = sqlite.prepare(text);
    known.set(text, statement);
  }
  return statement;
}
