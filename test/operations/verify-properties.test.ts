/** In any world, however broken, `verify` finds in SQL what the pure predicates of the domain say (SPEC 6). */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allFindings, keyOf } from "../../src/db/check.ts";
import type { CheckCode } from "../../src/db/checks.ts";
import { operate } from "../../src/operations/context.ts";
import { checksOf } from "../../src/operations/verify.ts";
import { type Bookable, KINDS, makeBookable, OPERATOR, TODAY } from "../support/bookable.ts";
import { plantWorld } from "../support/broken-worlds.ts";
import { drawing } from "../support/drawing.ts";
import { judge } from "../support/judged-world.ts";

const CLOCK = { now: TODAY, offerHours: 24 };
const WORLDS = 25;

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable(engine, layout);
  });
  afterAll(() => school.remove());

  test("random worlds", async () => {
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= WORLDS; seed += 1)
      await operate(school.database, { ...CLOCK, actor: OPERATOR, rehearse: true }, async (context) => {
        // A world holds together in nothing, references included; it is taken back.
        if (engine === "sqlite") await sql`pragma defer_foreign_keys = on`.execute(context.trx);
        await plantWorld(context, drawing(seed));
        const wanted = await judge(context);
        const found: typeof wanted = {};
        for (const check of checksOf(Object.keys(wanted) as CheckCode[])) {
          const keys: string[] = [];
          const looking = { database: school.database, db: context.trx, ...CLOCK };
          for await (const page of allFindings(check, looking)) keys.push(...page.map(keyOf));
          found[check.code] = keys.toSorted();
          expect((await check.measure(looking)).count).toBe(keys.length);
          seen.set(check.code, (seen.get(check.code) ?? 0) + keys.length);
        }
        const sorted = Object.entries(wanted).map(([code, keys]) => [code, keys!.toSorted()]);
        expect({ seed, ...found }).toEqual({ seed, ...Object.fromEntries(sorted) });
      });
    // Every one of these faults was there.
    expect([...seen].filter(([, times]) => times === 0)).toEqual([]);
  });
});
