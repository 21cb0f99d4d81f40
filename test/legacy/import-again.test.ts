/** Importing again: what is the same stays, what is new or changed comes over, and what the target made of it is kept. */
import BetterSqlite3 from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { type WriteGeneratedOptions, writeSqlite } from "../../fixtures/generate.ts";
import { releaseLease, takeLease } from "../../src/db/lease.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { countsOf, dumpTarget, importFrom, SOUND, totalsOf, withTarget } from "../support/import.ts";
import { migrate } from "../support/migration.ts";

const made: Scratch[] = [];

async function make(engine: "sqlite" | "postgres"): Promise<Scratch> {
  const database = await scratch(engine);
  made.push(database);
  return database;
}

async function makeSource(options: Partial<WriteGeneratedOptions> = {}): Promise<Scratch> {
  const file = await make("sqlite");
  writeSqlite(file.file!, { ...SOUND, generation: "D", ...options });
  return file;
}

afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

describe.each(ENGINES)("on %s", (engine) => {
  test.each(["A", "D"] as const)(
    "generation %s: a second import changes nothing, before and after the migration",
    async (generation) => {
      const source = await makeSource({ generation, danglingReferences: true, unreadable: true });
      const target = await make(engine);
      await withTarget(target.address, async (database) => {
        const first = await importFrom(database, source.address);
        for (const step of ["before", "after"]) {
          const before = await dumpTarget(database);
          const again = await importFrom(database, source.address, { batch: 50 });
          const { read, unchanged } = totalsOf(again);
          expect({ step, unchanged }).toEqual({ step, unchanged: read });
          expect(again.problem_count).toBe(first.problem_count);
          expect(await dumpTarget(database)).toEqual(before);
          await migrate(database);
        }
      });
    },
  );

  test("stopped after any batch and run again, it ends as if it had never been stopped", async () => {
    const source = await makeSource();
    const whole = await make(engine);
    const wanted = await withTarget(whole.address, async (database) => {
      await importFrom(database, source.address);
      return dumpTarget(database);
    });
    const target = await make(engine);
    await withTarget(target.address, async (database) => {
      for (const most of [0, 1, 5, 9]) {
        let asked = 0;
        const stopped = await importFrom(database, source.address, {
          batch: 40,
          shouldStop: () => {
            asked += 1;
            return asked > most;
          },
        });
        expect(stopped.finished).toBe(false);
      }
      expect((await importFrom(database, source.address, { batch: 40 })).finished).toBe(true);
      expect(await dumpTarget(database)).toEqual(wanted);
    });
  });

  test.each(["A", "B", "C", "D"] as const)(
    "generation %s: after a change in the source, import and migrate give what a new target gets",
    async (generation) => {
      const source = await makeSource({ generation });
      const [old, fresh] = [await make(engine), await make(engine)];
      const outcome = `select booking_type, session_id, course_id, teacher_id, student_user_id, cast(start_at_utc as text) as start_at_utc,
        cast(end_at_utc as text) as end_at_utc, status, seats_reserved from live_class_booking
        order by booking_type, student_user_id, start_at_utc, teacher_id, session_id`;
      const sessions =
        "select id, cast(start_at_utc as text) as s, cast(end_at_utc as text) as e, capacity, total_seats, timezone_snapshot, seats_taken from live_class_session order by id";
      await withTarget(old.address, async (database) => {
        await importFrom(database, source.address);
        await migrate(database);
      });
      const change = (table: string, set: string, where = "id = 2") =>
        query(source, `update ${table} set ${set} where ${where}`);
      await change("auth_user", "email = 'new@example.org'");
      await change(`"myApp_booking"`, "status = 'cancelled', cancelled_at = '2026-02-02 02:02:02.000002'");
      await change(`"myApp_liveclasssession"`, "max_attendees = 77, title = 'Moved'");
      await change(`"myApp_liveclasssession"`, "duration_minutes = 45", "id = 3");
      if (generation === "A" || generation === "B")
        await change(`"myApp_liveclasssession"`, "scheduled_start = datetime(scheduled_start, '+3 hours')");
      if (generation === "B") await change(`"myApp_liveclasssession"`, "total_seats = 33", "id = 4");
      await query(
        source,
        `insert into auth_user select 9000, password, last_login, is_superuser, 'newcomer', first_name, last_name, email, is_staff, is_active, date_joined from auth_user where id = 1`,
      );
      await query(source, `update "myApp_booking" set user_id = 9000 where id = 3`);
      await withTarget(old.address, async (database) => {
        const result = await importFrom(database, source.address);
        expect(countsOf(result).app_user).toMatch(/\/1\/1\/\d+\/0$/);
        expect(countsOf(result).booking).toMatch(/\/0\/2\/\d+\/0$/);
        expect(result.problems).toEqual([]);
        await migrate(database);
      });
      await withTarget(fresh.address, async (database) => {
        await importFrom(database, source.address);
        await migrate(database);
      });
      expect(await query(old, outcome)).toEqual(await query(fresh, outcome));
      expect(await query(old, sessions)).toEqual(await query(fresh, sessions));
    },
  );

  test("the triggers rest while rows arrive, and work afterwards", async () => {
    const source = await makeSource({ generation: "C" });
    await query(
      source,
      `update "myApp_liveclasssession" set seats_taken = 99, capacity = 7, total_seats = 8`,
    );
    const target = await make(engine);
    await withTarget(target.address, (database) => importFrom(database, source.address));
    const session =
      "select seats_taken, capacity, total_seats, max_attendees from live_class_session where id = ";
    const [{ session_id: id } = {}] = await query(
      target,
      "select session_id from live_class_booking where session_id is not null",
    );
    const [arrived] = await query(target, `${session}${id}`);
    expect(Object.values(arrived!).map(Number).slice(0, 3)).toEqual([99, 7, 8]);
    await query(
      target,
      `update live_class_booking set seats_reserved = 3, status = 'confirmed' where session_id = ${id}`,
    );
    const [{ n } = {}] = await query(
      target,
      `select count(*) * 3 as n from live_class_booking where session_id = ${id}`,
    );
    expect(Number((await query(target, `${session}${id}`))[0]!.seats_taken)).toBe(Number(n));
  });

  test("what the target keeps of a session stays, where the source does not say otherwise", async () => {
    const source = await makeSource({ generation: "C" });
    await query(
      source,
      `update "myApp_liveclasssession" set start_at_utc = null, end_at_utc = null, timezone_snapshot = '', capacity = null, seats_taken = 0`,
    );
    const target = await make(engine);
    await withTarget(target.address, async (database) => {
      await importFrom(database, source.address);
      await migrate(database);
      const kept =
        "select cast(start_at_utc as text) as s, cast(end_at_utc as text) as e, timezone_snapshot, capacity, total_seats, seats_taken from live_class_session where id = 1";
      const [before] = await query(target, kept);
      expect(before!.s).not.toBeNull();
      await query(
        source,
        `update "myApp_liveclasssession" set title = 'Renamed', seats_taken = 55 where id = 1`,
      );
      expect(countsOf(await importFrom(database, source.address)).live_class_session).toMatch(
        /\/0\/1\/\d+\/0$/,
      );
      expect((await query(target, kept))[0]).toEqual(before);
    });
  });

  test("another run at work is told, and nothing is copied", async () => {
    const source = await makeSource();
    const target = await make(engine);
    await withTarget(target.address, async (database) => {
      const lease = await takeLease(database, "legacy");
      await expect(importFrom(database, source.address)).rejects.toMatchObject({
        kind: "busy",
        code: "locked",
      });
      expect((await dumpTarget(database)).app_user).toEqual([]);
      await releaseLease(database, lease);
      await importFrom(database, source.address);
      const held = await query(target, "select token from lease where name = 'legacy'");
      expect(held).toEqual([{ token: "" }]);
    });
  });

  test("users who exchange names get them; a name twice is kept apart and reported", async () => {
    const source = await makeSource();
    await query(source, "drop index if exists auth_user_username");
    const target = await make(engine);
    await withTarget(target.address, async (database) => {
      await importFrom(database, source.address);
      const names = () => query(target, "select username from app_user where id in (1, 2) order by id");
      const [one, two] = await names();
      await query(source, "update auth_user set username = 'between' where id = 1");
      await query(source, "update auth_user set username = ? where id = 2", [one!.username as string]);
      await query(source, "update auth_user set username = ? where id = 1", [two!.username as string]);
      expect((await importFrom(database, source.address)).problems).toEqual([]);
      expect(await names()).toEqual([two, one]);
    });
  });
});

