/** SCENARIOS.md 4–10 and 18: queues, by number. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createBooking } from "../../src/operations/booking.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, SESSIONS, TODAY } from "../support/bookable.ts";
import { refusal, seat, waitRow } from "../support/bookings.ts";
import { schoolDay } from "../support/school-day.ts";
import { act } from "../support/worlds.ts";

const TOMORROW = "2026-11-21 09:00:00";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
  });
  afterEach(() => school.remove());

  /** Writes as the app or a hand would; tables by logical name in braces. */
  const byHand = (...statements: string[]) =>
    act(
      school.place,
      ...statements.map((text) =>
        text.replace(/\{(\w+)\}/g, (_, table) => `"${school.database.layout.name(table)}"`),
      ),
    );
  /** Ana and ben have the two seats, the others wait. @returns ana's booking */
  const full = async (...waiting: Parameters<typeof seat>[0][]) => {
    const { booking } = await day.book(seat("ana", "queued"));
    await day.book(seat("ben", "queued"));
    for (const student of waiting)
      expect(await day.book(seat(student, "queued"))).toMatchObject({ outcome: "waitlisted" });
    return booking!.id;
  };

  test("4: a seat frees behind the tool's back, a newcomer queues: the seat is the queue's", async () => {
    const ana = await full("cleo");
    await byHand(`update {live_class_booking} set status = 'cancelled' where id = ${ana}`);
    expect(await day.book(seat("dan", "queued"))).toMatchObject({
      outcome: "waitlisted",
      waitlist: { position: 2 },
    });
    expect(await refusal(school, (c) => createBooking(c, seat("eva", "queued", { seats: 2 })))).toBe(
      "capacity",
    );
    expect(await day.book(seat("cleo", "queued"))).toMatchObject({ outcome: "confirmed" });
    expect(await day.queue("accepted")).toEqual(["cleo"]);
  });

  test("5: an offer is overdue and cron is dead: the seat counts as free, the late accept does not come first", async () => {
    const ana = await full("cleo", "dan");
    await day.cancel(ana);
    expect(await day.queue("offered")).toEqual(["cleo"]);
    const late = { now: TOMORROW };
    expect(await day.book(seat("cleo", "queued"), late)).toMatchObject({
      outcome: "waitlisted",
      booking: null,
      waitlist: { position: 1 },
    });
    // The seat of the offer that ran out does not stand open beside the queue.
    expect(await day.queue("offered")).toEqual(["dan"]);
    expect(await day.queue("waiting")).toEqual(["cleo"]);
    expect(await day.book(seat("dan", "queued"), late)).toMatchObject({ outcome: "confirmed" });
    expect(await day.session("queued")).toMatchObject({ seats_taken: 2 });
  });

  test("5: nobody else waits: the seat of the overdue offer is anybody's", async () => {
    const ana = await full("cleo");
    await day.cancel(ana);
    const [before, late] = [{ now: "2026-11-21 08:59:59.999999" }, { now: TOMORROW }];
    expect(await day.book(seat("dan", "queued"), before)).toMatchObject({ outcome: "waitlisted" });
    expect(await day.book(seat("dan", "queued"), late)).toMatchObject({ outcome: "confirmed" });
  });

  test("6: an offer whose end is now has expired, a microsecond before it holds", async () => {
    const ana = await full("cleo", "dan");
    await day.cancel(ana);
    const booked = (now: string) => day.book(seat("cleo", "queued"), { now });
    expect(await day.queue("offered")).toEqual(["cleo"]);
    await expect(booked(TOMORROW)).resolves.toMatchObject({ outcome: "waitlisted" });
    // Dan has the turn now, and takes the seat; the next one that frees is cleo's.
    expect(await day.book(seat("dan", "queued"), { now: TOMORROW })).toMatchObject({ outcome: "confirmed" });
    const ben = (await day.all()).live_class_booking.find(({ student_user_id: id }) => id === 12)!
      .id as number;
    await day.cancel(ben, { now: TOMORROW });
    await expect(booked("2026-11-22 08:59:59.999999")).resolves.toMatchObject({ outcome: "confirmed" });
  });

  test("7: the booking of an accepted offer is cancelled: the seat is the next student's", async () => {
    const ana = await full("cleo", "dan");
    await day.cancel(ana);
    const { booking } = await day.book(seat("cleo", "queued"));
    await day.cancel(booking!.id, { actor: ACTORS.cleo });
    expect(await day.queue("offered")).toEqual(["dan"]);
    expect(await day.queue("accepted")).toEqual(["cleo"]);
    expect(await day.book(seat("cleo", "queued"))).toMatchObject({ outcome: "waitlisted" });
  });

  test("8: who cannot be offered a seat is passed over with a reason, and keeps the place", async () => {
    const ana = await full("cleo", "dan", "eva");
    await byHand(`update {app_user} set is_active = ${engine === "sqlite" ? 0 : "false"} where id = 13`);
    await day.cancel(ana);
    expect(await day.queue("offered")).toEqual(["dan"]);
    expect(await day.queue("waiting")).toEqual(["cleo", "eva"]);
    const cleo = (await day.all()).session_waitlist.find(({ student_user_id: id }) => id === 13)!;
    expect((await day.told("session_waitlist", cleo.id as number)).at(-1)).toMatchObject({
      what: "passed_over",
      reason: "inactive account",
    });
    const eva = (await day.all()).session_waitlist.find(({ student_user_id: id }) => id === 15)!;
    expect((await day.told("session_waitlist", eva.id as number)).map(({ what }) => what)).toEqual([
      "joined",
    ]);
  });

  test("8: who was booked meanwhile is passed over, too", async () => {
    const ana = await full("cleo", "dan");
    await byHand(
      `update {live_class_booking} set student_user_id = 13 where student_user_id = 12 and session_id = ${SESSIONS.queued}`,
    );
    await day.cancel(ana);
    expect(await day.queue("offered")).toEqual(["dan"]);
    expect(await day.queue("waiting")).toEqual(["cleo"]);
  });

  test("8: an entry of nobody, which only SQLite lets be written, holds no seat back", async () => {
    if (engine === "postgres") return;
    const ana = await full("cleo");
    const cleo = (await day.all()).session_waitlist[0]!.id;
    await byHand(`update {session_waitlist} set student_user_id = 999 where id = ${cleo}`);
    expect(await day.book(seat("dan", "queued"))).toMatchObject({ outcome: "waitlisted" });
    await day.cancel(ana);
    expect(await day.queue("offered")).toEqual(["dan"]);
  });

  test("9: at the same instant the lower id comes first, and editing an entry keeps its place", async () => {
    const ana = await full();
    const first = await school.put("session_waitlist", waitRow("dan", { created_at: TODAY }));
    await school.put("session_waitlist", waitRow("cleo", { created_at: TODAY }));
    await byHand(`update {session_waitlist} set expired_at = null where id = ${first}`);
    await day.cancel(ana);
    expect(await day.queue("offered")).toEqual(["dan"]);
  });

  test("9: a microsecond earlier comes first, whatever the id", async () => {
    const ana = await full();
    await school.put("session_waitlist", waitRow("dan", { created_at: "2026-11-20 08:00:00.000002" }));
    await school.put("session_waitlist", waitRow("cleo", { created_at: "2026-11-20 08:00:00.000001" }));
    await day.cancel(ana);
    expect(await day.queue("offered")).toEqual(["cleo"]);
  });

  test("10: a session that began or was cancelled makes no offers", async () => {
    const ana = await full("cleo");
    await day.cancel(ana, { now: "2027-02-02 10:00:00" });
    expect(await day.queue("offered")).toEqual([]);
    await byHand(`update {live_class_session} set status = 'cancelled' where id = ${SESSIONS.queued}`);
    const ben = (await day.all()).live_class_booking.find(({ student_user_id: id }) => id === 12)!
      .id as number;
    await day.cancel(ben);
    expect(await day.queue("offered")).toEqual([]);
    expect(await refusal(school, (c) => createBooking(c, seat("dan", "queued")))).toBe("session-open");
  });

  test("10: an offer ends when the session begins", async () => {
    const ana = await full("cleo");
    await day.cancel(ana, { now: "2027-02-02 09:00:00" });
    expect((await day.all()).session_waitlist).toMatchObject([
      { status: "offered", offer_expires_at: expect.stringMatching(/^2027-02-02 10:00:00/) },
    ]);
  });

  test("18: who expired joins again at the end of the queue", async () => {
    await full();
    await school.put(
      "session_waitlist",
      waitRow("cleo", { status: "expired", created_at: "2026-11-01 09:00:00" }),
    );
    await school.put("session_waitlist", waitRow("dan", { created_at: "2026-11-02 09:00:00" }));
    expect(await day.book(seat("cleo", "queued"))).toMatchObject({
      outcome: "waitlisted",
      waitlist: { position: 2 },
    });
    expect(await day.queue("waiting")).toEqual(["dan", "cleo"]);
    expect(await refusal(school, (c) => createBooking(c, seat("cleo", "queued")))).toBe("capacity");
    expect((await day.all()).session_waitlist).toHaveLength(2);
  });
});
