/** The app's database after somebody took something away or put something else in its place: told in a sentence, and mended where that can be. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MIGRATIONS } from "../../src/db/schema-state.ts";
import { damaged, empty, isUntouched, json, removeAfterEach, run, shown } from "../support/damaged.ts";
import { ENGINES } from "../support/databases.ts";
import { act } from "../support/worlds.ts";

removeAfterEach();

describe.each(ENGINES)("%s", (engine) => {
  const gone = engine === "sqlite" ? "" : " cascade";

  test("columns that the rules need are missing: all are named, nothing is changed", async () => {
    const place = await damaged(
      engine,
      ...(engine === "sqlite"
        ? [
            'create table b as select id, booking_id, session_id, booked_at, attended, original_session_id from "myApp_booking"',
            'drop table "myApp_booking"',
            'alter table b rename to "myApp_booking"',
          ]
        : [
            'alter table "myApp_booking" drop column "status"',
            'alter table "myApp_booking" drop column "user_id" cascade',
          ]),
      'alter table "myApp_liveclasssession" drop column "scheduled_start"',
      'alter table "myApp_liveclassbooking" drop column "cancel_reason"',
    );
    for (const words of ["legacy plan", "legacy migrate", "db migrate"]) {
      const { code, error } = await json(place, words);
      expect(code).toBe(2);
      expect(error).toMatchObject({ kind: "usage", code: "missing_columns" });
      expect(error.message).toContain("of myApp_booking the columns user_id, status are not there");
      expect(error.message).toContain("of myApp_liveclasssession the columns scheduled_start is not there");
      expect(error.message).toContain("of myApp_liveclassbooking the columns cancel_reason is not there");
      expect(error.hint).toContain(`classbook db check ${shown(place)}`);
    }
    expect(await isUntouched(place)).toBe(true);
    // A copy of it would be no better: each of its rows would wait, though nothing is wrong with the rows.
    const copy = await empty("sqlite");
    const { code, error } = await json(copy, `import --from ${place.address}`);
    expect({ code, error }).toMatchObject({ code: 2, error: { kind: "usage", code: "missing_columns" } });
    expect(error.message).toContain("of myApp_booking the columns user_id, status are not there");
    expect(error.message).not.toContain("myApp_liveclassbooking");
    expect(error.hint).not.toContain("db check");
    expect(existsSync(copy.address)).toBe(false);
    const check = await json(place, "db check");
    expect(check.code).toBe(6);
    expect(check.answer.map((row: { problem: string }) => row.problem)).toContain(
      "column myApp_booking.status is missing",
    );
  });

  test("a column whose values are only carried over reads as empty, and the screen says so", async () => {
    const place = await damaged(engine, 'alter table "myApp_booking" drop column "student_notes"');
    expect((await run(place, "legacy plan --format table")).out).toContain(
      "Not there, and read as empty: booking.student_notes",
    );
    expect((await json(place, "legacy migrate")).answer).toMatchObject({
      migrated: expect.any(Number),
      empty_columns: ["booking.student_notes"],
    });
    expect((await run(place, "legacy verify")).code).toBe(0);
  });

  test("a view is read like the table that it stands for", async () => {
    const place = await damaged(engine);
    const before = (await json(place, "legacy plan")).answer;
    await act(
      place,
      'alter table "myApp_booking" rename to bookings_of_2026',
      'create view "myApp_booking" as select * from bookings_of_2026',
    );
    const after = (await json(place, "legacy plan")).answer;
    expect(before.read).toBe(45);
    expect(after).toEqual(before);
    expect((await json(place, "legacy migrate")).answer).toMatchObject({ read: 45 });
    expect((await run(place, "legacy verify")).code).toBe(0);
  });

  test("a view that has to be written to is refused; an import reads it", async () => {
    const place = await damaged(
      engine,
      'alter table "myApp_liveclasssession" rename to sessions_of_2026',
      'create view "myApp_liveclasssession" as select * from sessions_of_2026',
    );
    for (const words of ["legacy plan", "legacy migrate"]) {
      const { code, error } = await json(place, words);
      expect(code).toBe(2);
      expect(error).toMatchObject({
        code: "is_a_view",
        message: expect.stringContaining("myApp_liveclasssession is a view"),
        hint: expect.stringContaining("classbook import --from SOURCE --db NEW"),
      });
    }
    expect(await isUntouched(place)).toBe(true);
    const target = await empty(engine);
    expect((await run(target, `import --from ${place.address}`)).code).toBe(0);
    expect((await json(target, "legacy plan")).answer.read).toBe(45);
  });

  test("a view whose table is gone is nobody's concern", async () => {
    if (engine === "postgres") return; // There such a view goes with its table.
    const place = await damaged(
      engine,
      "create table old (id int)",
      "create view older as select * from old",
      "drop table old",
    );
    expect((await run(place, "legacy plan")).code).toBe(0);
  });

  test("a legacy table that is not there is said to be absent", async () => {
    const place = await damaged(
      engine,
      `drop table "myApp_bookingreminder"`,
      `drop table "myApp_booking"${gone}`,
    );
    expect((await run(place, "legacy plan --format table")).out).toMatch(
      /Group bookings( +–)+ +no such table/,
    );
    const { answer } = await json(place, "legacy plan");
    expect(answer).toMatchObject({ absent_tables: ["booking"], read: 15 });
    expect(answer.by_table.booking.read).toBe(0);
    expect((await run(place, "legacy status --format table")).out).toMatch(/booking +no such table/);
    await act(place, `drop table "myApp_oneononebooking"${gone}`);
    const none = await run(place, "legacy plan --format table");
    expect(none.out).toContain("neither legacy table is there");
    expect(none.out).not.toContain("Next:");
  });

  test("a unified table that was renamed away is to get its name back", async () => {
    const place = await damaged(engine);
    await run(place, "legacy migrate --no-backup");
    await act(place, 'alter table "myApp_liveclassbooking" rename to old_bookings');
    for (const words of ["legacy plan", "legacy migrate", "db migrate", "legacy verify", "verify"]) {
      const { code, error } = await json(place, words);
      expect(code, words).toBe(3);
      expect(error).toMatchObject({
        code: "renamed_table",
        message:
          "there is no table myApp_liveclassbooking, and old_bookings has its indexes: it looks renamed",
      });
      expect(error.hint).toContain('ALTER TABLE "old_bookings" RENAME TO "myApp_liveclassbooking"');
    }
    await act(place, 'alter table "old_bookings" rename to "myApp_liveclassbooking"');
    expect((await run(place, "legacy verify")).code).toBe(0);
  });

  test("verify says nothing of tables that are not there", async () => {
    const place = await damaged(
      engine,
      `drop table "myApp_bookingseriesitem"`,
      `drop table "myApp_liveclassbooking"${gone}`,
    );
    const { code, error } = await json(place, "verify");
    expect(code).toBe(6);
    expect(error).toMatchObject({
      code: "schema_behind",
      message: expect.stringContaining("myApp_liveclassbooking"),
      hint: `run \`classbook db migrate ${shown(place)}\` first`,
    });
  });

  test("half a schema is told by db status and db check, and db migrate makes it whole", async () => {
    const place = await damaged(engine);
    await run(place, "db migrate --no-backup");
    const trigger = engine === "sqlite" ? "classbook_booking_update" : "classbook_booking_seats";
    await act(
      place,
      `drop trigger ${trigger}${engine === "sqlite" ? "" : ' on "myApp_liveclassbooking"'}`,
      "drop index unique_group_booking",
      "drop table classbook_booking_event",
      'alter table "myApp_sessionwaitlist" drop column "offer_expires_at"',
    );
    const wanted = [
      `trigger ${trigger} is missing (0003_signals)`,
      "unique index unique_group_booking is missing (0004_unique_bookings)",
      "table classbook_booking_event is missing (0002_own_tables)",
      "column myApp_sessionwaitlist.offer_expires_at is missing (0002_own_tables)",
    ];
    const status = await json(place, "db status --check");
    const check = await json(place, "db check");
    expect([status.code, check.code]).toEqual([6, 6]);
    for (const problem of wanted) {
      const told = { problem, what_to_do: `classbook db migrate ${shown(place)}` };
      expect(status.answer.damage).toContainEqual(told);
      expect(check.answer).toContainEqual(told);
    }
    for (const words of ["legacy plan", "legacy migrate", "verify"]) {
      const { code, error } = await json(place, words);
      expect({ code, error: error.code }).toEqual({ code: 6, error: "lost_tables" });
      expect(error.hint).toContain(`classbook db migrate ${shown(place)}`);
    }
    expect((await run(place, "db migrate --dry-run --format table")).out).toContain(
      "what is gone, made again",
    );
    const mended = await json(place, "db migrate --no-backup");
    expect(mended.answer).toMatchObject({ applied: [] });
    expect(mended.answer.repaired).toContain("table classbook_booking_event");
    expect((await json(place, "db check")).answer).toEqual([]);
    await run(place, "legacy migrate --no-backup");
    expect((await run(place, "legacy verify")).code).toBe(0);
    // What was made again is taken back like the rest.
    await run(place, "legacy rollback --yes");
    for (let step = 0; step < MIGRATIONS.length; step += 1)
      expect((await run(place, "db rollback --yes")).code).toBe(0);
    expect(await isUntouched(place)).toBe(true);
  });

  test("what the app can do without is made again by the next migration itself", async () => {
    const place = await damaged(engine);
    await run(place, "legacy migrate --no-backup");
    await act(place, "drop index unique_group_booking");
    expect((await json(place, "legacy plan")).answer.repairs).toEqual(["unique index unique_group_booking"]);
    expect((await run(place, "legacy migrate --no-backup")).err).toContain(
      "made again: unique index unique_group_booking",
    );
    expect((await json(place, "db check")).answer).toEqual([]);
  });

  test("half a table of classbook's own is told", async () => {
    const place = await damaged(engine);
    await run(place, "legacy migrate --no-backup");
    await act(place, "alter table classbook_legacy_run drop column counts");
    for (const words of ["legacy plan", "legacy migrate", "legacy verify"]) {
      const { code, error } = await json(place, words);
      expect({ code, message: error.message }).toEqual({
        code: 6,
        message: "column classbook_legacy_run.counts was there once and is gone",
      });
    }
  });

  test("bookings that went with their table come again", async () => {
    const place = await damaged(engine);
    await run(place, "legacy migrate --no-backup");
    await act(place, 'delete from "myApp_bookingseriesitem"', `drop table "myApp_liveclassbooking"${gone}`);
    const mended = await run(place, "db migrate --no-backup --format table");
    expect(mended.out).toContain("made again: table myApp_liveclassbooking, empty");
    expect(mended.err).toContain(`classbook legacy rollback --force ${shown(place)}`);
    expect((await run(place, "legacy rollback --force --yes")).code).toBe(0);
    expect((await run(place, "legacy migrate --no-backup")).code).toBe(0);
    expect((await run(place, "legacy verify")).code).toBe(0);
  });
});
