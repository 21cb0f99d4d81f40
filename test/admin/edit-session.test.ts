/** Queues, sessions and slots through the admin, and who may, on both engines and in both layouts. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { actionsOf, addRow, deleteRow, deletionOf, editRow, runAction } from "../../src/admin/edit.ts";
import { modelNamed } from "../../src/admin/registry.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { adminOf, type Given, termsOf } from "../support/admin-edit.ts";
import {
  ACTORS,
  type Bookable,
  KINDS,
  makeBookable,
  SESSIONS,
  SLOTS,
  STUDENTS,
  TODAY,
} from "../support/bookable.ts";
import { seat } from "../support/bookings.ts";
import { putSeries } from "../support/series.ts";

describe.each(KINDS)("$engine, $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const { booked, waits, full, add, edit, remove, act, all, events, findings } = adminOf(() => school);

  test("SessionWaitlist: join, offer, accept, leave, join again, delete", async () => {
    await school.run((context) => createBooking(context, seat("ana", "queued")));
    const ben = await booked("ben", "queued");
    const made = await add("SessionWaitlist", {
      session_id: SESSIONS.queued,
      student_user_id: STUDENTS.cleo,
    });
    expect(made).toMatchObject({ cells: { status: "waiting" }, remarks: ["number 1 in the queue"] });
    const id = made.cells.id as number;
    await expect(edit("SessionWaitlist", id, { status: "accepted" })).rejects.toMatchObject({
      code: "status",
    });
    await expect(edit("SessionWaitlist", id, { status: "offered" })).rejects.toMatchObject({
      code: "capacity",
    });
    await edit("SessionWaitlist", id, { status: "expired" });
    await edit("SessionWaitlist", id, { status: "waiting" });
    await remove("LiveClassBooking", ben);
    await expect(edit("SessionWaitlist", id, { status: "waiting" })).rejects.toMatchObject({
      code: "status",
      hint: expect.stringContaining("--status expired"),
    });
    const accepted = await edit("SessionWaitlist", id, { status: "accepted" });
    expect(accepted).toMatchObject({
      cells: { status: "accepted" },
      remarks: [expect.stringMatching(/^booking \d+ is confirmed/)],
    });
    const [dan, eva] = [await waits("dan"), await waits("eva")];
    await act("SessionWaitlist", "leave", dan);
    await edit("LiveClassSession", SESSIONS.queued, { capacity: 3 });
    expect((await all()).session_waitlist.find((row) => row.id === eva)).toMatchObject({ status: "offered" });
    const finn = await waits("finn");
    await remove("SessionWaitlist", eva);
    expect((await all()).session_waitlist.find((row) => row.id === finn)).toMatchObject({
      status: "offered",
    });
    await act("SessionWaitlist", "accept", finn);
    expect(await events("session_waitlist", eva)).toEqual(["joined", "offered", "deleted"]);
    expect(await findings()).toEqual([]);
  });

  describe("LiveClassSession", () => {
    test("add, and every field edited", async () => {
      await expect(add("LiveClassSession", { status: "live" })).rejects.toMatchObject({
        message: expect.stringMatching(/--course .*--teacher .*--start-at-utc .*not live/),
      });
      const { cells } = await add("LiveClassSession", {
        course_id: 1,
        teacher_id: 2,
        start_at_utc: "2027-03-01 10:00:00",
        capacity: 4,
      });
      expect(cells).toMatchObject({ title: "Spanish A2", status: "scheduled", total_seats: 4 });
      const fields: Given = {
        title: "Other",
        description: "what",
        course_id: 3,
        teacher_id: 1,
        start_at_utc: "2027-03-02 10:00:00",
        duration_minutes: 90,
        capacity: 6,
        enable_waitlist: true,
        meeting_provider: "zoom",
        meeting_link: "https://x.example",
        meeting_id: "7",
        meeting_passcode: "8",
      };
      for (const [name, value] of Object.entries(fields))
        expect((await edit("LiveClassSession", cells.id as number, { [name]: value })).cells[name]).toBe(
          value,
        );
      const { cells: after } = await edit("LiveClassSession", cells.id as number, { meeting_provider: null });
      expect(after).toMatchObject({ meeting_provider: "", end_at_utc: "2027-03-02 11:30:00" });
      expect(await findings()).toEqual([]);
    });

    test("each step of the status by its operation", async () => {
      const { entry } = await full();
      await edit("LiveClassSession", SESSIONS.evening, { status: "booking_closed" });
      await edit("LiveClassSession", SESSIONS.evening, { status: "scheduled" });
      await act("LiveClassSession", "close", SESSIONS.evening);
      await act("LiveClassSession", "reopen", SESSIONS.evening);
      const off = await edit("LiveClassSession", SESSIONS.queued, { status: "cancelled", title: "Off" });
      expect(off).toMatchObject({
        cells: { status: "cancelled", title: "Off" },
        remarks: ["2 bookings cancelled", "1 place in the queue ended"],
      });
      expect((await all()).session_waitlist[0]).toMatchObject({ id: entry, status: "expired" });
      await booked("ana", "morning");
      const done = await act(
        "LiveClassSession",
        "complete",
        SESSIONS.morning,
        { unmarked: "attended" },
        "2027-02-01 12:00:00",
      );
      expect(done).toMatchObject({ cells: { status: "completed" }, remarks: ["1 booking marked attended"] });
      await expect(edit("LiveClassSession", SESSIONS.small, { status: "completed" })).rejects.toMatchObject({
        code: "attendance-time",
      });
      await expect(edit("LiveClassSession", SESSIONS.small, { status: "draft" })).rejects.toMatchObject({
        code: "status",
      });
      await act("LiveClassSession", "cancel", SESSIONS.small, { reason: "emergency", note: "flood" });
    });

    test("delete: with bookings, queue and places in series; not what legacy bookings name", async () => {
      const { bookings } = await full();
      const series = await putSeries(school, "ana", []);
      await school.put("booking_series_item", {
        series_id: series,
        booking_id: bookings[0]!,
        occurrence_index: 1,
      });
      const gone = await remove("LiveClassSession", SESSIONS.queued);
      expect(gone.goes).toEqual([
        { model: "LiveClassBooking", count: 2 },
        { model: "BookingSeriesItem", count: 1 },
        { model: "SessionWaitlist", count: 1 },
      ]);
      const after = await all();
      expect([after.live_class_booking, after.session_waitlist, after.booking_series_item]).toEqual([
        [],
        [],
        [],
      ]);
      expect(after.booking_event.filter(({ what }) => what === "deleted")).toHaveLength(5);
      const told = after.notification_outbox.map(({ kind, user_id }) => `${kind} ${user_id}`);
      expect(told).toEqual(
        expect.arrayContaining(["booking_cancelled 11", "booking_cancelled 12", "waitlist_expired 13"]),
      );
      await school.put("booking", {
        booking_id: "0123456789abcdef0123456789abcdef",
        user_id: 11,
        session_id: SESSIONS.morning,
        status: "confirmed",
        booked_at: TODAY,
        attended: false,
        student_notes: "",
        cancellation_reason: "",
        cancellation_notes: "",
        seats_booked: 1,
      });
      await expect(remove("LiveClassSession", SESSIONS.morning)).rejects.toMatchObject({ code: "in-use" });
      expect(await findings()).toEqual([]);
    });
  });

  test("TeacherAvailability: add, each field, block, delete", async () => {
    const weekly = {
      teacher_id: 1,
      slot_type: "recurring",
      day_of_week: 4,
      start_time: "09:00:00",
      end_time: "10:00:00",
    };
    const { cells } = await add("TeacherAvailability", weekly);
    expect(cells).toMatchObject({ timezone: "Europe/Madrid", is_active: true });
    const id = cells.id as number;
    await expect(add("TeacherAvailability", weekly)).rejects.toMatchObject({ code: "slot-overlap" });
    await expect(
      add("TeacherAvailability", { teacher_id: 1, slot_type: "one_time", day_of_week: 1 }),
    ).rejects.toMatchObject({
      message:
        "--start-datetime is missing; --end-datetime is missing; --day-of-week: a one_time slot has none",
    });
    const fields: Given = {
      day_of_week: 2,
      start_time: "08:00:00",
      end_time: "09:30:00",
      valid_from: "2027-01-01",
      valid_until: "2027-06-01",
      timezone: "Europe/Lisbon",
      course_id: 2,
      is_active: false,
    };
    for (const [name, value] of Object.entries(fields))
      expect((await edit("TeacherAvailability", id, { [name]: value })).cells[name], name).toBe(value);
    for (const name of ["valid_from", "valid_until", "course_id"])
      expect((await edit("TeacherAvailability", id, { [name]: null })).cells[name]).toBeNull();
    await edit("TeacherAvailability", SLOTS.once, { start_datetime: "2027-02-03 15:30:00" });
    await expect(
      edit("TeacherAvailability", SLOTS.once, { day_of_week: 1, end_datetime: "2027-02-03 15:00:00" }),
    ).rejects.toMatchObject({
      code: "bad_slot",
      message: expect.stringMatching(/a single slot has no day_of_week; the end .* is not after the start/),
    });
    await expect(
      edit("TeacherAvailability", id, {
        day_of_week: 1,
        start_time: "17:00:00",
        end_time: "18:00:00",
        is_active: true,
        timezone: "Europe/Madrid",
      }),
    ).rejects.toMatchObject({ code: "slot-overlap" });
    await expect(edit("TeacherAvailability", id, { blocked_reason: "x" })).rejects.toMatchObject({
      kind: "usage",
    });
    expect(
      (await edit("TeacherAvailability", id, { is_blocked: true, blocked_reason: "ill" })).cells,
    ).toMatchObject({ is_blocked: true, blocked_reason: "ill" });
    expect((await edit("TeacherAvailability", id, { blocked_reason: "away" })).cells).toMatchObject({
      blocked_reason: "away",
    });
    await edit("TeacherAvailability", id, { is_blocked: false });
    await act("TeacherAvailability", "block", id, { reason: "again" });
    await act("TeacherAvailability", "unblock", id);
    await remove("TeacherAvailability", id);
    expect((await events("teacher_availability", id)).slice(-5)).toEqual([
      ...["blocked", "unblocked", "blocked", "unblocked", "deleted"],
    ]);
    await school.put("one_on_one_booking", {
      booking_id: "0123456789abcdef0123456789abcdef",
      user_id: 11,
      availability_slot_id: SLOTS.tuesday,
      status: "pending",
      booked_at: TODAY,
      declined_reason: "",
      cancellation_reason: "",
      cancellation_notes: "",
      meeting_link: "",
      attended: false,
      student_notes: "",
      teacher_notes: "",
      is_recurring: false,
      recurring_cadence: "",
    });
    for (const work of [
      () => edit("TeacherAvailability", SLOTS.tuesday, { start_time: "16:00:00" }),
      () => remove("TeacherAvailability", SLOTS.tuesday),
    ])
      await expect(work()).rejects.toMatchObject({ code: "in-use" });
    expect(await findings()).toEqual([]);
  });

  test("for staff; not for rows that are not there, and not for read-only models", async () => {
    const id = await booked("ana", "morning");
    const before = await all();
    for (const actor of [ACTORS.tom, ACTORS.ana]) {
      const model = modelNamed("LiveClassBooking");
      for (const work of [
        () => school.run((c) => addRow(c, model, termsOf({})), { actor }),
        () => school.run((c) => editRow(c, model, id, termsOf({ student_note: "x" })), { actor }),
        () => school.run((c) => deleteRow(c, model, id), { actor }),
        () => school.look((c) => deletionOf(c, model, id), { actor }),
        () => school.run((c) => runAction(c, model, { name: "cancel" }, id, termsOf({})), { actor }),
      ])
        await expect(work()).rejects.toMatchObject({ code: "permission" });
    }
    for (const work of [
      () => edit("LiveClassSession", 999, { title: "x" }),
      () => remove("SessionWaitlist", 999),
      () => act("BookingSeries", "pause", 999),
    ])
      await expect(work()).rejects.toMatchObject({ code: "no_such_row", kind: "not_found" });
    await expect(edit("Booking", 1, { status: "x" })).rejects.toMatchObject({ code: "read_only" });
    expect(actionsOf(modelNamed("Booking"))).toEqual([]);
    expect(await all()).toEqual(before);
  });
});
