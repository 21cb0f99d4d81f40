/** How long people waited, who was passed over, and who went first, summed up by the database. */
import { type RawBuilder, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { WaitlistStatus } from "../domain/waitlist.ts";
import type { Database } from "./open.ts";
import { allOf } from "./search.ts";

/** Null = not asked for. */
export interface FairnessFilter {
  session: number | null;
  /** Of this teacher's sessions. */
  teacher: number | null;
  /** Entries that joined, and events that happened, in [from, until). */
  from: Instant | null;
  until: Instant | null;
}

/** Entries of a session by what they are now. */
export interface EntryCount {
  session_id: number;
  title: string | null;
  status: WaitlistStatus;
  entries: number;
}

export async function countEntries({ db }: Database, filter: FairnessFilter): Promise<EntryCount[]> {
  const { rows } = await sql<EntryCount>`
    select w.session_id, s.title, w.status, count(*) as entries ${entriesOf(filter)}
    group by w.session_id, s.title, w.status order by w.session_id, w.status`.execute(db);
  return rows.map((row) => ({ ...row, entries: Number(row.entries) }));
}

/** `waited`: from joining to the offer, or to the booking where there was none. `answered`: from the offer to its acceptance or end. */
export type SpanKind = "waited" | "answered";

/** Seconds: the shortest, the middle one and the longest. */
export interface Spread {
  kind: SpanKind;
  /** Null: of all sessions together. */
  session_id: number | null;
  min: number;
  median: number;
  max: number;
}

/** Of an entry that joined again its last round counts. */
export async function spreadWaits(database: Database, filter: FairnessFilter): Promise<Spread[]> {
  const { db, engine } = database;
  const seconds = (from: RawBuilder<unknown>, until: RawBuilder<unknown>) =>
    engine === "sqlite"
      ? sql`cast(round((julianday(${until}) - julianday(${from})) * 86400) as integer)`
      : sql`round(extract(epoch from ${until} - ${from}))`;
  const span = (kind: SpanKind, from: RawBuilder<unknown>, until: RawBuilder<unknown>) => sql`
    select w.session_id, ${sql.lit(kind)} as kind, ${seconds(from, until)} as seconds ${entriesOf(filter)}
      and ${until} is not null and ${from} is not null`;
  const { rows } = await sql<Spread>`
    with span as (
      ${span("waited", sql`w.created_at`, sql`coalesce(w.offered_at, w.accepted_at)`)}
      union all
      ${span("answered", sql`w.offered_at`, sql`case when w.status in ('accepted', 'expired') then coalesce(w.accepted_at, w.expired_at) end`)}),
    counted as (select session_id, kind, seconds from span union all select null, kind, seconds from span),
    ranked as (select session_id, kind, seconds, count(*) over (partition by session_id, kind) as n,
      row_number() over (partition by session_id, kind order by seconds) as turn from counted)
    select session_id, kind, min(seconds) as min, max(seconds) as max,
      avg(case when turn = (n + 1) / 2 or turn = (n + 2) / 2 then seconds end) as median
    from ranked group by session_id, kind order by session_id, kind`.execute(db);
  return rows.map((row) => ({
    ...row,
    min: Number(row.min),
    median: Number(row.median),
    max: Number(row.max),
  }));
}

/** How often, and why, somebody whose turn it was got no seat while somebody behind did. */
export interface PassedOver {
  waitlist_id: number;
  session_id: number;
  student_user_id: number;
  student: string | null;
  reason: string | null;
  times: number;
  last_at: Instant;
}

export async function countPassedOver({ db }: Database, filter: FairnessFilter): Promise<PassedOver[]> {
  const where = allOf([sql`e.subject = 'session_waitlist'`, sql`e.what = 'passed_over'`, ...during(filter)]);
  const { rows } = await sql<PassedOver>`
    select w.id as waitlist_id, w.session_id, w.student_user_id, u.username as student, e.reason,
      count(*) as times, max(e.at) as last_at
    from ${sql.table("booking_event")} e join ${sql.table("session_waitlist")} w on w.id = e.subject_id
    left join ${sql.table("live_class_session")} s on s.id = w.session_id
    left join ${sql.table("app_user")} u on u.id = w.student_user_id
    where ${where} group by w.id, w.session_id, w.student_user_id, u.username, e.reason
    order by times desc, w.id, e.reason`.execute(db);
  return rows.map((row) => ({ ...row, times: Number(row.times) }));
}

/** An offer or a booking for which staff set the order aside. */
export interface OutOfTurn {
  at: Instant;
  actor: string;
  /** offered, created or rebooked. */
  what: string;
  session_id: number;
  student_user_id: number;
  student: string | null;
}

export async function listOutOfTurn({ db }: Database, filter: FairnessFilter): Promise<OutOfTurn[]> {
  const of = (subject: "session_waitlist" | "live_class_booking") => sql`
    select e.id, e.at, e.actor, e.what, w.session_id, w.student_user_id, u.username as student
    from ${sql.table("booking_event")} e join ${sql.table(subject)} w on w.id = e.subject_id
    join ${sql.table("live_class_session")} s on s.id = w.session_id
    left join ${sql.table("app_user")} u on u.id = w.student_user_id
    where e.subject = ${sql.lit(subject)} and ',' || e.overridden || ',' like '%,queue-order,%'
      and ${allOf(during(filter))}`;
  const { rows } = await sql<OutOfTurn & { id: number }>`
    ${of("session_waitlist")} union all ${of("live_class_booking")} order by 1`.execute(db);
  return rows.map(({ id: _order, ...row }) => row);
}

function entriesOf(filter: FairnessFilter): RawBuilder<unknown> {
  const where = ofSession(filter);
  if (filter.from !== null) where.push(sql`w.created_at >= ${filter.from}`);
  if (filter.until !== null) where.push(sql`w.created_at < ${filter.until}`);
  return sql`from ${sql.table("session_waitlist")} w left join ${sql.table("live_class_session")} s on s.id = w.session_id
    where ${allOf(where)}`;
}

function during(filter: FairnessFilter): RawBuilder<unknown>[] {
  const where = ofSession(filter);
  if (filter.from !== null) where.push(sql`e.at >= ${filter.from}`);
  if (filter.until !== null) where.push(sql`e.at < ${filter.until}`);
  return where;
}

function ofSession({ session, teacher }: FairnessFilter): RawBuilder<unknown>[] {
  const where: RawBuilder<unknown>[] = [];
  if (session !== null) where.push(sql`w.session_id = ${session}`);
  if (teacher !== null) where.push(sql`s.teacher_id = ${teacher}`);
  return where;
}
