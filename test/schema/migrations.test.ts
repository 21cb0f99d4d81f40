/** Schema migrations on both engines and in both layouts: up, down, up; nothing of the app's is lost (SPEC 1). */
import { createHash, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterEach, describe, expect, test } from "vitest";
import { tablesOf } from "../../fixtures/django-tables.ts";
import { findDrift } from "../../src/db/drift.ts";
import type { Catalog } from "../../src/db/layout.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { migrateSchema, planSchema, rollbackSchema } from "../../src/db/schema.ts";
import { MIGRATIONS, readSchemaState } from "../../src/db/schema-state.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { appInserts, makeDjango, physical, SHAPES, type Shape } from "../support/django.ts";
import { expectGolden } from "../support/golden.ts";
import { NOW } from "../support/migration.ts";
import { dumpSchema } from "../support/schema-dump.ts";

const IDS = MIGRATIONS.map((migration) => migration.id);

/** As Django 5.2 itself names them for these columns (its schema editor and its indexes were asked). */
const DJANGO_NAMES = {
  myApp: {
    both: [
      "unique_group_booking",
      "unique_one_on_one_booking",
      "myApp_livec_booking_d999a9_idx",
      "myApp_livec_student_58042b_idx",
      "myApp_livec_teacher_dc2ac4_idx",
      "myApp_liveclassbooking_student_user_id_241ae4b7",
      "myApp_liveclassbooking_decided_by_id_d61fe72d",
      "myApp_teacherbookingpolicy_teacher_id_course_id_fca9f6fa_uniq",
      "myApp_sessionwaitlist_session_id_student_user_id_9c9b54e9_uniq",
    ],
    sqlite: ["myApp_bookingseriesitem_series_id_occurrence_index_cca99b2d_uniq"],
    postgres: [
      "myApp_bookingseriesitem_series_id_occurrence_ind_cca99b2d_uniq",
      "myApp_liveclassbooking_student_user_id_241ae4b7_fk_auth_user_id",
      "myApp_liveclassbooki_session_id_9cdb05de_fk_myApp_liv",
      "myApp_liveclassbooking_teacher_id_8097d4b0_fk_myApp_teacher_id",
    ],
  },
  academy: {
    both: [
      "academy_liv_booking_f68fe5_idx",
      "academy_liv_student_33b68a_idx",
      "academy_liv_teacher_bba019_idx",
      "academy_liveclassbooking_student_user_id_26a4bfea",
      "academy_teacherbookingpolicy_teacher_id_course_id_bdee2a7b_uniq",
    ],
    sqlite: [
      "academy_bookingseriesitem_series_id_occurrence_index_c0132b8c_uniq",
      "academy_sessionwaitlist_session_id_student_user_id_6f440888_uniq",
    ],
    postgres: [
      "academy_bookingseriesite_series_id_occurrence_ind_c0132b8c_uniq",
      "academy_sessionwaitlist_session_id_student_user__6f440888_uniq",
      "academy_liveclassboo_student_user_id_26a4bfea_fk_auth_user",
      "academy_liveclassboo_session_id_67d6a9f4_fk_academy_l",
      "academy_liveclassboo_teacher_id_ca076c27_fk_academy_t",
    ],
  },
};

const made: Scratch[] = [];
afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

function keep(database: Scratch): Scratch {
  made.push(database);
  return database;
}

