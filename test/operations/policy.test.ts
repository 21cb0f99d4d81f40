/** Policies set, deleted, and in force. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALL_EVENTS, listEvents } from "../../src/db/audit.ts";
import { listPolicyViews } from "../../src/db/policy.ts";
import type { PolicyTerms } from "../../src/domain/policy.ts";
import { deletePolicy, effectivePolicy, setPolicy } from "../../src/operations/policy.ts";
import { ACTORS, type Bookable, COURSES, KINDS, makeBookable, TEACHERS } from "../support/bookable.ts";
import { query } from "../support/databases.ts";

const teacher_id = TEACHERS.tom;

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const set = (
    terms: Partial<PolicyTerms>,
    course_id: number | null = null,
    actor: (typeof ACTORS)[keyof typeof ACTORS] = ACTORS.shell,
  ) => school.run((c) => setPolicy(c, { teacher_id, course_id, terms }), { actor });
  const effective = (course_id: number | null) =>
    school.look((c) => effectivePolicy(c, { teacher_id, course_id }));
  const events = () => listEvents(school.database, { ...ALL_EVENTS, subject: "teacher_booking_policy" });
  const all = () => listPolicyViews(school.database, { id: null, teacher: null, course: null });

  test("a policy is created with the model's defaults, and changed in what is named alone", async () => {
    const made = await set({ min_notice_hours: 48, requires_approval_for_group: true }, null, ACTORS.tom);
    expect(made).toMatchObject({
      outcome: "created",
      warnings: [],
      policy: {
        teacher: "tom",
        course: null,
        course_id: null,
        requires_approval_for_one_on_one: false,
        requires_approval_for_group: true,
        min_notice_hours: 48,
        cancel_window_hours: 24,
        buffer_before_minutes: 0,
        max_bookings_per_day: null,
      },
    });
    const { id } = made.policy;
    expect(await set({ max_bookings_per_day: 3, min_notice_hours: 48 })).toMatchObject({
      outcome: "changed",
      policy: { id, min_notice_hours: 48, max_bookings_per_day: 3, requires_approval_for_group: true },
    });
    expect(await set({ max_bookings_per_day: 3 })).toMatchObject({ outcome: "unchanged", policy: { id } });
    expect(await set({ max_bookings_per_day: null })).toMatchObject({
      policy: { max_bookings_per_day: null },
    });
    expect(await set({ buffer_after_minutes: 10 }, COURSES.talk)).toMatchObject({
      outcome: "created",
      policy: { course: "Talk" },
      warnings: [expect.stringContaining("looser than the default policy")],
    });
    expect(await events()).toMatchObject([
      {
        what: "created",
        actor: "tom (user 2)",
        subject_id: id,
        from_value: null,
        to_value: { min_notice_hours: 48 },
      },
      {
        what: "changed",
        subject_id: id,
        from_value: { max_bookings_per_day: null },
        to_value: { max_bookings_per_day: 3 },
      },
      { what: "changed", from_value: { max_bookings_per_day: 3 }, to_value: { max_bookings_per_day: null } },
      { what: "created", to_value: { course_id: COURSES.talk, buffer_after_minutes: 10 } },
    ]);
    expect(await all()).toHaveLength(2);
  });

  test("wrong terms are told at once; nobody, nothing and others' policies are refused", async () => {
    await expect(set({ min_notice_hours: 9_999, buffer_before_minutes: 2_000 })).rejects.toMatchObject({
      kind: "usage",
      details: [
        expect.stringContaining("min_notice_hours"),
        expect.stringContaining("buffer_before_minutes"),
      ],
    });
    await expect(set({})).rejects.toMatchObject({ kind: "usage", message: "no term is named" });
    await expect(set({ min_notice_hours: 1 }, 99)).rejects.toMatchObject({ code: "no_such_course" });
    await expect(set({ min_notice_hours: 1 }, null, ACTORS.tina)).rejects.toMatchObject({
      code: "permission",
    });
    await expect(set({ min_notice_hours: 1 }, null, ACTORS.ana)).rejects.toMatchObject({
      code: "permission",
    });
    expect(await all()).toEqual([]);
    const { policy } = await set({ min_notice_hours: 1 }, null, ACTORS.paula);
    await expect(
      school.run((c) => deletePolicy(c, { id: policy.id }), { actor: ACTORS.tina }),
    ).rejects.toMatchObject({ code: "permission" });
    await expect(school.run((c) => deletePolicy(c, { id: 99 }))).rejects.toMatchObject({ kind: "not_found" });
  });

  test("of several defaults the one that counts is changed, and the others are named", async () => {
    await query(school.place, 'drop index "classbook_one_default_policy"');
    const row = (min_notice_hours: number) => ({
      teacher_id,
      course_id: null,
      requires_approval_for_one_on_one: false,
      requires_approval_for_group: false,
      min_notice_hours,
      cancel_window_hours: 24,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
      max_bookings_per_day: null,
    });
    const second = await school.put("teacher_booking_policy", row(1), row(2));
    const first = second - 1;
    const { outcome, policy, warnings } = await set({ min_notice_hours: 5 });
    expect([outcome, policy.id]).toEqual(["changed", first]);
    expect(warnings).toEqual([
      `teacher 1 has 2 default policies: ${first}, ${second}; policy ${first} counts. Delete the others: classbook policy delete ${second}`,
    ]);
    expect(await effective(null)).toMatchObject({ policy_id: first, min_notice_hours: 5 });
  });

  test("every term in force says where it comes from, and what holds when a policy goes", async () => {
    await school.put("course_teacher", {
      course_id: COURSES.talk,
      teacher_id: layout === "django" ? 2 : teacher_id, // The app names the teacher's user.
      requires_booking_approval: true,
    });
    expect(await effective(COURSES.talk)).toMatchObject({
      teacher: "tom",
      course: "Talk",
      policy_id: null,
      requires_approval_for_one_on_one: true,
      min_notice_hours: 0,
      cancel_window_hours: 24,
      sources: {
        requires_approval_for_one_on_one: "course_teacher",
        requires_approval_for_group: "nothing",
        min_notice_hours: "nothing",
      },
    });
    expect((await effective(COURSES.club)).sources.requires_approval_for_one_on_one).toBe("course");
    const standard = (await set({ min_notice_hours: 6 })).policy;
    const own = (await set({ min_notice_hours: 12 }, COURSES.talk)).policy;
    expect(await effective(COURSES.talk)).toMatchObject({
      policy_id: own.id,
      min_notice_hours: 12,
      limit_counts: "course",
      requires_approval_for_one_on_one: false,
      sources: {
        min_notice_hours: `course policy ${own.id}`,
        requires_approval_for_one_on_one: `course policy ${own.id}`,
      },
    });
    expect(await effective(COURSES.club)).toMatchObject({
      policy_id: standard.id,
      min_notice_hours: 6,
      limit_counts: "all",
      sources: { max_bookings_per_day: `default policy ${standard.id}` },
    });
    const deleted = await school.run((c) => deletePolicy(c, { id: own.id }), { actor: ACTORS.tom });
    expect(deleted).toMatchObject({
      policy: { id: own.id },
      instead: { policy_id: standard.id, min_notice_hours: 6 },
    });
    const last = await school.run((c) => deletePolicy(c, { id: standard.id }));
    expect(last.instead).toMatchObject({ policy_id: null, min_notice_hours: 0 });
    expect((await events()).at(-1)).toMatchObject({
      what: "deleted",
      from_value: { id: standard.id, min_notice_hours: 6 },
    });
    expect(await all()).toEqual([]);
  });
});
