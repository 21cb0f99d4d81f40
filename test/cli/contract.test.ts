/** What scripts rely on (CLI.md): exit codes, JSON in its documented form, formats, fields. The built program, as it is run. */
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, type Program, type Ran } from "../support/program.ts";
import { makeMigratedSchool, makeSchool, type School } from "../support/school.ts";

let program: Program;
let fresh: School;
let migrated: School;
const clones: School[] = [];

beforeAll(async () => {
  program = buildProgram();
  fresh = makeSchool();
  migrated = await makeMigratedSchool();
});
afterAll(() => {
  for (const school of [fresh, migrated, ...clones]) school.remove();
  program.remove();
});

const DB = "--db sample/school.sqlite3";

/** Runs words against a school's database. */
async function run(school: School, words: string): Promise<Ran> {
  return program.run(`${words} ${DB}`.split(" "), { cwd: school.folder });
}

function copyOf(school: School): School {
  const copy = school.clone();
  clones.push(copy);
  return copy;
}

const errorOf = (ran: Ran) => JSON.parse(ran.err.trim().split("\n").at(-1)!).error;

describe("exit codes", () => {
  test("0: done, or nothing to do", async () => {
    expect((await run(fresh, "db status")).code).toBe(0);
    expect((await run(migrated, "db migrate")).code).toBe(0);
    expect((await run(migrated, "legacy verify")).code).toBe(0);
    expect((await program.run([])).code).toBe(0);
    expect((await program.run(["--help"])).code).toBe(0);
    expect((await program.run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("1 internal: the network failed", async () => {
    const ran = await program.run(["db", "status", "--json", "--db", "postgres://u@127.0.0.1:1/x"]);
    expect(ran.code).toBe(1);
    expect(errorOf(ran)).toMatchObject({ kind: "internal", code: "unreachable" });
  });

  test.each([
    ["lgacy plan", "unknown command 'lgacy'", "legacy"],
    ["legacy pln", "unknown command 'pln'", "plan"],
    ["legacy issues lst", "unknown command 'lst'", "list, show, resolve, skip, retry, export, import"],
    ["legacy plan --dbb x", "unknown option '--dbb'", "--db"],
    ["legacy migrate --no-bakup", "unknown option '--no-bakup'", "--no-backup"],
    ["db status --layout djngo", '"djngo" is not a layout', "native or django"],
    ["db status --tz Madrid", '"Madrid" is not an IANA time zone', "Europe/Madrid"],
    [
      "db status --now yesterday",
      '--now "yesterday" is neither a date nor an instant',
      "2026-12-01T10:00:00Z",
    ],
    [
      "db status --tz Europe/Madrid --now 2026-03-29T02:30",
      '--now "2026-03-29T02:30" does not exist in Europe/Madrid: the clocks go forward over it',
      "2026-12-01T10:00:00Z",
    ],
    ["legacy migrate --batch 0", '--batch "0" is not a number of rows', "whole number"],
    ["legacy issues --status opne", '--status "opne" is none of open, skipped, resolved, all', ""],
    ["legacy issues show booking-1", "booking-1", "booking:12"],
    ["legacy find booking-1", '"booking-1" is neither a UUID nor TABLE:ID', "booking:12"],
    ["verify seats", 'no check is called "seats"', "seats_taken"],
    ["legacy issues skip booking:1", "--reason", ""],
    ["import", "--from", ""],
    ["db", "not complete", "classbook db --help"],
  ])("2 usage, with what would be right: %s", async (words, says, hint) => {
    const ran = await run(migrated, `${words} --json`);
    expect(ran.code, ran.err).toBe(2);
    expect(ran.out).toBe("");
    const error = errorOf(ran);
    expect(error.kind).toBe("usage");
    expect(error.message).toMatch(new RegExp(says.replace(/[()[\]]/g, "\\$&")));
    expect(error.hint ?? "").toMatch(new RegExp(hint));
  });

  test("3 refused: nothing changed", async () => {
    const copy = copyOf(migrated);
    await run(copy, "legacy issues resolve booking:9007 --teacher 1");
    const before = copy.hash();
    const ran = await run(copy, "legacy issues skip booking:9007 --reason late --json");
    expect(ran.code).toBe(3);
    expect(errorOf(ran)).toMatchObject({ kind: "refused", code: "already_resolved" });
    expect(copy.hash()).toBe(before);
  });

  test("4 not found", async () => {
    const ran = await run(migrated, "legacy find booking:777777 --json");
    expect(ran.code).toBe(4);
    expect(errorOf(ran)).toMatchObject({ kind: "not_found", code: "no_such_row" });
  });

  test("5 busy: another run holds the lease, and is named", async () => {
    const copy = copyOf(migrated);
    const sqlite = new BetterSqlite3(copy.file);
    sqlite
      .prepare(
        "update classbook_lease set token = 't', holder = 'ana@elsewhere, process 1', expires_at = '2999-01-01 00:00:00'",
      )
      .run();
    sqlite.close();
    const ran = await run(copy, "legacy migrate --json");
    expect(ran.code).toBe(5);
    expect(errorOf(ran)).toMatchObject({ kind: "busy", code: "locked" });
    expect(errorOf(ran).message).toContain("ana@elsewhere, process 1");
  });

  test("6 findings: open rows, a schema behind, a violation", async () => {
    const copy = copyOf(fresh);
    expect((await run(copy, "db status --check")).code).toBe(6);
    expect((await run(copy, "db check")).code).toBe(6);
    expect((await run(copy, "legacy status --check")).code).toBe(6);
    expect((await run(copy, "legacy migrate --no-backup")).code).toBe(6);
    expect((await run(copy, "verify")).code).toBe(6);
    expect((await run(copy, "db status --check")).code).toBe(0);
  });

  test("6 findings: an applied schema step is not this version's", async () => {
    const copy = copyOf(migrated);
    const sqlite = new BetterSqlite3(copy.file);
    sqlite.exec("update classbook_schema_history set checksum = 'edited' where id like '0003%'");
    sqlite.close();
    for (const words of ["db migrate", "legacy migrate"]) {
      const ran = await run(copy, `${words} --json`);
      expect(ran.code).toBe(6);
      expect(errorOf(ran)).toMatchObject({ kind: "findings", code: "edited_migration" });
      expect(errorOf(ran).message).toContain("0003_signals");
    }
  });

  test("7 partial: some were done, the others are listed", async () => {
    const ran = await run(
      copyOf(migrated),
      "legacy issues resolve booking:9007 booking:9001 --teacher 1 --json",
    );
    expect(ran.code).toBe(7);
    expect(JSON.parse(ran.out)).toMatchObject([
      { source_id: 9001, status: "open", code: "unknown_status" },
      { source_id: 9007, status: "resolved" },
    ]);
  });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s: the batch in flight is finished, the code is %i, and the same command goes on",
  async (name, code) => {
    const copy = copyOf(fresh);
    const words = `legacy migrate --batch 1 --json --no-backup ${DB}`.split(" ");
    const sqlite = new BetterSqlite3(copy.file);
    // Rows of the first phase that reads legacy rows: some are done, most are not.
    const begun = () => {
      const there = sqlite
        .prepare("select 1 from sqlite_master where name = 'classbook_legacy_provenance'")
        .get();
      return (
        there !== undefined && sqlite.prepare("select 1 from classbook_legacy_provenance").get() !== undefined
      );
    };
    const ran = await program.run(words, { cwd: copy.folder, signal: { name, when: begun } });
    expect(ran.code, ran.err).toBe(code);
    expect(ran.err).toContain("The same command goes on from here.");
    const done = JSON.parse(ran.out);
    expect(done.finished).toBe(false);
    const { n } = sqlite.prepare("select count(*) as n from classbook_legacy_provenance").get() as {
      n: number;
    };
    expect(n).toBeGreaterThan(0);
    expect(n).toBeLessThan(343);
    sqlite.close();
    const again = await program.run(words, { cwd: copy.folder });
    expect(again.code).toBe(6);
    expect(JSON.parse(again.out)).toMatchObject({ finished: true, resumed: true, open_issues: 29 });
  },
);

describe("--json", () => {
  const parsed = async (school: School, words: string, code = 0) => {
    const ran = await run(school, `${words} --json`);
    expect(ran.code, ran.err).toBe(code);
    return JSON.parse(ran.out);
  };
  const COUNTS = ["read", "migrated", "waitlisted", "quarantined", "unchanged", "by_status", "by_code"];

  function expectSums(counts: Record<string, number> & { by_status: object; by_code: object }): void {
    for (const key of COUNTS) expect(Object.keys(counts)).toContain(key);
    const { read, migrated: booked, waitlisted, quarantined, unchanged } = counts;
    expect(booked! + waitlisted! + quarantined! + unchanged!).toBe(read);
    expect(sum(counts.by_status)).toBe(booked);
    expect(sum(counts.by_code)).toBe(quarantined);
  }
  const sum = (values: object) => Object.values(values).reduce((total: number, n: number) => total + n, 0);

  test("legacy plan, migrate and verify count the same, and their counts add up", async () => {
    const copy = copyOf(fresh);
    const outcome = { read: 343, migrated: 307, waitlisted: 7, quarantined: 29, unchanged: 0 };
    const plan = await parsed(copy, "legacy plan");
    expect(plan).toMatchObject(outcome);
    expectSums(plan);
    const done = await parsed(copy, "legacy migrate --no-backup", 6);
    expect(done).toMatchObject({
      ...outcome,
      by_status: plan.by_status,
      by_code: plan.by_code,
      finished: true,
    });
    expectSums(done);
    const verified = await parsed(copy, "legacy verify");
    expect(verified).toMatchObject({
      ...outcome,
      by_status: plan.by_status,
      by_code: plan.by_code,
      ok: true,
    });
    expectSums(verified);
    const again = await parsed(copy, "legacy plan");
    expect(again).toMatchObject({ read: 343, migrated: 0, waitlisted: 0, quarantined: 0, unchanged: 343 });
    expectSums(again);
  });

  test("legacy issues is an array of {source_table, source_id, code, message, status, source}", async () => {
    const issues = await parsed(migrated, "legacy issues");
    expect(issues).toHaveLength(29);
    for (const issue of issues)
      expect(issue).toEqual({
        source_table: expect.stringMatching(/^(booking|one_on_one_booking)$/),
        source_id: expect.any(Number),
        code: expect.stringMatching(/^[a-z_]+$/),
        message: expect.stringMatching(/\w/),
        status: "open",
        reason: null,
        source: expect.objectContaining({
          id: issue.source_id,
          booking_id: expect.any(String),
          status: expect.any(String),
        }),
      });
    expect(await parsed(migrated, "legacy issues list")).toEqual(issues);
    const raw = issues.find((issue: { source_id: number }) => issue.source_id === 9001).source;
    expect(Object.keys(raw)).toHaveLength(16);
    expect(raw.booked_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:/);
  });

  test("verify is an array of {check, severity, count, examples}", async () => {
    const violations = await parsed(migrated, "verify", 6);
    expect(violations).toContainEqual({
      check: "overbooked",
      severity: "warning",
      count: 3,
      examples: expect.arrayContaining([expect.any(String)]),
      sentence: "no session holds more seats than it has",
    });
    expect(await parsed(migrated, "verify seats_taken")).toEqual([]);
  });

  test("one thing is an object, several are an array, and instants are RFC 3339 at every depth", async () => {
    expect(await parsed(migrated, "legacy issues show booking:9001")).toMatchObject({ source_id: 9001 });
    expect(await parsed(migrated, "legacy issues show booking:9001 booking:9007")).toMatchObject([
      { source_id: 9001 },
      { source_id: 9007 },
    ]);
    expect(await parsed(migrated, "legacy find booking:1")).toMatchObject({
      outcome: "migrated",
      start_at_utc: "2026-01-13T16:00:00Z",
    });
    expect((await parsed(migrated, "legacy status")).runs[0].started_at).toBe("2026-11-20T09:00:00Z");
    expect((await parsed(migrated, "db status")).migrations[0].applied_at).toBe("2026-11-20T09:00:00Z");
  });

  test("an error is one JSON object on stderr, and stdout stays empty", async () => {
    const ran = await run(migrated, "legacy issues --status x --code y --json");
    expect(ran.out).toBe("");
    expect(Object.keys(JSON.parse(ran.err))).toEqual(["error"]);
    expect(errorOf(ran)).toEqual({
      kind: "usage",
      code: "bad_filter",
      message: expect.stringMatching(/--status "x".*--code "y"/),
      hint: null,
      details: [expect.stringContaining("--status"), expect.stringContaining("--code")],
    });
  });
});
