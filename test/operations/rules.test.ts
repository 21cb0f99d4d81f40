/** Every rule by its code: it holds, it does not, staff set it aside, and nobody else may (SPEC 3). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateRow } from "../../src/db/rows.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { OVERRIDABLE, RULE_CODES, type RuleCode } from "../../src/domain/rules.ts";
import { markAttendance } from "../../src/operations/attendance.ts";
import { assessRequest, createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type Context, operate } from "../../src/operations/context.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, TODAY } from "../support/bookable.ts";
import { contents, putInto, seat, seatRow } from "../support/bookings.ts";
import { RULE_CASES, type RuleCase } from "../support/rule-cases.ts";
import { POLICY_CASES } from "../support/rule-cases-policy.ts";

const CASES = [...RULE_CASES, ...POLICY_CASES];

const refusedWith = (code: string) => expect.objectContaining({ kind: "refused", code });

test("every rule of a new booking has cases that hold and cases that do not", () => {
  const rules = (holds: boolean) =>
    new Set(CASES.filter((one) => one.holds === holds).map(({ rule }) => rule));
  // queue-order is about who waits already: test/operations/waitlist-promote.test.ts
  const others: RuleCode[] = ["cancel-window", "attendance-time", "queue-order"];
  const ofBooking = RULE_CODES.filter((rule) => !others.includes(rule));
  expect([...rules(true)].toSorted()).toEqual(ofBooking.toSorted());
  expect([...rules(false)].toSorted()).toEqual(ofBooking.toSorted());
});

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable(engine, layout);
  });
  afterAll(() => school.remove());

  /** Everything is taken back: the next case finds the school as it was. */
  const inPassing = (work: (context: Context) => Promise<void>) =>
    operate(school.database, { now: TODAY, actor: ACTORS.shell, offerHours: 24, rehearse: true }, work);
  const arrange = async (context: Context, { rows = [], changes = [] }: RuleCase) => {
    for (const [table, id, values] of changes)
      await updateRow(context.database, context.trx, table, id, values);
    for (const [table, row] of rows) await putInto(context, table, row);
  };

  test.each(CASES)("$rule, $when: $holds", async (one) => {
    const { rule, holds, now = TODAY, as = "shell", asked = seat("ana", "morning") } = one;
    await inPassing(async (context) => {
      await arrange(context, one);
      const acting = { ...context, now: now as Instant, actor: ACTORS[as] };
      const assessed = await assessRequest(acting, asked);
      const failed = assessed.rules.filter(({ outcome }) => outcome !== "pass").map((r) => r.rule);
      expect(failed).toEqual(holds ? [] : [rule]);
      const before = await contents(context.trx);
      if (holds) {
        expect(await createBooking(acting, asked)).toMatchObject({ outcome: "confirmed" });
        return;
      }
      await expect(createBooking(acting, asked)).rejects.toEqual(refusedWith(rule));
      const overriding = { ...asked, overrides: new Set<RuleCode>([rule]) };
      for (const actor of [ACTORS.ana, ACTORS.tom])
        await expect(createBooking({ ...acting, actor }, overriding)).rejects.toEqual(
          refusedWith("permission"),
        );
      if (!OVERRIDABLE.has(rule))
        await expect(createBooking(acting, overriding)).rejects.toEqual(refusedWith(rule));
      expect(await contents(context.trx)).toEqual(before);
    });
    if (holds || !OVERRIDABLE.has(rule)) return;
    for (const actor of [ACTORS.shell, ACTORS.paula])
      await inPassing(async (context) => {
        await arrange(context, one);
        const overriding = { ...asked, overrides: new Set<RuleCode>([rule]) };
        const booked = await createBooking({ ...context, now: now as Instant, actor }, overriding);
        expect(booked.rules.filter(({ outcome }) => outcome === "overridden").map((r) => r.rule)).toEqual([
          rule,
        ]);
        const { booking_event } = await contents(context.trx);
        expect(booking_event[0]).toMatchObject({
          what: "created",
          subject_id: booked.booking!.id,
          overridden: rule,
        });
      });
  });

  // Ana's seat begins on 1 Feb 10:00; without a policy students cancel until 24 h before.
  test.each([
    { as: "ana", now: "2027-01-31 10:00:00", holds: true },
    { as: "ana", now: "2027-01-31 10:00:00.000001", holds: false },
    { as: "tom", now: "2027-01-31 10:00:00.000001", holds: true },
    { as: "paula", now: "2027-02-01 09:59:59", holds: true },
    { as: "shell", now: "2027-02-01 09:59:59", holds: true },
  ] as const)("cancel-window, $as at $now: $holds", async ({ as, now, holds }) => {
    await inPassing(async (context) => {
      const id = await putInto(context, "live_class_booking", seatRow("ana"));
      const acting = { ...context, now: now as Instant, actor: ACTORS[as] };
      const overrides = new Set<RuleCode>(["cancel-window"]);
      if (holds) expect(await cancelBooking(acting, { id })).toMatchObject({ status: "cancelled" });
      else {
        const before = await contents(context.trx);
        await expect(cancelBooking(acting, { id })).rejects.toEqual(refusedWith("cancel-window"));
        await expect(cancelBooking(acting, { id, overrides })).rejects.toEqual(refusedWith("permission"));
        expect(await contents(context.trx)).toEqual(before);
      }
    });
  });

  test.each([
    { now: "2027-02-01 09:59:59.999999", holds: false },
    { now: "2027-02-01 10:00:00", holds: true },
  ])("attendance-time at $now: $holds", async ({ now, holds }) => {
    for (const attended of [true, false])
      await inPassing(async (context) => {
        const id = await putInto(context, "live_class_booking", seatRow("ana"));
        const at = { ...context, now: now as Instant };
        const tom = { ...at, actor: ACTORS.tom };
        const status = attended ? "attended" : "no_show";
        if (holds) {
          expect(await markAttendance(tom, { id, attended })).toMatchObject({ status });
          return;
        }
        const overrides = new Set<RuleCode>(["attendance-time"]);
        const before = await contents(context.trx);
        await expect(markAttendance(tom, { id, attended })).rejects.toEqual(refusedWith("attendance-time"));
        await expect(markAttendance(tom, { id, attended, overrides })).rejects.toEqual(
          refusedWith("permission"),
        );
        expect(await contents(context.trx)).toEqual(before);
        const paula = { ...at, actor: ACTORS.paula };
        expect(await markAttendance(paula, { id, attended, overrides })).toMatchObject({ status });
        const { booking_event } = await contents(context.trx);
        expect(booking_event.at(-1)).toMatchObject({ what: status, overridden: "attendance-time" });
      });
  });
});
