/** Sound worlds that a hand makes absurd, and what must hold of every one of them. */
import { expect } from "vitest";
import type { Row } from "../../fixtures/django-tables.ts";
import type { World } from "../../fixtures/edge-cases.ts";
import type { Engine } from "../../src/db/layout.ts";
import { complaints, countsOf, expectNothingMore, preview, verify } from "./delta.ts";
import { migrate, rollback, withDatabase } from "./migration.ts";
import { bytesOf, outcomesOf, restOf, shapeOf } from "./snapshots.ts";
import { act, withPlace } from "./worlds.ts";

export interface Absurdity {
  what: string;
  engine: Engine;
  /** What the hand does; tables by logical name in braces. */
  by: string[];
  /** By `booking:1`: the reason code, or columns of the outcome. */
  gives: Record<string, string | Row>;
  /** The session's columns afterwards, where they count. */
  session?: Row;
  sourceTimezone?: string;
}

/** Plan, migrate and verify agree, a second run changes nothing, and rollback leaves every row as it was. */
export async function expectHandled(world: World, absurdity: Absurdity): Promise<void> {
  const { by, engine, gives, session = {}, sourceTimezone = "UTC" } = absurdity;
  await withPlace(engine, world, (place) =>
    withDatabase(place.address, async (database) => {
      await act(place, ...by);
      await database.refresh();
      const shape = await shapeOf(place);
      const before = await bytesOf(place, shape);
      const plan = await preview(database, sourceTimezone);
      const { counts } = await migrate(database, { sourceTimezone });
      const found = await outcomesOf(database);
      const wanted = Object.entries(gives).map(([name, outcome]) => [
        name,
        expect.objectContaining(typeof outcome === "string" ? { code: outcome } : outcome),
      ]);
      expect(found).toMatchObject(Object.fromEntries(wanted));
      expect(countsOf(counts)).toEqual(countsOf(plan));
      expect(((await restOf(database)).sessions as Row[])[0]).toMatchObject(session);
      expect(complaints(await verify(database, sourceTimezone))).toEqual([]);
      await expectNothingMore(place, database, sourceTimezone);
      await rollback(database);
      await rollback(database);
      expect(await bytesOf(place, shape)).toEqual(before);
      expect(countsOf((await migrate(database, { sourceTimezone })).counts)).toEqual(countsOf(plan));
    }),
  );
}
