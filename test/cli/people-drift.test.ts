/** People and courses in every generation of the app: columns and tables that are missing are no failure. */
import { afterEach, describe, expect, test } from "vitest";
import { ENGINES, type Scratch } from "../support/databases.ts";
import { makeDjango, SHAPES } from "../support/django.ts";
import { runHere } from "../support/run-here.ts";

let place: Scratch | null = null;
afterEach(async () => {
  await place?.remove();
  place = null;
});

describe.each(ENGINES)("%s", (engine) => {
  test.each([
    ...SHAPES,
    { name: "no enrollments", generation: "B" as const, options: { omit: ["enrollment"] } },
  ])("$name", async (shape) => {
    place = await makeDjango(engine, shape);
    const run = async (words: string, code = 0) => {
      const ran = await runHere([
        ...words.split(" "),
        ...["--db", place!.address, "--now", "2026-11-20T09:00:00Z", "--tz", "UTC", "--json"],
      ]);
      expect(ran.code, `${words}: ${ran.err}`).toBe(code);
      return JSON.parse(code === 0 ? ran.out : ran.err);
    };
    await run("db migrate");
    const student = (await run("student list")).find((row: { timezone: unknown }) => row.timezone !== null);
    expect(await run(`student show ${student.id}`)).toMatchObject({ username: student.username });
    const [teacher] = await run("teacher list --limit 1");
    expect((await run(`teacher show ${teacher.id} --week 2026-03-02`)).agenda).toBeInstanceOf(Array);
    const [{ id: course, booking_type: type }] = await run("course list --limit 1");
    expect(typeof type).toBe(shape.generation === "A" ? "object" : "string");
    const { teachers } = await run(`course show ${course}`);
    for (const { teacher_id } of teachers) await run(`course unassign ${course} --teacher ${teacher_id}`);
    expect((await run(`course assign ${course} --teacher ${teacher.id}`)).teachers).toMatchObject([
      { teacher_id: teacher.id, teacher: teacher.username },
    ]);
    const approval = `course assign ${course} --teacher ${teacher.id} --approval yes`;
    if (shape.generation === "A")
      expect((await run(approval, 3)).error).toMatchObject({ code: "no_such_column" });
    else expect((await run(approval)).teachers).toMatchObject([{ requires_booking_approval: true }]);
    const enroll = `student enroll ${student.id} --course ${course} --status paused`;
    if (shape.name === "no enrollments")
      expect((await run(enroll, 3)).error).toMatchObject({ code: "no_enrollments" });
    else expect(await run(enroll)).toMatchObject({ status: "paused" });
    await run(`student update ${student.id} --timezone Asia/Tokyo`);
    expect(await run("audit list --limit 1")).toMatchObject([{ to_value: { timezone: "Asia/Tokyo" } }]);
  });
});
