import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALL_SERIES } from "../../src/db/series-list.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { rescheduleBooking } from "../../src/operations/reschedule.ts";
import { createSeries, type SeriesRequest } from "../../src/operations/series.ts";
import { cancelSeries, pauseSeries, resumeSeries } from "../../src/operations/series-change.ts";
import { moveOccurrence, skipOccurrence } from "../../src/operations/series-occurrence.ts";
import { describeSeries, listSeriesFor } from "../../src/operations/series-view.ts";
import { cancelSession } from "../../src/operations/session-end.ts";
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
} from "../support/bookable.ts";
import { contents, lessonRow, policyRow, refusal, seatRow, waitRow } from "../support/bookings.ts";
import { itemsOf, putClass, putSeries, seriesFor, storyOf } from "../support/series.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const create = (asked: SeriesRequest) => school.run((c) => createSeries(c, asked));
  const statusOf = async (id: number) =>
    (await contents(school.database.db)).booking_series.find((series) => series.id === id)!.status;
  const seats = { course_id: COURSES.spanish, teacher_id: TEACHERS.tom, startsAt: null };
  describe("paused, resumed", () => {
    test("paused its lessons stay; resumed it is as before; each once", async () => {
      const { id } = await create(seriesFor("ana"));
      const before = await storyOf(school, id);
      await school.run((c) => pauseSeries(c, id), { actor: ACTORS.ana });
      expect([await statusOf(id), await storyOf(school, id)]).toEqual(["paused", before]);
      expect(await refusal(school, (c) => pauseSeries(c, id))).toBe("status");
      await school.run((c) => resumeSeries(c, id), { actor: ACTORS.tom });
      expect(await statusOf(id)).toBe("active");
      expect(await refusal(school, (c) => resumeSeries(c, id))).toBe("status");
      expect(await refusal(school, (c) => pauseSeries(c, id), { actor: ACTORS.ben })).toBe("permission");
      await expect(school.run((c) => pauseSeries(c, 999))).rejects.toMatchObject({ code: "no_such_series" });
    });
  });

  describe("cancelled", () => {
    test("what is to come is cancelled, what is over or going on stays", async () => {
      const { id } = await create(seriesFor("ana"));
      // In the middle of the second lesson.
      const now = "2026-12-01 16:30:00";
      expect(await school.run((c) => cancelSeries(c, { id, note: "moved away" }), { now })).toHaveLength(2);
      expect(await storyOf(school, id)).toEqual([
        "1 confirmed 2026-11-24 16:00:00",
        "2 confirmed 2026-12-01 16:00:00",
        "3 cancelled 2026-12-08 16:00:00",
        "4 cancelled 2026-12-15 16:00:00",
      ]);
      expect(await statusOf(id)).toBe("cancelled");
      expect(await refusal(school, (c) => cancelSeries(c, { id }))).toBe("status");
    });

    test("lessons inside a student's window: all are told at once, and nothing is changed", async () => {
      await school.put("teacher_booking_policy", policyRow({ cancel_window_hours: 24 * 14 }));
      const { id } = await create(seriesFor("ana"));
      const asked = (c: Parameters<typeof cancelSeries>[0]) => cancelSeries(c, { id });
      expect(await refusal(school, asked, { actor: ACTORS.ana })).toBe("cancel-window");
      await expect(school.run(asked, { actor: ACTORS.ana })).rejects.toMatchObject({
        message: expect.stringMatching(/occurrence 1: .*; occurrence 2: /),
        details: { conflicts: [{ occurrence_index: 1 }, { occurrence_index: 2 }] },
      });
      expect(await school.run(asked, { actor: ACTORS.tom })).toHaveLength(4);
    });

    test("seats of a group series go to who waits", async () => {
      const { id } = await create(
        seriesFor("ana", { place: { ...seats, startsAt: 11 * 3_600_000_000 }, from: "2027-02-02", count: 1 }),
      );
      await school.put(
        "live_class_booking",
        seatRow("ben", {
          session_id: SESSIONS.queued,
          start_at_utc: "2027-02-02 10:00:00",
          end_at_utc: "2027-02-02 11:00:00",
        }),
      );
      await school.put("session_waitlist", waitRow("cleo"));
      await school.run((c) => cancelSeries(c, { id }), { actor: ACTORS.ana });
      expect((await contents(school.database.db)).session_waitlist).toMatchObject([{ status: "offered" }]);
    });

    test("a single booking, or a session, cancelled leaves the others alone", async () => {
      const lessons = await create(seriesFor("ana"));
      const [, second] = await itemsOf(school, lessons.id);
      await school.run((c) => cancelBooking(c, { id: second!.booking_id }));
      expect((await storyOf(school, lessons.id)).map((line) => line.split(" ")[1])).toEqual([
        "confirmed",
        "cancelled",
        "confirmed",
        "confirmed",
      ]);
      await putClass(school, "2027-02-08 10:00:00");
      const group = await create(seriesFor("ben", { place: seats, from: "2027-02-01", count: 2 }));
      await school.run((c) => cancelSession(c, { id: SESSIONS.morning }));
      expect((await storyOf(school, group.id)).map((line) => line.split(" ")[1])).toEqual([
        "cancelled",
        "confirmed",
      ]);
      expect([await statusOf(lessons.id), await statusOf(group.id)]).toEqual(["active", "active"]);
    });
  });

  describe("one occurrence", () => {
    const thursday = { slot_id: SLOTS.once, date: "2027-02-03" as never, course_id: null };

    test("skipped: its booking is cancelled by the rules, its index stays; once", async () => {
      await school.put("teacher_booking_policy", policyRow({ cancel_window_hours: 24 * 14 }));
      const { id } = await create(seriesFor("ana"));
      const skip = (occurrence_index: number) => (c: Parameters<typeof skipOccurrence>[0]) =>
        skipOccurrence(c, { series: id, occurrence_index });
      expect(await refusal(school, skip(1), { actor: ACTORS.ana })).toBe("cancel-window");
      await school.run(skip(4), { actor: ACTORS.ana });
      expect((await storyOf(school, id))[3]).toBe("4 cancelled 2026-12-15 16:00:00");
      expect(await refusal(school, skip(4))).toBe("status");
      expect(await refusal(school, skip(1), { actor: ACTORS.ben })).toBe("permission");
      await expect(school.run(skip(5))).rejects.toMatchObject({ code: "no_such_occurrence" });
    });

    test("moved to a date alone: at the series' time of day, where a slot begins then", async () => {
      const { id } = await create(seriesFor("ana"));
      const on = (date: string) => (c: Parameters<typeof moveOccurrence>[0]) =>
        moveOccurrence(c, { series: id, occurrence_index: 2, to: { date: date as never } });
      await school.run(on("2026-12-22"), { actor: ACTORS.ana });
      expect((await storyOf(school, id))[1]).toBe("2 confirmed 2026-12-22 16:00:00");
      expect(await refusal(school, on("2026-12-23"))).toBe("availability");
      // Back where it was planned, though it was moved: the same row again.
      await school.run(on("2026-12-01"));
      expect((await itemsOf(school, id))[1]).toMatchObject({
        start_at_utc: "2026-12-01 16:00:00",
        moved_from_at_utc: null,
      });
    });

    test("moved to a date alone in a group series: the session at its time", async () => {
      await putClass(school, "2027-02-08 10:00:00");
      const { id } = await create(seriesFor("ana", { place: seats, from: "2027-02-01", count: 1 }));
      const on = (date: string) => (c: Parameters<typeof moveOccurrence>[0]) =>
        moveOccurrence(c, { series: id, occurrence_index: 1, to: { date: date as never } });
      await school.run(on("2027-02-08"));
      expect(await storyOf(school, id)).toEqual(["1 confirmed 2027-02-08 10:00:00"]);
      expect(await refusal(school, on("2027-02-09"))).toBe("no_session");
    });

    test("moved to where another of the series was skipped: each keeps a booking of its own", async () => {
      const { id } = await create(seriesFor("ana"));
      await school.run((c) => skipOccurrence(c, { series: id, occurrence_index: 3 }));
      await school.run((c) =>
        moveOccurrence(c, { series: id, occurrence_index: 2, to: { date: "2026-12-08" as never } }),
      );
      expect(await storyOf(school, id)).toEqual([
        "1 confirmed 2026-11-24 16:00:00",
        "2 confirmed 2026-12-08 16:00:00",
        "3 rescheduled 2026-12-01 16:00:00",
        "4 confirmed 2026-12-15 16:00:00",
      ]);
      expect(await school.look((c) => describeSeries(c, id))).toMatchObject({ upcoming: 3, cancelled: 1 });
    });

    test("moved after another series took up its booking: the first series keeps what it names", async () => {
      const first = await create(seriesFor("ana", { count: 2 }));
      await school.run((c) => skipOccurrence(c, { series: first.id, occurrence_index: 2 }));
      const second = await create(seriesFor("ana", { from: "2026-12-01", count: 1 }));
      const taken = (await itemsOf(school, first.id))[1]!.booking_id;
      await school.run((c) =>
        moveOccurrence(c, { series: second.id, occurrence_index: 1, to: { date: "2026-12-08" as never } }),
      );
      expect((await itemsOf(school, first.id))[1]).toMatchObject({
        booking_id: taken,
        status: "rescheduled",
        start_at_utc: "2026-12-01 16:00:00",
        moved_from_at_utc: null,
      });
      expect(await storyOf(school, second.id)).toEqual(["1 confirmed 2026-12-08 16:00:00"]);
    });

    test("moved by `booking reschedule` it is the same occurrence", async () => {
      const { id } = await create(seriesFor("ana"));
      const [first] = await itemsOf(school, id);
      await school.run((c) => rescheduleBooking(c, { id: first!.booking_id, to: thursday }));
      expect((await itemsOf(school, id))[0]).toMatchObject({
        occurrence_index: 1,
        start_at_utc: "2027-02-03 16:00:00",
        moved_from_at_utc: "2026-11-24 16:00:00",
      });
    });

    test("one that another series took up is that one's", async () => {
      const { id } = await create(seriesFor("ana", { count: 2 }));
      await school.run((c) => skipOccurrence(c, { series: id, occurrence_index: 2 }));
      await create(seriesFor("ana", { from: "2026-12-01", count: 1 }));
      expect(await refusal(school, (c) => skipOccurrence(c, { series: id, occurrence_index: 2 }))).toBe(
        "status",
      );
      expect(await school.run((c) => cancelSeries(c, { id }))).toHaveLength(1);
    });
  });

  describe("seen", () => {
    test("by whoever has a part in it, filtered and in pages", async () => {
      const anas = await create(seriesFor("ana", { count: 1 }));
      const bens = await create(seriesFor("ben", { from: "2026-12-01", count: 1 }));
      const see = (actor: keyof typeof ACTORS, more = {}) =>
        school.look(async (c) => (await listSeriesFor(c, { ...ALL_SERIES, ...more })).map(({ id }) => id), {
          actor: ACTORS[actor],
        });
      expect(await see("paula")).toEqual([anas.id, bens.id]);
      expect(await see("tom")).toEqual([anas.id, bens.id]);
      expect(await see("ana")).toEqual([anas.id]);
      expect(await see("tina")).toEqual([]);
      expect(await see("shell", { student: STUDENTS.ben })).toEqual([bens.id]);
      expect(await see("shell", { course: COURSES.club })).toEqual([]);
      expect(await see("shell", { statuses: ["paused"] })).toEqual([]);
      for (const sort of ["next_start_at_utc", "status", "total"] as const)
        expect(await see("shell", { sort, descending: true, limit: 1 })).toEqual([bens.id]);
      expect(await see("shell", { limit: 1, offset: 1 })).toEqual([bens.id]);
      await expect(
        school.look((c) => describeSeries(c, anas.id), { actor: ACTORS.ben }),
      ).rejects.toMatchObject({ code: "permission" });
    });

    test("how far it is", async () => {
      const id = await putSeries(school, "ana", [
        { start: "2026-11-03 16:00:00", status: "attended" },
        { start: "2026-11-10 16:00:00", status: "no_show" },
        { start: "2026-11-17 16:00:00", status: "confirmed" },
        { start: "2026-11-24 16:00:00", status: "cancelled" },
        { start: "2026-12-01 16:00:00", status: "pending" },
      ]);
      await school.put("live_class_booking", lessonRow("ben", "2026-12-01 10:00:00", "2026-12-01 11:00:00"));
      expect(await school.look((c) => describeSeries(c, id))).toMatchObject({
        total: 5,
        done: 3,
        cancelled: 1,
        upcoming: 1,
        next_start_at_utc: "2026-12-01 16:00:00",
      });
    });
  });
});