async function using<T>(place: Scratch, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(place.address, { create: true });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function upAll(place: Scratch): Promise<string[]> {
  return using(place, (database) => migrateSchema(database, { now: NOW }));
}

async function downAll(place: Scratch): Promise<string[]> {
  return using(place, async (database) => {
    const undone: string[] = [];
    for (let id = await rollbackSchema(database); id !== null; id = await rollbackSchema(database))
      undone.push(id);
    return undone;
  });
}

/** Every row of the tables, with the columns named, in the order of ids. */
async function readRows(place: Scratch, tables: Catalog): Promise<Record<string, unknown[]>> {
  return using(place, async ({ db }) => {
    const rows: Record<string, unknown[]> = {};
    for (const [name, { columns }] of tables) {
      const list = sql.join([...columns.keys()].map((column) => sql.ref(column)));
      rows[name] = (await sql`select ${list} from ${sql.table(name)} order by 1`.execute(db)).rows;
    }
    return rows;
  });
}

describe.each(ENGINES)("%s", (engine) => {
  test("native: up gives the golden schema, down leaves nothing, up gives it again", async () => {
    const place = keep(await scratch(engine));
    expect(await upAll(place)).toEqual(IDS);
    const dump = await dumpSchema(place);
    expectGolden(`schema/${engine}-native.sql`, dump);
    expect(await upAll(place)).toEqual([]);
    expect(await downAll(place)).toEqual([...IDS].reverse());
    expect((await dumpSchema(place)).trim()).toBe("");
    expect(await upAll(place)).toEqual(IDS);
    expect(await dumpSchema(place)).toBe(dump);
  });

  test.each(SHAPES)("django, $name: adds only, and down takes exactly that away", async (shape) => {
    const place = keep(await makeDjango(engine, shape));
    const [before, catalog] = [await dumpSchema(place), await using(place, async (d) => d.layout.catalog)];
    const rows = await readRows(place, catalog);

    expect(await upAll(place)).toEqual(IDS);
    const after = await dumpSchema(place);
    await using(place, async (database) => {
      expect(await findDrift(database)).toEqual([]);
      expect((await readSchemaState(database)).pending).toEqual([]);
      expectOnlyAdded(catalog, database.layout.catalog);
    });
    expect(await readRows(place, catalog)).toEqual(rows);

    expect(await downAll(place)).toEqual([...IDS].reverse());
    expect(await dumpSchema(place)).toBe(before);
    expect(await readRows(place, catalog)).toEqual(rows);

    expect(await upAll(place)).toEqual(IDS);
    expect(await dumpSchema(place)).toBe(after);
  });

  test.each(SHAPES)("django, $name: the old app's inserts still work", async (shape) => {
    const place = keep(await makeDjango(engine, shape));
    await upAll(place);
    await expectAppWrites(place, shape);
    // What the app wrote meanwhile outlives the way back, and the app goes on there.
    const kept = await query(place, `select count(*) as n from "${physical(shape, "live_class_session")}"`);
    await downAll(place);
    expect(
      await query(place, `select count(*) as n from "${physical(shape, "live_class_session")}"`),
    ).toEqual(kept);
    await expectAppWrites(place, shape);
  });

  test("what --dry-run shows is what is run, on an empty database and on generation A", async () => {
    for (const place of [keep(await scratch(engine)), keep(await makeDjango(engine, { generation: "A" }))]) {
      const planned = await using(place, async (d) =>
        (await planSchema(d)).pending.map(({ steps }) => steps),
      );
      const run = planned.map((steps) => steps.flatMap((step) => step.undo ?? []).reverse());
      await upAll(place);
      const applied = await using(place, async (d) => (await readSchemaState(d)).applied);
      expect(applied.map(({ undo }) => JSON.parse(undo))).toEqual(run);
      expect(run.every((statements) => statements.length > 0)).toBe(true);
    }
  });

  test.each(Object.entries(DJANGO_NAMES))(
    "the unified tables of %s bear Django's names",
    async (appLabel, names) => {
      const place = keep(await makeDjango(engine, { generation: "A", options: { appLabel } }));
      await upAll(place);
      const dump = await dumpSchema(place);
      for (const name of [...names.both, ...names[engine]]) expect(dump).toMatch(new RegExp(`\\b${name}\\b`));
      // A key has the type of what it refers to: auth_user's ids are smaller than the app's own.
      if (engine === "postgres") {
        expect(dump).toContain("  student_user_id integer NOT NULL\n");
        expect(dump).toContain("  session_id bigint\n");
      }
    },
  );

  test("an edited migration is refused, whichever it is", async () => {
    const place = keep(await scratch(engine));
    await upAll(place);
    const checksums = await query(place, "select id, checksum from schema_history order by id");
    const nothing = createHash("sha256").update("[]").digest("hex").slice(0, 16);
    expect(checksums.map((row) => row.checksum)).not.toContain(nothing);
    for (const { id, checksum } of checksums) {
      await query(place, "update schema_history set checksum = 'edited' where id = ?", [String(id)]);
      await expect(upAll(place)).rejects.toMatchObject({
        kind: "findings",
        code: "edited_migration",
        message: expect.stringContaining(String(id)),
      });
      await query(place, "update schema_history set checksum = ? where id = ?", [
        String(checksum),
        String(id),
      ]);
    }
    expect(await upAll(place)).toEqual([]);
  });
});

function expectOnlyAdded(before: Catalog, after: Catalog): void {
  for (const [name, table] of before) {
    const now = after.get(name)!;
    for (const [column, was] of table.columns) expect(now.columns.get(column)).toEqual(was);
    for (const index of table.indexes) expect(now.indexes).toContain(index);
    expect(now.foreignKeys).toEqual(expect.arrayContaining(table.foreignKeys));
    for (const [column, is] of now.columns)
      if (!table.columns.has(column))
        expect({ column, ok: !is.notNull || is.hasDefault }).toEqual({ column, ok: true });
  }
  const added = [...after.keys()].filter((name) => !before.has(name));
  const phase2 = /_(liveclassbooking|teacherbookingpolicy|bookingseries|bookingseriesitem|sessionwaitlist)$/;
  expect(added.filter((name) => !name.startsWith("classbook_") && !phase2.test(name))).toEqual([]);
}

/** The old app plans a lesson, takes bookings for it, and writes to the unified tables where it has them. */
async function expectAppWrites(place: Scratch, shape: Shape): Promise<void> {
  const tables = tablesOf(shape.generation);
  const has = (logical: string) => tables.has(logical) && !shape.options?.omit?.includes(logical);
  const [one] = await query(place, `select id from "${physical(shape, "teacher")}" order by id`);
  const [course] = await query(place, `select id from "${physical(shape, "course")}" order by id`);
  const place1 = { teacher_id: Number(one!.id), course_id: Number(course!.id) };
  const stamp = "2027-02-01 10:00:00";
  const unique = randomUUID().replaceAll("-", "");
  const session = await appInserts(place, shape, "live_class_session", {
    ...place1,
    title: "Old app's",
    scheduled_start: stamp,
  });
  const slot = await appInserts(place, shape, "teacher_availability", { ...place1, slot_type: "one_time" });
  const key = { user_id: 1, booking_id: unique };
  await appInserts(place, shape, "booking", { ...key, session_id: session });
  if (has("one_on_one_booking"))
    await appInserts(place, shape, "one_on_one_booking", { ...key, availability_slot_id: slot });
  if (!has("live_class_booking")) return;
  const times = { start_at_utc: stamp, end_at_utc: "2027-02-01 11:00:00", student_user_id: 1 };
  const booking = await appInserts(place, shape, "live_class_booking", {
    ...place1,
    ...times,
    session_id: session,
  });
  const series = await appInserts(place, shape, "booking_series", { ...place1, student_user_id: 1 });
  await appInserts(place, shape, "booking_series_item", {
    series_id: series,
    booking_id: booking,
    occurrence_index: 1,
  });
  await appInserts(place, shape, "session_waitlist", { session_id: session, student_user_id: 2 });
}
