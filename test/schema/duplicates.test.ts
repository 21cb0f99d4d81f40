/** Duplicates in the way of a unique constraint: told, not touched; and the command that is named resolves them. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Row } from "../../fixtures/django-tables.ts";
import { parseExport } from "../../src/legacy/issues-export.ts";
import { ENGINES, query, type Scratch } from "../support/databases.ts";
import { appInserts, makeDjango } from "../support/django.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { dumpSchema } from "../support/schema-dump.ts";

const SHAPE = {
  generation: "D",
  options: { uniqueConstraints: false, group: 0, oneOnOne: 0, unified: 0 },
} as const;
const AT = { start_at_utc: "2027-02-01 10:00:00", end_at_utc: "2027-02-01 11:00:00" };

let program: Program;
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());

const made: Scratch[] = [];
afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

/** An app's database without the unique constraints, with a session, and with bookings for it. */
async function makeWith(engine: Scratch["engine"], rows: readonly Row[]): Promise<Scratch> {
  const database = await makeDjango(engine, SHAPE);
  made.push(database);
  const session = await appInserts(database, SHAPE, "live_class_session", {
    course_id: 1,
    teacher_id: 1,
    capacity: 10,
  });
  expect(session).toBe(1);
  for (const row of rows)
    await appInserts(database, SHAPE, "live_class_booking", { course_id: 1, teacher_id: 1, ...AT, ...row });
  return database;
}

const seat = (row: Row): Row => ({
  booking_type: "group_session",
  session_id: 1,
  student_user_id: 1,
  ...row,
});
const lesson = (row: Row): Row => ({
  booking_type: "one_on_one",
  session_id: null,
  student_user_id: 2,
  ...row,
});

/** LEGACY 2.7: the best status; then the earlier created_at; then the lower id. */
const WORLD: Row[] = [
  seat({ status: "cancelled", created_at: "2026-01-01 09:00:00" }),
  seat({ status: "confirmed", created_at: "2026-01-03 09:00:00" }),
  seat({ status: "confirmed", created_at: "2026-01-02 09:00:00", seats_reserved: 2, student_note: "window" }),
  seat({ status: "confirmed", created_at: "2026-01-02 09:00:00", student_user_id: 3 }),
  seat({ status: "confirmed", created_at: "2026-01-02 09:00:00", student_user_id: 3 }),
  seat({ status: "declined", created_at: "2026-01-02 09:00:00", student_user_id: 4 }),
  lesson({ status: "pending" }),
  lesson({ status: "attended" }),
];

/** Everything that a run could have changed. */
async function stateOf(database: Scratch): Promise<unknown> {
  if (database.file !== null) {
    const hash = createHash("sha256").update(readFileSync(database.file)).digest("hex");
    return { hash, beside: readdirSync(dirname(database.file)) };
  }
  return {
    schema: await dumpSchema(database),
    rows: await query(database, 'select * from "myApp_liveclassbooking"'),
  };
}

const bookingIds = async (database: Scratch) =>
  (await query(database, 'select id from "myApp_liveclassbooking" order by id')).map((row) => Number(row.id));

