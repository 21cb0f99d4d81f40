/** Faults of bookings, by check. */
import { TODAY } from "./bookable.ts";
import { lessonRow, type StudentName, seatRow, waitRow } from "./bookings.ts";
import { byHand, type Fault } from "./fault.ts";

/** Staff made it, and set rules aside. */
const created = (subject: string, subject_id: number, overridden: string) => ({
  ...{ at: TODAY, actor: "paula (user 1)", what: "created" },
  ...{ subject, subject_id, overridden },
});

export const BOOKING_FAULTS: readonly Fault[] = [
  {
    check: "booking_session_kind",
    what: "a seat nowhere, a lesson in a class",
    plant: (school) =>
      school.put(
        "live_class_booking",
        seatRow("ana", { id: 1, session_id: null }),
        lessonRow("ben", "2027-02-09 10:00:00", "2027-02-09 11:00:00", {
          id: 2,
          session_id: 4,
          status: "pending",
        }),
      ),
    found: ["booking:1", "booking:2"],
    stays: ["booking:1", "booking:2"],
  },
  {
    check: "booking_differs_from_session",
    what: "the app moved a session, and its bookings stayed; another is over",
    plant: async (school) => {
      await school.put(
        "live_class_booking",
        seatRow("ana", { id: 1 }),
        seatRow("ben", { id: 2, status: "cancelled", cancelled_at: "2026-11-20 08:00:00" }),
        seatRow("cleo", {
          id: 3,
          session_id: 2,
          start_at_utc: "2026-10-05 08:00:00",
          end_at_utc: "2026-10-05 09:00:00",
          status: "attended",
        }),
      );
      await byHand(
        school,
        "update {live_class_session} set scheduled_start = '2027-02-01 12:00:00', start_at_utc = '2027-02-01 12:00:00', end_at_utc = '2027-02-01 13:00:00' where id = 1",
        "update {live_class_session} set scheduled_start = '2026-10-05 14:00:00', start_at_utc = '2026-10-05 14:00:00', end_at_utc = '2026-10-05 15:00:00', status = 'completed', seats_taken = 1 where id = 2",
      );
    },
    found: ["booking:1", "booking:3"],
    stays: ["booking:3"],
  },
  {
    check: "student_double_booked",
    what: "two classes at once; what staff allowed is not named, and allows nothing that came later",
    plant: async (school) => {
      const clash = (student: StudentName, id: number) => [
        seatRow(student, { id }),
        seatRow(student, {
          id: id + 1,
          session_id: 4,
          teacher_id: 2,
          start_at_utc: "2027-02-01 10:30:00",
          end_at_utc: "2027-02-01 11:30:00",
        }),
      ];
      const early = { created_at: "2026-11-19 08:00:00" };
      const [first, second] = clash("dan", 7);
      await school.put(
        "live_class_booking",
        ...[...clash("ana", 1), ...clash("ben", 3), ...clash("cleo", 5), { ...first, ...early }, second!],
      );
      await school.put(
        "booking_event",
        created("live_class_booking", 4, "enrollment,student-overlap"),
        // The other came behind it by hand, in the same second and a day later.
        created("live_class_booking", 5, "student-overlap"),
        { ...created("live_class_booking", 7, "student-overlap"), at: early.created_at },
      );
    },
    found: ["booking:2", "booking:6", "booking:8"],
    stays: ["booking:2", "booking:6", "booking:8"],
  },
  {
    check: "teacher_double_booked",
    what: "a lesson in a class, a class in a class; a lesson that was allowed, and one behind it that was not",
    plant: async (school) => {
      const noon = ["2027-02-01 11:40:00", "2027-02-01 12:10:00"] as const;
      const soon = ["2027-02-01 12:00:00", "2027-02-01 12:30:00"] as const;
      const later = ["2027-02-01 12:20:00", "2027-02-01 12:50:00"] as const;
      await school.put(
        "live_class_booking",
        lessonRow("ana", "2027-02-01 10:30:00", "2027-02-01 11:00:00", { id: 1 }),
        lessonRow("ana", ...noon, { id: 2 }),
        lessonRow("ben", ...soon, { id: 3 }),
        lessonRow("cleo", ...later, { id: 4 }),
      );
      await school.put("booking_event", created("live_class_booking", 3, "teacher-overlap"));
      await byHand(
        school,
        "update {live_class_session} set scheduled_start = '2027-02-02 10:59:00', start_at_utc = '2027-02-02 10:59:00', end_at_utc = '2027-02-02 11:59:00' where id = 2",
      );
    },
    found: ["booking:1", "booking:4", "session:2"],
    stays: ["booking:1", "booking:4", "session:2"],
  },
  {
    check: "status_without_time",
    what: "cancelled, declined, expired, and nobody knows when",
    plant: async (school) => {
      await school.put(
        "live_class_booking",
        seatRow("ana", { id: 1, status: "cancelled" }),
        seatRow("ben", { id: 2, status: "declined" }),
      );
      await school.put(
        "session_waitlist",
        waitRow("ana", { id: 1, status: "expired" }),
        waitRow("ben", { id: 2, status: "expired" }),
      );
      await school.put("booking_event", {
        at: "2026-11-19 08:00:00",
        actor: "shell:root",
        what: "left",
        subject: "session_waitlist",
        subject_id: 2,
      });
    },
    found: ["booking:1.cancelled_at", "booking:2.decision_at", "entry:1.expired_at", "entry:2.expired_at"],
    stays: ["entry:1.expired_at"],
  },
];
