/** student, teacher, course on the command line: exit codes, JSON, dry runs, and names as data. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bookable, makeBookable, TODAY } from "../support/bookable.ts";
import { query } from "../support/databases.ts";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool } from "../support/school.ts";

let school: Bookable;
beforeEach(async () => {
  school = await makeBookable("sqlite", "native");
});
afterEach(() => school.remove());

const ESCAPES = "\u001b[31mRed\u0007";
const GLOBALS = ["--now", "2026-11-20T09:00:00Z", "--tz", "UTC"];
const run = (words: string, options: Parameters<typeof runHere>[1] = {}) =>
  runHere([...words.split(" "), ...GLOBALS, "--db", school.place.address], options);
const json = async (words: string) => {
  const ran = await run(`${words} --json`);
  expect(ran.code, ran.err).toBe(0);
  return JSON.parse(ran.out);
};
const failure = async (words: string) => {
  const ran = await run(`${words} --json`);
  expect(ran.out).toBe("");
  return { exit: ran.code, ...JSON.parse(ran.err).error };
};
const user = (id: number, username: string, more: Record<string, unknown> = {}) => ({
  id,
  username,
  first_name: "",
  last_name: "",
  email: "",
  is_staff: false,
  is_superuser: false,
  is_active: true,
  date_joined: TODAY,
  ...more,
});
/** Everything that commands of these nouns write. */
const state = async () =>
  Promise.all(
    ["app_user", "user_profile", "teacher", "course", "course_teacher", "enrollment", "booking_event"].map(
      (table) => query(school.place, `select * from ${table} order by id`),
    ),
  );

describe("student", () => {
  test("a list is an array of the model's fields", async () => {
    const rows = await json("student list --course 1 --limit 2 --sort -id");
    expect(rows).toEqual([
      {
        id: 17,
        username: "gus",
        first_name: "",
        last_name: "",
        email: "gus@school.example",
        is_active: true,
        timezone: null,
        active_enrollments: 3,
        upcoming_bookings: 0,
      },
      expect.objectContaining({ username: "finn" }),
    ]);
    expect(await json("student list --fields username --page 2 --limit 3")).toEqual([
      { username: "dan" },
      { username: "eva" },
      { username: "finn" },
    ]);
    expect(await json("student list --search %")).toEqual([]);
  });

  test.each([
    ["student list --sort height --enrollment-status gone --limit 0", 2, "bad_flags"],
    ["student list --fields height", 2, "unknown_field"],
    ["student show nobody", 4, "no_such_user"],
    ["student show twins@school.example", 2, "ambiguous_user"],
    ["student create --email x@school.example", 2, "bad_flags"],
    ["student create --username ana", 3, "duplicate"],
    ["student create --username a/b --timezone Mars", 2, "bad_input"],
    ["student update ana", 2, "bad_flags"],
    ["student enroll ana", 2, "bad_flags"],
    ["student enroll ana --course 1 --status gone", 2, "bad_flags"],
    ["student enroll ana --course 99", 4, "no_such_course"],
    ["student enroll ana nobody --course 1 --status paused", 4, "no_such_user"],
    ["student unenroll hal --course 1", 3, "not-enrolled"],
    ["student list --as ana", 3, "permission"],
    ["student show ben --as ana", 3, "permission"],
    ["student enroll ana --course 1 --as tom", 3, "permission"],
  ])("%s ends with %i and changes nothing", async (words, exit, code) => {
    await school.put(
      "app_user",
      user(50, "twin1", { email: "twins@school.example" }),
      user(51, "twin2", { email: "Twins@school.example" }),
    );
    const before = await state();
    expect(await failure(words)).toMatchObject({ exit, code });
    expect(await state()).toEqual(before);
  });

  test("create, update, enroll and unenroll do it; with --dry-run they say the same and leave nothing", async () => {
    const steps = [
      "student create --username lena --email lena@school.example --timezone Europe/Berlin --course 1 2",
      "student update ana --first-name Ana --no-active",
      "student enroll hal --course 1 --status paused",
      "student unenroll ana --course 1",
      "teacher create --user ben --approved",
      "teacher update tom --no-approved --timezone Asia/Tokyo",
      "course create --title Choir",
      "course update 1 --approval --booking-type none",
      "course assign 1 --teacher tina --approval yes",
    ];
    for (const words of steps) {
      const before = await state();
      const rehearsed = await json(`${words} --dry-run`);
      expect(await state(), words).toEqual(before);
      expect(await json(words), words).toEqual(rehearsed);
      expect(await state(), words).not.toEqual(before);
    }
    expect(await json("student show lena")).toMatchObject({
      username: "lena",
      timezone: "Europe/Berlin",
      enrollments: [
        { course_id: 1, course: "Spanish A2", status: "active" },
        { course_id: 2, status: "active" },
      ],
      upcoming: [],
      past: [],
      waitlist: [],
    });
    expect(await json("student show ana")).toMatchObject({ first_name: "Ana", is_active: false });
    expect((await run("student show ana --as ana")).code).toBe(3);
  });

  test("several are enrolled one by one, and who was refused is named", async () => {
    const ran = await run("student unenroll ana hal - --course 1 --json", { input: "ben\n12\n" });
    expect(ran.code).toBe(7);
    expect(JSON.parse(ran.out)).toMatchObject([
      { id: 11, result: "done", student: "ana", course: "Spanish A2", status: "expired", changed: true },
      { id: 18, result: "refused", code: "not-enrolled" },
      { id: 12, result: "done", student: "ben" },
    ]);
    expect(await json("student list --course 1 --enrollment-status expired --fields username")).toEqual([
      { username: "ana" },
      { username: "ben" },
    ]);
    expect(await json("student unenroll ana --course 1")).toMatchObject({
      status: "expired",
      changed: false,
    });
  });

  test("names are data: no terminal obeys them", async () => {
    await school.put("app_user", user(50, "red", { first_name: ESCAPES, last_name: "=1+1" }));
    await school.put("teacher", { user_id: 50, is_approved: true });
    await school.put("enrollment", { user_id: 50, course_id: 1, status: "active" });
    for (const words of [
      "student list --search red",
      "student show red",
      "teacher list --search red",
      "teacher show red",
      "teacher show red --week 2027-02-01",
      "student enroll red --course 2",
      "student list --search red --format tsv",
      "student list --search red --format json",
    ]) {
      const ran = await run(words, { width: 120 });
      expect(ran.code, ran.err).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
      expect(ran.out + ran.err, words).not.toMatch(/[\u001b\u0007]/);
    }
    expect((await run("student list --search red", { width: 120 })).out).toContain("\\x1b[31mRed\\x07");
    expect((await run("student list --search red --format csv --fields last_name")).out).toContain("'=1+1");
  });
});

