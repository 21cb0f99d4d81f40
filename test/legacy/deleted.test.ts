/** Bookings and waitlist entries that a hand deleted after the migration, with no record of it. */
import { describe, expect, test } from "vitest";
import type { Row } from "../../fixtures/django-tables.ts";
import { ben, booking, cleo } from "../../fixtures/edge-cases/world.ts";
import { findIssue } from "../../src/db/legacy-issue.ts";
import type { Database } from "../../src/db/open.ts";
import { retryIssues, skipIssues } from "../../src/legacy/issues.ts";
import { planRollback } from "../../src/legacy/rollback.ts";
import { ENGINES, query } from "../support/databases.ts";
import { afterDelta, complaints, expectNothingMore, lessons, rowsOnly, verify } from "../support/delta.ts";
import { migrate, NOW, OPERATOR, rollback, withDatabase } from "../support/migration.ts";
import { outcomesOf } from "../support/snapshots.ts";
import { act, named, withPlace } from "../support/worlds.ts";

const options = { sourceTimezone: "UTC", now: () => NOW, actor: OPERATOR };

/** Three group bookings, one of them waiting, and two lessons. */
const school: Record<string, Row[]> = {
  booking: [
    booking({ id: 1 }),
    booking({ id: 2, user_id: ben }),
    booking({ id: 3, user_id: cleo, status: "waitlisted" }),
  ],
  ...lessons([{}, {}]),
};
const world = rowsOnly(school);

const DELETIONS = [
  "delete from {live_class_booking} where student_user_id = 2 and session_id is not null",
  "delete from {session_waitlist}",
  "delete from {live_class_booking} where start_at_utc = '2026-03-10 16:00:00' and session_id is null",
];
const GONE = ["booking:2", "booking:3", "one_on_one_booking:1"];

async function issuesOf(database: Database, names: readonly string[]) {
  const found = await Promise.all(
    names.map((name) => {
      const [table, id] = name.split(":");
      return findIssue(database, table as "booking", Number(id));
    }),
  );
  return found.map((issue) => issue!);
}

