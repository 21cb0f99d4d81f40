/** The noun `series` as scripts and people use it: the built program on the sample, formats, pipes, cron. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildProgram, type Program, type RunOptions } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

let program: Program;
let migrated: School;
let school: School;

beforeAll(async () => {
  program = buildProgram();
  migrated = await makeMigratedSchool();
});
afterAll(() => {
  migrated.remove();
  program.remove();
});
beforeEach(() => {
  school = migrated.clone();
});
afterEach(() => school.remove());

const NOW = "2026-11-20T09:00:00Z";
const GRETA = "--slot 2 --student greta --from 2027-03-11";

const run = (words: string, options: RunOptions = {}) => {
  const now = words.includes("--now") ? "" : ` --now ${NOW}`;
  const line = `series ${words}${now} --db sample/school.sqlite3`;
  return program.run(line.split(" "), { cwd: school.folder, ...options });
};
const json = async (words: string, options: RunOptions = {}) => {
  const ran = await run(`${words} --json`, options);
  expect(ran.code, ran.err).toBe(0);
  return JSON.parse(ran.out);
};
const errorOf = async (words: string) => {
  const ran = await run(`${words} --json`);
  return { code: ran.code, ...JSON.parse(ran.err.trim().split("\n").at(-1)!).error };
};

test("a refusal names its conflicts for machines, instants as everywhere", async () => {
  const { code, details } = await errorOf("create --slot 2 --student greta --count 3");
  expect(code).toBe("teacher-overlap");
  expect(details.conflicts).toMatchObject([
    { occurrence: 1, date: "2026-11-26", start_at_utc: "2026-11-26T08:30:00Z", rules: ["teacher-overlap"] },
  ]);
});

describe("preview", () => {
  test("writes nothing, says of each date what would become of it, and exits as create would", async () => {
    const before = school.hash();
    const clash = await run("preview --slot 2 --student greta --count 3 --json");
    expect(clash.code).toBe(3);
    const { outcome, occurrences, ...rest } = JSON.parse(clash.out);
    expect([outcome, rest.conflicts, rest.timezone, rest.student_timezone]).toEqual([
      "refused",
      1,
      "Europe/Madrid",
      "Europe/Stockholm",
    ]);
    expect(occurrences[0]).toMatchObject({
      occurrence_index: 1,
      date: "2026-11-26",
      start_at_utc: "2026-11-26T08:30:00Z",
      teacher_local: "2026-11-26 09:30",
      student_local: "2026-11-26 09:30",
      outcome: "refused",
      booking_id: null,
    });
    const failed = occurrences[0].rules.filter((rule: { outcome: string }) => rule.outcome === "fail");
    expect(failed.map((rule: { rule: string }) => rule.rule)).toEqual(["teacher-overlap"]);
    expect((await run("preview --slot 2 --student greta --count 3 --on-conflict skip")).code).toBe(0);
    expect(school.hash()).toBe(before);
  });

  test.each(["UTC", "America/Los_Angeles", "Pacific/Auckland"])("19: the same under TZ=%s", async (zone) => {
    const { occurrences } = await json(`preview ${GRETA} --count 36`, { env: { TZ: zone } });
    const starts = occurrences.map((one: { start_at_utc: string }) => one.start_at_utc);
    expect([starts[0], starts[3], starts.at(-1)]).toEqual([
      "2027-03-11T08:30:00Z",
      "2027-04-01T07:30:00Z",
      "2027-11-11T08:30:00Z",
    ]);
    for (const { teacher_local } of occurrences) expect(teacher_local.slice(11)).toBe("09:30");
  });
});

describe("create", () => {
  test("prints the series with its bookings; --dry-run prints the same and writes nothing", async () => {
    const before = school.hash();
    const rehearsed = await json(`create ${GRETA} --count 3 --dry-run`);
    expect(school.hash()).toBe(before);
    const made = await json(`create ${GRETA} --count 3`);
    expect(made).toEqual(rehearsed);
    expect(made).toMatchObject({
      student: "greta",
      teacher: "marta",
      type: "one_on_one_series",
      status: "active",
      frequency: "weekly",
      days_of_week: "3",
      occurrence_count: 3,
      until_date: null,
      total: 3,
      upcoming: 3,
      conflicts: 0,
    });
    const bookings = made.occurrences.map((one: { booking_id: number }) => one.booking_id);
    const shown = await json(`show ${made.id}`);
    expect(shown.items.map((item: { booking_id: number }) => item.booking_id)).toEqual(bookings);
  });

  test("refused: every conflict at once, machine-readable, exit 3, nothing written", async () => {
    const before = school.hash();
    const error = await errorOf("create --course 1 --student hugo --count 4");
    expect(error).toMatchObject({ code: "no_session", kind: "refused" });
    expect(error.details.conflicts).toMatchObject([
      { occurrence: 3, date: "2026-12-08", rules: ["no_session"] },
      { occurrence: 4, date: "2026-12-15", rules: ["capacity", "duplicate"] },
    ]);
    expect(school.hash()).toBe(before);
  });

  test.each([
    ["create", /--student is missing; neither --slot .* nor --course .*; neither --count nor --until/],
    [
      "create --slot 2 --student greta --count 2 --until 2027-01-01",
      /--count and --until exclude each other/,
    ],
    ["create --slot 2 --student greta --count 99999999999", /--count 99999999999 is more than 999999999/],
    ["create --slot 2 --student greta --count 521", /--count 521 is more than 520/],
    ["create --slot 2 --student greta --rrule FREQ=WEEKLY", /has neither COUNT nor UNTIL/],
    [
      "create --slot 2 --student greta --rrule FREQ=YEARLY;COUNT=3",
      /^[^;]*;COUNT=3": [^;]*FREQ=YEARLY[^;]*$/,
    ],
    ["create --slot 2 --student greta --rrule FREQ=WEEKLY;COUNT=2 --count 3", /leave --count out/],
    ["create --slot 2 --student greta --frequency monthly --days mon --count 2", /--days does not go with/],
    ["create --slot 2 --student greta --type group_series --count 2", /--type group_series takes --course/],
    ["create --course 1 --student greta --type one_on_one_series --count 2", /needs --slot/],
    ["create --course 1 --student greta --time 25:00 --count 2", /--time "25:00" is not a time of day/],
    ["create --slot 2 --student greta --interval 367 --count 2", /--interval 367 is more than 366/],
    ["create --slot 2 --student greta --on-conflict maybe --count 2", /"maybe" is none of fail, skip/],
    ["extend 4", /neither --count nor --until/],
    ["move 4 6", /none of --on, --session and --slot/],
    ["move 4 6 --session 3 --on 2026-12-01", /leave --slot and --on out/],
    ["skip 4 zero", /INDEX "zero" is not a whole number/],
    ["list --status open", /"open" is none of active/],
    ["cancel 4", /Cancel series 4, with 3 coming lessons\?/],
  ])("usage: %s", async (words, sentence) => {
    const before = school.hash();
    const error = await errorOf(words);
    expect([error.code === "bad_flags" || error.code === "not_confirmed", error.kind]).toEqual([
      true,
      "usage",
    ]);
    expect(error.message).toMatch(sentence);
    expect(school.hash()).toBe(before);
  });
});

describe("formats", () => {
  test("a list in all five, with the fields asked for", async () => {
    const fields = "list --status active --fields id,student,done,total,next_start_at_utc";
    const rows = [
      ["1", "kaori", "0", "1", "2026-12-04T12:00:00Z"],
      ["4", "mei", "3", "6", "2026-11-23T12:00:00Z"],
    ];
    expect((await run(fields)).out).toBe(rows.map((row) => `${row.join("\t")}\n`).join(""));
    expect((await run(`${fields} --format csv`)).out).toBe(
      `id,student,done,total,next_start_at_utc\r\n${rows.map((row) => `${row.join(",")}\r\n`).join("")}`,
    );
    expect(
      (await run(`${fields} --format ndjson`)).out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(await json(fields));
    expect((await run(`${fields} --format table`)).out).toMatch(/^id {2}student {2}done {2}total/);
    expect((await run("list --fields nonsense")).err).toContain("next_start_at_utc");
  });

  test("a series as an object, and as keys and values", async () => {
    expect(Object.keys(await json("show 4 --fields id,rule,items"))).toEqual(["id", "rule", "items"]);
    expect((await run("show 4 --fields id,rule")).out).toBe(
      "id\t4\nrule\tevery second week on Mon at 07:00 America/New_York, 6 times\n",
    );
    expect(await json("show 4 5")).toHaveLength(2);
  });
});

describe("cron", () => {
  test("advance: one line or an object, 0 with nothing to do, silent with --quiet, the same again", async () => {
    const late = "--now 2027-06-30T00:00:00Z";
    const nothing = { completed: 0, failed: 0, finished: true, series: [], failures: [] };
    expect(await run("advance")).toMatchObject({ code: 0, out: "0 series completed\n", err: "" });
    expect((await run("advance --fields completed,failed")).out).toBe("0\t0\n");
    expect(await json("advance")).toEqual(nothing);
    expect(await run("advance --quiet")).toMatchObject({ code: 0, out: "", err: "" });
    expect(await run(`advance ${late} --dry-run`)).toMatchObject({
      out: "2 series would be completed: 1, 4\n",
    });
    expect(await json(`advance ${late} --limit 1`)).toEqual({
      ...nothing,
      completed: 1,
      finished: false,
      series: [1],
    });
    expect(await run(`advance ${late} --quiet`)).toMatchObject({
      code: 0,
      out: "1 series completed: 4\n",
      err: "",
    });
    expect(await json(`advance ${late}`)).toEqual(nothing);
    expect(await run(`advance --as ana ${late}`)).toMatchObject({ code: 3 });
  });
});

describe("series that the migration made", () => {
  test("go through every command, and the migration is still proved afterwards", async () => {
    await json("skip 4 6");
    expect(await json("move 4 5 --slot 5 --on 2026-12-11")).toMatchObject({
      series_id: 4,
      occurrence_index: 5,
      course_id: 4,
      start_at_utc: "2026-12-12T04:30:00Z",
    });
    expect(await json("pause 4")).toMatchObject({ status: "paused" });
    expect((await errorOf("extend 4 --count 2")).code).toBe("status");
    const resumed = await program.shell(
      `classbook series list --status paused --fields id --db ${school.file} | classbook series resume - --json --db ${school.file}`,
    );
    expect(JSON.parse(resumed.out)).toMatchObject({ id: 4, status: "active" });
    const until = await json("extend 4 --until 2027-02-28 --override availability");
    expect(until).toMatchObject({ added: 4, total: 10, occurrence_count: null, until_date: "2027-02-28" });
    // From the last as it was planned, 21 Dec: every second Monday.
    const { items } = await json("show 4");
    expect(items.slice(6).map((item: { teacher_local: string }) => item.teacher_local)).toEqual([
      "2027-01-04 07:00",
      "2027-01-18 07:00",
      "2027-02-01 07:00",
      "2027-02-15 07:00",
    ]);
    expect(items[4]).toMatchObject({ moved_from_at_utc: "2026-12-07T12:00:00Z" });
    expect(await json("cancel 4 --yes")).toMatchObject({ status: "cancelled", bookings_cancelled: 6 });
    // A further run of the migration finds nothing to do, and the proof nothing wrong.
    for (const [words, code] of [
      ["legacy verify", 0],
      ["legacy migrate --no-backup", 6], // Rows still wait for a decision.
      ["legacy verify", 0],
      ["verify seats_taken", 0],
    ] as const) {
      const line = `${words} --db sample/school.sqlite3 --now ${NOW}`.split(" ");
      const ran = await program.run(line, { cwd: school.folder });
      expect([words, ran.code]).toEqual([words, code]);
    }
    expect(await json("show 4")).toMatchObject({ status: "cancelled", total: 10 });
  });

  test("several at once: a line each, the worst code", async () => {
    const ran = await run("pause 1 4 5 999 --json");
    expect(ran.code).toBe(7);
    expect(JSON.parse(ran.out).map((row: { id: number; result: string }) => [row.id, row.result])).toEqual([
      [1, "done"],
      [4, "done"],
      [5, "refused"],
      [999, "not_found"],
    ]);
  });
});