describe.each(ENGINES)("unified rows on %s", (engine) => {
  async function imported(change: (source: Scratch) => Promise<unknown>) {
    const source = await makeSource({ generation: "C" });
    await change(source);
    const target = await make(engine);
    return { source, target };
  }

  test("a row that the target changed since is kept, and said", async () => {
    const { source, target } = await imported(async () => {});
    await withTarget(target.address, async (database) => {
      await importFrom(database, source.address);
      await query(target, "update live_class_booking set student_note = 'mine' where id = 1");
      const again = await importFrom(database, source.address);
      expect(again.problems).toEqual([]);
      expect(again.notes).toContain(
        "live_class_booking: 1 row that differs from the source was kept as it is here",
      );
    });
    expect(await query(target, "select student_note from live_class_booking where id = 1")).toEqual([
      { student_note: "mine" },
    ]);
  });

  test("an id that the migration or somebody else gave away is a problem, and nothing is overwritten", async () => {
    const { source, target } = await imported(async () => {});
    await withTarget(target.address, async (database) => {
      await importFrom(database, source.address);
      await migrate(database);
      const [{ id } = {}] = await query(
        target,
        "select min(target_id) as id from legacy_provenance where outcome = 'migrated'",
      );
      await query(
        source,
        `insert into "myApp_liveclassbooking" select ${id}, booking_type, course_id, teacher_id, session_id, 5, start_at_utc, end_at_utc, status,
        'late', teacher_note, seats_reserved, decision_at, decided_by_id, cancelled_by_id, cancelled_at, cancel_reason, created_at, updated_at from "myApp_liveclassbooking" where id = 1`,
      );
      await query(
        target,
        "update live_class_booking set student_user_id = 299, created_at = '2020-01-01 00:00:00' where id = 2",
      );
      const before = await dumpTarget(database);
      const again = await importFrom(database, source.address);
      expect(again.problems).toMatchObject([
        { table: "live_class_booking", id: 2, what: "another row has this id here; the row was not copied" },
        {
          table: "live_class_booking",
          id: Number(id),
          what: "a row that the migration made has this id here; the row was not copied",
        },
      ]);
      expect(countsOf(again).live_class_booking).toMatch(/\/2$/);
      expect(await dumpTarget(database)).toEqual(before);
    });
  });

  test("dangling references and taken keys stay out; who decided may be gone", async () => {
    const { source, target } = await imported(async ({ file }) => {
      const sqlite = new BetterSqlite3(file!);
      sqlite.pragma("foreign_keys = OFF");
      const add = (id: number, changed: Record<string, unknown>) => {
        const row: Record<string, unknown> = {
          ...(sqlite.prepare(`select * from "myApp_liveclassbooking" where id = 1`).get() as object),
          id,
          ...changed,
        };
        const columns = Object.keys(row);
        sqlite
          .prepare(`insert into "myApp_liveclassbooking" (${columns}) values (${columns.map(() => "?")})`)
          .run(...Object.values(row));
      };
      add(900, { student_user_id: 77777, start_at_utc: "2030-01-01 00:00:00" });
      add(901, {});
      add(902, { start_at_utc: "2030-01-02 00:00:00", decided_by_id: 77777 });
      sqlite.close();
    });
    await withTarget(target.address, async (database) => {
      const result = await importFrom(database, source.address);
      const byId = new Map(result.problems.map((problem) => [problem.id, problem]));
      expect(byId.get(900)).toMatchObject({
        column: "student_user_id",
        value: 77777,
        what: "there is no app_user 77777; the row was not copied",
      });
      expect(byId.get(901)!.what).toMatch(/^row 1 has the same .*; the row was not copied$/);
      expect(byId.get(902)).toMatchObject({
        column: "decided_by_id",
        what: "there is no app_user 77777; NULL stands in its place",
      });
      expect(await query(target, "select id, decided_by_id from live_class_booking where id >= 900")).toEqual(
        [{ id: engine === "postgres" ? "902" : 902, decided_by_id: null }],
      );
      expect(countsOf(result).live_class_booking).toMatch(/\/2$/);
    });
  });
});
