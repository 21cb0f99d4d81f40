/** `tick`, all upkeep of cron in one run: queues, sessions that are over, series. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "../../src/domain/actor.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { tick } from "../../src/operations/tick.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, SESSIONS } from "../support/bookable.ts";
import { contents, lesson, seat, seatRow, waitRow } from "../support/bookings.ts";
import { putSeries, seriesRow } from "../support/series.ts";

/** Class 1 and 2 are over, class 3 begins the next morning. */
const EVENING = "2027-02-01 18:00:00";

const NOTHING = {
  expired: 0,
  offered: 0,
  skipped: 0,
  sessions_completed: 0,
  unmarked: 0,
  requests_declined: 0,
  series_completed: 0,
  failed: 0,
  failures: [],
  finished: true,
};

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const run = (now: string, options: { limit?: number; rehearse?: boolean; actor?: Actor } = {}) =>
    tick(
      school.database,
      {
        now: now as Instant,
        actor: options.actor ?? ACTORS.shell,
        offerHours: 24,
        rehearse: options.rehearse ?? false,
      },
      { limit: options.limit ?? null, stopping: () => false, onStep: () => {} },
    );
  const setStatus = (id: number, status: string) =>
    school.database.db.updateTable("live_class_session").set({ status }).where("id", "=", id).execute();
  const statuses = async () =>
    Object.fromEntries(
      (await contents(school.database.db)).live_class_session.map(({ id, status }) => [id, status]),
    );

  test("a session whose end nobody wrote, or nobody can read, is over when its duration says so", async () => {
    if (layout === "django") return; // The app's columns and triggers leave none of them empty.
    const { db } = school.database;
    const end = (id: number, end_at_utc: string | null) =>
      db.updateTable("live_class_session").set({ end_at_utc }).where("id", "=", id).execute();
    await end(SESSIONS.morning, null);
    if (engine === "sqlite") await end(SESSIONS.small, "garbage");
    expect((await statuses())[SESSIONS.morning]).toBe("scheduled");
    expect(await run("2027-02-01 10:30:00")).toMatchObject({ sessions_completed: 0, failed: 0 });
    await run(EVENING);
    expect(await statuses()).toMatchObject({
      [SESSIONS.morning]: "completed",
      [SESSIONS.small]: "completed",
    });
  });

  test("queues move, sessions that are over are completed, and with them the series; once", async () => {
    await school.put(
      "live_class_booking",
      seatRow("gus", {
        session_id: SESSIONS.morning,
        start_at_utc: "2027-02-01 10:00:00",
        end_at_utc: "2027-02-01 11:00:00",
      }),
    );
    await school.put(
      "live_class_booking",
      seatRow("finn", {
        session_id: SESSIONS.morning,
        start_at_utc: "2027-02-01 10:00:00",
        end_at_utc: "2027-02-01 11:00:00",
        status: "pending",
      }),
    );
    await school.put(
      "session_waitlist",
      waitRow("ana", {
        status: "offered",
        offered_at: "2027-01-30 10:00:00",
        offer_expires_at: "2027-01-31 10:00:00",
      }),
    );
    await school.put("session_waitlist", waitRow("ben"));
    const series = await putSeries(school, "cleo", [{ start: "2027-01-26 16:00:00", status: "confirmed" }]);
    const foreseen = await run(EVENING, { rehearse: true });
    expect((await statuses())[SESSIONS.morning]).toBe("scheduled");
    const done = await run(EVENING);
    expect(done).toEqual({
      ...NOTHING,
      expired: 1,
      offered: 1,
      sessions_completed: 3,
      unmarked: 1,
      requests_declined: 1,
      series_completed: 1,
    });
    expect(foreseen).toEqual(done);
    expect(await statuses()).toEqual({
      [SESSIONS.morning]: "completed",
      [SESSIONS.small]: "completed",
      [SESSIONS.queued]: "scheduled",
      [SESSIONS.evening]: "completed",
    });
    const after = await contents(school.database.db);
    expect(after.booking_series.find(({ id }) => id === series)!.status).toBe("completed");
    expect(after.live_class_booking.map(({ student_user_id, status }) => [student_user_id, status])).toEqual(
      expect.arrayContaining([
        [17, "confirmed"],
        [16, "declined"],
      ]),
    );
    expect(await run(EVENING)).toEqual(NOTHING);
  });

  test("a session is over from its very end on; a draft, and one that was cancelled, is left", async () => {
    expect((await run("2027-02-01 10:59:59")).sessions_completed).toBe(0);
    await setStatus(2, "draft");
    await setStatus(4, "cancelled");
    await setStatus(1, "booking_closed");
    expect((await run("2027-02-01 11:00:00")).sessions_completed).toBe(1);
    expect(await statuses()).toMatchObject({ 1: "completed", 2: "draft", 3: "scheduled", 4: "cancelled" });
    expect((await run(EVENING)).sessions_completed).toBe(0);
  });

  test("at most so many of each, and the next run goes on", async () => {
    expect(await run(EVENING, { limit: 2 })).toMatchObject({ sessions_completed: 2, finished: false });
    expect(await run(EVENING, { limit: 2 })).toMatchObject({ sessions_completed: 1, finished: true });
  });

  test("28: what fails is named by its kind, and the rest is done", async () => {
    const broken = await school.put("booking_series", seriesRow("ana"));
    await school.put("session_waitlist", waitRow("ben"));
    expect(await run("2027-02-03 18:00:00")).toMatchObject({
      expired: 1,
      sessions_completed: 4,
      failed: 1,
      failures: [{ what: "series", id: broken, code: "broken_series" }],
    });
  });

  test("only for staff", async () => {
    for (const actor of [ACTORS.tom, ACTORS.ana])
      await expect(run(EVENING, { actor })).rejects.toMatchObject({ kind: "refused", code: "permission" });
    expect((await statuses())[SESSIONS.morning]).toBe("scheduled");
    expect((await run(EVENING, { actor: ACTORS.paula })).sessions_completed).toBe(3);
  });

  test("seats that bookings and cancellations leave agree with it: nothing is left to do at once after", async () => {
    const booked = await school.run((c) => createBooking(c, seat("ana", "queued")));
    await school.run((c) => createBooking(c, seat("ben", "queued")));
    await school.run((c) => createBooking(c, seat("cleo", "queued")));
    await school.run((c) => createBooking(c, lesson("dan", "once")));
    await school.run((c) => cancelBooking(c, { id: booked.booking!.id }));
    expect(await run("2026-11-20 09:00:00")).toEqual(NOTHING);
  });
});
