/** Values that the target cannot hold, and sources that drifted: said, and never silently changed. */
import BetterSqlite3 from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { writeSqlite } from "../../fixtures/generate.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { countsOf, importFrom, SOUND, withTarget } from "../support/import.ts";

const made: Scratch[] = [];

async function make(engine: "sqlite" | "postgres"): Promise<Scratch> {
  const database = await scratch(engine);
  made.push(database);
  return database;
}

/** A Django database that was changed by hand. */
async function drifted(
  change: (sqlite: BetterSqlite3.Database) => void,
  generation: "A" | "D" = "D",
): Promise<string> {
  const source = await make("sqlite");
  writeSqlite(source.file!, { ...SOUND, generation });
  const sqlite = new BetterSqlite3(source.file!);
  sqlite.pragma("foreign_keys = OFF");
  change(sqlite);
  sqlite.close();
  return source.address;
}

afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

describe("a value that a column cannot hold", () => {
  const source = () =>
    drifted((sqlite) => {
      const set = (table: string, id: number, column: string, value: unknown) =>
        sqlite.prepare(`update "${table}" set "${column}" = ? where id = ?`).run(value, id);
      set("myApp_booking", 1, "seats_booked", "12abc");
      set("myApp_booking", 2, "student_notes", "a\0b");
      set("myApp_booking", 3, "student_notes", Buffer.from([0xff, 0xfe]));
      set("myApp_booking", 4, "attended", "perhaps");
      set("myApp_booking", 5, "session_id", 9007199254740993n);
      sqlite.exec(`update "myApp_booking" set student_notes = cast(x'41ff42' as text) where id = 6`);
      set("myApp_booking", 7, "student_notes", "\ufffd is its own \u{1f600}");
      set("myApp_liveclasssession", 1, "scheduled_start", "soon");
      set("myApp_liveclasssession", 2, "start_at_utc", "sooner");
      set("myApp_userprofile", 1, "timezone", "x".repeat(70));
    });

  test("SQLite holds nearly all", async () => {
    const from = await source();
    const target = await make("sqlite");
    const result = await withTarget(target.address, (database) => importFrom(database, from));
    const found = result.problems.map(({ table, id, column, value }) => [table, id, column, value]);
    expect(found).toEqual([
      ["booking", 6, "student_notes", "A\ufffdB"],
      ["booking", 3, "student_notes", "x'fffe'"],
      ["booking", 5, "session_id", 9007199254740992],
    ]);
    expect(result.problem_count).toBe(3);
    const rows = await query(
      target,
      "select id, seats_booked, student_notes, attended, session_id from booking where id <= 7 order by id",
    );
    expect(rows[0]).toMatchObject({ seats_booked: "12abc" });
    expect(rows[1]).toMatchObject({ student_notes: "a\0b" });
    expect(rows[2]).toMatchObject({ student_notes: "x'fffe'" });
    expect(rows[3]).toMatchObject({ attended: "perhaps" });
    expect(rows[4]).toMatchObject({ session_id: null });
    expect(rows[5]).toMatchObject({ student_notes: "A\ufffdB" });
    expect(rows[6]).toMatchObject({ student_notes: "\ufffd is its own \u{1f600}" });
    expect(await query(target, "select scheduled_start from live_class_session where id = 1")).toEqual([
      { scheduled_start: "soon" },
    ]);
  });

  test("PostgreSQL holds less: each is reported, NULL or the default stands in its place", async () => {
    const from = await source();
    const target = await make("postgres");
    const result = await withTarget(target.address, (database) => importFrom(database, from));
    const found = result.problems.map(({ table, id, column, value }) => [table, id, column, value]).sort();
    const scheduled = found.find(([, id, column]) => id === 2 && column === "scheduled_start")!;
    expect(found).toEqual(
      [
        ["booking", 1, "seats_booked", "12abc"],
        ["booking", 2, "student_notes", "a\0b"],
        ["booking", 3, "student_notes", "x'fffe'"],
        ["booking", 4, "attended", "perhaps"],
        ["booking", 5, "session_id", 9007199254740992],
        ["booking", 6, "student_notes", "A\ufffdB"],
        ["live_class_session", 1, "scheduled_start", "soon"],
        ["live_class_session", 2, "start_at_utc", "sooner"],
        // An unreadable UTC time: scheduled_start must not stand in for it.
        scheduled,
        ["user_profile", 1, "timezone", "x".repeat(70)],
        ...found.filter(([, id, column]) => id === 2 && column === "end_at_utc"),
      ].sort(),
    );
    const rows = await query(
      target,
      "select id, seats_booked, student_notes, attended, session_id from booking where id <= 7 order by id",
    );
    expect(rows[0]).toMatchObject({ seats_booked: "-1" }); // No number of seats: NULL would be one.
    expect(rows[1]).toMatchObject({ student_notes: "a\ufffdb" });
    expect(rows[3]).toMatchObject({ attended: null });
    expect(rows[4]).toMatchObject({ session_id: null });
    expect(
      await query(
        target,
        "select scheduled_start, start_at_utc, end_at_utc from live_class_session where id = 2",
      ),
    ).toEqual([{ scheduled_start: null, start_at_utc: null, end_at_utc: null }]);
    expect(await query(target, "select timezone from user_profile where id = 1")).toEqual([
      { timezone: "UTC" },
    ]);
  });
});

test("more problems than are kept are still counted", async () => {
  const from = await drifted((sqlite) => {
    const insert = sqlite.prepare(
      `insert into "myApp_userprofile" (user_id, role, timezone) select max(user_id) + 1, ?, 'UTC' from "myApp_userprofile"`,
    );
    for (let i = 0; i < 1200; i += 1) insert.run("r".repeat(30));
  });
  const target = await make("postgres");
  const result = await withTarget(target.address, (database) => importFrom(database, from, { batch: 100 }));
  expect(result.problems.length).toBe(1000);
  expect(result.problem_count).toBe(1200);
});

