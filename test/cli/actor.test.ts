/** Who acts: `--as USER`, looked up where there are users; else the operator of the shell (CLI.md). */
import { userInfo } from "node:os";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { getActor } from "../../src/db/people.ts";
import { query, type Scratch } from "../support/databases.ts";
import { makeDjango } from "../support/django.ts";
import { withDatabase } from "../support/migration.ts";
import { runHere } from "../support/run-here.ts";
import { makeSchool, type School } from "../support/school.ts";

let fresh: School;
let school: School;
let place: Scratch;

beforeAll(() => {
  fresh = makeSchool();
});
afterAll(() => fresh.remove());
beforeEach(() => {
  school = fresh.clone();
  place = { engine: "sqlite", address: school.file, file: school.file, remove: async () => {} };
});
afterEach(() => school.remove());

const run = (...words: string[]) => runHere([...words, "--db", school.file, "--json"]);
const error = (text: string) => JSON.parse(text).error as Record<string, unknown>;

async function actorOfRun(): Promise<unknown> {
  return JSON.parse((await run("legacy", "status")).out).runs.at(-1).actor;
}

test.each(["31", "marta", "marta@threezones.example", "MARTA@threezones.example"])(
  "--as %s is user 31, by id and name",
  async (name) => {
    expect((await run("legacy", "migrate", "--no-backup", "--as", name)).code).toBe(6);
    expect(await actorOfRun()).toBe("marta (user 31)");
  },
);

test("a repair by --as keeps the user's id in the audit", async () => {
  await run("legacy", "migrate", "--no-backup");
  await query(place, "update myApp_liveclasssession set seats_taken = 99 where id = 1");
  const repair = ["verify", "seats_taken", "--fix", "--yes", "--no-backup", "--as", "marta"];
  expect(await run(...repair)).toMatchObject({ code: 3, err: expect.stringContaining("marta is not staff") });
  await query(place, "update auth_user set is_staff = 1 where id = 31");
  expect(await run(...repair)).toMatchObject({ code: 0 });
  expect(await query(place, "select actor, actor_user_id from classbook_booking_event")).toContainEqual({
    actor: "marta (user 31)",
    actor_user_id: 31,
  });
});

test("an account that is not active acts no more: the app lets nobody in by it", async () => {
  await query(place, "update auth_user set is_active = 0 where id = 31");
  const before = school.hash();
  const { code, err } = await run("legacy", "migrate", "--no-backup", "--as", "marta");
  expect({ code, error: error(err) }).toMatchObject({
    code: 3,
    error: { code: "permission", message: '--as "marta": the account of marta is not active' },
  });
  expect(school.hash()).toBe(before);
});

test("without --as the operator of the shell acts", async () => {
  await run("legacy", "migrate", "--no-backup");
  expect(await actorOfRun()).toBe(`shell:${userInfo().username}`);
});

describe("nobody by that name", () => {
  test.each([
    ["legacy", "migrate", "--no-backup"],
    ["legacy", "plan"],
    ["db", "migrate"],
    ["db", "status"],
  ])("%s %s ends with 4 before anything is done", async (...words) => {
    const before = school.hash();
    const ran = await run(...words, "--as", "martha");
    expect(ran).toMatchObject({ code: 4, out: "" });
    expect(error(ran.err)).toMatchObject({ kind: "not_found", code: "no_such_user" });
    expect(error(ran.err).message).toContain('--as "martha"');
    expect(school.hash()).toBe(before);
  });

  test("an address that two share ends with 2 and names both", async () => {
    await query(place, "update auth_user set email = 'office@school.example' where id in (31, 32)");
    const ran = await run("legacy", "plan", "--as", "office@school.example");
    expect(ran.code).toBe(2);
    expect(error(ran.err)).toMatchObject({ code: "ambiguous_user" });
    expect(error(ran.err).message).toMatch(/marta \(user 31\), \S+ \(user 32\)/);
  });

  test("in a database without users yet, whoever is asked for, the shell acts", async () => {
    const ran = await runHere(["db", "migrate", "--db", `${school.folder}/new.db`, "--as", "marta"]);
    expect(ran).toMatchObject({ code: 0 });
  });
});

test.each(["sqlite", "postgres"] as const)("what a user may do is read on %s", async (engine) => {
  const django = await makeDjango(engine, { generation: "D" });
  try {
    const [teacher] = await query(
      django,
      'select id, user_id from "myApp_teacher" where user_id is not null order by id',
    );
    const staff = engine === "sqlite" ? "1" : "true";
    await query(django, `update auth_user set is_staff = ${staff} where id = ?`, [Number(teacher!.user_id)]);
    await withDatabase(django.address, async (database) => {
      const actor = await getActor(database, "--as", String(teacher!.user_id));
      expect(actor).toMatchObject({ kind: "user", teacherId: Number(teacher!.id), isStaff: true });
    });
  } finally {
    await django.remove();
  }
});
