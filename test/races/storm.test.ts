/** Everything at once, from many processes. */
import { describe, expect, test } from "vitest";
import { COURSES, KINDS, makeBookable, SESSIONS, STUDENTS, TEACHERS, TODAY } from "../support/bookable.ts";
import { policyRow, type Row, type StudentName, seatRow } from "../support/bookings.ts";
import { query, type Scratch } from "../support/databases.ts";
import { disorder, storm } from "../support/storm.ts";

const sessionRow = (start: string): Row => ({
  course_id: COURSES.spanish,
  teacher_id: TEACHERS.tom,
  title: "Class",
  description: "",
  scheduled_start: start,
  duration_minutes: 60,
  status: "scheduled",
  timezone_snapshot: "UTC",
  meeting_provider: "zoom",
  capacity: 3,
  seats_taken: 0,
  created_at: TODAY,
  updated_at: TODAY,
});

/** Transactions that blocked each other: PostgreSQL ends one of them, and it is run again. */
async function deadlocks(place: Scratch): Promise<number> {
  if (place.engine === "sqlite") return 0;
  const [row] = await query(
    place,
    "select deadlocks as n from pg_stat_database where datname = current_database()",
  );
  return Number(row!.n);
}

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  test("a storm of 8 processes ends with everything in order, and no lock error reaches anyone", async () => {
    const school = await makeBookable(engine, layout);
    try {
      if (layout === "native") school.database.sqlite?.pragma("journal_mode = wal");
      // Seats of Spanish are asked for, and lessons of Talk of tom's only.
      await school.put(
        "teacher_booking_policy",
        policyRow({ requires_approval_for_group: true, course_id: COURSES.spanish }),
        policyRow({
          requires_approval_for_one_on_one: true,
          course_id: COURSES.talk,
          max_bookings_per_day: 2,
        }),
      );
      const free = { is_active: true, is_blocked: false, blocked_reason: "", course_id: COURSES.talk };
      const weekly = { ...free, slot_type: "recurring", timezone: "UTC", day_of_week: 1 };
      await school.put(
        "teacher_availability",
        { ...weekly, teacher_id: TEACHERS.tom, start_time: "15:30:00", end_time: "16:30:00" },
        { ...weekly, teacher_id: TEACHERS.tina, start_time: "16:00:00", end_time: "17:00:00" },
      );
      for (let hour = 8; hour < 16; hour += 1)
        await school.put("live_class_session", {
          ...sessionRow(`2027-02-${hour < 12 ? "03" : "04"} ${String(hour).padStart(2, "0")}:30:00`),
          enable_waitlist: hour % 2 === 0,
        });
      const begun: Row = { start_at_utc: "2026-11-20 08:00:00", end_at_utc: "2026-11-20 09:00:00" };
      for (const student of Object.keys(STUDENTS) as StudentName[])
        await school.put(
          "live_class_booking",
          seatRow(student, { ...begun, session_id: null, booking_type: "one_on_one" }),
        );
      const result = await storm(school.place.address, { workers: 8, count: 250 });
      expect(result.errors).toEqual([]);
      expect(await disorder(school)).toEqual({});
      expect(await deadlocks(school.place)).toBe(0);
      // It was a storm: much was done, and what chance brings was refused.
      expect(result.done).toBeGreaterThan(300);
      expect(Object.keys(result.refused)).toEqual(
        expect.arrayContaining(["status", "capacity", "duplicate", "student-overlap", "teacher-overlap"]),
      );
      expect(await school.database.db.selectFrom("session_waitlist").select("id").execute()).not.toEqual([]);
    } finally {
      await school.remove();
    }
  });

  test("disorder is noticed", async () => {
    const school = await makeBookable(engine, layout);
    try {
      expect(await disorder(school)).toEqual({});
      for (const student of ["ana", "ben", "cleo", "dan"] as const)
        await school.put("live_class_booking", seatRow(student));
      await school.put("live_class_booking", seatRow("ana", { session_id: SESSIONS.evening }));
      expect(Object.keys(await disorder(school))).toEqual([
        "no seat is held twice",
        "a student is in one place at a time",
        "verify",
      ]);
    } finally {
      await school.remove();
    }
  });
});
