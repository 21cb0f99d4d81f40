/** SCENARIOS.md 1 and 3, with the program as people run it, in many processes at once. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bookable, COURSES, KINDS, makeBookable, SESSIONS, TODAY } from "../support/bookable.ts";
import { lessonRow } from "../support/bookings.ts";
import { buildProgram, type Program, type Ran } from "../support/program.ts";

/** At once; the machine may have two cores. */
const AT_ONCE = 16;
const ASKING = 64;
const SEATS = 10;

let program: Program;
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());

async function inParallel<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const queue = [...tasks.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await next[1]();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

const codeOf = ({ err }: Ran): string => JSON.parse(err).error.code;

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable(engine, layout);
    if (layout === "native") school.database.sqlite?.pragma("journal_mode = wal");
  });
  afterAll(() => school.remove());

  const classbook = (...args: string[]) =>
    program.run([...args, "--db", school.place.address, "--now", TODAY, "--json"]);

  test("1: 64 ask for the last 10 seats: 10 have one, 54 are refused for capacity", async () => {
    const students = Array.from({ length: ASKING }, (_, at) => 100 + at);
    await school.put(
      "app_user",
      ...students.map((id) => ({ id, username: `asking${id}`, is_active: true, date_joined: TODAY })),
    );
    await school.put(
      "enrollment",
      ...students.map((id) => ({ user_id: id, course_id: COURSES.spanish, status: "active" })),
    );
    await school.database.db
      .updateTable("live_class_session")
      .set({ capacity: SEATS })
      .where("id", "=", SESSIONS.morning)
      .execute();
    const runs = await inParallel(
      students.map(
        (id) => () =>
          classbook("booking", "create", "--session", String(SESSIONS.morning), "--student", `asking${id}`),
      ),
    );
    const won = runs.filter(({ code }) => code === 0);
    const lost = runs.filter(({ code }) => code !== 0);
    expect(lost.map((ran) => [ran.code, codeOf(ran)])).toEqual(
      Array.from({ length: ASKING - SEATS }, () => [3, "capacity"]),
    );
    expect(won).toHaveLength(SEATS);
    const { db } = school.database;
    const bookings = await db
      .selectFrom("live_class_booking")
      .select(["student_user_id", "status"])
      .execute();
    expect(bookings.map(({ status }) => status)).toEqual(Array.from({ length: SEATS }, () => "confirmed"));
    expect(new Set(bookings.map(({ student_user_id: id }) => id)).size).toBe(SEATS);
    const session = db.selectFrom("live_class_session").select(["seats_taken", "status"]);
    expect(await session.where("id", "=", SESSIONS.morning).execute()).toEqual([
      { seats_taken: SEATS, status: "booking_closed" },
    ]);
    expect((await classbook("verify")).code).toBe(0);
  });

  test("3: two approvals of overlapping requests at once: one is confirmed, the other refused", async () => {
    for (const day of ["08", "09", "10"]) {
      const request = (student: "ana" | "ben", from: string, until: string) =>
        school.put(
          "live_class_booking",
          lessonRow(student, `2027-02-${day} ${from}`, `2027-02-${day} ${until}`, { status: "pending" }),
        );
      const both = [
        await request("ana", "10:00:00", "11:00:00"),
        await request("ben", "10:30:00", "11:30:00"),
      ];
      const runs = await Promise.all(both.map((id) => classbook("booking", "approve", String(id))));
      expect(runs.map(({ code }) => code).toSorted()).toEqual([0, 3]);
      expect(codeOf(runs.find(({ code }) => code === 3)!)).toBe("teacher-overlap");
      const statuses = await school.database.db
        .selectFrom("live_class_booking")
        .select("status")
        .where("id", "in", both)
        .execute();
      expect(statuses.map(({ status }) => status).toSorted()).toEqual(["confirmed", "pending"]);
    }
  });
});
