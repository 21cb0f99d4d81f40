/** What broke other booking systems, by the numbers of the scenarios: 21, 25, 26, 27. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addMinutes, type Instant, type LocalDate } from "../../src/domain/instant.ts";
import type { PolicyTerms } from "../../src/domain/policy.ts";
import { listOpenings } from "../../src/operations/availability-openings.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { setPolicy } from "../../src/operations/policy.ts";
import {
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SLOTS,
  STUDENTS,
  TEACHERS,
  TODAY,
} from "../support/bookable.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const single = (teacher_id: number, course_id: number | null, start: string, minutes = 60) =>
    school.put("teacher_availability", {
      teacher_id,
      course_id,
      slot_type: "one_time",
      start_datetime: start,
      end_datetime: addMinutes(start as Instant, minutes),
      timezone: "UTC",
      is_active: true,
      is_blocked: false,
      blocked_reason: "",
    });
  const policy = (teacher_id: number, course_id: number | null, terms: Partial<PolicyTerms>) =>
    school.run((c) => setPolicy(c, { teacher_id, course_id, terms: { min_notice_hours: 0, ...terms } }));
  const book = (slot: number, student: number, course: number | null = null, now: string = TODAY) =>
    school.run(
      (c) =>
        createBooking(c, {
          seats: 1,
          note: "",
          overrides: new Set(),
          moved: null,
          slot_id: slot,
          date: null as LocalDate | null,
          course_id: course,
          student_user_id: student,
        }),
      { now },
    );
  const openings = (teacher_id: number, course_id: number, all = false) =>
    school.look((c) =>
      listOpenings(c, {
        teacher_id,
        course_id,
        student_user_id: null,
        from: TODAY,
        until: addMinutes(TODAY, 14 * 24 * 60),
        all,
        limit: null,
      }),
    );

  test("21: a late-evening lesson counts on the teacher's local day, not on the next in UTC", async () => {
    await policy(TEACHERS.tina, null, { max_bookings_per_day: 1 });
    // Friday 27 November 23:00 in New York is Saturday 04:00 in UTC.
    const evening = await single(TEACHERS.tina, COURSES.talk, "2026-11-28 04:00:00");
    const sameDay = await single(TEACHERS.tina, COURSES.talk, "2026-11-27 15:00:00");
    const nextDay = await single(TEACHERS.tina, COURSES.talk, "2026-11-28 15:00:00");
    await book(evening, STUDENTS.ana);
    await expect(book(sameDay, STUDENTS.ben)).rejects.toMatchObject({
      code: "daily-limit",
      message: expect.stringContaining("1 lesson on Fri 27 Nov 2026 already, at most 1"),
    });
    const found = await openings(TEACHERS.tina, COURSES.talk, true);
    const rules = new Map(found.map((opening) => [opening.slot_id, opening.rules]));
    expect([rules.get(sameDay), rules.get(nextDay)]).toEqual([["daily-limit"], []]);
    expect(await book(nextDay, STUDENTS.ben)).toMatchObject({ outcome: "confirmed" });
  });

  test("25: buffers count in both directions, the larger of the two policies", async () => {
    await policy(TEACHERS.tom, COURSES.talk, { buffer_before_minutes: 5, buffer_after_minutes: 30 });
    await policy(TEACHERS.tom, COURSES.club, { buffer_before_minutes: 45, buffer_after_minutes: 10 });
    const lesson = await single(TEACHERS.tom, COURSES.talk, "2026-11-25 12:00:00");
    const made: [course: number, start: string, rules: string[]][] = [
      // After the Talk: its own 30 against Club's 45 before.
      [COURSES.club, "2026-11-25 13:44:00", ["buffer"]],
      [COURSES.club, "2026-11-25 13:45:00", []],
      // Another Talk: 30 after against 5 before.
      [COURSES.talk, "2026-11-25 13:29:00", ["buffer"]],
      [COURSES.talk, "2026-11-25 13:30:00", []],
      // Before it: Club's 10 after against Talk's 5 before; and Talk's own 30.
      [COURSES.club, "2026-11-25 10:51:00", ["buffer"]],
      [COURSES.club, "2026-11-25 10:50:00", []],
      [COURSES.talk, "2026-11-25 10:31:00", ["buffer"]],
      [COURSES.talk, "2026-11-25 10:30:00", []],
    ];
    const ids = [];
    for (const [course, start] of made) ids.push(await single(TEACHERS.tom, course, start));
    await book(lesson, STUDENTS.ana);
    const found = [
      ...(await openings(TEACHERS.tom, COURSES.talk, true)),
      ...(await openings(TEACHERS.tom, COURSES.club, true)),
    ];
    const rules = new Map(found.map((opening) => [opening.slot_id, opening.rules]));
    expect(ids.map((id, at) => [...made[at]!.slice(0, 2), rules.get(id)])).toEqual(made);
  });

  test("26: a pending request holds its opening: a second student is refused, and openings do not show it", async () => {
    await policy(TEACHERS.tom, null, { requires_approval_for_one_on_one: true });
    expect((await openings(TEACHERS.tom, COURSES.talk)).map(({ local_date }) => local_date)).toEqual([
      "2026-11-24",
      "2026-12-01",
    ]);
    expect(await book(SLOTS.tuesday, STUDENTS.ana)).toMatchObject({ outcome: "pending" });
    await expect(book(SLOTS.tuesday, STUDENTS.ben)).rejects.toMatchObject({
      kind: "refused",
      code: "teacher-overlap",
    });
    expect((await openings(TEACHERS.tom, COURSES.talk)).map(({ local_date }) => local_date)).toEqual([
      "2026-12-01",
    ]);
    expect((await openings(TEACHERS.tom, COURSES.talk, true))[0]).toMatchObject({
      local_date: "2026-11-24",
      bookable: false,
      rules: ["teacher-overlap"],
    });
  });

  test("27: a lesson on a recurring slot is at the slot's real next time, also over a clock change", async () => {
    const lesson = async (student: number, now: string) =>
      (await book(SLOTS.tuesday, student, null, now)).booking!.start_at_utc;
    // Friday: the next Tuesday, 17:00 in Madrid.
    expect(await lesson(STUDENTS.ana, TODAY)).toBe("2026-11-24 16:00:00");
    // On the Tuesday itself, before and after it began.
    expect(await lesson(STUDENTS.ben, "2026-12-01 15:59:59")).toBe("2026-12-01 16:00:00");
    expect(await lesson(STUDENTS.cleo, "2026-12-08 16:00:01")).toBe("2026-12-15 16:00:00");
    // The clocks go forward on 28 March 2027.
    expect(await lesson(STUDENTS.dan, "2027-03-24 09:00:00")).toBe("2027-03-30 15:00:00");
  });
});
