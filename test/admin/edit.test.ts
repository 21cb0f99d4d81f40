/** Rows added, edited, deleted and acted on through the admin: by the operations, on both engines and in both layouts. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { actionsOf, addRow, deleteRow, deletionOf, editRow, runAction } from "../../src/admin/edit.ts";
import type { Value } from "../../src/admin/form.ts";
import type { ModelName } from "../../src/admin/model.ts";
import { modelNamed } from "../../src/admin/registry.ts";
import { ALL_EVENTS, listEvents } from "../../src/db/audit.ts";
import { CHECKS, type CheckCode } from "../../src/db/checks.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { createSeries } from "../../src/operations/series.ts";
import { sessionTimeline } from "../../src/operations/session-timeline.ts";
import { verifyInvariants } from "../../src/operations/verify.ts";
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
import { contents, lesson, lessonRow, policyRow, seat, seatRow } from "../support/bookings.ts";
import { putSeries, seriesFor } from "../support/series.ts";

type Given = Record<string, Value>;

describe.each(KINDS)("$engine, $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const terms = (values: Given, ...overrides: string[]) => ({ values, overrides: new Set(overrides) });
  const add = (name: ModelName, values: Given, ...overrides: string[]) =>
    school.run((context) => addRow(context, modelNamed(name), terms(values, ...overrides)));
  const edit = (name: ModelName, id: number, values: Given, now: string = TODAY) =>
    school.run((context) => editRow(context, modelNamed(name), id, terms(values)), { now });
  const remove = (name: ModelName, id: number) =>
    school.run((context) => deleteRow(context, modelNamed(name), id));
  const act = (name: ModelName, action: string, id: number, values: Given = {}, now: string = TODAY) =>
    school.run((context) => runAction(context, modelNamed(name), { name: action }, id, terms(values)), {
      now,
    });
  const all = () => contents(school.database.db);
  const events = async (subject: string, id: number | null = null) =>
    (await listEvents(school.database, { ...ALL_EVENTS, subject, subject_id: id })).map(({ what }) => what);
  /** What `verify` finds. */
  const findings = async () =>
    (await verifyInvariants(school.database, Object.keys(CHECKS) as CheckCode[])).map(({ check }) => check);
  const booked = async (...asked: Parameters<typeof seat>) =>
    (await school.run((context) => createBooking(context, seat(...asked)))).booking!.id;
  const waits = async (student: keyof typeof STUDENTS) =>
    (await school.run((context) => createBooking(context, seat(student, "queued")))).waitlist!.id;
  /** A full session with a queue: its bookings and its entry. */
  const full = async () => ({
    bookings: [await booked("ana", "queued"), await booked("ben", "queued")],
    entry: await waits("cleo"),
  });

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

  test("TeacherBookingPolicy: add where there is none, edit by id, delete", async () => {
    const made = await add("TeacherBookingPolicy", { teacher_id: 1, min_notice_hours: 2 });
    expect(made.cells).toMatchObject({ min_notice_hours: 2, cancel_window_hours: 24, course_id: null });
    await expect(add("TeacherBookingPolicy", { teacher_id: 1 })).rejects.toMatchObject({ code: "exists" });
    expect((await add("TeacherBookingPolicy", { teacher_id: 1, course_id: 2 })).outcome).toBe("added");
    const id = made.cells.id as number;
    const fields: Given = {
      requires_approval_for_one_on_one: true,
      requires_approval_for_group: true,
      min_notice_hours: 1,
      cancel_window_hours: 3,
      buffer_before_minutes: 5,
      buffer_after_minutes: 6,
      max_bookings_per_day: 4,
    };
    for (const [name, value] of Object.entries(fields))
      expect((await edit("TeacherBookingPolicy", id, { [name]: value })).cells[name]).toBe(value);
    expect((await edit("TeacherBookingPolicy", id, { max_bookings_per_day: null })).cells).toMatchObject({
      max_bookings_per_day: null,
    });
    await expect(edit("TeacherBookingPolicy", id, { min_notice_hours: 99_999 })).rejects.toMatchObject({
      code: "bad_terms",
    });
    expect((await remove("TeacherBookingPolicy", id)).notes[0]).toMatch(/^then what the course says/);
    expect(await events("teacher_booking_policy", id)).toContain("deleted");
  });

  describe("BookingSeries and BookingSeriesItem", () => {
    test("the meeting, the states, what is not added; delete keeps the bookings", async () => {
      await expect(add("BookingSeries", {})).rejects.toMatchObject({
        code: "not-here",
        hint: "`classbook series create` makes one",
      });
      const { id } = await school.run((context) => createSeries(context, seriesFor("ana")));
      await edit("BookingSeries", id!, {
        default_meeting_link: "https://x",
        default_meeting_id: "1",
        default_meeting_passcode: "2",
        status: "paused",
      });
      await edit("BookingSeries", id!, { status: "active" });
      await act("BookingSeries", "pause", id!);
      await act("BookingSeries", "resume", id!);
      expect(await events("booking_series", id!)).toEqual([
        ...["created", "updated", "paused", "resumed", "paused", "resumed"],
      ]);
      await expect(edit("BookingSeries", id!, { status: "completed" })).rejects.toMatchObject({
        code: "status",
        hint: expect.stringContaining("series advance"),
      });
      const cancelled = await edit("BookingSeries", id!, { status: "cancelled" });
      expect(cancelled).toMatchObject({
        cells: { status: "cancelled", default_meeting_link: "https://x" },
        remarks: ["4 lessons cancelled with it"],
      });
      const gone = await remove("BookingSeries", id!);
      expect(gone).toMatchObject({ goes: [{ model: "BookingSeriesItem", count: 4 }] });
      expect(await all()).toMatchObject({
        booking_series: [],
        booking_series_item: [],
        live_class_booking: Array.from({ length: 4 }, () => ({ status: "cancelled" })),
      });
      expect(await findings()).toEqual([]);
    });

    test("an occurrence is added at the end, exchanged, taken out", async () => {
      const series = await putSeries(school, "ana", [{ start: "2027-02-02 16:00:00" }]);
      const other = await putSeries(school, "ana", [{ start: "2027-02-09 16:00:00" }]);
      const lessons = [];
      for (const day of ["16", "23"])
        lessons.push(
          await school.put(
            "live_class_booking",
            lessonRow("ana", `2027-02-${day} 16:00:00`, `2027-02-${day} 17:00:00`),
          ),
        );
      const alien = await school.put("live_class_booking", seatRow("ben"));
      const [first, taken] = (await all()).booking_series_item;
      const add2 = (booking_id: number, occurrence_index?: number) =>
        add("BookingSeriesItem", {
          series_id: series,
          booking_id,
          ...(occurrence_index === undefined ? {} : { occurrence_index }),
        });
      await expect(add2(alien, 5)).rejects.toMatchObject({
        kind: "usage",
        message: expect.stringMatching(
          /student_user_id.*course_id.*is group_session, series .* one_on_one_series.*occurrence 5 would leave a gap.*next is 2/,
        ),
      });
      await expect(add2(taken!.booking_id as number)).rejects.toMatchObject({
        message: expect.stringContaining(`is occurrence 1 of series ${other} already`),
      });
      await expect(add2(999)).rejects.toMatchObject({ message: "there is no booking 999" });
      await expect(add2(lessons[0]!, 1)).rejects.toMatchObject({
        message: expect.stringContaining("has an occurrence 1 already"),
      });
      const made = await add2(lessons[0]!, 2);
      expect(made.cells).toMatchObject({ series_id: series, occurrence_index: 2, booking_id: lessons[0] });
      await edit("BookingSeriesItem", made.cells.id as number, { booking_id: lessons[1]! });
      const out = await remove("BookingSeriesItem", first!.id as number);
      expect(out.notes).toEqual([
        `booking ${first!.booking_id} stays`,
        `1 later occurrence of series ${series} moves up`,
      ]);
      const rows = (await all()).booking_series_item.filter(({ series_id }) => series_id === series);
      expect(rows).toMatchObject([{ booking_id: lessons[1], occurrence_index: 1 }]);
      expect(await events("booking_series_item", made.cells.id as number)).toEqual([
        ...["created", "updated", "renumbered"],
      ]);
      expect(await events("live_class_booking", lessons[0]!)).toEqual(["joined_series", "left_series"]);
    });
  });

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
        () => school.run((c) => addRow(c, model, terms({})), { actor }),
        () => school.run((c) => editRow(c, model, id, terms({ student_note: "x" })), { actor }),
        () => school.run((c) => deleteRow(c, model, id), { actor }),
        () => school.look((c) => deletionOf(c, model, id), { actor }),
        () => school.run((c) => runAction(c, model, { name: "cancel" }, id, terms({})), { actor }),
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
