/** The old app keeps running: what a later run makes of rows that came or changed since (LEGACY 3). */
import { describe, expect, test } from "vitest";
import {
  ben,
  booking,
  cleo,
  lesson,
  once,
  session,
  unifiedLesson,
  unifiedSeat,
} from "../../fixtures/edge-cases/world.ts";
import { ENGINES, query } from "../support/databases.ts";
import { afterDelta, lessons, rowsOnly } from "../support/delta.ts";
import { migrate } from "../support/migration.ts";
import { outcomesOf } from "../support/snapshots.ts";
import { act, insertion, named } from "../support/worlds.ts";

const one = "one_on_one_booking:1";
const two = "one_on_one_booking:2";

const attend = "status = 'attended', attended = true, attended_at = '2026-03-10 17:00:00.000007'";

for (const engine of ENGINES) {
  describe(engine, () => {
    test("rows that appear later are picked up, with an id below the last one too", () =>
      afterDelta(
        engine,
        rowsOnly({ booking: [booking({ id: 5 })], ...lessons([{}]) }),
        [
          insertion("booking", booking({ id: 2, user_id: ben, status: "pending" })),
          insertion("booking", booking({ id: 9, user_id: cleo, status: "waitlisted" })),
          insertion(
            "teacher_availability",
            once({ id: 2001, start_datetime: "2026-03-11 16:00:00", end_datetime: "2026-03-11 16:30:00" }),
          ),
          insertion("one_on_one_booking", lesson({ id: 2, availability_slot_id: 2001 })),
        ],
        ({ outcomes, before, result, rest }) => {
          expect(Object.keys(before).sort()).toEqual(["booking:5", one]);
          expect(outcomes["booking:2"]).toMatchObject({ outcome: "migrated", status: "pending" });
          expect(outcomes["booking:9"]).toMatchObject({ outcome: "waitlisted", status: "waiting" });
          expect(outcomes[two]).toMatchObject({ end_at_utc: "2026-03-11 16:30:00" });
          expect(result.counts).toMatchObject({ read: 5, migrated: 2, waitlisted: 1, unchanged: 2 });
          expect(rest.sessions).toMatchObject([{ seats_taken: 1 }]);
        },
      ));

    test("a changed legacy row updates its untouched unified row, in place", async () => {
      await afterDelta(
        engine,
        rowsOnly({ booking: [booking()], ...lessons([{}, {}]) }),
        [
          `update {booking} set ${attend}, seats_booked = 2 where id = 1`,
          "update {one_on_one_booking} set status = 'cancelled', cancelled_at = '2026-03-02 10:00:00', cancellation_reason = 'teacher', cancellation_notes = 'ill' where id = 1",
          "update {one_on_one_booking} set original_booking_id = 1 where id = 2",
        ],
        async ({ outcomes, place, result, rest }) => {
          expect(outcomes["booking:1"]).toMatchObject({
            status: "attended",
            seats_reserved: 2,
            updated_at: "2026-03-10 17:00:00.000007",
          });
          expect(outcomes[one]).toMatchObject({
            status: "rescheduled",
            cancelled_by_id: 50,
            cancel_reason: "teacher",
          });
          expect(result.counts).toMatchObject({ migrated: 2, updated: 2, unchanged: 1 });
          expect(rest.sessions).toMatchObject([{ seats_taken: 2 }]);
          const ids = await query(place, named("select id from {live_class_booking} order by id"));
          expect(ids.map(({ id }) => Number(id))).toEqual([1, 2, 3]);
        },
      );
    });

    test("what people changed or deleted stays so: the changed legacy row is quarantined diverged", async () => {
      await afterDelta(
        engine,
        rowsOnly({
          booking: [
            booking({ id: 1 }),
            booking({ id: 2, user_id: ben }),
            booking({ id: 3, user_id: cleo, status: "waitlisted" }),
          ],
          ...lessons([{}, {}]),
        }),
        [
          "update {live_class_booking} set student_note = 'by hand' where student_user_id = 1 and session_id is not null",
          "delete from {live_class_booking} where student_user_id = 2",
          "update {session_waitlist} set status = 'offered', offered_at = '2026-03-05 10:00:00'",
          "update {live_class_booking} set status = 'no_show' where start_at_utc = '2026-03-10 16:00:00' and session_id is null",
          "update {live_class_booking} set teacher_note = 'nobody changed the legacy row' where start_at_utc = '2026-03-11 16:00:00'",
          `update {booking} set ${attend} where id in (1, 2)`,
          "update {booking} set status = 'confirmed' where id = 3",
          `update {one_on_one_booking} set ${attend} where id = 1`,
        ],
        async ({ outcomes, place, result }) => {
          for (const name of ["booking:1", "booking:2", "booking:3", one])
            expect({ name, ...outcomes[name] }).toMatchObject({
              name,
              outcome: "quarantined",
              code: "diverged",
            });
          expect(outcomes["booking:2"]!.message).toContain("deleted");
          expect(outcomes[two]).toMatchObject({
            outcome: "migrated",
            teacher_note: "nobody changed the legacy row",
          });
          expect(result.counts).toMatchObject({ quarantined: 4, unchanged: 1 });
          const stand = await query(
            place,
            named("select status, student_note from {live_class_booking} order by id"),
          );
          expect(stand).toEqual([
            { status: "confirmed", student_note: "by hand" },
            { status: "no_show", student_note: "" },
            { status: "confirmed", student_note: "" },
          ]);
          expect(await query(place, named("select status from {session_waitlist}"))).toEqual([
            { status: "offered" },
          ]);
        },
        { tolerated: /^row_differs: one_on_one_booking 2 / }, // By plain SQL: no event says that a person did it.
      );
    });

    test("a divergence lasts while the legacy row changes on, and ends where the two sides agree again", () =>
      afterDelta(
        engine,
        rowsOnly({
          booking: [booking(), booking({ id: 2, user_id: ben, status: "waitlisted" })],
        }),
        [
          "update {live_class_booking} set status = 'no_show'",
          "update {session_waitlist} set status = 'expired'",
          `update {booking} set ${attend} where id = 1`,
          "update {booking} set status = 'confirmed' where id = 2",
        ],
        async ({ place, database }) => {
          await act(place, "update {booking} set student_notes = 'on time' where id in (1, 2)");
          await migrate(database);
          expect(await outcomesOf(database)).toMatchObject({
            "booking:1": { code: "diverged", status: "open" },
            "booking:2": { code: "diverged", status: "open" },
          });
          const agreed =
            "status = 'attended', student_note = 'on time', updated_at = '2026-03-10 17:00:00.000007'";
          await act(place, `update {live_class_booking} set ${agreed}`);
          const { counts } = await migrate(database);
          expect(counts).toMatchObject({ migrated: 1, updated: 0, unchanged: 1 });
          await act(place, "update {booking} set student_notes = 'late' where id = 1");
          await migrate(database);
          expect(await outcomesOf(database)).toMatchObject({
            "booking:1": { outcome: "migrated", status: "attended", student_note: "late" },
            "booking:2": { code: "diverged" },
          });
        },
      ));

    test("a waitlisted row that was confirmed becomes a booking, a confirmed one that was put back an entry", () =>
      afterDelta(
        engine,
        rowsOnly({
          booking: [
            booking({ id: 1, status: "waitlisted", confirmed_at: null }),
            booking({ id: 2, user_id: ben }),
            booking({ id: 3, user_id: cleo, status: "waitlisted", booked_at: "2026-03-01 10:00:00" }),
          ],
        }),
        [
          "update {booking} set status = 'confirmed', confirmed_at = '2026-03-04 10:00:00' where id = 1",
          "update {booking} set status = 'waitlisted' where id = 2",
          "update {booking} set booked_at = '2026-03-01 11:00:00' where id = 3",
        ],
        ({ outcomes, rest }) => {
          expect(outcomes["booking:1"]).toMatchObject({
            outcome: "migrated",
            status: "confirmed",
            decision_at: "2026-03-04 10:00:00",
          });
          expect(outcomes["booking:2"]).toMatchObject({
            outcome: "waitlisted",
            created_at: "2026-03-01 09:00:00",
          });
          expect(outcomes["booking:3"]).toMatchObject({
            outcome: "waitlisted",
            created_at: "2026-03-01 11:00:00",
          });
          expect(rest.sessions).toMatchObject([{ seats_taken: 1 }]);
        },
      ));

    test("a session that the app moved takes its bookings along", () =>
      afterDelta(
        engine,
        rowsOnly({
          live_class_session: [session(), session({ id: 1001 })],
          booking: [booking(), booking({ id: 2, session_id: 1001 })],
        }),
        [
          "update {live_class_session} set scheduled_start = '2026-03-17 18:30:00.000250', duration_minutes = 90 where id = 1000",
        ],
        ({ outcomes, result }) => {
          expect(outcomes["booking:1"]).toMatchObject({
            start_at_utc: "2026-03-17 18:30:00.000250",
            end_at_utc: "2026-03-17 20:00:00.000250",
          });
          expect(result.counts).toMatchObject({ updated: 1, unchanged: 1 });
        },
      ));

    test("so it does where the app keeps local time (USE_TZ off)", () =>
      afterDelta(
        engine,
        rowsOnly({
          live_class_session: [session(), session({ id: 1001, start_at_utc: "2026-03-10 12:00:00" })],
          booking: [booking(), booking({ id: 2, session_id: 1001 })],
        }),
        [
          "update {live_class_session} set scheduled_start = '2026-07-17 18:30:00' where id = 1000",
          // The app says itself what that is in UTC.
          "update {live_class_session} set scheduled_start = '2026-07-18 18:30:00', start_at_utc = '2026-07-18 12:00:00', end_at_utc = '2026-07-18 13:00:00' where id = 1001",
        ],
        ({ outcomes, rest }) => {
          // PostgreSQL's type holds the instant itself.
          const hour = engine === "sqlite" ? 16 : 18;
          const moved = [
            { start_at_utc: `2026-07-17 ${hour}:30:00`, end_at_utc: `2026-07-17 ${hour + 1}:30:00` },
            { start_at_utc: "2026-07-18 12:00:00", end_at_utc: "2026-07-18 13:00:00" },
          ];
          expect([outcomes["booking:1"], outcomes["booking:2"]]).toMatchObject(moved);
          expect(rest.sessions).toMatchObject(moved);
        },
        { sourceTimezone: "Europe/Madrid" },
      ));

    test("rows that the app wrote to the unified tables stay as they are, before and after", async () => {
      const own = "select * from {live_class_booking} where id in (500, 501) order by id";
      await afterDelta(
        engine,
        rowsOnly({
          booking: [booking(), booking({ id: 2, user_id: ben, status: "waitlisted" })],
          ...lessons([{}]),
          live_class_booking: [
            unifiedSeat({ student_note: "the app's own" }),
            unifiedLesson({ id: 501, status: "pending" }),
          ],
          session_waitlist: [
            { id: 7, session_id: 1000, student_user_id: ben, created_at: "2026-02-01 08:00:00.5" },
          ],
        }),
        [
          `update {booking} set ${attend} where id = 1`,
          "update {booking} set booked_at = '2026-03-02 09:00:00' where id = 2",
          `update {one_on_one_booking} set ${attend} where id = 1`,
        ],
        async ({ outcomes, place }) => {
          expect(outcomes["booking:1"]).toMatchObject({ code: "already_booked" });
          expect(outcomes[one]).toMatchObject({ code: "already_booked" });
          expect(outcomes["booking:2"]).toMatchObject({
            outcome: "waitlisted",
            created_at: "2026-02-01 08:00:00.500000",
          });
          expect(await query(place, named(own))).toMatchObject([
            { student_note: "the app's own", status: "confirmed" },
            { student_note: "", status: "pending" },
          ]);
        },
      );
    });
  });
}
