/** Policies, series and their occurrences through the admin, on both engines and in both layouts. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSeries } from "../../src/operations/series.ts";
import type { Given } from "../support/admin-edit.ts";
import { adminOf } from "../support/admin-edit.ts";
import { type Bookable, COURSES, KINDS, makeBookable, SLOTS, STUDENTS } from "../support/bookable.ts";
import { lessonRow, seatRow } from "../support/bookings.ts";
import { putSeries, seriesFor } from "../support/series.ts";

describe.each(KINDS)("$engine, $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const { add, edit, remove, act, all, events, findings } = adminOf(() => school);

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
    test("a series is added with its lessons, as `series create` makes it", async () => {
      const student_user_id = STUDENTS.ana;
      const made = await add("BookingSeries", {
        ...{ student_user_id, slot_id: SLOTS.tuesday, course_id: COURSES.talk },
        ...{ occurrence_count: 4, default_meeting_link: "https://x", note: "hello" },
      });
      expect(made).toMatchObject({
        outcome: "added",
        cells: {
          status: "active",
          frequency: "weekly",
          occurrence_count: 4,
          default_meeting_link: "https://x",
        },
      });
      expect(made.remarks[0]).toBe("4 occurrences booked");
      const byAdmin = await all();
      expect(byAdmin.live_class_booking).toHaveLength(4);
      expect(byAdmin.live_class_booking![0]).toMatchObject({ student_note: "hello" });
      expect(await findings()).toEqual([]);
      await remove("BookingSeries", made.cells.id as number);
      expect((await all()).live_class_booking).toHaveLength(4);

      // Its lessons stand: the same dates again are refused, or left out where that was asked for.
      const again: Given = { student_user_id, slot_id: SLOTS.tuesday, course_id: COURSES.talk };
      const before = await all();
      await expect(add("BookingSeries", { ...again, occurrence_count: 5 })).rejects.toMatchObject({
        kind: "refused",
        code: "duplicate",
      });
      expect(await all()).toEqual(before);
      const rest = await add("BookingSeries", { ...again, occurrence_count: 5, on_conflict: "skip" });
      expect(rest.remarks).toHaveLength(5);
      expect(rest.remarks[4]).toMatch(/^\d{4}-\d\d-\d\d is left out: /);
    });

    test("what is missing or too much for a series is told at once", async () => {
      await expect(add("BookingSeries", {})).rejects.toMatchObject({
        code: "bad_input",
        details: [
          "--student is missing",
          "neither --slot (lessons) nor --course (seats in its sessions) is given",
          "neither --occurrence-count nor --until-date says how it ends",
        ],
      });
      await expect(
        add("BookingSeries", {
          ...{ student_user_id: STUDENTS.ana, slot_id: SLOTS.tuesday, teacher_id: 1, start_time: "17:00:00" },
          ...{ days_of_week: "mon,xy", occurrence_count: 4, until_date: "2027-12-01" },
        }),
      ).rejects.toMatchObject({
        details: [
          "--teacher and --start-time go with sessions: the slot has its own",
          expect.stringMatching(/^--days-of-week "mon,xy" are not weekdays/),
          "--occurrence-count and --until-date exclude each other",
        ],
      });
    });

    test("the meeting, the states; delete keeps the bookings", async () => {
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
});
