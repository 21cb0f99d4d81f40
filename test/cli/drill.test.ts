/** `drill`: a race in a database that is gone afterwards. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeBookable } from "../support/bookable.ts";
import { query, scratch } from "../support/databases.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

let program: Program;
let school: School;

beforeAll(async () => {
  program = buildProgram();
  school = await makeMigratedSchool();
});
afterAll(() => {
  school.remove();
  program.remove();
});

const NOW = ["--now", "2026-11-20T09:00:00Z"];

describe("a copy of an SQLite file", () => {
  const run = (words: string, env: Record<string, string> = {}) =>
    program.run(["drill", ...words.split(" "), ...NOW, "--db", school.file], { env });

  test("the last seats go to as many as there are, the others are refused, and the school stays as it was", async () => {
    const before = school.hash();
    const temporary = join(school.folder, "tmp");
    mkdirSync(temporary);
    const ran = await run("--workers 5 --seats 2 --json", { TMPDIR: temporary });
    expect(ran.code, ran.err).toBe(0);
    const report = JSON.parse(ran.out);
    expect(report).toMatchObject({
      workers: 5,
      seats: 2,
      bookings: 2,
      waitlisted: 0,
      refused: { capacity: 3 },
      errors: {},
      holds: true,
    });
    expect(report.p50_ms).toBeLessThanOrEqual(report.p95_ms);
    expect(report.invariants.map(({ check }: { check: string }) => check)).toEqual(
      expect.arrayContaining(["seats_taken", "overbooked", "drill_seats", "drill_answers", "drill_audit"]),
    );
    expect(school.hash()).toBe(before);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("a session of the school, with the seats that it has", async () => {
    const { code, out } = await run("--workers 5 --session 19 --json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      session_id: 19,
      seats: 3,
      bookings: 3,
      refused: { capacity: 2 },
    });
  });

  test("settings of a person do not reach the racers", async () => {
    const { code, out } = await run("--workers 2 --seats 2 --json", { CLASSBOOK_AS: "marta" });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ bookings: 2, errors: {} });
  });

  test("a session that nobody can book, and numbers that are none", async () => {
    expect(await run("--session 1")).toMatchObject({ code: 2, err: expect.stringContaining("completed") });
    expect((await run("--session 99999")).code).toBe(4);
    const wrong = await run("--workers none --seats 0 --session x");
    for (const flag of ["--workers", "--seats", "--session"]) expect(wrong.err).toContain(flag);
    expect(wrong.code).toBe(2);
  });

  test("Ctrl-C removes the copy, too", async () => {
    const temporary = join(school.folder, "tmp-interrupted");
    mkdirSync(temporary);
    const ran = await program.run(["drill", "--workers", "4", ...NOW, "--db", school.file], {
      env: { TMPDIR: temporary },
      signal: {
        name: "SIGINT",
        when: () => readdirSync(temporary).some((name) => readdirSync(join(temporary, name)).length > 0),
      },
    });
    expect(ran.code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe("a PostgreSQL server", () => {
  test("a database of its own, gone afterwards", async () => {
    const { place, remove } = await makeBookable("postgres", "django");
    const databases = () =>
      query(place, "select datname from pg_database where datname like 'classbook_drill%'");
    const before = await query(place, 'select count(*) as n from "myApp_liveclassbooking"');
    const { code, out, err } = await program.run(
      ["drill", "--workers", "4", "--seats", "1", "--json", ...NOW],
      { env: { CLASSBOOK_DB: place.address } },
    );
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ bookings: 1, refused: { capacity: 3 }, holds: true });
    expect(await databases()).toEqual([]);
    expect(await query(place, 'select count(*) as n from "myApp_liveclassbooking"')).toEqual(before);
    await remove();
  });

  test("a session of it cannot be named, for it is not copied", async () => {
    const place = await scratch("postgres");
    const ran = await program.run(["drill", "--session", "1", "--db", place.address]);
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining("not copied") });
    await place.remove();
  });
});
