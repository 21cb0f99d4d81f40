/** The ends of the calendar: what no timestamp can say is quarantined, what one can say is kept, on both engines. */
import { describe, test } from "vitest";
import { booking, lesson, session, weekly } from "../../fixtures/edge-cases/world.ts";
import type { Engine } from "../../src/db/layout.ts";
import { type Absurdity, expectHandled } from "../support/absurd.ts";
import { rowsOnly } from "../support/delta.ts";

/** A group booking, and a lesson on a weekly slot. */
const world = rowsOnly({
  live_class_session: [session()],
  booking: [booking()],
  teacher_availability: [weekly({ timezone: "UTC" })],
  one_on_one_booking: [lesson()],
});

type Case = Omit<Absurdity, "engine">;

const starts = (at: string) => `update {live_class_session} set scheduled_start = '${at}'`;
const slot = (cells: string) => `update {teacher_availability} set ${cells}`;
const next = (at: string) => `update {one_on_one_booking} set next_booking_date = '${at}'`;
const oneTime = (from: string, to: string) =>
  slot(`slot_type = 'one_time', start_datetime = '${from}', end_datetime = '${to}'`);

const everywhere: Case[] = [
  {
    what: "a session that ends after the year 9999",
    by: [starts("9999-12-31 23:30:00")],
    gives: { "booking:1": "bad_timestamp" },
    session: { start_at_utc: "9999-12-31 23:30:00", end_at_utc: null },
  },
  {
    what: "a session that ends with the year 9999",
    by: [starts("9999-12-31 22:59:59.999999")],
    gives: { "booking:1": { end_at_utc: "9999-12-31 23:59:59.999999" } },
  },
  {
    what: "a session in the year 999",
    by: [starts("0999-07-04 10:00:00")],
    gives: { "booking:1": { start_at_utc: "0999-07-04 10:00:00", end_at_utc: "0999-07-04 11:00:00" } },
    session: { start_at_utc: "0999-07-04 10:00:00" },
  },
  {
    what: "a session at the beginning of the year 1",
    by: [starts("0001-01-01 00:00:00")],
    gives: { "booking:1": { start_at_utc: "0001-01-01 00:00:00" } },
  },
  {
    what: "a booking of the year 44",
    by: ["update {booking} set booked_at = '0044-03-15 12:00:00'"],
    gives: { "booking:1": { created_at: "0044-03-15 12:00:00" } },
  },
  {
    what: "wall times of New York in the last hours of 9999, and of Tokyo in the first of the year 1",
    by: [starts("9999-12-31 22:30:00-05"), next("0001-01-01 00:30:00+09")],
    gives: { "booking:1": "bad_timestamp" },
    // PostgreSQL itself takes the first for a moment of the year 10000, the second for one of 1 BC.
  },
  {
    what: "a lesson that ends after the year 9999",
    by: [next("9999-12-31 23:30:00")],
    gives: { "one_on_one_booking:1": "bad_timestamp" },
  },
  {
    what: "a lesson on the last Tuesday of 9999",
    by: ["update {one_on_one_booking} set confirmed_at = '9999-12-28 00:00:00'"],
    gives: { "one_on_one_booking:1": { start_at_utc: "9999-12-28 14:00:00" } },
  },
  {
    what: "a lesson after the last Tuesday of 9999",
    by: ["update {one_on_one_booking} set confirmed_at = '9999-12-28 15:00:00'"],
    gives: { "one_on_one_booking:1": "slot_has_no_occurrence" },
  },
  {
    what: "a lesson on the last day of 9999, a Friday",
    by: [slot("day_of_week = 4"), "update {one_on_one_booking} set confirmed_at = '9999-12-31 00:00:00'"],
    gives: { "one_on_one_booking:1": { start_at_utc: "9999-12-31 14:00:00" } },
  },
  {
    what: "a weekly slot that begins in 9999, for a booking of the year 1",
    by: [
      slot("valid_from = '9999-12-29', timezone = 'America/New_York'"),
      "update {one_on_one_booking} set confirmed_at = '0001-01-01 00:00:00'",
    ],
    gives: { "one_on_one_booking:1": "slot_has_no_occurrence" },
  },
  ...["America/New_York", "Asia/Tokyo", "Europe/Madrid"].map((zone) => ({
    what: `the first Tuesday of the calendar in ${zone}`,
    by: [
      slot(`timezone = '${zone}'`),
      "update {one_on_one_booking} set confirmed_at = '0001-01-01 00:00:00'",
    ],
    gives: { "one_on_one_booking:1": { outcome: "migrated" } },
  })),
  {
    what: "a one-time slot from the year 1 to the year 9999",
    by: [oneTime("0001-01-01 00:00:00.000001", "9999-12-31 23:59:59.999998")],
    gives: {
      "one_on_one_booking:1": {
        start_at_utc: "0001-01-01 00:00:00.000001",
        end_at_utc: "9999-12-31 23:59:59.999998",
      },
    },
  },
];

const inZones: Case[] = [
  ["America/New_York", "9999-12-31 22:30:00"],
  ["Asia/Tokyo", "0001-01-01 00:30:00"],
].map(([sourceTimezone, at]) => ({
  what: `${at} in ${sourceTimezone}, where the app lived`,
  by: [starts(at!), `update {one_on_one_booking} set booked_at = '${at}'`],
  gives: { "booking:1": "bad_timestamp", "one_on_one_booking:1": "bad_timestamp" },
  session: { start_at_utc: null },
  sourceTimezone: sourceTimezone!,
}));

/** What each engine alone can hold. */
const alone: Record<Engine, Case[]> = {
  sqlite: [
    ...inZones,
    ...[
      "0000-01-01 10:00:00",
      "0044-03-15 12:00:00 BC",
      "infinity",
      "10000-01-01 00:00:00",
      "-0044-03-15",
    ].map((at) => ({
      what: `the text ${at}`,
      by: [starts(at), next(at)],
      gives: { "booking:1": "bad_timestamp", "one_on_one_booking:1": "bad_timestamp" },
      session: { start_at_utc: null, end_at_utc: null },
    })),
  ],
  postgres: [
    ...["0044-03-15 12:00:00+00 BC", "infinity", "-infinity", "10000-01-01 00:00:00+00"].map((at) => ({
      what: `the timestamp ${at}`,
      by: [starts(at), next(at)],
      gives: { "booking:1": "bad_timestamp", "one_on_one_booking:1": "bad_timestamp" },
      session: { start_at_utc: null, end_at_utc: null },
    })),
    ...["infinity", "-infinity", "0044-03-15 BC"].map((day) => ({
      what: `a slot valid from ${day}`,
      by: [slot(`valid_from = '${day}'`)],
      gives: { "one_on_one_booking:1": "bad_timestamp" },
    })),
    {
      what: "the app's own unified booking at infinity",
      by: [
        `insert into {live_class_booking} (id, booking_type, course_id, teacher_id, student_user_id, session_id, start_at_utc, end_at_utc, status, seats_reserved, student_note, teacher_note, cancel_reason, created_at, updated_at)
         values (70, 'group_session', 100, 7, 1, 1000, '0044-03-15 BC', 'infinity', 'pending', 1, '', '', '', now(), now())`,
      ],
      gives: { "booking:1": { outcome: "migrated" } },
    },
  ],
};

describe.each(["sqlite", "postgres"] as const)("%s", (engine) => {
  test.each([...everywhere, ...alone[engine]])("$what", (one) => expectHandled(world, { ...one, engine }));
});
