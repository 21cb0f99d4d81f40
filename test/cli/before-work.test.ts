/** What is wrong with a command line is said before anything is opened or written, with what would be right. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listCommands } from "../support/commands.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { runHere } from "../support/run-here.ts";
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

const run = (...words: string[]) => runHere([...words, "--json"]);
const here = (words: string) => run(...words.split(" "), "--db", school.file);
const errorOf = (text: string) =>
  JSON.parse(text).error as { kind: string; code: string; message: string; hint: string };

const commands = await listCommands();

describe("--fields with a field that is not there", () => {
  test.each(commands.map(({ name, examples }) => [name, examples[0]!]))(
    "%s refuses it and does nothing",
    async (name, example) => {
      const before = [school.hash(), readdirSync(school.folder), readdirSync(join(school.folder, "sample"))];
      const ran = await program.shell(`${example} --fields nonsense --json`, { cwd: school.folder });
      expect([name, ran.code, ran.out], ran.err).toEqual([name, 2, ""]);
      expect(errorOf(ran.err)).toMatchObject({ code: "unknown_field", message: 'unknown field "nonsense"' });
      expect(errorOf(ran.err).hint).toMatch(/fields/);
      expect([school.hash(), readdirSync(school.folder), readdirSync(join(school.folder, "sample"))]).toEqual(
        before,
      );
    },
  );

  test("a rehearsal has its own fields", async () => {
    const planned = await here("legacy migrate --dry-run --fields read,estimated_seconds");
    expect(JSON.parse(planned.out)).toMatchObject({ read: 343 });
    expect(await here("legacy migrate --no-backup --fields estimated_seconds")).toMatchObject({ code: 2 });
    expect(await here("db migrate --dry-run --fields pending")).toMatchObject({ code: 0 });
  });
});

describe("instants", () => {
  test.each(["9999-12-31T23:59:59-05:00", "2026-12-01T10:00:00+99:00", "2026-13-01", "next week"])(
    "--from %s, which no instant can be, is refused and not passed over",
    async (text) => {
      const ran = await here(`booking list --from ${text.replace(" ", "_")}`);
      expect([ran.code, ran.out]).toEqual([2, ""]);
      expect(errorOf(ran.err).message).toContain(`--from "${text.replace(" ", "_")}"`);
    },
  );
});

describe("numbers", () => {
  test.each([
    ["legacy migrate --batch abc", "bad_batch", '--batch "abc"'],
    ["legacy migrate --dry-run --batch 0", "bad_batch", '--batch "0"'],
    ["legacy migrate --batch 1e3", "bad_batch", '--batch "1e3"'],
    ["import --from x.db --batch -5", "bad_batch", '--batch "-5"'],
    ["legacy issues --limit -1", "bad_filter", '--limit "-1"'],
    ["legacy issues --limit 1e9x", "bad_filter", '--limit "1e9x"'],
    ["legacy issues --limit 0x10", "bad_filter", '--limit "0x10"'],
    ["legacy rollback --run abc", "bad_run", '--run "abc"'],
    ["legacy rollback --run -1", "bad_run", '--run "-1"'],
  ])("%s", async (words, code, says) => {
    // Not even the database need be there.
    const ran = await run(...words.split(" "), "--db", "nowhere.db");
    expect(ran.code).toBe(2);
    expect(errorOf(ran.err)).toMatchObject({ kind: "usage", code });
    expect(errorOf(ran.err).message).toContain(says);
  });
});

test.each([
  ["lgacy plan", "unknown_command"],
  ["legacy issues lst", "unknown_command"],
  ["legacy plan --dbb x", "unknown_option"],
  ["legacy issues --limit", "option_missing_argument"],
  ["legacy issues skip booking:1", "missing_mandatory_option_value"],
  ["legacy find", "missing_argument"],
  ["legacy status extra", "excess_arguments"],
  ["db", "incomplete_command"],
])("%s has the code %s", async (words, code) => {
  const ran = await run(...words.split(" "));
  expect(ran.code).toBe(2);
  expect(errorOf(ran.err).code).toBe(code);
});

describe("what is missing is shown by an example", () => {
  test.each([
    ["legacy issues skip booking:1", /^such as: classbook legacy issues skip .*--reason "/],
    ["import --db new.db", /^such as: classbook import --from /],
    ["legacy find", /^such as: classbook legacy find booking:1/],
  ])("%s", async (words, hint) => {
    const { err } = await run(...words.split(" "));
    expect(errorOf(err).hint).toMatch(hint);
  });

  test("without one, by the help of the very command", async () => {
    expect(errorOf((await run("legacy", "status", "extra")).err).hint).toBe(
      "see classbook legacy status --help",
    );
  });
});

describe("databases that are none", () => {
  test.each(["", "  ", "sqlite:", "sqlite://"])("--db %j says what it takes", async (db) => {
    const ran = await run("db", "status", "--db", db);
    expect(ran.code).toBe(2);
    expect(errorOf(ran.err)).toMatchObject({ code: "no_database" });
    expect(errorOf(ran.err).hint).toContain("--db takes a path");
  });

  test("a rehearsal of the schema on a missing file says how it would be made", async () => {
    const ran = await run("db", "migrate", "--dry-run", "--db", join(school.folder, "nowhere.db"));
    expect(ran.code).toBe(4);
    expect(errorOf(ran.err)).toMatchObject({ code: "no_such_database" });
    expect(errorOf(ran.err).hint).toContain("leave out --dry-run");
  });
});

test.each([
  ["UTC", "2026-12-01T00:00:00Z"],
  ["Europe/Madrid", "2026-11-30T23:00:00Z"],
  ["Pacific/Auckland", "2026-11-30T11:00:00Z"],
])("a date alone is its midnight in %s", async (zone, instant) => {
  const file = join(school.folder, `dated-${zone.replace("/", "-")}.db`);
  await run("db", "migrate", "--db", file, "--now", "2026-12-01", "--tz", zone);
  const { migrations } = JSON.parse((await run("db", "status", "--db", file)).out);
  expect(migrations[0].applied_at).toBe(instant);
});

test("one invariant is one", async () => {
  const { err } = await runHere(["verify", "capacity", "--format", "table", "--db", school.file]);
  expect(err).toBe("1 invariant holds.\n");
  const two = await runHere(["verify", "capacity", "seats_taken", "--format", "table", "--db", school.file]);
  expect(two.err).toBe("2 invariants hold.\n");
});

describe("legacy status while a run is at work", () => {
  const hold = (holder: string) => {
    const sqlite = new BetterSqlite3(school.file);
    sqlite
      .prepare("update classbook_lease set token = 't', holder = ?, acquired_at = ?, expires_at = ?")
      .run(holder, "2026-11-20 09:00:00", "2999-01-01 00:00:00");
    sqlite.close();
  };

  test("names who holds the lock, on which host and since when", async () => {
    hold("ana@elsewhere, process 4711");
    expect(JSON.parse((await here("legacy status")).out).lock).toEqual({
      user: "ana",
      host: "elsewhere",
      pid: 4711,
      since_at: "2026-11-20T09:00:00Z",
    });
    const words = ["legacy", "status", "--format", "table", "--tz", "Europe/Madrid", "--db", school.file];
    expect((await runHere(words)).out).toContain(
      "at work: ana on elsewhere, process 4711, since Fri 20 Nov 2026 10:00 Europe/Madrid",
    );
  });

  test("says nothing of one that is gone", async () => {
    hold("");
    const sqlite = new BetterSqlite3(school.file);
    sqlite.exec("update classbook_lease set token = ''");
    sqlite.close();
    expect(JSON.parse((await here("legacy status")).out).lock).toBeNull();
  });
});
