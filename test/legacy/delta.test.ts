/** The old app keeps running: what a later run makes of rows that came or changed since (LEGACY 3). */
import { describe, expect, test } from "vitest";
import type { Row } from "../../fixtures/django-tables.ts";
import {
  ana,
  ben,
  booking,
  cleo,
  lesson,
  noah,
  once,
  session,
  unifiedLesson,
  unifiedSeat,
  world,
} from "../../fixtures/edge-cases/world.ts";
import { ENGINES, query } from "../support/databases.ts";
import { afterDelta, insertion } from "../support/delta.ts";
import { named } from "../support/worlds.ts";

const one = "one_on_one_booking:1";
const two = "one_on_one_booking:2";

/** Lessons of Ana with Tess, each on a one-time slot of its own, a day apart where not said otherwise. */
function lessons(rows: Row[], slots: Row[] = []): Record<string, Row[]> {
  return {
    teacher_availability: rows.map((_, nth) =>
      once({
        id: 2000 + nth,
        start_datetime: `2026-03-${10 + nth} 16:00:00`,
        end_datetime: `2026-03-${10 + nth} 17:00:00`,
        ...slots[nth],
      }),
    ),
    one_on_one_booking: rows.map((row, nth) =>
      lesson({ id: nth + 1, availability_slot_id: 2000 + nth, ...row }),
    ),
  };
}

const sameTime = { start_datetime: "2026-03-10 16:00:00", end_datetime: "2026-03-10 17:00:00" };

/** A world of rows alone: what becomes of them is said by the test. */
const of = (rows: Record<string, Row[]>) => world("3", "delta", { rows, expect: {} });

const attend = "status = 'attended', attended = true, attended_at = '2026-03-10 17:00:00.000007'";