describe.each(ENGINES)("a drifted source into %s", (engine) => {
  test("missing tables and columns read as absent; columns without a place are named", async () => {
    const from = await drifted((sqlite) => {
      sqlite.exec(
        `drop table "myApp_bookingreminder"; drop table "myApp_oneononebooking"; drop table "myApp_courseteacher"`,
      );
      sqlite.exec(`alter table "myApp_course" drop column title`);
      sqlite.exec(`alter table "myApp_teacher" add column biography text`);
      sqlite.exec(`alter table "myApp_booking" drop column seats_booked`);
      sqlite.exec(`alter table "myApp_liveclasssession" drop column meeting_link`);
    });
    const target = await make(engine);
    const result = await withTarget(target.address, (database) => importFrom(database, from));
    expect(result.problems).toEqual([]);
    expect(result.notes).toEqual([
      "teacher: no place here for biography",
      "the source has no course_teacher",
      "live_class_session: no place here for reminder_sent",
      "the source has no one_on_one_booking",
      "the source has no booking_reminder",
    ]);
    expect(await query(target, "select distinct title from course")).toEqual([{ title: "" }]);
    expect(await query(target, "select distinct seats_booked from booking")).toEqual([
      { seats_booked: null },
    ]);
  });

  test("NULL where the target wants a value is its default, and said where the default says something", async () => {
    const from = await drifted((sqlite) => {
      sqlite.exec(
        `create table s as select * from "myApp_liveclasssession"; drop table "myApp_liveclasssession"; alter table s rename to "myApp_liveclasssession"`,
      );
      sqlite.exec(
        `update "myApp_liveclasssession" set status = null, timezone_snapshot = null, seats_taken = null, enable_waitlist = null where id = 1`,
      );
    });
    const target = await make(engine);
    const result = await withTarget(target.address, (database) => importFrom(database, from));
    expect(result.problems).toEqual([
      {
        table: "live_class_session",
        id: 1,
        column: "status",
        value: null,
        what: 'NULL; "scheduled" stands in its place',
      },
    ]);
    const [row] = await query(
      target,
      "select status, timezone_snapshot, seats_taken, enable_waitlist from live_class_session where id = 1",
    );
    expect(Object.values(row!).map(String)).toEqual([
      "scheduled",
      "",
      "0",
      engine === "sqlite" ? "0" : "false",
    ]);
  });

  test("ids that are no ids, or stand twice, and users without a name of their own", async () => {
    const from = await drifted((sqlite) => {
      sqlite.exec(
        `create table u as select * from auth_user; drop table auth_user; alter table u rename to auth_user`,
      );
      const insert = sqlite.prepare(
        "insert into auth_user (id, username, first_name, last_name, email, is_staff, is_superuser, is_active) values (?, ?, '', '', '', 0, 0, 1)",
      );
      insert.run("abc", "nobody");
      insert.run(null, "nothing");
      insert.run(1, "twin");
      insert.run(7001, "same");
      insert.run(7002, "same");
      insert.run(7003, null);
    });
    const target = await make(engine);
    await withTarget(target.address, async (database) => {
      for (const round of [1, 2]) {
        const result = await importFrom(database, from);
        expect(result.problems.map(({ id, column, what }) => [id, column, what])).toEqual([
          ["abc", "id", "not a whole number that can be an id; the row was not copied"],
          [null, "id", "not a whole number that can be an id; the row was not copied"],
          [1, "id", "the source has this id twice; the row was not copied"],
          [
            7002,
            "username",
            'another user has this name, which must be unique; "same#7002" stands in its place',
          ],
          [7003, "username", 'the user has no name, which must be unique; "#7003" stands in its place'],
        ]);
        expect(countsOf(result).app_user).toMatch(round === 1 ? /\/0\/0\/3$/ : /\/0\/0\/\d+\/3$/);
      }
      expect(await query(target, "select username from app_user where id > 7000 order by id")).toEqual([
        { username: "same" },
        { username: "same#7002" },
        { username: "#7003" },
      ]);
    });
  });
});

test("wall times of a PostgreSQL app without time zones arrive as they are", async () => {
  const source = await make("postgres");
  for (const statement of [
    `create table "myApp_booking" (id bigint primary key, user_id bigint, session_id bigint, status text, original_session_id bigint, attended bool, booked_at timestamp, confirmed_at timestamptz, cancelled_at timestamptz)`,
    `create table "myApp_liveclasssession" (id bigint primary key, title text, course_id bigint, teacher_id bigint, duration_minutes int, scheduled_start timestamp)`,
    `insert into "myApp_booking" values (1, 1, 1, 'pending', null, false, '2026-06-01 10:00:00.5', '2026-06-01 10:00:00+02', 'infinity')`,
    `insert into "myApp_liveclasssession" values (1, 'x', 1, 1, 60, '2026-06-01 10:00:00.000001')`,
  ])
    await query(source, statement);
  const target = await make("sqlite");
  const result = await withTarget(target.address, (database) => importFrom(database, source.address));
  expect(result.problems).toEqual([]);
  expect(await query(target, "select booked_at, confirmed_at, cancelled_at from booking")).toEqual([
    {
      booked_at: "2026-06-01 10:00:00.500000",
      confirmed_at: "2026-06-01 08:00:00",
      cancelled_at: "infinity",
    },
  ]);
  expect(await query(target, "select scheduled_start from live_class_session")).toEqual([
    { scheduled_start: "2026-06-01 10:00:00.000001" },
  ]);
});
