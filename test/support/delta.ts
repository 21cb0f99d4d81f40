/** A migration, what happens then, and the run that follows. */
import { expect } from "vitest";
import type { Row } from "../../fixtures/django-tables.ts";
import { lesson, once, world } from "../../fixtures/edge-cases/world.ts";
import type { World } from "../../fixtures/edge-cases.ts";
import type { Engine } from "../../src/db/layout.ts";
import type { Database } from "../../src/db/open.ts";
import type { Counts } from "../../src/legacy/counts.ts";
import type { MigrateResult } from "../../src/legacy/migrate.ts";
import { previewMigration } from "../../src/legacy/preview.ts";
import { type VerifyResult, verifyLegacy } from "../../src/legacy/verify.ts";
import type { Scratch } from "./databases.ts";
import { migrate, withDatabase } from "./migration.ts";
import { bytesOf, type Outcome, outcomesOf, restOf, withoutRuns } from "./snapshots.ts";
import { act, withPlace } from "./worlds.ts";

/** What stands after the second run. */
export interface After {
  database: Database;
  place: Scratch;
  /** By `booking:12`. */
  before: Record<string, Outcome>;
  outcomes: Record<string, Outcome>;
  rest: Record<string, unknown>;
  result: MigrateResult;
}

/**
 * Migrates a world, lets the app or a hand act on it, and migrates again. Whatever happened, the plan said
 * beforehand what the run then reported, `verify` is content but for what is tolerated, and a third run changes nothing.
 */
export async function afterDelta(
  engine: Engine,
  world: World,
  between: readonly string[],
  check: (after: After) => Promise<void> | void,
  options: { tolerated?: RegExp; batch?: number; sourceTimezone?: string } = {},
): Promise<void> {
  await withPlace(engine, world, (place) =>
    withDatabase(place.address, async (database) => {
      const { tolerated = /^$/, batch = 1_000, sourceTimezone = "UTC" } = options;
      await migrate(database, { sourceTimezone });
      const before = await outcomesOf(database);
      await act(place, ...between);
      const plan = await preview(database, sourceTimezone);
      const result = await migrate(database, { batch, sourceTimezone });
      expect(result.finished).toBe(true);
      await check({
        database,
        place,
        before,
        outcomes: await outcomesOf(database),
        rest: await restOf(database),
        result,
      });
      expect(
        complaints(await verify(database, sourceTimezone)).filter((text) => !tolerated.test(text)),
      ).toEqual([]);
      expect(countsOf(result.counts)).toEqual(countsOf(plan));
      await expectNothingMore(place, database, sourceTimezone);
    }),
  );
}

/** One more run finds everything unchanged and writes nothing but its own record. */
export async function expectNothingMore(
  place: Scratch,
  database: Database,
  sourceTimezone = "UTC",
): Promise<void> {
  const bytes = withoutRuns(await bytesOf(place));
  const { counts } = await migrate(database, { sourceTimezone });
  expect(counts).toMatchObject({ migrated: 0, waitlisted: 0, quarantined: 0, updated: 0 });
  expect(counts.unchanged).toBe(counts.read);
  expect(withoutRuns(await bytesOf(place))).toEqual(bytes);
}

export function preview(database: Database, sourceTimezone = "UTC") {
  return previewMigration(database, {
    sourceTimezone,
    onProgress: () => {},
    shouldStop: () => false,
  });
}

export function verify(database: Database, sourceTimezone = "UTC"): Promise<VerifyResult> {
  return verifyLegacy(database, { sourceTimezone, onProgress: () => {}, shouldStop: () => false });
}

/** The errors of a verification, as sentences. */
export function complaints({ findings }: VerifyResult): string[] {
  return findings
    .filter((finding) => finding.severity === "error")
    .map((finding) => `${finding.check}: ${finding.examples.join("; ")}`);
}

/** The counts that plan and migrate have in common. */
export function countsOf(counts: Counts): Counts {
  const { read, migrated, waitlisted, quarantined, unchanged, updated, by_status, by_code, by_table } =
    counts;
  expect(read).toBe(migrated + waitlisted + quarantined + unchanged);
  return { read, migrated, waitlisted, quarantined, unchanged, updated, by_status, by_code, by_table };
}

/** Lessons of Ana with Tess, each on a one-time slot of its own, a day apart where not said otherwise. */
export function lessons(rows: Row[], slots: Row[] = []): Record<string, Row[]> {
  return {
    teacher_availability: rows.map((_, nth) =>
      once({
        id: 2000 + nth,
        start_datetime: `2026-03-${10 + nth} 16:00:00`,
        end_datetime: `2026-03-${10 + nth} 17:00:00`,
        ...slots[nth],
      }),
    ),
    one_on_one_booking: rows.map((row, nth) =>
      lesson({ id: nth + 1, availability_slot_id: 2000 + nth, ...row }),
    ),
  };
}

/** A world of rows alone: what becomes of them is said by the test. */
export function rowsOnly(rows: Record<string, Row[]>): World {
  return world("3", "delta", { rows, expect: {} });
}
