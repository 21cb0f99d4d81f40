/** What the migration records: runs, provenance, issues; and the look-ups of its targets. */
import { CompiledQuery, type ExpressionBuilder, sql } from "kysely";
import { type Instant, parseInstant } from "../domain/instant.ts";
import { quote } from "./ddl.ts";
import type { SourceTable } from "./legacy-tables.ts";
import type { Database, Db } from "./open.ts";
import { prepared } from "./sqlite.ts";
import type {
  LegacyIssueTable,
  LegacyProvenanceTable,
  LiveClassBookingTable,
  SessionWaitlistTable,
  Tables,
} from "./tables.ts";
import type { Trx } from "./transaction.ts";

type Row<T> = { [K in keyof T]: T[K] extends { __select__: infer S } ? S : T[K] };

export type StoredBooking = Row<Omit<LiveClassBookingTable, "id">> & { id: number };
export type StoredEntry = Row<Omit<SessionWaitlistTable, "id">> & { id: number };

/** A unified booking's place: what the two unique constraints hold apart. */
export interface BookingKey {
  booking_type: "group_session" | "one_on_one";
  student_user_id: number;
  /** session_id of a group booking, teacher_id of a lesson. */
  place_id: number;
  start_at_utc: Instant;
}

export interface Occupant {
  /** Position in the keys asked for. */
  at: number;
  booking_id: number;
  source_table: string | null;
  source_id: number | null;
  /** What the record says that the booking is. */
  source_hash: string | null;
}

/** The unified bookings that stand at these keys, with the legacy row that each came from (null: the app's own). */
export async function findOccupants(
  database: Database,
  db: Db,
  keys: readonly BookingKey[],
): Promise<Occupant[]> {
  if (keys.length === 0 || !database.layout.has("live_class_booking")) return [];
  const booking = quote(database.layout.name("live_class_booking"));
  const provenance = quote(database.layout.name("legacy_provenance"));
  const source = database.layout.has("legacy_provenance")
    ? `left join ${provenance} p on p.outcome = 'migrated' and p.target_id = t.id`
    : "left join (select null as source_table, null as source_id, null as source_hash) p on 1 = 0";
  const columns = "t.id as booking_id, p.source_table, p.source_id, p.source_hash";
  const { sqlite } = database;
  if (sqlite !== null) {
    // The app may have spelt the same instant with T and Z: texts are read, not compared.
    const at = (kind: string, place: string) =>
      prepared(
        sqlite,
        `select ${columns}, t.start_at_utc from ${booking} t ${source} where t.booking_type = '${kind}' and t.student_user_id = ? and t.${place} = ? order by t.id`,
      );
    const statements = {
      group_session: at("group_session", "session_id"),
      one_on_one: at("one_on_one", "teacher_id"),
    };
    return keys.flatMap((key, position) => {
      const there = statements[key.booking_type].all(key.student_user_id, key.place_id) as (Omit<
        Occupant,
        "at"
      > & { start_at_utc: string })[];
      const found = there.find((row) => parseInstant(String(row.start_at_utc)) === key.start_at_utc);
      if (found === undefined) return [];
      const { start_at_utc: _start, ...occupant } = found;
      return [{ at: position, ...occupant }];
    });
  }
  const text = `select x.at::int as at, ${columns}
    from unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[]) as x(at, kind, student, place, start)
    join ${booking} t on t.student_user_id = x.student and t.start_at_utc = x.start and t.booking_type = x.kind
      and case when x.kind = 'group_session' then t.session_id else t.teacher_id end = x.place ${source}`;
  const arrays = [
    keys.map((_, at) => at),
    keys.map((key) => key.booking_type),
    keys.map((key) => key.student_user_id),
    keys.map((key) => key.place_id),
    keys.map((key) => `${key.start_at_utc}+00`),
  ];
  const { rows } = await db.executeQuery<Occupant>(CompiledQuery.raw(text, arrays));
  return rows;
}

/** Reads by ids, so many at once that a statement takes them. */
export async function inParts<T>(
  ids: readonly number[],
  read: (part: number[]) => Promise<T[]>,
): Promise<T[]> {
  const rows: T[] = [];
  for (let at = 0; at < ids.length; at += 1000) rows.push(...(await read(ids.slice(at, at + 1000))));
  return rows;
}

export async function findBookings(db: Db, ids: readonly number[]): Promise<Map<number, StoredBooking>> {
  const rows = await inParts(ids, (part) =>
    db.selectFrom("live_class_booking").selectAll().where("id", "in", part).execute(),
  );
  return new Map(rows.map((row) => [row.id, row as StoredBooking]));
}

export async function findEntries(db: Db, ids: readonly number[]): Promise<Map<number, StoredEntry>> {
  const rows = await inParts(ids, (part) =>
    db.selectFrom("session_waitlist").selectAll().where("id", "in", part).execute(),
  );
  return new Map(rows.map((row) => [row.id, row as StoredEntry]));
}

/** Waitlist entries of sessions, as `session student` → id. */
export async function findQueued(db: Db, sessionIds: readonly number[]): Promise<Map<string, number>> {
  const rows = await inParts([...new Set(sessionIds)], (part) =>
    db
      .selectFrom("session_waitlist")
      .select(["id", "session_id", "student_user_id"])
      .where("session_id", "in", part)
      .execute(),
  );
  return new Map(rows.map((row) => [`${row.session_id} ${row.student_user_id}`, row.id]));
}

export async function upsertProvenance(trx: Trx, row: LegacyProvenanceTable): Promise<void> {
  const { source_table: _table, source_id: _id, run_id: _run, ...changed } = row;
  await trx
    .insertInto("legacy_provenance")
    .values(row)
    .onConflict((conflict) => conflict.columns(["source_table", "source_id"]).doUpdateSet(changed))
    .execute();
}

