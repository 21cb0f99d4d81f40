/** What lies between the rules: several things at once, and rows that others wrote. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateRow } from "../../src/db/rows.ts";
import type { Actor } from "../../src/domain/actor.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { markAttendance } from "../../src/operations/attendance.ts";
import { assessRequest, createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type Context, operate } from "../../src/operations/context.ts";
import { rescheduleBooking } from "../../src/operations/reschedule.ts";
import {
  ACTORS,
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SESSIONS,
  SLOTS,
  STUDENTS,
  TEACHERS,
  TODAY,
} from "../support/bookable.ts";
import {
  contents,
  lesson,
  lessonRow,
  putInto,
  type Row,
  seat,
  seatRow,
  waitRow,
} from "../support/bookings.ts";

const LIVE = { status: "offered", offered_at: TODAY, offer_expires_at: "2026-11-21 09:00:00" };
const OVERDUE = { status: "offered", offered_at: "2026-11-18 09:00:00", offer_expires_at: TODAY };
const early = new Set(["attendance-time"] as const);

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable(engine, layout);
  });
  afterAll(() => school.remove());

  const inPassing = (work: (context: Context) => Promise<void>) =>
    operate(school.database, { now: TODAY, actor: ACTORS.shell, offerHours: 24, rehearse: true }, work);
  const change = (c: Context, table: Parameters<typeof updateRow>[2], id: number, values: Row) =>
    updateRow(c.database, c.trx, table, id, values);
  const refused = async (c: Context, code: string, work: (c: Context) => Promise<unknown>) => {
    const before = await contents(c.trx);
    await expect(work(c)).rejects.toMatchObject({ kind: "refused", code });
    expect(await contents(c.trx)).toEqual(before);
  };
  const as = (c: Context, actor: Actor, now: string = TODAY) => ({ ...c, actor, now: now as Instant });
  const entryOf = async (c: Context, student: keyof typeof STUDENTS) =>
    (await contents(c.trx)).session_waitlist.find((row) => row.student_user_id === STUDENTS[student]);
  const slot = async (c: Context, id: number) =>
    Boolean((await contents(c.trx)).teacher_availability.find((row) => row.id === id)!.is_active);

  test("a booking is not moved onto itself", async () => {
    await inPassing(async (c) => {
      const id = await putInto(c, "live_class_booking", seatRow("ana"));
      await refused(c, "duplicate", () => rescheduleBooking(c, { id, to: { session_id: SESSIONS.morning } }));
      const other = await putInto(
        c,
        "live_class_booking",
        lessonRow("ana", "2027-02-03 16:00:00", "2027-02-03 17:00:00"),
      );
      const same = { slot_id: SLOTS.once, date: null, course_id: null };
      await refused(c, "duplicate", () => rescheduleBooking(c, { id: other, to: same }));
    });
  });

  test("a booking follows its session to another time without a second seat", async () => {
    await inPassing(async (c) => {
      const { booking } = await createBooking(c, seat("ana", "small"));
      await change(c, "live_class_session", SESSIONS.small, { scheduled_start: "2027-02-01 15:00:00" });
      const moved = await rescheduleBooking(c, {
        id: booking!.id,
        to: { session_id: SESSIONS.small },
      });
      expect(moved).toMatchObject({
        from: { status: "rescheduled" },
        booking: { status: "confirmed", start_at_utc: "2027-02-01 15:00:00" },
      });
    });
  });

  test("an offer that no seat backs any more is kept, not turned into the end of the queue", async () => {
    await inPassing(async (c) => {
      await putInto(c, "session_waitlist", waitRow("ana", LIVE));
      await change(c, "live_class_session", SESSIONS.queued, { capacity: 0 });
      await refused(c, "capacity", () => createBooking(c, seat("ana", "queued")));
    });
  });

  test("an offer is one seat: the second one is the next student's", async () => {
    await inPassing(async (c) => {
      await putInto(c, "session_waitlist", waitRow("ana", LIVE));
      const ben = await putInto(c, "session_waitlist", waitRow("ben"));
      const two = seat("ana", "queued", { seats: 2 });
      await refused(c, "capacity", () => createBooking(c, two));
      await change(c, "session_waitlist", ben, { status: "expired" });
      expect(await createBooking(c, two)).toMatchObject({ outcome: "confirmed" });
      expect(await entryOf(c, "ana")).toMatchObject({ status: "accepted" });
    });
  });

  test("an offer is taken in a session that the app closed because it was full", async () => {
    await inPassing(async (c) => {
      await putInto(c, "live_class_booking", seatRow("ben", AT_QUEUED));
      await putInto(c, "session_waitlist", waitRow("ana", LIVE));
      await change(c, "live_class_session", SESSIONS.queued, { status: "booking_closed" });
      expect(await createBooking(c, seat("ana", "queued"))).toMatchObject({ outcome: "confirmed" });
    });
  });

  test("who missed the offer takes a free seat as anybody: the entry expired, it was not accepted", async () => {
    await inPassing(async (c) => {
      await putInto(c, "session_waitlist", waitRow("ana", OVERDUE));
      expect(await createBooking(c, seat("ana", "queued"))).toMatchObject({ outcome: "confirmed" });
      expect(await entryOf(c, "ana")).toMatchObject({ status: "expired", accepted_at: null });
    });
  });

  test("who missed the offer goes behind those who wait, and the record keeps the offer", async () => {
    await inPassing(async (c) => {
      await putInto(c, "session_waitlist", waitRow("ana", OVERDUE));
      await putInto(c, "session_waitlist", waitRow("ben"));
      await putInto(c, "live_class_booking", seatRow("cleo", AT_QUEUED));
      expect(await createBooking(c, seat("ana", "queued"))).toMatchObject({
        outcome: "waitlisted",
        waitlist: { position: 1 },
      });
      // The seat of the offer that ran out is offered to the next at once.
      expect(await entryOf(c, "ben")).toMatchObject({ status: "offered" });
      const [event] = (await contents(c.trx)).booking_event;
      expect(JSON.parse(String(event!.from_value))).toMatchObject({
        status: "offered",
        offer_expires_at: TODAY,
      });
    });
  });

  test("a one-time slot comes back when the last of its lessons is cancelled", async () => {
    await inPassing(async (c) => {
      const first = await createBooking(c, lesson("ana", "once"));
      expect(await slot(c, SLOTS.once)).toBe(false);
      const second = await createBooking(
        c,
        lesson("ben", "once", { overrides: ["teacher-overlap", "availability"] }),
      );
      await cancelBooking(c, { id: first.booking!.id });
      expect(await slot(c, SLOTS.once)).toBe(false);
      await cancelBooking(c, { id: second.booking!.id });
      expect(await slot(c, SLOTS.once)).toBe(true);
    });
  });

  test("a one-time slot that another tool wrote is taken, too", async () => {
    await inPassing(async (c) => {
      await change(c, "teacher_availability", SLOTS.once, {
        start_datetime: "2027-02-03T23:30:00+00:00",
        end_datetime: "2027-02-04T01:30:00+01:00",
      });
      const { booking } = await createBooking(c, lesson("ana", "once"));
      expect(booking).toMatchObject({
        start_at_utc: "2027-02-03 23:30:00",
        end_at_utc: "2027-02-04 00:30:00",
      });
      expect(await slot(c, SLOTS.once)).toBe(false);
    });
  });

  test("staff book a one-time slot on another date at its time of day", async () => {
    await inPassing(async (c) => {
      const { booking } = await createBooking(
        c,
        lesson("ana", "once", { on: "2027-05-05", overrides: ["availability"] }),
      );
      // 17:00 in Madrid, summer time.
      expect(booking).toMatchObject({
        start_at_utc: "2027-05-05 15:00:00",
        end_at_utc: "2027-05-05 16:00:00",
      });
      expect(await slot(c, SLOTS.once)).toBe(true);
    });
  });

  test("both teachers hear of a lesson that goes from one to the other", async () => {
    await inPassing(async (c) => {
      const { booking } = await createBooking(c, lesson("ana", "once"));
      const to = { slot_id: SLOTS.open, date: null, course_id: COURSES.talk };
      await rescheduleBooking(as(c, ACTORS.ana), { id: booking!.id, to });
      const told = (await contents(c.trx)).notification_outbox
        .filter(({ kind }) => kind === "booking_rescheduled")
        .map(({ user_id }) => user_id);
      expect(told.toSorted()).toEqual([2, 3]);
    });
  });

  test("a student who is the teacher, too, is told once", async () => {
    await inPassing(async (c) => {
      await putInto(c, "enrollment", { user_id: 2, course_id: COURSES.spanish, status: "active" });
      await createBooking(c, { ...seat("ana", "morning"), student_user_id: 2 });
      expect((await contents(c.trx)).notification_outbox.map(({ user_id }) => user_id)).toEqual([2]);
    });
  });

  test("a no-show that staff know of beforehand gives the seat to the queue, and does not take it back", async () => {
    await inPassing(async (c) => {
      const ids: number[] = [];
      for (const student of ["ana", "ben"] as const)
        ids.push((await createBooking(c, seat(student, "queued"))).booking!.id);
      await createBooking(c, seat("cleo", "queued"));
      await markAttendance(c, { id: ids[0]!, attended: false, overrides: early });
      expect(await entryOf(c, "cleo")).toMatchObject({ status: "offered" });
      const back = { id: ids[0]!, attended: true, overrides: early };
      await refused(c, "capacity", () => markAttendance(c, back));
      const begun = as(c, ACTORS.tom, "2027-02-02 10:00:00");
      expect(await markAttendance(begun, { id: ids[0]!, attended: true })).toMatchObject({
        status: "attended",
      });
    });
  });

  test("a session that was closed by hand stays closed when a seat frees", async () => {
    await inPassing(async (c) => {
      const { booking } = await createBooking(c, seat("ana", "morning"));
      await change(c, "live_class_session", SESSIONS.morning, { status: "booking_closed" });
      await cancelBooking(c, { id: booking!.id });
      await refused(c, "session-open", () => createBooking(c, seat("ben", "morning")));
    });
  });

  test("several seats close a session and open it again", async () => {
    await inPassing(async (c) => {
      const { booking } = await createBooking(c, seat("ana", "morning", { seats: 3 }));
      const status = async () =>
        (await contents(c.trx)).live_class_session.find(({ id }) => id === SESSIONS.morning)!.status;
      expect(await status()).toBe("booking_closed");
      await cancelBooking(c, { id: booking!.id });
      expect(await status()).toBe("scheduled");
    });
  });

  test.each([
    ["course", { course_id: null }],
    ["teacher", { teacher_id: null }],
  ])("a session without %s takes no bookings", async (what, missing) => {
    await inPassing(async (c) => {
      if (layout === "django" && what === "course") return; // The app's column does not allow it.
      await change(c, "live_class_session", SESSIONS.morning, missing);
      await refused(c, "session-incomplete", () => createBooking(c, seat("ana", "morning")));
    });
  });

  test("nobody books whom nobody knows, and nothing that is not there", async () => {
    await inPassing(async (c) => {
      const before = await contents(c.trx);
      const nobody = { ...seat("ana", "morning"), student_user_id: 999 };
      await expect(assessRequest(c, nobody)).rejects.toMatchObject({ code: "no_such_user" });
      await expect(createBooking(c, nobody)).rejects.toMatchObject({ code: "no_such_user" });
      await expect(createBooking(c, { ...seat("ana", "morning"), session_id: 99 })).rejects.toMatchObject({
        code: "no_such_session",
      });
      await expect(createBooking(c, { ...lesson("ana", "once"), slot_id: 99 })).rejects.toMatchObject({
        code: "no_such_slot",
      });
      expect(await contents(c.trx)).toEqual(before);
    });
  });

  test("the teacher's own seat in a colleague's session is a student's", async () => {
    await inPassing(async (c) => {
      const id = await putInto(c, "live_class_booking", {
        ...seatRow("ana", { session_id: SESSIONS.evening, teacher_id: TEACHERS.tina }),
        student_user_id: 2,
      });
      await refused(as(c, ACTORS.tom, "2027-02-01 09:00:00"), "cancel-window", (late) =>
        cancelBooking(late, { id }),
      );
      expect(await cancelBooking(as(c, ACTORS.tom), { id })).toMatchObject({ cancel_reason: "student" });
    });
  });
});

const AT_QUEUED = {
  session_id: SESSIONS.queued,
  start_at_utc: "2027-02-02 10:00:00",
  end_at_utc: "2027-02-02 11:00:00",
};
