/** Quarantine as a workflow (LEGACY 3): answers, skips, retries, export and import. */
import { describe, expect, test } from "vitest";
import { ben, booking, english, unifiedLesson } from "../../fixtures/edge-cases/world.ts";
import { releaseLease, takeLease } from "../../src/db/lease.ts";
import { type Answers, type IssueRow, listIssues } from "../../src/db/legacy-issue.ts";
import { LEASE } from "../../src/db/legacy-run.ts";
import type { Database } from "../../src/db/open.ts";
import { chooseIssues, resolveIssues, retryIssues, skipIssues } from "../../src/legacy/issues.ts";
import { exportLine, importAnswers, parseExport } from "../../src/legacy/issues-export.ts";
import { ENGINES, query } from "../support/databases.ts";
import { complaints, expectNothingMore, lessons, rowsOnly, verify } from "../support/delta.ts";
import { groupCases, issueWorld, lessonCases } from "../support/issue-cases.ts";
import { migrate, NOW, OPERATOR, withDatabase } from "../support/migration.ts";
import { bytesOf, outcomesOf, restOf } from "../support/snapshots.ts";
import { act, named, withPlace } from "../support/worlds.ts";

const options = { sourceTimezone: "UTC", now: () => NOW, actor: OPERATOR };

const issuesOf = (database: Database, ...statuses: string[]): Promise<IssueRow[]> =>
  chooseIssues(database, [], null, statuses.length === 0 ? ["open"] : statuses);

