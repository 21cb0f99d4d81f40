/** Django dumpdata files in every form that people have them, and files that are something else. */
import { linkSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeSqlite } from "../../fixtures/generate.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import {
  countsOf,
  type DjangoRecord,
  dumpdataOf,
  dumpTarget,
  importFrom,
  SOUND,
  withTarget,
  writeBeside,
} from "../support/import.ts";

let source: Scratch;
let target: Scratch;
let records: DjangoRecord[];

beforeEach(async () => {
  [source, target] = [await scratch("sqlite"), await scratch("sqlite")];
  writeSqlite(source.file!, { ...SOUND, group: 30, oneOnOne: 10, generation: "D" });
  records = dumpdataOf(source.file!, { generation: "D", shuffled: true });
});

afterEach(async () => {
  await source.remove();
  await target.remove();
});

const write = (name: string, content: string | Buffer) => writeBeside(source.file!, name, content);
const into = (from: string, options = {}) =>
  withTarget(target.address, (database) => importFrom(database, from, options));

describe("one file in many forms", () => {
  test.each<[string, (json: string) => string | Buffer]>([
    ["dump.json", (json) => json],
    ["dump.json.gz", (json) => json],
    ["dump.gz", (json) => json],
    ["without-a-suffix", (json) => `\n  ${json}\n`],
    ["indented.json", (json) => JSON.stringify(JSON.parse(json), null, 2)],
    ["with-a-mark.json", (json) => `\ufeff${json}`],
    ["powershell.json", (json) => Buffer.from(`\ufeff${json}`, "utf16le")],
    ["powershell.json.gz", (json) => Buffer.from(`\ufeff${json}`, "utf16le")],
    [
      "lines.jsonl",
      (json) => (JSON.parse(json) as unknown[]).map((record) => JSON.stringify(record)).join("\n"),
    ],
  ])("%s", async (name, form) => {
    const result = await into(write(name, form(JSON.stringify(records))));
    expect(result.problems).toEqual([]);
    expect(result.finished).toBe(true);
    const wanted = await scratch("sqlite");
    const dump = await withTarget(wanted.address, async (database) => {
      await importFrom(database, source.address);
      return dumpTarget(database, { milliseconds: true });
    });
    expect(
      await withTarget(target.address, (database) => dumpTarget(database, { milliseconds: true })),
    ).toEqual(dump);
    await wanted.remove();
  });
});

