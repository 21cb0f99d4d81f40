/** BLOBs where SQLite's columns should hold text: what they say counts, what says nothing is kept as it is. */
import { expect, test } from "vitest";
import { booking, lesson, once, session, weekly } from "../../fixtures/edge-cases/world.ts";
import { listIssues } from "../../src/db/legacy-issue.ts";
import { exportLine } from "../../src/legacy/issues-export.ts";
import { expectHandled } from "../support/absurd.ts";
import { rowsOnly } from "../support/delta.ts";
import { migrate, withDatabase } from "../support/migration.ts";
import { act, withPlace } from "../support/worlds.ts";

const world = rowsOnly({
  live_class_session: [session()],
  booking: [booking(), booking({ id: 2, user_id: 2 })],
  teacher_availability: [once(), weekly({ id: 2001 })],
  one_on_one_booking: [
    lesson({ is_recurring: true, recurring_series_id: "5e51e500000040008000000000000001" }),
    lesson({
      id: 2,
      user_id: 2,
      availability_slot_id: 2001,
      is_recurring: true,
      recurring_series_id: "5e51e500000040008000000000000002",
    }),
  ],
});

/** A column of a table becomes the bytes of its text. */
const inBytes = (table: string, ...columns: string[]) =>
  `update {${table}} set ${columns.map((c) => `${c} = cast(${c} as blob)`).join(", ")}`;
const UUID = "20f4000000004000800000000000c3ff";

const cases = [
  {
    what: "notes in UTF-8",
    by: [
      "update {booking} set student_notes = cast('¡Olé!' as blob), status = 'cancelled', cancellation_notes = cast('tired' as blob) where id = 1",
      "update {one_on_one_booking} set teacher_notes = cast('bring a book' as blob), meeting_link = cast('https://meet.example/1' as blob)",
    ],
    gives: {
      "booking:1": { student_note: "¡Olé!", teacher_note: "tired" },
      "one_on_one_booking:1": { teacher_note: "bring a book\nMeeting link: https://meet.example/1" },
    },
  },
  {
    what: "notes that are no UTF-8",
    by: ["update {booking} set student_notes = x'00ff41' where id = 1"],
    gives: { "booking:1": { student_note: "x'00ff41'" } },
  },
  {
    what: "words",
    by: [
      "update {booking} set original_session_id = 1, status = 'attended' where id = 2",
      "update {booking} set status = 'cancelled', cancellation_reason = 'student' where id = 1",
      inBytes("booking", "status", "cancellation_reason"),
      inBytes("one_on_one_booking", "status", "recurring_cadence", "meeting_link"),
      inBytes("teacher_availability", "slot_type", "timezone"),
    ],
    gives: {
      "booking:1": { status: "rescheduled", cancel_reason: "student", cancelled_by_id: 1 },
      "booking:2": { status: "attended" },
      "one_on_one_booking:1": { status: "confirmed" },
    },
  },
  {
    what: "a waitlisted row",
    by: ["update {booking} set status = cast('waitlisted' as blob) where id = 1"],
    gives: { "booking:1": { outcome: "waitlisted" } },
  },
  {
    what: "a status that says nothing",
    by: ["update {booking} set status = x'ff' where id = 1"],
    gives: { "booking:1": { code: "unknown_status", message: `status "x'ff'" is none of the app's words` } },
  },
  {
    what: "timestamps",
    by: [
      inBytes("booking", "booked_at", "confirmed_at"),
      inBytes("live_class_session", "scheduled_start", "title"),
      inBytes("teacher_availability", "start_datetime", "end_datetime", "start_time", "end_time"),
      "update {one_on_one_booking} set booked_at = x'fe' where id = 1",
    ],
    gives: {
      "booking:1": { created_at: "2026-03-01 09:00:00", start_at_utc: "2026-03-10 16:00:00" },
      "one_on_one_booking:1": "bad_timestamp",
      "one_on_one_booking:2": { start_at_utc: "2026-03-03 13:00:00" },
    },
  },
  {
    what: "references",
    by: [inBytes("booking", "user_id"), inBytes("one_on_one_booking", "availability_slot_id")],
    gives: { "booking:1": "missing_user", "one_on_one_booking:1": "missing_slot" },
  },
  {
    what: "UUIDs as their sixteen bytes, and as their digits",
    by: [
      `update {booking} set booking_id = x'${UUID}' where id = 1`,
      inBytes("one_on_one_booking", "booking_id"),
      `update {one_on_one_booking} set recurring_series_id = x'${UUID}' where id = 1`,
    ],
    gives: {
      "booking:1": { uuid: UUID },
      "one_on_one_booking:1": { uuid: "20000000000040008000000000000001" },
    },
  },
];

test.each(cases)("$what", (one) => expectHandled(world, { ...one, engine: "sqlite" }));

test("an issue and its export hold bytes, great numbers and infinity as they are", () =>
  withPlace("sqlite", world, (place) =>
    withDatabase(place.address, async (database) => {
      await act(
        place,
        "update {booking} set seats_booked = 9007199254740993, student_notes = x'00ff', cancellation_notes = cast('a' as blob), user_id = 9e999 where id = 1",
      );
      await migrate(database);
      const [issue] = await listIssues(database, { status: null, code: null, table: null, limit: null });
      expect(JSON.parse(exportLine(issue!))).toMatchObject({
        code: "missing_user",
        source: {
          seats_booked: "9007199254740993",
          student_notes: "x'00ff'",
          cancellation_notes: "a",
          user_id: "9e999",
          id: 1,
        },
      });
    }),
  ));
