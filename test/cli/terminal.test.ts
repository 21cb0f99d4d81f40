/** On a terminal: questions, tables that fit, colour (CLI.md "Asking", "Output"). A pseudo-terminal, and keys as a person types them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDjango } from "../support/django.ts";
import { migrate, withDatabase } from "../support/migration.ts";
import { buildProgram, type Program, type Ran } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

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

const DB = ["--db", "sample/school.sqlite3"];
const BARE = { TERM: "xterm" };

async function inCopy<T>(work: (school: School) => Promise<T>): Promise<T> {
  const school = migrated.clone();
  try {
    return await work(school);
  } finally {
    school.remove();
  }
}

const ask = (school: School, words: string, keys: string, env = BARE): Promise<Ran> =>
  program.terminal([...words.split(" "), ...DB], { cwd: school.folder, env, prompt: /\(y\/N\)/, keys });

/** As it looks: without colours and cursor moves. */
const plain = (text: string) => text.replaceAll(/\p{Cc}\[[\d;?]*[a-zA-Z]/gu, "").replaceAll("\r", "");

describe("destructive work asks", () => {
  const CTRL_C = "\u0003";
  const CTRL_D = "\u0004";

  test.each([
    ["n", "n\r", 3, "classbook: not confirmed\n  nothing was changed"],
    ["Enter alone", "\r", 3, "classbook: not confirmed\n  nothing was changed"],
    ["Ctrl-C", CTRL_C, 130, "classbook: interrupted\n  nothing was changed"],
    [
      "the end of the input",
      CTRL_D,
      2,
      "ended before the question was answered\n  nothing was changed; say --yes",
    ],
  ])("with the counts of what it would do; %s changes nothing", (_what, keys, code, says) =>
    inCopy(async (school) => {
      const before = school.hash();
      const ran = await ask(school, "legacy rollback", keys);
      expect([ran.code, school.hash()]).toEqual([code, before]);
      expect(plain(ran.out)).toContain("Take back 307 bookings, 6 waitlist entries,");
      expect(plain(ran.out)).toContain(says);
      expect(ran.out).not.toContain("PromptError");
    }),
  );

  test.each([
    [CTRL_C, 130],
    [CTRL_D, 2],
  ])("with a connection open, too: %j ends with %s", async (keys, code) => {
    const place = await makeDjango("postgres", { generation: "D" });
    try {
      await withDatabase(place.address, (database) => migrate(database));
      const words = ["legacy", "rollback", "--db", place.address];
      const ran = await program.terminal(words, {
        cwd: migrated.folder,
        env: BARE,
        prompt: /\(y\/N\)/,
        keys,
      });
      expect(ran.code).toBe(code);
    } finally {
      await place.remove();
    }
  });

  test("y does it", () =>
    inCopy(async (school) => {
      const before = school.hash();
      const ran = await ask(school, "db rollback", "y\r");
      expect(ran.code, ran.out).toBe(0);
      expect(plain(ran.out)).toContain("Took back 0007_upkeep_indexes.");
      expect(school.hash()).not.toBe(before);
    }));

  test("--no-input and a stdin that is no terminal do not ask", () =>
    inCopy(async (school) => {
      const before = school.hash();
      const ran = await ask(school, "db rollback --no-input", "");
      expect([ran.code, school.hash()]).toEqual([2, before]);
      expect(ran.out).toContain("--yes");
      expect(ran.out).not.toContain("(y/N)");
    }));

  test("--yes does not ask", () =>
    inCopy(async (school) => {
      const ran = await ask(school, "db rollback --yes", "");
      expect(ran.code).toBe(0);
      expect(ran.out).not.toContain("(y/N)");
    }));
});

describe("the answer", () => {
  const show = async (words: string, env: Record<string, string> = BARE) => {
    const ran = await program.terminal([...words.split(" "), ...DB], { cwd: migrated.folder, env });
    expect(ran.code, ran.out).toBe(0);
    return ran.out;
  };

  test("is a table that fits", async () => {
    const lines = plain(await show("legacy issues"))
      .trimEnd()
      .split("\n");
    expect(lines[0]).toMatch(/^source_table +source_id +code +message +status$/);
    expect(lines).toHaveLength(31);
    expect(lines.at(-1)).toMatch(
      /^29 rows\. One in full: classbook legacy issues show booking:111 --db sample\/school.sqlite3$/,
    );
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    expect(lines.join("\n")).toContain("…");
  });

  test("has colour, unless NO_COLOR, --no-color or a dumb terminal", async () => {
    const green = "\u001b[32m";
    expect(await show("legacy verify")).toContain(green);
    expect(await show("legacy verify --no-color")).not.toContain(green);
    expect(await show("legacy verify", { ...BARE, NO_COLOR: "1" })).not.toContain(green);
    expect(await show("legacy verify", { TERM: "dumb" })).not.toContain(green);
  });

  test("as --json is the same as in a pipe", async () => {
    const piped = await program.run(["legacy", "issues", "--json", ...DB], { cwd: migrated.folder });
    expect((await show("legacy issues --json")).replaceAll("\r\n", "\n")).toBe(piped.out);
  });
});
