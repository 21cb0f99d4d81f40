/** What an operation asks is found by an index, however large the school is. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quote } from "../../src/db/ddl.ts";
import { updateRow } from "../../src/db/rows.ts";
import { ALL_SERIES, listOverdueSeries, listSeries } from "../../src/db/series-list.ts";
import { listPastSessions } from "../../src/db/session-past.ts";
import type { Trx } from "../../src/db/transaction.ts";
import { listDueSessions } from "../../src/db/waitlist-due.ts";
import type { Instant } from "../../src/domain/instant.ts";
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
import { fill, LARGE } from "../support/large-school.ts";
import { seriesFor } from "../support/series.ts";

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
    for (let n = 0; n < 3; n += 1) {
      await listDueSessions(inside(c), c, n, 100);
      await listPastSessions(inside(c), c.now, n, 100);
    }
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
