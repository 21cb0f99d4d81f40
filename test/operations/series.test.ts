/** Making series and going on with them (SPEC 5): what is booked, what is refused, and by which rule. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { createSeries, previewSeries, type SeriesRequest } from "../../src/operations/series.ts";
import { describeSeries } from "../../src/operations/series-view.ts";
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
import { contents, lessonRow, policyRow, refusal, seatRow, waitRow } from "../support/bookings.ts";
import { itemsOf, putClass, seriesFor, storyOf } from "../support/series.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const create = (asked: SeriesRequest, actor: keyof typeof ACTORS = "shell") =>
    school.run((c) => createSeries(c, asked), { actor: ACTORS[actor] });
  const preview = (asked: SeriesRequest) =>
    previewSeries(school.database, { now: TODAY, actor: ACTORS.shell, offerHours: 24 }, asked);
  const row = async (id: number) =>
    (await contents(school.database.db)).booking_series.find((series) => series.id === id)!;

  const seats = { course_id: COURSES.spanish, teacher_id: TEACHERS.tom, startsAt: null };

  describe("lessons", () => {
    test("the row says the rule, the audit what the row cannot hold, and everybody is told", async () => {
      const { id, occurrences } = await create(seriesFor("ana", { count: 3 }), "ana");
      expect(occurrences.map(({ outcome }) => outcome)).toEqual(["confirmed", "confirmed", "confirmed"]);
      expect(await row(id)).toMatchObject({
        student_user_id: STUDENTS.ana,
        teacher_id: TEACHERS.tom,
        course_id: COURSES.talk,
        type: "one_on_one_series",
        status: "active",
        frequency: "weekly",
        interval: 1,
        days_of_week: "1",
        occurrence_count: 3,
        until_date: null,
      });
      expect(await storyOf(school, id)).toEqual([
        "1 confirmed 2026-11-24 16:00:00",
        "2 confirmed 2026-12-01 16:00:00",
        "3 confirmed 2026-12-08 16:00:00",
      ]);
      const { booking_event, notification_outbox } = await contents(school.database.db);
      const event = booking_event.find(({ subject }) => subject === "booking_series")!;
      expect([event.what, event.actor]).toEqual(["created", "ana (user 11)"]);
      expect(JSON.parse(String(event.to_value))).toMatchObject({
        slot_id: SLOTS.tuesday,
        time: "17:00:00",
        timezone: "Europe/Madrid",
        last_date: "2026-12-08",
      });
      expect(notification_outbox.map(({ kind, user_id }) => [kind, user_id])).toEqual(
        Array.from({ length: 3 }, () => ["booking_confirmed", 2]),
      );
      expect(await school.look((c) => describeSeries(c, id))).toMatchObject({
        rule: "every week on Tue at 17:00 Europe/Madrid, 3 times",
        problem: null,
        total: 3,
        done: 0,
        upcoming: 3,
        next_start_at_utc: "2026-11-24 16:00:00",
      });
    });

    test("an end that is a date: inclusive, and no count", async () => {
      const { id } = await create(seriesFor("ana", { until: "2026-12-08" }));
      expect(await row(id)).toMatchObject({ occurrence_count: null, until_date: "2026-12-08" });
      expect(await storyOf(school, id)).toHaveLength(3);
    });

    test("a preview judges every date and keeps nothing", async () => {
      await school.put("teacher_booking_policy", policyRow({ requires_approval_for_one_on_one: true }));
      const { id, occurrences } = await create(seriesFor("ana", { count: 2 }));
      expect(occurrences.map(({ outcome }) => outcome)).toEqual(["pending", "pending"]);
      expect(await storyOf(school, id)).toEqual([
        "1 pending 2026-11-24 16:00:00",
        "2 pending 2026-12-01 16:00:00",
      ]);
      // The later ones see the earlier: of the same week's a second series is refused, all with the same sentence.
      const before = await contents(school.database.db);
      const again = await preview(seriesFor("ana", { count: 2 }));
      expect(await contents(school.database.db)).toEqual(before);
      expect(again.occurrences.map(({ outcome }) => outcome)).toEqual(["refused", "refused"]);
    });

    test("each is judged like a single booking: limits of a day, notice, the slot's validity, all at once", async () => {
      await school.put(
        "teacher_booking_policy",
        policyRow({ max_bookings_per_day: 1, min_notice_hours: 24 * 5 }),
      );
      await school.put("live_class_booking", lessonRow("ben", "2026-12-08 10:00:00", "2026-12-08 11:00:00"));
      await school.database.db
        .updateTable("teacher_availability")
        .set({ valid_until: "2026-12-15" })
        .where("id", "=", SLOTS.tuesday)
        .execute();
      const { occurrences } = await preview(seriesFor("ana", { count: 5 }));
      const failed = occurrences.map(({ rules }) =>
        rules.filter(({ outcome }) => outcome === "fail").map(({ rule }) => rule),
      );
      expect(failed).toEqual([["min-notice"], [], ["daily-limit"], [], ["availability"]]);
      expect(await refusal(school, (c) => createSeries(c, seriesFor("ana", { count: 5 })))).toBe(
        "min-notice",
      );
      const { id } = await create(
        seriesFor("ana", { count: 5, overrides: ["min-notice", "daily-limit", "availability"] }),
      );
      expect(await storyOf(school, id)).toHaveLength(5);
      const { booking_event } = await contents(school.database.db);
      expect(booking_event.at(-1)).toMatchObject({
        subject: "booking_series",
        overridden: "min-notice,daily-limit,availability",
      });
    });

    test("what ended is taken up again", async () => {
      const first = await create(seriesFor("ana", { count: 2 }));
      const [item] = await itemsOf(school, first.id);
      await school.run((c) => cancelBooking(c, { id: item!.booking_id }));
      const second = await create(seriesFor("ana", { from: "2026-11-24", count: 1 }));
      expect(second.occurrences[0]).toMatchObject({ booking_id: item!.booking_id, outcome: "confirmed" });
      // It is the second series' lesson now.
      expect((await itemsOf(school, first.id))[0]).toMatchObject({ taken_over_by: second.id });
      expect(await school.look((c) => describeSeries(c, first.id))).toMatchObject({
        cancelled: 1,
        upcoming: 1,
      });
      expect(await school.look((c) => describeSeries(c, second.id))).toMatchObject({
        cancelled: 0,
        upcoming: 1,
      });
    });

    test("who may: the student, the teacher, staff; nobody else, and only staff set rules aside", async () => {
      await create(seriesFor("ana", { count: 1 }), "tom");
      await create(seriesFor("ana", { from: "2026-12-01", count: 1 }), "paula");
      const asked = seriesFor("ana", { from: "2027-01-05" });
      for (const actor of ["ben", "tina"] as const)
        expect(await refusal(school, (c) => createSeries(c, asked), { actor: ACTORS[actor] })).toBe(
          "permission",
        );
      const overriding = { ...asked, overrides: new Set(["min-notice"] as const) };
      expect(await refusal(school, (c) => createSeries(c, overriding), { actor: ACTORS.ana })).toBe(
        "permission",
      );
    });

    test.each([
      [
        "a slot for one time",
        seriesFor("ana", { place: { slot_id: SLOTS.once, course_id: null } }),
        "one_time_slot",
      ],
      [
        "a slot that is not there",
        seriesFor("ana", { place: { slot_id: 99, course_id: null } }),
        "no_such_slot",
      ],
      [
        "a slot for all courses, and no course",
        seriesFor("ana", { place: { slot_id: SLOTS.open, course_id: null } }),
        "no_course",
      ],
      [
        "an end before the beginning",
        seriesFor("ana", { from: "2027-01-05", until: "2027-01-04" }),
        "bad_rule",
      ],
      ["too many", seriesFor("ana", { count: 521 }), "bad_rule"],
    ])("%s: one sentence", async (_, asked, code) => {
      await expect(create(asked)).rejects.toMatchObject({ code });
    });
  });

  describe("seats in sessions", () => {
    test("the course's sessions at the local time are booked, over a change of the clocks", async () => {
      await putClass(school, "2027-03-22 10:00:00");
      await putClass(school, "2027-03-29 09:00:00");
      await putClass(school, "2027-04-05 09:00:00");
      const { id } = await create(seriesFor("ana", { place: seats, from: "2027-03-22", count: 3 }), "ana");
      expect(await storyOf(school, id)).toEqual([
        "1 confirmed 2027-03-22 10:00:00",
        "2 confirmed 2027-03-29 09:00:00",
        "3 confirmed 2027-04-05 09:00:00",
      ]);
      expect(await row(id)).toMatchObject({
        type: "group_series",
        days_of_week: "0",
        course_id: COURSES.spanish,
      });
    });

    test("a date without a session is named; the others can be had", async () => {
      await putClass(school, "2027-02-15 10:00:00");
      await putClass(school, "2027-02-08 12:00:00");
      const asked = seriesFor("ana", { place: seats, from: "2027-02-01", count: 3 });
      expect(await refusal(school, (c) => createSeries(c, asked))).toBe("no_session");
      await expect(create(asked)).rejects.toThrow(/2 \(Mon 8 Feb 2027 11:00.*no session at 11:00.*at 13:00/);
      const { id } = await create({ ...asked, on_conflict: "skip" });
      expect(await storyOf(school, id)).toEqual([
        "1 confirmed 2027-02-01 10:00:00",
        "2 confirmed 2027-02-15 10:00:00",
      ]);
    });

    test("a full session is a conflict: its waitlist is not joined", async () => {
      const full = await putClass(school, "2027-02-08 10:00:00", {
        capacity: 1,
        total_seats: 1,
        enable_waitlist: true,
      });
      await school.put(
        "live_class_booking",
        seatRow("ben", {
          session_id: full,
          start_at_utc: "2027-02-08 10:00:00",
          end_at_utc: "2027-02-08 11:00:00",
        }),
      );
      const asked = seriesFor("ana", { place: seats, from: "2027-02-01", count: 2 });
      expect(await refusal(school, (c) => createSeries(c, asked))).toBe("capacity");
      await create({ ...asked, on_conflict: "skip" });
      expect((await contents(school.database.db)).session_waitlist).toEqual([]);
    });

    test("several teachers: it has to be said which; a time of day finds sessions beside others", async () => {
      await expect(
        create(seriesFor("ana", { place: { ...seats, teacher_id: null }, count: 1 })),
      ).rejects.toMatchObject({ code: "several_teachers", message: expect.stringContaining("tom, tina") });
      const at = { ...seats, startsAt: 15 * 3_600_000_000 };
      const { id } = await create(seriesFor("ana", { place: at, count: 1 }));
      expect((await itemsOf(school, id))[0]).toMatchObject({ session_id: SESSIONS.small });
      await expect(
        create(seriesFor("ben", { place: { ...seats, startsAt: 0 }, count: 1 })),
      ).rejects.toMatchObject({ code: "no_session" });
    });

    test("a time zone that does not exist is refused with its name", async () => {
      await school.database.db
        .updateTable("user_profile")
        .set({ timezone: "Mars/Base" })
        .where("user_id", "=", 2)
        .execute();
      const asked = seriesFor("ana", { place: seats, count: 1 });
      expect(await refusal(school, (c) => createSeries(c, asked))).toBe("bad_timezone");
      await expect(create(asked)).rejects.toThrow(/"Mars\/Base" of tom/);
    });
  });

  test("who waits for a seat that a series leaves is offered it", async () => {
    const asked = seriesFor("ana", {
      place: { ...seats, startsAt: 11 * 3_600_000_000 },
      from: "2027-02-02",
      count: 1,
    });
    const { occurrences } = await create(asked);
    expect(occurrences[0]).toMatchObject({ session_id: SESSIONS.queued });
    await school.put(
      "live_class_booking",
      seatRow("ben", {
        session_id: SESSIONS.queued,
        start_at_utc: "2027-02-02 10:00:00",
        end_at_utc: "2027-02-02 11:00:00",
      }),
    );
    await school.put("session_waitlist", waitRow("cleo"));
    await school.run((c) => cancelBooking(c, { id: occurrences[0]!.booking_id! }));
    expect((await contents(school.database.db)).session_waitlist).toMatchObject([{ status: "offered" }]);
  });
});
