/** The house stands as src/README.md draws it: floors, purity, no circles, names that say something, files of one thing. */
import { describe, expect, test } from "vitest";
import {
  circles,
  consoles,
  type House,
  impurities,
  MOST_LINES,
  queries,
  readHouse,
  tooLong,
  wrongFloors,
  wrongNames,
  wrongPackages,
} from "./support/architecture.ts";

const source = readHouse(["src", "migrations"]);
const everything = readHouse(["src", "migrations", "bin", "scripts", "fixtures", "bench", "test"]);

interface Rule {
  name: string;
  check: (house: House) => string[];
  house: House;
  /** What somebody does who broke it. */
  remedy: string;
  /** A house that breaks it, and what is found there. */
  broken: Record<string, string>;
  finds: string[];
}

const RULES: Rule[] = [
  {
    name: "a file imports its own room or a lower floor",
    check: wrongFloors,
    house: source,
    remedy:
      "cli → admin, legacy, operations → db → domain; migrations → db. Move what both need to the lower floor, or hand it in as an argument.",
    broken: {
      "src/domain/rules.ts": 'import { db } from "../db/open.ts";',
      "src/db/booking.ts":
        'import type { Shell } from "../cli/shell.ts";\nconst x = await import("../legacy/plan.ts");',
      "src/legacy/plan.ts": 'export { book } from "../operations/booking.ts";',
      "src/cli/main.ts":
        'import { sample } from "../../fixtures/school.ts";\n// import "../nowhere.ts" is only said here',
      "src/db/schema-state.ts": 'import { migration } from "../../migrations/0001_one.ts";',
      "migrations/0001_one.ts": 'import { zone } from "../src/domain/zone.ts";',
    },
    finds: [
      "src/domain/rules.ts imports src/db/open.ts",
      "src/db/booking.ts imports src/cli/shell.ts",
      "src/db/booking.ts imports src/legacy/plan.ts",
      "src/legacy/plan.ts imports src/operations/booking.ts",
      "src/cli/main.ts imports fixtures/school.ts",
      "migrations/0001_one.ts imports src/domain/zone.ts",
    ],
  },
  {
    name: "a room uses its own packages only",
    check: wrongPackages,
    house: source,
    remedy:
      "domain knows luxon and (in series.ts) rrule; drivers and kysely live in db; commander, inquirer and tables in cli. A new package needs a line in test/support/architecture.ts and in src/README.md.",
    broken: {
      "src/domain/zone.ts": 'import { readFileSync } from "node:fs";\nimport { DateTime } from "luxon";',
      "src/domain/slot.ts": 'import rrule from "rrule";',
      "src/domain/series.ts": 'import rrule from "rrule";',
      "src/cli/commands/db.ts": 'import { sql } from "kysely";',
      "src/legacy/report.ts": 'import {\n  createWriteStream,\n} from "node:fs";',
    },
    finds: [
      "src/domain/zone.ts imports node:fs",
      "src/domain/slot.ts imports rrule",
      "src/cli/commands/db.ts imports kysely",
      "src/legacy/report.ts imports node:fs",
    ],
  },
  {
    name: "nothing imports in a circle, not even types",
    check: circles,
    house: source,
    remedy: "Move what both files need into a third one, below both.",
    broken: {
      "src/db/a.ts": 'import { b } from "./b.ts";',
      "src/db/b.ts": 'const c = await import("./c.ts");',
      "src/db/c.ts": 'import type { A } from "./a.ts";',
      "src/db/d.ts": 'import { a } from "./a.ts";',
    },
    finds: ["src/db/a.ts → src/db/b.ts → src/db/c.ts → src/db/a.ts"],
  },
  {
    name: "a file's name says what is in it",
    check: wrongNames,
    house: everything,
    remedy:
      "No index, utils, helpers, common, manager, service, types: name the noun that the file is about.",
    broken: {
      "src/db/index.ts": "",
      "src/cli/utils.ts": "",
      "src/legacy/row-helpers.ts": "",
      "src/domain/types.ts": "",
      "src/domain/subtypes-of-slots.ts": "",
    },
    finds: ["src/db/index.ts", "src/cli/utils.ts", "src/legacy/row-helpers.ts", "src/domain/types.ts"],
  },
  {
    name: "domain and legacy ask the world for nothing: no clock, no chance, no process",
    check: impurities,
    house: source,
    remedy: "Take the time, the id or the fact as an argument; the shell has the clock (`here.now`).",
    broken: {
      "src/domain/rules.ts":
        "const now = new Date();\nconst then = new Date(0);\n// new Date() is only said here",
      "src/legacy/plan.ts":
        "const id = Math.random();\nconst at = Date.now();\nconst home = process.env.HOME;",
      "src/cli/progress.ts": "const started = Date.now();",
    },
    finds: [
      "src/domain/rules.ts: const now = new Date();",
      "src/legacy/plan.ts: const id = Math.random();",
      "src/legacy/plan.ts: const at = Date.now();",
      "src/legacy/plan.ts: const home = process.env.HOME;",
    ],
  },
  {
    name: "nobody prints but through Io",
    check: consoles,
    house: everything,
    remedy: "Print by io.out and io.err (src/cli/io.ts), best through printRows or printObject.",
    broken: { "src/db/open.ts": 'console.log("here");', "scripts/setup.mjs": 'console.error("Building …");' },
    finds: ['src/db/open.ts: console.log("here");'],
  },
  {
    name: "SQL is written in src/db",
    check: queries,
    house: source,
    remedy: "Give the query a function with a name in src/db, and call that.",
    broken: {
      "src/operations/booking.ts": 'trx.selectFrom("live_class_booking");',
      "src/legacy/series.ts": "await sql`delete from x`.execute(trx);",
      "src/cli/commands/db.ts": 'database.sqlite?.pragma("foreign_keys");',
      "src/db/booking.ts": 'trx.selectFrom("live_class_booking");',
    },
    finds: [
      'src/operations/booking.ts: trx.selectFrom("live_class_booking");',
      "src/legacy/series.ts: await sql`delete from x`.execute(trx);",
      'src/cli/commands/db.ts: database.sqlite?.pragma("foreign_keys");',
    ],
  },
  {
    name: `a file has at most ${MOST_LINES} lines`,
    check: tooLong,
    house: everything,
    remedy:
      "It has become two: give the second thing in it a file and a name of its own. Do not raise the limit.",
    broken: {
      "src/db/long.ts": "line\n".repeat(MOST_LINES + 1),
      "src/db/short.ts": "line\n".repeat(MOST_LINES),
    },
    finds: [`src/db/long.ts: ${MOST_LINES + 1} lines`],
  },
];

describe.each(RULES)("$name", ({ check, house, remedy, broken, finds }) => {
  test("holds", () => {
    expect(house.size).toBeGreaterThan(50);
    expect(check(house), remedy).toEqual([]);
  });

  test("is noticed where it is broken", () => {
    expect(check(new Map(Object.entries(broken)))).toEqual(finds);
  });
});
