/**
 * The temporary tables of one connection: which rows others name as their original, which lose to a duplicate, and
 * which lost the booking or waitlist entry that they had become.
 */
import { sql } from "kysely";
import { quote } from "./ddl.ts";
import type { SourceTable } from "./legacy-tables.ts";
import type { Database, Db } from "./open.ts";

export const NAMED = "classbook_named_original";
export const LOSERS = "classbook_duplicate_loser";
export const LOST = "classbook_lost_target";
export const CONTESTED = "classbook_contested";

/** A duplicate among legacy rows: the row, and the one that wins over it. */
export interface Loser {
  id: number;
  winner_id: number;
}

/** The temporary tables that reading needs; made empty, once per connection. */
export async function prepareTemporary(database: Database): Promise<void> {
  const run = async (text: string) => sql.raw(text).execute(database.db);
  for (const name of [NAMED, LOSERS, LOST, CONTESTED]) await run(`drop table if exists ${name}`);
  await run(
    `create temp table ${NAMED} (source_table text not null, id bigint not null, primary key (source_table, id))`,
  );
  await run(
    `create temp table ${LOSERS} (source_table text not null, id bigint not null, winner_id bigint not null, primary key (source_table, id))`,
  );
  await run(
    `create temp table ${LOST} (source_table text not null, id bigint not null, target_id bigint not null, primary key (source_table, id))`,
  );
  await run(
    `create temp table ${CONTESTED} (contest bigint not null primary key, id bigint not null, rivals text not null)`,
  );
  for (const [table, original] of [
    ["booking", "original_session_id"],
    ["one_on_one_booking", "original_booking_id"],
  ] as const) {
    if (!database.layout.has(table, original)) continue;
    const name = quote(database.layout.name(table));
    await run(
      `insert into ${NAMED} select distinct '${table}', ${original} from ${name} where ${original} is not null and ${original} <> id`,
    );
  }
  await findLost(database);
}

/** One anti-join for each kind of target, so that reading looks none up row by row. */
async function findLost({ layout, db }: Database): Promise<void> {
  if (!layout.has("legacy_provenance")) return;
  const provenance = quote(layout.name("legacy_provenance"));
  for (const [outcome, target] of [
    ["migrated", "live_class_booking"],
    ["waitlisted", "session_waitlist"],
  ] as const) {
    if (!layout.has(target)) continue;
    await sql
      .raw(
        `insert into ${LOST} select p.source_table, p.source_id, p.target_id from ${provenance} p
         where p.outcome = '${outcome}' and not exists (select 1 from ${quote(layout.name(target))} t where t.id = p.target_id)`,
      )
      .execute(db);
  }
}

/**
 * Fills the list of rows whose key another row may share: the same student and session, or the same
 * student and teacher. Returns how many there are; 0 where a unique constraint rules it out.
 */
export async function findContested(database: Database, table: SourceTable, given: boolean): Promise<number> {
  const { layout, db } = database;
  await sql.raw(`delete from ${CONTESTED}`).execute(db);
  if (!layout.has(table)) return 0;
  const name = quote(layout.name(table));
  const issues = given
    ? `left join ${quote(layout.name("legacy_issue"))} i on i.source_table = '${table}' and i.source_id = b.id`
    : "";
  const pick = (column: string, otherwise: string) =>
    given ? `coalesce(i.given_${column}, ${otherwise})` : otherwise;
  const user = pick("student_user_id", "b.user_id");
  let keys: string;
  if (table === "booking") {
    const unique = layout
      .table(table)!
      .uniques.some((columns) => [...columns].sort().join() === "session_id,user_id");
    if (unique && !given) return 0;
    keys = `select b.id, ${user} as k1, ${pick("session_id", "b.session_id")} as k2 from ${name} b ${issues} where coalesce(${pick("status", "b.status")}, '') <> 'waitlisted'`;
  } else {
    if (!layout.has("teacher_availability")) return 0;
    const slot = quote(layout.name("teacher_availability"));
    keys = `select b.id, ${user} as k1, ${pick("teacher_id", "s.teacher_id")} as k2 from ${name} b left join ${slot} s on s.id = b.availability_slot_id ${issues}`;
  }
  const inserted = await sql
    .raw(
      `insert into ${CONTESTED} select row_number() over (order by k1, k2, id), id, k1 || ' ' || k2
       from (select id, k1, k2, count(*) over (partition by k1, k2) as n from (${keys}) k where k1 is not null and k2 is not null) g where n > 1`,
    )
    .execute(db);
  return Number(inserted.numAffectedRows ?? 0);
}

export async function insertLosers(db: Db, table: SourceTable, losers: readonly Loser[]): Promise<void> {
  for (let at = 0; at < losers.length; at += 500) {
    const values = losers
      .slice(at, at + 500)
      .map((loser) => `('${table}', ${Number(loser.id)}, ${Number(loser.winner_id)})`);
    await sql.raw(`insert into ${LOSERS} values ${values.join(",")}`).execute(db);
  }
}