for (const engine of ENGINES) {
  describe(engine, () => {
    test("each reason is resolved by its value; the row stays so in later runs", () => {
      const group = groupCases.filter((one) => engine === "sqlite" || !one.sqliteOnly);
      return withPlace(engine, issueWorld(group, lessonCases), (place) =>
        withDatabase(place.address, async (database) => {
          await migrate(database);
          const cases = [
            ...group.map((one, nth) => ({ ...one, table: "booking" as const, id: nth + 1 })),
            ...lessonCases.map((one, nth) => ({ ...one, table: "one_on_one_booking" as const, id: nth + 1 })),
          ];
          const outcomes = await outcomesOf(database);
          for (const { table, id, code, answers } of cases) {
            expect({ table, id, ...outcomes[`${table}:${id}`] }).toMatchObject({ table, id, code });
            const settled = await resolveIssues(
              database,
              await chooseIssues(database, [{ table, id }], null),
              answers,
              options,
            );
            expect(settled).toEqual([
              { source_table: table, source_id: id, status: "resolved", code: null, message: null },
            ]);
          }
          const check = async () => {
            const after = await outcomesOf(database);
            for (const { table, id, becomes } of cases)
              expect({ table, id, ...after[`${table}:${id}`] }).toMatchObject({
                ...{ table, id, outcome: "migrated" },
                ...becomes,
              });
          };
          await check();
          expect(complaints(await verify(database))).toEqual([]);
          await expectNothingMore(place, database);
          await act(
            place,
            "update {booking} set student_notes = 'later'",
            "update {one_on_one_booking} set student_notes = 'later'",
          );
          await migrate(database);
          await check();
          expect(await issuesOf(database)).toEqual([]);
          expect(complaints(await verify(database))).toEqual([]);
          const seats = await query(place, named("select sum(seats_taken) as n from {live_class_session}"));
          const booked = await query(
            place,
            named(
              "select sum(seats_reserved) as n from {live_class_booking} where status in ('confirmed', 'attended') and session_id is not null",
            ),
          );
          expect(seats).toEqual(booked);
        }),
      );
    });

    test("skipped with a reason, a row is left out until it is retried; mended in the app, a retry takes it over", () =>
      withPlace(
        engine,
        rowsOnly({
          booking: [booking({ status: "refunded" }), booking({ id: 2, user_id: ben, status: "refunded" })],
        }),
        (place) =>
          withDatabase(place.address, async (database) => {
            await migrate(database);
            const open = await issuesOf(database);
            await expect(skipIssues(database, open, "  ")).rejects.toMatchObject({ kind: "usage" });
            await skipIssues(database, open, "never paid");
            await act(place, "update {booking} set status = 'confirmed'");
            await expectNothingMore(place, database);
            const [first, second] = await listIssues(database, {
              status: "skipped",
              code: null,
              table: null,
              limit: null,
            });
            expect(first).toMatchObject({ reason: "never paid", code: "unknown_status" });
            expect(JSON.parse(first!.source)).toMatchObject({ id: 1, status: "refunded", session_id: 1000 });
            expect(await retryIssues(database, [first!], options)).toMatchObject([{ status: "resolved" }]);
            await act(place, "update {booking} set status = 'still odd' where id = 2");
            expect(await retryIssues(database, [second!], options)).toMatchObject([
              {
                source_id: 2,
                status: "open",
                code: "unknown_status",
                message: expect.stringContaining("still odd"),
              },
            ]);
            const again = (await issuesOf(database))[0]!;
            expect(JSON.parse(again.source)).toMatchObject({ status: "still odd" });
            expect(await outcomesOf(database)).toMatchObject({ "booking:1": { status: "confirmed" } });
            expect(complaints(await verify(database))).toEqual([]);
          }),
      ));

    test("bad answers are refused all at once, and a run at work keeps answers out: nothing is changed", () =>
      withPlace(engine, rowsOnly({ booking: [booking({ status: "refunded" })] }), (place) =>
        withDatabase(place.address, async (database) => {
          await migrate(database);
          const issues = await issuesOf(database);
          const bytes = await bytesOf(place);
          const wrong: Answers = {
            ...{
              given_student_user_id: 998,
              given_session_id: 997,
              given_teacher_id: 996,
              given_course_id: 995,
            },
            ...{ given_timezone: "Madrid", given_status: "refunded", given_timestamp: "yesterday" },
          };
          const refused = await resolveIssues(database, issues, wrong, options).catch(
            (error: unknown) => error,
          );
          expect(refused).toMatchObject({ kind: "usage" });
          for (const value of ["998", "997", "996", "995", "Madrid", "refunded", "yesterday"])
            expect((refused as Error).message).toContain(value);
          const lines = [
            '{"source_table":"booking","source_id":77,"given":{"status":"confirmed"}}',
            '{"source_table":"booking","source_id":1,"given":{"course_id":995}}',
          ].join("\n");
          const imported = await importAnswers(database, parseExport(lines), options).catch(
            (error: unknown) => error,
          );
          expect((imported as Error).message).toMatch(/line 1: .*booking:77.*line 2: .*course 995/);
          expect(() =>
            parseExport(
              'no json\n{"source_table":"users","source_id":1}\n{"source_table":"booking","source_id":1,"given":{"mood":"good"}}',
            ),
          ).toThrow(/line 1: .*line 2: .*line 3: .*mood/);
          await withDatabase(place.address, async (other) => {
            const lease = await takeLease(other, LEASE);
            for (const attempt of [
              resolveIssues(database, issues, { given_status: "confirmed" }, options),
              importAnswers(
                database,
                parseExport(exportLine({ ...issues[0]!, given_status: "confirmed" })),
                options,
              ),
              migrate(database),
            ])
              await expect(attempt).rejects.toMatchObject({ kind: "busy", code: "locked" });
            await releaseLease(other, lease);
          });
          expect(await bytesOf(place)).toEqual(bytes);
        }),
      ));

    test("an export, filled in and imported: answers, skips, and lines left alone", () =>
      withPlace(engine, issueWorld(groupCases.slice(0, 3), lessonCases.slice(1, 3)), (place) =>
        withDatabase(place.address, async (database) => {
          await migrate(database);
          const lines = (await issuesOf(database)).map(
            (issue) => JSON.parse(exportLine(issue)) as Record<string, unknown>,
          );
          expect(lines).toHaveLength(5);
          expect(lines[0]).toMatchObject({
            source_table: "booking",
            source_id: 1,
            skip: null,
            given: { status: null },
            source: { status: "refunded" },
          });
          lines[0]!.given = { status: "confirmed" };
          lines[1]!.skip = "a ghost";
          lines[3]!.given = { course_id: english };
          const text = lines.map((line) => JSON.stringify(line)).join("\r\n");
          const settled = await importAnswers(database, parseExport(text), options);
          expect(
            settled.map(({ source_table, source_id, status }) => `${source_table}:${source_id} ${status}`),
          ).toEqual(["booking:1 resolved", "one_on_one_booking:1 resolved", "booking:2 skipped"]);
          expect((await issuesOf(database)).map((issue) => issue.code)).toEqual([
            "missing_session",
            "incomplete_slot",
          ]);
          expect(await importAnswers(database, parseExport(text), options)).toMatchObject([
            { status: "skipped" },
          ]);
          await expectNothingMore(place, database);
          expect(complaints(await verify(database))).toEqual([]);
        }),
      ));

    test("2.7 a resolved row that collides: with a better row, with a worse one, with the app's own", () => {
      const sameTime = { start_datetime: "2026-03-10 16:00:00", end_datetime: "2026-03-10 17:00:00" };
      const slots = [
        sameTime,
        sameTime,
        {},
        { ...sameTime, start_datetime: "2026-03-12 16:00:00", end_datetime: "2026-03-12 17:00:00" },
        {},
      ];
      return withPlace(
        engine,
        rowsOnly({
          ...lessons(
            [{}, { status: "x" }, { status: "pending" }, { status: "x" }, { status: "x", user_id: ben }],
            slots,
          ),
          live_class_booking: [
            unifiedLesson({
              student_user_id: ben,
              start_at_utc: "2026-03-14 16:00:00",
              end_at_utc: "2026-03-14 17:00:00",
            }),
          ],
        }),
        (place) =>
          withDatabase(place.address, async (database) => {
            await migrate(database);
            const settled = await resolveIssues(
              database,
              await issuesOf(database),
              { given_status: "confirmed" },
              options,
            );
            expect(settled.map(({ source_id, code }) => [source_id, code])).toEqual([
              [2, "duplicate_booking"],
              [4, null],
              [5, "already_booked"],
            ]);
            expect(await outcomesOf(database)).toMatchObject({
              "one_on_one_booking:1": { outcome: "migrated" },
              "one_on_one_booking:3": {
                code: "duplicate_booking",
                message: expect.stringContaining("one_on_one_booking 4"),
              },
              "one_on_one_booking:4": { outcome: "migrated", status: "confirmed" },
            });
            expect(complaints(await verify(database))).toEqual([]);
            await expectNothingMore(place, database);
          }),
      );
    });

    test("2.6 a resolved lesson takes its place in its series", () =>
      withPlace(
        engine,
        rowsOnly(
          lessons(
            [{ status: "x" }, {}].map((row) => ({
              ...row,
              ...{ is_recurring: true, recurring_series_id: "5e51e500000040008000000000000001" },
            })),
          ),
        ),
        (place) =>
          withDatabase(place.address, async (database) => {
            await migrate(database);
            await resolveIssues(database, await issuesOf(database), { given_status: "attended" }, options);
            expect((await restOf(database)).series).toMatchObject([
              { occurrence_count: 2, items: ["1: lesson 1", "2: lesson 2"] },
            ]);
            await expectNothingMore(place, database);
          }),
      ));
  });
}
