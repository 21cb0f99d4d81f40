/** Rows that depend on other rows, while the old app keeps running: duplicates (LEGACY 2.7) and series (2.6). */
import { describe, expect, test } from "vitest";
import type { Row } from "../../fixtures/django-tables.ts";
import {
  ana,
  ben,
  booking,
  lesson,
  noah,
  once,
  session,
  unifiedLesson,
} from "../../fixtures/edge-cases/world.ts";
import { ENGINES, query } from "../support/databases.ts";
import { afterDelta, lessons, rowsOnly } from "../support/delta.ts";
import { insertion, named } from "../support/worlds.ts";

const one = "one_on_one_booking:1";
const two = "one_on_one_booking:2";
const sameTime = { start_datetime: "2026-03-10 16:00:00", end_datetime: "2026-03-10 17:00:00" };

const three = "one_on_one_booking:3";

const fridays = {
  slot_type: "recurring",
  day_of_week: 4,
  start_time: "10:00:00",
  end_time: "11:00:00",
  timezone: "UTC",
};

/** On a recurring slot, the lesson of that day. */
const april = (day: number, user_id = ana): Row => ({
  next_booking_date: `2026-04-${day} 10:00:00`,
  user_id,
});

const series = (last: number) => `5e51e50000004000800000000000000${last}`;

const member = (last: number, row: Row = {}): Row => ({
  is_recurring: true,
  recurring_series_id: series(last),
  recurring_cadence: "weekly",
  ...row,
});

