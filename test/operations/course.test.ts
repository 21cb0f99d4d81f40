/** Courses and who teaches them, in databases where course_teacher names teachers and where it names users. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALL_EVENTS, listEvents } from "../../src/db/audit.ts";
import { ALL_COURSES, type CourseFilter, listCourses } from "../../src/db/course.ts";
import { createBooking } from "../../src/operations/booking.ts";
import type { Context } from "../../src/operations/context.ts";
import {
  assignTeacher,
  createCourse,
  unassignTeacher,
  updateCourse,
  viewCourse,
} from "../../src/operations/course.ts";
import { updateStudent } from "../../src/operations/student.ts";
import {
  ACTORS,
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

  const list = (filter: Partial<CourseFilter> = {}) =>
    listCourses(school.database, { ...ALL_COURSES, ...filter }, TODAY);
  const ids = async (filter: Partial<CourseFilter>) => (await list(filter)).map(({ id }) => id);
  const assign = (approval?: boolean | null, teacher: number = TEACHERS.tina) =>
    school.run((c) => assignTeacher(c, { course: COURSES.talk, teacher, approval }));
  const view = (id: number) => school.look((c) => viewCourse(c, id));

  test("courses are listed with how they are booked", async () => {
    expect(await list()).toMatchObject([
      { title: "Spanish A2", booking_type: "group_session", active_enrollments: 7, upcoming_sessions: 4 },
      { title: "Talk", booking_type: "one_on_one", requires_booking_approval: false, upcoming_sessions: 0 },
      { title: "Club" },
    ]);
    expect(await ids({ search: "SPAN" })).toEqual([1]);
    expect(await ids({ search: "_" })).toEqual([]);
    expect(await ids({ type: "one_on_one" })).toEqual([2]);
    expect(await ids({ status: "archived" })).toEqual([]);
    expect(await ids({ sort: "title", limit: 2 })).toEqual([3, 1]);
    await assign();
    expect(await ids({ teacher: TEACHERS.tina })).toEqual([2]);
    expect(await ids({ teacher: TEACHERS.tom })).toEqual([]);
  });

  test("a teacher is assigned, with what it says of approval, and taken off", async () => {
    await assign();
    await assign();
    expect((await view(COURSES.talk)).teachers).toEqual([
      { teacher_id: TEACHERS.tina, teacher: "tina", requires_booking_approval: null },
    ]);
    await assign(true);
    await assign();
    expect((await view(COURSES.talk)).teachers).toMatchObject([{ requires_booking_approval: true }]);
    await assign(null);
    expect((await view(COURSES.talk)).teachers).toMatchObject([{ requires_booking_approval: null }]);
    const off = () => school.run((c) => unassignTeacher(c, { course: COURSES.talk, teacher: TEACHERS.tina }));
    await off();
    expect((await view(COURSES.talk)).teachers).toEqual([]);
    await expect(off()).rejects.toMatchObject({ kind: "refused", code: "not-assigned" });
    const events = await listEvents(school.database, { ...ALL_EVENTS, subject: "course" });
    expect(events.map(({ what, to_value }) => [what, to_value?.requires_booking_approval])).toEqual([
      ["assigned", null],
      ["assigned", true],
      ["assigned", null],
      ["unassigned", undefined],
    ]);
  });

  test("what an assignment says of approval counts for the next request", async () => {
    const request = (student: keyof typeof STUDENTS, on: string) =>
      school.run((c) =>
        createBooking(c, {
          seats: 1,
          note: "",
          overrides: new Set<never>(),
          moved: null,
          slot_id: SLOTS.tuesday,
          date: on as never,
          course_id: null,
          student_user_id: STUDENTS[student],
        }),
      );
    await assign(true, TEACHERS.tom);
    expect(await request("ana", "2027-02-09")).toMatchObject({ outcome: "pending" });
    await assign(false, TEACHERS.tom);
    expect(await request("ana", "2027-02-16")).toMatchObject({ outcome: "confirmed" });
  });

  test("only staff say who teaches; unknown courses and teachers are named", async () => {
    const works: ((c: Context) => Promise<unknown>)[] = [
      (c) => assignTeacher(c, { course: 1, teacher: 1 }),
      (c) => unassignTeacher(c, { course: 1, teacher: 1 }),
      (c) => createCourse(c, { title: "X" }),
      (c) => updateCourse(c, 1, { title: "X" }),
    ];
    for (const work of works)
      await expect(school.run(work, { actor: ACTORS.tom })).rejects.toMatchObject({ code: "permission" });
    await expect(assign(undefined, 99)).rejects.toMatchObject({ kind: "not_found", code: "no_such_teacher" });
    await expect(school.run((c) => assignTeacher(c, { course: 99, teacher: 1 }))).rejects.toMatchObject({
      kind: "not_found",
      code: "no_such_course",
    });
    await expect(view(99)).rejects.toMatchObject({ code: "no_such_course" });
    expect(await listEvents(school.database, ALL_EVENTS)).toEqual([]);
  });

  if (layout === "django")
    test("courses are the app's", async () => {
      const owned = { kind: "refused", code: "app-owned" };
      await expect(school.run((c) => createCourse(c, { title: "X" }))).rejects.toMatchObject(owned);
      await expect(school.run((c) => updateCourse(c, 1, { booking_type: "none" }))).rejects.toMatchObject(
        owned,
      );
    });
  else {
    test("a course is made, its slug from its title, and changed", async () => {
      const id = await school.run((c) => createCourse(c, { title: "Español: nivel 1" }));
      expect(await view(id)).toMatchObject({
        slug: "espanol-nivel-1",
        status: "active",
        booking_type: null,
        requires_booking_approval: false,
        teachers: [],
      });
      await expect(school.run((c) => createCourse(c, { title: "Espanol nivel 1" }))).rejects.toMatchObject({
        kind: "refused",
        code: "duplicate",
      });
      await expect(school.run((c) => updateCourse(c, id, { slug: "talk" }))).rejects.toMatchObject({
        code: "duplicate",
      });
      const change = { booking_type: "one_on_one", requires_booking_approval: true } as const;
      await school.run((c) => updateCourse(c, id, { ...change, slug: "espanol-nivel-1" }));
      expect(await view(id)).toMatchObject({ title: "Español: nivel 1", ...change });
      const events = await listEvents(school.database, { ...ALL_EVENTS, subject: "course", subject_id: id });
      expect(events).toMatchObject([
        { what: "created" },
        {
          what: "updated",
          from_value: { booking_type: null, requires_booking_approval: false },
          to_value: change,
        },
      ]);
    });

    test("everything that is wrong with a course is told at once", async () => {
      await expect(
        school.run((c) => createCourse(c, { title: " ", slug: "a b", status: "So" })),
      ).rejects.toMatchObject({
        kind: "usage",
        details: [
          expect.stringContaining("title"),
          expect.stringContaining('"a b"'),
          expect.stringContaining('"So"'),
        ],
      });
      await expect(school.run((c) => createCourse(c, { title: "日本語" }))).rejects.toMatchObject({
        message: expect.stringContaining("makes no slug"),
      });
    });

    test("a change that is refused half-way leaves nothing", async () => {
      const both = async (c: Context) => {
        await updateStudent(c, STUDENTS.ana, { last_name: "Ruiz" });
        await updateCourse(c, 1, { slug: "talk" });
      };
      await expect(school.run(both)).rejects.toMatchObject({ code: "duplicate" });
      expect(await listEvents(school.database, ALL_EVENTS)).toEqual([]);
    });
  }
});
