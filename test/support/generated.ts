/** Random legacy databases for property tests, and what must hold of every one of them. */
import fc from "fast-check";
import { sql } from "kysely";
import { expect } from "vitest";
import type { WriteGeneratedOptions } from "../../fixtures/generate.ts";
import type { Database } from "../../src/db/open.ts";
import { complaints, countsOf, preview, verify } from "./delta.ts";
import { migrate } from "./migration.ts";
import { outcomesOf, restOf } from "./snapshots.ts";

/** What the generator is to make: small, but of every generation, drift and brokenness. */
export const databases: fc.Arbitrary<WriteGeneratedOptions> = fc
  .record({
    generation: fc.constantFrom("A", "B", "C", "D"),
    group: fc.integer({ min: 0, max: 90 }),
    oneOnOne: fc.integer({ min: 0, max: 90 }),
    seed: fc.integer({ min: 1, max: 100_000 }),
    recurringShare: fc.constantFrom(0, 0.5, 1),
    broken: fc.constantFrom(0, 0.1, 0.5),
    unified: fc.constantFrom(0, 30),
    constraints: fc.boolean(),
    startYear: fc.constantFrom(2019, 2025),
    lower: fc.boolean(),
    omit: fc.constantFrom([], ["one_on_one_booking"], ["booking"], ["user_profile"]),
  })
  .map(({ lower, ...options }) => ({
    ...options,
    omit: options.generation === "D" ? options.omit : [],
    ...(lower ? { appLabel: "myapp" } : {}),
  })) as fc.Arbitrary<WriteGeneratedOptions>;

/** The same rows for both engines: PostgreSQL's types and keys hold no others. */
export const sound = databases.map((options) => ({
  ...options,
  danglingReferences: false,
  unreadable: false,
}));

const STATUSES = [
  "confirmed",
  "cancelled",
  "attended",
  "pending",
  "no_show",
  "waitlisted",
  "declined",
  "odd",
];

/** What the app does to a migrated database, as statements. Nothing that the database's own signals answer to. */
export const changes: fc.Arbitrary<string[]> = fc.array(
  fc
    .record({
      what: fc.constantFrom(
        "update {booking} set status = 'STATUS'",
        "update {booking} set booked_at = '2026-02-0N 10:00:00.000001', student_notes = 'changed'",
        "update {booking} set session_id = 1 + id % 3",
        "update {booking} set original_session_id = id - 1",
        "update {live_class_session} set teacher_id = 1 + id % 3",
        "update {one_on_one_booking} set status = 'STATUS'",
        "update {one_on_one_booking} set booked_at = '2026-02-0N 10:00:00'",
        "update {one_on_one_booking} set user_id = 1 + id % N, course_id = 2",
        "update {one_on_one_booking} set next_booking_date = '2026-06-0N 10:00:00'",
        "update {one_on_one_booking} set is_recurring = true, recurring_series_id = '5e51e50000004000800000000000000N'",
        "update {teacher_availability} set teacher_id = 1 + id % 2",
        "update {teacher_availability} set start_datetime = '2026-07-0N 10:00:00', end_datetime = '2026-07-0N 11:00:00'",
      ),
      status: fc.constantFrom(...STATUSES),
      n: fc.integer({ min: 1, max: 5 }),
      modulus: fc.integer({ min: 1, max: 6 }),
    })
    .map(
      ({ what, status, n, modulus }) =>
        `${what.replaceAll("STATUS", status).replaceAll("N", String(n))} where id % ${modulus} = ${n % modulus}`,
    ),
  { minLength: 1, maxLength: 8 },
);

/** Migrates; whatever the database: the plan was right, the sums add up, the keys are unique, verify is content. */
export async function migrateSoundly(database: Database): Promise<void> {
  const plan = await preview(database);
  const { counts } = await migrate(database, { batch: 40 });
  expect(countsOf(counts)).toEqual(countsOf(plan));
  for (const [type, placeColumn] of [
    ["group_session", "session_id"],
    ["one_on_one", "teacher_id"],
  ]) {
    const { rows } = await sql`
      select student_user_id from ${sql.table("live_class_booking")} where booking_type = ${type}
      group by student_user_id, ${sql.ref(placeColumn!)}, start_at_utc having count(*) > 1`.execute(
      database.db,
    );
    expect(rows).toEqual([]);
  }
  expect(complaints(await verify(database))).toEqual([]);
}

/** What became of every row, without ids. */
export async function resultOf(database: Database) {
  return { outcomes: await outcomesOf(database), rest: await restOf(database) };
}
