/**
 * PostgreSQL databases that one test after the other uses: putting back the rows of the beginning takes a twentieth of
 * the time that a new database takes. The rows of the beginning are kept in a schema beside, which nothing else looks at.
 */
import pg from "pg";
import type { Scratch } from "./databases.ts";

async function asked<T>(place: Scratch, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(place.address);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What a schema has, as a hash: a test that changed it leaves its database to nobody. */
const FINGERPRINT = `select md5(string_agg(part, '|' order by part)) as hash from (
  select c.relname || '.' || a.attname || a.atttypid || a.attnotnull as part from pg_class c
    join pg_attribute a on a.attrelid = c.oid where c.relnamespace = 'public'::regnamespace and a.attnum > 0
  union all select indexdef from pg_indexes where schemaname = 'public'
  union all select t.tgname || c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal) parts`;

/** How the rows of a database are put back. */
export interface Beginning {
  fingerprint: string;
  restore: string;
}

/** Keeps the rows as they are now. Databases made from this one have them, too. */
export async function keepBeginning(place: Scratch): Promise<Beginning> {
  return asked(place, async (client) => {
    const names = async (text: string) =>
      (await client.query<{ name: string }>(text)).rows.map((row) => row.name);
    const tables = await names("select tablename as name from pg_tables where schemaname = 'public'");
    const sequences = await names(
      "select sequencename as name from pg_sequences where schemaname = 'public'",
    );
    await client.query("create schema beginning");
    for (const table of tables)
      await client.query(`create table beginning."${table}" as table public."${table}"`);
    const steps: string[] = [];
    for (const sequence of sequences) {
      const { rows } = await client.query(`select last_value, is_called from public."${sequence}"`);
      steps.push(`select setval('public."${sequence}"', ${rows[0].last_value}, ${rows[0].is_called})`);
    }
    const restore = [
      "begin",
      "set local classbook.bulk_load to 'on'",
      "set constraints all deferred",
      ...tables.map((table) => `delete from public."${table}"`),
      ...tables.map((table) => `insert into public."${table}" select * from beginning."${table}"`),
      ...steps,
      "commit",
    ].join("; ");
    return { fingerprint: (await client.query(FINGERPRINT)).rows[0].hash as string, restore };
  });
}

/** Puts the rows back. False where the schema is not what it was: nothing was done then. */
export async function restoreBeginning(place: Scratch, beginning: Beginning): Promise<boolean> {
  return asked(place, async (client) => {
    const { rows } = await client.query(FINGERPRINT);
    if (rows[0].hash !== beginning.fingerprint) return false;
    await client.query(beginning.restore);
    return true;
  });
}
