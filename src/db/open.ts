/** A database's address → an open database: engine, layout, Kysely. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type BetterSqlite3 from "better-sqlite3";
import type { Kysely } from "kysely";
import { maskAddress } from "../domain/command.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import { parseAddress } from "./address.ts";
import { readCatalog } from "./catalog.ts";
import type { Opened, PgConnection } from "./connection.ts";
import { detectLayout, type Engine, Layout, type LayoutChoice } from "./layout.ts";
import { LayoutPlugin } from "./rename.ts";
import type { Tables } from "./tables.ts";

export type Db = Kysely<Tables>;

export interface Database {
  engine: Engine;
  layout: Layout;
  /** Queries by logical table names. */
  db: Db;
  /** The address as people may see it: a password is `***`. */
  address: string;
  /** Short name for headings. */
  name: string;
  /** The engine and version, for headings: `SQLite 3.53.2`. */
  version: string;
  /** The SQLite handle under `db`, for prepared bulk work; null on PostgreSQL. */
  sqlite: BetterSqlite3.Database | null;
  /** The PostgreSQL connection under `db`; null on SQLite. */
  pg: () => PgConnection | null;
  /** Path of the SQLite file; null for PostgreSQL and memory. */
  file: string | null;
  readOnly: boolean;
  /** Reads the catalog again, after the schema changed. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenOptions extends LayoutChoice {
  /** Refuse to write. */
  readOnly?: boolean;
  /** Make the file where it is missing (commands that create a database). */
  create?: boolean;
  /** Milliseconds that a server, a locked file or a locked table is waited for; left out, as long as a person would. */
  patience?: number;
}

export async function openDatabase(text: string, options: OpenOptions = {}): Promise<Database> {
  return openWith(text, options, async (opened) => {
    const catalog = await readCatalog(opened.bare, opened.engine);
    return withLayout(opened, detectLayout(catalog, options));
  });
}

/** A database as it was found. */
export interface AsFound {
  database: Database;
  /** Why its layout is none that classbook knows; null where it is one. */
  unfit: ClassbookError | null;
}

/** Opens whatever is there, for a look: also what is not the app's database. Leaves no file behind that was not there. */
export async function openAsFound(text: string, options: Omit<OpenOptions, "create">): Promise<AsFound> {
  const address = parseAddress(text);
  const readOnly = address.engine === "postgres" || !isIdleWal(resolve(address.file));
  return openWith(text, { ...options, readOnly }, async (opened) => {
    const catalog = await readCatalog(opened.bare, opened.engine);
    try {
      return { database: withLayout(opened, detectLayout(catalog, options)), unfit: null };
    } catch (error) {
      if (!(error instanceof ClassbookError)) throw error;
      return { database: withLayout(opened, new Layout("native", null, catalog)), unfit: error };
    }
  });
}

async function openWith<T>(
  text: string,
  options: OpenOptions,
  finish: (opened: Opened) => Promise<T>,
): Promise<T> {
  const address = parseAddress(text);
  const opened =
    address.engine === "sqlite"
      ? await openSqliteFile(address.file, options)
      : await openServer(address.url, options);
  try {
    return await finish(opened);
  } catch (error) {
    await opened.bare.destroy();
    throw await driverError(error, opened);
  }
}

/**
 * Whether it is a file in WAL mode that nobody has open, and that can be written. Who reads such a one without the right to
 * write leaves `-wal` and `-shm` behind; who has it takes them away at the end.
 */
function isIdleWal(path: string): boolean {
  // What is no file, the opening says; a pipe would be waited for.
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  if (existsSync(`${path}-wal`) || !isWritable(path) || !isWritable(dirname(path))) return false;
  const WRITE_VERSION = 18; // 2 = WAL (sqlite.org/fileformat.html).
  const header = Buffer.alloc(WRITE_VERSION + 1);
  const file = openSync(path, "r");
  try {
    readSync(file, header);
  } finally {
    closeSync(file);
  }
  return header[WRITE_VERSION] === 2;
}

