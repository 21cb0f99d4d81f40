/** Worlds in which nothing need hold together: what no rule would let through, drawn by a seed. */
import { pauseTriggers } from "../../src/db/bulk.ts";
import { BOOKING_STATUSES } from "../../src/domain/booking.ts";
import { addMinutes, type Instant } from "../../src/domain/instant.ts";
import { SESSION_STATUSES } from "../../src/domain/session.ts";
import { WAITLIST_STATUSES } from "../../src/domain/waitlist.ts";
import type { Context } from "../../src/operations/context.ts";
import { STUDENTS, TODAY } from "./bookable.ts";
import { contents, lessonRow, putInto, type Row, seatRow, waitRow } from "./bookings.ts";
import type { Drawing } from "./drawing.ts";

const NAMES = Object.keys(STUDENTS) as (keyof typeof STUDENTS)[];
const around = (draw: Drawing, minutes: number, step = 15) =>
  addMinutes(TODAY, (draw.below(2 * (minutes / step)) - minutes / step) * step);
const maybe = <T>(draw: Drawing, value: T): T | null => (draw.below(3) === 0 ? null : value);

/** Rows that no rule would let through, in the school of one transaction. */
export async function plantWorld(context: Context, draw: Drawing): Promise<void> {
  const { database, trx } = context;
  await pauseTriggers(database, trx);
  await trx.deleteFrom("live_class_session").execute();
  const put = (table: Parameters<typeof putInto>[1], row: Row) => putInto(context, table, row);
  const sessions: { id: number; start: Instant }[] = [];
  for (let id = 1; id <= 8; id += 1) {
    const start = around(draw, 600);
    const seats = draw.below(4);
    await put("live_class_session", {
      id,
      course_id: 1 + draw.below(2),
      teacher_id: 1 + draw.below(2),
      title: "",
      description: "",
      scheduled_start: start,
      duration_minutes: 60,
      start_at_utc: start,
      end_at_utc: addMinutes(start, draw.of([60, 60, 60, 45, 0, -30])),
      status: draw.of(SESSION_STATUSES),
      timezone_snapshot: "UTC",
      meeting_provider: "zoom",
      capacity: seats,
      total_seats: draw.below(5) === 0 ? seats + 1 : seats,
      max_attendees: seats,
      seats_taken: draw.below(3),
      current_attendees: 0,
      enable_waitlist: true,
      created_at: TODAY,
      updated_at: TODAY,
    });
    sessions.push({ id, start });
  }
  const times = new Set<string>();
  for (let n = 0; n < 24; n += 1) {
    const session = draw.of(sessions);
    const student = draw.of(NAMES);
    const start = draw.below(3) > 0 ? session.start : around(draw, 300);
    const isLesson = draw.below(3) === 0;
    const end = addMinutes(start, draw.of([60, 60, 90, 0]));
    const key = `${student} ${isLesson} ${session.id} ${start}`;
    if (times.has(key) || times.has(`${student} ${isLesson} ${start}`)) continue;
    times.add(key).add(`${student} ${isLesson} ${start}`);
    const status = draw.of(BOOKING_STATUSES);
    const more = {
      status,
      start_at_utc: start,
      end_at_utc: end,
      seats_reserved: 1 + draw.below(2),
      teacher_id: 1 + draw.below(2),
      course_id: 1 + draw.below(2),
      session_id: isLesson === (draw.below(8) === 0) ? session.id : null,
      cancelled_at: maybe(draw, TODAY),
      decision_at: maybe(draw, TODAY),
    };
    await put("live_class_booking", isLesson ? lessonRow(student, start, end, more) : seatRow(student, more));
  }
  const places = new Set<string>();
  for (let n = 0; n < 16; n += 1) {
    const [session, student] = [draw.of(sessions), draw.of(NAMES)];
    if (places.has(`${session.id} ${student}`)) continue;
    places.add(`${session.id} ${student}`);
    await put(
      "session_waitlist",
      waitRow(student, {
        session_id: session.id,
        status: draw.of(WAITLIST_STATUSES),
        offered_at: maybe(draw, addMinutes(TODAY, -draw.below(3) * 720)),
        offer_expires_at: maybe(draw, around(draw, 600)),
        accepted_at: maybe(draw, TODAY),
        expired_at: maybe(draw, TODAY),
      }),
    );
  }
  const bookings = (await contents(trx)).live_class_booking.map(({ id }) => id as number);
  for (let id = 1; id <= 3 && bookings.length > 0; id += 1) {
    await put("booking_series", { ...SERIES, id });
    let index = draw.below(3) === 0 ? 2 : 1;
    for (let n = 0; n < 3; n += 1, index += draw.below(6) === 0 ? 2 : 1)
      await put("booking_series_item", {
        series_id: id,
        booking_id: draw.of(bookings),
        occurrence_index: index,
      });
    await put("booking_event", {
      ...{ at: TODAY, actor: "shell:root", what: "created", subject: "booking_series", subject_id: id },
      to_value: JSON.stringify({ time: draw.of(["10:00:00", "09:30:00"]), timezone: "Europe/Madrid" }),
    });
  }
}

const SERIES = {
  student_user_id: 11,
  teacher_id: 1,
  course_id: 2,
  type: "one_on_one_series",
  status: "active",
  frequency: "weekly",
  interval: 1,
  days_of_week: "",
  occurrence_count: 3,
  until_date: null,
  default_meeting_link: "",
  default_meeting_id: "",
  default_meeting_passcode: "",
};