describe("teacher and course", () => {
  test("an agenda fits 80 columns, by day, in order; JSON has it as an array", async () => {
    await school.put("user_profile", { user_id: 50, role: "student", timezone: "UTC" });
    for (const student of ["ana", "ben", "cleo"])
      expect((await run(`booking create --session 3 --student ${student}`)).code).toBe(0);
    expect((await run("booking create --slot 1 --on 2027-02-02 --student dan")).code).toBe(0);
    const { out } = await run("teacher show tom --week 2027-02-04", { width: 80 });
    for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(out.split("\n").slice(1)).toEqual([
      "  3 sessions, 1 lesson, 1 opening; times in Europe/Madrid",
      expect.stringMatching(/^ {2}time +what +course +who +status$/),
      "Mon 1 Feb 2027",
      expect.stringMatching(/^ {2}11:00–12:00 +session 1 +Class 1 +0\/3 seats +scheduled$/),
      expect.stringMatching(/^ {2}15:00–16:00 +session 2 +Class 2 +0\/1 seats +scheduled$/),
      "Tue 2 Feb 2027",
      expect.stringMatching(/^ {2}11:00–12:00 +session 3 +Class 3 +2\/2 seats, 1 waiting +scheduled$/),
      expect.stringMatching(/^ {2}17:00–18:00 +booking 3 +Talk +dan +confirmed$/),
      "Wed 3 Feb 2027",
      expect.stringMatching(/^ {2}17:00–18:00 +slot 2 +Talk +open$/),
      "",
    ]);
    const { agenda } = await json("teacher show tom --day 2027-02-02 --as tom");
    expect(agenda).toMatchObject([
      { kind: "session", id: 3, start_at_utc: "2027-02-02T10:00:00Z", taken: 2, capacity: 2, waiting: 1 },
      { kind: "lesson", id: 3, student: "dan", status: "confirmed", start_at_utc: "2027-02-02T16:00:00Z" },
    ]);
  });

  test.each([
    ["teacher show tom --day 2027-02-30", 2, "bad_flags"],
    ["teacher show tom --day 2027-02-01 --week 2027-02-01", 2, "bad_flags"],
    ["teacher show ana", 4, "no_such_teacher"],
    ["teacher show tom --as tina", 3, "permission"],
    ["teacher create", 2, "bad_flags"],
    ["teacher create --user tom", 3, "duplicate"],
    ["teacher update tom", 2, "bad_flags"],
    ["teacher update 99 --approved", 4, "no_such_teacher"],
    ["course show 99", 4, "no_such_course"],
    ["course show spanish", 2, "bad_id"],
    ["course create --booking-type any", 2, "bad_flags"],
    ["course create --title Spanish", 3, "duplicate"],
    ["course update 1", 2, "bad_flags"],
    ["course assign 1 --approval maybe", 2, "bad_flags"],
    ["course assign 1 --teacher ana", 4, "no_such_teacher"],
    ["course unassign 1 --teacher tom", 3, "not-assigned"],
  ])("%s ends with %i", async (words, exit, code) => {
    const before = await state();
    expect(await failure(words)).toMatchObject({ exit, code });
    expect(await state()).toEqual(before);
  });

  test("courses for everybody, with their teachers", async () => {
    await run("course assign 2 --teacher tom --approval no");
    expect(await json("course show 2 --as ana")).toMatchObject({
      title: "Talk",
      teachers: [{ teacher_id: 1, teacher: "tom", requires_booking_approval: false }],
    });
    expect(await json("course list --teacher tom --fields id,title,booking_type")).toEqual([
      { id: 2, title: "Talk", booking_type: "one_on_one" },
    ]);
  });
});

test("in a Django app's database accounts are refused in a sentence, and no password is shown", async () => {
  const sample = await makeMigratedSchool();
  try {
    const on = (words: string) => runHere([...words.split(" "), ...GLOBALS, "--db", sample.file, "--json"]);
    const before = sample.hash();
    for (const words of [
      "student create --username lena",
      "teacher create --user ana",
      "course create --title X",
    ]) {
      const ran = await on(words);
      expect(ran.code).toBe(3);
      expect(JSON.parse(ran.err).error).toMatchObject({
        code: "app-owned",
        message: expect.stringContaining("by the Django app myApp, not by classbook"),
        hint: expect.stringContaining("Django's own admin"),
      });
    }
    for (const words of ["student list", "student show ana", "teacher list", "teacher show marta"]) {
      const ran = await on(words);
      expect(ran.code, ran.err).toBe(0);
      expect(ran.out).not.toMatch(/pbkdf2|password/);
    }
    expect(sample.hash()).toBe(before);
    expect((await on("student enroll leo --course 1")).code).toBe(0);
  } finally {
    sample.remove();
  }
});