describe.each(ENGINES)("%s", (engine) => {
  test("db migrate names the rows and the command, and changes nothing", async () => {
    const database = await makeWith(engine, WORLD);
    const before = await stateOf(database);
    const ran = await program.run(["db", "migrate", "--json", "--db", database.address]);
    expect(ran.code).toBe(3);
    expect(ran.out).toBe("");
    const { error } = JSON.parse(ran.err);
    expect(error).toMatchObject({ kind: "refused", code: "duplicates" });
    expect(error.message).toContain(
      "5 rows stand in the way of unique_group_booking: rows 1 … 3 (3 rows); 4 and 5",
    );
    expect(error.message).toContain("2 rows stand in the way of unique_one_on_one_booking: rows 7 and 8");
    expect(error.hint).toContain("classbook verify unique_group_booking --fix");
    expect(error.details).toHaveLength(2);
    expect(await stateOf(database)).toEqual(before);
  });

  test("db check and verify tell them, too", async () => {
    const database = await makeWith(engine, WORLD);
    const check = await program.run(["db", "check", "--json", "--db", database.address]);
    expect(check.code).toBe(6);
    expect(JSON.parse(check.out)).toContainEqual({
      problem: "5 rows stand in the way of unique_group_booking: 1 … 3 (3 rows); 4 and 5",
      what_to_do: expect.stringMatching(/^classbook verify unique_group_booking --fix --db ./),
    });
    const verify = await program.run(["verify", "unique_group_booking", "--json", "--db", database.address]);
    expect(verify.code).toBe(6);
    expect(JSON.parse(verify.out)).toEqual([
      {
        check: "unique_group_booking",
        severity: "error",
        count: 5,
        examples: ["bookings 1 … 3 (3 rows)", "bookings 4 and 5"],
        sentence: "one booking for each student, session and start",
      },
    ]);
  });

  test("the command keeps the best, sets the others aside whole, and makes the constraint", async () => {
    const database = await makeWith(engine, WORLD);
    const series = await appInserts(database, SHAPE, "booking_series", {
      student_user_id: 1,
      teacher_id: 1,
      course_id: 1,
    });
    await appInserts(database, SHAPE, "booking_series_item", {
      series_id: series,
      booking_id: 2,
      occurrence_index: 1,
    });
    const fix = (check: string) =>
      program.run(["verify", check, "--fix", "--yes", "--json", "--db", database.address]);

    const group = await fix("unique_group_booking");
    expect(group.err).toContain("quarantine booking 1 (cancelled), keep 3 (confirmed)");
    expect(group.err).toContain("quarantine booking 2 (confirmed), keep 3 (confirmed)");
    expect(group.err).toContain("quarantine booking 5 (confirmed), keep 4 (confirmed)");
    expect(await bookingIds(database)).toEqual([3, 4, 6, 7, 8]);
    expect(await query(database, 'select booking_id from "myApp_bookingseriesitem"')).toMatchObject([
      { booking_id: expect.toSatisfy((id) => Number(id) === 3) },
    ]);

    expect((await fix("unique_one_on_one_booking")).code).toBe(0);
    expect(await bookingIds(database)).toEqual([3, 4, 6, 8]);
    const schema = await dumpSchema(database);
    for (const name of ["unique_group_booking", "unique_one_on_one_booking", "classbook_one_default_policy"])
      expect(schema).toContain(name);
    expect((await program.run(["db", "status", "--check", "--db", database.address])).code).toBe(0);
    const keys = ["schema", "unique_group_booking", "unique_one_on_one_booking", "seats_taken"];
    expect((await program.run(["verify", ...keys, "--db", database.address])).code).toBe(0);

    const issues = await query(database, "select * from classbook_legacy_issue order by source_id");
    expect(issues.map((issue) => [Number(issue.source_id), issue.code, issue.status])).toEqual(
      [1, 2, 5, 7].map((id) => [id, "duplicate_booking", "skipped"]),
    );
    expect(JSON.parse(String(issues[0]!.source))).toMatchObject({
      id: 1,
      status: "cancelled",
      session_id: 1,
    });
    expect(issues[0]!.message).toContain("booking 3");
    const [session] = await query(
      database,
      'select seats_taken, current_attendees from "myApp_liveclasssession"',
    );
    expect(session).toMatchObject({ seats_taken: 3, current_attendees: 3 });
    const events = await query(
      database,
      "select what, reason, subject, subject_id from classbook_booking_event order by id",
    );
    expect(
      events.filter(({ subject }) => subject === "verify").map(({ what, reason }) => [what, reason]),
    ).toEqual([
      ["repaired", "unique_group_booking"],
      ["repaired", "unique_one_on_one_booking"],
    ]);
    const aside = events.filter(({ what }) => what === "set_aside");
    expect(aside.map(({ subject_id }) => Number(subject_id))).toEqual([1, 2, 5, 7]);
  });

  test("one kind of duplicates alone is resolved by one command", async () => {
    const database = await makeWith(engine, WORLD.slice(0, 3));
    const ran = await program.run([
      "verify",
      "unique_group_booking",
      "--fix",
      "--yes",
      "--db",
      database.address,
    ]);
    expect(ran).toMatchObject({ code: 0, out: "" });
    expect(await bookingIds(database)).toEqual([3]);
    expect((await program.run(["db", "migrate", "--json", "--db", database.address])).code).toBe(0);
    await expect(
      appInserts(database, SHAPE, "live_class_booking", { course_id: 1, teacher_id: 1, ...AT, ...seat({}) }),
    ).rejects.toThrow(/unique/i);
  });

  test("what was set aside can be looked at, and is not taken up again", async () => {
    const database = await makeWith(engine, WORLD.slice(0, 3));
    const run = (...words: string[]) => program.run([...words, "--db", database.address]);
    await run("verify", "unique_group_booking", "--fix", "--yes", "--no-backup");
    const name = "live_class_booking:2";
    const shown = await run("legacy", "issues", "show", name, "--json");
    expect(JSON.parse(shown.out)).toMatchObject({
      source_table: "live_class_booking",
      source_id: 2,
      code: "duplicate_booking",
      status: "skipped",
      source: { id: 2, status: "confirmed" },
    });
    expect((await run("legacy", "issues", "show", name, "--format", "table")).out).toContain(
      "→ it gave way for good",
    );
    const found = await run("legacy", "find", name, "--json");
    expect(JSON.parse(found.out)).toMatchObject({
      source_id: 2,
      outcome: "quarantined",
      code: "duplicate_booking",
      message: "booking 3 has the same student, place and time, and is kept",
    });
    expect(await run("legacy", "find", "live_class_booking:3")).toMatchObject({ code: 4 });
    for (const verb of [["retry"], ["skip", "--reason", "so"]]) {
      const refused = await run("legacy", "issues", ...verb, name);
      expect(refused.code).toBe(3);
      expect(refused.err).toContain(`${name} is a booking that gave way to another`);
    }
    // An export of all issues can be filled in for the others.
    const exported = await run("legacy", "issues", "export", "--status", "all");
    expect(parseExport(exported.out)).toEqual([]);
    const filled = exported.out.replaceAll('"skip":null', '"skip":"so"');
    expect(() => parseExport(filled)).toThrow("is a booking that gave way to another");
  });

  test("two default policies of a teacher are told in the same way", async () => {
    const database = await makeWith(engine, []);
    for (const hours of [12, 24])
      await appInserts(database, SHAPE, "teacher_booking_policy", { teacher_id: 1, min_notice_hours: hours });
    const ran = await program.run(["db", "migrate", "--db", database.address]);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain("2 rows stand in the way of classbook_one_default_policy: rows 1 and 2");
  });
});
