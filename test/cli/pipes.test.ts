/** Scenario 31: `| head -1`, `< /dev/null` and `echo y |` on every command: no stack, no hang, no confirmed destruction. */
import { existsSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type KnownCommand, listCommands } from "../support/commands.ts";
import { buildProgram, type Program, type Ran } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

const commands: KnownCommand[] = await listCommands();

let program: Program;
let migrated: School;

beforeAll(async () => {
  program = buildProgram();
  migrated = await makeMigratedSchool();
});
afterAll(() => {
  migrated.remove();
  program.remove();
});

/** Does the work in a copy of the migrated sample. */
async function inCopy<T>(work: (school: School) => Promise<T>): Promise<T> {
  const school = migrated.clone();
  try {
    return await work(school);
  } finally {
    school.remove();
  }
}

function expectCivil(ran: Ran): void {
  expect(ran.signal).toBeNull();
  expect(ran.err).not.toMatch(/^ {4}at |this should not happen|EPIPE|Unhandled|Error:/m);
}

test("every command has an example", () => {
  expect(commands.length).toBeGreaterThan(15);
  expect(commands.filter(({ examples }) => examples.length === 0)).toEqual([]);
});

/** The admin's commands are made from one declaration: those of a model that is written and of one that is read stand for all. */
const MADE = /^(classbook )?admin (?!LiveClassBooking\b|Booking\b)\w+ /;

describe("every command", () => {
  for (const { name, examples } of commands.filter((command) => !MADE.test(command.name)))
    for (const line of examples) {
      test(`${name}: < /dev/null and | head -1`, () =>
        inCopy(async (school) => {
          const ran = await program.shell(`(${line} < /dev/null; echo "exit $?" >&2) | head -1`, {
            cwd: school.folder,
          });
          expectCivil(ran);
          expect(ran.err).toMatch(/exit [0-7]\n$/);
          expect(ran.out.split("\n").length).toBeLessThanOrEqual(2);
        }));

      test(`${name}: echo y |`, () =>
        inCopy(async (school) => {
          const before = school.hash();
          const ran = await program.shell(`echo y | ${line.replace(" --yes", "")}`, { cwd: school.folder });
          expectCivil(ran);
          expect([0, 2, 3, 4, 6, 7]).toContain(ran.code);
          if (ran.err.includes("--yes")) expect([ran.code, school.hash()]).toEqual([2, before]);
        }));
    }
});

describe("what destroys is not confirmed by a pipe", () => {
  const drift = (school: School) => {
    const sqlite = new BetterSqlite3(school.file);
    sqlite.exec("update myApp_liveclasssession set seats_taken = 99 where id = 1");
    sqlite.close();
  };

  test.each(["db rollback", "legacy rollback", "verify seats_taken --fix"])("%s", (words) =>
    inCopy(async (school) => {
      drift(school);
      const before = school.hash();
      const line = `classbook ${words} --db sample/school.sqlite3`;
      for (const asked of [
        `echo y | ${line}`,
        `yes | ${line}`,
        `${line} < /dev/null`,
        `${line} --no-input`,
      ]) {
        const ran = await program.shell(asked, { cwd: school.folder });
        expectCivil(ran);
        expect([ran.code, school.hash()]).toEqual([2, before]);
        expect(ran.err).toContain("nothing was changed; say --yes");
      }
      const ran = await program.shell(`${line} --yes`, { cwd: school.folder });
      expect(ran.code, ran.err).toBe(0);
      expect(school.hash()).not.toBe(before);
    }),
  );
});

describe("long output", () => {
  const ROWS = 5_000;
  let long: School;
  beforeAll(() => {
    long = migrated.clone();
    const sqlite = new BetterSqlite3(long.file);
    sqlite.exec(`with recursive n(i) as (select 100000 union all select i + 1 from n where i < ${99_999 + ROWS})
      insert into classbook_legacy_issue (source_table, source_id, code, message, status, source)
      select 'booking', i, 'unknown_status', 'row ' || i, 'open', '{"id":' || i || '}' from n`);
    sqlite.close();
  });
  afterAll(() => long.remove());
  const shell = (line: string) => program.shell(line, { cwd: long.folder });

  test.each(["", "--json", "--format ndjson", "--format table", "--format csv"])(
    "a reader who leaves is no failure %s",
    async (format) => {
      const ran = await shell(
        `(classbook legacy issues ${format} --db sample/school.sqlite3; echo "exit $?" >&2) | head -1`,
      );
      expectCivil(ran);
      expect(ran.err).toMatch(/exit 0\n$/);
      expect(ran.out.trimEnd().split("\n")).toHaveLength(1);
    },
  );

  test("both streams in the pipe", async () => {
    const ran = await shell("classbook legacy issues --db sample/school.sqlite3 2>&1 | head -1");
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toMatch(/^booking\t111\t/);
  });

  // A disk that is always full; Linux has one.
  if (existsSync("/dev/full"))
    test("a full disk is told in one sentence, and is a failure", async () => {
      const ran = await shell("classbook legacy issues --db sample/school.sqlite3 > /dev/full");
      expect(ran).toMatchObject({ code: 1, out: "" });
      expect(ran.err).toMatch(/^classbook: what was to be said could not be written: ENOSPC[^\n]*\n$/);
    });

  test("a slow reader gets all of it", async () => {
    const ran = await shell("classbook legacy issues --db sample/school.sqlite3 | (sleep 0.2; wc -l)");
    expect(Number(ran.out)).toBe(ROWS + 29);
    const json = await shell("classbook legacy issues --json --db sample/school.sqlite3");
    expect(JSON.parse(json.out)).toHaveLength(ROWS + 29);
  });
});
