/** Accounts, profiles and enrollments; what is the app's stays the app's. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALL_EVENTS, listEvents, type Subject } from "../../src/db/audit.ts";
import { ALL_STUDENTS, listStudents, type StudentFilter } from "../../src/db/student.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { enrollStudent, unenrollStudent } from "../../src/operations/enrollment.ts";
import { createStudent, listStudentsFor, updateStudent, viewStudent } from "../../src/operations/student.ts";
import {
  ACTORS,
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SESSIONS,
  STUDENTS,
  TODAY,
} from "../support/bookable.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const list = (filter: Partial<StudentFilter> = {}) =>
    listStudents(school.database, { ...ALL_STUDENTS, ...filter }, TODAY);
  const names = async (filter: Partial<StudentFilter>) =>
    (await list(filter)).map(({ username }) => username);
  const events = async (subject: Subject) => listEvents(school.database, { ...ALL_EVENTS, subject });
  const book = (student: keyof typeof STUDENTS, session: keyof typeof SESSIONS) =>
    school.run((c) =>
      createBooking(c, {
        seats: 1,
        note: "",
        overrides: new Set<never>(),
        moved: null,
        session_id: SESSIONS[session],
        student_user_id: STUDENTS[student],
      }),
    );
  const person = (id: number, username: string, more: Record<string, unknown> = {}) => ({
    id,
    username,
    first_name: "",
    last_name: "",
    email: "",
    is_staff: false,
    is_superuser: false,
    is_active: true,
    date_joined: TODAY,
    ...more,
  });

  test("students are listed with what they have, teachers and staff are not", async () => {
    await book("ana", "morning");
    const cancelled = (await book("ana", "small")).booking!.id;
    await school.database.db
      .updateTable("live_class_booking")
      .set({ status: "cancelled" })
      .where("id", "=", cancelled)
      .execute();
    expect(await names({})).toEqual(Object.keys(STUDENTS));
    const [ana, ...others] = await list();
    expect(ana).toMatchObject({
      active_enrollments: 3,
      upcoming_bookings: 1,
      is_active: true,
      timezone: null,
    });
    expect(others.at(-1)).toMatchObject({ username: "hal", active_enrollments: 0, upcoming_bookings: 0 });
    await school.put("enrollment", { user_id: 2, course_id: COURSES.club, status: "active" });
    expect(await names({})).toContain("tom");
  });

  test("a search takes letters of either case, and wildcards as they are", async () => {
    await school.put(
      "app_user",
      person(50, "per_cent", { first_name: "100%", last_name: "Éloïse", email: "P@X.example" }),
      person(51, "perXcent", { first_name: "Zoë", last_name: "O'Hara" }),
    );
    expect(await names({ search: "ANA" })).toEqual(["ana"]);
    expect(await names({ search: "R_C" })).toEqual(["per_cent"]);
    expect(await names({ search: "%" })).toEqual(["per_cent"]);
    expect(await names({ search: "!" })).toEqual([]);
    expect(await names({ search: "éloïse" })).toEqual(["per_cent"]);
    expect(await names({ search: "zOË o'h" })).toEqual(["perXcent"]);
    expect(await names({ search: "p@x" })).toEqual(["per_cent"]);
  });

  test("by course and status, inactive, in order, by pages", async () => {
    await school.run((c) => enrollStudent(c, { user: STUDENTS.ana, course: COURSES.talk, status: "paused" }));
    const inTalk = { course: COURSES.talk };
    expect(await names({ ...inTalk, enrollmentStatuses: ["paused"] })).toEqual(["ana"]);
    expect(await names({ ...inTalk, enrollmentStatuses: ["active"] })).not.toContain("ana");
    expect(await names({ ...inTalk, sort: "username", descending: true, limit: 2, offset: 1 })).toEqual([
      "finn",
      "eva",
    ]);
    expect(await names({ inactive: true })).toEqual([]);
    await school.put("app_user", person(50, "gone", { is_active: false }));
    expect(await names({ inactive: true })).toEqual(["gone"]);
    expect(await names({ offset: 8 })).toEqual(["gone"]);
  });

  test("enrolling opens the course's sessions, ending it closes them, and each step is in the audit", async () => {
    const { hal } = STUDENTS;
    const course = COURSES.spanish;
    await expect(book("hal", "morning")).rejects.toMatchObject({ code: "enrollment" });
    await expect(school.run((c) => unenrollStudent(c, { user: hal, course }))).rejects.toMatchObject({
      kind: "refused",
      code: "not-enrolled",
    });
    const enroll = () => school.run((c) => enrollStudent(c, { user: hal, course, status: "active" }));
    expect(await enroll()).toMatchObject({ student: "hal", course: "Spanish A2", changed: true });
    expect(await enroll()).toMatchObject({ changed: false });
    expect(await book("hal", "morning")).toMatchObject({ outcome: "confirmed" });
    expect(await school.run((c) => unenrollStudent(c, { user: hal, course }))).toMatchObject({
      status: "expired",
      changed: true,
    });
    await expect(book("hal", "queued")).rejects.toMatchObject({ code: "enrollment" });
    expect((await events("enrollment")).map(({ what, from_value }) => [what, from_value])).toEqual([
      ["enrolled", null],
      ["unenrolled", { status: "active" }],
    ]);
    await expect(
      school.run((c) => enrollStudent(c, { user: hal, course: 99, status: "active" })),
    ).rejects.toMatchObject({ kind: "not_found", code: "no_such_course" });
    await expect(
      school.run((c) => enrollStudent(c, { user: 99, course, status: "active" })),
    ).rejects.toMatchObject({ kind: "not_found", code: "no_such_user" });
  });

  test("one shows a person with everything, to staff and to themselves", async () => {
    await book("ana", "morning");
    await book("ana", "queued");
    await book("ben", "queued");
    await book("cleo", "queued");
    const later = "2027-02-01 12:00:00";
    const ana = await school.look((c) => viewStudent(c, STUDENTS.ana), { actor: ACTORS.ana, now: later });
    expect(ana.enrollments).toMatchObject([{ course: "Spanish A2" }, { course: "Talk" }, { course: "Club" }]);
    expect(ana.upcoming).toMatchObject([{ session_id: SESSIONS.queued, status: "confirmed" }]);
    expect(ana.past).toMatchObject([{ session_id: SESSIONS.morning }]);
    const cleo = await school.look((c) => viewStudent(c, STUDENTS.cleo), { actor: ACTORS.paula });
    expect(cleo.waitlist).toMatchObject([
      { session_id: SESSIONS.queued, session: "Class 3", status: "waiting", position: 1 },
    ]);
    for (const actor of [ACTORS.ben, ACTORS.tom])
      await expect(school.look((c) => viewStudent(c, STUDENTS.ana), { actor })).rejects.toMatchObject({
        code: "permission",
      });
    await expect(school.look((c) => viewStudent(c, 99))).rejects.toMatchObject({ code: "no_such_user" });
  });

  test("nobody but staff lists, enrolls, creates and changes", async () => {
    const user = STUDENTS.ana;
    for (const actor of [ACTORS.ana, ACTORS.tom])
      for (const work of [
        (c: Parameters<typeof viewStudent>[0]) => listStudentsFor(c, ALL_STUDENTS),
        (c: Parameters<typeof viewStudent>[0]) => enrollStudent(c, { user, course: 1, status: "paused" }),
        (c: Parameters<typeof viewStudent>[0]) => unenrollStudent(c, { user, course: 1 }),
        (c: Parameters<typeof viewStudent>[0]) => createStudent(c, { username: "x", courses: [] }),
        (c: Parameters<typeof viewStudent>[0]) => updateStudent(c, user, { timezone: "UTC" }),
      ])
        await expect(school.run<unknown>(work, { actor })).rejects.toMatchObject({ code: "permission" });
    expect(await listEvents(school.database, ALL_EVENTS)).toEqual([]);
  });

  test("the time zone of a profile can be changed in both layouts, and nothing invalid gets in", async () => {
    const zone = (timezone: string) => school.run((c) => updateStudent(c, 2, { timezone }));
    await expect(zone("Madrid")).rejects.toMatchObject({ kind: "usage", code: "bad_input" });
    await zone("Asia/Tokyo");
    await zone("Asia/Tokyo");
    expect(await list({ ids: [2] })).toMatchObject([{ timezone: "Asia/Tokyo" }]);
    expect(await events("app_user")).toMatchObject([
      {
        what: "updated",
        subject_id: 2,
        from_value: { timezone: "Europe/Madrid" },
        to_value: { timezone: "Asia/Tokyo" },
      },
    ]);
  });

  if (layout === "django")
    test("accounts are the app's", async () => {
      const owned = { kind: "refused", code: "app-owned" };
      await expect(
        school.run((c) => createStudent(c, { username: "lena", courses: [] })),
      ).rejects.toMatchObject(owned);
      for (const change of [
        { is_active: false },
        { email: "a@b.example" },
        { timezone: "UTC", first_name: "A" },
      ])
        await expect(school.run((c) => updateStudent(c, 2, change))).rejects.toMatchObject(owned);
      // ana has no profile, and classbook makes none.
      await expect(
        school.run((c) => updateStudent(c, STUDENTS.ana, { timezone: "Asia/Tokyo" })),
      ).rejects.toMatchObject(owned);
      expect(await list({ ids: [2] })).toMatchObject([{ timezone: "Europe/Madrid" }]);
    });
  else {
    test("a new student can book at once", async () => {
      const id = await school.run((c) =>
        createStudent(c, {
          username: "lena",
          email: "lena@school.example",
          first_name: "Lena",
          timezone: "Europe/Berlin",
          courses: [COURSES.spanish, COURSES.talk],
        }),
      );
      expect(await list({ ids: [id] })).toMatchObject([
        { username: "lena", timezone: "Europe/Berlin", is_active: true, active_enrollments: 2 },
      ]);
      expect(await names({ search: "Lena" })).toEqual(["lena"]);
      expect(await events("app_user")).toMatchObject([
        { what: "created", subject_id: id, to_value: { username: "lena", role: "student" } },
      ]);
      expect(await events("enrollment")).toHaveLength(2);
    });

    test("a student who cannot be is refused with every reason, and nothing is left", async () => {
      const bad = {
        username: "12",
        email: "nobody",
        first_name: "\u001b[31m",
        timezone: "Mars",
        courses: [],
      };
      await expect(school.run((c) => createStudent(c, bad))).rejects.toMatchObject({
        kind: "usage",
        details: [
          expect.stringContaining("first_name"),
          expect.stringContaining('"12" is digits only'),
          expect.stringContaining('"nobody"'),
          expect.stringContaining('"Mars"'),
        ],
      });
      await expect(
        school.run((c) => createStudent(c, { username: "ana", courses: [] })),
      ).rejects.toMatchObject({ kind: "refused", code: "duplicate" });
      await expect(
        school.run((c) => createStudent(c, { username: "lena", courses: [COURSES.talk, 99] })),
      ).rejects.toMatchObject({ code: "no_such_course" });
      expect(await names({ search: "lena" })).toEqual([]);
      expect(await listEvents(school.database, ALL_EVENTS)).toEqual([]);
    });

    test("a change keeps what is not named, and a profile is made where there is none", async () => {
      const user = STUDENTS.ana;
      await school.run((c) =>
        updateStudent(c, user, { last_name: "Ruiz", is_active: false, timezone: "UTC" }),
      );
      expect(await list({ ids: [user] })).toMatchObject([
        {
          username: "ana",
          email: "ana@school.example",
          last_name: "Ruiz",
          is_active: false,
          timezone: "UTC",
        },
      ]);
      expect(await events("app_user")).toMatchObject([
        {
          from_value: { last_name: "", is_active: true, timezone: null },
          to_value: { last_name: "Ruiz", is_active: false, timezone: "UTC" },
        },
      ]);
      await expect(school.run((c) => updateStudent(c, user, { username: "ben" }))).rejects.toMatchObject({
        code: "duplicate",
      });
      await school.run((c) => updateStudent(c, user, { username: "ana" }));
      expect(await events("app_user")).toHaveLength(1);
    });
  }
});
