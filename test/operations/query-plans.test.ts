/** What an operation asks is found by an index, however large the school is. */
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BOOKING_COLUMNS } from "../../src/db/booking.ts";
import { type Cell, insertRows } from "../../src/db/bulk.ts";
import { quote } from "../../src/db/ddl.ts";
import { updateRow } from "../../src/db/rows.ts";
import { ALL_SERIES, listOverdueSeries, listSeries } from "../../src/db/series-list.ts";
import { type Trx, writing } from "../../src/db/transaction.ts";
import { listDueSessions } from "../../src/db/waitlist-due.ts";
import { addMinutes, type Instant } from "../../src/domain/instant.ts";
import { approveBooking } from "../../src/operations/approval.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type Context, inside, operate } from "../../src/operations/context.ts";
import { rescheduleBooking } from "../../src/operations/reschedule.ts";
import { createSeries } from "../../src/operations/series.ts";
import { cancelSeries } from "../../src/operations/series-change.ts";
import { moveOccurrence } from "../../src/operations/series-occurrence.ts";
import { acceptOffer } from "../../src/operations/waitlist-entry.ts";
import { settleQueue } from "../../src/operations/waitlist-expire.ts";
import {
  ACTORS,
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SESSIONS,
  TEACHERS,
  TODAY,
} from "../support/bookable.ts";
import { lesson, lessonRow, policyRow, putInto, seat, seatRow, waitRow } from "../support/bookings.ts";
import { seriesFor, seriesRow } from "../support/series.ts";

/** Tables that grow with the school. */
const LARGE = [
  "live_class_booking",
  "live_class_session",
  "session_waitlist",
  "booking_series_item",
  "app_user",
  "enrollment",
] as const;

const FIRST = "2024-01-01 08:00:00" as Instant;
const TEACHERS_FILLED = 40;
const SESSIONS_FILLED = 4_000;
const STUDENTS = 2_000;
const SERIES = 400;

interface Asked {
  sql: string;
  parameters: readonly unknown[];
}

/** The context with a transaction that notes what it is asked, and no way around it. */
function noting(context: Context, asked: Asked[]): Context {
  return { ...context, trx: noted(context.trx, asked), database: { ...context.database, sqlite: null } };
}

function noted(trx: Trx, asked: Asked[]): Trx {
  return new Proxy(trx, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "executeQuery") return value.bind(target);
      return (query: Asked) => {
        asked.push(query);
        return target.executeQuery(query as never);
      };
    },
  });
}

/** A school of some size, its sessions in the past and its people spread over them. */
async function fill({ database }: Bookable): Promise<void> {
  const users = Array.from({ length: STUDENTS }, (_, at) => 1_000 + at);
  const teacherOf = (at: number) => 1_000 + (at % TEACHERS_FILLED);
  const startOf = (at: number) => addMinutes(FIRST, at * 60);
  await writing(database, async (trx) => {
    const rows = (
      table: (typeof LARGE)[number] | "teacher" | "booking_series",
      columns: string[],
      all: Cell[][],
    ) => insertRows(database, trx, table, columns, all);
    const yes = database.engine === "sqlite" ? 1 : true;
    await rows(
      "app_user",
      ["id", "username", "is_active", "date_joined"],
      users.map((id) => [id, `user${id}`, yes, TODAY]),
    );
    await rows(
      "teacher",
      ["id", "user_id", "is_approved"].filter((c) => database.layout.has("teacher", c)),
      users
        .slice(0, TEACHERS_FILLED)
        .map((id) => [id, id, yes].slice(0, database.layout.has("teacher", "is_approved") ? 3 : 2)),
    );
    await rows(
      "enrollment",
      ["user_id", "course_id", "status"],
      users.flatMap((id) => [1, 2, 3].map((course) => [id, course, "active"])),
    );
    const sessions = Array.from({ length: SESSIONS_FILLED }, (_, at) => at);
    await rows(
      "live_class_session",
      ["id", "course_id", "teacher_id", "title", "scheduled_start", "duration_minutes", "status", "capacity"],
      sessions.map((at) => [10_000 + at, 1, teacherOf(at), "Class", startOf(at), 60, "completed", 10]),
    );
    const { id: _id, ...columns } = Object.fromEntries(BOOKING_COLUMNS.map((name) => [name, null]));
    await rows(
      "live_class_booking",
      Object.keys(columns),
      sessions.flatMap((at) =>
        [0, 1, 2, 3].map((n) => {
          const row = seatRow("ana", {
            teacher_id: teacherOf(at),
            student_user_id: users[(at * 7 + n * 13) % STUDENTS]!,
            session_id: 10_000 + at,
            status: "attended",
            start_at_utc: startOf(at),
            end_at_utc: addMinutes(startOf(at), 60),
          });
          return Object.keys(columns).map((name) => row[name] as Cell);
        }),
      ),
    );
    await rows(
      "booking_series",
      Object.keys(seriesRow("ana")),
      Array.from({ length: SERIES }, () => Object.values(seriesRow("ana")) as Cell[]),
    );
    const booked = await trx.selectFrom("live_class_booking").select("id").orderBy("id").execute();
    const known = await trx.selectFrom("booking_series").select("id").orderBy("id").execute();
    await rows(
      "booking_series_item",
      ["series_id", "booking_id", "occurrence_index"],
      booked.map(({ id }, at) => [known[at % SERIES]!.id, id, Math.floor(at / SERIES) + 1]),
    );
    await rows(
      "session_waitlist",
      ["session_id", "student_user_id", "status", "created_at"],
      sessions.map((at) => [10_000 + at, users[at % STUDENTS]!, "expired", TODAY]),
    );
  });
  await sql`analyze`.execute(database.db);
}

