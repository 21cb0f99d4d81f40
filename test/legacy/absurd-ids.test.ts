/** Ids at the edge of what a number holds exactly: refused before anything is written, or handled to the last digit. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Row } from "../../fixtures/django-tables.ts";
import { booking, lesson, once, session, unifiedSeat } from "../../fixtures/edge-cases/world.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { complaints, expectNothingMore, preview, rowsOnly, verify } from "../support/delta.ts";
import { importFrom, withTarget } from "../support/import.ts";
import { migrate, rollback, withDatabase } from "../support/migration.ts";
import { runHere } from "../support/run-here.ts";
import { bytesOf, outcomesOf } from "../support/snapshots.ts";
import { act, insertion, named, withPlace } from "../support/worlds.ts";

const MOST = "9007199254740991";
const LEAST = "-9007199254740990";
const BEYOND = [
  "9007199254740992",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
  "-9007199254740991",
];
/** Where an id may stand. Users of PostgreSQL have smaller ones. */
const TABLES = [
  "booking",
  "one_on_one_booking",
  "live_class_session",
  "teacher_availability",
  "teacher",
  "course",
  "live_class_booking",
];

const world = rowsOnly({
  live_class_session: [session()],
  booking: [booking(), booking({ id: 2, user_id: 2 })],
  teacher_availability: [once()],
  one_on_one_booking: [lesson()],
  live_class_booking: [unifiedSeat({ student_user_id: 3 })],
});

/** A copy of a row under another id, which SQL alone can say exactly. */
async function copyUnder(place: Scratch, table: string, id: string): Promise<void> {
  const [row] = await query(place, named(`select * from {${table}} limit 1`));
  const columns = Object.keys(row!).filter((column) => column !== "id");
  const others: Record<string, string> = {
    user_id: "3",
    student_user_id: "2",
    slug: "'another'",
    booking_id: `'${"0".repeat(31)}9'`,
  };
  const cells = columns.map((column) => others[column] ?? `"${column}"`);
  await act(
    place,
    `insert into {${table}} (id, ${columns.map((c) => `"${c}"`).join(", ")}) select ${id}, ${cells.join(", ")} from {${table}} where id = ${row!.id}`,
  );
}

const IMPORTABLE = ["booking", "live_class_session"];

describe.each(ENGINES)("%s", (engine) => {
  test.each(TABLES)("%s: an id beyond 2^53 stops plan, migrate and verify with one sentence", (table) =>
    withPlace(engine, world, async (place) => {
      for (const id of BEYOND) {
        await copyUnder(place, table, id);
        const before = await bytesOf(place);
        const name = named(`{${table}}`).replaceAll('"', "");
        const refusal = { kind: "refused", message: expect.stringContaining(`${name} ${id}: `) };
        for (const command of ["plan", "migrate"]) {
          const { code, err, out } = await runHere(["legacy", command, "--db", place.address, "--json"]);
          expect([command, code, out]).toEqual([command, 3, ""]);
          expect(JSON.parse(err).error).toMatchObject(refusal);
        }
        await withDatabase(place.address, async (database) => {
          await expect(verify(database)).rejects.toMatchObject(refusal);
        });
        expect(await bytesOf(place)).toEqual(before);
        await act(place, `delete from {${table}} where id = ${id}`);
      }
    }),
  );

  test.each(IMPORTABLE)("%s: an id beyond 2^53 stops an import, too", (table) =>
    withPlace(engine, world, async (place) => {
      await copyUnder(place, table, BEYOND[1]!);
      const target = await scratch("sqlite");
      await withTarget(target.address, async (database) => {
        await expect(importFrom(database, place.address)).rejects.toMatchObject({ code: "bad_ids" });
        expect(await query(target, "select id from app_user")).toEqual([]);
      });
      await target.remove();
      const fresh = join(tmpdir(), `classbook-fresh-${randomUUID()}.db`);
      const { code, out } = await runHere(["import", "--from", place.address, "--db", fresh]);
      expect([code, out, existsSync(fresh)]).toEqual([3, "", false]);
    }),
  );

  test("the largest and the smallest id, and negative ones, are migrated exactly", () =>
    withPlace(engine, world, async (place) => {
      const rows: Row[] = [
        booking({ id: 5, user_id: 3, session_id: 1000 }),
        booking({ id: 6, user_id: 50, session_id: 1000 }),
        booking({ id: 7, user_id: 51, session_id: 1000 }),
      ];
      await act(place, ...rows.map((row) => insertion("booking", row)));
      for (const [from, to] of [
        [5, MOST],
        [6, LEAST],
        [7, "-1"],
      ])
        await act(place, `update {booking} set id = ${to} where id = ${from}`);
      await withDatabase(place.address, async (database) => {
        const plan = await preview(database);
        expect(plan.read).toBe(6);
        expect((await migrate(database)).counts.by_table).toEqual(plan.by_table);
        expect(Object.keys(await outcomesOf(database))).toEqual(
          expect.arrayContaining([`booking:${MOST}`, `booking:${LEAST}`, "booking:-1"]),
        );
        expect(complaints(await verify(database))).toEqual([]);
        await expectNothingMore(place, database);
      });
    }));

  test("where the unified table has no ids left, the run is refused, and writes none", () =>
    withPlace(engine, world, async (place) => {
      await copyUnder(place, "live_class_booking", MOST);
      await withDatabase(place.address, async (database) => {
        await expect(migrate(database)).rejects.toMatchObject({ kind: "refused", code: "ids_used_up" });
        expect(await query(place, named("select id from {live_class_booking}"))).toHaveLength(2);
        expect(await query(place, "select id from classbook_legacy_run")).toEqual([]);
      });
    }));

  test("a reference beyond 2^53 is told to its last digit", () =>
    withPlace(engine, { ...world, schema: { ...world.schema, foreignKeys: false } }, async (place) => {
      await act(place, "update {booking} set session_id = 9007199254740993 where id = 1");
      await withDatabase(place.address, async (database) => {
        await migrate(database);
        expect((await outcomesOf(database))["booking:1"]).toMatchObject({
          code: "missing_session",
          message: expect.stringMatching(/^session "?9007199254740993"? does not exist$/),
        });
        expect(complaints(await verify(database))).toEqual([]);
      });
    }));
});

test("SQLite's counters of ids stay whole numbers, also after a rollback, and go on from there", () =>
  withPlace("sqlite", world, async (place) => {
    const counters = () =>
      query(place, "select name, typeof(seq) as type from sqlite_sequence where typeof(seq) <> 'integer'");
    await withDatabase(place.address, async (database) => {
      await migrate(database);
      expect(await counters()).toEqual([]);
      // As an earlier version left it.
      await query(place, "update sqlite_sequence set seq = cast(seq as real)");
      await rollback(database);
      expect(await counters()).toEqual([]);
      const [{ highest }] = (await query(
        place,
        "select max(seq) as highest from sqlite_sequence where name like '%liveclassbooking'",
      )) as [{ highest: number }];
      await act(
        place,
        insertion("live_class_booking", { ...unifiedSeat({ student_user_id: 2 }), id: undefined! }),
      );
      expect(await query(place, named("select max(id) as id from {live_class_booking}"))).toEqual([
        { id: highest + 1 },
      ]);
    });
  }));
