/** The old app goes on writing while a migration runs: nothing is lost, and one more run settles the rest (LEGACY 3). */
import { execFileSync } from "node:child_process";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WriteGeneratedOptions } from "../../fixtures/generate.ts";
import { ENGINES, query, type Scratch } from "../support/databases.ts";
import { complaints, countsOf, expectNothingMore, preview, verify } from "../support/delta.ts";
import { migrate, withDatabase } from "../support/migration.ts";
import { bundle, start } from "../support/processes.ts";
import { named, withPlace } from "../support/worlds.ts";

const generated: WriteGeneratedOptions = {
  generation: "D",
  group: 120,
  oneOnOne: 80,
  unified: 8,
  broken: 0.05,
  seed: 3,
};

let app: ReturnType<typeof bundle>;
beforeAll(() => {
  app = bundle("app");
});
afterAll(() => app.remove());

/** Rows of the unified tables that hold what the app wrote there. */
const written = (place: Scratch) =>
  query(
    place,
    named(
      "select id, student_note from {live_class_booking} where student_note in ('the app''s own', 'touched by the app') order by id",
    ),
  );

function inWalMode(file: string): void {
  const sqlite = new BetterSqlite3(file);
  sqlite.pragma("journal_mode = WAL");
  sqlite.close();
}

/** One more run while nobody writes: every row has its outcome, and the app's writing stands. */
async function expectSettled(place: Scratch, rounds: number): Promise<void> {
  const before = await written(place);
  await withDatabase(place.address, async (database) => {
    const plan = await preview(database);
    const { counts, finished } = await migrate(database);
    expect(finished).toBe(true);
    expect(countsOf(counts)).toEqual(countsOf(plan));
    expect(await written(place)).toEqual(before);
    expect(before.filter((row) => row.student_note === "the app's own")).toHaveLength(rounds);
    // The app wrote by plain SQL: no event says that a person changed the row.
    const touched = before.filter((row) => row.student_note === "touched by the app").map((row) => row.id);
    const others = complaints(await verify(database)).filter((text) => !text.startsWith("row_differs"));
    expect({ touched: touched.length > 0, others }).toEqual({ touched: true, others: [] });
    await expectNothingMore(place, database);
  });
}

for (const engine of ENGINES) {
  describe(engine, () => {
    test("a round of the app between every two batches", () =>
      withPlace(engine, generated, async (place) => {
        let round = 0;
        await withDatabase(place.address, (database) =>
          migrate(database, {
            batch: 25,
            onProgress: () => {
              round += 1;
              execFileSync(process.execPath, [app.script, place.address, `${round}`, `${round}`]);
            },
          }),
        );
        expect(round).toBeGreaterThan(10);
        await expectSettled(place, round);
      }));

    test("the app in a process of its own, all the while", () =>
      withPlace(engine, generated, async (place) => {
        if (place.file !== null) inWalMode(place.file);
        await withDatabase(place.address, async (database) => {
          await migrate(database, { shouldStop: () => true }); // The schema: the app writes to the unified tables too.
          const process = start(app.script, [place.address, "1", "40"]);
          for (let over = false; !over; ) {
            await migrate(database, { batch: 7 });
            over = process.child.exitCode !== null;
          }
          expect(await process.ended).toMatchObject({ code: 0, err: "" });
        });
        await expectSettled(place, 40);
      }));
  });
}
