/** Taking a run back (LEGACY 3): exactly what it created goes, and nothing that people changed afterwards. */
import { describe, expect, test } from "vitest";
import type { Generation } from "../../fixtures/django-tables.ts";
import { ben, booking, cleo, lesson, once, session, unifiedLesson } from "../../fixtures/edge-cases/world.ts";
import type { WriteGeneratedOptions } from "../../fixtures/generate.ts";
import { listIssues } from "../../src/db/legacy-issue.ts";
import { resolveIssues, skipIssues } from "../../src/legacy/issues.ts";
import { planRollback } from "../../src/legacy/rollback.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { complaints, lessons, rowsOnly, verify } from "../support/delta.ts";
import { importFrom, withTarget } from "../support/import.ts";
import { migrate, NOW, OPERATOR, rollback, withDatabase } from "../support/migration.ts";
import { bytesOf, indexesOf, outcomesOf, restOf, shapeOf } from "../support/snapshots.ts";
import { act, insertion, named, withPlace } from "../support/worlds.ts";

const generated = (generation: Generation): WriteGeneratedOptions => ({
  generation,
  group: 150,
  oneOnOne: 100,
  unified: 16,
  broken: 0.1,
  seed: 5,
});

async function tidyOf(place: Scratch) {
  const shape = await shapeOf(place);
  const names = (await indexesOf(place)).map((index) => index.name);
  const read = async () => ({
    rows: await bytesOf(place, shape),
    indexes: (await indexesOf(place)).filter((index) => names.includes(index.name)),
  });
  return { read, before: await read() };
}

const series = "5e51e500000040008000000000000001";
const member = { is_recurring: true, recurring_series_id: series, recurring_cadence: "weekly" };

