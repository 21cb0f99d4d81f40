/** What `verify` says of legacy rows: those that nobody took over, and those whose booking is gone or changed on both sides (LEGACY 3). */
import { describe, expect, test } from "vitest";
import { ben, booking, cleo, session, tessUser } from "../../fixtures/edge-cases/world.ts";
import { CHECK_CODES, type CheckCode, type Violation } from "../../src/db/checks.ts";
import type { Database } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { verifyInvariants } from "../../src/operations/verify.ts";
import { previewRepairs, repairInvariants } from "../../src/operations/verify-repair.ts";
import { ENGINES } from "../support/databases.ts";
import { lessons, rowsOnly } from "../support/delta.ts";
import { migrate, NOW, withDatabase } from "../support/migration.ts";
import { act, insertion, withPlace } from "../support/worlds.ts";

const world = rowsOnly({
  booking: [
    booking({ id: 1 }),
    booking({ id: 2, user_id: ben }),
    booking({ id: 3, user_id: cleo, status: "waitlisted" }),
  ],
  ...lessons([{}]),
});
const cancelled = rowsOnly({
  booking: [
    booking({ id: 1 }),
    booking({ id: 2, user_id: ben, status: "cancelled", cancelled_at: null }),
    booking({ id: 3, user_id: cleo, status: "waitlisted" }),
  ],
});
const unmigrated = rowsOnly({
  booking: [booking({ id: 1 })],
  live_class_session: [session(), session({ id: 77 })],
});
const LEGACY = CHECK_CODES.filter((code) => code.startsWith("legacy_"));
const findings = (database: Database): Promise<Violation[]> =>
  verifyInvariants(database, LEGACY, { now: NOW, offerHours: 24 });

describe.each(ENGINES)("%s", (engine) => {
  test("before a migration nothing is promised; after one, every row is looked after", () =>
    withPlace(engine, world, (place) =>
      withDatabase(place.address, async (database) => {
        await migrateSchema(database, { now: NOW });
        expect(await findings(database)).toEqual([]);
        await migrate(database);
        expect(await findings(database)).toEqual([]);

        await act(
          place,
          insertion("booking", booking({ id: 9, user_id: tessUser })),
          "delete from {live_class_booking} where student_user_id = 2 and session_id is not null",
          "delete from {session_waitlist}",
        );
        expect(await findings(database)).toMatchObject([
          { check: "legacy_without_outcome", count: 1, examples: ["booking 9 has no outcome"] },
          {
            check: "legacy_target_missing",
            count: 2,
            examples: [
              "booking 2: its booking is gone",
              "booking 3: its waitlist entry is gone, or another's",
            ],
          },
        ]);

        await migrate(database);
        expect(await findings(database)).toMatchObject([
          { check: "legacy_diverged", severity: "warning", count: 2, examples: ["booking 2", "booking 3"] },
        ]);
      }),
    ));

  test("before the schema's first step, what a repair would do is shown as it is done then", () =>
    withPlace(engine, unmigrated, (place) =>
      withDatabase(place.address, async (database) => {
        await act(place, "update {live_class_session} set seats_taken = 6, total_seats = 9");
        const checks = ["seats_taken", "capacity", "session_utc_missing"] as const;
        const acting = { now: NOW, offerHours: 24, actor: { kind: "shell", name: "root" } as const };
        const told: string[][] = [[], []];
        const watch = (at: number) => ({
          onRepair: (check: CheckCode, what: string, left?: "left") =>
            void told[at]!.push(`${check}: ${left === undefined ? "" : "LEFT "}${what}`),
        });
        const count = await previewRepairs(database, checks, acting, watch(0));
        await repairInvariants(database, checks, acting, watch(1));
        expect(told[0]).toEqual(told[1]);
        expect(told[0]!.filter((line) => !line.includes("LEFT"))).toHaveLength(count);
        expect(told[0]!.filter((line) => line.includes("LEFT"))).toEqual([
          expect.stringMatching(/^seats_taken: LEFT leave session \d+: .* not migrated$/),
        ]);
        expect(told[0]).toContainEqual(expect.stringMatching(/^seats_taken: session 77: seats_taken 6 → 0/));
      }),
    ));

  test("a time that a status lacks is pardoned only where the migration gave that status", () =>
    withPlace(engine, cancelled, (place) =>
      withDatabase(place.address, async (database) => {
        await migrateSchema(database, { now: NOW });
        await migrate(database);
        const lacking = async () =>
          (await verifyInvariants(database, ["status_without_time"], { now: NOW, offerHours: 24 })).flatMap(
            ({ examples }) => examples,
          );
        expect(await lacking()).toEqual([]);
        await act(
          place,
          "update {live_class_booking} set status = 'cancelled' where status = 'confirmed'",
          "update {session_waitlist} set status = 'expired'",
        );
        expect(await lacking()).toEqual([
          expect.stringMatching(/^booking \d+ is cancelled, and cancelled_at is empty$/),
          expect.stringMatching(/^entry \d+ is expired, and expired_at is empty$/),
        ]);
        // Nobody knows any more what it was.
        await act(place, "delete from {booking}", "delete from {session_waitlist}");
        expect(await lacking()).toEqual([]);
      }),
    ));
});