for (const engine of ENGINES) {
  describe(engine, () => {
    test("rows that appear later are picked up, with an id below the last one too", () =>
      afterDelta(
        engine,
        of({ booking: [booking({ id: 5 })], ...lessons([{}]) }),
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
          expect(Object.keys(before)).toEqual(["booking:5", one].sort());
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
        of({ booking: [booking()], ...lessons([{}, {}]) }),
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
        of({
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
      );
    });

    test("a waitlisted row that was confirmed becomes a booking, a confirmed one that was put back an entry", () =>
      afterDelta(
        engine,
        of({
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

    test("2.7 a winner that becomes worse gives way, a better duplicate that comes later takes its place", () =>
      afterDelta(
        engine,
        of(lessons([{}, { status: "pending" }, {}], [{}, sameTime, {}])),
        [
          "update {one_on_one_booking} set status = 'cancelled' where id = 1",
          insertion(
            "teacher_availability",
            once({ id: 2010, start_datetime: "2026-03-12 16:00:00", end_datetime: "2026-03-12 17:00:00" }),
          ),
          insertion("one_on_one_booking", lesson({ id: 9, availability_slot_id: 2010, status: "attended" })),
        ],
        ({ before, outcomes }) => {
          expect(before[two]).toMatchObject({ code: "duplicate_booking" });
          expect(outcomes[one]).toMatchObject({ code: "duplicate_booking" });
          expect(outcomes[one]!.message).toContain("one_on_one_booking 2");
          expect(outcomes[two]).toMatchObject({ outcome: "migrated", status: "pending" });
          expect(outcomes["one_on_one_booking:3"]).toMatchObject({ code: "duplicate_booking" });
          expect(outcomes["one_on_one_booking:9"]).toMatchObject({ outcome: "migrated", status: "attended" });
        },
      ));

    test("2.7 a better duplicate does not push out a booking that people changed", () =>
      afterDelta(
        engine,
        of(lessons([{ id: 5 }, { id: 2, availability_slot_id: 2001, status: "pending" }], [{}, sameTime])),
        [
          "update {live_class_booking} set student_note = 'by hand'",
          "update {one_on_one_booking} set status = 'attended' where id = 2",
        ],
        ({ outcomes }) => {
          expect(outcomes["one_on_one_booking:5"]).toMatchObject({ code: "diverged" });
          expect(outcomes[two]).toMatchObject({ code: "already_booked" });
        },
      ));

    test("2.7 lessons that each move on to the next one's time, and two that change places", () => {
      const at = (day: number) => ({ next_booking_date: `2026-04-${day} 10:00:00` });
      return afterDelta(
        engine,
        of(
          lessons(
            [at(10), at(17), at(24), { ...at(10), user_id: ben }, { ...at(17), user_id: ben }].map((row) => ({
              ...row,
            })),
            Array.from({ length: 5 }, () => ({
              slot_type: "recurring",
              day_of_week: 4,
              start_time: "10:00:00",
              end_time: "11:00:00",
              timezone: "UTC",
            })),
          ),
        ),
        [
          "update {one_on_one_booking} set next_booking_date = '2026-05-01 10:00:00' where id = 3",
          "update {one_on_one_booking} set next_booking_date = '2026-04-24 10:00:00' where id = 2",
          "update {one_on_one_booking} set next_booking_date = '2026-04-17 10:00:00' where id = 1",
          "update {one_on_one_booking} set next_booking_date = '2026-04-17 10:00:00' where id = 4",
          "update {one_on_one_booking} set next_booking_date = '2026-04-10 10:00:00' where id = 5",
        ],
        ({ outcomes, result }) => {
          const starts = Object.values(outcomes).map((row) => row.start_at_utc);
          expect(starts).toEqual(
            ["17", "24", "01", "17", "10"].map((day) => `2026-${day === "01" ? "05" : "04"}-${day} 10:00:00`),
          );
          expect(result.counts).toMatchObject({ migrated: 5, updated: 5 });
        },
      );
    });

    test("a session that the app moved takes its bookings along", () =>
      afterDelta(
        engine,
        of({
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

    test("rows that the app wrote to the unified tables stay as they are, before and after", async () => {
      const own = "select * from {live_class_booking} where id in (500, 501) order by id";
      await afterDelta(
        engine,
        of({
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

    test("microseconds are kept, in every column", () =>
      afterDelta(
        engine,
        of({
          live_class_session: [session({ scheduled_start: "2026-03-10 16:00:00.000001" })],
          booking: [
            booking({ booked_at: "2026-03-01 09:00:00.123456", confirmed_at: "2026-03-01 09:30:00.100000" }),
          ],
          ...lessons(
            [{}],
            [{ start_datetime: "2026-03-10 16:00:00.999999", end_datetime: "2026-03-10 17:00:00.000010" }],
          ),
        }),
        [
          "update {booking} set cancelled_at = '2026-03-04 09:00:00.000002', status = 'cancelled' where id = 1",
        ],
        ({ outcomes }) => {
          expect(outcomes["booking:1"]).toMatchObject({
            start_at_utc: "2026-03-10 16:00:00.000001",
            end_at_utc: "2026-03-10 17:00:00.000001",
            created_at: "2026-03-01 09:00:00.123456",
            decision_at: "2026-03-01 09:30:00.100000",
            cancelled_at: "2026-03-04 09:00:00.000002",
            updated_at: "2026-03-04 09:00:00.000002",
          });
          expect(outcomes[one]).toMatchObject({
            start_at_utc: "2026-03-10 16:00:00.999999",
            end_at_utc: "2026-03-10 17:00:00.000010",
          });
        },
      ));

    test("2.6 series grow, shrink, split and are left", () => {
      const series = (last: number) => `5e51e50000004000800000000000000${last}`;
      const member = (last: number, row: Row = {}): Row => ({
        is_recurring: true,
        recurring_series_id: series(last),
        recurring_cadence: "weekly",
        ...row,
      });
      return afterDelta(
        engine,
        of(lessons([member(1), member(1), member(2), member(2), member(3)])),
        [
          insertion(
            "teacher_availability",
            once({ id: 2010, start_datetime: "2026-03-09 16:00:00", end_datetime: "2026-03-09 17:00:00" }),
          ),
          insertion(
            "one_on_one_booking",
            lesson({ id: 9, availability_slot_id: 2010, ...member(1, { status: "attended" }) }),
          ),
          "update {one_on_one_booking} set status = 'unheard of' where id = 4",
          `update {one_on_one_booking} set recurring_series_id = '${series(1)}' where id = 5`,
          `update {teacher_availability} set teacher_id = ${noah} where id = 2001`,
        ],
        ({ rest }) => {
          expect(rest.series).toMatchObject(
            [
              { teacher_id: 7, occurrence_count: 3, items: ["1: lesson 9", "2: lesson 1", "3: lesson 5"] },
              { teacher_id: noah, occurrence_count: 1, items: ["1: lesson 2"] },
              { teacher_id: 7, occurrence_count: 1, items: ["1: lesson 3"] },
            ].sort((a, b) => a.teacher_id - b.teacher_id || b.occurrence_count - a.occurrence_count),
          );
          expect(
            (rest.series as { student_user_id: number }[]).every((row) => row.student_user_id === ana),
          ).toBe(true);
        },
      );
    });
  });
}
