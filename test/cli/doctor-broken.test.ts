/** `doctor` on files that are missing, damaged, locked or not to be written, and on a server's locked table. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../src/operations/doctor.ts";
import { empty, removeAfterEach } from "../support/damaged.ts";
import { about, doctor, own, TOPICS, topicsOf } from "../support/doctor.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { makeMigratedSchool } from "../support/school.ts";

removeAfterEach();

let program: Program;
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());

describe("an SQLite file", () => {
  test.each(["missing", "empty", "text", "locked"])("that is %s", async (how) => {
    const place = await (how === "locked" ? own("sqlite") : empty("sqlite"));
    const file = place.file!;
    if (how === "empty") writeFileSync(file, "");
    if (how === "text") writeFileSync(file, "no database\n".repeat(500));
    const other = how === "locked" ? new BetterSqlite3(file) : null;
    // In WAL mode readers are never locked out.
    other?.pragma("journal_mode = delete");
    other?.exec("begin exclusive");
    const before = readdirSync(dirname(file)).filter((name) => !name.endsWith("-journal"));
    const { code, found } = await doctor(place);
    expect([code, topicsOf(found)]).toEqual([6, TOPICS]);
    expect(about(found, "database")).toMatchObject([{ state: "problem", hint: expect.any(String) }]);
    expect(about(found, "findings")).toMatchObject([
      { message: "not looked at: the database cannot be opened" },
    ]);
    expect(readdirSync(dirname(file)).filter((name) => !name.endsWith("-journal"))).toEqual(before);
    other?.close();
  });

  test("that is a directory", async () => {
    const place = await own("sqlite");
    const { code, found } = await doctor({ ...place, address: dirname(place.file!) });
    expect([code, topicsOf(found)]).toEqual([6, TOPICS]);
    expect(about(found, "database")).toMatchObject([
      {
        state: "problem",
        message: expect.stringContaining("is a directory, not a database file"),
        hint: "name the SQLite file in it",
      },
    ]);
  });

  test("whose pages are damaged", async () => {
    const school = await makeMigratedSchool();
    const sqlite = new BetterSqlite3(school.file, { readonly: true });
    const { rootpage } = sqlite
      .prepare("select rootpage from sqlite_master where name = 'myApp_course'")
      .get() as { rootpage: number };
    const size = Number(sqlite.pragma("page_size", { simple: true }));
    sqlite.close();
    const bytes = readFileSync(school.file);
    bytes.fill(0xff, (rootpage - 1) * size, (rootpage - 1) * size + 100);
    writeFileSync(school.file, bytes);
    const ran = await program.run(["doctor", "--db", school.file, "--json"]);
    expect([ran.code, ran.err]).toEqual([6, ""]);
    const found = JSON.parse(ran.out) as Finding[];
    expect(topicsOf(found)).toEqual(TOPICS);
    expect(about(found, "integrity")[0]).toMatchObject({
      state: "problem",
      hint: expect.stringContaining("backup"),
    });
    school.remove();
  });

  test("that cannot be written", async () => {
    const school = await makeMigratedSchool();
    chmodSync(school.file, 0o444);
    chmodSync(dirname(school.file), 0o555);
    const ran = await program.run(["doctor", "--quick", "--db", school.file, "--json"], {
      unprivileged: true,
    });
    expect(ran.code).toBe(6);
    expect(about(JSON.parse(ran.out), "file")[1]).toMatchObject({
      state: "problem",
      message: expect.stringContaining("cannot be written"),
    });
    chmodSync(dirname(school.file), 0o755);
    school.remove();
  });

  test("is left as it was, without a file more", async () => {
    const place = await own("sqlite");
    const before = readdirSync(dirname(place.file!));
    expect((await program.run(["doctor", "--db", place.file!])).code).toBe(0);
    expect(readdirSync(dirname(place.file!))).toEqual(before);
  });
});

test("on PostgreSQL a table that is locked is said after a moment, and the rest is looked at", async () => {
  const place = await own("postgres");
  const other = new pg.Client(place.address);
  await other.connect();
  await other.query("begin; lock table legacy_issue in access exclusive mode");
  const { code, found } = await doctor(place);
  await other.end();
  expect(code).toBe(6);
  expect(about(found, "quarantine")).toMatchObject([
    { state: "problem", message: expect.stringContaining("another transaction is in the way") },
  ]);
  expect(about(found, "locks")).toMatchObject([{ state: "ok" }]);
});
