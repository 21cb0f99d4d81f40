/** The sample of the README in a folder of its own: `sample/school.sqlite3`, as the examples of the help name it. */
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { openDatabase } from "../../src/db/open.ts";
import { migrate } from "./migration.ts";
import { ROOT } from "./program.ts";

export interface School {
  /** The folder to run in; the database is at sample/school.sqlite3 in it. */
  folder: string;
  file: string;
  /** A copy of it as it is now, in a folder of its own. */
  clone(): School;
  /** What the file says, as a hash: the same while nobody wrote. */
  hash(): string;
  remove(): void;
}

function schoolIn(folder: string): School {
  const file = join(folder, "sample", "school.sqlite3");
  return {
    folder,
    file,
    clone() {
      const copy = emptySchool();
      copyFileSync(file, copy.file);
      return copy;
    },
    hash: () => createHash("sha256").update(readFileSync(file)).digest("hex"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function emptySchool(): School {
  const folder = mkdtempSync(join(tmpdir(), "classbook-school-"));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "sample"));
  return schoolIn(folder);
}

/** The sample as the old app left it. */
export function makeSchool(): School {
  const school = emptySchool();
  const sqlite = new BetterSqlite3(school.file);
  sqlite.exec(readFileSync(join(ROOT, "fixtures", "school.sql"), "utf8"));
  sqlite.close();
  return school;
}

/** The sample after `legacy migrate`. */
export async function makeMigratedSchool(): Promise<School> {
  const school = makeSchool();
  const database = await openDatabase(school.file);
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  return school;
}
