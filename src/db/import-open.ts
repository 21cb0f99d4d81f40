/** What `--from` names → an open source: a database, or a Django dumpdata file. */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { CompiledQuery } from "kysely";
import { ClassbookError, notFound, usageError } from "../domain/error.ts";
import { parseAddress } from "./address.ts";
import type { ImportSource } from "./import-source.ts";
import type { AppTable } from "./layout.ts";
import { requireExactIds } from "./legacy-ids.ts";
import { type Database, openDatabase } from "./open.ts";
import { requireLegacyColumns } from "./requirements.ts";

export interface SourceOptions {
  from: string;
  appLabel: string | null;
  /** Columns that the import can use, by table. */
  wanted: ReadonlyMap<AppTable, readonly string[]>;
  /** Bytes read of a file that has to be read through before the import begins; false stops. */
  onScan: (done: number, total: number) => boolean;
}

/**
 * Opens a source for reading only.
 *
 * @returns null where `onScan` stopped the reading
 * @throws ClassbookError not_found `no_such_file`; refused `bad_ids`; usage `same_database`, `missing_columns`, or what the kind of source has to complain of
 */
export async function openImportSource(
  target: Database,
  options: SourceOptions,
): Promise<ImportSource | null> {
  const { from, appLabel } = options;
  const address = parseSource(from);
  if (address.engine === "sqlite") {
    if (sniff(address.file) === "dumpdata") {
      const { dumpdataSource } = await import("./import-dumpdata.ts");
      return dumpdataSource(address.file, options);
    }
    if (target.file !== null && isSameFile(target.file, address.file)) throw sameDatabase(from, target);
  }
  const database = await openSource(from, appLabel);
  try {
    if (await isSameServerDatabase(database, target)) throw sameDatabase(database.address, target);
    await requireSound(database);
    if (database.engine === "sqlite") return (await import("./import-sqlite.ts")).sqliteSource(database);
    return (await import("./import-postgres.ts")).postgresSource(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Throws what opening the source would throw, before anything is made for its rows; a dumpdata file is not read through. */
export async function checkImportSource(from: string, appLabel: string | null): Promise<void> {
  const address = parseSource(from);
  if (address.engine === "sqlite" && sniff(address.file) === "dumpdata") return;
  const database = await openSource(from, appLabel);
  try {
    await requireSound(database);
  } finally {
    await database.close();
  }
}

async function requireSound(source: Database): Promise<void> {
  try {
    requireLegacyColumns(source);
  } catch (error) {
    throw aboutFrom(error);
  }
  await requireExactIds(source, { imported: true });
}

function parseSource(from: string) {
  try {
    return parseAddress(from);
  } catch (error) {
    throw aboutFrom(error);
  }
}

async function openSource(from: string, appLabel: string | null): Promise<Database> {
  try {
    return await openDatabase(from, { readOnly: true, appLabel });
  } catch (error) {
    throw aboutFrom(error);
  }
}

/** Opening speaks of --db; here it is --from that has to be checked. */
function aboutFrom(error: unknown): unknown {
  if (!(error instanceof ClassbookError) || error.hint === null) return error;
  const { kind, code, message, details, hint } = error;
  const about = hint
    .replaceAll("--db", "--from")
    .replace(" (or CLASSBOOK_DB)", "")
    .replace(/; `classbook db (migrate|check)`.*$/, "")
    .replace("--layout django works with", "--app-label LABEL imports");
  return new ClassbookError({ kind, code, message, details, hint: about, cause: error });
}

const SOURCES = "a source is an SQLite file, a postgres:// URL, or a Django dumpdata file (.json, .json.gz)";

/** What kind of file it is, by its first bytes. */
function sniff(file: string): "sqlite" | "dumpdata" {
  if (file === ":memory:" || file === "")
    throw usageError("not_a_source", `there is nothing to import from in "${file}"`, SOURCES);
  if (!existsSync(file))
    throw notFound("no_such_file", `there is no file ${file}`, `check --from: ${SOURCES}`);
  const stat = statSync(file);
  if (stat.isDirectory())
    throw usageError(
      "is_a_directory",
      `${file} is a directory, not a database or dumpdata file`,
      "name the file in it",
    );
  if (stat.isFile() && stat.size === 0)
    throw usageError(
      "empty_file",
      `${file} is empty`,
      "check --from, and that the dump was made without an error",
    );
  const head = readHead(file);
  if (head.subarray(0, 16).toString("latin1") === "SQLite format 3\0") return "sqlite";
  if (head[0] === 0x1f && head[1] === 0x8b) return "dumpdata";
  if (head.subarray(0, 5).toString("latin1") === "PGDMP")
    throw usageError(
      "not_a_source",
      `${file} is a pg_dump archive`,
      "restore it with pg_restore into a PostgreSQL database, and name that one's URL",
    );
  const text = head
    .toString("latin1")
    .replaceAll("\0", "")
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "")
    .trimStart();
  if (text.startsWith("[") || text.startsWith("{") || /\.json[l]?(\.gz)?$/i.test(file)) return "dumpdata";
  if (/^(--|CREATE |BEGIN|PRAGMA |SET |\/\*)/i.test(text))
    throw usageError(
      "not_a_source",
      `${file} is an SQL script`,
      "load it into an SQLite file or a PostgreSQL database, and name that one",
    );
  throw usageError(
    "not_a_source",
    `${file} is neither an SQLite database nor a Django dumpdata file`,
    SOURCES,
  );
}

function readHead(file: string): Buffer {
  const head = Buffer.alloc(512);
  let handle: number | null = null;
  try {
    handle = openSync(file, "r");
    return head.subarray(0, readSync(handle, head, 0, head.length, 0));
  } catch (error) {
    throw usageError(
      "cannot_open",
      `${file} cannot be read: ${(error as Error).message}`,
      "check the permissions of the file and of its directory",
    );
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

function sameDatabase(name: string, target: Database): ClassbookError {
  return usageError(
    "same_database",
    `${name} is the database that would be written (${target.address})`,
    "name another one with --db; a Django app's database can also be migrated in place: `classbook legacy plan`",
  );
}

/** The same file by whatever path, links included. */
function isSameFile(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}

/** The same database by whatever host name: a server's start and a database's oid do not repeat. */
async function isSameServerDatabase(one: Database, other: Database): Promise<boolean> {
  if (one.engine !== "postgres" || other.engine !== "postgres") return false;
  return (await identityOf(one)) === (await identityOf(other));
}

async function identityOf(database: Database): Promise<string> {
  const { rows } = await database.db.executeQuery<{ identity: string }>(
    CompiledQuery.raw(
      "select concat_ws(' ', pg_postmaster_start_time(), oid, datname, current_schema()) as identity from pg_database where datname = current_database()",
    ),
  );
  return rows[0]!.identity;
}
