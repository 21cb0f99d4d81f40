/** Each check of `verify` sees its fault, and `--fix` repairs what is safe and leaves the rest (SPEC 6). */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { allFindings, keyOf } from "../../src/db/check.ts";
import { CHECK_CODES, type CheckCode } from "../../src/db/checks.ts";
import { checksOf, verifyInvariants } from "../../src/operations/verify.ts";
import { isRepairable, previewRepairs, repairInvariants } from "../../src/operations/verify-repair.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, OPERATOR, TODAY } from "../support/bookable.ts";
import { contents } from "../support/bookings.ts";
import type { Fault } from "../support/fault.ts";
import { FAULTS } from "../support/faults.ts";

const CLOCK = { now: TODAY, offerHours: 24 };
const ACTING = { ...CLOCK, actor: OPERATOR };

/** Of the legacy tables: legacy/verify-findings.test.ts. */
const ELSEWHERE = CHECK_CODES.filter((code) => code.startsWith("legacy_"));

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const keys = async (check: CheckCode) => {
    const { database } = school;
    const found: string[] = [];
    for await (const page of allFindings(checksOf([check])[0]!, { database, db: database.db, ...CLOCK }))
      found.push(...page.map(keyOf));
    return found.map((key) => key.replace(/^schema:trigger .*/, "schema:trigger")).toSorted();
  };

  test("a school in which nothing is wrong has no findings", async () => {
    expect(await verifyInvariants(school.database, CHECK_CODES, CLOCK)).toEqual([]);
  });

  const here = FAULTS.filter(
    (fault) => (fault.only ?? engine) === engine && (fault.layout ?? layout) === layout,
  );

  test.each(here.filter(({ inSchema }) => inSchema !== true))("$check: $what", (fault) =>
    expectHandled(fault),
  );

  test("what the schema lacks, one after the other", async () => {
    for (const fault of here.filter(({ inSchema }) => inSchema === true)) await expectHandled(fault);
  });

  /** It is found; what is safe is shown, repaired and gone, the rest stays as it was. */
  async function expectHandled({ check, plant, found, stays = [], leaves = [] }: Fault): Promise<void> {
    await plant(school);
    expect(await keys(check)).toEqual(found.toSorted());
    const [violation] = await verifyInvariants(school.database, [check], CLOCK);
    expect(violation).toMatchObject({ check, count: found.length });

    const before = await contents(school.database.db);
    const shown: string[] = [];
    await previewRepairs(school.database, [check], ACTING, { onRepair: (_, what) => shown.push(what) });
    expect([check, shown.length > 0]).toEqual([check, stays.length < found.length]);
    expect(await contents(school.database.db)).toEqual(before);

    const done: string[] = [];
    await repairInvariants(school.database, [check], ACTING, { onRepair: (_, what) => done.push(what) });
    expect(done).toEqual(shown);
    if (shown.length === 0) return expect(await contents(school.database.db)).toEqual(before);
    expect(await keys(check)).toEqual(stays.toSorted());
    const events = (await contents(school.database.db)).booking_event.slice(before.booking_event.length);
    const summed = events.filter(({ what, subject }) => what === "repaired" && subject === "verify");
    expect(summed.map(({ reason }) => reason)).toEqual([check]);
    if (stays.length > 0) return;
    // The repair of one thing breaks no other.
    const others = await verifyInvariants(school.database, CHECK_CODES, CLOCK);
    expect(others.map((one) => one.check)).toEqual(leaves);
  }

  test("only staff repair", async () => {
    await FAULTS.find(({ check }) => check === "seats_taken")!.plant(school);
    const acting = { ...CLOCK, actor: ACTORS.tom };
    const refused = { kind: "refused", code: "permission" };
    await expect(previewRepairs(school.database, ["seats_taken"], acting)).rejects.toMatchObject(refused);
    await expect(repairInvariants(school.database, ["seats_taken"], acting)).rejects.toMatchObject(refused);
    expect(await keys("seats_taken")).toHaveLength(2);
  });
});

test("every check has a fault here, and its words say whether --fix repairs it", () => {
  const planted = new Set<string>(FAULTS.map(({ check }) => check));
  expect(CHECK_CODES.filter((code) => !planted.has(code))).toEqual(ELSEWHERE);
  for (const { code, fix } of checksOf(CHECK_CODES))
    expect([code, !fix.startsWith("nothing:")]).toEqual([code, isRepairable(code)]);
});
