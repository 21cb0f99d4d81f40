/** `verify` as people and scripts use it: the list of checks, known findings, and a repair that shows itself first. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHECK_CODES } from "../../src/db/checks.ts";
import { type RunHere, runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

const NOW = ["--now", "2026-11-20T09:00:00Z"];
let migrated: School;
let school: School;
beforeAll(async () => {
  migrated = await makeMigratedSchool();
});
afterAll(() => migrated.remove());
beforeEach(() => {
  school = migrated.clone();
});
afterEach(() => school.remove());

const run = (words: string, options: Parameters<typeof runHere>[1] = {}): Promise<RunHere> =>
  runHere([...words.split(" "), "--db", school.file, ...NOW], options);
const json = async (words: string) => JSON.parse((await run(`${words} --json`)).out);
const sql = (text: string) => {
  const sqlite = new BetterSqlite3(school.file);
  try {
    sqlite.exec(text);
  } finally {
    sqlite.close();
  }
};

describe("list", () => {
  test("says of each check what holds, why, and what --fix does, without any database", async () => {
    const { code, out } = await runHere(["verify", "list", "--json", "--db", "/nowhere/at.all"]);
    expect(code).toBe(0);
    const checks = JSON.parse(out);
    expect(checks.map(({ check }: { check: string }) => check)).toEqual(CHECK_CODES);
    for (const check of checks) {
      expect(Object.keys(check)).toEqual(["check", "severity", "sentence", "why", "fix"]);
      for (const text of Object.values(check)) expect(text).toMatch(/^\S.*\S$/);
      expect(["error", "warning"]).toContain(check.severity);
    }
  });

  test("in every format, of some checks only", async () => {
    const words = "verify list seats_taken overbooked --fields check,severity";
    expect((await run(`${words} --format tsv`)).out).toBe("seats_taken\terror\noverbooked\twarning\n");
    expect((await run(`${words} --format csv`)).out).toBe(
      "check,severity\r\nseats_taken,error\r\noverbooked,warning\r\n",
    );
    expect((await run(`${words} --format ndjson`)).out.split("\n")[1]).toBe(
      '{"check":"overbooked","severity":"warning"}',
    );
    const { out } = await run("verify list overbooked", { width: 80 });
    expect(out).toMatch(
      /^overbooked \(warning\)\n {2}Holds: {2}no session holds more seats than it has\n {2}Why: /,
    );
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("names commands and flags that there are", async () => {
    const texts = JSON.parse((await runHere(["verify", "list", "--json"])).out).flatMap(
      ({ why, fix }: { why: string; fix: string }) => [why, fix],
    );
    const lines: string[] = texts.flatMap((text: string) =>
      [...text.matchAll(/`classbook ([^`]+)`/g)].map(([, words]) => words!),
    );
    expect(lines.length).toBeGreaterThan(30);
    for (const line of new Set(lines)) {
      const words = line.split(" ");
      const verbs = words.slice(0, words.findIndex((word) => /^[A-Z-]/.test(word)) >>> 0);
      const help = (await runHere([...verbs, "--help"])).out;
      expect([line, help.startsWith(`Usage: classbook ${verbs.join(" ")} `)]).toEqual([line, true]);
      for (const flag of words.filter((word) => word.startsWith("--")))
        expect([line, help]).toEqual([line, expect.stringContaining(`${flag} `)]);
    }
  });

  test("knows the same names", async () => {
    const { code, err } = await run("verify list overbokked");
    expect(code).toBe(2);
    expect(err).toContain('no check is called "overbokked"');
  });
});

describe("the screen", () => {
  test.each([60, 80, 200])("at %d columns each example is whole, on a line of its own", async (width) => {
    sql("update myApp_liveclasssession set seats_taken = 99");
    const { code, out } = await run("verify seats_taken session_utc_differs --format table", { width });
    expect(code).toBe(6);
    const lines = out.trimEnd().split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    const [{ count, examples }] = await json("verify seats_taken");
    expect(lines[0]).toBe(`seats_taken (error): ${count} findings`);
    expect(lines.slice(1, 7)).toEqual([
      ...examples.map((example: string) => `  ${example}`),
      `  … and ${count - 5} more`,
    ]);
    const [{ examples: times }] = await json("verify session_utc_differs");
    expect(lines[7]).toBe("session_utc_differs (warning): 1 finding");
    expect(
      lines
        .slice(8)
        .map((line) => line.trim())
        .join(" "),
    ).toBe(times[0]);
    expect(lines.slice(9).every((line) => line.startsWith("    "))).toBe(true);
  });
});

describe("known findings", () => {
  test("are written, and only what is new is reported after that; what is gone is said", async () => {
    const file = join(school.folder, "known.json");
    const written = await run(`verify --write-baseline ${file} --json`);
    expect(written.code).toBe(0);
    const found = JSON.parse(written.out);
    const all = found.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    expect(written.err).toContain(`${all} findings written to ${file}`);
    const { findings } = JSON.parse(readFileSync(file, "utf8"));
    expect(findings).toHaveLength(all);
    expect(findings).toContainEqual({ check: "overbooked", key: "session:20" });
    expect(readdirSync(dirname(file)).filter((name) => name.includes(basename(file)))).toEqual([
      basename(file),
    ]);

    const known = await run(`verify --baseline ${file} --json`);
    expect([known.code, known.out]).toEqual([0, "[]\n"]);
    expect(known.err).toBe(`${all} findings are known, and not named.\n`);

    sql(`update myApp_liveclasssession set seats_taken = 99 where id = 7;
         update myApp_liveclasssession set capacity = 40 where id in (4, 20)`);
    const later = await run(`verify --baseline ${file} --json`);
    expect(later.code).toBe(6);
    // Session 20 closed because it was full, and has seats and a queue now.
    expect(JSON.parse(later.out)).toMatchObject([
      { check: "seats_taken", count: 1 },
      { check: "open_seat_beside_queue", count: 1 },
    ]);
    expect(later.err).toContain("2 known findings are gone (overbooked session:4, overbooked session:20)");
    expect(later.err).toContain(
      `classbook verify --write-baseline ${file} --db ${school.file} renews the file`,
    );
  });

  test("what renews the file names the checks that were looked at, where it knows no others", async () => {
    const file = join(school.folder, "known.json");
    await run(`verify overbooked --write-baseline ${file}`);
    sql("update myApp_liveclasssession set capacity = 40 where id = 4");
    expect((await run(`verify overbooked --baseline ${file}`)).err).toContain(
      `: classbook verify overbooked --write-baseline ${file} --db ${school.file} renews the file.`,
    );
    await run(`verify --write-baseline ${file}`);
    sql("update myApp_liveclasssession set capacity = 40 where id = 15");
    const { err } = await run(`verify overbooked --baseline ${file}`);
    expect(err).toContain(
      "1 known finding is gone (overbooked session:15): the file knows other checks, too",
    );
    expect(err).not.toContain("--write-baseline");
  });

  test("more than the examples: all of them are in the file", async () => {
    sql("update myApp_liveclasssession set seats_taken = 99");
    const [{ count, examples }] = await json("verify seats_taken");
    expect(examples).toHaveLength(5);
    const file = join(school.folder, "known.json");
    await run(`verify seats_taken --write-baseline ${file}`);
    expect(JSON.parse(readFileSync(file, "utf8")).findings).toHaveLength(count);
    expect((await run(`verify seats_taken --baseline ${file}`)).code).toBe(0);
  });

  test.each([
    ["not there", null, /cannot be read \(ENOENT\)/],
    ["no JSON", "{", /is not JSON/],
    ["something else", '{"findings": []}', /is not a baseline/],
    ["a finding without key", '{"baseline": 1, "findings": [{"check": "capacity"}]}', /finding 1 lacks/],
    [
      "another's check",
      '{"baseline": 1, "findings": [{"check": "x", "key": "y"}]}',
      /names a check that there is not: "x"/,
    ],
  ])("a file that is %s is refused in a sentence", async (_, content, sentence) => {
    const file = join(school.folder, "known.json");
    if (content !== null) writeFileSync(file, content);
    const { code, out, err } = await run(`verify --baseline ${file}`);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(sentence);
  });

  test("a file that cannot be written leaves nothing behind", async () => {
    const { code, err } = await run(`verify --write-baseline ${school.folder}/none/known.json`);
    expect(code).toBe(2);
    expect(err).toMatch(/cannot be written/);
    const device = await run("verify --write-baseline /dev/full");
    expect([device.code, device.err]).toEqual([
      2,
      "classbook: /dev/full is not a file\n  name a file: it is written anew, or made\n",
    ]);
  });
});

describe("--fix", () => {
  test("shows rows and values, does it, and looks again", async () => {
    sql("update myApp_liveclasssession set seats_taken = 99 where id in (7, 8)");
    const before = school.hash();
    const dry = await run("verify seats_taken --fix --dry-run");
    expect(dry.code).toBe(6);
    expect(dry.err).toMatch(/ {2}seats_taken: session 7: seats_taken 99 → \d+\n {2}seats_taken: session 8: /);
    expect(school.hash()).toBe(before);
    const asked = await run("verify seats_taken --fix --no-input");
    expect([asked.code, asked.out]).toEqual([2, ""]);
    expect(asked.err).toMatch(/Make these 2 repairs\?/);
    const done = await run("verify seats_taken --fix --yes --no-backup --json");
    expect([done.code, done.out]).toEqual([0, "[]\n"]);
    const events = (await json("audit list --fields id,what,subject,subject_id,reason")).toSorted(
      (a: { id: number }, b: { id: number }) => a.id - b.id,
    );
    expect(events).toMatchObject([
      { what: "repaired", subject: "live_class_session", subject_id: 7, reason: "verify seats_taken" },
      { what: "repaired", subject: "live_class_session", subject_id: 8, reason: "verify seats_taken" },
      { what: "repaired", subject: "verify", subject_id: null, reason: "seats_taken" },
    ]);
  });

  test("a person sees so many lines, a pipe all of them", async () => {
    sql("update myApp_liveclasssession set seats_taken = 99");
    const piped = await run("verify seats_taken --fix --dry-run");
    const lines = piped.err.split("\n").filter((line) => line.startsWith("  seats_taken:"));
    expect(lines.length).toBeGreaterThan(20);
    const seen = await run("verify seats_taken --fix --dry-run", { width: 100 });
    expect(seen.err.split("\n").filter((line) => line.startsWith("  seats_taken:"))).toHaveLength(20);
    expect(seen.err).toContain(`and ${lines.length - 20} more`);
  });

  test("repairs all that is safe in the sample, and leaves what people decide", async () => {
    const { code, err } = await run("verify --fix --yes --no-backup");
    expect(code).toBe(6);
    expect(err).toContain("queue_of_ended_session: session 9001: entry 9 of student 8 expires: the session");
    const left = await json("verify --fix --dry-run");
    expect(left.map(({ check }: { check: string }) => check)).not.toContain("queue_of_ended_session");
    expect(left.map(({ check }: { check: string }) => check)).toContain("overbooked");
  });

  test("where nothing is safe, it says so", async () => {
    const before = school.hash();
    const { code, err } = await run("verify overbooked --fix --yes");
    expect([code, school.hash()]).toEqual([6, before]);
    expect(err).toContain("None of it can be repaired safely: `classbook verify list CHECK");
  });

  test("is for staff", async () => {
    const before = school.hash();
    const { code, err } = await run("verify --fix --yes --as marta --json");
    expect(code).toBe(3);
    expect(JSON.parse(err).error).toMatchObject({ kind: "refused", code: "permission" });
    expect(school.hash()).toBe(before);
  });
});
