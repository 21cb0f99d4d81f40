/** Measures `waitlist expire` against the plainest prepared statements that write the same rows, side by side. */
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { openDatabase, prepareNew } from "../src/db/open.ts";
import { migrateSchema } from "../src/db/schema.ts";
import type { Instant } from "../src/domain/instant.ts";

const NOW = "2026-11-20 09:00:00" as Instant;
const TOMORROW = "2026-11-21 09:00:00";
/** Offers that ran out, and students who wait behind them, in each session. */
const EACH = 10;
const STUDENTS = 5_000;

/** A native database: half of each session is booked, the other half offered to students who let their offers run out. */
export async function makeQueues(file: string, sessions: number): Promise<void> {
  const database = await openDatabase(file, { create: true });
  await prepareNew(database);
  await migrateSchema(database, { now: NOW });
  await database.close();
  const sqlite = new BetterSqlite3(file);
  // Of the students of a session the first are booked, the next hold offers, the last wait.
  const student = (at: string) => `11 + (s.id * 31 + ${at}) % ${STUDENTS}`;
  sqlite.exec(`
    pragma synchronous = off; begin;
    insert into bulk_load values ('paused');
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${STUDENTS + 10})
      insert into app_user (id, username, email) select i, 'user' || i, 'user' || i || '@school.example' from n;
    insert into teacher (id, user_id) select id, id from app_user where id <= 10;
    insert into course (id, title) values (1, 'Spanish');
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sessions})
      insert into live_class_session (id, course_id, teacher_id, title, scheduled_start, start_at_utc, end_at_utc, capacity, total_seats, seats_taken, status, enable_waitlist)
      select i, 1, 1 + i % 10, 'Class', t, t, datetime(t, '+1 hour'), ${2 * EACH}, ${2 * EACH}, ${EACH}, 'scheduled', 1
      from (select i, datetime('2027-01-01', printf('+%d hours', i / 10 * 2)) as t from n);
    with recursive k(j) as (select 0 union all select j + 1 from k where j < ${EACH - 1})
      insert into live_class_booking (booking_type, course_id, teacher_id, student_user_id, start_at_utc, end_at_utc, status, student_note, teacher_note,
        session_id, seats_reserved, cancel_reason, created_at, updated_at)
      select 'group_session', 1, s.teacher_id, ${student("j")}, s.start_at_utc, s.end_at_utc, 'confirmed', '', '',
        s.id, 1, '', '2026-10-01 10:00:00', '2026-10-01 10:00:00' from live_class_session s, k;
    with recursive k(j) as (select 0 union all select j + 1 from k where j < ${2 * EACH - 1})
      insert into session_waitlist (session_id, student_user_id, status, created_at, offered_at, offer_expires_at)
      select s.id, ${student(`${EACH} + j`)}, iif(j < ${EACH}, 'offered', 'waiting'), datetime('2026-11-01', printf('+%d minutes', j)),
        iif(j < ${EACH}, '2026-11-18 09:00:00', null), iif(j < ${EACH}, '2026-11-19 09:00:00', null) from live_class_session s, k;
    delete from bulk_load; commit; analyze;`);
  sqlite.close();
}

interface Line {
  id: number;
  session_id: number;
  student_user_id: number;
  status: string;
  offer_expires_at: string | null;
}