/** The large tables that a statement reads from end to end. */
async function readWhole(school: Bookable, { sql: text, parameters }: Asked): Promise<string[]> {
  const { database } = school;
  const large = new Set(LARGE.map((table) => database.layout.name(table)));
  if (database.sqlite !== null) {
    const plan = database.sqlite.prepare(`explain query plan ${text}`).all(...parameters) as {
      detail: string;
    }[];
    const aliases = new Map(
      [...text.matchAll(/"(\w+)" as "(\w+)"/g)].map(([, table, alias]) => [alias!, table!]),
    );
    return plan
      .map(({ detail }) => /^SCAN "?(\w+)"?(?! .*USING)/.exec(detail)?.[1] ?? "")
      .filter((name) => large.has(aliases.get(name) ?? name));
  }
  const client = new pg.Client(school.place.address);
  await client.connect();
  try {
    const { rows } = await client.query(`explain (format json) ${text}`, [...parameters]);
    const found = JSON.stringify(rows).matchAll(/"Node Type": ?"Seq Scan"[^{}]*?"Relation Name": ?"(\w+)"/g);
    return [...found].map(([, name]) => name!).filter((name) => large.has(name));
  } finally {
    await client.end();
  }
}

async function explain(school: Bookable, text: string, parameters: readonly unknown[]): Promise<string> {
  const { sqlite } = school.database;
  if (sqlite !== null) return JSON.stringify(sqlite.prepare(`explain query plan ${text}`).all(...parameters));
  const client = new pg.Client(school.place.address);
  await client.connect();
  const { rows } = await client.query(`explain ${text}`, [...parameters]);
  await client.end();
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

const OPERATIONS: Record<string, (context: Context) => Promise<unknown>> = {
  "a seat": (c) => createBooking(c, seat("ana", "morning")),
  "a place in the queue": async (c) => {
    await putInto(c, "live_class_booking", {
      ...seatRow("ben"),
      session_id: SESSIONS.queued,
      seats_reserved: 2,
    });
    return createBooking(c, seat("ana", "queued"));
  },
  "a lesson": async (c) => {
    await putInto(
      c,
      "teacher_booking_policy",
      policyRow({ buffer_before_minutes: 10, max_bookings_per_day: 3 }),
    );
    return createBooking(c, lesson("ana", "once"));
  },
  "approving a seat": async (c) =>
    approveBooking(c, { id: await putInto(c, "live_class_booking", seatRow("ana", { status: "pending" })) }),
  "approving a lesson": async (c) => {
    const row = lessonRow("ana", "2027-02-03 16:00:00", "2027-02-03 17:00:00", { status: "pending" });
    return approveBooking(c, { id: await putInto(c, "live_class_booking", row) });
  },
  "cancelling a seat": async (c) => {
    const { booking } = await createBooking(c, seat("ana", "queued", { seats: 2 }));
    await createBooking(c, seat("ben", "queued"));
    return cancelBooking(c, { id: booking!.id });
  },
  "a seat that goes on": async (c) => {
    await putInto(c, "session_waitlist", waitRow("ana", { status: "offered" }));
    await putInto(c, "session_waitlist", waitRow("ben"));
    return settleQueue(c, SESSIONS.queued);
  },
  "a queue that ends": async (c) => {
    await putInto(c, "session_waitlist", waitRow("ben"));
    return settleQueue({ ...c, now: "2027-03-01 10:00:00" as Instant }, SESSIONS.queued);
  },
  "finding what is due": async (c) => {
    for (let n = 0; n < 6; n += 1) await listDueSessions(inside(c), c, n, 100);
  },
  "an offer that is accepted": async (c) =>
    acceptOffer(c, {
      id: await putInto(c, "session_waitlist", waitRow("ana", { status: "offered", offered_at: TODAY })),
    }),
  "cancelling a lesson": async (c) =>
    cancelBooking(c, { id: (await createBooking(c, lesson("ana", "once"))).booking!.id }),
  "a series": async (c) => {
    await createSeries(c, seriesFor("ana", { count: 2 }));
    return listSeries(inside(c), { ...ALL_SERIES, ids: [1] }, c.now);
  },
  "a series of seats": (c) =>
    createSeries(
      c,
      seriesFor("ana", {
        place: { course_id: COURSES.spanish, teacher_id: TEACHERS.tom, startsAt: null },
        from: "2027-02-01",
        count: 1,
      }),
    ),
  "completing series, and moving one of their lessons": async (c) => {
    const { id } = await createSeries(c, seriesFor("ana", { count: 2 }));
    await moveOccurrence(c, { series: id, occurrence_index: 1, to: { date: "2026-12-29" as never } });
    await cancelSeries(c, { id });
    return listOverdueSeries(c.trx, { after: 0, limit: 100, now: c.now });
  },
  "moving a seat": async (c) => {
    const { booking } = await createBooking(c, seat("ana", "morning"));
    return rescheduleBooking(c, { id: booking!.id, to: { session_id: SESSIONS.evening } });
  },
};

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable(engine, layout);
    await fill(school);
  });
  afterAll(() => school.remove());

  test.each(Object.keys(OPERATIONS))("%s", async (name) => {
    const asked: Asked[] = [];
    const acting = { now: TODAY, actor: ACTORS.shell, offerHours: 24, rehearse: true };
    await operate(school.database, acting, (context) => OPERATIONS[name]!(noting(context, asked)));
    expect(asked.length).toBeGreaterThan(4);
    const whole: string[] = [];
    for (const one of asked)
      for (const table of await readWhole(school, one)) whole.push(`${table}: ${one.sql}`);
    expect(whole).toEqual([]);
  });

  test.each([2, 40])("a queue of %d moves by the same few statements", async (length) => {
    const asked: Asked[] = [];
    const acting = { now: TODAY, actor: ACTORS.shell, offerHours: 24, rehearse: true };
    await operate(school.database, acting, async (context) => {
      const { database, trx } = context;
      await updateRow(database, trx, "live_class_session", SESSIONS.queued, { capacity: length });
      for (let n = 0; n < 2 * length; n += 1)
        await putInto(
          context,
          "session_waitlist",
          waitRow("ana", { student_user_id: 1_000 + n, status: n < length ? "offered" : "waiting" }),
        );
      const { expired, offered } = await settleQueue(noting(context, asked), SESSIONS.queued);
      expect([expired.length, offered.length]).toEqual([length, length]);
    });
    expect(asked.length).toBeLessThanOrEqual(12);
    expect(asked.filter(({ sql: text }) => /^\s*(update|insert)/i.test(text))).toHaveLength(6);
  });

  test("a statement that reads a large table from end to end is noticed", async () => {
    const table = quote(school.database.layout.name("live_class_booking"));
    const all = { sql: `select id from ${table} where teacher_note = 'x'`, parameters: [] };
    expect(await readWhole(school, all)).toEqual([school.database.layout.name("live_class_booking")]);
  });

  test("what is due is found among who waits, not among all who ever did", async () => {
    const asked: Asked[] = [];
    const acting = { now: TODAY, actor: ACTORS.shell, offerHours: 24, rehearse: true };
    await operate(school.database, acting, async (context) => {
      const noted = noting(context, asked);
      await listDueSessions(inside(noted), noted, 0, 100);
    });
    const plan = await explain(school, asked[0]!.sql, asked[0]!.parameters);
    expect(plan).toContain("classbook_waitlist_live");
  });

  test("a teacher's sessions are found by teacher and time", async () => {
    const asked: Asked[] = [];
    const acting = { now: TODAY, actor: ACTORS.shell, offerHours: 24, rehearse: true };
    await operate(school.database, acting, (context) =>
      createBooking(noting(context, asked), lesson("ana", "once")),
    );
    const sessions = school.database.layout.name("live_class_session");
    const { sql: text, parameters } = asked.find(
      (one) => one.sql.includes(`from "${sessions}"`) && one.sql.includes(`"teacher_id" =`),
    )!;
    const plan = await explain(school, text, parameters);
    // PostgreSQL may prefer the time alone: nothing of the past is read either way.
    expect(plan).toMatch(
      engine === "sqlite" ? /teacher_id=\? AND start_at_utc>\?/ : /Index Cond: [^"]*start_at_utc >/,
    );
  });
});
