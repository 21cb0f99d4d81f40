/** SCENARIOS.md 21, 22 and 25–27: lessons, by number. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { approveBooking } from "../../src/operations/approval.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { ACTORS, type Bookable, COURSES, KINDS, makeBookable, TEACHERS } from "../support/bookable.ts";
import { lesson, lessonRow, policyRow, refusal } from "../support/bookings.ts";
import { schoolDay } from "../support/school-day.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
  });
  afterEach(() => school.remove());

  /** Tina's Thursdays in New York, beside 18:00: 22:00, which is Friday 03:00 UTC. */
  const lateSlot = () =>
    school.put("teacher_availability", {
      teacher_id: TEACHERS.tina,
      course_id: COURSES.talk,
      slot_type: "recurring",
      day_of_week: 3,
      start_time: "22:00:00",
      end_time: "23:00:00",
      timezone: "America/New_York",
      is_active: true,
      is_blocked: false,
      blocked_reason: "",
    });
  const limit = () =>
    school.put("teacher_booking_policy", policyRow({ teacher_id: TEACHERS.tina, max_bookings_per_day: 1 }));
  const thursday = { course: "talk", on: "2027-02-04" } as const;

  test("21: a late lesson counts on the teacher's local day, not on the day of UTC", async () => {
    const late = await lateSlot();
    await limit();
    const { booking } = await day.book({ ...lesson("ana", "open", thursday), slot_id: late });
    expect(booking).toMatchObject({ start_at_utc: "2027-02-05 03:00:00" });
    expect(await refusal(school, (c) => createBooking(c, lesson("ben", "open", thursday)))).toBe(
      "daily-limit",
    );
    // Friday in New York, the same day in UTC.
    const friday = await school.put(
      "live_class_booking",
      lessonRow("cleo", "2027-02-12 03:00:00", "2027-02-12 04:00:00", { teacher_id: TEACHERS.tina }),
    );
    expect(friday).toBeGreaterThan(0);
    expect(
      await refusal(school, (c) =>
        createBooking(c, lesson("ben", "open", { course: "talk", on: "2027-02-11" })),
      ),
    ).toBe("daily-limit");
    expect(await day.book(lesson("ben", "open", { course: "talk", on: "2027-02-18" }))).toMatchObject({
      outcome: "confirmed",
    });
  });

  test("22: moving within a day of one lesson is allowed: the moved one does not count itself", async () => {
    const late = await lateSlot();
    await limit();
    const { booking } = await day.book(lesson("ana", "open", thursday));
    const to = { slot_id: late, date: thursday.on as never, course_id: null };
    expect(await day.move(booking!.id, to, { actor: ACTORS.ana })).toMatchObject({
      booking: { status: "confirmed", start_at_utc: "2027-02-05 03:00:00" },
    });
    expect(await refusal(school, (c) => createBooking(c, lesson("ben", "open", thursday)))).toBe(
      "daily-limit",
    );
  });

  test("25: buffers in both directions, with policies per course: the larger of the two counts", async () => {
    await school.put(
      "teacher_booking_policy",
      policyRow({ course_id: COURSES.talk, buffer_before_minutes: 10, buffer_after_minutes: 20 }),
      policyRow({ course_id: COURSES.club, buffer_before_minutes: 40, buffer_after_minutes: 5 }),
    );
    const beside = (start: string, end: string) =>
      lessonRow("ben", `2027-02-03 ${start}`, `2027-02-03 ${end}`, { course_id: COURSES.club });
    // 16:00–17:00 is asked: 10 min before it, and 40 min until the next.
    const early = await school.put("live_class_booking", beside("15:00:00", "15:50:00"));
    const late = await school.put("live_class_booking", beside("17:39:00", "18:00:00"));
    const attempt = () => refusal(school, (c) => createBooking(c, lesson("ana", "once")));
    expect(await attempt()).toBe("buffer");
    await day.cancel(late);
    await school.put("live_class_booking", beside("17:40:00", "18:00:00"));
    await day.cancel(early);
    const nearer = await school.put("live_class_booking", beside("15:01:00", "15:51:00"));
    expect(await attempt()).toBe("buffer");
    await day.cancel(nearer);
    expect(await day.book(lesson("ana", "once"))).toMatchObject({ outcome: "confirmed" });
  });

  test("26: a request holds its opening: a second student is refused", async () => {
    await school.put("teacher_booking_policy", policyRow({ requires_approval_for_one_on_one: true }));
    const { booking, outcome } = await day.book(lesson("ana", "once"));
    expect(outcome).toBe("pending");
    expect(await refusal(school, (c) => createBooking(c, lesson("ben", "once")))).toBe("teacher-overlap");
    await day.decline(booking!.id, { actor: ACTORS.tom });
    expect(await day.book(lesson("ben", "once"))).toMatchObject({ outcome: "pending" });
  });

  test("3: of two overlapping requests that came in beside each other one is confirmed", async () => {
    const at = ["2027-02-03 16:00:00", "2027-02-03 17:00:00"] as const;
    const ana = await school.put("live_class_booking", lessonRow("ana", ...at, { status: "pending" }));
    const ben = await school.put(
      "live_class_booking",
      lessonRow("ben", "2027-02-03 16:30:00", "2027-02-03 17:30:00", { status: "pending" }),
    );
    expect(await day.approve(ana)).toMatchObject({ status: "confirmed" });
    expect(await refusal(school, (c) => approveBooking(c, { id: ben }))).toBe("teacher-overlap");
  });

  test.each([
    ["2026-11-20 09:00:00", "2026-11-24 16:00:00"],
    ["2026-11-24 16:00:00", "2026-11-24 16:00:00"],
    ["2026-11-24 16:00:00.000001", "2026-12-01 16:00:00"],
    ["2027-03-24 09:00:00", "2027-03-30 15:00:00"], // Summer time began.
  ])("27: a recurring slot asked for at %s gives its real next time %s", async (now, start) => {
    const { booking } = await day.book(lesson("ana", "tuesday"), { now });
    expect(booking).toMatchObject({ start_at_utc: start });
  });
});
