import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findBooking } from "../../src/db/booking.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { describeSession } from "../../src/operations/session-details.ts";
import { cancelSession, completeSession } from "../../src/operations/session-end.ts";
import { type SessionChange, updateSession } from "../../src/operations/session-update.ts";
import {
  ACTORS,
  type Bookable,
  KINDS,
  makeBookable,
  SESSIONS,
  SLOTS,
  STUDENTS,
  TEACHERS,
} from "../support/bookable.ts";
import { violationsIn } from "../support/verified.ts";

const terms = { seats: 1, note: "", overrides: new Set<never>(), moved: null };
const { morning, small, queued, evening } = SESSIONS;

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const book = async (student: keyof typeof STUDENTS, session: number) => {
    const student_user_id = STUDENTS[student];
    const { booking } = await school.run((c) =>
      createBooking(c, { ...terms, session_id: session, student_user_id }),
    );
    return booking?.id ?? 0;
  };
  const update = (id: number, change: Omit<SessionChange, "id">, who?: Parameters<Bookable["run"]>[1]) =>
    school.run((c) => updateSession(c, { id, ...change }), who);
  const show = (id: number) => school.look((c) => describeSession(c, id));
  const booking = async (id: number) => (await findBooking(school.database, school.database.db, id))!;
  const events = async (subject: string, id: number) =>
    (
      await school.database.db
        .selectFrom("booking_event")
        .select("what")
        .where("subject", "=", subject)
        .where("subject_id", "=", id)
        .orderBy("id")
        .execute()
    ).map(({ what }) => what);
  const told = async (kind: string) =>
    (
      await school.database.db
        .selectFrom("notification_outbox")
        .select("user_id")
        .where("kind", "=", kind)
        .orderBy("id")
        .execute()
    ).map(({ user_id }) => user_id);
  const approvalNeeded = () =>
    school.put("teacher_booking_policy", {
      teacher_id: 1,
      course_id: null,
      requires_approval_for_one_on_one: false,
      requires_approval_for_group: true,
      min_notice_hours: 0,
      cancel_window_hours: 0,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
      max_bookings_per_day: null,
    });

  test("another time takes the live bookings along and tells their students", async () => {
    const [ana, ben] = [await book("ana", morning), await book("ben", morning)];
    await school.run((c) => cancelBooking(c, { id: ben }));
    const { session } = await update(morning, {
      start_at_utc: "2027-02-01 12:00:00" as never,
      duration_minutes: 45,
    });
    expect(session).toMatchObject({
      start_at_utc: "2027-02-01 12:00:00",
      end_at_utc: "2027-02-01 12:45:00",
      scheduled_start: "2027-02-01 12:00:00",
      scheduled_end: "2027-02-01 12:45:00",
      duration_minutes: 45,
      taken: 1,
    });
    expect(await booking(ana)).toMatchObject({
      start_at_utc: "2027-02-01 12:00:00",
      end_at_utc: "2027-02-01 12:45:00",
    });
    expect(await booking(ben)).toMatchObject({ start_at_utc: "2027-02-01 10:00:00", status: "cancelled" });
    expect(await events("live_class_booking", ana)).toEqual(["created", "moved"]);
    expect(await events("live_class_session", morning)).toEqual(["updated"]);
    expect(await told("session_changed")).toEqual([STUDENTS.ana, 2]);
  });

  test("there and back again: every key is free, and the history is kept", async () => {
    const [first, second] = ["2027-02-01 10:00:00", "2027-02-01 12:00:00"];
    const old = await book("ana", morning);
    await school.run((c) => cancelBooking(c, { id: old }));
    await update(morning, { start_at_utc: second as never });
    const again = await book("ana", morning);
    expect(again).not.toBe(old);
    await update(morning, { start_at_utc: first as never });
    expect(await booking(again)).toMatchObject({ status: "rescheduled", start_at_utc: second });
    expect(await booking(old)).toMatchObject({ status: "confirmed", start_at_utc: first, cancel_reason: "" });
    expect(await events("live_class_booking", old)).toEqual(["created", "cancelled", "rebooked"]);
    expect((await show(morning)).taken).toBe(1);
    await update(morning, { start_at_utc: second as never });
    expect(await booking(again)).toMatchObject({ status: "confirmed", start_at_utc: second });
    expect(await violationsIn(school, ["seats_taken"])).toEqual([]);
  });

  test("two live bookings of one student in a session are not made one", async () => {
    await book("ana", morning);
    const { id: _id, ...row } = await booking(await book("ben", morning));
    await school.put("live_class_booking", {
      ...row,
      student_user_id: STUDENTS.ana,
      start_at_utc: "2027-02-01 12:00:00",
    });
    await expect(update(morning, { start_at_utc: "2027-02-01 12:00:00" as never })).rejects.toMatchObject({
      code: "duplicate",
    });
    expect((await show(morning)).start_at_utc).toBe("2027-02-01 10:00:00");
  });

  test("the students' and the teacher's other times are in the way, all told at once", async () => {
    const id = await book("ana", morning);
    await book("ben", morning);
    await book("ana", small);
    await book("ben", queued);
    const change = { start_at_utc: "2027-02-01 13:30:00" as never };
    const refusal = await update(morning, change).catch((error: Error) => error);
    expect(refusal).toMatchObject({ kind: "refused", code: "student-overlap" });
    expect((refusal as Error).message).toMatch(
      /ana has booking \d+ .*student-overlap.*tom has session 2 .*teacher-overlap/,
    );
    expect((refusal as Error).message).not.toContain("ben");
    await expect(
      update(morning, { ...change, overrides: new Set(["teacher-overlap"]) }),
    ).rejects.toMatchObject({ code: "student-overlap" });
    await update(morning, { ...change, overrides: new Set(["teacher-overlap", "student-overlap"]) });
    expect(await booking(id)).toMatchObject({ start_at_utc: "2027-02-01 13:30:00" });
  });

  test("a lesson of the teacher is in the way too", async () => {
    await school.run((c) =>
      createBooking(c, {
        ...terms,
        slot_id: SLOTS.once,
        date: null,
        course_id: null,
        student_user_id: STUDENTS.ana,
      }),
    );
    await expect(update(morning, { start_at_utc: "2027-02-03 16:30:00" as never })).rejects.toMatchObject({
      code: "teacher-overlap",
    });
  });

  test("scenario 12: fewer seats than are held is refused with the numbers", async () => {
    await approvalNeeded();
    await book("ana", morning);
    await book("ben", morning);
    await school.put("session_waitlist", {
      session_id: morning,
      student_user_id: STUDENTS.cleo,
      status: "offered",
      created_at: "2026-11-20 08:00:00",
      offered_at: "2026-11-20 08:00:00",
      offer_expires_at: "2026-11-21 08:00:00",
    });
    await expect(update(morning, { capacity: 2 })).rejects.toMatchObject({
      kind: "refused",
      code: "capacity",
      message: expect.stringContaining("2 seats − 0 taken − 2 pending − 1 offer"),
      hint: expect.stringContaining("--capacity 3"),
    });
    // The offer ran out: its seat can go.
    const later = { now: "2026-11-21 08:00:00" };
    expect((await update(morning, { capacity: 2 }, later)).session).toMatchObject({
      capacity: 2,
      total_seats: 2,
      open: 0,
      status: "booking_closed",
    });
    await expect(
      update(morning, { capacity: 1, overrides: new Set(["capacity"]) }, later),
    ).rejects.toMatchObject({ code: "capacity" });
  });

  test("scenario 11: more seats go to the queue, and pending bookings stay pending", async () => {
    await approvalNeeded();
    const requests = [await book("ana", queued), await book("ben", queued)];
    for (const student of ["cleo", "dan", "eva"] as const) await book(student, queued);
    const { session } = await update(queued, { capacity: 4 });
    expect(session).toMatchObject({ capacity: 4, taken: 0, pending: 2, offers: 2, open: 0, waiting: 1 });
    expect((await show(queued)).queue.map(({ student, status }) => [student, status])).toEqual([
      ["cleo", "offered"],
      ["dan", "offered"],
      ["eva", "waiting"],
    ]);
    for (const id of requests) expect(await booking(id)).toMatchObject({ status: "pending" });
    expect(await told("waitlist_offered")).toEqual([STUDENTS.cleo, STUDENTS.dan]);
  });

  test("a session that closed itself opens with more seats; one that was closed by hand stays closed", async () => {
    await book("ana", small);
    expect((await show(small)).status).toBe("booking_closed");
    expect((await update(small, { capacity: 2 })).session).toMatchObject({ status: "scheduled", open: 1 });
    await update(small, { status: "booking_closed" });
    expect((await update(small, { capacity: 3 })).session).toMatchObject({
      status: "booking_closed",
      open: 2,
    });
    expect((await update(small, { status: "scheduled" })).session.status).toBe("scheduled");
  });

  test("the waitlist is switched on for a full session, and off with who waits in it", async () => {
    await book("ana", small);
    expect((await update(small, { enable_waitlist: true })).session.status).toBe("scheduled");
    await book("ben", small);
    expect((await update(small, { enable_waitlist: false })).session).toMatchObject({
      status: "booking_closed",
      waiting: 1,
    });
    await expect(book("cleo", small)).rejects.toMatchObject({ code: "capacity" });
    expect((await update(small, { capacity: 2 })).session).toMatchObject({ offers: 1, waiting: 0, open: 0 });
  });

  test("another teacher gets the bookings, unless busy then", async () => {
    const id = await book("ana", morning);
    await expect(update(morning, { teacher_id: TEACHERS.tina })).rejects.toMatchObject({
      code: "teacher-overlap",
    });
    await update(evening, { start_at_utc: "2027-02-05 10:30:00" as never });
    await expect(update(morning, { teacher_id: TEACHERS.tina }, { actor: ACTORS.tom })).rejects.toMatchObject(
      { code: "permission" },
    );
    const { session } = await update(morning, { teacher_id: TEACHERS.tina }, { actor: ACTORS.paula });
    expect(session).toMatchObject({ teacher: "tina", timezone_snapshot: "America/New_York" });
    expect(await booking(id)).toMatchObject({ teacher_id: TEACHERS.tina });
    expect(await told("session_changed")).toEqual(expect.arrayContaining([STUDENTS.ana, 2, 3]));
  });

  test("another course asks for its enrollment, and the bookings follow", async () => {
    const id = await book("ana", morning);
    await school.database.db.deleteFrom("enrollment").where("course_id", "=", 3).execute();
    await expect(update(morning, { course_id: 3 })).rejects.toMatchObject({
      code: "enrollment",
      message: expect.stringContaining("ana"),
    });
    await update(morning, { course_id: 3, overrides: new Set(["enrollment"]) });
    expect(await booking(id)).toMatchObject({ course_id: 3 });
  });

  test("teachers change their own sessions, students none", async () => {
    for (const actor of [ACTORS.tina, ACTORS.ana])
      await expect(update(morning, { title: "Mine" }, { actor })).rejects.toMatchObject({
        code: "permission",
      });
    expect((await update(morning, { title: "Ours" }, { actor: ACTORS.tom })).session.title).toBe("Ours");
    await expect(update(99, { title: "Nobody's" })).rejects.toMatchObject({ code: "no_such_session" });
  });

  test("only staff move what has begun, or into the past; who came moves along", async () => {
    const id = await book("ana", morning);
    const begun = "2027-02-01 10:05:00";
    const change = { start_at_utc: "2027-02-01 09:30:00" as never };
    await expect(update(morning, change, { actor: ACTORS.tom, now: begun })).rejects.toMatchObject({
      code: "permission",
    });
    await expect(
      update(morning, { start_at_utc: "2026-11-01 09:30:00" as never }, { actor: ACTORS.tom }),
    ).rejects.toMatchObject({ code: "permission" });
    await school.database.db.updateTable("live_class_booking").set({ status: "attended" }).execute();
    await update(morning, change, { actor: ACTORS.paula, now: begun });
    expect(await booking(id)).toMatchObject({ status: "attended", start_at_utc: "2027-02-01 09:30:00" });
  });

  test("what is over takes texts only, and statuses go their ways", async () => {
    await school.run((c) => cancelSession(c, { id: morning }));
    await expect(update(morning, { capacity: 9 })).rejects.toMatchObject({ code: "status" });
    await expect(update(morning, { status: "scheduled" })).rejects.toMatchObject({ code: "status" });
    expect((await update(morning, { description: "called off" })).session.description).toBe("called off");
    expect((await update(small, { status: "live" })).session.status).toBe("live");
    await expect(update(small, { status: "booking_closed" })).rejects.toMatchObject({ code: "status" });
    await school.run((c) => completeSession(c, { id: small }), { now: "2027-02-01 15:00:00" });
    await expect(school.run((c) => cancelSession(c, { id: small }))).rejects.toMatchObject({
      code: "status",
    });
  });

  test("nothing to change changes nothing", async () => {
    await update(morning, { title: "Class 1", capacity: 3 });
    expect(await events("live_class_session", morning)).toEqual([]);
  });
});
