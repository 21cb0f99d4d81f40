import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { approveBooking } from "../../src/operations/approval.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { listOffers } from "../../src/operations/booking-choice.ts";
import { describePending, listPending } from "../../src/operations/booking-review.ts";
import {
  ACTORS,
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SESSIONS,
  SLOTS,
  STUDENTS,
  TODAY,
} from "../support/bookable.ts";

const terms = { seats: 1, note: "", overrides: new Set<never>(), moved: null };

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const approvalBy = (teacher: number) =>
    school.put("teacher_booking_policy", {
      teacher_id: teacher,
      course_id: null,
      requires_approval_for_one_on_one: true,
      requires_approval_for_group: true,
      min_notice_hours: 12,
      cancel_window_hours: 6,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
      max_bookings_per_day: null,
    });
  const seat = async (student: keyof typeof STUDENTS, session: keyof typeof SESSIONS, note = "") =>
    (
      await school.run((c) =>
        createBooking(c, {
          ...terms,
          note,
          session_id: SESSIONS[session],
          student_user_id: STUDENTS[student],
        }),
      )
    ).booking!.id;
  const past = (status: string, start: string) => ({
    booking_type: "one_on_one",
    course_id: COURSES.talk,
    teacher_id: 1,
    student_user_id: STUDENTS.ana,
    start_at_utc: start,
    end_at_utc: start.replace(":00:00", ":30:00"),
    status,
    student_note: "",
    teacher_note: "",
    session_id: null,
    seats_reserved: 1,
    cancel_reason: "",
    created_at: TODAY,
    updated_at: TODAY,
  });

  test("the queue goes by start; a teacher has the own requests, staff all, a student none", async () => {
    await approvalBy(1);
    await approvalBy(2);
    const queued = await seat("ana", "queued");
    const evening = await seat("ben", "evening");
    const morning = await seat("cleo", "morning");
    const queue = (actor: keyof typeof ACTORS, teacher: number | null = null) =>
      school.look((c) => listPending(c, teacher), { actor: ACTORS[actor] });
    expect(await queue("shell")).toEqual([morning, evening, queued]);
    expect(await queue("paula", 2)).toEqual([evening]);
    expect(await queue("tom")).toEqual([morning, queued]);
    await expect(queue("tom", 2)).rejects.toMatchObject({ code: "permission" });
    await expect(queue("ana")).rejects.toMatchObject({ code: "permission" });
  });

  test("a request says who, when in both zones, the policy, and what they had with each other", async () => {
    await approvalBy(1);
    await school.put("user_profile", { user_id: STUDENTS.ana, role: "student", timezone: "Asia/Tokyo" });
    await school.put(
      "live_class_booking",
      past("attended", "2026-11-02 10:00:00"),
      past("attended", "2026-11-09 10:00:00"),
      past("no_show", "2026-11-16 10:00:00"),
      past("cancelled", "2026-11-17 10:00:00"),
    );
    const id = await seat("ana", "morning", "by phone");
    expect(await school.look((c) => describePending(c, id))).toMatchObject({
      student: "ana",
      student_email: "ana@school.example",
      teacher_time: "Mon 1 Feb 2027 11:00–12:00 Europe/Madrid",
      student_time: "Mon 1 Feb 2027 19:00–20:00 Asia/Tokyo",
      conflicts: [],
      policy: { source: "default policy", min_notice_hours: 12 },
      history: { attended: 2, no_show: 1, cancelled: 1, last_lesson_at_utc: "2026-11-09 10:00:00" },
      student_note: "by phone",
    });
    await school.run((c) => approveBooking(c, { id }));
    expect(await school.look((c) => describePending(c, id))).toBeNull();
  });

  test("what stands in the way is said", async () => {
    await approvalBy(1);
    const ids = [await seat("ana", "small")];
    await school.database.db
      .updateTable("live_class_session")
      .set({ capacity: 0, total_seats: 0 })
      .where("id", "=", SESSIONS.small)
      .execute();
    const facts = await school.look((c) => describePending(c, ids[0]!));
    expect(facts!.conflicts).toEqual([expect.stringContaining("(capacity)") as string]);
    expect(facts!.rules.find(({ rule }) => rule === "student-overlap")!.outcome).toBe("pass");
    expect(facts!.student_time).toBeNull();
  });

  test("a course offers its coming sessions and its slots' openings, without what is taken", async () => {
    const offers = () => school.look((c) => listOffers(c, COURSES.talk));
    const first = await offers();
    expect(first.map(({ start_at_utc }) => start_at_utc)).toEqual([
      "2026-11-24 16:00:00",
      "2026-12-01 16:00:00",
      "2026-12-08 16:00:00",
      "2026-12-15 16:00:00",
      "2027-02-03 16:00:00",
    ]);
    expect(first[0]).toMatchObject({
      kind: "opening",
      slot_id: SLOTS.tuesday,
      date: "2026-11-24",
      teacher: "tom",
    });
    await school.run((c) =>
      createBooking(c, {
        ...terms,
        slot_id: SLOTS.tuesday,
        date: null,
        course_id: null,
        student_user_id: STUDENTS.ana,
      }),
    );
    expect((await offers()).map(({ start_at_utc }) => start_at_utc)).toEqual(
      first.slice(1).map(({ start_at_utc }) => start_at_utc),
    );
    await seat("ana", "morning");
    expect(await school.look((c) => listOffers(c, COURSES.spanish))).toMatchObject([
      { kind: "session", session_id: SESSIONS.morning, open: 2 },
      { kind: "session", session_id: SESSIONS.evening, open: 3 },
      { kind: "session", session_id: SESSIONS.small, open: 1 },
      { kind: "session", session_id: SESSIONS.queued, open: 2, enable_waitlist: true },
    ]);
  });

  test("a slot for every course is offered for the courses of its teacher", async () => {
    const opened = async () => (await school.look((c) => listOffers(c, COURSES.club))).length;
    expect(await opened()).toBe(0);
    const names = layout === "django" ? 3 : 2;
    await school.put("course_teacher", { course_id: COURSES.club, teacher_id: names });
    expect(await opened()).toBe(4);
  });
});
