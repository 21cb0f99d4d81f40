/** `slot` as it is typed: exit codes, JSON, what is asked, what a rehearsal leaves. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bookable, COURSES, makeBookable, SLOTS, STUDENTS } from "../support/bookable.ts";
import { runHere } from "../support/run-here.ts";

let school: Bookable;
beforeEach(async () => {
  school = await makeBookable("sqlite", "native");
});
afterEach(() => school.remove());

const cli = (words: string, options: Parameters<typeof runHere>[1] = {}) =>
  runHere(
    [
      ...words.split(" ").map((word) => word.replaceAll("+", " ")),
      "--db",
      school.place.address,
      "--now",
      "2026-11-20T09:00:00Z",
    ],
    options,
  );
const json = async (words: string) => JSON.parse((await cli(`${words} --json`)).out);

describe("slot list", () => {
  test("has the model's fields, names and the next time", async () => {
    const [tuesday, once] = await json("slot list --teacher tom");
    expect(tuesday).toEqual({
      id: SLOTS.tuesday,
      teacher_id: 1,
      course_id: COURSES.talk,
      slot_type: "recurring",
      day_of_week: 1,
      start_time: "17:00:00",
      end_time: "18:00:00",
      valid_from: null,
      valid_until: null,
      start_datetime: null,
      end_datetime: null,
      timezone: "Europe/Madrid",
      is_active: true,
      is_blocked: false,
      blocked_reason: "",
      teacher: "tom",
      course: "Talk",
      next_start_at: "2026-11-24T16:00:00Z",
      problem: null,
    });
    expect(once).toMatchObject({
      start_datetime: "2027-02-03T16:00:00Z",
      next_start_at: "2027-02-03T16:00:00Z",
    });
  });

  test("filters, and says what a slot without a readable time lacks", async () => {
    await school.put("teacher_availability", {
      teacher_id: 2,
      slot_type: "recurring",
      day_of_week: 9,
      timezone: "Mars/Base",
      is_active: true,
      is_blocked: true,
      blocked_reason: "",
    });
    expect(await json("slot list --blocked")).toMatchObject([
      { id: 4, next_start_at: null, problem: "its day_of_week is 9" },
    ]);
    expect(await json("slot list --type one_time --active")).toMatchObject([{ id: SLOTS.once }]);
    expect(await json("slot list --course 3")).toEqual([]);
    const table = await cli("slot list --tz Europe/Madrid", { width: 200 });
    expect(table.out).toContain("Tuesdays 17:00–18:00 Europe/Madrid");
    expect(table.out).toContain("unclear: its day_of_week is 9");
    expect(table.err).toBe("4 slots\n");
    expect((await cli("slot list --type weekly --limit 0")).err).toContain(
      '--type "weekly" is none of recurring, one_time; --limit "0"',
    );
  });
});

describe("slot create", () => {
  test("reads local times on the slot's clock", async () => {
    const weekly = "slot create --teacher tom --weekday fri --start 23:30 --end 00:15 --from 2026-11-21";
    expect(await json(weekly)).toMatchObject({
      id: 4,
      day_of_week: 4,
      end_time: "00:15:00",
      timezone: "Europe/Madrid",
      next_start_at: "2026-11-27T22:30:00Z",
    });
    expect(
      await json("slot create --teacher tina --start 2026-12-01+10:00 --duration 45 --course 2"),
    ).toMatchObject({
      slot_type: "one_time",
      timezone: "America/New_York",
      start_datetime: "2026-12-01T15:00:00Z",
      end_datetime: "2026-12-01T15:45:00Z",
    });
    expect(
      await json(
        "slot create --teacher 2 --start 2026-12-02+10:00 --end 2026-12-02T12:00:00Z --timezone UTC",
      ),
    ).toMatchObject({ start_datetime: "2026-12-02T10:00:00Z" });
    expect(
      await json("slot create --teacher 2 --weekday 6 --start 9:00 --end 10:00").catch(() => "usage"),
    ).toBe("usage");
  });

  test("tells everything that is wrong at once", async () => {
    const { code, err } = await cli(
      "slot create --weekday someday --start 25:00 --timezone Mars/Base --from 2027-02-30 --duration 5 --course x",
    );
    expect(code).toBe(2);
    for (const problem of [
      "--teacher is missing",
      "--weekday",
      "--start",
      "--end is missing",
      "Mars/Base",
      "--from",
      "--duration",
      "--course",
    ])
      expect(err).toContain(problem);
    const past = await cli(
      "slot create --teacher tom --start 2026-11-19T10:00:00Z --end 2026-11-19T09:00:00Z --until 2027-01-01",
    );
    expect([past.code, past.err]).toEqual([
      2,
      expect.stringMatching(/--until is for a weekly time.*not in the future.*not after the start/),
    ]);
    expect((await cli("slot create --teacher nobody --weekday mon --start 10:00 --end 11:00")).code).toBe(4);
  });

  test("exits with 3 beside another slot; a rehearsal says so, too, and leaves nothing", async () => {
    const beside = "slot create --teacher tom --weekday tue --start 17:15 --end 17:45 --dry-run";
    const { code, err } = await cli(`${beside} --json`);
    expect([code, JSON.parse(err).error]).toMatchObject([
      3,
      { kind: "refused", code: "slot-overlap", details: { slots: [1] } },
    ]);
    const aside = await cli(`${beside} --override slot-overlap`, { width: 120 });
    expect(aside).toMatchObject({ code: 0, err: "Nothing was written.\n" });
    expect(aside.out).toContain("slot 4 active: tom, all courses, Tuesdays 17:15–17:45 Europe/Madrid");
    expect(await json("slot list")).toHaveLength(3);
    expect((await cli(`${beside} --as ana`)).code).toBe(3);
  });
});

describe("slot block, unblock, delete", () => {
  test("act on several, a line each, and the worst exit code", async () => {
    const { code, out } = await cli("slot block 1 2 99 --reason on+holiday --json");
    expect(code).toBe(7);
    expect(JSON.parse(out)).toMatchObject([
      { id: 1, result: "done", is_blocked: true, blocked_reason: "on holiday" },
      { id: 2, result: "done" },
      { id: 99, result: "not_found", code: "no_such_slot" },
    ]);
    const ids = (await cli("slot list --blocked --fields id")).out;
    expect(await cli("slot unblock - --as tom --fields id,result", { input: ids })).toMatchObject({
      code: 0,
      out: "1\tdone\n2\tdone\n",
    });
    expect((await cli("slot unblock 1")).code).toBe(3);
  });

  test("deleting asks, and is refused at once where legacy lessons name the slot", async () => {
    const asked = await cli("slot delete 1 2");
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining("Delete slots 1, 2?") });
    await school.put("one_on_one_booking", {
      user_id: STUDENTS.ana,
      availability_slot_id: SLOTS.once,
      status: "confirmed",
    });
    const { code, err } = await cli("slot delete 2 --json");
    expect([code, JSON.parse(err).error.code]).toEqual([3, "in-use"]);
    expect((await cli("slot delete 1 --dry-run")).code).toBe(0);
    expect((await cli("slot delete 1 2 --yes")).code).toBe(7);
    expect((await json("slot list")).map(({ id }: { id: number }) => id)).toEqual([2, 3]);
  });

  test("deleting says which lessons stay", async () => {
    await cli("booking create --slot 1 --student ana");
    const asked = await cli("slot delete 1");
    expect(asked.err).toContain("Delete slot 1? 1 lesson ahead stays booked.");
    expect(await json("slot delete 1 --yes")).toMatchObject({ id: 1, future_lessons: [1] });
  });
});

describe("slot openings", () => {
  test("are what can be booked, each by its slot and date", async () => {
    const [first] = await json("slot openings --teacher tom --student ana");
    expect(first).toEqual({
      slot_id: 1,
      teacher_id: 1,
      teacher: "tom",
      course_id: COURSES.talk,
      start_at_utc: "2026-11-24T16:00:00Z",
      end_at_utc: "2026-11-24T17:00:00Z",
      bookable: true,
      rules: [],
      why: "",
      local_date: "2026-11-24",
    });
    expect(
      (await cli(`booking create --slot ${first.slot_id} --on ${first.local_date} --student ana`)).code,
    ).toBe(0);
    expect(await json("slot openings --teacher tom --student ana")).toMatchObject([
      { local_date: "2026-12-01" },
    ]);
    const all = await json("slot openings --teacher tom --student ana --all --limit 1");
    expect(all).toMatchObject([
      { bookable: false, rules: ["duplicate"], why: "booking 1 is confirmed already (duplicate)" },
    ]);
    expect(
      await json("slot openings --teacher tom --from 2027-02-03 --to 2027-02-04 --tz UTC"),
    ).toMatchObject([{ slot_id: SLOTS.once }]);
  });

  test("need a teacher or a course, and a window", async () => {
    const { code, err } = await cli("slot openings --from 2027-02-03 --to 2027-02-02 --limit x");
    expect(code).toBe(2);
    for (const problem of ["neither --teacher nor --course", "--to is not after --from", '--limit "x"'])
      expect(err).toContain(problem);
    expect((await cli("slot openings --teacher 1 --to 2030-01-01")).code).toBe(2);
    expect((await cli("slot openings --course 99")).code).toBe(4);
    expect(await cli("slot openings --course 3")).toMatchObject({ code: 0, out: "" });
  });
});
