/** Seats given by hand (SPEC 4): offers and promotions in turn, and out of turn by staff, on the record. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RuleCode } from "../../src/domain/rules.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { offerSeat, promoteStudent } from "../../src/operations/waitlist-promote.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, SESSIONS, STUDENTS } from "../support/bookable.ts";
import { policyRow, refusal, type StudentName, seat, waitRow } from "../support/bookings.ts";
import { schoolDay, type When } from "../support/school-day.ts";
import { act } from "../support/worlds.ts";

const { queued } = SESSIONS;
const OUT_OF_TURN = new Set<RuleCode>(["queue-order"]);

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  let cleo: number;
  let dan: number;
  let eva: number;
  /** Ben has one of two seats; cleo, dan and eva wait, and nobody was offered the other. */
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
    await day.book(seat("ben", "queued"));
    cleo = await school.put("session_waitlist", waitRow("cleo", { created_at: "2026-11-01 09:00:00" }));
    dan = await school.put("session_waitlist", waitRow("dan", { created_at: "2026-11-02 09:00:00" }));
    eva = await school.put("session_waitlist", waitRow("eva", { created_at: "2026-11-03 09:00:00" }));
  });
  afterEach(() => school.remove());

  const offer = (id: number, overrides?: ReadonlySet<RuleCode>, when?: When) =>
    school.run((c) => offerSeat(c, { id }, overrides), when);
  const promote = (student: StudentName | null, when?: When) =>
    school.run(
      (c) =>
        promoteStudent(c, {
          session_id: queued,
          student_user_id: student === null ? null : STUDENTS[student],
        }),
      when,
    );
  const inactive = (student: StudentName) =>
    act(
      school.place,
      `update "${school.database.layout.name("app_user")}" set is_active = ${engine === "sqlite" ? 0 : "false"} where id = ${STUDENTS[student]}`,
    );
  const passed = async () =>
    (await day.all()).booking_event
      .filter(({ what }) => what === "passed_over")
      .map(({ subject_id, reason }) => [subject_id, reason]);

  describe("offer", () => {
    test("the next in line, by the session's teacher", async () => {
      expect(await school.run((c) => offerSeat(c, { session_id: queued }), { actor: ACTORS.tom })).toBe(cleo);
      expect(await day.queue("offered")).toEqual(["cleo"]);
      expect(await passed()).toEqual([]);
      expect(await refusal(school, (c) => offerSeat(c, { session_id: queued }))).toBe("capacity");
    });

    test("out of turn it is refused; staff set that aside, and the record says who was passed over", async () => {
      expect(await refusal(school, (c) => offerSeat(c, { id: dan }))).toBe("queue-order");
      expect(
        await refusal(school, (c) => offerSeat(c, { id: dan }, OUT_OF_TURN), { actor: ACTORS.tom }),
      ).toBe("permission");
      await offer(dan, OUT_OF_TURN, { actor: ACTORS.paula });
      expect(await day.queue("offered")).toEqual(["dan"]);
      expect(await day.told("session_waitlist", dan)).toMatchObject([
        { what: "offered", overridden: "queue-order", actor_user_id: 1 },
      ]);
      expect(await passed()).toEqual([[cleo, `entry ${dan} went first`]]);
    });

    test("who cannot be offered a seat does not stand in the way of the next", async () => {
      await inactive("cleo");
      expect(await refusal(school, (c) => offerSeat(c, { id: cleo }))).toBe("passed-over");
      await offer(dan);
      expect(await passed()).toEqual([[cleo, "inactive account"]]);
    });

    test("who may, and to whom", async () => {
      for (const actor of [ACTORS.cleo, ACTORS.tina])
        expect(await refusal(school, (c) => offerSeat(c, { id: cleo }), { actor })).toBe("permission");
      await offer(cleo);
      expect(await refusal(school, (c) => offerSeat(c, { id: cleo }))).toBe("status");
      const begun = { now: "2027-02-02 10:00:00" };
      expect(await refusal(school, (c) => offerSeat(c, { id: dan }), begun)).toBe("session-open");
      await expect(offer(999)).rejects.toMatchObject({ code: "no_such_entry" });
      const nobody = (c: Parameters<typeof offerSeat>[0]) => offerSeat(c, { session_id: SESSIONS.evening });
      expect(await refusal(school, nobody)).toBe("nobody-waits");
    });
  });

  describe("promote", () => {
    test("the next in line is booked, and accepted with it", async () => {
      expect(await promote(null, { actor: ACTORS.tom })).toMatchObject({
        entry: cleo,
        outcome: "confirmed",
        booking: { student_user_id: STUDENTS.cleo },
      });
      expect(await day.queue("accepted")).toEqual(["cleo"]);
      expect(await passed()).toEqual([]);
      expect(await refusal(school, (c) => promoteStudent(c, terms(null)))).toBe("capacity");
    });

    test("one who is named goes first: by staff only, and on the record", async () => {
      expect(await refusal(school, (c) => promoteStudent(c, terms("dan")), { actor: ACTORS.tom })).toBe(
        "permission",
      );
      const { booking } = await promote("dan", { actor: ACTORS.paula });
      expect(await day.told("live_class_booking", booking!.id)).toMatchObject([
        { what: "created", overridden: "queue-order" },
      ]);
      expect(await passed()).toEqual([[cleo, `entry ${dan} went first`]]);
      expect(await day.queue("waiting")).toEqual(["cleo", "eva"]);
    });

    test("one who is named and next needs no such thing", async () => {
      const { booking } = await promote("cleo", { actor: ACTORS.tom });
      expect(await day.told("live_class_booking", booking!.id)).toMatchObject([{ overridden: null }]);
    });

    test("the seat of the student's own offer is theirs; without an open seat nobody else has one", async () => {
      await offer(cleo);
      expect(await refusal(school, (c) => promoteStudent(c, terms("dan")))).toBe("capacity");
      expect(await promote(null)).toMatchObject({ entry: cleo, outcome: "confirmed" });
      expect(await day.session("queued")).toMatchObject({ seats_taken: 2 });
    });

    test("the other rules are those of a booking, and who does not wait is not promoted", async () => {
      await school.put("teacher_booking_policy", policyRow({ requires_approval_for_group: true }));
      expect(await promote(null)).toMatchObject({ outcome: "pending" });
      expect(await refusal(school, (c) => promoteStudent(c, terms("gus")))).toBe("not-waiting");
    });

    test("a booking by staff out of turn is the same, whoever never joined gets no seat that way", async () => {
      const booked = await day.book(seat("eva", "queued", { overrides: ["queue-order"] }));
      expect(booked).toMatchObject({ outcome: "confirmed" });
      expect(await passed()).toEqual([
        [cleo, `entry ${eva} went first`],
        [dan, `entry ${eva} went first`],
      ]);
      const ben = (await day.all()).live_class_booking.find(
        ({ student_user_id: id }) => id === STUDENTS.ben,
      )!;
      await act(
        school.place,
        `update "${school.database.layout.name("live_class_booking")}" set status = 'cancelled' where id = ${ben.id}`,
      );
      const newcomer = seat("gus", "queued", { seats: 2, overrides: ["queue-order"] });
      expect(await refusal(school, (c) => createBooking(c, newcomer))).toBe("capacity");
    });
  });

  const terms = (student: StudentName | null) => ({
    session_id: queued,
    student_user_id: student === null ? null : STUDENTS[student],
  });
});
