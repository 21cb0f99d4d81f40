/** Properties of the migration over random legacy databases. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Engine } from "../../src/db/layout.ts";
import { openDatabase } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { importLegacy } from "../../src/legacy/import.ts";
import { type Scratch, scratch } from "../support/databases.ts";
import { changes, databases, migrateSoundly, resultOf, sound } from "../support/generated.ts";
import { NOW, rollback, withDatabase } from "../support/migration.ts";
import { bytesOf, type Outcome, shapeOf } from "../support/snapshots.ts";
import { act, withPlace } from "../support/worlds.ts";

/** The same worlds every time; RUNS=n for more of them, SEED=n for others. */
const parameters = (runs: number) => ({
  seed: Number(process.env.SEED ?? 20_261_120),
  numRuns: Number(process.env.RUNS ?? runs),
});

const migrated = (place: Scratch) =>
  withDatabase(place.address, async (database) => {
    await migrateSoundly(database);
    return resultOf(database);
  });

/** Of two rows that wait for one seat the one that came first has the place in the queue, whichever run that was. */
function withoutQueue(outcomes: Record<string, Outcome>): Record<string, Outcome> {
  return Object.fromEntries(
    Object.entries(outcomes).map(([name, row]) => [
      name,
      row.outcome === "waitlisted" ? { ...row, created_at: "" } : row,
    ]),
  );
}

/** The outcome after an import into a database of classbook's own. */
async function migratedAfterImport(from: Scratch, engine: Engine) {
  const place = await scratch(engine);
  try {
    const database = await openDatabase(place.address, { create: true });
    try {
      await migrateSchema(database, { now: NOW });
      await importLegacy(database, { from: from.address, onProgress: () => {}, shouldStop: () => false });
      await migrateSoundly(database);
      return await resultOf(database);
    } finally {
      await database.close();
    }
  } finally {
    await place.remove();
  }
}

test("any database: the plan is right, read = migrated + waitlisted + quarantined, keys are unique, verify is content", () =>
  fc.assert(
    fc.asyncProperty(databases, (options) =>
      withPlace("sqlite", options, async (place) => {
        await migrated(place);
      }),
    ),
    parameters(12),
  ));

test("in place and after an import, row for row the same", () =>
  fc.assert(
    fc.asyncProperty(databases, (options) =>
      withPlace("sqlite", options, async (place) => {
        const imported = await migratedAfterImport(place, "sqlite");
        expect(imported.outcomes).toEqual((await migrated(place)).outcomes);
      }),
    ),
    parameters(10),
  ));

test("SQLite and PostgreSQL, in place and after an import, row for row the same", () =>
  fc.assert(
    fc.asyncProperty(sound, async (options) => {
      const sqlite = await withPlace("sqlite", options, migrated);
      await withPlace("postgres", options, async (place) => {
        const imported = await migratedAfterImport(place, "postgres");
        const postgres = await migrated(place);
        expect(postgres).toEqual(sqlite);
        expect(imported.outcomes).toEqual(postgres.outcomes);
      });
    }),
    parameters(4),
  ));

for (const [engine, runs] of [
  ["sqlite", 16],
  ["postgres", 3],
] as const) {
  test(`${engine}: changes between two runs end in what one run gives; both taken back, nothing is left of them`, () =>
    fc.assert(
      fc.asyncProperty(databases, changes, (options, statements) => {
        const loose = {
          ...{ ...options, appLabel: "myApp", omit: [] },
          ...{ constraints: false, danglingReferences: true, unreadable: engine === "sqlite" },
        };
        const possible = statements.filter(
          (text) => options.generation !== "A" || !text.includes("one_on_one"),
        );
        return withPlace(engine, loose, (place) =>
          withPlace(engine, loose, async (other) => {
            const shape = await shapeOf(place);
            await migrated(place);
            await act(place, ...possible);
            await act(other, ...possible);
            const changed = await bytesOf(other, shape);
            const later = await migrated(place);
            const atOnce = await migrated(other);
            expect(withoutQueue(later.outcomes)).toEqual(withoutQueue(atOnce.outcomes));
            // Not the sessions: a snapshot of a time zone stays what it was.
            expect(later.rest.series).toEqual(atOnce.rest.series);
            await withDatabase(place.address, async (database) => {
              await rollback(database);
              await rollback(database);
            });
            expect(await bytesOf(place, shape)).toEqual(changed);
          }),
        );
      }),
      parameters(runs),
    ));
}
