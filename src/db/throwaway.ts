/** A database to try things in: made beside the one that is looked at, and removed afterwards. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { quote } from "./ddl.ts";
import type { LayoutKind } from "./layout.ts";
import { type Database, openDatabase } from "./open.ts";
import { migrateSchema } from "./schema.ts";

export interface Throwaway {
  /** Its address, with a password where the other's has one: never to be shown. */
  address: string;
  /** How it is to be opened: a copy as what it is a copy of. */
  choice: { layout: LayoutKind; appLabel: string | null };
  /** An empty folder of its own, which goes with it. */
  folder: string;
  remove(): Promise<void>;
}

/**
 * SQLite: a copy of the file in the system's folder for temporary files. PostgreSQL: a database of its own on the same
 * server, with the schema and no rows, for a database that others use cannot be copied.
 *
 * @param address the database's own, with its password
 * @throws ClassbookError refused `no_permission`: the user may not create databases
 */
export async function makeThrowaway(database: Database, address: string, now: Instant): Promise<Throwaway> {
  const folder = mkdtempSync(join(tmpdir(), "classbook-drill-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  // An exit that waits for nothing, such as a second Ctrl-C, leaves no copy of people's data behind either.
  process.once("exit", removeFolder);
  const forget = () => {
    process.removeListener("exit", removeFolder);
    removeFolder();
  };
  try {
    if (database.sqlite !== null) {
      const file = join(folder, "copy.sqlite3");
      await database.sqlite.backup(file);
      const { kind, appLabel } = database.layout;
      return { address: file, choice: { layout: kind, appLabel }, folder, remove: async () => forget() };
    }
    const made = await createOnServer(database, address, now);
    return {
      address: made.address,
      choice: { layout: "native", appLabel: null },
      folder,
      remove: async () => {
        forget();
        await made.drop();
      },
    };
  } catch (error) {
    forget();
    throw error;
  }
}

async function createOnServer(
  database: Database,
  address: string,
  now: Instant,
): Promise<{ address: string; drop: () => Promise<void> }> {
  const name = `classbook_drill_${randomUUID().replaceAll("-", "")}`;
  const drop = async () => {
    await sql.raw(`drop database if exists ${quote(name)} with (force)`).execute(database.db);
  };
  await sql.raw(`create database ${quote(name)} template template0`).execute(database.db);
  try {
    const url = new URL(address);
    url.pathname = `/${name}`;
    const made = await openDatabase(url.href);
    try {
      await migrateSchema(made, { now });
    } finally {
      await made.close();
    }
    return { address: url.href, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}
