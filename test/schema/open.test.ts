/** Which layout a database has, and which columns it lacks: four generations, drift, other names (SPEC 1, LEGACY 1). */
import BetterSqlite3 from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { writeSqlite } from "../../fixtures/generate.ts";
import { APP_TABLES, type LayoutChoice } from "../../src/db/layout.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { GENERATIONS, makeDjango, SHAPES } from "../support/django.ts";
import { migrate, NOW } from "../support/migration.ts";

const made: Scratch[] = [];
const open: Database[] = [];
afterEach(async () => {
  for (const database of open.splice(0)) await database.close();
  for (const place of made.splice(0)) await place.remove();
});

function keep(place: Scratch): Scratch {
  made.push(place);
  return place;
}

async function layoutOf(place: Scratch, choice: LayoutChoice = {}) {
  const database = await openDatabase(place.address, { create: true, ...choice });
  open.push(database);
  return database.layout;
}

/** Both apps in one database. */
async function twoApps(): Promise<Scratch> {
  const place = keep(await scratch("sqlite"));
  const other = keep(await scratch("sqlite"));
  for (const [file, appLabel] of [
    [place.file!, "school"],
    [other.file!, "academy"],
  ] as const)
    writeSqlite(file, { generation: "B", group: 5, oneOnOne: 5, appLabel });
  const sqlite = new BetterSqlite3(place.file!);
  sqlite.prepare("attach ? as other").run(other.file!);
  const tables = sqlite.prepare(
    "select name from other.sqlite_master where name like 'academy%' and type = 'table'",
  );
  for (const { name } of tables.all() as { name: string }[])
    sqlite.exec(`create table "${name}" as select * from other."${name}"`);
  sqlite.close();
  return place;
}

describe.each(ENGINES)("%s", (engine) => {
  test.each(SHAPES)("a Django app is found: $name", async (shape) => {
    const layout = await layoutOf(keep(await makeDjango(engine, shape)));
    const label = shape.options?.appLabel ?? "myApp";
    expect([layout.kind, layout.appLabel]).toEqual([
      "django",
      shape.options?.lowerCase ? label.toLowerCase() : label,
    ]);
    expect(layout.has("one_on_one_booking")).toBe(
      shape.generation !== "A" && shape.options?.omit === undefined,
    );
    expect(layout.name("app_user")).toBe("auth_user");
    expect(layout.name("legacy_issue")).toBe("classbook_legacy_issue");
  });

  test("the columns of each generation are seen as they are", async () => {
    const seen: Record<string, boolean[]> = {};
    for (const generation of GENERATIONS) {
      const layout = await layoutOf(keep(await makeDjango(engine, { generation })));
      seen[generation] = ["max_attendees", "total_seats", "start_at_utc", "current_attendees"].map((column) =>
        layout.has("live_class_session", column),
      );
    }
    expect(seen).toEqual({
      A: [true, false, false, false],
      B: [true, true, false, false],
      C: [true, true, true, false],
      D: [true, true, true, true],
    });
  });

  test("an empty database is native, and stays so once it is made", async () => {
    const place = keep(await scratch(engine));
    const database = await openDatabase(place.address, { create: true });
    open.push(database);
    expect(database.layout.kind).toBe("native");
    await migrateSchema(database, { now: NOW });
    const layout = await layoutOf(place);
    expect(layout.kind).toBe("native");
    expect(APP_TABLES.filter((table) => !layout.has(table))).toEqual([]);
  });

  test("classbook's own tables do not make a second app, nor a native layout", async () => {
    const place = keep(await makeDjango(engine, { generation: "C" }));
    const database = await openDatabase(place.address);
    open.push(database);
    await migrate(database);
    const layout = await layoutOf(place);
    expect([layout.kind, layout.appLabel]).toEqual(["django", "myApp"]);
  });

  test("tables in any case are found, whatever the label's own case", async () => {
    const place = keep(await makeDjango(engine, { generation: "B", options: { appLabel: "MYapp" } }));
    // A hand without quotes made these anew: PostgreSQL folds their names.
    for (const model of ["teacher", "liveclasssession"]) {
      await query(place, `alter table "MYapp_${model}" rename to away`);
      await query(place, `alter table away rename to "myapp_${model}"`);
    }
    const layout = await layoutOf(place, { appLabel: "myApp" });
    expect(layout.appLabel?.toLowerCase()).toBe("myapp");
    expect((await layoutOf(place)).appLabel).toBe(layout.appLabel);
    expect(layout.name("live_class_session")).toBe("myapp_liveclasssession");
    expect(layout.name("teacher")).toBe("myapp_teacher");
    expect(layout.name("booking")).toBe("MYapp_booking");
  });

  test("columns added and dropped by hand are lived with: the migration runs all the same", async () => {
    const place = keep(await makeDjango(engine, { generation: "D" }));
    for (const change of [
      'alter table "myApp_liveclasssession" drop column "meeting_url"',
      'alter table "myApp_liveclasssession" drop column "timezone_snapshot"',
      'alter table "myApp_booking" add column "loyalty_points" integer',
      'alter table "myApp_oneononebooking" drop column "declined_reason"',
      'alter table "myApp_sessionwaitlist" add column "offer_expires_at" text',
      'drop table "myApp_bookingreminder"',
      'drop table "django_migrations"',
    ])
      await query(place, change);
    const database = await openDatabase(place.address);
    open.push(database);
    expect(database.layout.has("live_class_session", "meeting_url")).toBe(false);
    const { counts } = await migrate(database);
    expect(counts.read).toBe(45);
    expect(counts.migrated).toBeGreaterThan(30);
    expect(database.layout.has("live_class_session", "timezone_snapshot")).toBe(true);
  });
});