/**
 * Rows whose target is gone wait for a decision from now on. A booking's id stays in the record: should the booking
 * come back, the two sides agree again.
 */
export async function quarantineRecords(trx: Trx, table: SourceTable, ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += 1000) {
    await trx
      .updateTable("legacy_provenance")
      .set((eb) => ({
        target_id: eb.case().when("outcome", "=", "waitlisted").then(null).else(eb.ref("target_id")).end(),
        outcome: "quarantined",
      }))
      .where("source_table", "=", table)
      .where("source_id", "in", ids.slice(at, at + 1000))
      .execute();
  }
}

/**
 * Gives a waitlist entry that a run created to another legacy row that waits by it: a student may stand there twice.
 *
 * @param hash what the record says that the entry is
 * @returns the row; null where all that wait by it are leaving
 */
export async function passEntryOn(
  trx: Trx,
  entryId: number,
  leaving: readonly number[],
  hash: string,
): Promise<number | null> {
  const heirs = await trx
    .selectFrom("legacy_provenance")
    .select("source_id")
    .where("source_table", "=", "booking")
    .where("outcome", "=", "waitlisted")
    .where("target_id", "=", entryId)
    .orderBy("source_id")
    .execute();
  const heir = heirs.find(({ source_id }) => !leaving.includes(source_id));
  if (heir === undefined) return null;
  await trx
    .updateTable("legacy_provenance")
    .set({ created: 1, source_hash: hash })
    .where("source_table", "=", "booking")
    .where("source_id", "=", heir.source_id)
    .execute();
  return heir.source_id;
}

export type NewIssue = Pick<
  LegacyIssueTable,
  "source_table" | "source_id" | "code" | "message" | "source" | "run_id"
>;

/** Opens an issue, or says anew what an open one is about; a person's answers stay with it. */
export async function openIssue(trx: Trx, issue: NewIssue): Promise<void> {
  const { code, message, source } = issue;
  await trx
    .insertInto("legacy_issue")
    .values({ ...issue, status: "open" })
    .onConflict((conflict) =>
      conflict.columns(["source_table", "source_id"]).doUpdateSet({ code, message, source, status: "open" }),
    )
    .execute();
}

export async function closeIssue(trx: Trx, table: string, id: number): Promise<void> {
  await trx
    .updateTable("legacy_issue")
    .set({ status: "resolved" })
    .where("source_table", "=", table)
    .where("source_id", "=", id)
    .execute();
}

/** True where any row has a person's answer, which reading must join in. */
export async function hasAnswers(database: Database): Promise<boolean> {
  if (!database.layout.has("legacy_issue")) return false;
  const given = (eb: ExpressionBuilder<Tables, "legacy_issue">) =>
    eb.or([
      eb("given_student_user_id", "is not", null),
      eb("given_session_id", "is not", null),
      eb("given_teacher_id", "is not", null),
      eb("given_course_id", "is not", null),
      eb("given_timezone", "is not", null),
      eb("given_status", "is not", null),
      eb("given_start_at_utc", "is not", null),
      eb("given_end_at_utc", "is not", null),
      eb("given_timestamp", "is not", null),
    ]);
  return (
    (await database.db
      .selectFrom("legacy_issue")
      .select("source_id")
      .where(given)
      .limit(1)
      .executeTakeFirst()) !== undefined
  );
}

export async function countOpenIssues(database: Database): Promise<number> {
  if (!database.layout.has("legacy_issue")) return 0;
  const row = await database.db
    .selectFrom("legacy_issue")
    .select((eb) => eb.fn.countAll().as("n"))
    .where("status", "=", "open")
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/**
 * True where a key may be taken before a row asks for it, so that every key must be looked up: the unified table
 * holds rows that no legacy row became, or an earlier run ended, since when legacy rows may have moved.
 */
export async function keysMayBeTaken(database: Database): Promise<boolean> {
  const bookings = await sql<{
    n: number;
  }>`select count(*) as n from ${sql.table("live_class_booking")}`.execute(database.db);
  if (Number(bookings.rows[0]!.n) === 0 || !database.layout.has("legacy_provenance"))
    return Number(bookings.rows[0]!.n) > 0;
  const known = await database.db
    .selectFrom("legacy_provenance")
    .select((eb) => eb.fn.countAll().as("n"))
    .where("outcome", "=", "migrated")
    .executeTakeFirstOrThrow();
  if (Number(bookings.rows[0]!.n) !== Number(known.n)) return true;
  const ended = database.db.selectFrom("legacy_run").select("id").where("status", "=", "done").limit(1);
  return (await ended.executeTakeFirst()) !== undefined;
}

/** At most how many ids of each kind a run over the rows without an outcome will give. */
export async function countForeseen(
  database: Database,
): Promise<{ booking: number; waitlist: number; series: number; item: number }> {
  const { layout } = database;
  const count = async (table: SourceTable, condition: string) => {
    if (!layout.has(table)) return 0;
    const { rows } = await sql
      .raw<{ n: number }>(
        `select count(*) as n from ${quote(layout.name(table))} b where ${condition} and not exists (select 1 from ${quote(layout.name("legacy_provenance"))} p where p.source_table = '${table}' and p.source_id = b.id)`,
      )
      .execute(database.db);
    return Number(rows[0]!.n);
  };
  const waitlist = await count("booking", "b.status = 'waitlisted'");
  const recurring = layout.has("one_on_one_booking", "recurring_series_id")
    ? await count("one_on_one_booking", "b.recurring_series_id is not null")
    : 0;
  const booking = (await count("booking", "1 = 1")) - waitlist + (await count("one_on_one_booking", "1 = 1"));
  return { booking, waitlist, series: recurring, item: recurring };
}
