/** A legacy PostgreSQL database as an import's source: pages by id, no long transaction on a server at work. */
import { CompiledQuery } from "kysely";
import { usageError } from "../domain/error.ts";
import { quote } from "./ddl.ts";
import {
  type ImportSource,
  listTables,
  migratedBookings,
  nativeNotes,
  SOURCE_PAGE,
  type SourcePage,
  type SourceValue,
  teacherReferenceOf,
} from "./import-source.ts";
import { APP_TABLES, type PhysicalTable } from "./layout.ts";
import type { Database } from "./open.ts";
import { postgresError } from "./postgres.ts";

export function postgresSource(database: Database): ImportSource {
  const { layout } = database;
  return {
    kind: "postgres",
    name: database.address,
    notes: [...nativeNotes(layout), ...APP_TABLES.flatMap((table) => doubtOf(layout.table(table)))],
    showsEmptyTables: true,
    teacherReference: teacherReferenceOf(layout),
    tables: () =>
      listTables(layout, async (name) =>
        Number((await read(database, `select count(*) as n from ${quote(name)}`))[0]!.n),
      ),
    rows: (table, columns) => pages(database, layout.table(table)!, columns),
    countMigrated: async () => {
      const text = migratedBookings(layout);
      return text === null ? 0 : Number((await read(database, text))[0]!.n);
    },
    close: () => database.close(),
  };
}

/** Paging by id passes over rows that share one; where nothing rules that out it is said. */
function doubtOf(table: PhysicalTable | null): string[] {
  if (table === null || !table.columns.has("id") || table.uniques.some((columns) => columns.join() === "id"))
    return [];
  return [
    `nothing in the source keeps the ids of ${table.name} unique: of rows that share one, or have none, some may be missing`,
  ];
}

async function read(
  database: Database,
  text: string,
  params: unknown[] = [],
): Promise<Record<string, SourceValue>[]> {
  try {
    return (await database.db.executeQuery<Record<string, SourceValue>>(CompiledQuery.raw(text, params)))
      .rows;
  } catch (error) {
    throw postgresError(error, database.address);
  }
}

async function* pages(
  database: Database,
  table: PhysicalTable,
  columns: readonly string[],
): AsyncGenerator<SourcePage> {
  const readers = columns.map((column) => readerOf(table.columns.get(column)?.type ?? "text"));
  const list = columns.map((column, i) => `${quote(column)}${readers[i]!.cast} as c${i}`).join(", ");
  const idType = table.columns.get("id")!.type;
  if (readerOf(idType) !== PLAIN)
    throw usageError(
      "ids_not_numbers",
      `the ids of ${table.name} are ${idType}, not whole numbers`,
      "classbook keeps ids, and its own are whole numbers",
    );
  const most = Number.MAX_SAFE_INTEGER; // Beyond it an id is rounded in reading, and paging would not end.
  const text = `select ${list} from ${quote(table.name)} where id > $1::bigint and id <= ${most} order by id limit ${SOURCE_PAGE}`;
  for (let after: SourceValue = -most; ; ) {
    const found = await read(database, text, [after]);
    if (found.length === 0) return;
    const rows = found.map((row) => columns.map((_, i) => readers[i]!.decode(row[`c${i}`])));
    yield { rows, problems: [] };
    after = rows.at(-1)![0];
  }
}

interface Reader {
  cast: string;
  decode: (value: SourceValue) => SourceValue;
}

const PLAIN: Reader = { cast: "", decode: (value) => value };
const TEXT: Reader = { cast: "::text", decode: (value) => value };
const STAMP: Reader = {
  cast: "::text",
  decode: (value) => (typeof value === "string" ? plainStamp(value) : value),
};

function readerOf(type: string): Reader {
  if (type === "boolean" || type === "smallint" || type === "integer" || type === "bigint") return PLAIN;
  return type.startsWith("time") ? STAMP : TEXT;
}

/**
 * `2026-01-01 10:00:00.5+00` (the connection's zone is UTC), the wall text of a plain timestamp, and times of
 * day → text in Django's SQLite form. What has no such form (`infinity`, years before 1) stays as the server writes it.
 */
function plainStamp(text: string): string {
  const match = /^((?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:\+00)?$/.exec(text);
  if (match === null) return text;
  return match[2] === undefined ? match[1]! : `${match[1]}.${match[2].padEnd(6, "0")}`;
}
