/** `booking import`: outcomes line by line, resumable, and safe beside itself. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { listCommands } from "../support/commands.ts";
import { buildProgram, type Program } from "../support/program.ts";
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

const NOW = ["--now", "2026-11-20T09:00:00Z", "--db", "sample/school.sqlite3"];

const run = (words: string, input?: string) =>
  program.run(["booking", "import", ...words.split(" "), ...NOW], {
    cwd: school.folder,
    ...(input === undefined ? {} : { input }),
  });

const outcomes = (out: string) =>
  out
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.split("\t").filter((_, at) => at !== 3 && at < 6));

/** Session 18 has a seat for dmitri, and 19 three, for ana, dmitri, elif, hugo and wanda. */
const FILE = `ref,session,student,note
a-1,19,ana,"by phone,
twice"
a-2,19,nobody,
a-3,19
a-4,18,dmitri,
`;

test("each line has an outcome; those that were not booked say why", async () => {
  const ran = await run("- --key ref", FILE);
  expect(outcomes(ran.out)).toEqual([
    ["2", "a-1", "confirmed", "", ""],
    ["4", "a-2", "not_found", "", "no_such_user"],
    ["5", "", "malformed", "", "malformed"],
    ["6", "a-4", "confirmed", "", ""],
  ]);
  expect(ran.err).toBe("4 lines: 2 booked, 2 not booked.\n");
  expect(ran.code).toBe(7);
});

test("run again, it books only what was not booked", async () => {
  writeFileSync(join(school.folder, "f.csv"), FILE);
  await run("f.csv --key ref");
  writeFileSync(
    join(school.folder, "f.csv"),
    FILE.replace("nobody", "hugo").replace("a-3,19", "a-3,19,wanda,"),
  );
  const again = await run("f.csv --key ref --json");
  expect(again).toMatchObject({ code: 0, err: "4 lines: 2 booked, 2 already done, 0 not booked.\n" });
  const rows = JSON.parse(again.out) as { outcome: string; booking_id: number }[];
  expect(rows.map(({ outcome }) => outcome)).toEqual([
    "already done",
    "confirmed",
    "confirmed",
    "already done",
  ]);
  expect(new Set(rows.map(({ booking_id }) => booking_id)).size).toBe(4);
});

test("3 where none was booked, 0 where nothing was asked", async () => {
  expect((await run("-", "session,student\n19,nobody\n")).code).toBe(3);
  expect(await run("- --json", "")).toMatchObject({ code: 0, out: "[]\n" });
});

test("--dry-run says what would be, and writes nothing", async () => {
  const before = school.hash();
  const ran = await run("- --key ref --dry-run", FILE);
  expect(outcomes(ran.out)[0]).toEqual(["2", "a-1", "confirmed", "", ""]);
  expect(ran.err).toContain("Nothing was written.");
  expect(school.hash()).toBe(before);
});

test("a file that is not there, and one that is a folder", async () => {
  expect(await run("nowhere.csv")).toMatchObject({ code: 4, err: expect.stringContaining("nowhere.csv") });
  expect(await run("sample")).toMatchObject({ code: 2, err: expect.stringContaining("is a directory") });
});

test("unknown columns are named, all of them, before anything is booked", async () => {
  const before = school.hash();
  const ran = await run("- --key id --format csv", "when,session,pupil\n1,19,ana\n");
  expect(ran).toMatchObject({ code: 2, out: "" });
  for (const word of [
    '"when", "pupil"',
    "no column student",
    'no column "id" for --key',
    "columns: session,",
  ])
    expect(ran.err).toContain(word);
  expect(school.hash()).toBe(before);
});

test("interrupted, it says how to go on, and the outcomes so far are whole", async () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => `${at},19,nobody`);
  writeFileSync(join(school.folder, "f.csv"), `ref,session,student\n${rows.join("\n")}\n`);
  const ended = Date.now() + 1500;
  const ran = await program.run(["booking", "import", "f.csv", "--key", "ref", "--json", ...NOW], {
    cwd: school.folder,
    signal: { name: "SIGINT", when: () => Date.now() > ended },
  });
  expect(ran.code).toBe(130);
  expect(ran.err).toContain("run the same command again");
  const outcomes = JSON.parse(ran.out) as { line: number }[];
  expect(outcomes.length).toBeLessThan(rows.length);
  expect(outcomes.map(({ line }) => line)).toEqual(outcomes.map((_, at) => at + 2));
});

test("a slot with a date, rules set aside, and NDJSON", async () => {
  const line = { slot: 3, course: 2, on: "2026-11-29", student: "ana", override: ["enrollment"] };
  const wrong = { ...line, session: 19, seats: "many" };
  const ran = await run("- --format ndjson", `${JSON.stringify(line)}\n${JSON.stringify(wrong)}\n`);
  expect(ran.code, ran.out + ran.err).toBe(7);
  const [first, second] = ran.out.trim().split("\n");
  expect(JSON.parse(first!)).toMatchObject({ line: 1, outcome: expect.stringMatching(/confirmed|pending/) });
  expect(JSON.parse(second!)).toMatchObject({
    line: 2,
    outcome: "malformed",
    message: expect.stringMatching(/seats "many".*session and slot exclude each other.*on goes with slot/),
  });
});

test("two imports of one file at the same time book each line once", async () => {
  const students = ["ana", "dmitri", "elif"];
  writeFileSync(
    join(school.folder, "f.csv"),
    `ref,session,student\n${students.map((name, at) => `${at},19,${name}`).join("\n")}\n`,
  );
  const both = await Promise.all([run("f.csv --key ref"), run("f.csv --key ref")]);
  expect(both.map(({ code, err }) => [code, err.includes("0 not booked")])).toEqual([
    [0, true],
    [0, true],
  ]);
  const found = both.flatMap(({ out }) => outcomes(out).map(([, key, outcome]) => `${key} ${outcome}`));
  expect(found.toSorted()).toEqual(
    students.flatMap((_, at) => [`${at} already done`, `${at} confirmed`]).toSorted(),
  );
});

test("a schema without its table is refused with --key, and does without it", async () => {
  const sqlite = new BetterSqlite3(school.file);
  sqlite.exec(
    "drop table classbook_booking_import; delete from classbook_schema_history where id like '0005%'",
  );
  sqlite.close();
  expect(await run("- --key ref", FILE)).toMatchObject({
    code: 6,
    err: expect.stringContaining("db migrate"),
  });
  expect((await run("-", "session,student\n19,ana\n")).code).toBe(0);
});

test("the example of the help works on the file that the help shows", async () => {
  const { out } = await program.run(["booking", "import", "--help"]);
  const lines = out.split("\n");
  const at = lines.findIndex((line) => line.includes("bookings.csv may say"));
  const file = lines.slice(at + 1, lines.indexOf("", at)).map((line) => line.trim());
  writeFileSync(join(school.folder, "bookings.csv"), `${file.join("\n")}\n`);
  const command = (await listCommands()).find(({ name }) => name === "booking import")!;
  const ran = await program.shell(command.examples[0]!, { cwd: school.folder });
  expect(ran).toMatchObject({ code: 0, err: "2 lines: 2 booked, 0 not booked. Nothing was written.\n" });
});
