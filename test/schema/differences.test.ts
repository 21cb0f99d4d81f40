/** The schema steps leave what they say, on every installation: `verify schema` finds nothing to mend. */
import { afterEach, describe, expect, test } from "vitest";
import { allFindings, keyOf } from "../../src/db/check.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { mendDifferences } from "../../src/db/schema-differences.ts";
import { writing } from "../../src/db/transaction.ts";
import { checksOf } from "../../src/operations/verify.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { makeDjango, SHAPES } from "../support/django.ts";
import { NOW } from "../support/migration.ts";

let place: Scratch;
let database: Database | null = null;
afterEach(async () => {
  await database?.close();
  await place.remove();
});

async function migrated(): Promise<void> {
  database = await openDatabase(place.address, { create: true });
  await migrateSchema(database, { now: NOW });
}

async function found(): Promise<string[]> {
  await database!.refresh();
  const looking = { database: database!, db: database!.db, now: NOW, offerHours: 24 };
  const keys: string[] = [];
  for await (const page of allFindings(checksOf(["schema"])[0]!, looking)) keys.push(...page.map(keyOf));
  return keys;
}

describe.each(ENGINES)("%s", (engine) => {
  test.each(SHAPES)("$name", async (shape) => {
    place = await makeDjango(engine, { ...shape, options: { ...shape.options, group: 2, oneOnOne: 2 } });
    await migrated();
    expect(await found()).toEqual([]);
  });

  test("a table's column, key and index that a hand changed", async () => {
    place = await scratch(engine);
    await migrated();
    await query(place, "drop index unique_group_booking");
    await query(
      place,
      "create index unique_group_booking on live_class_booking (student_user_id, session_id, start_at_utc)",
    );
    const wanted = ["schema:index unique_group_booking"];
    if (engine === "postgres") {
      await query(place, "alter table live_class_booking alter column teacher_note type varchar(50)");
      await query(place, "alter table session_waitlist alter column created_at drop not null");
      const [key] = await query(
        place,
        "select conname as name from pg_constraint where contype = 'f' and conrelid = 'booking_series_item'::regclass and pg_get_constraintdef(oid) like '%(series_id)%'",
      );
      await query(place, `alter table booking_series_item drop constraint "${key!.name}"`);
      wanted.push(
        "schema:column live_class_booking.teacher_note",
        "schema:column session_waitlist.created_at",
        "schema:foreign key booking_series_item.series_id",
      );
    }
    expect((await found()).toSorted()).toEqual(wanted.toSorted());
  });

  test("a check that a hand took away", async () => {
    place = await scratch(engine);
    await migrated();
    if (engine === "postgres") {
      const checks = await query(
        place,
        "select conname as name from pg_constraint where contype = 'c' and conrelid = 'teacher_booking_policy'::regclass and pg_get_constraintdef(oid) like '%min_notice_hours%'",
      );
      for (const { name } of checks)
        await query(place, `alter table teacher_booking_policy drop constraint "${name}"`);
    } else {
      await query(place, "alter table teacher_booking_policy drop column min_notice_hours");
      await query(
        place,
        "alter table teacher_booking_policy add column min_notice_hours integer unsigned not null default 24",
      );
    }
    const wanted = ["schema:check teacher_booking_policy.min_notice_hours"];
    expect(await found()).toEqual(wanted);
    await writing(database!, (trx) => mendDifferences(database!, trx));
    expect(await found()).toEqual(engine === "postgres" ? [] : wanted);
  });

  test("a default that a hand took away or changed", async () => {
    place = await scratch(engine);
    await migrated();
    const own = "teacher_booking_policy";
    if (engine === "postgres") {
      await query(place, `alter table ${own} alter column min_notice_hours drop default`);
      await query(place, `alter table ${own} alter column requires_approval_for_group set default true`);
      await query(place, "alter table live_class_session alter column capacity set default 3");
    } else {
      for (const [table, column, type] of [
        [own, "min_notice_hours", 'integer unsigned not null default 3 CHECK ("min_notice_hours" >= 0)'],
        [own, "requires_approval_for_group", "bool not null default 1"],
        ["live_class_session", "capacity", "bigint null default 3"],
      ])
        await retype(table!, column!, type!);
    }
    const wanted = [
      "schema:column live_class_session.capacity",
      "schema:column teacher_booking_policy.min_notice_hours",
      "schema:column teacher_booking_policy.requires_approval_for_group",
    ];
    expect((await found()).toSorted()).toEqual(wanted);
    await writing(database!, (trx) => mendDifferences(database!, trx));
    expect((await found()).toSorted()).toEqual(engine === "postgres" ? [] : wanted);
  });

  test("the default of a column that was added to the app's table", async () => {
    place = await makeDjango(engine, { generation: "A" });
    await migrated();
    const table = database!.layout.name("live_class_session");
    if (engine === "postgres")
      await query(place, `alter table "${table}" alter column seats_taken set default 7`);
    else await retype(table, "seats_taken", "bigint not null default 7");
    expect(await found()).toEqual([`schema:column ${table}.seats_taken`]);
  });

  test("a primary key on another column", async () => {
    place = await scratch(engine);
    await migrated();
    await query(place, "drop table lease");
    await query(
      place,
      engine === "sqlite"
        ? "create table lease (name text not null, token text not null primary key, holder text not null, acquired_at datetime not null, expires_at datetime not null)"
        : "create table lease (name text not null, token text not null primary key, holder text not null, acquired_at timestamptz not null, expires_at timestamptz not null)",
    );
    expect(await found()).toEqual(["schema:primary key lease"]);
  });

  /** SQLite: as a hand does it. */
  async function retype(table: string, column: string, type: string): Promise<void> {
    const triggers = await query(
      place,
      "select name, sql from sqlite_master where type = 'trigger' and sql is not null",
    );
    for (const { name } of triggers) await query(place, `drop trigger "${name}"`);
    await query(place, `alter table "${table}" drop column "${column}"`);
    await query(place, `alter table "${table}" add column "${column}" ${type}`);
    for (const { sql } of triggers) await query(place, String(sql));
  }
});

