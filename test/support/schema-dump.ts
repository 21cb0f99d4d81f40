/** A database's schema as text that compares: everything that makes a difference, nothing else. */
import { query, type Scratch } from "./databases.ts";

/** Tables, columns, constraints, indexes, triggers and functions, in a fixed order. */
export async function dumpSchema(database: Scratch): Promise<string> {
  const blocks = database.file === null ? await dumpPostgres(database) : await dumpSqlite(database);
  return `${blocks.join("\n\n")}\n`;
}

async function dumpSqlite(database: Scratch): Promise<string[]> {
  const rows = await query(
    database,
    `select type, name, tbl_name, sql from sqlite_master where sql is not null and name not like 'sqlite\\_%' escape '\\'
     order by tbl_name, case type when 'table' then 0 when 'index' then 1 else 2 end, name`,
  );
  return rows.map((row) => tidy(String(row.sql)));
}

/** One form for what ALTER TABLE leaves behind and what CREATE TABLE writes. */
function tidy(statement: string): string {
  if (!statement.startsWith("CREATE TABLE")) return statement;
  return statement
    .replace(/\s*\n\s*/g, "\n  ")
    .replace(/\n {2}\)/g, "\n)")
    .replace(/,\s+(?=")/g, ",\n  ");
}

const COLUMNS = `
  select c.relname as tbl, a.attnum as at, format('  %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attnotnull then ' NOT NULL' else '' end,
    case when a.attidentity <> '' then ' IDENTITY' when d.oid is not null then ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) else '' end) as line
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relkind = 'r' and n.nspname = 'public' and a.attnum > 0 and not a.attisdropped order by c.relname, a.attnum`;

/** PostgreSQL 18 lists NOT NULL as constraints, too; the columns say it already. */
const CONSTRAINTS = `
  select c.relname as tbl, format('  CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)) as line
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and k.contype <> 'n' order by c.relname, k.conname`;

const INDEXES = `
  select c.relname as tbl, '  ' || pg_get_indexdef(x.indexrelid) as line
  from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and not exists (select 1 from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u'))
  order by c.relname, i.relname`;

const TRIGGERS = `
  select c.relname as tbl, '  ' || pg_get_triggerdef(t.oid) as line from pg_trigger t join pg_class c on c.oid = t.tgrelid
  join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and not t.tgisinternal order by c.relname, t.tgname`;

const FUNCTIONS = `
  select pg_get_functiondef(p.oid) as line from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = 'public' order by p.proname`;

async function dumpPostgres(database: Scratch): Promise<string[]> {
  const tables = new Map<string, string[]>();
  for (const part of [COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS]) {
    for (const { tbl, line } of await query(database, part)) {
      const lines = tables.get(String(tbl)) ?? [`TABLE ${tbl}`];
      tables.set(String(tbl), [...lines, String(line)]);
    }
  }
  const functions = (await query(database, FUNCTIONS)).map(({ line }) => String(line).trimEnd());
  return [...[...tables.values()].map((lines) => lines.join("\n")), ...functions];
}
