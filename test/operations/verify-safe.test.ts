/** `verify --fix` repairs what is safe only, of the rows as they are when it writes: the rest it leaves, and says why (SPEC 6). */
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CHECK_CODES, type CheckCode } from "../../src/db/checks.ts";
import type { LogicalTable } from "../../src/db/layout.ts";
import { isRepairable, previewRepairs, repairInvariants } from "../../src/operations/verify-repair.ts";
import { type Bookable, KINDS, makeBookable, OPERATOR, STUDENTS, TODAY } from "../support/bookable.ts";
import { contents, lessonRow, seatRow } from "../support/bookings.ts";
import { byHand } from "../support/fault.ts";
import { FAULTS } from "../support/faults.ts";

const ACTING = { now: TODAY, offerHours: 24, actor: OPERATOR };
const MOVED = "start_at_utc = '2027-02-01 12:00:00', end_at_utc = '2027-02-01 13:00:00'";
const ANNOUNCED = "scheduled_start = '2027-02-01 12:00:00'";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  /** What is shown before, and what is told while it is done: the same. */
  async function fix(...checks: CheckCode[]): Promise<string[]> {
    const told: string[][] = [[], []];
    const watch = (at: number) => ({
      onRepair: (check: CheckCode, what: string, left?: "left") =>
        void told[at]!.push(`${check}: ${left === undefined ? "" : "LEFT "}${what}`),
    });
    await previewRepairs(school.database, checks, ACTING, watch(0));
    await repairInvariants(school.database, checks, ACTING, watch(1));
    expect(told[1]).toEqual(told[0]);
    return told[0]!;
  }
  const session = async (id: number) =>
    (await contents(school.database.db)).live_class_session.find((row) => row.id === id)!;

  // Django's own tables refuse such numbers.
  if (layout === "native")
    test("a session's seats are taken from the column that says a number of seats", async () => {
      await byHand(
        school,
        `update {live_class_session} set capacity = ${engine === "sqlite" ? "'abc'" : "-5"}, total_seats = 8 where id = 1`,
        "update {live_class_session} set capacity = -5, total_seats = -6, max_attendees = -7 where id = 2",
      );
      const told = await fix("capacity");
      expect(told[1]).toMatch(
        /^capacity: LEFT leave session 2: capacity -5, total_seats -6: none is a number/,
      );
      expect(await session(1)).toMatchObject({ capacity: 8, total_seats: 8 });
      expect(await session(2)).toMatchObject({ capacity: -5, total_seats: -6 });
    });

  test.each([
    ["ends before it starts", "end_at_utc = '2027-01-01 09:00:00'", /its times contradict each other/],
    ["announced for another time", MOVED, /its times contradict each other/],
    ["of a teacher who is gone", `${ANNOUNCED}, ${MOVED}, teacher_id = 888`, /there is no teacher 888/],
    ["of a course that is gone", `${ANNOUNCED}, ${MOVED}, course_id = 999`, /there is no course 999/],
  ])("bookings do not follow a session that is %s", async (_, change, why) => {
    await school.put("live_class_booking", seatRow("ana", { id: 1 }), seatRow("ben", { id: 2 }));
    await byHand(school, `update {live_class_session} set ${change} where id = 1`);
    const before = await contents(school.database.db);
    const told = await fix("booking_differs_from_session");
    expect(told).toEqual([expect.stringMatching(/LEFT leave session 1 and its bookings \(1, 2\): /)]);
    expect(told[0]).toMatch(why);
    const after = await contents(school.database.db);
    expect(after.live_class_booking).toEqual(before.live_class_booking);
    expect(after.notification_outbox).toEqual(before.notification_outbox);
  });

  test("nor where a student has another booking of it, or at its time", async () => {
    const at = { start_at_utc: "2027-02-01 12:00:00", end_at_utc: "2027-02-01 13:00:00" };
    const ended = { ...at, status: "cancelled", cancelled_at: TODAY };
    await school.put("live_class_booking", seatRow("ana", { id: 1 }), seatRow("ana", { id: 2, ...ended }));
    await byHand(school, `update {live_class_session} set ${ANNOUNCED}, ${MOVED} where id = 1`);
    expect(await fix("booking_differs_from_session")).toEqual([
      expect.stringContaining(`student ${STUDENTS.ana} has another booking of it`),
    ]);
    await byHand(school, "delete from {live_class_booking} where id = 2");
    await school.put("live_class_booking", lessonRow("ana", at.start_at_utc, at.end_at_utc, { id: 3 }));
    expect(await fix("booking_differs_from_session")).toEqual([
      expect.stringContaining("ana has booking 3 then"),
    ]);
  });

  test("the time of an end that was taken back is not the time of the end that counts", async () => {
    await school.put("live_class_booking", seatRow("ana", { id: 1 }));
    const event = { actor: "x", subject: "live_class_booking", subject_id: 1, from_value: null };
    await school.put(
      "booking_event",
      { ...event, at: "2026-11-18 09:00:00", what: "cancelled", to_value: "{}" },
      { ...event, at: "2026-11-19 09:00:00", what: "rebooked", to_value: "{}" },
    );
    await byHand(
      school,
      "update {live_class_booking} set status = 'cancelled', updated_at = '2026-11-19 12:00:00' where id = 1",
    );
    expect(await fix("status_without_time")).toEqual([
      "status_without_time: booking 1: cancelled_at none → 2026-11-19 12:00:00",
    ]);
  });

  test("repairs that bear on each other are shown as they will be done", async () => {
    await school.put("live_class_booking", seatRow("ana", { id: 1 }), seatRow("ben", { id: 2 }));
    await byHand(
      school,
      "update {live_class_session} set capacity = 3, seats_taken = 7, total_seats = 9 where id = 1",
      `update {live_class_session} set ${ANNOUNCED}, ${MOVED} where id = 1`,
    );
    const told = await fix("seats_taken", "capacity", "booking_differs_from_session");
    expect(told.map((line) => line.split(":")[0])).toEqual([
      ...["seats_taken", "capacity", "booking_differs_from_session", "booking_differs_from_session"],
    ]);
  });

  if (layout === "django")
    test("counters of what is not migrated yet are the app's", async () => {
      await school.put("booking", {
        ...{ booking_id: "0".repeat(32), user_id: STUDENTS.ana, session_id: 1, status: "confirmed" },
        ...{ booked_at: TODAY, cancellation_reason: "", cancellation_notes: "", attended: false },
        ...{ student_notes: "", seats_booked: 1 },
      });
      await byHand(school, "update {live_class_session} set seats_taken = 6 where id in (1, 4)");
      const told = await fix("seats_taken");
      expect(told).toEqual([
        expect.stringMatching(/^seats_taken: session 4: seats_taken 6 → 0/),
        expect.stringMatching(/LEFT leave session 1: .*and 1 legacy booking of it is not migrated/),
      ]);
      expect([await session(1), await session(4)].map((row) => row.seats_taken)).toEqual([6, 0]);
    });

  test("faults of many kinds at once are shown as they are repaired", async () => {
    for (const { check, plant, ...fault } of FAULTS) {
      const isHere = (fault.only ?? engine) === engine && (fault.layout ?? layout) === layout;
      if (!isHere || fault.inSchema === true || !isRepairable(check)) continue;
      // Rows of the same number: one fault of the two is enough.
      await plant(school).catch(() => {});
    }
    const told = await fix(...CHECK_CODES);
    expect(new Set(told.map((line) => line.split(":")[0])).size).toBeGreaterThan(4);
  });

  if (engine === "postgres")
    describe("somebody who writes meanwhile is neither undone nor miscounted", () => {
      const table = (name: LogicalTable) => `"${school.database.layout.name(name)}"`;

      /** The repair reads the old state, waits for the other's row, and has to look again. */
      async function fixBeside(check: CheckCode, ...statements: string[]): Promise<void> {
        const other = new pg.Client(school.place.address);
        await other.connect();
        try {
          await other.query(`begin; ${statements.join("; ")}`);
          const done = repairInvariants(school.database, [check], ACTING);
          await new Promise((wait) => setTimeout(wait, 300));
          await other.query("commit");
          await done;
        } finally {
          await other.end();
        }
      }

      test("capacity", async () => {
        await byHand(school, "update {live_class_session} set seats_taken = 9, total_seats = 9 where id = 1");
        await fixBeside("capacity", `update ${table("live_class_session")} set capacity = 12 where id = 1`);
        expect(await session(1)).toMatchObject({ capacity: 12, total_seats: 12 });
      });

      test("seats_taken", async () => {
        await school.put("live_class_booking", seatRow("ana", { id: 1 }), seatRow("ben", { id: 2 }));
        await byHand(school, "update {live_class_session} set seats_taken = 7 where id = 1");
        const bookings = table("live_class_booking");
        await fixBeside("seats_taken", `update ${bookings} set status = 'cancelled' where id = 2`);
        expect(await session(1)).toMatchObject({ seats_taken: 1 });
      });

      test("status_without_time", async () => {
        await school.put("live_class_booking", seatRow("ana", { id: 1, status: "cancelled" }));
        const bookings = table("live_class_booking");
        await fixBeside("status_without_time", `update ${bookings} set status = 'confirmed' where id = 1`);
        const [row] = (await contents(school.database.db)).live_class_booking;
        expect(row).toMatchObject({ status: "confirmed", cancelled_at: null });
      });
    });
});
