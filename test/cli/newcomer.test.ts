/** What a newcomer stumbles over: each of these once ended in a stack, a hang, or a loss. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MIGRATIONS } from "../../src/db/schema-state.ts";
import { query } from "../support/databases.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { makeMigratedSchool, makeSchool, type School } from "../support/school.ts";

let program: Program;
let legacy: School;
let migrated: School;

beforeAll(async () => {
  program = buildProgram();
  legacy = makeSchool();
  migrated = await makeMigratedSchool();
});

afterAll(() => {
  program.remove();
  legacy.remove();
  migrated.remove();
});

test("a PostgreSQL URL without the password that the server asks for is a sentence, and the end", async () => {
  const address = process.env.CLASSBOOK_TEST_PG!.replace(":test@", "@");
  const { code, err } = await program.run(["legacy", "plan", "--db", `${address}/postgres`]);
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("asks for a password") });
  expect(err).not.toContain("    at ");
});

test("a connection string that is no URL keeps its password to itself", async () => {
  const { code, err } = await program.run([
    "legacy",
    "plan",
    "--db",
    "host=127.0.0.1 password=secretpw dbname=x",
  ]);
  expect(code).toBe(2);
  expect(err).toContain("is a connection string, not a URL");
  expect(err).not.toContain("secretpw");
});

test("rows with ids from below zero on are read like any other", async () => {
  const school = legacy.clone();
  const database = {
    engine: "sqlite",
    address: school.file,
    file: school.file,
    remove: async () => {},
  } as const;
  await query(database, 'update "myApp_booking" set id = -7 where id = 9005');
  await query(database, 'update "myApp_oneononebooking" set id = 0 where id = 9005');
  const plan = await program.run(["legacy", "plan", "--json", "--db", school.file]);
  expect((JSON.parse(plan.out) as { read: number }).read).toBe(343);
  await program.run(["legacy", "migrate", "--db", school.file]);
  expect((await program.run(["legacy", "verify", "--db", school.file])).code).toBe(0);
  school.remove();
});

test("the record of what was migrated is not taken back while a run stands", async () => {
  const school = migrated.clone();
  const down = () => program.run(["db", "rollback", "--yes", "--db", school.file]);
  // All steps but those that made the tables.
  for (let times = 2; times < MIGRATIONS.length; times += 1) expect((await down()).code).toBe(0);
  const refused = await down();
  expect(refused).toMatchObject({ code: 3, err: expect.stringContaining("classbook legacy rollback") });
  school.remove();
});

test("rollback means the last run that did something", async () => {
  const school = migrated.clone();
  await program.run(["legacy", "migrate", "--db", school.file]);
  const { out } = await program.run(["legacy", "rollback", "--dry-run", "--json", "--db", school.file]);
  expect(JSON.parse(out)).toMatchObject({ run: 1, bookings: 307 });
  school.remove();
});

test("- reads the rows from standard input", async () => {
  const school = migrated.clone();
  const { code, out } = await program.run(
    ["legacy", "issues", "skip", "-", "--reason", "gone", "--db", school.file],
    {
      input: "booking:9005\nbooking:9006\n",
    },
  );
  expect({ code, rows: out.trim().split("\n").length }).toEqual({ code: 0, rows: 2 });
  school.remove();
});

test("a wrong source makes no database", async () => {
  const target = join(legacy.folder, "never.db");
  const { code } = await program.run(["import", "--from", join(legacy.folder, "nowhere.db"), "--db", target]);
  expect({ code, made: existsSync(target) }).toEqual({ code: 4, made: false });
});
