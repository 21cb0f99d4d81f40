/** A legacy SQLite file as an import's source: pages by key, so that an app at work on it is never held up for long. */
import type BetterSqlite3 from "better-sqlite3";
import { quote } from "./ddl.ts";
import {
  type ImportProblem,
  type ImportSource,
  listTables,
  migratedBookings,
  nativeNotes,
  SOURCE_PAGE,
  type SourcePage,
  type SourceValue,
  shownValue,
  teacherReferenceOf,
} from "./import-source.ts";
import type { AppTable } from "./layout.ts";
import type { Database } from "./open.ts";

export function sqliteSource(database: Database): ImportSource {
  const { layout } = database;
  const sqlite = database.sqlite!;
  sqlite.pragma("cache_size = -4096"); // Every page is read once.
  return {
    kind: "sqlite",
    name: database.address,
    notes: nativeNotes(layout),
    showsEmptyTables: true,
    teacherReference: teacherReferenceOf(layout),
    tables: async () => listTables(layout, (name) => countRows(sqlite, name)),
    rows: (table, columns) => sqlitePages(sqlite, { table, name: layout.name(table), columns }),
    countMigrated: async () => {
      const text = migratedBookings(layout);
      return text === null ? 0 : (sqlite.prepare(text).get() as { n: number }).n;
    },
    close: () => database.close(),
  };
}

function countRows(sqlite: BetterSqlite3.Database, name: string): number {
  return (sqlite.prepare(`select count(*) as n from ${quote(name)}`).get() as { n: number }).n;
}

export interface Pages {
  table: AppTable;
  /** The physical name. */
  name: string;
  columns: readonly string[];
}

/**
 * All rows of a table in the order of their rowid, which also finds rows that share an id. Text that is
 * no UTF-8 comes with U+FFFD in it, and a problem.
 */
export async function* sqlitePages(
  sqlite: BetterSqlite3.Database,
  { table, name, columns }: Pages,
): AsyncGenerator<SourcePage> {
  const key = hasRowid(sqlite, name) ? "rowid" : "id";
  const list = [...columns.map(quote), key].join(", ");
  const most = Number.MAX_SAFE_INTEGER; // Beyond it a key is rounded in reading, and paging would not end.
  const select = sqlite
    .prepare(
      `select ${list} from ${quote(name)} where ${key} > ? and ${key} <= ${most} order by ${key} limit ${SOURCE_PAGE}`,
    )
    .raw();
  for (let after = -most; ; ) {
    const rows = select.all(after) as SourceValue[][];
    if (rows.length === 0) return;
    const problems: ImportProblem[] = [];
    for (const row of rows) {
      after = row.pop() as number;
      for (let i = 0; i < row.length; i += 1) {
        const value = row[i];
        if (
          typeof value === "string" &&
          value.includes("\ufffd") &&
          !isStored(sqlite, { name, key, after }, columns[i]!, value)
        )
          problems.push({
            table,
            id: after,
            column: columns[i]!,
            value: shownValue(value),
            what: "the text is not UTF-8; U+FFFD stands in the place of what cannot be read",
          });
      }
    }
    yield { rows, problems };
  }
}

function hasRowid(sqlite: BetterSqlite3.Database, name: string): boolean {
  try {
    sqlite.prepare(`select rowid from ${quote(name)} limit 0`);
    return true;
  } catch {
    return false;
  }
}

/** True where the replacement character is the text's own, rather than the reader's. */
function isStored(
  sqlite: BetterSqlite3.Database,
  at: { name: string; key: string; after: number },
  column: string,
  value: string,
): boolean {
  const bytes = sqlite
    .prepare(`select cast(${quote(column)} as blob) from ${quote(at.name)} where ${at.key} = ?`)
    .pluck()
    .get(at.after) as Buffer | null;
  return bytes?.equals(Buffer.from(value)) ?? false;
}
