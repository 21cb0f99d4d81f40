/** Every example of every command's help works on the sample, from outside, in a folder of its own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isTold } from "../../scripts/man.ts";
import { listCommands } from "../support/commands.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { makeMigratedSchool, makeSchool, type School } from "../support/school.ts";

/** What comes before the migration; every other example is about a school after it. */
const BEFORE_MIGRATION = ["db migrate", "import", "legacy plan", "legacy migrate"];

/** A school of classbook's own, as the examples about people and courses need it. */
const OWN_SCHOOL = [
  "classbook db migrate --db school.db",
  "classbook course create --title 'Spanish A1' --db school.db",
];

/** What a reader has done before: lines that are run first. */
const PREPARED: Record<string, string[]> = {
  "db rollback": ["classbook db migrate --db new.sqlite3"],
  "legacy issues import": [
    `classbook legacy issues export --code no_course --db sample/school.sqlite3 | sed 's/"course_id":null,"timezone"/"course_id":1,"timezone"/' > issues.ndjson`,
  ],
  "student create": OWN_SCHOOL,
  "teacher create": [
    ...OWN_SCHOOL,
    "classbook student create --username lena --email lena@school.example --db school.db",
  ],
  "course create": OWN_SCHOOL,
  "course update": OWN_SCHOOL,
};

/** Files that a reader brings. */
const FILES: Record<string, string> = {
  "bookings.csv": "ref,session,student,note\na-1,19,hugo,by phone\n",
};

/** Exit codes other than 0, each as the help or the table of exit codes says: what the line shows is that there is something to do. */
const EXITS: Record<string, number> = {
  "classbook legacy migrate --db sample/school.sqlite3": 6,
  "classbook doctor --db sample/school.sqlite3": 6,
  "classbook verify --db sample/school.sqlite3": 6,
  "classbook legacy issues retry --db sample/school.sqlite3": 6,
  "classbook series preview --slot 2 --student greta --count 4 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3": 3,
};

/** Of the admin's models one stands for all here; the others' examples are run in test/cli/admin-sample.test.ts. */
const commands = (await listCommands()).filter(({ name }) => isTold(name.split(" ")));
let program: Program;
let legacy: School;
let migrated: School;

beforeAll(async () => {
  program = buildProgram();
  legacy = makeSchool();
  migrated = await makeMigratedSchool();
});
afterAll(() => {
  for (const school of [legacy, migrated]) school.remove();
  program.remove();
});

describe.each(commands)("$name", ({ name, examples }) => {
  test("works as its help shows it", async () => {
    const school = (BEFORE_MIGRATION.includes(name) ? legacy : migrated).clone();
    try {
      for (const [file, text] of Object.entries(FILES)) writeFileSync(join(school.folder, file), text);
      for (const line of PREPARED[name] ?? [])
        expect(await program.shell(line, { cwd: school.folder })).toMatchObject({ code: 0 });
      for (const line of examples) {
        const { code, out, err } = await program.shell(line, { cwd: school.folder });
        expect(`${line} → ${code}`, err).toBe(`${line} → ${EXITS[line] ?? 0}`);
        expect(out + err).not.toMatch(/^\s+at |this should not happen/m);
        if (/ (list|show|history|status|path|find) /.test(line)) expect(out, line).not.toBe("");
      }
    } finally {
      school.remove();
    }
  });
});

test("nothing is said here of a command or a line that is not there", () => {
  const lines = commands.flatMap(({ examples }) => examples);
  const names = commands.map(({ name }) => name);
  for (const name of [...BEFORE_MIGRATION, ...Object.keys(PREPARED)]) expect(names).toContain(name);
  for (const line of Object.keys(EXITS)) expect(lines).toContain(line);
});
