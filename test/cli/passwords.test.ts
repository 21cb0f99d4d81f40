/** A password in a database's address is never shown: not on the screen, not in errors, not as JSON (CLI.md, "Output"). */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { query, type Scratch, scratch } from "../support/databases.ts";
import { makeDjango } from "../support/django.ts";
import { buildProgram, type Program, type Ran } from "../support/program.ts";

const PASSWORD = "Tr0ub4dor@/3:x";

let program: Program;
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());

const made: Scratch[] = [];
afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

function keep(database: Scratch): Scratch {
  made.push(database);
  return database;
}

function expectMasked(ran: Ran): void {
  expect(ran.code).not.toBeNull();
  expect(ran.out + ran.err).not.toMatch(/Tr0ub4dor|3:x/);
}

/** A database whose address has the password in it. */
async function makeSecret(): Promise<string> {
  const place = keep(await makeDjango("postgres", { generation: "D" }));
  const role = `teller_${randomUUID().slice(0, 8)}`;
  await query(place, `create role ${role} superuser login password '${PASSWORD}'`);
  const url = new URL(place.address);
  url.username = role;
  url.password = encodeURIComponent(PASSWORD);
  return url.href;
}

test("what every command says of a PostgreSQL database", async () => {
  const db = ["--db", await makeSecret()];
  const commands: [string, number][] = [
    ["db status", 0],
    ["db migrate", 0],
    ["db check", 0],
    ["db backup", 2],
    ["legacy plan", 0],
    ["legacy migrate", 6],
    ["legacy verify", 0],
    ["legacy status", 0],
    ["legacy report", 0],
    ["legacy rollback", 2],
    ["legacy issues", 0],
    ["verify", 6],
    ["db nonsense", 2],
  ];
  for (const [command, code] of commands) {
    const ran = await program.run([...command.split(" "), ...db, "--verbose", "--format", "table"]);
    expectMasked(ran);
    expect([command, ran.code]).toEqual([command, code]);
  }
  for (const command of ["db status", "db migrate", "legacy plan", "legacy status", "legacy report"])
    expectMasked(await program.run([...command.split(" "), ...db, "--json"]));
});

test("an import from such an address", async () => {
  const target = keep(await scratch("sqlite"));
  const secret = await makeSecret();
  for (const form of [["--format", "table"], ["--json"]]) {
    const ran = await program.run(["import", "--from", secret, "--db", target.address, ...form]);
    expectMasked(ran);
    expect(ran.code, ran.err).toBe(0);
  }
});

test.each([
  `postgres://ana:${PASSWORD}@127.0.0.1:1/school`,
  `postgresql://ana:${PASSWORD}@127.0.0.1:1/school`,
  `postgres://:${PASSWORD}@127.0.0.1:1/school`,
  `postgres://ana@127.0.0.1:1/school?password=${PASSWORD}`,
  `mysql://ana:${PASSWORD}@127.0.0.1/school`,
])("errors about %s, wherever it was typed", async (address) => {
  for (const args of [
    ["db", "status", "--db", address],
    ["db", "status", "--json", "--db", address],
    ["legacy", "find", address],
    ["legacy", "find", "--json", address],
    ["db", "status", address],
    ["db", address],
    ["--tz", address, "db", "status"],
    ["import", "--from", address, "--db", ":memory:"],
  ]) {
    const ran = await program.run([...args, "--verbose"]);
    expectMasked(ran);
    expect(ran.code).toBeGreaterThan(0);
    expect(ran.out).toBe("");
  }
});
