/** A migrated booking that `verify --fix` sets aside: its legacy row is quarantined as a run would have had it, and stays so (LEGACY 2.7). */
import { describe, expect, test } from "vitest";
import { ben, booking } from "../../fixtures/edge-cases/world.ts";
import { CHECK_CODES } from "../../src/db/checks.ts";
import type { Database } from "../../src/db/open.ts";
import { chooseIssues, retryIssues } from "../../src/legacy/issues.ts";
import { verifyLegacy } from "../../src/legacy/verify.ts";
import { verifyInvariants } from "../../src/operations/verify.ts";
import { repairInvariants } from "../../src/operations/verify-repair.ts";
import { ENGINES, query } from "../support/databases.ts";
import { lessons, rowsOnly } from "../support/delta.ts";
import { migrate, NOW, OPERATOR, withDatabase } from "../support/migration.ts";
import { outcomesOf } from "../support/snapshots.ts";
import { act, withPlace } from "../support/worlds.ts";

const world = rowsOnly({
  booking: [booking({ id: 1 }), booking({ id: 2, user_id: ben, status: "cancelled" })],
  ...lessons([{}]),
});
const CLOCK = { now: NOW, offerHours: 24 };

/** Another booking at the key of the first that was migrated. */
const copy = (id: number, status: string) =>
  `insert into {live_class_booking} (id, booking_type, course_id, teacher_id, student_user_id, start_at_utc, end_at_utc, status, student_note, teacher_note, session_id, seats_reserved, cancel_reason, created_at, updated_at)
   select ${id}, booking_type, course_id, teacher_id, student_user_id, start_at_utc, end_at_utc, '${status}', student_note, teacher_note, session_id, seats_reserved, cancel_reason, '2020-01-01 00:00:00', updated_at
   from {live_class_booking} where id = (select target_id from classbook_legacy_provenance where source_table = 'booking' and source_id = 1)`;

const errors = async (database: Database) => {
  const { findings, ...numbers } = await verifyLegacy(database, {
    sourceTimezone: "UTC",
    onProgress: () => {},
  });
  expect(numbers.read).toBe(numbers.migrated + numbers.waitlisted + numbers.quarantined);
  return findings.filter(({ severity }) => severity === "error");
};

async function fix(database: Database): Promise<void> {
  await repairInvariants(database, CHECK_CODES, { ...CLOCK, actor: OPERATOR });
}

/** Nothing is wrong, and however often a migration is run: nothing changes. */
async function expectSettled(database: Database, what: Record<string, unknown>): Promise<void> {
  const legacy = CHECK_CODES.filter((code) => code.startsWith("legacy_") || code.startsWith("unique_"));
  for (let run = 0; run < 3; run += 1) {
    expect(await verifyInvariants(database, legacy, CLOCK)).toEqual([]);
    expect(await errors(database)).toEqual([]);
    expect((await outcomesOf(database))["booking:1"]).toMatchObject(what);
    if (run < 2) {
      const { counts } = await migrate(database);
      expect(counts).toMatchObject({ unchanged: counts.read });
    }
  }
}

describe.each(ENGINES)("%s", (engine) => {
  test("gives way to a booking of the app's own", () =>
    withPlace(engine, world, (place) =>
      withDatabase(place.address, async (database) => {
        await migrate(database);
        await act(place, "drop index unique_group_booking", copy(5001, "confirmed"));
        await database.refresh();
        await fix(database);
        await expectSettled(database, { outcome: "quarantined" });
        const issues = await query(
          place,
          `select source_table, code, status, message from "${database.layout.name("legacy_issue")}" order by source_table`,
        );
        expect(issues).toEqual([
          {
            source_table: "booking",
            code: "already_booked",
            status: "skipped",
            message: "booking 5001 of the unified table has the same student, place and time",
          },
          {
            source_table: "live_class_booking",
            code: "duplicate_booking",
            status: "skipped",
            message: "booking 5001 has the same student, place and time, and is kept",
          },
        ]);

        // What a person takes up again is settled as any other row.
        const retry = async () => {
          const issues = await chooseIssues(database, [{ table: "booking", id: 1 }], null);
          await retryIssues(database, issues, { sourceTimezone: "UTC", now: () => NOW, actor: OPERATOR });
          return (await outcomesOf(database))["booking:1"];
        };
        expect(await retry()).toMatchObject({ outcome: "quarantined" });
        await act(place, "delete from {live_class_booking} where id = 5001");
        expect(await retry()).toMatchObject({ outcome: "migrated" });
        expect(await errors(database)).toEqual([]);
      }),
    ));

  test("gives way after somebody changed it", () =>
    withPlace(engine, world, (place) =>
      withDatabase(place.address, async (database) => {
        await migrate(database);
        await act(
          place,
          "drop index unique_group_booking",
          copy(5001, "attended"),
          "update {live_class_booking} set teacher_note = 'late' where id <> 5001 and session_id is not null and student_user_id = (select student_user_id from {live_class_booking} where id = 5001)",
        );
        await database.refresh();
        await fix(database);
        await expectSettled(database, { outcome: "quarantined" });
      }),
    ));

  test("stays, and a better one goes on as it was", () =>
    withPlace(engine, world, (place) =>
      withDatabase(place.address, async (database) => {
        await migrate(database);
        await act(place, "drop index unique_group_booking", copy(5001, "cancelled"));
        await database.refresh();
        await fix(database);
        await expectSettled(database, { outcome: "migrated" });
      }),
    ));
});
