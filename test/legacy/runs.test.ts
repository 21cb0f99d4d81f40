/** Runs of the migration over generated databases (LEGACY 3): once more, stopped and gone on, in other batches. */
import { describe, expect, test } from "vitest";
import type { Generation } from "../../fixtures/django-tables.ts";
import { booking, session } from "../../fixtures/edge-cases/world.ts";
import type { WriteGeneratedOptions } from "../../fixtures/generate.ts";
import type { MigrateOptions } from "../../src/legacy/migrate.ts";
import { ENGINES, type Scratch } from "../support/databases.ts";
import {
  afterDelta,
  complaints,
  countsOf,
  expectNothingMore,
  lessons,
  preview,
  rowsOnly,
  verify,
} from "../support/delta.ts";
import { migrate, withDatabase } from "../support/migration.ts";
import { type Bytes, bytesOf, outcomesOf, restOf, shapeOf } from "../support/snapshots.ts";
import { act, withPlace } from "../support/worlds.ts";

const generated = (generation: Generation): WriteGeneratedOptions => ({
  generation,
  group: 240,
  oneOnOne: 160,
  unified: 24,
  broken: 0.1,
  seed: 7,
});

/** Every table of the place after a run that was left alone. */
async function undisturbed(place: Scratch, options: Partial<MigrateOptions> = {}): Promise<Bytes> {
  await withDatabase(place.address, (database) => migrate(database, options));
  return bytesOf(place);
}

for (const engine of ENGINES) {
  describe(engine, () => {
    test.each<Generation>(["A", "B", "C", "D"])(
      "generation %s: the plan says what migrate does, verify is content, a second run changes nothing",
      (generation) =>
        withPlace(engine, generated(generation), (place) =>
          withDatabase(place.address, async (database) => {
            const before = await bytesOf(place);
            const plan = await preview(database);
            expect(await bytesOf(place)).toEqual(before);
            const { counts, finished, openIssues } = await migrate(database);
            expect(finished).toBe(true);
            expect(countsOf(counts)).toEqual(countsOf(plan));
            expect(counts.unchanged).toBe(0);
            expect(counts.read).toBe(plan.read);
            expect(openIssues).toBe(counts.quarantined);
            expect(Object.keys(counts.by_code).length).toBeGreaterThan(engine === "sqlite" ? 5 : 0);
            expect(complaints(await verify(database))).toEqual([]);
            await expectNothingMore(place, database);
            expect(await preview(database)).toMatchObject({
              unchanged: plan.read,
              migrated: 0,
              quarantined: 0,
            });
          }),
        ),
    );

    test.each([
      { batch: 37, stops: 1 },
      { batch: 150, stops: 1 },
      { batch: 90, stops: 4 },
    ])(
      "stopped after every $stops batches of $batch and gone on, all tables are those of an undisturbed run",
      async ({ batch, stops }) => {
        const wanted = await withPlace(engine, generated("D"), (place) => undisturbed(place));
        await withPlace(engine, generated("D"), async (place) => {
          for (let finished = false, runs = 0; !finished; runs += 1) {
            let asked = 0;
            const result = await withDatabase(place.address, (database) =>
              migrate(database, { batch, shouldStop: () => asked++ === stops }),
            );
            finished = result.finished;
            expect(result.resumed).toBe(runs > 0);
            expect(finished || runs < 40).toBe(true);
          }
          expect(await bytesOf(place)).toEqual(wanted);
        });
      },
    );

    test("batches of any size, in a later run too, end in the same rows", async () => {
      const changes = [
        "update {booking} set status = 'no_show', student_notes = 'changed' where id % 3 = 0",
        "update {booking} set status = 'waitlisted' where id % 17 = 0",
        "update {one_on_one_booking} set status = 'cancelled' where id % 4 = 0",
        "update {one_on_one_booking} set next_booking_date = '2026-06-05 10:00:00' where id % 5 = 0",
        "update {live_class_session} set scheduled_start = '2026-05-05 10:00:00.000001' where id % 4 = 0",
        "delete from {live_class_booking} where id % 29 = 0 and id not in (select booking_id from {booking_series_item})",
      ];
      const ends: unknown[] = [];
      for (const batch of [1_000, 23]) {
        await withPlace(engine, { ...generated("C"), uniqueConstraints: true }, async (place) => {
          const first = await undisturbed(place, { batch });
          await act(place, ...changes);
          await withDatabase(place.address, async (database) => {
            const plan = await preview(database);
            const { counts } = await migrate(database, { batch });
            expect(countsOf(counts)).toEqual(countsOf(plan));
            await expectNothingMore(place, database);
            ends.push({ first, counts, outcomes: await outcomesOf(database), rest: await restOf(database) });
          });
        });
      }
      expect(ends[1]).toEqual(ends[0]);
    });

    test("rows that the app wrote are still there, to the byte, and nobody else's", () =>
      withPlace(engine, generated("D"), async (place) => {
        const tables = [
          "myApp_liveclassbooking",
          "myApp_sessionwaitlist",
          "myApp_bookingseries",
          "myApp_bookingseriesitem",
        ];
        const shape = await shapeOf(place);
        const before = await bytesOf(place);
        await undisturbed(place);
        const after = await bytesOf(place, shape);
        for (const table of tables) {
          expect(before[table]!.length).toBeGreaterThan(0);
          expect(after[table]).toEqual(expect.arrayContaining(before[table]!));
        }
        for (const table of Object.keys(before))
          if (!tables.includes(table) && table !== "myApp_liveclasssession")
            expect({ table, rows: after[table] }).toEqual({ table, rows: before[table] });
      }));

    test("microseconds are kept, in every column", () =>
      afterDelta(
        engine,
        rowsOnly({
          live_class_session: [session({ scheduled_start: "2026-03-10 16:00:00.000001" })],
          booking: [
            booking({ booked_at: "2026-03-01 09:00:00.123456", confirmed_at: "2026-03-01 09:30:00.100000" }),
          ],
          ...lessons(
            [{}],
            [{ start_datetime: "2026-03-10 16:00:00.999999", end_datetime: "2026-03-10 17:00:00.000010" }],
          ),
        }),
        [
          "update {booking} set cancelled_at = '2026-03-04 09:00:00.000002', status = 'cancelled' where id = 1",
        ],
        ({ outcomes }) => {
          expect(outcomes["booking:1"]).toMatchObject({
            start_at_utc: "2026-03-10 16:00:00.000001",
            end_at_utc: "2026-03-10 17:00:00.000001",
            created_at: "2026-03-01 09:00:00.123456",
            decision_at: "2026-03-01 09:30:00.100000",
            cancelled_at: "2026-03-04 09:00:00.000002",
            updated_at: "2026-03-04 09:00:00.000002",
          });
          expect(outcomes["one_on_one_booking:1"]).toMatchObject({
            start_at_utc: "2026-03-10 16:00:00.999999",
            end_at_utc: "2026-03-10 17:00:00.000010",
          });
        },
      ));
  });
}
