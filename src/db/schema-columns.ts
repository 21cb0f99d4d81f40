/** Columns of tables that classbook made, and columns that it added: type, default, keys and checks as the steps made them. */
import { quote, type Step } from "./ddl.ts";
import type { Catalog, Engine } from "./layout.ts";

export interface Difference {
  /** `index …`, `trigger …`, `column …`, `check …`, `primary key …`, `foreign key …` */
  what: string;
  problem: string;
  /** The statements that make it what it should be; none where only a hand can. */
  repair: string[];
}

/** What a database has. */
export interface Seen {
  engine: Engine;
  catalog: Catalog;
  /** Definitions by kind and name, in small letters on SQLite, which knows no difference. */
  texts: ReadonlyMap<string, string>;
  /** `table` and `table.column` that the steps made. */
  created: ReadonlySet<string>;
}

function textOf({ engine, texts }: Seen, name: string): string | undefined {
  return texts.get(engine === "sqlite" ? name.toLowerCase() : name);
}

/** Of tables that classbook made, and of columns that it added. */
export function differingColumns({ sql, leaves }: Step, seen: Seen): Difference[] {
  if (leaves === undefined || leaves.columns.length === 0) return [];
  const { table: name } = leaves;
  const table = seen.catalog.get(name);
  if (table === undefined) return [];
  const found: Difference[] = [];
  for (const { name: column, type, notNull } of leaves.columns) {
    const is = table.columns.get(column);
    if (is === undefined || !(seen.created.has(name) || seen.created.has(`${name}.${column}`))) continue;
    const what = `column ${name}.${column}`;
    const [wanted, got] = [plainType(type), plainType(is.type)];
    if (wanted !== got) found.push({ what, problem: `${what} is ${got} instead of ${wanted}`, repair: [] });
    else if (is.notNull !== notNull)
      found.push({
        what,
        problem: `${what} ${is.notNull ? "must have a value" : "may be empty"}`,
        repair: [],
      });
    else found.push(...differingDefault(name, column, sql, is.hasDefault, seen));
  }
  if (!seen.created.has(name)) return found;
  const key = /^ {2}PRIMARY KEY \((.*)\)$/m.exec(sql)?.[1] ?? /"(\w+)" .*PRIMARY KEY/.exec(sql)?.[1];
  if (key !== undefined) found.push(...differingKey(name, key.replaceAll('"', "").split(", "), seen));
  for (const [, column, target] of sql.matchAll(/^\s*"([^"]+)" .* REFERENCES "([^"]+)"/gm)) {
    if (table.foreignKeys.some((one) => one.column === column && one.references === target)) continue;
    const what = `foreign key ${name}.${column}`;
    found.push({ what, problem: `${what} to ${target} is missing`, repair: [] });
  }
  return found;
}

function differingDefault(
  table: string,
  column: string,
  sql: string,
  hasDefault: boolean,
  seen: Seen,
): Difference[] {
  const what = `column ${table}.${column}`;
  const line = sql.split("\n").find((one) => one.includes(`${quote(column)} `))!;
  // Ids count by themselves.
  if (line.includes(" PRIMARY KEY"))
    return hasDefault ? [] : [{ what, problem: `${what} has no default`, repair: [] }];
  const literal = / DEFAULT ('(?:[^']|'')*'|\w+)/.exec(line)?.[1];
  const is = textOf(seen, `default ${table}.${column}`);
  const [wanted, got] = [plainDefault(literal), plainDefault(is)];
  if (wanted === got) return [];
  const change = literal === undefined ? "DROP DEFAULT" : `SET DEFAULT ${literal}`;
  return [
    {
      what,
      problem: `${what} has ${got === null ? "no default" : `the default ${got}`} instead of ${wanted ?? "none"}`,
      repair:
        seen.engine === "sqlite"
          ? []
          : [`ALTER TABLE ${quote(table)} ALTER COLUMN ${quote(column)} ${change}`],
    },
  ];
}

/** The primary key of a table that classbook made. */
export function differingKey(table: string, columns: readonly string[], seen: Seen): Difference[] {
  const is = textOf(seen, `key ${table}`);
  if (is === columns.join(",")) return [];
  const what = `primary key ${table}`;
  const wanted = columns.join(", ");
  const problem =
    is === undefined
      ? `the primary key of ${table}, on ${wanted}, is missing`
      : `the primary key of ${table} is on ${is.replaceAll(",", ", ")} instead of ${wanted}`;
  return [{ what, problem, repair: [] }];
}

/** Of numbers that are never negative, in tables that classbook made. */
export function missingChecks({ sql, leaves }: Step, seen: Seen): Difference[] {
  if (leaves === undefined || !seen.created.has(leaves.table)) return [];
  const { table } = leaves;
  return [...sql.matchAll(/CHECK \("([^"]+)" >= 0\)/g)].flatMap(([check, column]) => {
    const stands =
      seen.engine === "sqlite"
        ? (textOf(seen, `table ${table}`) ?? check).includes(check)
        : /\(\(?"?\w+"? >= 0\)/.test(textOf(seen, `check ${table}.${column}`) ?? "");
    if (stands) return [];
    const what = `check ${table}.${column}`;
    const problem = `the check that ${column} of ${table} is not negative is missing`;
    // What is stored is `seat_numbers`' business: the constraint is for what comes.
    const repair = seen.engine === "sqlite" ? [] : [`ALTER TABLE ${quote(table)} ADD ${check} NOT VALID`];
    return [{ what, problem, repair }];
  });
}

function plainType(type: string): string {
  return type
    .toLowerCase()
    .replace(/^varchar/, "character varying")
    .replace(/\(\d+\)$/, "")
    .replace(/^(bool|boolean)$/, "boolean")
    .trim();
}

/** The engines write the same default in several ways. Null where there is none. */
function plainDefault(text: string | undefined): string | null {
  const plain = (text ?? "null")
    .replace(/^\((.*)\)$/s, "$1")
    .replace(/::[a-z ]+$/i, "")
    .trim();
  const word = plain.toLowerCase();
  if (word === "null") return null;
  return word === "true" ? "1" : word === "false" ? "0" : plain;
}
