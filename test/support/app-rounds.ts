/** What the old app does while a migration runs, by plain SQL. */
import type { Row } from "../../fixtures/django-tables.ts";
import { insertion } from "./worlds.ts";

const NEW = 1_000_000;

/**
 * The transactions of a round: new rows, changed rows, a moved session, and rows of its own in the unified tables.
 * For generated databases of generation D; n = 1 … 49.
 */
export function roundOf(n: number): string[][] {
  const id = NEW + n;
  const uuid = (table: number): string => `${table}0000000000040008000${String(id).padStart(12, "0")}`;
  const booked: Row = { booked_at: `2026-05-01 09:00:00.${String(n).padStart(6, "0")}`, status: "confirmed" };
  const at = (hour: number) => `2026-06-0${1 + (n % 7)} ${hour}:00:00.${String(n).padStart(6, "0")}`;
  const slot: Row = {
    id,
    teacher_id: 1,
    slot_type: "one_time",
    start_datetime: at(10),
    end_datetime: at(11),
  };
  return [
    [
      insertion("booking", { id, booking_id: uuid(1), user_id: 200 + n, session_id: 1 + (n % 5), ...booked }),
      insertion("teacher_availability", slot),
      insertion("one_on_one_booking", {
        ...{ id, booking_id: uuid(2), user_id: 200 + n, availability_slot_id: id, course_id: 2 },
        ...booked,
      }),
    ],
    [
      `update {booking} set status = 'no_show' where id = ${3 * n + 1}`,
      `update {booking} set status = 'confirmed' where status = 'waitlisted' and id % 11 = ${n % 11}`,
      `update {one_on_one_booking} set status = 'attended', attended = true where id = ${2 * n + 2}`,
    ],
    [
      // Postponed by an hour; the database's own signals see to the rest.
      `update {live_class_session} set scheduled_start = '2026-05-0${1 + (n % 9)} 10:00:00' where id = ${6 + (n % 5)}`,
    ],
    [
      insertion("live_class_booking", {
        ...{
          booking_type: "group_session",
          course_id: 1,
          teacher_id: 1,
          session_id: 1 + (n % 5),
        },
        ...{
          student_user_id: 250 + n,
          start_at_utc: at(12),
          end_at_utc: at(13),
          student_note: "the app's own",
        },
      }),
      `update {live_class_booking} set student_note = 'touched by the app' where id = (select min(id) from {live_class_booking} where student_note = '' and id % 7 = ${n % 7})`,
    ],
    [
      // A second lesson at the time of one that may have been taken over already.
      insertion("teacher_availability", { ...slot, id: NEW * 3 + n }),
      insertion("one_on_one_booking", {
        ...{
          id: NEW * 3 + n,
          booking_id: uuid(3),
          user_id: 200 + n,
          availability_slot_id: NEW * 3 + n,
          course_id: 2,
        },
        ...booked,
        status: n % 2 === 0 ? "attended" : "cancelled",
      }),
    ],
  ];
}
