/** Filters by ids: of whom is gone, as long as ids get, and of teachers whom a column names by their user. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fillModels } from "../support/admin.ts";
import { type Bookable, KINDS, makeBookable, TODAY } from "../support/bookable.ts";
import { runHere } from "../support/run-here.ts";

describe.each(KINDS)("$engine, $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    await fillModels(school);
  });
  afterEach(() => school.remove());

  const run = (words: string) =>
    runHere(["admin", ...words.split(" "), "--json", "--now", TODAY, "--db", school.place.address]);
  const rows = async (words: string): Promise<Record<string, unknown>[]> => {
    const { code, out, err } = await run(words);
    expect([code, err]).toEqual([0, ""]);
    return JSON.parse(out);
  };

  test("a number that names nobody is the id itself; a name has to be somebody's", async () => {
    // The tables of the app keep such rows where a tool, or an old version, left them.
    if (engine === "sqlite") {
      school.database.sqlite!.pragma("foreign_keys = off");
      const { db } = school.database;
      await db.updateTable("enrollment").set({ user_id: 4040 }).where("id", "=", 1).execute();
      await db.updateTable("teacher_availability").set({ teacher_id: 4041 }).where("id", "=", 1).execute();
      expect(await rows("Enrollment list --user 4040")).toMatchObject([{ id: 1, user_id: 4040, user: null }]);
      expect(await rows("TeacherAvailability list --teacher 4041")).toMatchObject([{ id: 1 }]);
    }
    expect(await rows("Enrollment list --user 999999999999999")).toEqual([]);
    expect(await rows("LiveClassSession list --teacher 4040")).toEqual([]);
    expect(await rows("CourseTeacher list --teacher 4040")).toEqual([]);
    for (const words of ["Enrollment list --user nobody", "LiveClassSession list --teacher nobody"])
      expect((await run(words)).code).toBe(4);
  });

  test("what an event is about has an id like any other", async () => {
    expect(await rows("BookingEvent list --subject-id 999999999999999")).toEqual([]);
    expect((await run("BookingEvent list --subject-id 9999999999999999")).code).toBe(2);
    expect((await rows("BookingEvent list --subject-id 1")).length).toBeGreaterThan(0);
  });

  test("a teacher is shown by the id that the filter takes, also where the column keeps the user's", async () => {
    const [row] = await rows("CourseTeacher list --order teacher_id");
    expect(row).toMatchObject({ teacher_id: 1, teacher: "tom" });
    expect(await rows(`CourseTeacher list --teacher ${row!.teacher_id}`)).toMatchObject([{ id: row!.id }]);
    expect(await rows(`CourseTeacher show ${row!.id}`)).toMatchObject({ teacher_id: 1, teacher: "tom" });
  });
});
