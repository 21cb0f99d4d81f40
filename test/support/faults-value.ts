/** Faults of words, numbers, references, times and zones, by check. */
import { lessonRow, seatRow, waitRow } from "./bookings.ts";
import { byHand, type Fault } from "./fault.ts";

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
      );
    },
    found: ["booking:1.cancel_reason", "session:4.status", "slot:1.slot_type"],
    stays: ["booking:1.cancel_reason", "session:4.status", "slot:1.slot_type"],
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
      );
    },
    found: ["booking:1", "session:4", "slot:2"],
    stays: ["booking:1", "session:4", "slot:2"],
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
