/** Random schools with slots: near to each slot lessons, seats and sessions that may stand in its way. */
import fc from "fast-check";
import { insertRow } from "../../src/db/rows.ts";
import { addDays, addMinutes, type Instant, type LocalDate } from "../../src/domain/instant.ts";
import type { Context } from "../../src/operations/context.ts";
import { ACTORS, COURSES, STUDENTS, TEACHERS, TODAY } from "./bookable.ts";

const policies = fc.uniqueArray(
  fc.record({
    teacher_id: fc.constantFrom(1, 2),
    course_id: fc.constantFrom(null, COURSES.talk, COURSES.club),
    min_notice_hours: fc.constantFrom(0, 24, 100),
    buffer_before_minutes: fc.constantFrom(0, 15, 45),
    buffer_after_minutes: fc.constantFrom(0, 30, 90),
    max_bookings_per_day: fc.constantFrom(null, null, 1, 2),
  }),
  { maxLength: 4, selector: ({ teacher_id, course_id }) => `${teacher_id} ${course_id}` },
);

const slots = fc.array(
  fc.record({
    teacher_id: fc.constantFrom(1, 2),
    course_id: fc.constantFrom(null, COURSES.talk, COURSES.club, COURSES.spanish),
    day: fc.integer({ min: 0, max: 13 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minutes: fc.constantFrom(30, 60, 180),
    weekly: fc.boolean(),
    is_active: fc.constantFrom(true, true, true, false),
    is_blocked: fc.constantFrom(false, false, false, true),
    timezone: fc.constantFrom("UTC", "UTC", "Europe/Madrid", "America/New_York", "Pacific/Auckland"),
  }),
  { minLength: 2, maxLength: 6 },
);

/** Lessons, seats and sessions some quarters of an hour beside the hour. */
const times = fc.array(
  fc.record({
    kind: fc.constantFrom("lesson", "lesson", "seat", "session"),
    teacher_id: fc.constantFrom(1, 2),
    course_id: fc.constantFrom(COURSES.talk, COURSES.club),
    student: fc.constantFrom(STUDENTS.ana, STUDENTS.ben),
    status: fc.constantFrom("pending", "confirmed", "confirmed", "cancelled", "attended"),
    /** A slot to be near to, or a day and hour. */
    near: fc.integer({ min: 0, max: 5 }),
    week: fc.integer({ min: 0, max: 1 }),
    /** Right at the slot's time, of its teacher, where the slot's clock shows UTC. */
    exact: fc.boolean(),
    quarters: fc.integer({ min: -6, max: 6 }),
    minutes: fc.constantFrom(30, 60, 150),
  }),
  { maxLength: 12 },
);

/** What a random school has beside the small one: policies, slots, and what takes its people's time. */
export const slotWorlds = fc.record({
  policies,
  slots,
  times,
  teaches: fc.boolean(),
  student: fc.constantFrom(STUDENTS.ana, STUDENTS.hal),
  actor: fc.constantFrom(ACTORS.shell, ACTORS.shell, ACTORS.ana, ACTORS.tom),
  course: fc.constantFrom(null, COURSES.talk, COURSES.club),
});
export type SlotWorld = typeof slotWorlds extends fc.Arbitrary<infer T> ? T : never;

const clock = (hour: number, minute: number) =>
  `${String(hour % 24).padStart(2, "0")}:${String(minute).padStart(2, "0")}:00`;
const startOf = ({ day, hour }: { day: number; hour: number }): Instant =>
  `${addDays("2026-11-20" as LocalDate, day)} ${clock(hour, 0)}` as Instant;

/** @param named whether course_teacher names users */
export async function putWorld({ database, trx }: Context, world: SlotWorld, named: boolean): Promise<void> {
  const insert = (table: Parameters<typeof insertRow>[2], row: Record<string, unknown>) =>
    insertRow(database, trx, table, row);
  const none = {
    requires_approval_for_one_on_one: false,
    requires_approval_for_group: false,
    cancel_window_hours: 0,
  };
  for (const policy of world.policies) await insert("teacher_booking_policy", { ...none, ...policy });
  if (world.teaches)
    for (const course_id of [COURSES.spanish, COURSES.club])
      await insert("course_teacher", {
        course_id,
        teacher_id: named ? 3 : TEACHERS.tina,
        requires_booking_approval: null,
      });
  for (const slot of world.slots) {
    const { day, hour, minutes, weekly, ...row } = slot;
    const when = weekly
      ? {
          slot_type: "recurring",
          day_of_week: (4 + day) % 7,
          start_time: clock(hour, 0),
          end_time: clock(hour + Math.floor(minutes / 60), minutes % 60),
        }
      : {
          slot_type: "one_time",
          start_datetime: startOf(slot),
          end_datetime: addMinutes(startOf(slot), minutes),
        };
    await insert("teacher_availability", { ...row, ...when, blocked_reason: "" });
  }
  const keys = new Set<string>();
  for (const [at, time] of world.times.entries()) {
    const slot = world.slots[time.near % Math.max(1, world.slots.length)];
    const near = slot ?? { day: time.near, hour: at };
    const quarters = time.exact ? 0 : time.quarters;
    const start = addMinutes(startOf(near), time.week * 7 * 24 * 60 + quarters * 15);
    const end = addMinutes(start, time.minutes);
    const { course_id, student } = time;
    const teacher_id = time.exact && slot !== undefined ? slot.teacher_id : time.teacher_id;
    const key = `${time.kind} ${student} ${time.kind === "seat" ? "" : teacher_id} ${start}`;
    if (keys.has(key)) continue;
    keys.add(key);
    if (time.kind === "session") {
      await insert("live_class_session", {
        course_id: COURSES.spanish,
        teacher_id,
        title: "",
        description: "",
        scheduled_start: start,
        start_at_utc: start,
        end_at_utc: end,
        duration_minutes: time.minutes,
        status: "scheduled",
        timezone_snapshot: "UTC",
        meeting_provider: "zoom",
        total_seats: 3,
        capacity: 3,
        max_attendees: 3,
        seats_taken: 0,
        enable_waitlist: false,
        created_at: TODAY,
        updated_at: TODAY,
      });
      continue;
    }
    await insert("live_class_booking", {
      booking_type: time.kind === "lesson" ? "one_on_one" : "group_session",
      session_id: time.kind === "lesson" ? null : 1,
      course_id,
      teacher_id,
      student_user_id: student,
      start_at_utc: start,
      end_at_utc: end,
      status: time.status,
      student_note: "",
      teacher_note: "",
      seats_reserved: 1,
      cancel_reason: "",
      created_at: TODAY,
      updated_at: TODAY,
    });
  }
}
