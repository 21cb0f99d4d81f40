/** A PostgreSQL database whose rows go back to what they were, which is far cheaper than a new one for each test. */
import pg from "pg";
import { endOthers, type Scratch } from "./databases.ts";

const TABLES = "pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'";

/** What the schema is, in one line: a test that changed it gets no second one. */
const SHAPE = `
  select md5(string_agg(line, ';' order by line)) from (
    select format('%s %s %s %s', relname, relkind, relacl, reloptions) from pg_class where relnamespace = 'public'::regnamespace
    union all select format('%s %s %s %s %s', attrelid, attnum, attname, atttypid, attnotnull) from pg_attribute
      join pg_class c on c.oid = attrelid where c.relnamespace = 'public'::regnamespace and attnum > 0
    union all select format('%s %s', adrelid, pg_get_expr(adbin, adrelid)) from pg_attrdef
    union all select pg_get_indexdef(indexrelid) || indisvalid from pg_index join pg_class c on c.oid = indexrelid
      where c.relnamespace = 'public'::regnamespace
    union all select format('%s %s %s', conrelid, conname, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace = 'public'::regnamespace
    union all select format('%s %s %s %s', tgrelid, tgname, tgenabled, tgfoid) from pg_trigger
    union all select format('%s %s', oid, md5(prosrc)) from pg_proc where pronamespace = 'public'::regnamespace
    union all select format('%s %s', nspname, nspacl) from pg_namespace where nspname !~ '^pg_(toast_)?temp_'
    union all select format('%s', setconfig) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
      where d.datname = current_database()
  ) t(line)`;

/** Keeps a copy of all rows in a schema of its own, where classbook does not look. */
const KEEP = [
  "create schema base",
  `create table base.sequence as
     select format('%I.%I', schemaname, sequencename) as name, start_value, last_value from pg_sequences where schemaname = 'public'`,
  `do $$ declare t name; begin
     for t in select relname from ${TABLES} loop execute format('create table base.%I as table public.%I', t, t); end loop;
   end $$`,
  `create table base.shape as ${SHAPE}`,
];

/** Without triggers and without the checks of references: what is put back held together before. */
const PUT_BACK = `
  begin;
  set local session_replication_role to replica;
  do $$ declare t name; begin
    for t in select relname from ${TABLES} loop
      execute format('delete from public.%I', t);
      execute format('insert into public.%I overriding system value table base.%I', t, t);
    end loop;
  end $$;
  select setval(name::regclass, coalesce(last_value, start_value), last_value is not null) from base.sequence;
  commit;
  select pg_stat_reset()`;

async function inside<T>(place: Scratch, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(place.address);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Remembers the rows as they are now, for rewind(). Gives the place. */
export async function rewindable(place: Scratch): Promise<Scratch> {
  await inside(place, async (client) => {
    for (const statement of KEEP) await client.query(statement);
  });
  return place;
}

/** Puts every row and every sequence back; false, and nothing done, where the schema is not what it was. */
export async function rewind(place: Scratch): Promise<boolean> {
  return inside(place, async (client) => {
    await endOthers(client);
    const { rows } = await client.query(`select (${SHAPE}) = md5 as same from base.shape`);
    if (rows[0]?.same !== true) return false;
    await client.query(PUT_BACK);
    return true;
  });
}