/** A driver's error as one sentence for people; anything unknown, and what is one already, stays as it is. */
export async function driverError(
  error: unknown,
  { engine, address }: Pick<Database, "engine" | "address">,
): Promise<unknown> {
  if (error instanceof ClassbookError) return error;
  return engine === "postgres"
    ? (await import("./postgres.ts")).postgresError(error, address)
    : (await import("./sqlite.ts")).sqliteError(error, address);
}

async function openServer(url: string, options: OpenOptions): Promise<Opened> {
  const { openPostgres } = await import("./postgres.ts");
  const { readOnly = false, patience = null } = options;
  return openPostgres({ url, address: maskAddress(url), readOnly, patience });
}

function withLayout(opened: Opened, layout: Layout): Database {
  const { bare, ...rest } = opened;
  const database: Database = {
    ...rest,
    layout,
    db: bare.withPlugin(new LayoutPlugin(layout)) as Db,
    refresh: async () => {
      database.layout = new Layout(layout.kind, layout.appLabel, await readCatalog(bare, opened.engine));
    },
    close: () => bare.destroy(),
  };
  return database;
}

const WAL_ATTEMPTS = 50;

/**
 * A database of our own is written by several processes: WAL lets them read meanwhile. The app's file keeps its
 * mode. SQLite does not wait for another process that changes the mode at the same time, so this does.
 */
export async function prepareNew({ layout, sqlite }: Database): Promise<void> {
  if (layout.kind !== "native" || layout.catalog.size > 0 || sqlite === null) return;
  for (let attempt = 1; ; attempt += 1) {
    try {
      sqlite.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== "SQLITE_BUSY" || attempt > WAL_ATTEMPTS) throw error;
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }
}

async function openSqliteFile(file: string, options: OpenOptions): Promise<Opened> {
  const inMemory = file === ":memory:";
  const readOnly = !inMemory && (options.readOnly ?? false);
  const path = inMemory ? file : resolve(file);
  if (!inMemory) checkFile(file, path, options);
  const { openSqlite, sqliteError } = await import("./sqlite.ts");
  try {
    const handle = openSqlite(path, { readOnly, patience: options.patience ?? null });
    return {
      engine: "sqlite",
      bare: handle.kysely,
      version: `SQLite ${handle.version}`,
      address: file,
      name: inMemory ? "memory" : basename(path),
      sqlite: handle.sqlite,
      pg: () => null,
      file: inMemory ? null : path,
      readOnly,
    };
  } catch (error) {
    throw sqliteError(error, file);
  }
}

/** What can be told of a file before SQLite is asked. */
function checkFile(shown: string, path: string, options: OpenOptions): void {
  const found = statOf(shown, path);
  if (found === null) {
    if (options.create && existsSync(dirname(path))) return;
    throw new ClassbookError({
      kind: "not_found",
      code: options.create ? "no_such_directory" : "no_such_database",
      message: options.create
        ? `there is no directory ${dirname(path)} for ${basename(path)}`
        : `there is no database at ${shown}`,
      hint: options.create
        ? "check --db, or make the directory"
        : "check --db (or CLASSBOOK_DB); `classbook db migrate` creates a new database",
    });
  }
  if (found.isDirectory()) {
    throw usageError(
      "is_a_directory",
      `${shown} is a directory, not a database file`,
      "name the SQLite file in it",
    );
  }
  if (!found.isFile()) throw usageError("not_a_file", `${shown} is not a file`, "name an SQLite file");
  if (found.size === 0 && !options.create) {
    throw usageError(
      "empty_file",
      `${shown} is an empty file, not a database`,
      "check --db; `classbook db migrate` makes a new database of it",
    );
  }
  if (options.readOnly) return;
  if (!isWritable(path))
    throw usageError("read_only", `${shown} cannot be written`, "check the permissions of the file");
  if (!isWritable(dirname(path)))
    throw usageError(
      "read_only",
      `${shown} cannot be written: its directory is read-only`,
      "SQLite keeps its journal beside the file: check the permissions of the directory",
    );
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Null where there is no such file. @throws ClassbookError usage `cannot_open`: not even that may be known */
function statOf(shown: string, path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw usageError(
      "cannot_open",
      `${shown} cannot be opened (${code})`,
      "check the permissions of the file and of its directory",
    );
  }
}
