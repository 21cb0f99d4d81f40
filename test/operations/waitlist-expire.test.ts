/** `waitlist expire` (SPEC 4; SCENARIOS 2, 5, 6, 8, 10, 28): what it ends, whom it offers a seat, and when it is refused. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { releaseLease, takeLease } from "../../src/db/lease.ts";
import type { Actor } from "../../src/domain/actor.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import { expireQueues, type Settled } from "../../src/operations/waitlist-expire.ts";
import {
  ACTORS,
  type Bookable,
  KINDS,
  makeBookable,
  OPERATOR,
  SESSIONS,
  STUDENTS,
  TODAY,
} from "../support/bookable.ts";
import { seat, seatRow, waitRow } from "../support/bookings.ts";
import { forbid } from "../support/queues.ts";
import { schoolDay } from "../support/school-day.ts";
import { act } from "../support/worlds.ts";

const { small, queued } = SESSIONS;
/** Ran out at TODAY to the microsecond. */
const OVERDUE = { status: "offered", offered_at: "2026-11-19 09:00:00", offer_expires_at: TODAY };

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
  });
  afterEach(() => school.remove());

  interface Asked {
    now?: string;
    actor?: Actor;
    rehearse?: boolean;
    session?: number;
    limit?: number;
    offerHours?: number;
  }
  const expire = async (asked: Asked = {}) => {
    const { now = TODAY, actor = OPERATOR, rehearse = false, session = null, limit = null } = asked;
    const settled: Settled[] = [];
    const { expired, offered, sessions, skipped, failed, failures, finished } = await expireQueues(
      school.database,
      { now: now as Instant, actor, offerHours: asked.offerHours ?? 24, rehearse },
      { session, limit, stopping: () => false, onSession: (one) => settled.push(one) },
    );
    return { expired, offered, sessions, skipped, failed, failures, finished, settled };
  };
  const byHand = (text: string) =>
    act(
      school.place,
      text.replace(/\{(\w+)\}/g, (_, table) => `"${school.database.layout.name(table)}"`),
    );
  const NOTHING = { expired: 0, offered: 0, sessions: 0, skipped: 0, failed: 0, finished: true };

  test("nothing to do is success, and changes nothing", async () => {
    await day.book(seat("ana", "queued"));
    const before = await day.all();
    expect(await expire()).toMatchObject({ ...NOTHING, settled: [] });
    expect(await day.all()).toEqual(before);
  });

  test("5, 6: an offer that ends now goes to the next; a microsecond earlier it stands", async () => {
    for (const student of ["ana", "ben"] as const)
      await school.put("live_class_booking", queuedSeat(student));
    await byHand(`update {live_class_session} set capacity = 3 where id = ${queued}`);
    const cleo = await school.put("session_waitlist", waitRow("cleo", OVERDUE));
    const dan = await school.put("session_waitlist", waitRow("dan"));
    expect(await expire({ now: "2026-11-20 08:59:59.999999" })).toMatchObject(NOTHING);
    expect(await expire()).toMatchObject({ ...NOTHING, expired: 1, offered: 1, sessions: 1 });
    expect(await day.queue("expired")).toEqual(["cleo"]);
    expect(await day.queue("offered")).toEqual(["dan"]);
    const { session_waitlist: entries, notification_outbox: outbox } = await day.all();
    expect(entries.find(({ id }) => id === dan)).toMatchObject({
      offer_expires_at: expect.stringMatching(/^2026-11-21 09:00:00/),
    });
    expect((await day.told("session_waitlist", cleo)).map(({ what, reason }) => [what, reason])).toEqual([
      ["expired", "the offer ran out"],
    ]);
    expect(outbox.map(({ kind, user_id }) => [kind, user_id])).toEqual([
      ["waitlist_expired", STUDENTS.cleo],
      ["waitlist_offered", STUDENTS.dan],
    ]);
    expect(await expire()).toMatchObject(NOTHING);
  });

  test("an offer that the app made without an end runs out when offers do", async () => {
    await school.put(
      "session_waitlist",
      waitRow("cleo", { status: "offered", offered_at: "2026-11-19 09:00:00" }),
    );
    expect(await expire({ offerHours: 24.5 })).toMatchObject(NOTHING);
    expect(await expire({ now: "2026-11-20 08:59:59.999999" })).toMatchObject(NOTHING);
    expect(await expire()).toMatchObject({ expired: 1, sessions: 1 });
  });

  test("an offer without any time holds nothing, and ends", async () => {
    await school.put("session_waitlist", waitRow("cleo", { status: "offered" }));
    expect(await expire()).toMatchObject({ expired: 1, sessions: 1 });
  });

  test("10: queues of sessions that began, were cancelled or are over end; who is told and why is kept", async () => {
    await byHand(`update {live_class_session} set status = 'cancelled' where id = ${small}`);
    const cancelled = await school.put("session_waitlist", waitRow("ana", { session_id: small }));
    await school.put("session_waitlist", waitRow("ben"), waitRow("cleo", OVERDUE));
    expect(await expire({ now: "2027-02-02 09:59:59.999999", session: small })).toMatchObject({ expired: 1 });
    expect(await day.told("session_waitlist", cancelled)).toMatchObject([
      { what: "expired", reason: "the session was cancelled" },
    ]);
    expect(await expire({ now: "2027-02-02 10:00:00" })).toMatchObject({
      expired: 2,
      offered: 0,
      sessions: 1,
    });
    expect(await day.queue("expired")).toEqual(["ana", "ben", "cleo"]);
  });

  test("a seat that stands open beside a queue is offered, in order, also where a hand freed it", async () => {
    await school.put("session_waitlist", waitRow("dan", { created_at: "2026-11-02 09:00:00" }));
    await school.put("session_waitlist", waitRow("cleo", { created_at: "2026-11-01 09:00:00" }));
    await school.put("session_waitlist", waitRow("eva", { created_at: "2026-11-03 09:00:00" }));
    expect(await expire()).toMatchObject({ offered: 2, expired: 0, sessions: 1 });
    expect(await day.queue("offered")).toEqual(["cleo", "dan"]);
    expect(await day.queue("waiting")).toEqual(["eva"]);
  });

  test("a session that was closed by hand, or is a draft, ends its offers and makes none", async () => {
    for (const status of ["booking_closed", "draft"]) {
      await byHand(`delete from {session_waitlist}`);
      if (status === "draft")
        await byHand(`update {live_class_session} set status = 'draft' where id = ${queued}`);
      else await school.run((c) => updateSession(c, { id: queued, status: "booking_closed" }));
      await school.put("session_waitlist", waitRow("cleo", OVERDUE), waitRow("dan"));
      expect(await expire()).toMatchObject({ expired: 1, offered: 0 });
      expect(await day.queue("waiting")).toEqual(["dan"]);
    }
  });

  test("a session that closed itself because offers held its last seats opens again when they run out", async () => {
    await byHand(
      `update {live_class_session} set status = 'booking_closed', capacity = 1 where id = ${small}`,
    );
    await school.put("session_waitlist", waitRow("cleo", { ...OVERDUE, session_id: small }));
    expect(await expire()).toMatchObject({ expired: 1 });
    expect(await day.session("small")).toMatchObject({ status: "scheduled" });
  });

  test("a session without any time makes no offers, and keeps who waits", async () => {
    if (layout === "django") return; // The app's sessions have one.
    const id = await school.put("live_class_session", untimed());
    await byHand(
      `update {live_class_session} set scheduled_start = null, start_at_utc = null, end_at_utc = null where id = ${id}`,
    );
    await school.put("session_waitlist", waitRow("cleo", { session_id: id }));
    expect(await expire()).toMatchObject(NOTHING);
    expect(await day.queue("waiting")).toEqual(["cleo"]);
    await school.put("session_waitlist", waitRow("dan", { ...OVERDUE, session_id: id }));
    expect(await expire()).toMatchObject({ expired: 1, offered: 0 });
  });

  test("8: who cannot be offered a seat is named; it is recorded only where somebody behind got one", async () => {
    const cleo = await school.put("session_waitlist", waitRow("cleo"));
    await school.put("live_class_booking", queuedSeat("ana", { student_user_id: STUDENTS.cleo }));
    const skipped = {
      ...NOTHING,
      skipped: 1,
      settled: [{ skipped: [{ entry: { id: cleo }, reason: "already booked" }] }],
    };
    for (let run = 0; run < 3; run += 1) expect(await expire()).toMatchObject(skipped);
    expect(await day.told("session_waitlist", cleo)).toEqual([]);
    await school.put("session_waitlist", waitRow("dan", { created_at: "2026-11-20 09:00:01" }));
    expect(await expire()).toMatchObject({ offered: 1, skipped: 1 });
    expect((await day.told("session_waitlist", cleo)).map(({ what }) => what)).toEqual(["passed_over"]);
    expect(await expire()).toMatchObject(NOTHING);
    expect(await day.told("session_waitlist", cleo)).toHaveLength(1);
  });

  test("who has no account is skipped", async () => {
    if (engine === "postgres") return; // Its foreign keys let nobody write that.
    const nobody = await school.put("session_waitlist", waitRow("cleo"));
    await byHand(`update {session_waitlist} set student_user_id = 999 where id = ${nobody}`);
    await school.put("session_waitlist", waitRow("dan", { created_at: "2026-11-20 09:00:01" }));
    expect(await expire()).toMatchObject({
      offered: 1,
      settled: [{ skipped: [{ reason: "no account" }] }],
    });
  });

  test("a rehearsal says what would happen, and leaves nothing behind, not even a lease", async () => {
    await school.put("session_waitlist", waitRow("cleo", OVERDUE), waitRow("dan"));
    const before = await day.all();
    const lease = await takeLease(school.database, "waitlist");
    const { settled: told, ...foreseen } = await expire({ rehearse: true });
    await releaseLease(school.database, lease);
    expect(foreseen).toMatchObject({ expired: 1, offered: 1, sessions: 1 });
    expect(told[0]).toMatchObject({
      session_id: queued,
      expired: [{ reason: "the offer ran out" }],
      offered: [{ student_user_id: STUDENTS.dan }],
    });
    expect(await day.all()).toEqual(before);
    expect(await expire()).toMatchObject(foreseen);
  });

  test("a limit counts sessions that change, so that one that stays as it is holds nobody up", async () => {
    await school.put("session_waitlist", waitRow("cleo", { session_id: small }));
    await school.put("live_class_booking", queuedSeat("cleo", { session_id: small }));
    await byHand(`update {live_class_session} set capacity = 2 where id = ${small}`);
    const sessions = [queued, await school.put("live_class_session", untimed())];
    for (const session_id of sessions)
      await school.put("session_waitlist", waitRow("dan", { ...OVERDUE, session_id }));
    expect(await expire({ limit: 1 })).toMatchObject({ expired: 1, sessions: 1, finished: false });
    expect(await expire({ limit: 1 })).toMatchObject({ expired: 1, sessions: 1, finished: true });
    expect(await expire({ limit: 1 })).toMatchObject({ ...NOTHING, skipped: 1 });
  });

  test("28: a session that fails is named, and the others are done", async () => {
    const other = await school.put("live_class_session", untimed());
    for (const session_id of [queued, other])
      await school.put("session_waitlist", waitRow("cleo", { ...OVERDUE, session_id }));
    await forbid(school, queued);
    const ran = await expire();
    expect(ran).toMatchObject({ expired: 1, sessions: 1, failed: 1, finished: true });
    expect(ran.failures).toMatchObject([
      { session_id: queued, message: expect.stringContaining("not this one") },
    ]);
    const { session_waitlist: entries, booking_event: events } = await day.all();
    expect(entries.map(({ session_id, status }) => [session_id, status])).toEqual([
      [queued, "offered"],
      [other, "expired"],
    ]);
    expect(events).toHaveLength(1);
  });

  test("a run at work is waited for, and named where it does not end", async () => {
    await school.put("session_waitlist", waitRow("cleo", OVERDUE));
    const lease = await takeLease(school.database, "waitlist");
    setTimeout(() => void releaseLease(school.database, lease), 300);
    expect(await expire()).toMatchObject({ expired: 1 });
  });

  test("staff expire everything, a teacher the queue of an own session, a student nothing", async () => {
    await school.put("session_waitlist", waitRow("cleo", OVERDUE));
    for (const [actor, session] of [
      [ACTORS.tom, undefined],
      [ACTORS.tina, queued],
      [ACTORS.cleo, queued],
    ] as const)
      await expect(expire({ actor, ...(session === undefined ? {} : { session }) })).rejects.toMatchObject({
        code: "permission",
      });
    expect(await expire({ actor: ACTORS.tom, session: queued })).toMatchObject({ expired: 1 });
    expect(await expire({ actor: ACTORS.paula })).toMatchObject(NOTHING);
    await expect(expire({ session: 999 })).rejects.toMatchObject({ code: "no_such_session" });
  });
});

/** A seat in the session with the queue. */
function queuedSeat(student: keyof typeof STUDENTS, more: Record<string, unknown> = {}) {
  return seatRow(student, {
    session_id: queued,
    start_at_utc: "2027-02-02 10:00:00",
    end_at_utc: "2027-02-02 11:00:00",
    ...more,
  });
}

/** One more session like the one with the queue. */
function untimed() {
  return {
    course_id: 1,
    teacher_id: 1,
    title: "Class",
    description: "",
    scheduled_start: "2027-02-05 10:00:00",
    duration_minutes: 60,
    status: "scheduled",
    timezone_snapshot: "UTC",
    meeting_provider: "zoom",
    total_seats: 2,
    capacity: 2,
    seats_taken: 0,
    enable_waitlist: true,
    created_at: TODAY,
    updated_at: TODAY,
  };
}
