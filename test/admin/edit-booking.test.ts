/** Bookings through the admin: by the operations, on both engines and in both layouts. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deletionOf } from "../../src/admin/edit.ts";
import { modelNamed } from "../../src/admin/registry.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { createSeries } from "../../src/operations/series.ts";
import { sessionTimeline } from "../../src/operations/session-timeline.ts";
import { adminOf } from "../support/admin-edit.ts";
import { type Bookable, KINDS, makeBookable, SESSIONS, SLOTS, STUDENTS, TODAY } from "../support/bookable.ts";
import { lesson, policyRow } from "../support/bookings.ts";
import { seriesFor } from "../support/series.ts";

describe.each(KINDS)("$engine, $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const { booked, waits, full, add, edit, remove, act, all, events, findings } = adminOf(() => school);

  describe("LiveClassBooking", () => {
    test("add: a seat, a lesson by slot and by time, a place in the queue; notes with it", async () => {
      const one = await add("LiveClassBooking", {
        student_user_id: STUDENTS.ana,
        session_id: SESSIONS.morning,
        seats_reserved: 2,
        student_note: "hello",
        teacher_note: "welcome",
      });
      expect(one).toMatchObject({
        outcome: "added",
        cells: { status: "confirmed", seats_reserved: 2, student_note: "hello", teacher_note: "welcome" },
      });
      const [, , , session] = (await all()).live_class_session;
      expect((await all()).live_class_session[0]).toMatchObject({ seats_taken: 2 });
      expect(session).toMatchObject({ seats_taken: 0 });
      const byDate = await add("LiveClassBooking", {
        student_user_id: STUDENTS.ana,
        slot_id: SLOTS.tuesday,
        on: "2027-02-09",
      });
      expect(byDate.cells).toMatchObject({ booking_type: "one_on_one", start_at_utc: "2027-02-09 16:00:00" });
      const byTime = await add("LiveClassBooking", {
        student_user_id: STUDENTS.ben,
        teacher_id: 1,
        start_at_utc: "2027-02-03 16:00:00",
      });
      expect(byTime.cells).toMatchObject({ course: "Talk", status: "confirmed" });
      expect((await all()).teacher_availability[1]).toMatchObject({ is_active: expect.toSatisfy((v) => !v) });
      await full();
      const late = await add("LiveClassBooking", {
        student_user_id: STUDENTS.dan,
        session_id: SESSIONS.queued,
      });
      expect(late).toMatchObject({
        outcome: "waitlisted",
        model: { name: "SessionWaitlist" },
        cells: { status: "waiting", student: "dan" },
        remarks: [expect.stringContaining("number 2")],
      });
      expect(await findings()).toEqual([]);
    });

    test("add: all that is missing or too much at once; the rules, and what staff set aside", async () => {
      await expect(add("LiveClassBooking", { on: "2027-02-09" })).rejects.toMatchObject({
        kind: "usage",
        message: expect.stringMatching(/--student is missing; --session is missing.*; --on goes with --slot/),
      });
      const hal = { student_user_id: STUDENTS.hal, session_id: SESSIONS.morning };
      await expect(add("LiveClassBooking", hal)).rejects.toMatchObject({ code: "enrollment" });
      expect((await add("LiveClassBooking", hal, "enrollment")).outcome).toBe("added");
      await expect(
        add("LiveClassBooking", { student_user_id: 11, teacher_id: 1, start_at_utc: "2027-02-03 03:00:00" }),
      ).rejects.toMatchObject({ code: "availability" });
    });

    test("edit: notes with the record; nothing to change writes nothing", async () => {
      const id = await booked("ana", "morning");
      await edit("LiveClassBooking", id, { student_note: "late", teacher_note: "fine" });
      const before = await all();
      expect(before.live_class_booking[0]).toMatchObject({ student_note: "late", teacher_note: "fine" });
      expect(before.booking_event.at(-1)).toMatchObject({
        what: "updated",
        from_value: '{"student_note":"","teacher_note":""}',
        to_value: '{"student_note":"late","teacher_note":"fine"}',
      });
      const again = await edit("LiveClassBooking", id, { student_note: "late", status: "confirmed" });
      expect(again.outcome).toBe("unchanged");
      expect(await all()).toEqual(before);
    });

    test("edit: each step of the status by its operation", async () => {
      await school.put("teacher_booking_policy", policyRow({ requires_approval_for_group: true }));
      const [one, two] = [await booked("ana", "morning"), await booked("ben", "morning")];
      await edit("LiveClassBooking", one, { status: "confirmed", teacher_note: "good" });
      expect((await all()).live_class_booking[0]).toMatchObject({
        status: "confirmed",
        decision_at: TODAY,
        teacher_note: "good",
      });
      await edit("LiveClassBooking", two, { status: "declined" });
      await edit("LiveClassBooking", one, { status: "attended" }, "2027-02-01 10:30:00");
      await edit("LiveClassBooking", one, { status: "no_show" }, "2027-02-01 10:30:00");
      expect(await events("live_class_booking", one)).toEqual([
        ...["created", "updated", "confirmed", "attended", "no_show"],
      ]);
      expect(await events("live_class_booking", two)).toEqual(["created", "declined"]);
      const kinds = (await all()).notification_outbox.map(({ kind }) => kind);
      expect(kinds).toContain("booking_declined");
      for (const status of ["pending", "rescheduled"])
        await expect(edit("LiveClassBooking", one, { status })).rejects.toMatchObject({
          kind: "refused",
          code: "status",
        });
      await expect(edit("LiveClassBooking", one, { status: "confirmed" })).rejects.toMatchObject({
        code: "status",
      });
    });

    test("edit: cancelling needs no reason, takes one, and passes the seat on", async () => {
      const { bookings, entry } = await full();
      await expect(
        edit("LiveClassBooking", bookings[0]!, { cancel_reason: "teacher" }),
      ).rejects.toMatchObject({
        kind: "usage",
      });
      await edit("LiveClassBooking", bookings[0]!, { status: "cancelled", cancel_reason: "emergency" });
      const { live_class_booking, session_waitlist } = await all();
      expect(live_class_booking[0]).toMatchObject({ status: "cancelled", cancel_reason: "emergency" });
      expect(session_waitlist[0]).toMatchObject({ id: entry, status: "offered" });
      expect(await findings()).toEqual([]);
    });

    test("edit: a refused step takes the fields back with it", async () => {
      const id = await booked("ana", "morning");
      const before = await all();
      await expect(
        edit("LiveClassBooking", id, { teacher_note: "x", status: "attended" }),
      ).rejects.toMatchObject({ code: "attendance-time" });
      expect(await all()).toEqual(before);
    });

    test("edit: a move is a rescheduling", async () => {
      const id = await booked("ana", "queued");
      await booked("ben", "queued");
      const entry = await waits("cleo");
      const moved = await edit("LiveClassBooking", id, { session_id: SESSIONS.morning });
      expect(moved).toMatchObject({ outcome: "moved", cells: { session_id: SESSIONS.morning } });
      const { live_class_booking, session_waitlist } = await all();
      expect(live_class_booking.find((row) => row.id === id)).toMatchObject({ status: "rescheduled" });
      expect(session_waitlist[0]).toMatchObject({ id: entry, status: "offered" });
      await expect(
        edit("LiveClassBooking", moved.cells.id as number, {
          session_id: 4,
          slot_id: 1,
          status: "cancelled",
        }),
      ).rejects.toMatchObject({ kind: "usage", message: expect.stringContaining("exclude each other") });
    });

    test("delete: seat and slot go on, the series closes up, everything is in the record", async () => {
      const { bookings, entry } = await full();
      const look = await school.look((context) =>
        deletionOf(context, modelNamed("LiveClassBooking"), bookings[1]!),
      );
      expect(look).toEqual({ goes: [], notes: [] });
      await remove("LiveClassBooking", bookings[1]!);
      expect((await all()).session_waitlist[0]).toMatchObject({ id: entry, status: "offered" });
      expect((await all()).live_class_session[2]).toMatchObject({ seats_taken: 1 });
      const once = (await school.run((context) => createBooking(context, lesson("dan", "once")))).booking!.id;
      await remove("LiveClassBooking", once);
      expect(Boolean((await all()).teacher_availability[1]!.is_active)).toBe(true);
      const { id: series } = await school.run((context) => createSeries(context, seriesFor("eva")));
      const items = (await all()).booking_series_item;
      const second = await remove("LiveClassBooking", items[1]!.booking_id as number);
      expect(second.goes).toEqual([{ model: "BookingSeriesItem", count: 1 }]);
      const after = await all();
      expect(after.booking_series_item.map((row) => [row.booking_id, row.occurrence_index])).toEqual(
        [items[0], items[2], items[3]].map((row, at) => [row!.booking_id, at + 1]),
      );
      expect(after.booking_series.find((row) => row.id === series)).toMatchObject({ occurrence_count: 3 });
      const deleted = after.booking_event.filter(({ what }) => what === "deleted");
      expect(deleted.map(({ subject }) => subject)).toEqual([
        ...["live_class_booking", "live_class_booking", "booking_series_item", "live_class_booking"],
      ]);
      expect(JSON.parse(deleted[0]!.from_value as string)).toMatchObject({
        id: bookings[1],
        session_id: SESSIONS.queued,
        status: "confirmed",
      });
      expect(
        after.notification_outbox.filter(({ kind }) => kind === "booking_cancelled").length,
      ).toBeGreaterThan(2);
      const timeline = await school.look((context) =>
        sessionTimeline(context, { session: SESSIONS.queued, student: null }),
      );
      expect(JSON.stringify(timeline)).toContain("deleted");
      expect(await findings()).toEqual([]);
    });

    test("actions", async () => {
      await school.put("teacher_booking_policy", policyRow({ requires_approval_for_group: true }));
      const ids = [];
      for (const student of ["ana", "ben", "cleo"] as const) ids.push(await booked(student, "morning"));
      await act("LiveClassBooking", "approve", ids[0]!);
      await act("LiveClassBooking", "decline", ids[1]!, { reason: "full" });
      await act("LiveClassBooking", "cancel", ids[2]!, { reason: "conflict", note: "two at once" });
      await act("LiveClassBooking", "attend", ids[0]!, {}, "2027-02-01 10:30:00");
      await act("LiveClassBooking", "no-show", ids[0]!, {}, "2027-02-01 10:30:00");
      expect((await all()).live_class_booking).toMatchObject([
        { status: "no_show" },
        { status: "declined", teacher_note: "full" },
        { status: "cancelled", cancel_reason: "conflict", teacher_note: "two at once" },
      ]);
    });
  });
});
