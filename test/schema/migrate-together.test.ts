/** Two `db migrate` at once, real processes: both end well, each step is applied once (SPEC 1: one lock over concurrent runs). */
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MIGRATIONS } from "../../src/db/schema-state.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { makeDjango } from "../support/django.ts";
import { buildProgram, type Program } from "../support/program.ts";

const IDS = MIGRATIONS.map((migration) => migration.id);

let program: Program;
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());

const made: Scratch[] = [];
afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

async function together(database: Scratch, processes: number): Promise<string[][]> {
  made.push(database);
  const runs = await Promise.all(
    Array.from({ length: processes }, () =>
      program.run(["db", "migrate", "--json", "--db", database.address]),
    ),
  );
  for (const ran of runs)
    expect(ran).toMatchObject({ code: 0, err: expect.not.stringContaining("classbook:") });
  return runs.map((ran) => JSON.parse(ran.out).applied as string[]);
}

describe.each(ENGINES)("%s", (engine) => {
  test("a database that is made by it", async () => {
    const database = await scratch(engine);
    const applied = await together(database, 3);
    expect(applied.flat().sort()).toEqual(IDS);
    expect((await query(database, "select id from schema_history order by id")).map((row) => row.id)).toEqual(
      IDS,
    );
  });

  test("a Django app's database", async () => {
    const database = await makeDjango(engine, { generation: "A" });
    const applied = await together(database, 3);
    expect(applied.flat().sort()).toEqual(IDS);
    const history = await query(database, "select id from classbook_schema_history order by id");
    expect(history.map((row) => row.id)).toEqual(IDS);
    if (database.file === null) return;
    // Each made its safety copy, none over another's.
    const copies = readdirSync(dirname(database.file)).filter((name) => name.endsWith(".backup"));
    expect(copies.length).toBeGreaterThan(0);
    expect(existsSync(`${database.file}-journal`)).toBe(false);
  });
});
