/** Whether the database is still the one that is being read: files are put in the place of others, and tables are dropped. */
import { statSync } from "node:fs";
import type { Database } from "../../db/open.ts";
import { ClassbookError, notFound, refused } from "../../domain/error.ts";

const files = new WeakMap<Database, string>();

/** Device and inode of the file at the database's path; null on a server. @throws ClassbookError not_found: it is gone */
function fileNow({ file, address }: Database): string | null {
  if (file === null) return null;
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (found === undefined)
    throw notFound("no_such_database", `${address} is not there any more`, "what was done before stays done");
  return `${found.dev}:${found.ino}`;
}

/** Of a database that was opened just now. */
export function rememberFile(database: Database): void {
  files.set(database, fileNow(database) ?? "");
}

/** Whether another file stands at its path by now. @throws ClassbookError not_found: none does */
export function isReplaced(database: Database): boolean {
  return (fileNow(database) ?? "") !== files.get(database);
}

/** Before a write, which opens what stands at the path. @throws ClassbookError refused; not_found */
export function requireSameFile(database: Database): void {
  if (isReplaced(database))
    throw refused("file_replaced", `another file stands at ${database.address} now`, "nothing was changed");
}

/** What is to be said of an error where tables or columns are not what they were; null where they are. */
export async function schemaChange(database: Database): Promise<ClassbookError | null> {
  const before = columnsOf(database);
  await database.refresh();
  const after = new Set(columnsOf(database));
  const gone = before.filter((name) => !after.has(name));
  if (gone.length === 0) return null;
  const tables = [...new Set(gone.map((name) => name.split(".")[0]!))];
  return new ClassbookError({
    kind: "findings",
    code: "schema_changed",
    message: `the tables of ${database.address} are not what they were a moment ago: ${tables.join(", ")}`,
    hint: "`classbook db check` says what is missing",
  });
}

function columnsOf({ layout }: Database): string[] {
  return [...layout.catalog].flatMap(([table, { columns }]) =>
    [...columns.keys()].map((column) => `${table}.${column}`),
  );
}
