/** Joining, leaving and accepting (SPEC 4; SCENARIOS 5, 6, 7, 18): what comes of it, who may, and to the microsecond until when. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RuleCode } from "../../src/domain/rules.ts";
import { acceptOffer, joinWaitlist, leaveWaitlist } from "../../src/operations/waitlist-entry.ts";
import {
  ACTORS,
  type Bookable,
  KINDS,
  makeBookable,
  SESSIONS,
  STUDENTS,
  TEACHERS,
  TODAY,
} from "../support/bookable.ts";
import { policyRow, refusal, type StudentName, seat, waitRow } from "../support/bookings.ts";
import { schoolDay, type When } from "../support/school-day.ts";
import { act } from "../support/worlds.ts";

const { morning, small, queued } = SESSIONS;
const TOMORROW = "2026-11-21 09:00:00";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
  });
  afterEach(() => school.remove());

  const place = (student: StudentName, session: number = queued) => ({
    session_id: session,
    student_user_id: STUDENTS[student],
  });
  const join = (student: StudentName, when?: When) =>
    school.run((c) => joinWaitlist(c, place(student)), when);
  const leave = (id: number, when?: When) => school.run((c) => leaveWaitlist(c, id), when);
  const accept = (id: number, when?: When) => school.run((c) => acceptOffer(c, { id }), when);
  const byHand = (text: string) =>
    act(
      school.place,
      text.replace(/\{(\w+)\}/g, (_, table) => `"${school.database.layout.name(table)}"`),
    );
  /** Ana and ben have the two seats. @returns ana's booking */
  const full = async () => {
    const { booking } = await day.book(seat("ana", "queued"));
    await day.book(seat("ben", "queued"));
    return booking!.id;
  };
  const entryOf = async (student: StudentName) =>
    (await day.all()).session_waitlist.find((row) => row.student_user_id === STUDENTS[student])!;

  describe("join", () => {
    test("the end of the queue, as booking on a full session does it", async () => {
      await full();
      expect(await join("cleo", { actor: ACTORS.cleo })).toMatchObject({ position: 1 });
      expect(await day.book(seat("dan", "queued"))).toMatchObject({ waitlist: { position: 2 } });
      expect(await join("eva")).toMatchObject({ position: 3 });
      expect(await day.queue("waiting")).toEqual(["cleo", "dan", "eva"]);
      const { notification_outbox: outbox } = await day.all();
      // Cleo knows what she did; the others are told.
      expect(outbox.filter(({ kind }) => kind === "waitlist_joined").map(({ user_id }) => user_id)).toEqual([
        STUDENTS.dan,
        STUDENTS.eva,
      ]);
    });

    test("refused where a seat is open, where there is no waitlist, and where somebody waits or is booked", async () => {
      const refused = (student: StudentName, session: number = queued) =>
        refusal(school, (c) => joinWaitlist(c, place(student, session)));
      expect(await refused("cleo", morning)).toBe("seats-open");
      const ana = await full();
      expect(await refused("ana")).toBe("duplicate");
      await day.book(seat("ana", "small"));
      expect(await refused("cleo", small)).toBe("no-waitlist");
      await join("cleo");
      expect(await refused("cleo")).toBe("duplicate");
      expect(await refused("hal")).toBe("enrollment");
      await day.cancel(ana);
      expect(await refused("cleo")).toBe("offered");
      expect(await refusal(school, (c) => joinWaitlist(c, place("dan")), { actor: ACTORS.ben })).toBe(
        "permission",
      );
    });

    test("a rule that staff set aside stands in the record of the entry", async () => {
      await full();
      const overrides = new Set<RuleCode>(["enrollment"]);
      const { id } = await school.run((c) => joinWaitlist(c, { ...place("hal"), overrides }));
      expect(await day.told("session_waitlist", id)).toMatchObject([
        { what: "joined", overridden: "enrollment" },
      ]);
    });

    test("18: who left, accepted or ran out joins again at the end, with the same entry", async () => {
      const ana = await full();
      const { id } = await join("cleo");
      await join("dan", { now: "2026-11-20 09:00:01" });
      await leave(id, { now: "2026-11-20 09:00:02" });
      expect(await join("cleo", { now: "2026-11-20 09:00:03" })).toEqual({ id, position: 2 });
      await day.cancel(ana); // Dan's now.
      const { booking } = await accept((await entryOf("dan")).id as number);
      await day.cancel(booking!.id, { now: "2026-11-20 09:00:04" }); // Cleo's now.
      expect(await day.queue("offered")).toEqual(["cleo"]);
      expect(await join("dan", { now: "2026-11-20 09:00:05" })).toMatchObject({ position: 1 });
      expect((await day.all()).session_waitlist).toHaveLength(2);
    });
  });

  describe("leave", () => {
    test("the place ends; the seat of an offer goes to the next at once", async () => {
      const ana = await full();
      const { id } = await join("cleo");
      await join("dan");
      await day.cancel(ana);
      await leave(id, { actor: ACTORS.cleo });
      expect(await day.queue("expired")).toEqual(["cleo"]);
      expect(await day.queue("offered")).toEqual(["dan"]);
      expect((await day.told("session_waitlist", id)).at(-1)).toMatchObject({
        what: "left",
        actor_user_id: STUDENTS.cleo,
      });
    });

    test("a closed session opens when the offer that held its last seat is given up", async () => {
      await byHand(`update {live_class_session} set status = 'booking_closed' where id = ${small}`);
      const id = await school.put(
        "session_waitlist",
        waitRow("cleo", { session_id: small, status: "offered", offered_at: TODAY }),
      );
      await leave(id);
      expect(await day.session("small")).toMatchObject({ status: "scheduled" });
    });

    test("who may: the student, the session's teacher, staff", async () => {
      await full();
      const { id } = await join("cleo");
      for (const actor of [ACTORS.ben, ACTORS.tina])
        expect(await refusal(school, (c) => leaveWaitlist(c, id), { actor })).toBe("permission");
      await leave(id, { actor: ACTORS.tom });
      expect(await refusal(school, (c) => leaveWaitlist(c, id))).toBe("status");
      await expect(leave(999)).rejects.toMatchObject({ code: "no_such_entry" });
    });

    test("of a session that began nobody is offered the seat", async () => {
      const ana = await full();
      await join("cleo");
      await join("dan");
      await day.cancel(ana);
      await leave((await entryOf("cleo")).id as number, { now: "2027-02-02 10:00:00" });
      expect(await day.queue("offered")).toEqual([]);
    });
  });

  describe("accept", () => {
    /** Cleo holds an offer until tomorrow, dan waits. @returns cleo's entry */
    const offered = async () => {
      const ana = await full();
      const { id } = await join("cleo");
      await join("dan");
      await day.cancel(ana);
      return id;
    };

    test("the booking and the entry together, by the student, the teacher or staff", async () => {
      const id = await offered();
      expect(await accept(id, { actor: ACTORS.cleo })).toMatchObject({
        outcome: "confirmed",
        booking: { student_user_id: STUDENTS.cleo, session_id: queued, seats_reserved: 1 },
      });
      expect(await entryOf("cleo")).toMatchObject({
        status: "accepted",
        accepted_at: expect.stringMatching(/^2026-11-20 09:00:00/),
      });
      expect(await day.session("queued")).toMatchObject({ seats_taken: 2 });
      expect(await refusal(school, (c) => acceptOffer(c, { id }))).toBe("status");
    });

    test("pending where the policy asks for approval", async () => {
      const id = await offered();
      await school.put(
        "teacher_booking_policy",
        policyRow({ teacher_id: TEACHERS.tom, requires_approval_for_group: true }),
      );
      expect(await accept(id)).toMatchObject({ outcome: "pending" });
      expect(await entryOf("cleo")).toMatchObject({ status: "accepted" });
      expect(await day.session("queued")).toMatchObject({ seats_taken: 1 });
    });

    test("5, 6: refused from the instant on at which it runs out, though no cron ran", async () => {
      const id = await offered();
      for (const now of [TOMORROW, "2026-12-24 09:00:00"])
        expect(await refusal(school, (c) => acceptOffer(c, { id }), { now })).toBe("offer-expired");
      expect(await accept(id, { now: "2026-11-21 08:59:59.999999" })).toMatchObject({ outcome: "confirmed" });
    });

    test("5: an offer of the app without an end, too", async () => {
      const row = { status: "offered", offered_at: TODAY, offer_expires_at: null };
      const id = await school.put("session_waitlist", waitRow("cleo", row));
      expect(await refusal(school, (c) => acceptOffer(c, { id }), { now: TOMORROW })).toBe("offer-expired");
      expect(await accept(id, { now: "2026-11-21 08:59:59.999999" })).toMatchObject({ outcome: "confirmed" });
    });

    test("only an offer can be accepted, and by nobody else", async () => {
      const id = await offered();
      const dan = (await entryOf("dan")).id as number;
      expect(await refusal(school, (c) => acceptOffer(c, { id: dan }))).toBe("status");
      for (const actor of [ACTORS.ben, ACTORS.tina])
        expect(await refusal(school, (c) => acceptOffer(c, { id }), { actor })).toBe("permission");
    });

    test("the rules of a booking hold: what became impossible meanwhile is refused, and the offer stands", async () => {
      const id = await offered();
      await byHand(
        `update {enrollment} set status = 'paused' where user_id = ${STUDENTS.cleo} and course_id = 1`,
      );
      expect(await refusal(school, (c) => acceptOffer(c, { id }))).toBe("enrollment");
      expect(await day.queue("offered")).toEqual(["cleo"]);
    });

    test("7: the booking of an accepted offer is cancelled: the seat is the next student's", async () => {
      const { booking } = await accept(await offered());
      await day.cancel(booking!.id, { actor: ACTORS.cleo });
      expect(await day.queue("offered")).toEqual(["dan"]);
      expect(await day.queue("accepted")).toEqual(["cleo"]);
    });
  });
});