describe("several apps, and none", () => {
  test("two apps: one has to be named, and can be", async () => {
    const place = await twoApps();
    await expect(openDatabase(place.address)).rejects.toMatchObject({
      kind: "usage",
      code: "several_apps",
      message: expect.stringMatching(/school.*academy|academy.*school/),
      hint: "name one with --app-label",
    });
    expect((await layoutOf(place, { appLabel: "ACADEMY" })).appLabel).toBe("academy");
    expect((await layoutOf(place, { appLabel: "school" })).name("booking")).toBe("school_booking");
  });

  test("a label that is not there: those that are, are named", async () => {
    const place = await twoApps();
    await expect(openDatabase(place.address, { appLabel: "shop" })).rejects.toMatchObject({
      kind: "usage",
      code: "unknown_app_label",
      message: expect.stringContaining('"shop"'),
      hint: expect.stringMatching(/school.*academy|academy.*school/),
    });
  });

  test("the layout can be forced", async () => {
    const place = keep(await makeDjango("sqlite", { generation: "A" }));
    expect((await layoutOf(place, { layout: "native" })).kind).toBe("native");
    expect((await layoutOf(place, { layout: "django" })).appLabel).toBe("myApp");
    const empty = keep(await scratch("sqlite"));
    await expect(openDatabase(empty.address, { create: true, layout: "django" })).rejects.toMatchObject({
      code: "not_this_app",
    });
  });

  test("one table of the app alone is half a schema, unless the layout is forced", async () => {
    const place = keep(await scratch("sqlite"));
    await query(place, 'create table "myApp_booking" (id integer primary key)');
    await expect(openDatabase(place.address)).rejects.toMatchObject({ kind: "usage", code: "half_a_schema" });
    expect((await layoutOf(place, { layout: "django" })).appLabel).toBe("myApp");
  });

  test("one table of classbook's own alone is no Django app", async () => {
    const place = keep(await scratch("sqlite"));
    await query(place, "create table live_class_booking (id integer primary key)");
    await expect(openDatabase(place.address)).rejects.toMatchObject({
      code: "half_a_schema",
      message: expect.stringContaining("live_class_session, schema_history are not there"),
      hint: expect.stringContaining("search_path"),
    });
  });
});
