/** Queues that the old app, or a hand, wrote to beside classbook: seats stay right, and everybody is told the truth. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Instant } from "../../src/domain/instant.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { getSession } from "../../src/operations/session-details.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import { acceptOffer, joinWaitlist, leaveWaitlist } from "../../src/operations/waitlist-entry.ts";
import { expireQueues, type Settled } from "../../src/operations/waitlist-expire.ts";
import { offerSeat, promoteStudent } from "../../src/operations/waitlist-promote.ts";
import { explainEntry } from "../../src/operations/waitlist-view.ts";
import {
  type Bookable,
  KINDS,
  makeBookable,
  OPERATOR,
  SESSIONS,
  STUDENTS,
  TODAY,
} from "../support/bookable.ts";
import { type Row, refusal, type StudentName, seat, seatRow, waitRow } from "../support/bookings.ts";
import { schoolDay } from "../support/school-day.ts";
import { violationsIn } from "../support/verified.ts";
import { act } from "../support/worlds.ts";

const { queued } = SESSIONS;
const OFFERED = { status: "offered", offered_at: "2026-11-20 08:00:00" };

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
  });
  afterEach(() => school.remove());

  const expire = async () => {
    const settled: Settled[] = [];
    const { expired, offered, failed } = await expireQueues(
      school.database,
      { now: TODAY, actor: OPERATOR, offerHours: 24, rehearse: false },
      { session: null, limit: null, stopping: () => false, onSession: (one) => settled.push(one) },
    );
    return {
      expired,
      offered,
      failed,
      reasons: settled.flatMap((one) => one.expired.map(({ reason }) => reason)),
    };
  };
  const byHand = (text: string) =>
    act(
      school.place,
      text.replace(/\{(\w+)\}/g, (_, table) => `"${school.database.layout.name(table)}"`),
    );
  const offer = (student: StudentName, more: Row = {}) =>
    school.put("session_waitlist", waitRow(student, { ...OFFERED, ...more }));
  /** A seat in the session with a queue. */
  const booked = (student: StudentName) =>
    school.put(
      "live_class_booking",
      seatRow(student, {
        session_id: queued,
        start_at_utc: "2027-02-02 10:00:00",
        end_at_utc: "2027-02-02 11:00:00",
      }),
    );
  const accept = (id: number) => school.run((c) => acceptOffer(c, { id }));
  const outlookOf = async (id: number) =>
    (await school.look((c) => explainEntry(c, id, "UTC"))).outlook.join(" ");
  const statusOf = async (id: number) =>
    (await day.all()).session_waitlist.find((row) => row.id === id)!.status;

  describe("a student who is offered a seat, and whom the app booked meanwhile", () => {
    let [ana, ben] = [0, 0];
    beforeEach(async () => {
      ana = await offer("ana");
      ben = await offer("ben", { offered_at: "2026-11-20 08:30:00" });
      await booked("ana");
    });

    test("has one seat, not two: the next one's offer can be taken", async () => {
      expect(await outlookOf(ana)).toMatch(/ana is booked already: the offer holds no seat/);
      expect(await outlookOf(ben)).toMatch(/A seat is held for ben/);
      expect(await school.look((c) => getSession(c, queued))).toMatchObject({ taken: 1, offers: 1, open: 0 });
      expect(await accept(ben)).toMatchObject({ outcome: "confirmed" });
    });

    test("loses the offer at the next run, with the reason", async () => {
      expect(await expire()).toEqual({
        expired: 1,
        offered: 0,
        failed: 0,
        reasons: ["the student is booked already"],
      });
      expect([await statusOf(ana), await statusOf(ben)]).toEqual(["expired", "offered"]);
      expect(await expire()).toMatchObject({ expired: 0 });
    });

    test("is not promoted: the next one is", async () => {
      const { entry } = await school.run((c) =>
        promoteStudent(c, { session_id: queued, student_user_id: null }),
      );
      expect(entry).toBe(ben);
    });

    test("frees no seat by leaving", async () => {
      await school.put("session_waitlist", waitRow("cleo"));
      await school.run((c) => leaveWaitlist(c, ana));
      expect(await day.queue("waiting")).toEqual(["cleo"]);
    });
  });

  test("more offers than seats: the first that was made takes the seat, the others are told that there is none", async () => {
    const late = await offer("ben", { offered_at: "2026-11-20 08:30:00" });
    const early = await offer("ana");
    await booked("cleo");
    await booked("dan");
    await byHand(`update {live_class_session} set capacity = 3, total_seats = 3 where id = ${queued}`);
    expect(await outlookOf(late)).toMatch(/more offers than seats: none is left for ben now/);
    expect(await outlookOf(early)).toMatch(/A seat is held for ana/);
    expect(await refusal(school, (c) => acceptOffer(c, { id: late }))).toBe("capacity");
    expect(await accept(early)).toMatchObject({ outcome: "confirmed" });
    expect(await refusal(school, (c) => acceptOffer(c, { id: late }))).toBe("capacity");
  });

  test("a session that the app closed because it was full opens again for its queue; one closed by hand does not", async () => {
    await byHand(`update {live_class_session} set status = 'booking_closed' where id = ${queued}`);
    expect(await expire()).toMatchObject({ offered: 0, failed: 0 });
    const dan = await school.put("session_waitlist", waitRow("dan"));
    expect(await outlookOf(dan)).toMatch(/A seat stands open for dan/);
    expect(await expire()).toMatchObject({ offered: 1 });
    expect(await day.session("queued")).toMatchObject({ status: "scheduled" });
    await school.run((c) => updateSession(c, { id: queued, status: "booking_closed" }));
    const eva = await school.put("session_waitlist", waitRow("eva"));
    expect(await outlookOf(eva)).toMatch(/is booking_closed: no seat is offered until it is scheduled/);
    expect(await violationsIn(school, ["open_seat_beside_queue"])).toEqual([]);
    expect(await expire()).toMatchObject({ offered: 0 });
  });

  test("an offer is taken while booking is closed to others, whoever closed it, and beside an open seat", async () => {
    const ana = await offer("ana");
    await school.run((c) => updateSession(c, { id: queued, status: "booking_closed" }));
    expect(await refusal(school, (c) => createBooking(c, seat("ben", "queued")))).toBe("session-open");
    expect(await outlookOf(ana)).toMatch(/A seat is held for ana/);
    expect(await accept(ana)).toMatchObject({ outcome: "confirmed" });
    expect(await day.session("queued")).toMatchObject({ status: "booking_closed" });
  });

  test("a seat of a session that the app closed is offered, and given, by hand, too", async () => {
    await byHand(`update {live_class_session} set status = 'booking_closed' where id = ${queued}`);
    const cleo = await school.put("session_waitlist", waitRow("cleo"));
    expect(await school.run((c) => offerSeat(c, { session_id: queued }))).toBe(cleo);
    await byHand(`update {live_class_session} set status = 'booking_closed' where id = ${queued}`);
    await school.put("session_waitlist", waitRow("dan"));
    expect(
      await school.run((c) => promoteStudent(c, { session_id: queued, student_user_id: STUDENTS.dan })),
    ).toMatchObject({ outcome: "confirmed" });
  });

  test("a session that is moved to an earlier time ends its offers then", async () => {
    await byHand(
      `update {live_class_session} set enable_waitlist = ${engine === "sqlite" ? "1" : "true"} where id = ${queued}`,
    );
    const ana = await offer("ana", { offer_expires_at: "2027-02-02 09:59:00" });
    await school.run((c) => updateSession(c, { id: queued, start_at_utc: "2027-02-01 08:00:00" as never }));
    const [entry] = (await day.all()).session_waitlist;
    expect(entry).toMatchObject({ id: ana, status: "offered", offer_expires_at: "2027-02-01 08:00:00" });
    expect((await day.told("session_waitlist", ana)).map(({ what }) => what)).toEqual(["shortened"]);
  });

  // PostgreSQL has one way to write an instant.
  if (engine === "sqlite")
    test("times that a hand spelt with T and Z end offers and queues to the minute", async () => {
      await offer("ana", { offer_expires_at: "2026-11-20T08:59:00Z" });
      await offer("ben", { offered_at: "2026-11-19T08:59:00Z" });
      await school.put("session_waitlist", waitRow("cleo"));
      expect(await school.look((c) => getSession(c, queued))).toMatchObject({ offers: 0, open: 2 });
      expect(await expire()).toMatchObject({ expired: 2, offered: 1 });
      await byHand(
        `update {live_class_session} set start_at_utc = '2026-11-20T08:30:00Z' where id = ${queued}`,
      );
      expect(await expire()).toMatchObject({ expired: 1, reasons: ["the session began"] });
    });

  test("a status that is none of the words is told, and nothing is done with it", async () => {
    const id = await school.put("session_waitlist", waitRow("ana", { status: "WAITING" }));
    expect(await outlookOf(id)).toMatch(/"WAITING" is none of waiting, offered, accepted, expired/);
    expect(await refusal(school, (c) => acceptOffer(c, { id }))).toBe("status");
    expect(await expire()).toMatchObject({ expired: 0, offered: 0 });
  });

  test("who joins again stands behind everybody, also at the same instant and behind a clock that ran ahead", async () => {
    await booked("gus");
    await booked("finn");
    const join = (student: StudentName) =>
      school.run((c) => joinWaitlist(c, { session_id: queued, student_user_id: STUDENTS[student] }));
    const again = await school.put("session_waitlist", waitRow("ana", { status: "expired" }));
    await school.put("session_waitlist", waitRow("ben", { created_at: TODAY }));
    expect(await join("ana")).toEqual({ id: again, position: 2 });
    expect(await day.queue("waiting")).toEqual(["ben", "ana"]);
    await byHand(`update {session_waitlist} set created_at = '2026-11-20 09:05:00' where id = ${again}`);
    expect(await join("cleo")).toMatchObject({ position: 3 });
    expect(await join("dan")).toMatchObject({ position: 4 });
    expect(await day.queue("waiting")).toEqual(["ben", "ana", "cleo", "dan"]);
    const joined = (await day.all()).booking_event.filter(({ what }) => what === "joined");
    expect(joined.map(({ to_value }) => JSON.parse(String(to_value)).position)).toEqual([2, 3, 4]);
  });

  // A timestamp of PostgreSQL is one.
  if (engine === "sqlite")
    test("an offer whose end is no time runs out like one without", async () => {
      const id = await offer("ana", { offer_expires_at: "soon" });
      const dead = await offer("ben", { offered_at: "2026-11-19 09:00:00", offer_expires_at: "never" });
      expect(await expire()).toMatchObject({ expired: 1, reasons: ["the offer ran out"] });
      expect([await statusOf(id), await statusOf(dead)]).toEqual(["offered", "expired"]);
      expect(await outlookOf(id)).toMatch(/until Sat 21 Nov 2026 08:00 UTC/);
      expect(await school.look((c) => getSession(c, queued))).toMatchObject({ offers: 1 });
      const late = { now: "2026-11-21 08:00:00" as Instant };
      expect(await refusal(school, (c) => acceptOffer(c, { id }), late)).toBe("offer-expired");
    });

  test("an offer that nobody can tell the time of ends, and the record says why", async () => {
    const id = await offer("ana", { offered_at: engine === "sqlite" ? "garbage" : null });
    const reason = "nobody can tell when the offer was made";
    expect(await expire()).toMatchObject({ expired: 1, reasons: [reason] });
    expect(await statusOf(id)).toBe("expired");
    const events = (await day.all()).booking_event.filter(({ what }) => what === "expired");
    expect(events.map((event) => event.reason)).toEqual([reason]);
  });

  // The foreign keys of PostgreSQL rule it out.
  if (engine === "sqlite")
    test("entries of a session that is gone: an offer is refused in a sentence, and the next run ends them", async () => {
      const id = await offer("ana");
      await school.put("session_waitlist", waitRow("ben"));
      await byHand(`delete from {live_class_session} where id = ${queued}`);
      await expect(accept(id)).rejects.toMatchObject({ kind: "not_found", code: "no_such_session" });
      expect(await expire()).toMatchObject({
        expired: 2,
        failed: 0,
        reasons: ["the session is gone", "the session is gone"],
      });
      expect(await expire()).toMatchObject({ expired: 0 });
    });

  test("open seats beside a queue that nobody can join: told as they are", async () => {
    await school.put("session_waitlist", waitRow("ana"), waitRow("cleo"));
    await byHand(
      `update {live_class_session} set enable_waitlist = ${engine === "sqlite" ? "0" : "false"} where id = ${queued}`,
    );
    const asked = { session_id: queued, student_user_id: STUDENTS.ben };
    await expect(school.run((c) => joinWaitlist(c, asked))).rejects.toMatchObject({
      code: "no-waitlist",
      message: `the open seats of session ${queued} belong to who waits (2 open = 2 seats − 0 taken), and nobody can join them: its waitlist is off`,
    });
  });
});
