/** What people do to the sessions and slots of migrated rows leaves the migration as it was. */
import { describe, expect, test } from "vitest";
import {
  ana,
  ben,
  booking,
  cleo,
  english,
  noah,
  session,
  slotOne,
  spanish,
} from "../../fixtures/edge-cases/world.ts";
import type { Database } from "../../src/db/open.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { approveBooking } from "../../src/operations/approval.ts";
import { updateSlot } from "../../src/operations/availability-update.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type Context, operate } from "../../src/operations/context.ts";
import { type SessionChange, updateSession } from "../../src/operations/session-update.ts";
import { ENGINES } from "../support/databases.ts";
import { lessons, rowsOnly, verify } from "../support/delta.ts";
import { migrate, OPERATOR, withDatabase } from "../support/migration.ts";
import { act, withPlace } from "../support/worlds.ts";

const NOW = "2026-03-02 09:00:00" as Instant;
const run = <T>(database: Database, work: (context: Context) => Promise<T>) =>
  operate(database, { now: NOW, actor: OPERATOR, offerHours: 24 }, work);

/** Which checks of `legacy verify` find something. */
async function complaints(database: Database): Promise<string[]> {
  const { checks } = await verify(database);
  return checks.filter(({ count }) => count > 0).map(({ check }) => check);
}

const group = rowsOnly({
  live_class_session: [session()],
  booking: [
    booking({ id: 1, user_id: ana }),
    booking({ id: 2, user_id: ben, status: "cancelled", cancelled_at: "2026-03-01 12:00:00" }),
    booking({ id: 3, user_id: cleo, status: "pending" }),
  ],
});

const CHANGES: [string, Omit<SessionChange, "id">][] = [
  ["time", { start_at_utc: "2026-03-11 16:00:00" as Instant }],
  ["length", { duration_minutes: 90 }],
  ["teacher", { teacher_id: noah }],
];

describe.each(ENGINES)("%s", (engine) => {
  test.each(CHANGES)("a session of legacy bookings gets another %s", (_what, change) =>
    withPlace(engine, group, (place) =>
      withDatabase(place.address, async (database) => {
        await migrate(database);
        const id = Number(
          (await database.db.selectFrom("live_class_session").select("id").executeTakeFirst())!.id,
        );
        const rows = () => database.db.selectFrom("live_class_booking").selectAll().orderBy("id").execute();
        await run(database, (context) => updateSession(context, { id, ...change }));
        expect(await complaints(database)).toEqual([]);
        const after = await rows();
        const again = await migrate(database);
        expect(again.counts).toMatchObject({ quarantined: 0, updated: 0 });
        expect(await rows()).toEqual(after);

        // And back: what ended goes along each time.
        await run(database, (context) =>
          updateSession(context, { id, start_at_utc: "2026-03-12 16:00:00" as Instant }),
        );
        expect(await complaints(database)).toEqual([]);
      }),
    ),
  );

  test("a booking that people changed, in a session that they moved, is no change of its legacy row", () =>
    withPlace(engine, group, (place) =>
      withDatabase(place.address, async (database) => {
        await migrate(database);
        const rows = () => database.db.selectFrom("live_class_booking").selectAll().orderBy("id").execute();
        const of = async (student: number) =>
          (await rows()).find(({ student_user_id }) => student_user_id === student)!;
        const { id, session_id } = await of(cleo);
        const { id: off } = await of(ana);
        await run(database, (context) => approveBooking(context, { id }));
        await run(database, (context) => cancelBooking(context, { id: off }));
        for (const start of ["2026-03-11 16:00:00", "2026-03-12 16:00:00"])
          await run(database, (context) =>
            updateSession(context, { id: session_id!, start_at_utc: start as Instant }),
          );
        const after = await rows();
        expect((await migrate(database)).counts).toMatchObject({ quarantined: 0, updated: 0 });
        expect(await rows()).toEqual(after);
        expect(await complaints(database)).toEqual(["changed_since"]);
        expect((await migrate(database)).counts).toMatchObject({ unchanged: 3 });

        await act(place, "update {booking} set student_notes = 'late' where id = 3");
        expect((await migrate(database)).counts.by_code).toEqual({ diverged: 1 });
      }),
    ));

  test("a slot keeps the course that legacy lessons without one take from it", () =>
    withPlace(engine, rowsOnly(lessons([{ course_id: null }], [{ course_id: spanish }])), (place) =>
      withDatabase(place.address, async (database) => {
        await migrate(database);
        for (const course_id of [null, english])
          await expect(
            run(database, (context) => updateSlot(context, { id: slotOne, course_id })),
          ).rejects.toMatchObject({
            kind: "refused",
            code: "in-use",
            message: `slot ${slotOne} is named by 1 legacy lesson without a course of its own, and the migration reads their course from it`,
            details: { legacy_lessons: 1 },
          });
        expect(await complaints(database)).toEqual([]);
      }),
    ));

  test("a slot whose legacy lessons have courses of their own gets another", () =>
    withPlace(engine, rowsOnly(lessons([{}], [{ course_id: spanish }])), (place) =>
      withDatabase(place.address, async (database) => {
        await migrate(database);
        await run(database, (context) => updateSlot(context, { id: slotOne, course_id: null }));
        expect(await complaints(database)).toEqual([]);
        expect((await migrate(database)).counts).toMatchObject({ quarantined: 0, updated: 0 });
      }),
    ));
});