test("what course_teacher.teacher_id refers to is found by the ids, and said", async () => {
  const byUser = await into(write("by-user.json", JSON.stringify(records)));
  expect(byUser.notes.join()).toMatch(/taken for ids of the teachers' users, which (\d+) of \1 values fit/);
  expect(
    await query(target, "select count(*) as n from course_teacher c join teacher t on t.id = c.teacher_id"),
  ).toEqual([{ n: records.filter(({ model }) => model === "myApp.courseteacher").length }]);
  const a = await scratch("sqlite");
  writeSqlite(a.file!, { ...SOUND, generation: "A" });
  const byTeacher = await into(
    write("by-teacher.json", JSON.stringify(dumpdataOf(a.file!, { generation: "A" }))),
  );
  expect(byTeacher.notes.join()).toMatch(/taken for ids of teachers, which (\d+) of \1 values fit/);
  await a.remove();
});

test("fields that are absent stay open; lists and unknown fields are passed over", async () => {
  const result = await into(
    write(
      "few.json",
      JSON.stringify([
        {
          model: "app.booking",
          pk: 3,
          fields: {
            user: 5,
            session: 6,
            booked_at: "2026-01-01T10:00:00.123Z",
            tags: [1, 2],
            nonsense: { a: 1 },
            student_notes: "\ud83d half",
          },
        },
        { model: "app.bookingreminder", pk: 1, fields: { booking: 3, reminder_type: "24h" } },
        {
          model: "app.liveclasssession",
          pk: "6",
          fields: {
            title: "x",
            course: 9,
            scheduled_start: "2026-01-05T10:00:00Z",
            meeting_id: "m",
            attended_by: [4],
          },
        },
      ]),
    ),
  );
  expect(
    await query(
      target,
      "select id, user_id, session_id, booked_at, seats_booked, student_notes from booking",
    ),
  ).toEqual([
    {
      id: 3,
      user_id: 5,
      session_id: 6,
      booked_at: "2026-01-01T10:00:00.123Z",
      seats_booked: null,
      student_notes: "\ufffd half",
    },
  ]);
  expect(await query(target, "select booking_id from booking_reminder")).toEqual([{ booking_id: 3 }]);
  expect(
    await query(
      target,
      "select id, course_id, meeting_id, scheduled_start, duration_minutes from live_class_session",
    ),
  ).toEqual([
    { id: 6, course_id: 9, meeting_id: "m", scheduled_start: "2026-01-05 10:00:00", duration_minutes: 60 },
  ]);
  expect(result.problems).toMatchObject([{ table: "booking", id: 3, column: "student_notes" }]);
  expect(result.notes.join()).toContain("the file holds no users");
  expect(countsOf(result)).toEqual({
    live_class_session: "1/1/0/0/0",
    booking: "1/1/0/0/0",
    booking_reminder: "1/1/0/0/0",
  });
});

test("of two apps the one named is taken", async () => {
  const other = records.map((record) => ({
    ...record,
    model: record.model.replace("myApp", "old_app"),
    pk: record.pk,
  }));
  const file = write(
    "two.json",
    JSON.stringify([...other.filter(({ model }) => model.startsWith("old_app")), ...records]),
  );
  await expect(into(file)).rejects.toMatchObject({ code: "several_apps" });
  await expect(into(file, { appLabel: "third" })).rejects.toMatchObject({ code: "unknown_app_label" });
  expect((await into(file, { appLabel: "MYAPP" })).finished).toBe(true);
});

test("it can be stopped while the file is read through", async () => {
  const many = Array.from({ length: 12_000 }, (_, i) => ({ model: "myApp.booking", pk: i + 1, fields: {} }));
  const file = write("many.json", JSON.stringify(many));
  const result = await into(file, { shouldStop: () => true });
  expect(result).toMatchObject({ finished: false, tables: [] });
  expect(await query(target, "select count(*) as n from booking")).toEqual([{ n: 0 }]);
});

describe("a file that is something else is told apart, in one sentence", () => {
  const record = (fields: object) => ({ model: "myApp.booking", pk: 1, fields });
  test.each<[string, string | Buffer, string, RegExp]>([
    [
      "cut.json",
      JSON.stringify([record({}), record({})]).slice(0, -9),
      "not_json",
      /ends in the middle, after 1 complete record/,
    ],
    ["cut-after.json", `${JSON.stringify([record({})]).slice(0, -1)},`, "not_json", /ends in the middle/],
    ["noise.json", `Loading settings\n[]`, "not_json", /not JSON at character 1 \(line 1, column 1\)/],
    [
      "later.json",
      `[{"model": "myApp.booking",\n "pk": 1, "fields": {}},\n oops]`,
      "not_json",
      /at character 55 \(line 3, column 2\), after 1 complete record: "oops\]"/,
    ],
    ["warning.json", `[]\nDeprecationWarning: x`, "not_json", /line 2/],
    ["object.json", `{"a": 1}`, "not_dumpdata", /record 1 has no model/],
    ["numbers.json", `[1, 2]`, "not_dumpdata", /record 1 has no model/],
    ["string.json", `"hello"`, "not_dumpdata", /not an array/],
    ["empty-list.json", `[]`, "not_this_app", /it holds no records/],
    ["other.json", JSON.stringify([{ model: "blog.post", pk: 1, fields: {} }]), "not_this_app", /blog\.post/],
    [
      "natural-key.json",
      JSON.stringify([record({ user: ["ana"] })]),
      "natural_keys",
      /names its user as \["ana"\]/,
    ],
    ["no-pk.json", JSON.stringify([{ model: "myApp.booking", fields: {} }]), "natural_keys", /without pk/],
    ["empty.json", "", "empty_file", /is empty/],
    ["notes.txt", "Dear Ana,", "not_a_source", /neither an SQLite database nor/],
    ["dump.sql", "-- PostgreSQL database dump\nCREATE TABLE x ();", "not_a_source", /SQL script/],
    ["dump.pgdump", "PGDMP\x01\x0e", "not_a_source", /pg_dump archive/],
    ["broken.gz", Buffer.from([0x1f, 0x8b, 1, 2, 3]), "not_json", /cannot be unpacked/],
  ])("%s", async (name, content, code, message) => {
    const path = name === "broken.gz" ? write("broken", content) : write(name, content);
    const error = await into(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: "usage", code });
    expect((error as Error).message).toMatch(message);
    expect((error as { hint: string }).hint).toBeTruthy();
    expect(await query(target, "select token from lease")).toEqual([]);
  });
});

test("no file, a folder, another engine, the target itself by any name", async () => {
  const folder = join(source.file!, "..", "folder");
  mkdirSync(folder);
  await expect(into("/nowhere/at/all.json")).rejects.toMatchObject({
    kind: "not_found",
    code: "no_such_file",
  });
  await expect(into(folder)).rejects.toMatchObject({ code: "is_a_directory" });
  await expect(into("mysql://root:geheim@localhost/x")).rejects.toMatchObject({ code: "unknown_engine" });
  for (const table of ["booking", "liveclasssession", "oneononebooking", "liveclassbooking"])
    await query(source, `alter table "myApp_${table}" rename to gone_${table}x`);
  const half = await into(source.address).catch((caught: unknown) => caught);
  expect(half).toMatchObject({ code: "half_a_schema", hint: expect.stringContaining("--app-label LABEL") });
  expect((await into(source.address, { appLabel: "myApp" })).finished).toBe(true);
  await withTarget(target.address, async () => {});
  const link = join(source.file!, "..", "link.sqlite3");
  linkSync(target.file!, link);
  for (const name of [target.address, `sqlite:${target.address}`, link])
    await expect(into(name)).rejects.toMatchObject({ code: "same_database" });
});

test("a PostgreSQL database is not imported into itself, and its password stays hidden", async () => {
  const server = await scratch(ENGINES[1]!);
  await withTarget(server.address, async (database) => {
    const other = server.address.replace("127.0.0.1", "localhost");
    const error = await importFrom(database, other).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "same_database" });
    expect((error as Error).message).not.toContain("test@");
    await expect(importFrom(database, other.replace(/\/[^/]*$/, "/nothing"))).rejects.toMatchObject({
      code: "no_such_database",
    });
  });
  await server.remove();
});
