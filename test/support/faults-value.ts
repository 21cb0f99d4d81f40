/** Faults of words, numbers, references, times and zones, by check. */
import { lessonRow, seatRow, waitRow } from "./bookings.ts";
import { byHand, type Fault } from "./fault.ts";
import { seriesRow } from "./series.ts";

export const VALUE_FAULTS: readonly Fault[] = [
  {
    check: "unknown_word",
    what: "words of another language",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("ana", { id: 1, cancel_reason: "weather" }));
      await byHand(
        school,
        "update {live_class_session} set status = 'planned' where id = 4",
        "update {teacher_availability} set slot_type = 'RECURRING' where id = 1",
        "update {teacher_availability} set day_of_week = 9 where id = 3",
      );
    },
    found: ["booking:1.cancel_reason", "session:4.status", "slot:1.slot_type", "slot:3.day_of_week"],
    stays: ["booking:1.cancel_reason", "session:4.status", "slot:1.slot_type", "slot:3.day_of_week"],
  },
  {
    check: "seat_numbers",
    what: "a booking without a seat",
    plant: (school) =>
      school.put("live_class_booking", seatRow("ana", { id: 1, seats_reserved: 0, status: "pending" })),
    found: ["booking:1.seats_reserved"],
    stays: ["booking:1.seats_reserved"],
  },
  {
    check: "seat_numbers",
    what: "a capacity that is no number",
    only: "sqlite",
    plant: (school) =>
      byHand(school, "update {live_class_session} set capacity = 'many', total_seats = 'many' where id = 4"),
    found: ["session:4.capacity", "session:4.total_seats"],
    stays: ["session:4.capacity", "session:4.total_seats"],
  },
  {
    check: "missing_reference",
    what: "a session and a queue of nobody",
    plant: async (school) => {
      await byHand(
        school,
        "update {live_class_session} set teacher_id = 77, course_id = 78 where id = 4",
        "delete from {app_user} where id = 18",
      );
      await school.put(
        "session_waitlist",
        waitRow("ana", { id: 1, status: "expired", expired_at: "2026-11-20 08:00:00" }),
      );
      await byHand(school, "update {session_waitlist} set student_user_id = 18");
    },
    found: ["entry:1.student_user_id", "session:4.course_id", "session:4.teacher_id"],
    stays: ["entry:1.student_user_id", "session:4.course_id", "session:4.teacher_id"],
  },
  {
    check: "ends_before_start",
    what: "a booking, a session, a slot",
    plant: async (school) => {
      await school.put(
        "live_class_booking",
        lessonRow("ana", "2027-02-09 10:00:00", "2027-02-09 10:00:00", { id: 1 }),
      );
      await byHand(
        school,
        "update {live_class_session} set end_at_utc = '2027-02-01 09:00:00' where id = 4",
        "update {teacher_availability} set end_datetime = '2027-02-03 15:00:00' where id = 2",
        "update {teacher_availability} set valid_from = '2027-02-03', valid_until = '2027-02-02' where id = 3",
      );
    },
    found: ["booking:1", "session:4", "slot:2", "slot:3.valid_until"],
    stays: ["booking:1", "session:4", "slot:2", "slot:3.valid_until"],
  },
  {
    check: "unreadable_time",
    what: "no time at all",
    only: "sqlite",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("ben", { id: 2 }));
      await byHand(
        school,
        "update {live_class_booking} set cancelled_at = x'ff', decision_at = '2026-02-31 10:00:00' where id = 2",
        "update {live_class_session} set end_at_utc = 'soon' where id = 4",
      );
    },
    found: ["booking:2.cancelled_at", "booking:2.decision_at", "session:4.end_at_utc"],
    stays: ["booking:2.cancelled_at", "booking:2.decision_at", "session:4.end_at_utc"],
  },
  {
    check: "unreadable_time",
    what: "times that SQLite alone takes, of sessions, slots and series too",
    only: "sqlite",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("ben", { id: 2 }));
      await byHand(
        school,
        "update {live_class_booking} set decision_at = '2026-12-01 24:00:00', cancelled_at = '0000-12-01 10:00:00', updated_at = '2026-12-01 10:00:60' where id = 2",
        "update {live_class_session} set scheduled_start = 'garbage', scheduled_end = '2026-06-31 10:00:00', updated_at = 'now' where id = 4",
        // The app writes these: in its own zone, and with an offset.
        "update {live_class_session} set scheduled_start = '2027-02-01T10:00:00+05:30', scheduled_end = '2027-02-01 10:30' where id = 3",
        "update {teacher_availability} set start_datetime = 'soon' where id = 2",
      );
      await school.put("booking_series", { ...seriesRow("ben"), id: 1, until_date: "2027-02-30" });
    },
    found: [
      "booking:2.cancelled_at",
      "booking:2.decision_at",
      "booking:2.updated_at",
      "series:1.until_date",
      "session:4.scheduled_end",
      "session:4.scheduled_start",
      "session:4.updated_at",
      "slot:2.start_datetime",
    ],
    stays: [
      "booking:2.cancelled_at",
      "booking:2.decision_at",
      "booking:2.updated_at",
      "series:1.until_date",
      "session:4.scheduled_end",
      "session:4.scheduled_start",
      "session:4.updated_at",
      "slot:2.start_datetime",
    ],
  },
  {
    check: "unreadable_time",
    what: "dates and times of day of a slot",
    layout: "native",
    plant: (school) =>
      byHand(
        school,
        "update {teacher_availability} set valid_from = '2026-02-30', valid_until = '', start_time = 'noon', end_time = '25:00' where id = 1",
      ),
    found: ["slot:1.end_time", "slot:1.start_time", "slot:1.valid_from"],
    stays: ["slot:1.end_time", "slot:1.start_time", "slot:1.valid_from"],
  },
  {
    check: "time_form",
    what: "forms that SQLite cannot read",
    only: "sqlite",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("ana", { id: 1 }));
      await byHand(
        school,
        "update {live_class_booking} set created_at = '2026-11-20 09:00:00+00', decision_at = '2026-11-20 09:00:00+0100', updated_at = '2026-11-20T09:00:00,5Z', start_at_utc = '2027-02-02 01:00:00+15:00' where id = 1",
        "update {live_class_session} set created_at = '2026-11-20T09:00:00Z' where id = 3",
        "update {teacher_availability} set start_datetime = '2027-02-03T09:00:00Z' where id = 2",
      );
    },
    found: [
      "booking:1.created_at",
      "booking:1.decision_at",
      "booking:1.start_at_utc",
      "booking:1.updated_at",
      "session:3.created_at",
      "slot:2.start_datetime",
    ],
  },
  {
    check: "time_form",
    what: "forms that sort wrongly",
    only: "sqlite",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("ana", { id: 1 }));
      await byHand(
        school,
        "update {live_class_booking} set created_at = '2026-11-20T09:00:00Z', decision_at = '2026-11-20 10:00:00.500000', updated_at = '2026-11-20 10:00:00.5' where id = 1",
        "update {live_class_session} set end_at_utc = '2027-02-01 12:30:00+01:00' where id = 4",
      );
    },
    found: ["booking:1.created_at", "booking:1.updated_at", "session:4.end_at_utc"],
  },
  {
    check: "unknown_zone",
    what: "of a profile, a slot and a session",
    plant: (school) =>
      byHand(
        school,
        "update {user_profile} set timezone = 'Europe/Atlantis' where id = 2",
        "update {teacher_availability} set timezone = 'GMT+25' where id = 3",
        "update {live_class_session} set timezone_snapshot = 'O''Hare' where id = 4",
        "update {live_class_session} set timezone_snapshot = '' where id = 3",
      ),
    found: ["profile:2", "session:4", "slot:3"],
    stays: ["profile:2", "session:4", "slot:3"],
  },
];