for (const engine of ENGINES) {
  describe(engine, () => {
    test("2.7 a winner that becomes worse gives way, a better duplicate that comes later takes its place", () =>
      afterDelta(
        engine,
        rowsOnly(lessons([{}, { status: "pending" }, {}], [{}, sameTime, {}])),
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
        rowsOnly(
          lessons([{ id: 5 }, { id: 2, availability_slot_id: 2001, status: "pending" }], [{}, sameTime]),
        ),
        [
          "update {live_class_booking} set student_note = 'by hand'",
          "update {one_on_one_booking} set status = 'attended' where id = 2",
        ],
        ({ outcomes }) => {
          expect(outcomes["one_on_one_booking:5"]).toMatchObject({ code: "diverged" });
          expect(outcomes[two]).toMatchObject({ code: "already_booked" });
        },
      ));

    // One row a transaction: those settled before their turn have it in a later one.
    test.each([1_000, 1])(
      "2.7 lessons that each move on to the next one's time, or change places, %i a batch",
      (batch) =>
        afterDelta(
          engine,
          rowsOnly(
            lessons(
              [april(10), april(17), april(24), april(10, ben), april(17, ben)],
              Array(5).fill(fridays),
            ),
          ),
          [
            "update {one_on_one_booking} set next_booking_date = '2026-04-30 10:00:00' where id = 3",
            "update {one_on_one_booking} set next_booking_date = '2026-04-24 10:00:00' where id = 2",
            "update {one_on_one_booking} set next_booking_date = '2026-04-17 10:00:00' where id in (1, 4)",
            "update {one_on_one_booking} set next_booking_date = '2026-04-10 10:00:00' where id = 5",
          ],
          ({ outcomes, result }) => {
            const starts = Object.values(outcomes).map((row) => row.start_at_utc);
            expect(starts).toEqual([17, 24, 30, 17, 10].map((day) => `2026-04-${day} 10:00:00`));
            expect(result.counts).toMatchObject({ migrated: 5, updated: 5 });
          },
          { batch },
        ),
    );

    test("2.7 where the winner is gone to quarantine the next best takes its place, one row a transaction", () =>
      afterDelta(
        engine,
        rowsOnly(lessons([{ status: "pending" }, {}, { status: "cancelled" }], [{}, sameTime, sameTime])),
        ["update {one_on_one_booking} set status = 'unheard of' where id = 2"],
        ({ before, outcomes, result }) => {
          expect(before[two]).toMatchObject({ outcome: "migrated" });
          expect(outcomes[two]).toMatchObject({ code: "unknown_status" });
          expect(outcomes[one]).toMatchObject({ outcome: "migrated", status: "pending" });
          expect(outcomes[three]!.message).toContain("one_on_one_booking 1");
          expect(result.counts).toMatchObject({ migrated: 1, quarantined: 2, unchanged: 0 });
        },
        { batch: 1 },
      ));

    test("2.2 an entry that two rows share stays for the one that still waits", () =>
      afterDelta(
        engine,
        {
          ...rowsOnly({
            booking: [
              booking({ id: 1, status: "waitlisted", booked_at: "2026-03-01 08:00:00" }),
              booking({ id: 2, status: "waitlisted", booked_at: "2026-03-01 07:00:00" }),
            ],
          }),
          schema: { constraints: false },
        },
        ["update {booking} set status = 'cancelled' where id = 1"],
        async ({ outcomes, place }) => {
          expect(outcomes["booking:1"]).toMatchObject({ outcome: "migrated", status: "cancelled" });
          expect(outcomes["booking:2"]).toMatchObject({ outcome: "waitlisted", status: "waiting" });
          expect(await query(place, named("select count(*) as n from {session_waitlist}"))).toMatchObject([
            {},
          ]);
        },
      ));

    test("2.2 waitlisted rows that move to other sessions get entries there; an entry of the app's own stays", () =>
      afterDelta(
        engine,
        {
          ...rowsOnly({
            live_class_session: [session(), session({ id: 1001 })],
            booking: [
              booking({ id: 1, status: "waitlisted" }),
              booking({ id: 2, session_id: 1001, status: "waitlisted", booked_at: "2026-03-02 09:00:00" }),
              booking({ id: 3, user_id: ben, status: "waitlisted" }),
            ],
            session_waitlist: [
              { id: 7, session_id: 1000, student_user_id: ben, created_at: "2026-02-01 08:00:00" },
            ],
          }),
          schema: { constraints: false },
        },
        ["update {booking} set session_id = case session_id when 1000 then 1001 else 1000 end"],
        async ({ outcomes, place }) => {
          expect(Object.values(outcomes)).toMatchObject([
            { outcome: "waitlisted", session_id: 1001, student_user_id: ana },
            { outcome: "waitlisted", session_id: 1000, student_user_id: ana },
            { outcome: "waitlisted", session_id: 1001, student_user_id: ben },
          ]);
          const entries =
            "select created_at from {session_waitlist} where session_id = 1000 and student_user_id = 2";
          expect(await query(place, named(entries))).toHaveLength(1);
        },
      ));

    test("2.6 series grow, shrink, split and are left", () =>
      afterDelta(
        engine,
        rowsOnly(lessons([member(1), member(1), member(2), member(2), member(3)])),
        [
          insertion(
            "teacher_availability",
            once({ id: 2010, start_datetime: "2026-03-09 16:00:00", end_datetime: "2026-03-09 17:00:00" }),
          ),
          insertion(
            "one_on_one_booking",
            lesson({ id: 9, availability_slot_id: 2010, ...member(1, { status: "attended" }) }),
          ),
          "update {one_on_one_booking} set status = 'unheard of' where id = 3",
          `update {one_on_one_booking} set recurring_series_id = '${series(1)}' where id = 5`,
          `update {teacher_availability} set teacher_id = ${noah} where id = 2001`,
        ],
        ({ rest }) =>
          expect(rest.series).toMatchObject([
            { teacher_id: 7, occurrence_count: 3, items: ["1: lesson 9", "2: lesson 1", "3: lesson 5"] },
            { teacher_id: noah, occurrence_count: 1, items: ["1: lesson 2"] },
            { teacher_id: 7, occurrence_count: 1, items: ["1: lesson 4"] },
          ]),
      ));

    test("2.6 what people made of a series stays: its values, and the occurrences that they added", () =>
      afterDelta(
        engine,
        rowsOnly({
          ...lessons([member(1), member(1), member(2), member(2)]),
          live_class_booking: [
            unifiedLesson({
              id: 500,
              start_at_utc: "2026-03-20 16:00:00",
              end_at_utc: "2026-03-20 17:00:00",
            }),
          ],
        }),
        [
          `update {booking_series} set default_meeting_link = 'by hand' where id = (select series_id from {classbook_legacy_series} where recurring_series_id = '${series(1)}')`,
          `insert into {booking_series_item} (series_id, booking_id, occurrence_index) select series_id, 500, 3 from {classbook_legacy_series} where recurring_series_id = '${series(1)}'`,
          insertion(
            "teacher_availability",
            once({ id: 2010, start_datetime: "2026-03-09 16:00:00", end_datetime: "2026-03-09 17:00:00" }),
          ),
          insertion("one_on_one_booking", lesson({ id: 9, availability_slot_id: 2010, ...member(1) })),
          // Of the other series, one lesson is what people made of it.
          "update {live_class_booking} set student_note = 'by hand' where start_at_utc = '2026-03-12 16:00:00'",
          "update {one_on_one_booking} set student_notes = 'in the old app' where id = 3",
        ],
        async ({ rest, place, outcomes }) => {
          expect(outcomes[three]).toMatchObject({ code: "diverged" });
          expect(rest.series).toMatchObject([
            { default_meeting_link: "by hand", items: ["1: lesson 1", "2: lesson 2", "4: lesson 9"] },
            { default_meeting_link: "", occurrence_count: 1, items: ["1: lesson 4"] },
          ]);
          expect(
            await query(
              place,
              named("select occurrence_index from {booking_series_item} where booking_id = 500"),
            ),
          ).toEqual([{ occurrence_index: 3 }]);
        },
        { tolerated: /^series_/ }, // By plain SQL: no event says that a person did it.
      ));
  });
}
