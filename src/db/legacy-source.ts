/**
 * Reads legacy rows of any generation with the facts that decide their outcome, by key and in pages:
 * a column or table that the database lacks reads as NULL (LEGACY 1).
 */
import { CompiledQuery, sql } from "kysely";
import { quote } from "./ddl.ts";
import type { Layout, LogicalTable } from "./layout.ts";
import type { Database, Db } from "./open.ts";

export const SOURCE_TABLES = ["booking", "one_on_one_booking"] as const;
export type SourceTable = (typeof SOURCE_TABLES)[number];

/** What an earlier run recorded of a row; outcome null where none did. */
export interface Prior {
  prior_outcome: "migrated" | "waitlisted" | "quarantined" | null;
  prior_target_id: number | null;
  prior_created: number | null;
  prior_hash: string | null;
  /** open, skipped, resolved; null without an issue */
  issue_status: string | null;
  issue_code: string | null;
  /** The legacy row that wins over this one (LEGACY 2.7); null where none does. */
  loses_to: number | null;
}

/** The temporary tables of one run: which rows others name as their original, and which lose to a duplicate. */
const NAMED = "classbook_named_original";
const LOSERS = "classbook_duplicate_loser";

export const GROUP_STAMPS = ["booked_at", "confirmed_at", "cancelled_at", "rescheduled_at", "attended_at"];
const GROUP_PLAIN = [
  "booking_id",
  "status",
  "cancellation_reason",
  "cancellation_notes",
  "attended",
  "student_notes",
  "seats_booked",
];
const LESSON_STAMPS = [...GROUP_STAMPS, "declined_at", "next_booking_date"];
const LESSON_PLAIN = [
  "booking_id",
  "status",
  "cancellation_reason",
  "cancellation_notes",
  "attended",
  "student_notes",
  "teacher_notes",
  "declined_reason",
  "meeting_link",
];
const GIVEN_TEXTS = ["given_status", "given_start_at_utc", "given_end_at_utc", "given_timestamp"];

/** Which rows a read wants: those after a key, or those of a list. */
export type Wanted = { after: number; limit: number } | { ids: readonly number[] };

export class LegacySource {
  readonly table: SourceTable;
  readonly #database: Database;
  readonly #select: string;
  // biome-ignore lint/suspicious/noExplicitAny: a prepared statement gives what its SQL selects
  #prepared: any = null;

  /** @param given whether any row has answers of a person, which join in */
  constructor(database: Database, table: SourceTable, options: { given: boolean }) {
    this.table = table;
    this.#database = database;
    this.#select = selectFacts(database, table, options.given);
  }

  get exists(): boolean {
    return this.#database.layout.has(this.table);
  }

  /** Rows in key order, with their facts, as `F & Prior`. */
  async read<F>(db: Db, wanted: Wanted): Promise<(F & Prior)[]> {
    if (!this.exists) return [];
    if ("ids" in wanted) {
      if (wanted.ids.length === 0) return [];
      return this.#run<F>(
        db,
        `${this.#select} where b.id in (${wanted.ids.map(Number).join(",")}) order by b.id`,
        [],
      );
    }
    const { sqlite } = this.#database;
    if (sqlite !== null) {
      this.#prepared ??= sqlite.prepare(`${this.#select} where b.id > ? order by b.id limit ?`);
      return this.#prepared.all(wanted.after, wanted.limit);
    }
    return this.#run<F>(db, `${this.#select} where b.id > $1 order by b.id limit $2`, [
      wanted.after,
      wanted.limit,
    ]);
  }

  /** Rows that could collide with another by their key (LEGACY 2.7), group by group: `contest` numbers them, `rivals` names the group. */
  async readContested<F>(
    db: Db,
    wanted: { after: number; limit: number },
  ): Promise<(F & Prior & { contest: number; rivals: string })[]> {
    const [columns, joins] = this.#select.split("\nfrom ", 2);
    return this.#run(
      db,
      `${columns}, q.contest, q.rivals\nfrom ${CONTESTED} q join ${joins?.replace(" b\n", " b on b.id = q.id\n")} where q.contest > ${Number(wanted.after)} and q.contest <= ${Number(wanted.after) + Number(wanted.limit)} order by q.contest`,
      [],
    );
  }

  async #run<F>(db: Db, text: string, params: unknown[]): Promise<(F & Prior)[]> {
    const { rows } = await db.executeQuery<F & Prior>(CompiledQuery.raw(text, params));
    return rows;
  }
}