test("SQLite: an index and a trigger whose names are in other capitals", async () => {
  place = await scratch("sqlite");
  await migrated();
  for (const name of ["classbook_waitlist_live", "unique_group_booking", "classbook_session_time"]) {
    const [{ type, sql } = {}] = await query(
      place,
      `select type, sql from sqlite_master where name = '${name}'`,
    );
    await query(place, `drop ${type} ${name}`);
    await query(place, String(sql).replace(name, name.toUpperCase()));
  }
  expect(await found()).toEqual([]);
  expect(await migrateSchema(database!, { now: NOW })).toEqual([]);
});

test.each([
  ["another event", "after delete on {}", "for each row", "classbook_booking_seats()"],
  [
    "other columns",
    "after insert or delete or update of session_id on {}",
    "for each row",
    "classbook_booking_seats()",
  ],
  [
    "another time",
    "before insert or delete or update of session_id, status, seats_reserved on {}",
    "for each row",
    "classbook_booking_seats()",
  ],
  [
    "another level",
    "after insert or delete or update on {}",
    "for each statement",
    "classbook_booking_seats()",
  ],
  [
    "another function",
    "after insert or delete or update of session_id, status, seats_reserved on {}",
    "for each row",
    "something()",
  ],
  ["another table", "after insert or delete or update on live_class_session", "for each row", "something()"],
])("PostgreSQL: a trigger of the same name with %s", async (_, when, level, what) => {
  place = await scratch("postgres");
  await migrated();
  await query(
    place,
    "create function something() returns trigger language plpgsql as 'begin return null; end'",
  );
  await query(place, "drop trigger classbook_booking_seats on live_class_booking");
  await query(
    place,
    `create trigger classbook_booking_seats ${when.replace("{}", "live_class_booking")} ${level} when (coalesce(current_setting('classbook.bulk_load', true), '') <> 'on') execute function ${what}`,
  );
  expect(await found()).toEqual(["schema:trigger classbook_booking_seats"]);
  await writing(database!, (trx) => mendDifferences(database!, trx));
  expect(await found()).toEqual([]);
});