/** The same updates, events and messages, by hand. @returns seconds, what they write being known beforehand */
function byHand(file: string): number {
  const sqlite = new BetterSqlite3(file);
  sqlite.pragma("foreign_keys = ON");
  sqlite.pragma("cache_size = -32768");
  const lines = sqlite
    .prepare(
      "select id, session_id, student_user_id, status, offer_expires_at from session_waitlist order by session_id, created_at",
    )
    .all() as Line[];
  const sessions = new Map<number, Line[]>();
  for (const line of lines) sessions.set(line.session_id, [...(sessions.get(line.session_id) ?? []), line]);
  const event = sqlite.prepare(
    "insert into booking_event (at, actor, actor_user_id, what, subject, subject_id, from_value, to_value, reason, overridden) values (?, 'shell:bench', null, ?, 'session_waitlist', ?, ?, ?, ?, null)",
  );
  const message = sqlite.prepare(
    "insert into notification_outbox (created_at, kind, user_id, payload) values (?, ?, ?, ?)",
  );
  const expire = sqlite.prepare(
    "update session_waitlist set status = 'expired', expired_at = ? where id = ?",
  );
  const offer = sqlite.prepare(
    "update session_waitlist set status = 'offered', offered_at = ?, offer_expires_at = ?, expired_at = null where id = ?",
  );
  const settle = sqlite.transaction((entries: readonly Line[]) => {
    for (const { id, session_id, student_user_id, status, offer_expires_at } of entries)
      if (status === "offered") {
        expire.run(NOW, id);
        const from = JSON.stringify({ status, offer_expires_at });
        event.run(NOW, "expired", id, from, '{"status":"expired"}', "the offer ran out");
        message.run(
          NOW,
          "waitlist_expired",
          student_user_id,
          JSON.stringify({ session_id, waitlist_id: id }),
        );
      } else {
        offer.run(NOW, TOMORROW, id);
        const to = JSON.stringify({ status: "offered", offer_expires_at: TOMORROW });
        event.run(NOW, "offered", id, '{"status":"waiting"}', to, null);
        const payload = { session_id, waitlist_id: id, offer_expires_at: TOMORROW };
        message.run(NOW, "waitlist_offered", student_user_id, JSON.stringify(payload));
      }
  });
  const started = process.hrtime.bigint();
  for (const entries of sessions.values()) settle.immediate(entries);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  sqlite.close();
  return seconds;
}

/** What both sides must have written. */
function written(file: string): string {
  const sqlite = new BetterSqlite3(file, { readonly: true });
  const rows = sqlite
    .prepare(
      `select status as what, count(*) as n, max(offer_expires_at) as x from session_waitlist group by 1
       union all select what, count(*), max(to_value) from booking_event group by 1 union all select kind, count(*), max(payload) from notification_outbox group by 1 order by 1`,
    )
    .all();
  sqlite.close();
  return JSON.stringify(rows);
}

/**
 * Three rounds, alternating, so that a busy moment falls on both; the middle one counts.
 *
 * @param ours runs `waitlist expire` on a file as a process of its own
 */
export async function benchExpiry(
  folder: string,
  sessions: number,
  ours: (words: string[]) => { seconds: number; megabytes: number | null },
): Promise<void> {
  const offers = (sessions * EACH).toLocaleString("en");
  console.log(
    `\nwaitlist expire: ${offers} offers that ran out in ${sessions.toLocaleString("en")} sessions, ${offers} students waiting behind them`,
  );
  const source = join(folder, "queues.sqlite3");
  await makeQueues(source, sessions);
  const rounds: { raw: number; seconds: number; megabytes: number | null }[] = [];
  for (let round = 0; round < 3; round += 1) {
    const [raw, file] = [join(folder, "queues-raw.sqlite3"), join(folder, "queues-ours.sqlite3")];
    for (const copy of [raw, file]) copyFileSync(source, copy);
    const plain = byHand(raw);
    const words = ["waitlist", "expire", "--quiet", "--now", "2026-11-20T09:00:00Z", "--db", file];
    rounds.push({ raw: plain, ...ours(words) });
    if (written(raw) !== written(file)) throw new Error("the two sides wrote different rows");
    for (const name of [raw, file])
      for (const end of ["", "-wal", "-shm"]) rmSync(`${name}${end}`, { force: true });
  }
  const middle = rounds.toSorted((a, b) => a.seconds / a.raw - b.seconds / b.raw)[1]!;
  console.log(`  prepared statements by hand          ${middle.raw.toFixed(2).padStart(8)} s`);
  console.log(
    `  classbook waitlist expire            ${middle.seconds.toFixed(2).padStart(8)} s${String(middle.megabytes ?? "").padStart(7)} MB   ${(middle.seconds / middle.raw).toFixed(2)} ×`,
  );
}
