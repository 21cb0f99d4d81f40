/**
 * Measures booking operations in one process: against the same statements on better-sqlite3 by hand, and on a
 * small table against a large one.
 */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { type Database, openDatabase, prepareNew } from "../src/db/open.ts";
import { migrateSchema } from "../src/db/schema.ts";
import type { Instant } from "../src/domain/instant.ts";
import { approveBooking } from "../src/operations/approval.ts";
import { createBooking } from "../src/operations/booking.ts";
import { cancelBooking } from "../src/operations/cancellation.ts";
import { type Context, operate } from "../src/operations/context.ts";
import { rescheduleBooking } from "../src/operations/reschedule.ts";

const NOW = "2026-11-20 09:00:00" as Instant;
const SEATS_BOOKED = 10;
/** Sessions kept free for the operations that are measured. */
const FREE = 400;

/**
 * A native database with so many bookings, ten to a session. Students are enrolled; teacher 1's policy asks approval
 * of group bookings, and the free sessions 1 … FREE are halfway teacher 1's and teacher 2's.
 */
async function makeBooked(file: string, bookings: number): Promise<void> {
  const database = await openDatabase(file, { create: true });
  await prepareNew(database);
  await migrateSchema(database, { now: NOW });
  await database.close();
  const sqlite = new BetterSqlite3(file);
  const sessions = Math.ceil(bookings / SEATS_BOOKED);
  const students = Math.max(1_000, Math.ceil(bookings / 40));
  const teachers = Math.max(20, Math.ceil(sessions / 200));
  sqlite.exec(`
    pragma synchronous = off; pragma cache_size = -262144; begin;
    insert into bulk_load values ('paused');
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${students + teachers})
      insert into app_user (id, username, email) select i, 'user' || i, 'user' || i || '@school.example' from n;
    insert into teacher (id, user_id) select id, id from app_user where id <= ${teachers};
    insert into course (id, title) values (1, 'Spanish');
    insert into enrollment (user_id, course_id) select id, 1 from app_user where id > ${teachers};
    insert into teacher_booking_policy (teacher_id, requires_approval_for_group, min_notice_hours) values (1, 1, 0);
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${FREE})
      insert into live_class_session (id, course_id, teacher_id, title, scheduled_start, start_at_utc, end_at_utc, capacity, total_seats, status)
      select i, 1, 1 + i % 2, 'Class', datetime('2027-06-01', printf('+%d hours', i)), datetime('2027-06-01', printf('+%d hours', i)), datetime('2027-06-01', printf('+%d hours', i + 1)), 20, 20, 'scheduled' from n;
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sessions})
      insert into live_class_session (id, course_id, teacher_id, title, scheduled_start, start_at_utc, end_at_utc, capacity, total_seats, seats_taken, status)
      select ${FREE} + i, 1, 1 + i % ${teachers}, 'Class', t, t, datetime(t, '+1 hour'), 20, 20, ${SEATS_BOOKED}, 'scheduled'
      from (select i, datetime('2025-01-01', printf('+%d hours', (i / ${teachers}) * 12)) as t from n);
    with recursive k(j) as (select 0 union all select j + 1 from k where j < ${SEATS_BOOKED - 1})
      insert into live_class_booking (booking_type, course_id, teacher_id, student_user_id, start_at_utc, end_at_utc, status, student_note, teacher_note,
        session_id, seats_reserved, cancel_reason, created_at, updated_at)
      select 'group_session', 1, s.teacher_id, ${teachers} + 1 + (s.id * 7 + j * 104729) % ${students}, s.start_at_utc, s.end_at_utc, 'confirmed', '', '',
        s.id, 1, '', '2024-12-01 10:00:00', '2024-12-01 10:00:00'
      from live_class_session s, k where s.id > ${FREE};
    delete from bulk_load; commit; analyze;`);
  sqlite.close();
}

function acting(database: Database): <T>(work: (context: Context) => Promise<T>) => Promise<T> {
  return (work) =>
    operate(database, { now: NOW, actor: { kind: "shell", name: "bench" }, offerHours: 24 }, work);
}

const terms = { seats: 1, note: "", overrides: new Set<never>(), moved: null };

interface Recorded {
  text: string;
  parameters: readonly unknown[];
  reads: boolean;
}

/** Keeps every statement that runs on the connection, with its parameters. */
function recordStatements(sqlite: BetterSqlite3.Database): Recorded[] {
  const recorded: Recorded[] = [];
  const prepare = sqlite.prepare.bind(sqlite);
  const keeping = (text: string) => {
    const statement = prepare(text);
    const keep = (parameters: readonly unknown[], reads: boolean) =>
      recorded.push({ text, parameters, reads });
    return {
      reader: statement.reader,
      all: (parameters: unknown[]) => {
        keep(parameters, true);
        return statement.all(parameters);
      },
      run: (parameters: unknown[]) => {
        keep(parameters, false);
        return statement.run(parameters);
      },
    };
  };
  sqlite.prepare = keeping as unknown as typeof sqlite.prepare;
  return recorded;
}

