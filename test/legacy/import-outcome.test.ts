import BetterSqlite3 from "better-sqlite3";
import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { edgeCases, loadWorld, type World } from "../../fixtures/edge-cases.ts";
import { APP_TABLES, OWN_TABLES } from "../../src/db/layout.ts";
import type { Database } from "../../src/db/open.ts";
import { parseInstant } from "../../src/domain/instant.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { importFrom, withTarget } from "../support/import.ts";
import { migrate } from "../support/migration.ts";

const made: Scratch[] = [];

async function make(engine: "sqlite" | "postgres"): Promise<Scratch> {
  const database = await scratch(engine);
  made.push(database);
  return database;
}

afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

const UNIFIED = `select booking_type, course_id, teacher_id, student_user_id, cast(start_at_utc as text) as start_at_utc,
  status, session_id, seats_reserved, student_note, teacher_note from live_class_booking`;
const ISSUES = "select source_table, source_id, code from legacy_issue";

/** What a migration left, whatever engine and layout: ids as text, instants canonical, in an order of their own. */
async function outcomeIn(database: Scratch, layout: "native" | "django"): Promise<Record<string, string[]>> {
  const texts =
    layout === "native"
      ? [UNIFIED, ISSUES]
      : [
          UNIFIED.replace("live_class_booking", `"myApp_liveclassbooking"`),
          ISSUES.replace("legacy_issue", "classbook_legacy_issue"),
        ];
  const [bookings, issues] = await Promise.all(texts.map((text) => query(database, text)));
  const plain = (row: Record<string, unknown>) =>
    Object.values(row)
      .map((value) => parseInstant(String(value)) ?? String(value))
      .join(" | ");
  return { bookings: bookings!.map(plain).sort(), issues: issues!.map(plain).sort() };
}

test.each(ENGINES)("on %s an import and a migration give what a migration in place gives", async (engine) => {
  const target = await make(engine);
  const [found, wanted]: Record<string, unknown>[] = [{}, {}];
  await withTarget(target.address, async (database) => {
    // PostgreSQL takes its time over a world: those it cannot hold as they are, and a sample of the others.
    const chosen = edgeCases().filter(
      (world, at) => engine === "sqlite" || at % 5 === 0 || hasUnreadableTime(world),
    );
    for (const world of chosen) {
      const file = await scratch("sqlite");
      const source = new BetterSqlite3(file.file!);
      source.pragma("synchronous = OFF");
      loadWorld(source, world);
      source.close();
      await empty(database);
      await importFrom(database, file.address);
      await migrate(database);
      await withTarget(file.address, migrate);
      found![world.name] = await outcomeIn(target, "native");
      wanted![world.name] = await outcomeIn(file, "django");
      await file.remove();
    }
  });
  expect(found).toEqual(wanted);
});

function hasUnreadableTime(world: World): boolean {
  return (world.rows.live_class_session ?? []).some((row) =>
    [row.scheduled_start, row.start_at_utc, row.end_at_utc].some(
      (at) => typeof at === "string" && parseInstant(at) === null,
    ),
  );
}

/** Everything out, the schema stays: a new database for each world takes longer than the world. */
async function empty(database: Database): Promise<void> {
  const tables = [...APP_TABLES, ...OWN_TABLES].filter((table) => table !== "schema_history").reverse();
  for (const table of tables) await sql`delete from ${sql.table(table)}`.execute(database.db);
}
