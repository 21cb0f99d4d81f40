/** Which policy is in force, and what contradicts itself in policies. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Slot } from "../../src/domain/availability.ts";
import type { Instant, LocalDate } from "../../src/domain/instant.ts";
import { NEW_POLICY, NO_POLICY, type Policy, policyInForce } from "../../src/domain/policy.ts";
import { policyWarnings, termProblems } from "../../src/domain/policy-warnings.ts";

const NOW = "2026-11-20 09:00:00" as Instant;
const NOTHING = { course_teacher: null, course: null };

const policy = (id: number, course_id: number | null, terms: Partial<Policy> = {}): Policy => ({
  id,
  teacher_id: 1,
  course_id,
  ...NEW_POLICY,
  ...terms,
});

const slot = (
  id: number,
  startHour: number,
  minutes: number,
  change: Partial<Slot> & { until?: string } = {},
): Slot => ({
  id,
  teacher_id: 1,
  course_id: null,
  is_active: true,
  is_blocked: false,
  blocked_reason: "",
  timezone: "UTC",
  problem: null,
  when: {
    slot_type: "recurring",
    weekday: 1,
    startsAt: startHour * 3_600_000_000,
    zone: "UTC",
    from: null,
    until: (change.until ?? null) as LocalDate | null,
    lengthMicros: minutes * 60_000_000,
  },
  ...change,
});

describe("the policy in force", () => {
  test.each([
    [
      "the course's own",
      [policy(1, null), policy(2, 5)],
      5,
      NOTHING,
      { policy_id: 2, source: "course policy", limit_counts: "course" },
    ],
    [
      "else the default",
      [policy(1, null), policy(2, 6)],
      5,
      NOTHING,
      { policy_id: 1, source: "default policy", limit_counts: "all" },
    ],
    ["the oldest of several defaults", [policy(9, null), policy(3, null)], 5, NOTHING, { policy_id: 3 }],
    [
      "else course_teacher's approval",
      [policy(2, 6)],
      5,
      { course_teacher: true, course: false },
      { policy_id: null, requires_approval_for_one_on_one: true, approval_source: "course_teacher" },
    ],
    [
      "course_teacher's no before the course's yes",
      [],
      5,
      { course_teacher: false, course: true },
      { requires_approval_for_one_on_one: false, approval_source: "course_teacher" },
    ],
    [
      "else the course's, for lessons alone",
      [],
      5,
      { course_teacher: null, course: true },
      {
        requires_approval_for_one_on_one: true,
        requires_approval_for_group: false,
        approval_source: "course",
      },
    ],
    ["else nothing", [], null, NOTHING, { ...NO_POLICY, policy_id: null, source: "nothing" }],
    [
      "a policy's no before the course's yes",
      [policy(1, null)],
      5,
      { course_teacher: true, course: true },
      { requires_approval_for_one_on_one: false, approval_source: "default policy" },
    ],
  ] as const)("is %s", (_, policies, course, fallback, expected) => {
    expect(policyInForce(policies, course, fallback)).toMatchObject(expected);
  });

  test("does not depend on the order of the rows", () => {
    const rows = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.option(fc.integer({ min: 1, max: 3 }))),
      {
        selector: ([id]) => id,
      },
    );
    fc.assert(
      fc.property(rows, fc.option(fc.integer({ min: 1, max: 3 })), (found, course) => {
        const policies = found.map(([id, of]) => policy(id, of));
        const straight = policyInForce(policies, course, NOTHING);
        expect(policyInForce(policies.toReversed(), course, NOTHING)).toEqual(straight);
        const fits = policies.filter(({ course_id }) => course_id === null || course_id === course);
        expect(straight.policy_id === null).toBe(fits.length === 0);
      }),
    );
  });
});

test("terms are whole, not negative, and within the calendar", () => {
  expect(
    termProblems({
      min_notice_hours: 9_000,
      cancel_window_hours: 1.5,
      buffer_after_minutes: -1,
      max_bookings_per_day: null,
    }),
  ).toEqual([
    "min_notice_hours 9000 is more than 8784",
    "cancel_window_hours 1.5 is not a whole number",
    "buffer_after_minutes -1 is less than 0",
  ]);
  expect(
    termProblems({ min_notice_hours: 8_784, buffer_before_minutes: 1_440, max_bookings_per_day: 0 }),
  ).toEqual([]);
});

describe("a warning", () => {
  const warnings = (
    policies: Policy[],
    id: number,
    more: Partial<{
      slots: Slot[];
      fallback: { course_teacher: boolean | null; course: boolean | null };
    }> = {},
  ) => policyWarnings({ policies, id, slots: [], fallback: NOTHING, now: NOW, ...more });

  test("none where nothing is odd", () => {
    expect(
      warnings([policy(1, null), policy(2, 5, { min_notice_hours: 48 })], 2, {
        slots: [slot(1, 9, 60), slot(2, 10, 60)],
      }),
    ).toEqual([]);
  });

  test("tells a course policy that is looser than the default, whichever of the two was set", () => {
    const policies = [
      policy(1, null, { requires_approval_for_group: true, max_bookings_per_day: 3 }),
      policy(2, 5, { min_notice_hours: 2, buffer_after_minutes: 10 }),
    ];
    const expected =
      "policy 2 (course 5) is looser than the default policy 1: requires_approval_for_group no instead of yes, min_notice_hours 2 instead of 24, max_bookings_per_day none instead of 3";
    expect(warnings(policies, 2)).toEqual([expected]);
    expect(warnings(policies, 1)).toEqual([expected]);
  });

  test("tells a limit of none at all", () => {
    expect(warnings([policy(1, null, { max_bookings_per_day: 0 })], 1)).toEqual([
      "max_bookings_per_day is 0: no lesson can be booked (none = no limit)",
    ]);
  });

  test("tells a second default policy by its id", () => {
    expect(warnings([policy(1, null), policy(7, null), policy(8, null)], 1)).toEqual([
      "teacher 1 has 3 default policies: 1, 7, 8; policy 1 counts. Delete the others: classbook policy delete 7 8",
    ]);
  });

  test("tells approval that the course asks for and the policy takes away", () => {
    const more = { fallback: { course_teacher: null, course: true } };
    expect(warnings([policy(2, 5)], 2, more)).toEqual([
      "the course asks for approval of lessons, and policy 2 does not: the policy counts",
    ]);
    expect(warnings([policy(2, 5, { requires_approval_for_one_on_one: true })], 2, more)).toEqual([]);
  });

  test("tells notice that outlasts every slot", () => {
    const ending = [slot(1, 9, 60, { until: "2026-12-08" })];
    expect(warnings([policy(1, null, { min_notice_hours: 500 })], 1, { slots: ending })).toEqual([
      "500 h of notice are longer than any slot is still valid: none of 1 slot can be booked",
    ]);
    const endless = [...ending, slot(2, 12, 60)];
    expect(warnings([policy(1, null, { min_notice_hours: 500 })], 1, { slots: endless })).toEqual([]);
  });

  test("tells buffers that slots leave no room for, by both sides' policies", () => {
    const slots = [slot(1, 9, 60), slot(2, 10, 60, { course_id: 5 }), slot(3, 12, 60)];
    const policies = [
      policy(1, null, { buffer_after_minutes: 10 }),
      policy(2, 5, { buffer_before_minutes: 30, buffer_after_minutes: 60 }),
    ];
    expect(warnings(policies, 2, { slots })).toEqual([
      "the buffers ask for 30 min, and slot 2 begins 0 min after slot 1: only one of the two can be booked",
    ]);
    expect(warnings(policies, 2, { slots: slots.map((one) => ({ ...one, is_blocked: true })) })).toEqual([]);
  });
});
