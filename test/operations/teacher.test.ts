/** Teachers: who they are, what is in force for them, and their day and week. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALL_EVENTS, listEvents } from "../../src/db/audit.ts";
import { ALL_TEACHERS, listTeachers } from "../../src/db/teacher.ts";
import type { LocalDate } from "../../src/domain/instant.ts";
import { createBooking } from "../../src/operations/booking.ts";
import {
  type AgendaPart,
  createTeacher,
  listTeachersFor,
  updateTeacher,
  viewTeacher,
} from "../../src/operations/teacher.ts";
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

const date = (text: string) => text as LocalDate;
const terms = { seats: 1, note: "", overrides: new Set<never>(), moved: null };

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const lesson = (student: keyof typeof STUDENTS, slot: keyof typeof SLOTS, on: string | null = null) =>
    school.run((c) =>
      createBooking(c, {
        ...terms,
        slot_id: SLOTS[slot],
        date: on === null ? null : date(on),
        course_id: null,
        student_user_id: STUDENTS[student],
      }),
    );
  const seat = (student: keyof typeof STUDENTS, session: keyof typeof SESSIONS) =>
    school.run((c) =>
      createBooking(c, { ...terms, session_id: SESSIONS[session], student_user_id: STUDENTS[student] }),
    );
  const agenda = async (teacher: keyof typeof TEACHERS, part: AgendaPart, now?: string) =>
    (
      await school.look((c) => viewTeacher(c, TEACHERS[teacher], part), now === undefined ? {} : { now })
    ).agenda.map(({ kind, id, start_at_utc }) => `${kind} ${id} ${start_at_utc}`);
  const list = (filter: Partial<typeof ALL_TEACHERS> = {}) =>
    listTeachers(school.database, { ...ALL_TEACHERS, ...filter }, TODAY);

  test("a day has sessions, lessons and openings in the order of time, and what is taken is not open", async () => {
    expect(await agenda("tom", { day: date("2027-02-02") })).toEqual([
      "session 3 2027-02-02 10:00:00",
      "opening 1 2027-02-02 16:00:00",
    ]);
    const { booking } = await lesson("ana", "tuesday", "2027-02-02");
    expect(await agenda("tom", { day: date("2027-02-02") })).toEqual([
      "session 3 2027-02-02 10:00:00",
      `lesson ${booking!.id} 2027-02-02 16:00:00`,
    ]);
    for (const name of ["ana", "ben", "cleo"] as const) await seat(name, "queued");
    const { agenda: items } = await school.look((c) =>
      viewTeacher(c, TEACHERS.tom, { day: date("2027-02-02") }),
    );
    expect(items).toMatchObject([
      { title: "Class 3", course: "Spanish A2", capacity: 2, taken: 2, pending: 0, waiting: 1 },
      { student: "ana", course: "Talk", status: "confirmed", capacity: null },
    ]);
  });

  test("a week begins on Monday, in the teacher's own zone", async () => {
    const monday = ["session 1 2027-02-01 10:00:00", "session 2 2027-02-01 14:00:00"];
    const rest = [
      "session 3 2027-02-02 10:00:00",
      "opening 1 2027-02-02 16:00:00",
      "opening 2 2027-02-03 16:00:00",
    ];
    for (const day of ["2027-02-01", "2027-02-04", "2027-02-07"])
      expect(await agenda("tom", { week: date(day) })).toEqual([...monday, ...rest]);
    // Tina's Thursday in New York.
    expect(await agenda("tina", { day: date("2027-02-04") })).toEqual(["opening 3 2027-02-04 23:00:00"]);
    await school.put("live_class_booking", {
      booking_type: "one_on_one",
      course_id: COURSES.club,
      teacher_id: TEACHERS.tina,
      student_user_id: STUDENTS.ana,
      start_at_utc: "2027-02-05 04:30:00",
      end_at_utc: "2027-02-05 05:30:00",
      status: "confirmed",
      student_note: "",
      teacher_note: "",
      seats_reserved: 1,
      cancel_reason: "",
      created_at: TODAY,
      updated_at: TODAY,
    });
    // 23:30–00:30 in New York touches both days.
    expect(await agenda("tina", { day: date("2027-02-04") })).toHaveLength(2);
    expect(await agenda("tina", { day: date("2027-02-05") })).toHaveLength(1);
  });

  test("openings are neither past nor blocked, and what was cancelled is not there", async () => {
    expect(await agenda("tom", { day: date("2027-02-03") }, "2027-02-03 16:00:01")).toEqual([]);
    const { booking } = await lesson("ana", "once");
    await school.database.db
      .updateTable("live_class_booking")
      .set({ status: "cancelled" })
      .where("id", "=", booking!.id)
      .execute();
    expect(await agenda("tom", { day: date("2027-02-03") })).toEqual([]);
    await school.database.db.updateTable("live_class_session").set({ status: "cancelled" }).execute();
    await school.database.db
      .updateTable("teacher_availability")
      .set({ is_blocked: engine === "sqlite" ? 1 : true })
      .execute();
    expect(await agenda("tom", { week: date("2027-02-03") })).toEqual([]);
  });

  test("without a day one shows what comes next, and the policies in force", async () => {
    await school.put("course_teacher", {
      course_id: COURSES.talk,
      teacher_id: layout === "django" ? 2 : TEACHERS.tom,
      requires_booking_approval: true,
    });
    const policy = {
      teacher_id: TEACHERS.tom,
      requires_approval_for_one_on_one: false,
      requires_approval_for_group: true,
      min_notice_hours: 3,
      cancel_window_hours: 0,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
      max_bookings_per_day: null,
    };
    const before = await school.look((c) => viewTeacher(c, TEACHERS.tom, "next"));
    expect(before).toMatchObject({ username: "tom", timezone: "Europe/Madrid", is_approved: true });
    expect(before.courses).toEqual([{ course_id: 2, course: "Talk", requires_booking_approval: true }]);
    expect(before.policies).toMatchObject([
      { course_id: null, source: "nothing", requires_approval_for_one_on_one: false },
      { course_id: 2, approval_source: "course_teacher", requires_approval_for_one_on_one: true },
    ]);
    expect(before.agenda.map(({ id }) => id)).toEqual([1, 2, 3]);
    await school.put("teacher_booking_policy", { ...policy, course_id: COURSES.spanish });
    const after = await school.look((c) => viewTeacher(c, TEACHERS.tom, "next"));
    expect(after.policies).toMatchObject([
      { course_id: null },
      { course_id: 1, course: "Spanish A2", source: "course policy", min_notice_hours: 3 },
      { course_id: 2, source: "nothing" },
    ]);
  });

  test("teachers are listed with what they have ahead", async () => {
    await lesson("ana", "tuesday");
    expect(await list()).toMatchObject([
      {
        username: "tom",
        is_approved: true,
        timezone: "Europe/Madrid",
        upcoming_sessions: 3,
        upcoming_lessons: 1,
      },
      { username: "tina", upcoming_sessions: 1, upcoming_lessons: 0 },
    ]);
    expect(await list({ search: "TIN" })).toHaveLength(1);
    expect(await list({ approved: false })).toEqual([]);
    expect(await list({ sort: "username" })).toMatchObject([{ id: 2 }, { id: 1 }]);
  });

  test("teachers see themselves, staff see and change everybody", async () => {
    const look = (actor: (typeof ACTORS)[keyof typeof ACTORS]) =>
      school.look((c) => viewTeacher(c, TEACHERS.tom, "next"), { actor });
    await look(ACTORS.tom);
    await look(ACTORS.paula);
    for (const actor of [ACTORS.tina, ACTORS.ana])
      await expect(look(actor)).rejects.toMatchObject({ code: "permission" });
    const actor = ACTORS.tom;
    await expect(school.look((c) => listTeachersFor(c, ALL_TEACHERS), { actor })).rejects.toMatchObject({
      code: "permission",
    });
    for (const change of [{ approved: false }, { timezone: "UTC" }])
      await expect(
        school.run((c) => updateTeacher(c, TEACHERS.tom, change), { actor }),
      ).rejects.toMatchObject({ code: "permission" });
    await expect(
      school.run((c) => createTeacher(c, { user: STUDENTS.ana, approved: true }), { actor }),
    ).rejects.toMatchObject({ code: "permission" });
    await expect(school.look((c) => viewTeacher(c, 99, "next"))).rejects.toMatchObject({
      kind: "not_found",
      code: "no_such_teacher",
    });
  });

  test("the zone is changed in both layouts, and the agenda follows", async () => {
    await school.run((c) => updateTeacher(c, TEACHERS.tom, { timezone: "Asia/Tokyo" }));
    expect(await list({ ids: [1] })).toMatchObject([{ timezone: "Asia/Tokyo" }]);
    // Monday 14:00–15:00 UTC is 23:00–24:00 in Tokyo.
    expect(await agenda("tom", { day: date("2027-02-01") })).toHaveLength(2);
    expect(await agenda("tom", { day: date("2027-02-02") })).toEqual(["session 3 2027-02-02 10:00:00"]);
    await expect(
      school.run((c) => updateTeacher(c, TEACHERS.tom, { timezone: "Tokyo" })),
    ).rejects.toMatchObject({ kind: "usage" });
  });

  if (layout === "django")
    test("teachers are the app's", async () => {
      const owned = { kind: "refused", code: "app-owned" };
      await expect(
        school.run((c) => createTeacher(c, { user: STUDENTS.ana, approved: true })),
      ).rejects.toMatchObject(owned);
      await expect(
        school.run((c) => updateTeacher(c, TEACHERS.tom, { approved: false, timezone: "UTC" })),
      ).rejects.toMatchObject(owned);
      expect(await list({ ids: [1] })).toMatchObject([{ is_approved: true, timezone: "Europe/Madrid" }]);
    });
  else
    test("a user becomes a teacher, once, and is approved", async () => {
      await school.put("user_profile", { user_id: STUDENTS.ana, role: "student", timezone: "UTC" });
      const make = () => school.run((c) => createTeacher(c, { user: STUDENTS.ana, approved: false }));
      const id = await make();
      await expect(make()).rejects.toMatchObject({ kind: "refused", code: "duplicate" });
      await school.run((c) => updateTeacher(c, id, { approved: true }));
      await school.run((c) => updateTeacher(c, id, { approved: true }));
      expect(await list({ ids: [id] })).toMatchObject([{ username: "ana", is_approved: true }]);
      const events = await listEvents(school.database, ALL_EVENTS);
      expect(events.map(({ subject, what, to_value }) => [subject, what, to_value])).toEqual([
        ["teacher", "created", { user_id: STUDENTS.ana, is_approved: false }],
        ["app_user", "updated", { role: "instructor" }],
        ["teacher", "updated", { is_approved: true }],
      ]);
    });
});
