/** Stopping `verify --fix` in the middle: what a check had done so far is taken back, those before it stay (CLI, Output). */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CheckCode } from "../../src/db/checks.ts";
import { verifyInvariants } from "../../src/operations/verify.ts";
import { previewRepairs, repairInvariants } from "../../src/operations/verify-repair.ts";
import { type Bookable, KINDS, makeBookable, OPERATOR, TODAY } from "../support/bookable.ts";
import { contents } from "../support/bookings.ts";
import { FAULTS } from "../support/faults.ts";

const CLOCK = { now: TODAY, offerHours: 24 };
const ACTING = { ...CLOCK, actor: OPERATOR };
const CHECKS: readonly CheckCode[] = ["seats_taken", "capacity"];

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    for (const check of CHECKS) await FAULTS.find((fault) => fault.check === check)!.plant(school);
  });
  afterEach(() => school.remove());

  const counts = async () =>
    (await verifyInvariants(school.database, CHECKS, CLOCK)).map(({ check, count }) => [check, count]);

  let kept: readonly CheckCode[] = [];

  /** Stopped once the second check begins. */
  function stopAtCapacity() {
    let last: CheckCode | null = null;
    return {
      onFailure: (done: readonly CheckCode[]) => {
        kept = done;
      },
      onRepair: (check: CheckCode) => {
        last = check;
      },
      stopping: () => last === "capacity",
    };
  }

  test("a repair", async () => {
    const [seats, capacity] = await counts();
    expect([seats![0], capacity![0]]).toEqual(CHECKS);
    await expect(repairInvariants(school.database, CHECKS, ACTING, stopAtCapacity())).rejects.toMatchObject({
      kind: "interrupted",
      message: "stopped while repairing capacity",
      hint: "capacity is as it was: run it again for the rest",
    });
    expect(kept).toEqual(["seats_taken"]);
    expect(await counts()).toEqual([capacity]);
    await repairInvariants(school.database, CHECKS, ACTING);
    expect(await counts()).toEqual([]);
  });

  test("a preview", async () => {
    const before = await contents(school.database.db);
    await expect(previewRepairs(school.database, CHECKS, ACTING, stopAtCapacity())).rejects.toMatchObject({
      kind: "interrupted",
      hint: "nothing was changed; run it again",
    });
    expect(await contents(school.database.db)).toEqual(before);
  });
});
