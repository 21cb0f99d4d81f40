/** Reads what tables, columns, keys and indexes a database has, in one pass per engine. */
import { type Kysely, sql } from "kysely";
import { type Catalog, type Engine, emptyTable, namesFor, type PhysicalTable } from "./layout.ts";

interface ColumnRow {
  table_name: string;
  name: string;
  type: string;
  not_null: number | boolean;
  has_default: number | boolean;
  max_length: number | null;
}

interface KeyRow {
  table_name: string;
  column: string;
  references: string;
}

interface IndexRow {
  table_name: string;
  index_name: string;
  is_unique: number | boolean;
  is_partial: number | boolean;
  /** Column names joined by commas, in index order. */
  columns: string | null;
}

// biome-ignore lint/suspicious/noExplicitAny: introspection runs before the tables are known
type AnyDb = Kysely<any>;

export async function readCatalog(db: AnyDb, engine: Engine): Promise<Catalog> {
  const { columns, keys, indexes, triggers, views } =
    engine === "sqlite" ? await readSqlite(db) : await readPostgres(db);
  const catalog: Catalog = new Map();
  for (const row of columns) {
    table(catalog, row.table_name).columns.set(row.name, {
      name: row.name,
      type: row.type.toLowerCase(),
      notNull: Boolean(row.not_null),
      hasDefault: Boolean(row.has_default),
      maxLength: row.max_length,
    });
  }
  for (const name of views) table(catalog, name).isView = true;
  for (const found of catalog.values()) {
    found.indexes = namesFor(engine);
    found.triggers = namesFor(engine);
  }
  for (const row of keys) {
    catalog.get(row.table_name)?.foreignKeys.push({ column: row.column, references: row.references });
  }
  for (const row of indexes) {
    const found = catalog.get(row.table_name);
    if (found === undefined) continue;
    found.indexes.add(row.index_name);
    if (row.is_unique && !row.is_partial && row.columns !== null) found.uniques.push(row.columns.split(","));
  }
  for (const row of triggers) catalog.get(row.table_name)?.triggers.add(row.name);
  return catalog;
}

function table(catalog: Catalog, name: string): PhysicalTable {
  let found = catalog.get(name);
  if (found === undefined) {
    found = emptyTable(name);
    catalog.set(name, found);
  }
  return found;
}

interface Parts {
  columns: ColumnRow[];
  keys: KeyRow[];
  indexes: IndexRow[];
  triggers: { table_name: string; name: string }[];
  views: string[];
}

async function readSqlite(db: AnyDb): Promise<Parts> {
  const own = sql`m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\'`;
  const columns = await sql<ColumnRow>`
    select m.name as table_name, p.name, p.type, p."notnull" as not_null,
           p.dflt_value is not null or p.pk > 0 as has_default, null as max_length
    from sqlite_master m, pragma_table_info(m.name) p where ${own}`.execute(db);
  const keys = await sql<KeyRow>`
    select m.name as table_name, f."from" as "column", f."table" as "references"
    from sqlite_master m, pragma_foreign_key_list(m.name) f where ${own}`.execute(db);
  const indexes = await sql<IndexRow>`
    select m.name as table_name, i.name as index_name, i."unique" as is_unique, i.partial as is_partial,
           (select group_concat(name) from (select name from pragma_index_info(i.name) order by seqno)) as columns
    from sqlite_master m, pragma_index_list(m.name) i where ${own}`.execute(db);
  const triggers = await sql<{ table_name: string; name: string }>`
    select tbl_name as table_name, name from sqlite_master where type = 'trigger'`.execute(db);
  const views = await sql<{ name: string }>`select name from sqlite_master where type = 'view'`.execute(db);
  for (const { name } of views.rows) columns.rows.push(...(await readSqliteView(db, name)));
  return {
    columns: columns.rows,
    keys: keys.rows,
    indexes: indexes.rows,
    triggers: triggers.rows,
    views: views.rows.map(({ name }) => name),
  };
}

/** A view whose tables are gone has no columns that could be read, and is nobody's concern until it is needed. */
async function readSqliteView(db: AnyDb, name: string): Promise<ColumnRow[]> {
  try {
    const { rows } = await sql<ColumnRow>`
      select ${name} as table_name, p.name, p.type, 0 as not_null, 0 as has_default, null as max_length
      from pragma_table_info(${name}) p`.execute(db);
    return rows;
  } catch (error) {
    if ((error as { code?: string }).code === "SQLITE_ERROR") return [];
    throw error;
  }
}

async function readPostgres(db: AnyDb): Promise<Parts> {
  const own = sql`c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = current_schema()`;
  const columns = await sql<ColumnRow>`
    select c.relname as table_name, a.attname as name, format_type(a.atttypid, null) as type, a.attnotnull as not_null,
           (a.atthasdef or a.attidentity <> '') as has_default,
           case when a.atttypid = 1043 and a.atttypmod > 4 then a.atttypmod - 4 end as max_length
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where ${own} and a.attnum > 0 and not a.attisdropped order by c.relname, a.attnum`.execute(db);
  const keys = await sql<KeyRow>`
    select c.relname as table_name, a.attname as "column", f.relname as "references"
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_class f on f.oid = k.confrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
    where ${own} and k.contype = 'f'`.execute(db);
  const indexes = await sql<IndexRow>`
    select c.relname as table_name, i.relname as index_name, x.indisunique as is_unique, x.indpred is not null as is_partial,
           (select string_agg(a.attname, ',' order by k.ord) from unnest(x.indkey::int2[]) with ordinality k(num, ord)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num) as columns
    from pg_index x join pg_class c on c.oid = x.indrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_class i on i.oid = x.indexrelid where ${own}`.execute(db);
  const triggers = await sql<{ table_name: string; name: string }>`
    select c.relname as table_name, t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace where ${own} and not t.tgisinternal`.execute(db);
  const views = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm', 'f') and n.nspname = current_schema()`.execute(db);
  return {
    columns: columns.rows,
    keys: keys.rows,
    indexes: indexes.rows,
    triggers: triggers.rows,
    views: views.rows.map(({ name }) => name),
  };
}