for (const engine of ENGINES) {
  describe(engine, () => {
    test.each<Generation>(["A", "C", "D"])(
      "generation %s: every table of the app is what it was, to the byte; migrated again, the same comes of it",
      (generation) =>
        withPlace(engine, generated(generation), async (place) => {
          const tables = await tidyOf(place);
          await withDatabase(place.address, async (database) => {
            await migrate(database);
            const first = { outcomes: await outcomesOf(database), rest: await restOf(database) };
            const plan = await planRollback(database, null);
            expect(plan).toMatchObject({ touched: [], run: { id: 1 } });
            const outcomes = Object.values(first.outcomes);
            const count = (outcome: string) => outcomes.filter((row) => row.outcome === outcome).length;
            expect(plan).toMatchObject({ bookings: count("migrated"), issues: count("quarantined") });
            expect(await rollback(database)).toEqual(plan);
            expect(await tables.read()).toEqual(tables.before);
            expect(await outcomesOf(database)).toEqual({});
            expect((await migrate(database)).counts.unchanged).toBe(0);
            expect({ outcomes: await outcomesOf(database), rest: await restOf(database) }).toEqual(first);
            expect(complaints(await verify(database))).toEqual([]);
          });
        }),
    );

    test("after an import, too", () =>
      withPlace(
        engine,
        { ...generated("B"), danglingReferences: false, unreadable: false },
        async (source) => {
          const place = await scratch(engine);
          try {
            await withTarget(place.address, async (database) => {
              await importFrom(database, source.address);
              const tables = await tidyOf(place);
              await migrate(database);
              await rollback(database);
              const { legacy_run: runs, ...rows } = (await tables.read()).rows;
              expect(runs).toHaveLength(1);
              expect(rows).toEqual({ ...tables.before.rows, legacy_run: undefined });
            });
          } finally {
            await place.remove();
          }
        },
      ));

    test("a run that was stopped half-way can be taken back, its indexes too", () =>
      // Empty unified tables: their plain indexes are taken off until the rows are in.
      withPlace(engine, { ...generated("D"), unified: 0 }, async (place) => {
        const tables = await tidyOf(place);
        await withDatabase(place.address, async (database) => {
          let asked = 0;
          const options = { batch: 40, shouldStop: () => asked++ === 4 };
          expect((await migrate(database, options)).finished).toBe(false);
          expect((await tables.read()).indexes).not.toEqual(tables.before.indexes);
          await rollback(database);
          expect(await tables.read()).toEqual(tables.before);
          expect(await migrate(database)).toMatchObject({ finished: true, resumed: false });
          expect(complaints(await verify(database))).toEqual([]);
        });
      }));

    test("a rollback that broke off is run again, or another migration takes up what it removed", () =>
      withPlace(engine, generated("D"), async (place) => {
        const tables = await tidyOf(place);
        await withDatabase(place.address, async (database) => {
          let asked = 0;
          await migrate(database, { batch: 40, shouldStop: () => asked++ === 4 });
          const breaksOff = () => {
            throw new Error("the machine went down");
          };
          await expect(rollback(database, { onProgress: breaksOff })).rejects.toThrow("went down");
          expect(await migrate(database)).toMatchObject({ resumed: false, finished: true });
          expect(complaints(await verify(database))).toEqual([]);
          await expect(rollback(database, { onProgress: breaksOff })).rejects.toThrow("went down");
          expect((await rollback(database)).run.id).toBe(2);
          expect((await rollback(database)).run.id).toBe(1);
          expect(await tables.read()).toEqual(tables.before);
        });
      }));

    test("rows that people changed are listed and stop it; --force removes them too", () =>
      withPlace(
        engine,
        rowsOnly({
          booking: [
            booking(),
            booking({ id: 2, user_id: ben, status: "waitlisted" }),
            booking({ id: 3, user_id: cleo }),
          ],
          ...lessons([member, member, {}]),
          live_class_booking: [
            unifiedLesson({
              id: 500,
              start_at_utc: "2026-03-20 16:00:00",
              end_at_utc: "2026-03-20 17:00:00",
            }),
          ],
        }),
        async (place) => {
          const tables = await tidyOf(place);
          await withDatabase(place.address, async (database) => {
            await migrate(database);
            await act(
              place,
              "update {live_class_booking} set student_note = 'by hand' where student_user_id = 3",
              "update {session_waitlist} set status = 'offered'",
              "delete from {live_class_booking} where start_at_utc = '2026-03-12 16:00:00'",
              "insert into {booking_series_item} (series_id, booking_id, occurrence_index) select series_id, 500, 3 from {classbook_legacy_series}",
            );
            const touched = [
              { table: "live_class_booking", source_table: "booking", source_id: 3 },
              { table: "session_waitlist", source_table: "booking", source_id: 2 },
              { table: "booking_series", source_table: "one_on_one_booking", source_id: series },
            ];
            const bytes = await bytesOf(place);
            await expect(rollback(database)).rejects.toMatchObject({
              kind: "refused",
              code: "touched",
              details: touched.map((row) => expect.objectContaining(row)),
            });
            expect(await bytesOf(place)).toEqual(bytes);
            expect((await rollback(database, { force: true })).touched).toHaveLength(3);
            expect(await tables.read()).toEqual(tables.before);
          });
        },
      ));

    test("session columns are put back, those that people changed since stay, and counters follow", () =>
      withPlace(
        engine,
        rowsOnly({
          live_class_session: [
            session({ max_attendees: 8, total_seats: 5, seats_taken: 4, current_attendees: 4 }),
            session({ id: 1001, timezone_snapshot: "", seats_taken: 9, current_attendees: 9 }),
          ],
          booking: [booking({ seats_booked: 2 }), booking({ id: 2, session_id: 1001 })],
        }),
        (place) =>
          withDatabase(place.address, async (database) => {
            await migrate(database);
            await act(
              place,
              "update {live_class_session} set timezone_snapshot = 'Asia/Kolkata' where id = 1001",
              insertion("live_class_booking", {
                ...unifiedLesson({ student_user_id: ben, booking_type: "group_session" }),
                ...{ session_id: 1001, seats_reserved: 3 },
              }),
            );
            await rollback(database);
            const columns =
              "id, start_at_utc, end_at_utc, timezone_snapshot, capacity, total_seats, seats_taken, current_attendees";
            expect(
              await query(place, named(`select ${columns} from {live_class_session} order by id`)),
            ).toMatchObject([
              {
                ...{ start_at_utc: null, end_at_utc: null, timezone_snapshot: "" },
                ...{ capacity: null, total_seats: 5, seats_taken: 4, current_attendees: 4 },
              },
              { start_at_utc: null, timezone_snapshot: "Asia/Kolkata", seats_taken: 3, current_attendees: 3 },
            ]);
          }),
      ));

    test("a later run taken back leaves what the first one made, and comes to the same when run again", () =>
      withPlace(
        engine,
        rowsOnly({
          booking: [booking(), booking({ id: 2, user_id: ben, status: "waitlisted" })],
          ...lessons([member, member, { status: "pending" }]),
        }),
        (place) =>
          withDatabase(place.address, async (database) => {
            await migrate(database);
            const first = { outcomes: await outcomesOf(database), rest: await restOf(database) };
            await act(
              place,
              insertion("booking", booking({ id: 3, user_id: cleo })),
              insertion("booking", booking({ id: 4, user_id: 50, status: "unheard of" })),
              insertion(
                "teacher_availability",
                once({
                  id: 2010,
                  start_datetime: "2026-03-09 16:00:00",
                  end_datetime: "2026-03-09 17:00:00",
                }),
              ),
              insertion("one_on_one_booking", lesson({ id: 9, availability_slot_id: 2010, ...member })),
            );
            await migrate(database);
            const second = { outcomes: await outcomesOf(database), rest: await restOf(database) };
            expect(second.rest).toMatchObject({
              series: [{ occurrence_count: 3 }],
              sessions: [{ seats_taken: 2 }],
            });
            expect(await rollback(database)).toMatchObject({
              run: { id: 2 },
              bookings: 2,
              issues: 1,
              touched: [],
            });
            expect({ outcomes: await outcomesOf(database), rest: await restOf(database) }).toEqual(first);
            await migrate(database);
            expect({ outcomes: await outcomesOf(database), rest: await restOf(database) }).toEqual(second);
            expect(complaints(await verify(database))).toEqual([]);
            await rollback(database);
            await rollback(database);
            await expect(rollback(database)).rejects.toMatchObject({ kind: "not_found" });
          }),
      ));

    test("a person's answers and decisions outlive it", () =>
      withPlace(
        engine,
        rowsOnly({
          booking: [
            booking({ status: "unheard of" }),
            booking({ id: 2, user_id: ben, status: "unheard of" }),
            booking({ id: 3, user_id: cleo, status: "unheard of" }),
          ],
        }),
        (place) =>
          withDatabase(place.address, async (database) => {
            await migrate(database);
            const [answered, skipped] = await listIssues(database, {
              ...{ status: "open", code: null, table: null, limit: null },
            });
            const options = { sourceTimezone: "UTC", now: () => NOW, actor: OPERATOR };
            await resolveIssues(database, [answered!], { given_status: "attended" }, options);
            await skipIssues(database, [skipped!], "a test booking");
            const before = await outcomesOf(database);
            await rollback(database);
            await migrate(database);
            expect(await outcomesOf(database)).toEqual(before);
            expect(before).toMatchObject({
              "booking:1": { outcome: "migrated", status: "attended" },
              "booking:2": { outcome: "quarantined", status: "skipped" },
              "booking:3": { outcome: "quarantined", status: "open" },
            });
          }),
      ));
  });
}