for (const engine of ENGINES) {
  describe(engine, () => {
    test("the next run makes an issue of each, as the plan foresaw, and leaves the rest alone", () =>
      afterDelta(engine, world, DELETIONS, async ({ outcomes, before, result, place }) => {
        for (const name of GONE)
          expect({ name, ...outcomes[name] }).toMatchObject({
            name,
            outcome: "quarantined",
            code: "diverged",
            status: "open",
          });
        expect(outcomes["booking:2"]!.message).toMatch(/^its booking \d+ was deleted since/);
        expect(outcomes["booking:3"]!.message).toMatch(/^its waitlist entry \d+ was deleted since/);
        expect(outcomes["booking:1"]).toEqual(before["booking:1"]);
        expect(result.counts).toMatchObject({ read: 5, quarantined: 3, unchanged: 2, migrated: 0 });
        expect(result.counts.by_code).toEqual({ diverged: 3 });
        expect(result.openIssues).toBe(3);
        expect(await query(place, named("select count(*) as n from {live_class_booking}"))).toMatchObject([
          { n: engine === "sqlite" ? 2 : "2" },
        ]);
      }));

    test("verify names the rows and what to do about them before that run", () =>
      withPlace(engine, world, (place) =>
        withDatabase(place.address, async (database) => {
          await migrate(database);
          await act(place, ...DELETIONS);
          const { ok, findings } = await verify(database);
          expect(ok).toBe(false);
          for (const check of ["target_exists", "waitlist_entry"])
            expect(findings.find((finding) => finding.check === check)?.remedy).toContain(
              "classbook legacy migrate",
            );
        }),
      ));

    test("retry makes them anew, and everything is as before", () =>
      afterDelta(engine, world, DELETIONS, async ({ database, before }) => {
        const settled = await retryIssues(database, await issuesOf(database, GONE), options);
        expect(settled.map((row) => row.status)).toEqual(["resolved", "resolved", "resolved"]);
        expect(await outcomesOf(database)).toEqual(before);
      }));

    test("skip leaves them deleted, on every later run", () =>
      afterDelta(engine, world, DELETIONS, async ({ database, place }) => {
        await skipIssues(database, await issuesOf(database, GONE), "they were test bookings");
        expect(complaints(await verify(database))).toEqual([]);
        await expectNothingMore(place, database);
        expect((await outcomesOf(database))["booking:2"]).toMatchObject({ status: "skipped" });
      }));

    test("a skipped one can be retried after all", () =>
      afterDelta(engine, world, DELETIONS, async ({ database, before }) => {
        await skipIssues(database, await issuesOf(database, GONE), "not sure yet");
        await retryIssues(database, await issuesOf(database, GONE), options);
        expect(await outcomesOf(database)).toEqual(before);
      }));

    test("retry makes nothing where something stands in its place by now", () =>
      afterDelta(engine, world, DELETIONS, async ({ database, place }) => {
        await act(
          place,
          "insert into {session_waitlist} (id, session_id, student_user_id, status, created_at) values (900, 1000, 3, 'offered', '2026-03-05 10:00:00')",
          "update {live_class_booking} set student_user_id = 2 where student_user_id = 1 and session_id is not null",
        );
        const settled = await retryIssues(
          database,
          await issuesOf(database, ["booking:2", "booking:3"]),
          options,
        );
        expect(settled).toMatchObject([
          { status: "open", code: "already_booked" },
          { status: "open", code: "diverged" },
        ]);
        expect(await query(place, named("select id from {session_waitlist}"))).toHaveLength(1);
        await act(
          place,
          "update {live_class_booking} set student_user_id = 1 where student_user_id = 2 and session_id is not null",
        );
        await retryIssues(database, await issuesOf(database, ["booking:2"]), options);
      }));

    test("a changed booking is no deleted one: retry leaves it as people made it", () =>
      afterDelta(
        engine,
        world,
        [
          "update {live_class_booking} set status = 'no_show' where student_user_id = 2",
          "update {booking} set student_notes = 'late' where id = 2",
        ],
        async ({ database }) => {
          const [settled] = await retryIssues(database, await issuesOf(database, ["booking:2"]), options);
          expect(settled).toMatchObject({ status: "open", code: "diverged" });
        },
      ));

    test("a booking that comes back from a backup ends the divergence", () =>
      withPlace(engine, world, (place) =>
        withDatabase(place.address, async (database) => {
          await migrate(database);
          const before = await outcomesOf(database);
          await act(
            place,
            "create table kept as select * from {live_class_booking}",
            "delete from {live_class_booking}",
          );
          expect((await migrate(database)).counts).toMatchObject({ quarantined: 4, unchanged: 1 });
          await act(place, "insert into {live_class_booking} select * from kept", "drop table kept");
          expect((await migrate(database)).counts).toMatchObject({ migrated: 4, quarantined: 0 });
          expect(await outcomesOf(database)).toEqual(before);
        }),
      ));

    test("the legacy row that changed meanwhile is taken over as it is now", () =>
      afterDelta(
        engine,
        world,
        [
          ...DELETIONS,
          "update {booking} set status = 'cancelled', cancelled_at = '2026-03-05 10:00:00' where id = 2",
        ],
        async ({ database }) => {
          expect((await outcomesOf(database))["booking:2"]!.message).toContain("deleted");
          await retryIssues(database, await issuesOf(database, ["booking:2"]), options);
          expect((await outcomesOf(database))["booking:2"]).toMatchObject({
            outcome: "migrated",
            status: "cancelled",
          });
        },
      ));

    test("a duplicate does not take the place of the better row whose booking was deleted", () =>
      afterDelta(
        engine,
        rowsOnly({
          ...lessons(
            [{ status: "confirmed" }, { status: "cancelled", cancelled_at: "2026-03-02 10:00:00" }],
            [{}, { start_datetime: "2026-03-10 16:00:00", end_datetime: "2026-03-10 17:00:00" }],
          ),
        }),
        ["delete from {live_class_booking}"],
        async ({ outcomes, database, before }) => {
          expect(before["one_on_one_booking:2"]).toMatchObject({ code: "duplicate_booking" });
          expect(outcomes["one_on_one_booking:1"]).toMatchObject({ code: "diverged" });
          expect(outcomes["one_on_one_booking:2"]).toMatchObject({ code: "duplicate_booking" });
          expect(complaints(await verify(database))).toEqual([]);
          await retryIssues(database, await issuesOf(database, ["one_on_one_booking:1"]), options);
          expect(await outcomesOf(database)).toEqual(before);
        },
      ));

    test("a lesson of a series leaves the series, and comes back to it", () => {
      const member = {
        is_recurring: 1,
        recurring_series_id: "0123456789abcdef0123456789abcdef",
        recurring_cadence: "weekly",
      };
      return afterDelta(
        engine,
        rowsOnly(lessons([member, member, member])),
        [
          "delete from {booking_series_item} where occurrence_index = 2",
          "delete from {live_class_booking} where start_at_utc = '2026-03-11 16:00:00'",
        ],
        async ({ outcomes, rest, database, before }) => {
          expect(outcomes["one_on_one_booking:2"]).toMatchObject({ code: "diverged" });
          expect(rest.series).toMatchObject([{ items: ["1: lesson 1", "2: lesson 3"] }]);
          await retryIssues(database, await issuesOf(database, ["one_on_one_booking:2"]), options);
          expect(await outcomesOf(database)).toEqual(before);
          expect(complaints(await verify(database))).toEqual([]);
        },
      );
    });

    test("rollback takes the run back all the same, and counts what is there", () =>
      withPlace(engine, world, (place) =>
        withDatabase(place.address, async (database) => {
          await migrate(database);
          await act(place, ...DELETIONS);
          await migrate(database);
          expect(await planRollback(database, 1)).toMatchObject({
            bookings: 2,
            waitlist_entries: 0,
            touched: [],
          });
          await rollback(database, { runId: 1 });
          expect(await query(place, named("select id from {live_class_booking}"))).toEqual([]);
          expect(await query(place, named("select source_id from {classbook_legacy_issue}"))).toEqual([]);
          expect((await migrate(database)).counts).toMatchObject({
            migrated: 4,
            waitlisted: 1,
            quarantined: 0,
          });
          expect(complaints(await verify(database))).toEqual([]);
        }),
      ));
  });
}