function replay(file: string, recorded: readonly Recorded[]): number {
  const sqlite = new BetterSqlite3(file);
  sqlite.pragma("foreign_keys = ON");
  sqlite.pragma("cache_size = -32768");
  const statements = new Map<string, BetterSqlite3.Statement>();
  const started = process.hrtime.bigint();
  for (const { text, parameters, reads } of recorded) {
    let statement = statements.get(text);
    if (statement === undefined) {
      statement = sqlite.prepare(text);
      statements.set(text, statement);
    }
    if (reads) statement.all(...parameters);
    else statement.run(...parameters);
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  sqlite.close();
  return seconds;
}

/** Bookings a second, against the very same statements run by hand. */
export async function benchThroughput(folder: string): Promise<void> {
  console.log("\nBookings in one process, against the same statements on better-sqlite3 by hand");
  const source = join(folder, "throughput.sqlite3");
  await makeBooked(source, 20_000);
  const wanted = 4_000;
  const book = async (file: string, recording: boolean) => {
    const database = await openDatabase(file);
    const recorded = recording ? recordStatements(database.sqlite!) : [];
    const run = acting(database);
    const started = process.hrtime.bigint();
    for (let i = 0; i < wanted; i += 1)
      await run((c) =>
        createBooking(c, {
          ...terms,
          session_id: 2 * (1 + (i % (FREE / 2))),
          student_user_id: 200 + Math.floor(i / (FREE / 2)) * 40 + (i % 40),
        }),
      );
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    await database.close();
    return { seconds, recorded };
  };
  const copy = (name: string) => {
    const file = join(folder, name);
    copyFileSync(source, file);
    return file;
  };
  const { recorded } = await book(copy("recorded.sqlite3"), true);
  const byHand = replay(copy("by-hand.sqlite3"), recorded);
  const { seconds } = await book(copy("ours.sqlite3"), false);
  const rate = (s: number) => Math.round(wanted / s).toLocaleString("en");
  console.log(
    `  by hand, ${Math.round(recorded.length / wanted)} statements each          ${rate(byHand)} a second`,
  );
  console.log(
    `  classbook                            ${rate(seconds)} a second   ${(byHand / seconds).toFixed(2)} of it`,
  );
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** Milliseconds of each operation, the median of many. */
async function timeOperations(file: string): Promise<Record<string, number>> {
  const database = await openDatabase(file);
  const run = acting(database);
  const enrolled = database.sqlite!.prepare("select min(user_id) as id from enrollment").get() as {
    id: number;
  };
  const times: Record<string, number[]> = {};
  const timed = async <T>(name: string, work: (context: Context) => Promise<T>): Promise<T> => {
    const started = process.hrtime.bigint();
    const result = await run(work);
    times[name] = [...(times[name] ?? []), Number(process.hrtime.bigint() - started) / 1e6];
    return result;
  };
  for (let i = 1; i < FREE / 2; i += 1) {
    // Odd sessions are teacher 2's, whose bookings are confirmed at once; even ones teacher 1's.
    const [confirmed, other, pending] = [2 * i - 1, 2 * ((i + 1) % (FREE / 2)) + 1, 2 * i];
    const student = enrolled.id + 300 + i;
    const first = await timed("create", (c) =>
      createBooking(c, { ...terms, session_id: confirmed, student_user_id: student }),
    );
    const moved = await timed("reschedule", (c) =>
      rescheduleBooking(c, { id: first.booking!.id, to: { session_id: other } }),
    );
    await timed("cancel", (c) => cancelBooking(c, { id: moved.booking.id }));
    const request = await run((c) =>
      createBooking(c, { ...terms, session_id: pending, student_user_id: student }),
    );
    await timed("approve", (c) => approveBooking(c, { id: request.booking!.id }));
  }
  await database.close();
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

/** The same operations on a small and on a large table. */
export async function benchOperations(folder: string, most: number): Promise<void> {
  const sizes = [10_000, most];
  console.log(`\nOperations on ${sizes.map((n) => n.toLocaleString("en")).join(" and ")} bookings (median)`);
  const results: Record<string, number>[] = [];
  for (const size of sizes) {
    const file = join(folder, `operations-${size}.sqlite3`);
    await makeBooked(file, size);
    results.push(await timeOperations(file));
  }
  const [small, large] = results as [Record<string, number>, Record<string, number>];
  for (const name of Object.keys(small))
    console.log(
      `  ${name.padEnd(14)}${small[name]!.toFixed(3).padStart(9)} ms${large[name]!.toFixed(3).padStart(9)} ms   ${(large[name]! / small[name]!).toFixed(2)} ×`,
    );
}
