/** What a person has to know or do next is said, with the command line for the same database. */
import { describe, expect, test } from "vitest";
import { damaged, empty, isUntouched, json, removeAfterEach, run, shown } from "../support/damaged.ts";
import { ENGINES, query } from "../support/databases.ts";
import { importFrom, withTarget } from "../support/import.ts";
import { act } from "../support/worlds.ts";

removeAfterEach();

describe.each(ENGINES)("%s", (engine) => {
  test("columns of the unified tables that the model does not know are said, with what is written to them", async () => {
    const place = await damaged(
      engine,
      'delete from "myApp_bookingseriesitem"',
      'delete from "myApp_liveclassbooking"',
    );
    if (engine === "postgres")
      await act(
        place,
        'alter table "myApp_liveclassbooking" add column room uuid not null, add column bell time not null',
      );
    else {
      const [found] = await query(
        place,
        "select sql from sqlite_master where name = 'myApp_liveclassbooking'",
      );
      await act(
        place,
        'drop table "myApp_liveclassbooking"',
        String(found!.sql).replace("(", '("room" varchar(20) NOT NULL, "bell" integer NOT NULL, '),
      );
    }
    const filled =
      engine === "sqlite"
        ? [
            { column: "live_class_booking.room", value: "" },
            { column: "live_class_booking.bell", value: 0 },
          ]
        : [
            { column: "live_class_booking.room", value: "00000000-0000-0000-0000-000000000000" },
            { column: "live_class_booking.bell", value: "00:00:00" },
          ];
    expect((await json(place, "legacy plan")).answer.filled_columns).toEqual(filled);
    const line = `new rows get: ${filled.map(({ column, value }) => `${column} ${JSON.stringify(value)}`).join(", ")}`;
    expect((await run(place, "legacy plan --format table")).out).toContain(line);
    expect((await run(place, "legacy migrate --no-backup --format table")).out).toContain(line);
    expect((await run(place, "legacy verify")).code).toBe(0);
  });

  test("two default policies: the command that is named resolves them", async () => {
    const place = await damaged(engine, 'delete from "myApp_teacherbookingpolicy"');
    const [teacher] = await query(place, 'select min(id) as id from "myApp_teacher"');
    for (const [id, notice] of [
      [1, 24],
      [2, 48],
    ])
      await act(
        place,
        `insert into "myApp_teacherbookingpolicy" (id, teacher_id, course_id, requires_approval_for_one_on_one, requires_approval_for_group, min_notice_hours, cancel_window_hours, buffer_before_minutes, buffer_after_minutes)
         values (${id}, ${teacher!.id}, null, '0', '0', ${notice}, 24, 0, 0)`,
      );
    const refused = await json(place, "db migrate");
    expect(refused.code).toBe(3);
    expect(refused.error.hint).toContain(`classbook verify one_default_policy --fix ${shown(place)}`);
    const dry = await run(place, "verify one_default_policy --fix --dry-run");
    expect(dry.err).toContain(
      `delete default policy 2 of teacher ${teacher!.id} (min_notice_hours 48 instead of 24), keep 1`,
    );
    expect((await run(place, "verify one_default_policy --fix --yes --no-backup")).code).toBe(0);
    expect(await query(place, 'select id from "myApp_teacherbookingpolicy"')).toEqual([
      { id: engine === "sqlite" ? 1 : "1" },
    ]);
    const [event] = await query(
      place,
      "select subject_id, from_value from classbook_booking_event where what = 'deleted'",
    );
    expect(JSON.parse(String(event!.from_value))).toMatchObject({ id: 2, min_notice_hours: 48 });
    expect((await json(place, "db check")).answer).toEqual([]);
  });

  test("before the first migration every command that looks at one names the next step", async () => {
    const place = await damaged(engine);
    const next = `classbook legacy migrate ${shown(place)}`;
    for (const words of ["legacy verify", "legacy report", "legacy find booking:1"]) {
      const { code, error } = await json(place, words);
      expect({ code, error: error.code }, words).toEqual({ code: 4, error: "never_migrated" });
      expect(error.hint).toContain(next);
    }
    for (const words of ["legacy status", "legacy issues"]) {
      const { code, said } = await run(place, words);
      expect(code).toBe(0);
      expect(said).toContain(next);
    }
    expect(await isUntouched(place)).toBe(true);
  });

  test("UTC takes back an earlier zone of the source", async () => {
    const place = await damaged(engine);
    const stored = () => query(place, "select value from classbook_setting where name = 'source_timezone'");
    await run(place, "legacy migrate --no-backup --source-timezone Europe/Madrid");
    expect(await stored()).toEqual([{ value: "Europe/Madrid" }]);
    await run(place, "legacy migrate --no-backup");
    expect(await stored()).toEqual([{ value: "Europe/Madrid" }]);
    await run(place, "legacy migrate --no-backup --source-timezone UTC");
    expect(await stored()).toEqual([]);
  });

  test("an import from a source that was migrated says what will wait", async () => {
    const place = await damaged(engine);
    await run(place, "legacy migrate --no-backup");
    const target = await empty(engine);
    const { err } = await run(target, `import --from ${place.address}`);
    expect(err).toMatch(/a migration made \d+ bookings in the source already.*already_booked/);
    expect(err).toContain(`classbook legacy rollback ${shown(place)}`);
    expect(err).not.toContain(":test@");
  });

  test("an import that was stopped is gone on with before it is migrated", async () => {
    const place = await damaged(engine);
    const target = await empty(engine);
    let batches = 0;
    await withTarget(target.address, (database) =>
      importFrom(database, place.address, {
        batch: 5,
        shouldStop: () => {
          batches += 1;
          return batches > 12;
        },
      }),
    );
    const plan = await run(target, "legacy plan --json");
    expect(JSON.parse(plan.out).unfinished_import).toContain(engine === "sqlite" ? place.address : ":***@");
    expect(plan.err).toContain("was stopped before its end: rows are missing");
    const { code, error } = await json(target, "legacy migrate");
    expect({ code, error: error.code }).toEqual({ code: 3, error: "import_unfinished" });
    expect(error.hint).toContain("classbook import --from ");
    expect(error.hint).toContain(` ${shown(target)}`);
    expect((await run(target, `import --from ${place.address}`)).code).toBe(0);
    expect((await json(target, "legacy migrate")).answer).toMatchObject({ read: 45 });
  });
});