const CONTESTED = "classbook_contested";

function selectFacts(database: Database, table: SourceTable, given: boolean): string {
  const { layout, engine } = database;
  const t = (name: LogicalTable) => quote(layout.name(name));
  const stamp = (alias: string, owner: LogicalTable, column: string, as = column) =>
    layout.has(owner, column)
      ? `${alias}.${quote(column)}${engine === "postgres" ? "::text" : ""} as ${as}`
      : `null as ${as}`;
  const plain = (alias: string, owner: LogicalTable, column: string, as = column) =>
    layout.has(owner, column) ? `${alias}.${quote(column)} as ${as}` : `null as ${as}`;
  const asked = (column: string, otherwise: string) =>
    given ? `coalesce(i.given_${column}, ${otherwise})` : otherwise;
  const own = layout.has("legacy_provenance");
  const column = (alias: string, owner: LogicalTable, name: string) =>
    layout.has(owner, name) ? `${alias}.${quote(name)}` : "null";
  const joins: string[] = [`from ${t(table)} b`];
  if (own) {
    joins.push(`left join ${t("legacy_provenance")} p on p.source_table = '${table}' and p.source_id = b.id`);
    joins.push(`left join ${t("legacy_issue")} i on i.source_table = '${table}' and i.source_id = b.id`);
  }
  joins.push(`left join ${NAMED} n on n.source_table = '${table}' and n.id = b.id`);
  joins.push(`left join ${LOSERS} l on l.source_table = '${table}' and l.id = b.id`);
  const found = (alias: string, owner: LogicalTable, on: string) => {
    if (layout.has(owner)) joins.push(`left join ${t(owner)} ${alias} on ${alias}.id = ${on}`);
    return layout.has(owner) ? `${alias}.id` : "null";
  };
  const columns = ["b.id", plain("b", table, "user_id")];
  const stamps = table === "booking" ? GROUP_STAMPS : LESSON_STAMPS;
  const plains = table === "booking" ? GROUP_PLAIN : LESSON_PLAIN;
  columns.push(
    ...stamps.map((name) => stamp("b", table, name)),
    ...plains.map((name) => plain("b", table, name)),
  );
  columns.push(`${found("u", "app_user", asked("student_user_id", "b.user_id"))} as found_user_id`);
  if (table === "booking") {
    columns.push("b.session_id as session_id");
    columns.push(
      `${found("s", "live_class_session", asked("session_id", "b.session_id"))} as found_session_id`,
    );
    const s = "live_class_session";
    columns.push(
      plain("s", s, "course_id", "session_course_id"),
      plain("s", s, "teacher_id", "session_teacher_id"),
    );
    columns.push(
      stamp("s", s, "start_at_utc", "session_start_at_utc"),
      stamp("s", s, "end_at_utc", "session_end_at_utc"),
    );
    columns.push(stamp("s", s, "scheduled_start", "session_scheduled_start"));
    columns.push(plain("s", s, "duration_minutes", "session_duration_minutes"));
    columns.push(
      `${found("c", "course", asked("course_id", column("s", s, "course_id")))} as found_course_id`,
    );
    columns.push(
      `${found("t", "teacher", asked("teacher_id", column("s", s, "teacher_id")))} as found_teacher_id`,
    );
  } else {
    const s = "teacher_availability";
    columns.push("b.availability_slot_id as availability_slot_id", plain("b", table, "course_id"));
    columns.push(`${found("s", s, "b.availability_slot_id")} as found_slot_id`);
    columns.push(
      plain("s", s, "course_id", "slot_course_id"),
      plain("s", s, "teacher_id", "slot_teacher_id"),
    );
    columns.push(plain("s", s, "slot_type"), plain("s", s, "day_of_week"));
    for (const name of [
      "start_time",
      "end_time",
      "valid_from",
      "valid_until",
      "start_datetime",
      "end_datetime",
    ])
      columns.push(stamp("s", s, name));
    columns.push(
      given
        ? `coalesce(i.given_timezone, ${column("s", s, "timezone")}) as timezone`
        : plain("s", s, "timezone"),
    );
    const course = `coalesce(${column("b", table, "course_id")}, ${column("s", s, "course_id")})`;
    columns.push(`${found("c", "course", asked("course_id", course))} as found_course_id`);
    columns.push(
      `${found("t", "teacher", asked("teacher_id", column("s", s, "teacher_id")))} as found_teacher_id`,
    );
  }
  columns.push(
    layout.has("teacher") && layout.has("app_user") ? "tu.id as teacher_user_id" : "null as teacher_user_id",
  );
  if (layout.has("teacher") && layout.has("app_user"))
    joins.push(`left join ${t("app_user")} tu on tu.id = t.user_id`);
  columns.push("case when n.id is null then 0 else 1 end as is_original", "l.winner_id as loses_to");
  columns.push(...GIVEN_TEXTS.map((name) => (given ? `i.${name}` : `null as ${name}`)));
  columns.push(
    ...(own
      ? [
          "p.outcome as prior_outcome",
          "p.target_id as prior_target_id",
          "p.created as prior_created",
          "p.source_hash as prior_hash",
          "i.status as issue_status",
          "i.code as issue_code",
        ]
      : ["outcome", "target_id", "created", "hash"]
          .map((name) => `null as prior_${name}`)
          .concat("null as issue_status", "null as issue_code")),
  );
  return `select ${columns.join(", ")}\n${joins.join("\n")}`;
}

