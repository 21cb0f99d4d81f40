/** `session` on the command line: exit codes, shapes, what a rehearsal leaves behind. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { query } from "../support/databases.ts";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

let migrated: School;
let school: School;

beforeAll(async () => {
  migrated = await makeMigratedSchool();
});
afterAll(() => migrated.remove());
beforeEach(() => {
  school = migrated.clone();
});
afterEach(() => school.remove());

const NOW = "2026-11-20T09:00:00Z";
const run = (words: string[], options?: Parameters<typeof runHere>[1]) =>
  runHere(
    ["session", ...words, "--db", school.file, ...(words.includes("--now") ? [] : ["--now", NOW])],
    options,
  );
const json = async (...words: string[]) => {
  const ran = await run([...words, "--json"]);
  expect(ran.err).toBe("");
  return JSON.parse(ran.out);
};
const error = async (...words: string[]) => {
  const { code, err } = await run([...words, "--json"]);
  return { exit: code, ...(JSON.parse(err).error as { code: string; message: string }) };
};

describe("looking", () => {
  test("a list is an array with the model's fields, and combines its filters", async () => {
    const rows = await json("list", "--upcoming", "--open", "--sort", "-open", "--limit", "2");
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      id: 46,
      teacher: "priya",
      open: 5,
      start_at_utc: "2026-12-12T04:30:00Z",
      scheduled_start: "2026-12-12T04:30:00Z",
      enable_waitlist: expect.any(Boolean),
    });
    const ids = async (...flags: string[]) =>
      (await json("list", "--fields", "id", ...flags)).map(({ id }: { id: number }) => id);
    expect(await ids("--upcoming", "--full")).toEqual([32, 20]);
    expect(await ids("--status", "booking_closed,cancelled", "--past")).toHaveLength(1);
    expect(await ids("--from", "2026-01-01", "--upcoming", "--teacher", "marta")).toEqual([18, 19, 20]);
    const two = await ids("--sort", "id", "--limit", "2", "--page", "2");
    expect(two).toEqual((await ids("--sort", "id")).slice(2, 4));
  });

  test("every problem of the flags at once", async () => {
    const { exit, message } = await error("list", "--status", "open", "--limit", "0", "--full", "--open");
    expect(exit).toBe(2);
    expect(message).toMatch(/--limit.*--status "open".*--full and --open/);
  });

  test("one session is an object with its queue, several are a list", async () => {
    const session = await json("show", "20");
    expect(session).toMatchObject({
      id: 20,
      open: -1,
      bookings: [{ status: "confirmed", bookings: 5, seats: 5 }],
      policy: { source: "course policy" },
    });
    expect(session.queue[0]).toEqual({
      waitlist_id: expect.any(Number),
      student_user_id: expect.any(Number),
      student: "sami",
      status: "waiting",
      position: 1,
      created_at: expect.stringMatching(/^2026-11-05T14:55:00\.\d{6}Z$/),
      offered_at: null,
      offer_expires_at: null,
      overdue: false,
    });
    expect(await json("show", "18", "20")).toHaveLength(2);
    expect(await error("show", "999")).toMatchObject({ exit: 4, code: "no_such_session" });
    const screen = await run(["show", "20"], { width: 100 });
    expect(screen.out).toContain("-1 open = 4 seats − 5 taken");
    expect(screen.out).toContain("1. sami, waits since");
  });

  test("scenario 29: a counter that differs from the bookings is told, and does not count", async () => {
    await query(
      { engine: "sqlite", address: school.file, file: school.file, remove: async () => {} },
      "update myApp_liveclasssession set seats_taken = 7 where id = 18",
    );
    expect(await json("show", "18")).toMatchObject({ seats_taken: 7, taken: 5, open: 2 });
    expect((await run(["show", "18"], { width: 200 })).out).toContain("classbook verify seats_taken --fix");
    await runHere(["verify", "seats_taken", "--fix", "--yes", "--no-backup", "--db", school.file]);
    expect(await json("show", "18")).toMatchObject({ seats_taken: 5, taken: 5 });
  });

  test("a roster is an array: who is in it, then who waits", async () => {
    const rows = await json("roster", "20");
    expect(rows.map(({ status }: { status: string }) => status)).toEqual([
      ...Array(5).fill("confirmed"),
      ...Array(5).fill("waiting"),
    ]);
    expect(rows[0]).toMatchObject({ student: "ben", email: "ben@threezones.example", position: null });
    expect(rows[5]).toMatchObject({ student: "sami", position: 1, booking_id: null });
    expect((await run(["roster", "999"])).code).toBe(4);
  });
});

describe("create", () => {
  const flags = ["create", "--course", "1", "--teacher", "marta", "--start", "2026-12-02 17:00"];

  test("a bare time is the teacher's, with --tz that zone's", async () => {
    expect(await json(...flags)).toMatchObject({
      title: "Spanish A2",
      start_at_utc: "2026-12-02T16:00:00Z",
      end_at_utc: "2026-12-02T17:00:00Z",
      timezone_snapshot: "Europe/Madrid",
      capacity: 10,
      enable_waitlist: false,
      rules: [{ rule: "teacher-overlap", outcome: "pass" }],
    });
    expect(await json(...flags, "--tz", "America/New_York")).toMatchObject({
      start_at_utc: "2026-12-02T22:00:00Z",
    });
  });

  test("refused by its rule with 3, and set aside by --override", async () => {
    const clash = [...flags.slice(0, -1), "2026-12-01 17:30"];
    expect(await error(...clash)).toMatchObject({ exit: 3, code: "teacher-overlap" });
    expect((await run([...clash, "--override", "teacher-overlap"])).code).toBe(0);
    expect(await error(...clash, "--override", "teacher-overlap", "--as", "marta")).toMatchObject({
      exit: 3,
      code: "permission",
    });
  });

  test("a teacher plans an own session without naming anybody", async () => {
    expect(
      await json(
        "create",
        "--course",
        "1",
        "--start",
        "2026-12-02T17:00Z",
        "--status",
        "draft",
        "--as",
        "marta",
      ),
    ).toMatchObject({ teacher: "marta", status: "draft" });
  });

  test("a rehearsal leaves nothing behind", async () => {
    const before = school.hash();
    const ran = await run([...flags, "--dry-run"], { width: 100 });
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("10 open of 10") });
    expect(ran.err).toContain("Nothing was written.");
    expect(school.hash()).toBe(before);
  });

  test("every problem at once", async () => {
    const { exit, message } = await error(
      "create",
      "--start",
      "2026-12-02",
      "--duration",
      "20000",
      "--capacity",
      "0",
      "--provider",
      "skype",
    );
    expect(exit).toBe(2);
    for (const part of [
      /--course is missing/,
      /--teacher is missing/,
      /has no time/,
      /20000 minutes/,
      /--capacity/,
      /skype/,
    ])
      expect(message).toMatch(part);
  });
});

describe("update", () => {
  test("a new time in the teacher's zone, and its bookings with it", async () => {
    expect(await json("update", "18", "--start", "2026-11-24 19:00", "--no-waitlist")).toMatchObject({
      start_at_utc: "2026-11-24T18:00:00Z",
      taken: 5,
    });
    const { out } = await runHere([
      ...["booking", "list", "--session", "18", "--status", "confirmed,pending"],
      ...["--db", school.file, "--fields", "start_at_utc"],
    ]);
    expect(new Set(out.trim().split("\n"))).toEqual(new Set(["2026-11-24T18:00:00Z"]));
  });

  test("fewer seats than are held: 3, with the least that goes", async () => {
    const { code, err } = await run(["update", "18", "--capacity", "5"], { width: 200 });
    expect(code).toBe(3);
    expect(err).toMatch(/5 seats − 5 taken − 1 pending.*\n.*--capacity 6/);
  });

  test("nothing named is a usage error", async () => {
    expect(await error("update", "18")).toMatchObject({ exit: 2 });
    expect(await error("update", "999", "--title", "x")).toMatchObject({ exit: 4 });
  });
});

describe("cancel and complete", () => {
  test("cancelling asks, with the counts; where nobody can be asked, --yes is named", async () => {
    const before = school.hash();
    expect(await error("cancel", "18")).toMatchObject({
      exit: 2,
      code: "not_confirmed",
      message: "Cancel session 18 (Spanish A2), with 6 bookings and 0 places in the queue?",
    });
    expect(await error("cancel", "20", "32")).toMatchObject({
      message: "Cancel 2 sessions, with 11 bookings and 7 places in the queue?",
    });
    expect((await run(["cancel", "18", "20", "--dry-run"])).code).toBe(0);
    expect(school.hash()).toBe(before);
    expect(await json("cancel", "20", "--yes", "--note", "ill")).toMatchObject({
      status: "cancelled",
      bookings_cancelled: 5,
      queue_expired: 5,
      taken: 0,
    });
    const { code, out } = await run(["cancel", "18", "20", "999", "--yes", "--json"]);
    expect(code).toBe(7);
    expect(JSON.parse(out)).toMatchObject([
      { id: 18, result: "done", status: "cancelled" },
      { id: 20, result: "refused", code: "status" },
      { id: 999, result: "not_found" },
    ]);
  });

  test("ids come from standard input", async () => {
    const { code, out } = await run(["cancel", "-", "--yes", "--json"], { input: "18\n19\n" });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveLength(2);
  });

  test("completing marks who was not marked, once it is over", async () => {
    expect(await error("complete", "18")).toMatchObject({ exit: 3, code: "attendance-time" });
    const later = ["--now", "2026-11-24T17:00:00Z"];
    const before = school.hash();
    expect((await run(["complete", "18", "--unmarked", "attended", "--dry-run", ...later])).code).toBe(0);
    expect(school.hash()).toBe(before);
    expect(await json("complete", "18", "--unmarked", "no_show", ...later)).toMatchObject({
      status: "completed",
      marked: 5,
      left: 0,
      requests_declined: 1,
      taken: 0,
    });
    expect(await error("complete", "19", "--unmarked", "maybe")).toMatchObject({ exit: 2 });
  });
});
