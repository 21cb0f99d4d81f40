/** `doctor`: everything is looked at by itself, whatever state the database is in, and nothing is changed. */
import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { damaged, empty, removeAfterEach, run } from "../support/damaged.ts";
import { ENGINES, query, type Scratch } from "../support/databases.ts";
import { about, doctor, OF_FILES, own, SLOW, TOPICS, topicsOf } from "../support/doctor.ts";
import { act } from "../support/worlds.ts";

removeAfterEach();

/** The app's database with the schema applied. */
async function ready(engine: Scratch["engine"], ...statements: string[]): Promise<Scratch> {
  const place = await damaged(engine);
  await run(place, "db migrate --no-backup");
  await act(place, "update {live_class_session} set seats_taken = 0", ...statements);
  await run(place, "verify --fix --yes --no-backup");
  return place;
}

describe.each(ENGINES)("%s", (engine) => {
  const expected = TOPICS.filter((topic) => engine === "sqlite" || !OF_FILES.includes(topic));

  test("a new database is well; --quick leaves out what reads whole tables", async () => {
    const place = await own(engine);
    const { code, found } = await doctor(place);
    expect([code, topicsOf(found)]).toEqual([0, expected]);
    expect(found.filter(({ state }) => state !== "ok")).toEqual([]);
    for (const finding of found) expect(Object.keys(finding)).toEqual(["topic", "state", "message", "hint"]);
    expect(topicsOf((await doctor(place, " --quick")).found)).toEqual(
      expected.filter((topic) => !SLOW.includes(topic)),
    );
    expect((await run(place, "doctor --format table")).out).toContain("All is well.");
  });

  test("a schema that is behind is a problem, with the command that mends it", async () => {
    const { code, found } = await doctor(await damaged(engine));
    expect(code).toBe(6);
    expect(about(found, "schema")[0]).toMatchObject({
      state: "problem",
      message: expect.stringMatching(/^\d steps of \d pending: 0001_booking_tables, 0002_own_tables/),
      hint: expect.stringMatching(/^classbook db migrate --db /),
    });
    expect(about(found, "layout")[0]!.message).toContain("Django app myApp");
    expect(about(found, "cron").map(({ message }) => message)).toContain("legacy migrate: never seen");
  });

  test("what somebody took away, edited or added", async () => {
    const place = await ready(engine);
    expect(about((await doctor(place)).found, "schema")).toMatchObject([{ state: "ok" }]);
    await act(
      place,
      "drop table classbook_notification_outbox",
      "update classbook_schema_history set checksum = 'x' where id like '0003%'",
      "insert into classbook_schema_history (id, applied_at, checksum, undo) values ('0099_future', '2026-01-01 00:00:00', 'x', '[]')",
      "alter table {live_class_booking} add column room integer",
    );
    const { code, found } = await doctor(place);
    expect(code).toBe(6);
    const said = about(found, "schema");
    expect(said.map(({ state, message }) => `${state}: ${message}`)).toEqual([
      expect.stringMatching(/^problem: 0003_signals was applied with other statements/),
      expect.stringMatching(/^problem: table classbook_notification_outbox is missing/),
      "warning: 0099_future was applied, which this version does not know",
    ]);
    expect(said[1]!.hint).toMatch(/^classbook db migrate --db/);
    expect(about(found, "layout").map(({ message }) => message)).toContainEqual(
      expect.stringContaining("live_class_booking.room"),
    );
  });

  test("a column that the rules need", async () => {
    const place = await damaged(
      engine,
      'alter table {one_on_one_booking} drop column "confirmed_at"',
      'alter table {user_profile} drop column "timezone"',
    );
    const { found } = await doctor(place);
    expect(about(found, "schema").map(({ message }) => message)).toContain(
      "column myApp_userprofile.timezone is missing",
    );
  });

  test("tables that are not there", async () => {
    const place = await damaged(
      engine,
      `drop table {booking_reminder}${engine === "postgres" ? " cascade" : ""}`,
      `drop table {one_on_one_booking}${engine === "postgres" ? " cascade" : ""}`,
      `drop table {course_teacher}${engine === "postgres" ? " cascade" : ""}`,
    );
    expect(about((await doctor(place)).found, "layout")).toContainEqual({
      topic: "layout",
      state: "warning",
      message: "no table one_on_one_booking: nothing is migrated from there",
      hint: null,
    });
  });

  test("who is at work, who is gone, who gave no sign of life", async () => {
    const place = await own(engine);
    const put = (name: string, holder: string, until: string) =>
      query(
        place,
        "insert into lease (name, token, holder, acquired_at, expires_at) values (?, 't', ?, '2026-01-01 00:00:00', ?)",
        [name, holder, until],
      );
    await put("a", "ana@elsewhere, process 1", "2999-01-01 00:00:00");
    await put("b", `ben@${hostname()}, process 999999999`, "2999-01-01 00:00:00");
    await put("c", "carl@elsewhere, process 2", "2026-01-01 00:02:00");
    const { code, found } = await doctor(place);
    expect(code).toBe(0);
    expect(about(found, "locks").map(({ state, message }) => `${state}: ${message}`)).toEqual([
      'ok: ana@elsewhere, process 1 took "a" at 2026-01-01T00:00:00Z and is at work',
      `warning: ben@${hostname()}, process 999999999 took "b" at 2026-01-01T00:00:00Z, and is gone`,
      'warning: carl@elsewhere, process 2 took "c" at 2026-01-01T00:00:00Z, and gave no sign of life since before 2026-01-01T00:02:00Z',
    ]);
  });

  test("cron was there, whether it had work or not", async () => {
    const seen = async (place: Scratch) =>
      about((await doctor(place)).found, "cron")
        .map(({ message }) => message.replace(/ at 2\d\S+/, " at …"))
        .slice(1);
    for (const [command, queues, series] of [
      ["series advance --dry-run", "never seen", "never seen"],
      ["series advance", "never seen", "last seen at …"],
      ["waitlist expire", "last seen at …", "never seen"],
      ["tick", "last seen at …", "last seen at …"],
    ] as const) {
      const place = await own(engine);
      await run(place, command);
      expect([command, ...(await seen(place))]).toEqual([
        command,
        `waitlist expire: ${queues}`,
        `series advance: ${series}`,
      ]);
    }
  });

  test("an index that a hand made another, also with --quick", async () => {
    const place = await own(engine);
    await act(
      place,
      "drop index classbook_one_default_policy",
      "create index classbook_one_default_policy on teacher_booking_policy (course_id)",
    );
    const { code, found } = await doctor(place, " --quick");
    expect(code).toBe(6);
    expect(about(found, "schema")).toMatchObject([
      {
        state: "problem",
        message: expect.stringContaining("index classbook_one_default_policy"),
        hint: expect.stringMatching(/^classbook (verify schema --fix|db migrate) --db /),
      },
    ]);
  });

  test("a run of the migration that was killed, and one that is at work", async () => {
    const place = await own(engine);
    await query(
      place,
      "insert into legacy_run (id, started_at, status, actor, phase, last_id, ids, counts) values (7, '2026-01-01 00:00:00', 'running', 'shell:ana', 'booking', 0, '{}', '{}')",
    );
    const said = async () => about((await doctor(place, " --quick")).found, "cron")[0];
    expect(await said()).toMatchObject({
      state: "warning",
      message: expect.stringContaining(
        "run 7 of 2026-01-01T00:00:00Z by shell:ana was stopped before its end",
      ),
      hint: expect.stringMatching(/^classbook legacy migrate --db /),
    });
    await query(
      place,
      "insert into lease (name, token, holder, acquired_at, expires_at) values ('legacy', 't', 'ana@elsewhere, process 1', '2026-01-01 00:00:00', '2999-01-01 00:00:00')",
    );
    expect(await said()).toMatchObject({ state: "ok", hint: null });
  });

  test("zones that are none are counted by table", async () => {
    const place = await own(engine);
    await query(place, "insert into app_user (id, username) values (1, 'ana'), (2, 'ben')");
    await query(
      place,
      "insert into user_profile (user_id, timezone) values (1, 'Madrid'), (2, 'Europe/Madrid')",
    );
    const said = about((await doctor(place)).found, "zones");
    expect(said.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Node \d+.*, ICU \d.*, time zone data 20\d\d/),
      '1 row of user_profile with a zone that is none: "Madrid"',
    ]);
    expect(said[1]).toMatchObject({
      state: "warning",
      hint: expect.stringContaining("classbook student update USER --timezone ZONE"),
    });
  });

  test("cron is seen by what it did, and missed where work waits for it", async () => {
    const place = await own(engine);
    const at = (now: string) => doctor(place, ` --now ${now}`).then(({ found }) => about(found, "cron"));
    await run(place, "waitlist expire --now 2026-01-05T00:00:00Z");
    const [, expire] = await at("2026-01-05T01:00:00Z");
    expect(expire).toMatchObject({
      state: "ok",
      message: expect.stringMatching(/^waitlist expire: last seen at 20/),
    });
    await query(place, "insert into app_user (id, username) values (1, 'ana'), (3, 'tea')");
    await query(place, "insert into teacher (id, user_id) values (7, 3)");
    await query(place, "insert into course (id, title) values (5, 'Spanish')");
    await query(
      place,
      "insert into live_class_session (id, course_id, teacher_id, title, scheduled_start, capacity, total_seats, status) values (1, 5, 7, 'Verbs', '2026-02-01 10:00:00', 1, 1, 'scheduled')",
    );
    await query(
      place,
      "insert into session_waitlist (session_id, student_user_id, status, created_at, offered_at, offer_expires_at) values (1, 1, 'offered', '2026-01-01 10:00:00', '2026-01-01 10:00:00', '2026-01-02 10:00:00')",
    );
    expect((await at("2026-01-02T10:30:00Z"))[1]).toMatchObject({ state: "ok" });
    expect((await at("2026-01-02T11:30:00Z"))[1]).toMatchObject({
      state: "warning",
      message: expect.stringContaining("and queues wait for it"),
      hint: expect.stringContaining("classbook tick"),
    });
    await run(place, "waitlist expire --now 2026-01-02T11:30:00Z");
    expect((await at("2026-01-02T11:30:00Z"))[1]).toMatchObject({ state: "ok" });
  });

  test("rows that wait, and what verify finds", async () => {
    const place = await ready(engine);
    await run(place, "legacy migrate --no-backup");
    await act(
      place,
      "update {live_class_session} set seats_taken = seats_taken + 1 where id = (select min(id) from {live_class_session})",
    );
    const { code, found } = await doctor(place);
    expect(code).toBe(6);
    expect(about(found, "findings")).toContainEqual({
      topic: "findings",
      state: "problem",
      message: 'seats_taken: 1 violation of "seats_taken is the sum of the confirmed and attended seats"',
      hint: expect.stringMatching(/^classbook verify seats_taken --db /),
    });
    expect(about(found, "cron")[0]!.message).toMatch(/^legacy migrate: run 1 of 20.* by shell:.*, done$/);
    await act(
      place,
      "insert into classbook_legacy_issue (source_table, source_id, code, message, status, source) values ('booking', -5, 'no_course', 'm', 'open', '{}')",
    );
    expect(about((await doctor(place)).found, "quarantine")).toMatchObject([
      {
        state: "warning",
        message: expect.stringContaining("no_course 1"),
        hint: expect.stringContaining("classbook legacy issues"),
      },
    ]);
  });

  test("an empty database, and one of somebody else", async () => {
    const place = await empty(engine);
    await act(place, "create table shop_order (id integer)");
    const { code, found } = await doctor(place);
    expect([code, topicsOf(found)]).toEqual([6, expected]);
    expect(about(found, "layout")).toMatchObject([
      { state: "problem", message: expect.stringContaining("is not the teaching platform's") },
    ]);
    expect(about(found, "schema")[0]!.message).toMatch(/^not looked at: /);
    expect(about(found, "database")[0]!.state).toBe("ok");
    await act(place, "drop table shop_order");
    expect(about((await doctor(place)).found, "layout")[0]!.message).toBe("no table yet");
  });

  test("a table that is missing from under one topic leaves the others", async () => {
    const place = await own(engine);
    await query(place, "drop table session_waitlist");
    const { code, found } = await doctor(place);
    expect([code, topicsOf(found)]).toEqual([6, expected]);
    expect(about(found, "findings")[0]).toMatchObject({
      state: "problem",
      message: expect.stringContaining("cannot be looked at"),
    });
    expect(about(found, "locks")).toMatchObject([{ state: "ok" }]);
  });

  test("--now is said; a wrong flag is a wrong flag", async () => {
    const place = await own(engine);
    expect(about((await doctor(place, " --now 2026-11-20T09:00:00Z")).found, "clock")[0]).toEqual({
      topic: "clock",
      state: "warning",
      message: "--now fixes it at 2026-11-20T09:00:00Z",
      hint: "leave --now out for real work",
    });
    expect((await run(place, "doctor --now never")).code).toBe(2);
    expect((await run(place, "doctor --tz Nowhere")).code).toBe(2);
  });
});