/** A duplicate among legacy rows: the row, and the one that wins over it. */
export interface Loser {
  id: number;
  winner_id: number;
}

/** The temporary tables that reading needs; made empty, once per connection. */
export async function prepareTemporary(database: Database): Promise<void> {
  const run = async (text: string) => sql.raw(text).execute(database.db);
  for (const name of [NAMED, LOSERS, CONTESTED]) await run(`drop table if exists ${name}`);
  await run(
    `create temp table ${NAMED} (source_table text not null, id bigint not null, primary key (source_table, id))`,
  );
  await run(
    `create temp table ${LOSERS} (source_table text not null, id bigint not null, winner_id bigint not null, primary key (source_table, id))`,
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
    keys = `select b.id, ${user} as k1, ${pick("session_id", "b.session_id")} as k2 from ${name} b ${issues} where b.status <> 'waitlisted'`;
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

/** The whole stored rows, by id, for the record of an issue. Never larger than a batch. */
export async function readSourceRows(
  database: Database,
  db: Db,
  table: SourceTable,
  ids: readonly number[],
): Promise<Map<number, Record<string, unknown>>> {
  const found = new Map<number, Record<string, unknown>>();
  for (let at = 0; at < ids.length; at += 1000) {
    const part = ids
      .slice(at, at + 1000)
      .map(Number)
      .join(",");
    const { rows } = await sql
      .raw<Record<string, unknown>>(
        `select * from ${quote(database.layout.name(table))} where id in (${part})`,
      )
      .execute(db);
    for (const row of rows) found.set(row.id as number, row);
  }
  return found;
}

/** How many legacy rows a table has; null where the table is absent. */
export async function countSource(layout: Layout, db: Db, table: SourceTable): Promise<number | null> {
  if (!layout.has(table)) return null;
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db);
  return rows[0]!.n;
}
