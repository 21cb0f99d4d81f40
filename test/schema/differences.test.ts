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
});
