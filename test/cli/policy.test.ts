/** `policy` as it is typed: exit codes, JSON, warnings, what is asked. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bookable, makeBookable } from "../support/bookable.ts";
import { runHere } from "../support/run-here.ts";

let school: Bookable;
beforeEach(async () => {
  school = await makeBookable("sqlite", "django");
});
afterEach(() => school.remove());

const cli = (words: string, options: Parameters<typeof runHere>[1] = {}) =>
  runHere([...words.split(" "), "--db", school.place.address, "--now", "2026-11-20T09:00:00Z"], options);
const json = async (words: string) => JSON.parse((await cli(`${words} --json`)).out);

const CREATED = {
  id: 1,
  teacher_id: 1,
  course_id: null,
  requires_approval_for_one_on_one: true,
  requires_approval_for_group: false,
  min_notice_hours: 48,
  cancel_window_hours: 24,
  buffer_before_minutes: 0,
  buffer_after_minutes: 15,
  max_bookings_per_day: 4,
  teacher: "tom",
  course: null,
};

test("set creates and changes; list and show have the model's fields", async () => {
  const set = "policy set --teacher tom --approval-one-on-one --notice 48 --buffer-after 15 --max-per-day 4";
  expect(await json(`${set} --dry-run`)).toMatchObject({ outcome: "created" });
  expect(await json("policy list")).toEqual([]);
  expect(await json(set)).toEqual({ outcome: "created", ...CREATED, warnings: [] });
  expect(await json("policy show 1")).toEqual(CREATED);
  expect(await json("policy set --teacher 1 --max-per-day none --no-approval-one-on-one")).toMatchObject({
    outcome: "changed",
    min_notice_hours: 48,
    max_bookings_per_day: null,
    requires_approval_for_one_on_one: false,
  });
  await cli("policy set --teacher 1 --course 2 --notice 72 --buffer-after 15");
  expect((await json("policy list --teacher tom")).map(({ id }: { id: number }) => id)).toEqual([1, 2]);
  expect(await json("policy list --course 2")).toMatchObject([{ id: 2, course: "Talk" }]);
  expect(await json("policy show 2 1")).toMatchObject([{ id: 2 }, { id: 1 }]);
  expect((await cli("policy show 99")).code).toBe(4);
});

test("contradictions are pointed out to people and programs", async () => {
  await cli("policy set --teacher 1 --notice 48");
  const { code, out, err } = await cli("policy set --teacher 1 --course 2 --notice 2 --max-per-day 0 --json");
  expect(code).toBe(0);
  expect(JSON.parse(out).warnings).toEqual([
    "policy 2 (course 2) is looser than the default policy 1: min_notice_hours 2 instead of 48",
    "max_bookings_per_day is 0: no lesson can be booked (none = no limit)",
  ]);
  expect(err).toContain("warning: policy 2 (course 2) is looser than the default policy 1");
});

test("what is wrong is told at once", async () => {
  const { code, err } = await cli("policy set --notice 9000 --cancel-window x --max-per-day -1 --course y");
  expect(code).toBe(2);
  for (const problem of [
    "--teacher is missing",
    "min_notice_hours 9000",
    '--cancel-window "x"',
    '--max-per-day "-1"',
    '--course "y"',
  ])
    expect(err).toContain(problem);
  expect(await cli("policy set --teacher 1")).toMatchObject({
    code: 2,
    err: expect.stringContaining("no term is named"),
  });
  expect((await cli("policy effective")).code).toBe(2);
  expect((await cli("policy set --teacher 1 --notice 1 --as tina")).code).toBe(3);
  expect((await cli("policy set --teacher 9 --notice 1")).code).toBe(4);
});

test("effective gives every term with its source", async () => {
  await cli("policy set --teacher 1 --course 2 --notice 3");
  expect(await json("policy effective --teacher tom --course 2")).toEqual({
    teacher_id: 1,
    teacher: "tom",
    course_id: 2,
    course: "Talk",
    requires_approval_for_one_on_one: false,
    requires_approval_for_group: false,
    min_notice_hours: 3,
    cancel_window_hours: 24,
    buffer_before_minutes: 0,
    buffer_after_minutes: 0,
    max_bookings_per_day: null,
    policy_id: 1,
    limit_counts: "course",
    sources: {
      requires_approval_for_one_on_one: "course policy 1",
      requires_approval_for_group: "course policy 1",
      min_notice_hours: "course policy 1",
      cancel_window_hours: "course policy 1",
      buffer_before_minutes: "course policy 1",
      buffer_after_minutes: "course policy 1",
      max_bookings_per_day: "course policy 1",
    },
  });
  const screen = await cli("policy effective --teacher tom", { width: 100 });
  expect(screen.out).toContain("  notice                      0 h       nothing\n");
});

test("delete asks with what holds instead", async () => {
  await cli("policy set --teacher 1 --notice 48");
  await cli("policy set --teacher 1 --course 2 --notice 72");
  const asked = await cli("policy delete 2");
  expect(asked).toMatchObject({
    code: 2,
    err: expect.stringContaining("Delete policy 2: tom, Talk (course 2) (then default policy 1 holds)?"),
  });
  expect(await json("policy delete 2 --yes")).toMatchObject({
    id: 2,
    instead: { policy_id: 1, min_notice_hours: 48 },
  });
  const last = await cli("policy delete 1 --dry-run", { width: 100 });
  expect(last.out).toBe("deleted policy 1: tom, default; now no policy holds\n");
  expect((await cli("policy delete 1 2 --yes")).code).toBe(7);
  expect(await json("policy list")).toEqual([]);
});
