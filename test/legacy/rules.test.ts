/** Each rule of LEGACY.md section 2, by its number, on both engines. The worlds and what becomes of them are written by hand. */
import BetterSqlite3 from "better-sqlite3";
import { sql } from "kysely";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { edgeCases, loadWorld, loadWorldPostgres, type World } from "../../fixtures/edge-cases.ts";
import type { Database } from "../../src/db/open.ts";
import { ENGINES, type Scratch, scratch } from "../support/databases.ts";
import { migrate, withDatabase } from "../support/migration.ts";

type Outcomes = Record<string, Record<string, unknown>>;

async function load(database: Scratch, world: World): Promise<void> {
  if (database.file !== null) {
    const sqlite = new BetterSqlite3(database.file);
    loadWorld(sqlite, world);
    sqlite.close();
    return;
  }
  const client = new pg.Client(database.address);
  await client.connect();
  await loadWorldPostgres(client, world);
  await client.end();
}

async function outcomesOf(database: Database): Promise<Outcomes> {
  const { db } = database;
  const outcomes: Outcomes = {};
  for (const row of await db.selectFrom("legacy_provenance").selectAll().execute()) {
    const name = `${row.source_table}:${row.source_id}`;
    if (row.outcome === "migrated") {
      const booking = await db
        .selectFrom("live_class_booking")
        .selectAll()
        .where("id", "=", row.target_id!)
        .executeTakeFirstOrThrow();
      outcomes[name] = { outcome: "migrated", row: booking };
    } else if (row.outcome === "waitlisted") {
      const entry = await db
        .selectFrom("session_waitlist")
        .selectAll()
        .where("id", "=", row.target_id!)
        .executeTakeFirstOrThrow();
      outcomes[name] = {
        outcome: "waitlisted",
        row: entry,
        ...(row.created === 0 ? { existing: entry.id } : {}),
      };
    } else {
      const issue = await db
        .selectFrom("legacy_issue")
        .selectAll()
        .where("source_table", "=", row.source_table)
        .where("source_id", "=", row.source_id)
        .executeTakeFirstOrThrow();
      outcomes[name] = { outcome: "quarantined", code: issue.code, message: issue.message };
    }
  }
  return outcomes;
}

for (const engine of ENGINES) {
  describe(engine, () => {
    for (const world of edgeCases()) {
      if (engine === "postgres" && world.sqliteOnly) continue;
      test(`${world.rule} ${world.name}`, async () => {
        const place = await scratch(engine);
        try {
          await load(place, world);
          await withDatabase(place.address, async (database) => {
            await migrate(database);
            await expectWorld(database, world);
          });
        } finally {
          await place.remove();
        }
      });
    }
  });
}

async function expectWorld(database: Database, world: World): Promise<void> {
  const outcomes = await outcomesOf(database);
  expect(Object.keys(outcomes).sort()).toEqual(Object.keys(world.expect).sort());
  for (const [name, wanted] of Object.entries(world.expect)) {
    const got = outcomes[name]!;
    expect({ name, ...pick(got, ["outcome", "code"]) }).toMatchObject({
      name,
      ...pick(wanted, ["outcome", "code"]),
    });
    if ("row" in wanted && wanted.row !== undefined) expect(got.row).toMatchObject(wanted.row);
    if ("existing" in wanted) expect(got.existing).toBe(wanted.existing);
    if ("winner" in wanted && wanted.winner !== undefined)
      expect(got.message).toContain(String(wanted.winner).replace(":", " "));
  }
  for (const [id, wanted] of Object.entries(world.sessions ?? {})) {
    const { rows } = await sql<
      Record<string, unknown>
    >`select * from ${sql.table("live_class_session")} where id = ${Number(id)}`.execute(database.db);
    expect(rows[0]).toMatchObject(wanted);
  }
  if (world.series !== undefined)
    expect(await seriesOf(database)).toEqual(
      world.series.map((series) => ({ row: expect.objectContaining(series.row), items: series.items })),
    );
}

function pick(object: object, keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)));
}

async function seriesOf(database: Database): Promise<{ row: unknown; items: string[] }[]> {
  const { db } = database;
  const found: { row: unknown; items: string[] }[] = [];
  for (const known of await db.selectFrom("legacy_series").selectAll().orderBy("series_id").execute()) {
    const row = await db
      .selectFrom("booking_series")
      .selectAll()
      .where("id", "=", known.series_id)
      .executeTakeFirstOrThrow();
    const items = await db
      .selectFrom("booking_series_item as i")
      .innerJoin("legacy_provenance as p", (join) =>
        join.onRef("p.target_id", "=", "i.booking_id").on("p.outcome", "=", "migrated"),
      )
      .select(["p.source_table", "p.source_id", "i.occurrence_index"])
      .where("i.series_id", "=", known.series_id)
      .orderBy("i.occurrence_index")
      .execute();
    expect(items.map((item) => item.occurrence_index)).toEqual(items.map((_, at) => at + 1));
    found.push({ row, items: items.map((item) => `${item.source_table}:${item.source_id}`) });
  }
  return found;
}
