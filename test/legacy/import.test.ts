/** `import`: every kind of source, into either engine, gives the same rows; and after it the migration the same outcome as in place. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { writePostgres, writeSqlite } from "../../fixtures/generate.ts";
import { openDatabase } from "../../src/db/open.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import {
  countsOf,
  dumpdataOf,
  dumpTarget,
  importFrom,
  SOUND,
  totalsOf,
  withTarget,
  writeBeside,
} from "../support/import.ts";

const made: Scratch[] = [];

async function make(engine: "sqlite" | "postgres"): Promise<Scratch> {
  const database = await scratch(engine);
  made.push(database);
  return database;
}

afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

describe.each(["A", "B", "C", "D"] as const)("generation %s", (generation) => {
  test("SQLite, PostgreSQL and a shuffled dumpdata file give the same rows in both engines", async () => {
    const file = await make("sqlite");
    writeSqlite(file.file!, { ...SOUND, generation });
    const server = await make("postgres");
    await writePostgres(server.address, { ...SOUND, generation, lowerCase: true, appLabel: "MyApp" });
    const json = writeBeside(
      file.file!,
      "dump.json",
      JSON.stringify(dumpdataOf(file.file!, { generation, shuffled: true })),
    );
    const dumps = [];
    for (const engine of ENGINES) {
      for (const from of [file.address, server.address, json]) {
        const target = await make(engine);
        dumps.push(
          await withTarget(target.address, async (database) => {
            const result = await importFrom(database, from, { batch: 37 });
            expect(result.problems).toEqual([]);
            expect(result.finished).toBe(true);
            const { read, inserted } = totalsOf(result);
            expect(inserted).toBe(read);
            return dumpTarget(database, { milliseconds: true });
          }),
        );
      }
    }
    expect(dumps[0]!.booking!.length).toBeGreaterThan(100);
    if (generation !== "A") expect(dumps[0]!.one_on_one_booking!.length).toBeGreaterThan(50);
    if (generation === "D") expect(dumps[0]!.live_class_booking!.length).toBeGreaterThan(10);
    for (const other of dumps.slice(1)) expect(other).toEqual(dumps[0]);
  });
});

test("a row arrives as it was: text of the legacy tables unread, sessions canonical, microseconds kept", async () => {
  const file = await make("sqlite");
  writeSqlite(file.file!, { ...SOUND, generation: "D" });
  const set = (table: string, values: string) =>
    query(file, `update "myApp_${table}" set ${values} where id = 1`);
  await set(
    "booking",
    "booked_at = '2026-01-01T10:00:00.123456Z', confirmed_at = 'soon', booking_id = '0F8FAD5B-d9cb-469f-a165-70867728950e'",
  );
  await set(
    "liveclasssession",
    "scheduled_start = '2026-01-05T10:00:00.000100+02:00', meeting_link = '', meeting_url = 'https://meet.example/x'",
  );
  for (const engine of ENGINES) {
    const target = await make(engine);
    await withTarget(target.address, (database) => importFrom(database, file.address));
    const [booking] = await query(
      target,
      "select booking_id, booked_at, confirmed_at from booking where id = 1",
    );
    expect(booking).toEqual({
      booking_id: "0f8fad5bd9cb469fa16570867728950e",
      booked_at: "2026-01-01T10:00:00.123456Z",
      confirmed_at: "soon",
    });
    const [session] = await query(
      target,
      "select cast(scheduled_start as text) as at, meeting_link from live_class_session where id = 1",
    );
    expect(String(session!.at).replace("+00", "")).toBe(
      "2026-01-05 08:00:00.000100".replace(/00$/, engine === "postgres" ? "" : "00"),
    );
    expect(session!.meeting_link).toBe("https://meet.example/x");
  }
});

test("what the source lacks is NULL or the target's default", async () => {
  const file = await make("sqlite");
  writeSqlite(file.file!, { ...SOUND, generation: "A" });
  for (const engine of ENGINES) {
    const target = await make(engine);
    await withTarget(target.address, async (database) => {
      const { notes } = await importFrom(database, file.address);
      expect(notes).toContain("the source has no one_on_one_booking");
    });
    expect(await query(target, "select distinct seats_booked from booking")).toEqual([
      { seats_booked: null },
    ]);
    expect(await query(target, "select distinct booking_type from course")).toEqual([{ booking_type: null }]);
    expect(
      await query(
        target,
        "select distinct start_at_utc, timezone_snapshot, capacity from live_class_session",
      ),
    ).toEqual([{ start_at_utc: null, timezone_snapshot: "", capacity: null }]);
  }
});

test("the next row made in the target gets an id beyond the imported ones", async () => {
  const file = await make("sqlite");
  writeSqlite(file.file!, { ...SOUND, generation: "D" });
  for (const engine of ENGINES) {
    const target = await make(engine);
    await withTarget(target.address, async (database) => {
      await importFrom(database, file.address);
      for (const table of ["booking", "session_waitlist"]) {
        const [highest] = await query(target, `select max(id) as id from ${table}`);
        const columns =
          table === "booking"
            ? "(status) values ('x')"
            : "(created_at, session_id, student_user_id) select created_at, session_id, 1 from session_waitlist limit 1";
        await query(
          target,
          `delete from ${table} where ${table === "booking" ? "1 = 0" : "student_user_id = 1"}`,
        );
        const [added] = await query(target, `insert into ${table} ${columns} returning id`);
        expect(Number(added!.id)).toBeGreaterThan(Number(highest!.id));
      }
    });
  }
});

test("a native database comes over whole, from either engine into the other", async () => {
  const file = await make("sqlite");
  writeSqlite(file.file!, { ...SOUND, generation: "D" });
  const [lite, server, again] = [await make("sqlite"), await make("postgres"), await make("sqlite")];
  const dump = await withTarget(lite.address, async (database) => {
    await importFrom(database, file.address);
    return dumpTarget(database);
  });
  for (const [from, to] of [
    [lite, server],
    [server, again],
  ] as const) {
    await withTarget(to.address, async (database) => {
      const result = await importFrom(database, from.address);
      expect(result.problems).toEqual([]);
      expect(await dumpTarget(database)).toEqual(dump);
    });
  }
});

describe("course_teacher.teacher_id names the teacher, whatever it referred to", () => {
  test.each([
    ["A", "sqlite"],
    ["D", "sqlite"],
    ["A", "postgres"],
    ["D", "postgres"],
  ] as const)("generation %s on %s", async (generation, engine) => {
    const source = await make(engine);
    if (engine === "sqlite") writeSqlite(source.file!, { ...SOUND, generation });
    else await writePostgres(source.address, { ...SOUND, generation });
    const target = await make("sqlite");
    const result = await withTarget(target.address, (database) => importFrom(database, source.address));
    expect(result.notes.some((note) => note.includes("names its teachers by user"))).toBe(generation === "D");
    const strays = await query(
      target,
      "select * from course_teacher where teacher_id is null or teacher_id not in (select id from teacher)",
    );
    expect(strays).toEqual([]);
  });

  test("a user who is no teacher is a problem", async () => {
    const file = await make("sqlite");
    writeSqlite(file.file!, { ...SOUND, generation: "D" });
    await query(file, `update "myApp_courseteacher" set teacher_id = 1 where id = 1`);
    const target = await make("postgres");
    const result = await withTarget(target.address, (database) => importFrom(database, file.address));
    expect(result.problems).toMatchObject([
      { table: "course_teacher", id: 1, column: "teacher_id", value: 1 },
    ]);
    expect(await query(target, "select teacher_id from course_teacher where id = 1")).toEqual([
      { teacher_id: null },
    ]);
  });
});

test("the password is never read: a PostgreSQL user who may not see it imports", async () => {
  const source = await make("postgres");
  await writePostgres(source.address, { ...SOUND, generation: "D" });
  const role = `reader_${source.address.split("/").at(-1)}`;
  await query(source, `create role ${role} login password 'x'`);
  const tables = await query(
    source,
    "select tablename as t from pg_tables where schemaname = 'public' and tablename <> 'auth_user'",
  );
  await query(source, `grant select on ${tables.map(({ t }) => `"${t}"`).join(", ")} to ${role}`);
  await query(
    source,
    `grant select (id, username, first_name, last_name, email, is_staff, is_superuser, is_active, date_joined) on auth_user to ${role}`,
  );
  const url = new URL(source.address);
  url.username = role;
  url.password = "x";
  const target = await make("sqlite");
  try {
    const result = await withTarget(target.address, (database) => importFrom(database, url.href));
    expect(result.problems).toEqual([]);
    expect(result.source).not.toContain(":x@");
    expect(countsOf(result).app_user).toMatch(/^3\d\d\//);
  } finally {
    await query(source, `drop owned by ${role}`);
    await query(source, `drop role ${role}`);
  }
});

test("no byte of a password reaches the target", async () => {
  const file = await make("sqlite");
  writeSqlite(file.file!, { ...SOUND, generation: "D" });
  await query(file, "update auth_user set password = 'pbkdf2_verysecret'");
  const json = writeBeside(
    file.file!,
    "dump.json",
    JSON.stringify(dumpdataOf(file.file!, { generation: "D" })),
  );
  expect(readFileSync(json, "utf8")).toContain("verysecret");
  for (const from of [file.address, json]) {
    const target = await make("sqlite");
    const result = await withTarget(target.address, (database) => importFrom(database, from));
    expect(readFileSync(target.file!).includes("verysecret")).toBe(false);
    expect(JSON.stringify(result)).not.toContain("verysecret");
  }
});

test("into a Django database nothing is imported", async () => {
  const file = await make("sqlite");
  writeSqlite(file.file!, { ...SOUND, generation: "D" });
  const database = await openDatabase(file.address);
  await expect(importFrom(database, file.address)).rejects.toMatchObject({ code: "not_native" });
  await database.close();
});
