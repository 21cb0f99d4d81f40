/** In any world, however broken, `verify` finds in SQL what the pure predicates of the domain say (SPEC 6). */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pauseTriggers } from "../../src/db/bulk.ts";
import { allFindings, keyOf } from "../../src/db/check.ts";
import type { CheckCode } from "../../src/db/checks.ts";
import { BOOKED_STATUSES, BOOKING_STATUSES, type BookingStatus } from "../../src/domain/booking.ts";
import { addMinutes, type Instant } from "../../src/domain/instant.ts";
import {
  clashesIn,
  differsFromSession,
  endsBeforeStart,
  hasGaps,
  hasHollowOffers,
  hasHopelessRequests,
  isMisplaced,
  isOverbooked,
  lackingTime,
  outlasts,
} from "../../src/domain/invariants.ts";
import { keepsTime } from "../../src/domain/series.ts";
import { openSeats, SESSION_STATUSES, seatsOf, takesTime } from "../../src/domain/session.ts";
import {
  endOfQueue,
  isLiveOffer,
  isOverdue,
  planRound,
  queueOf,
  WAITLIST_STATUSES,
  type WaitlistEntry,
} from "../../src/domain/waitlist.ts";
import { type Context, operate } from "../../src/operations/context.ts";
import { checksOf } from "../../src/operations/verify.ts";
import { type Bookable, KINDS, makeBookable, OPERATOR, STUDENTS, TODAY } from "../support/bookable.ts";
import { contents, lessonRow, putInto, type Row, seatRow, waitRow } from "../support/bookings.ts";
import { type Drawing, drawing } from "../support/drawing.ts";

const CLOCK = { now: TODAY, offerHours: 24 };
const WORLDS = 25;
const NAMES = Object.keys(STUDENTS) as (keyof typeof STUDENTS)[];
const around = (draw: Drawing, minutes: number, step = 15) =>
  addMinutes(TODAY, (draw.below(2 * (minutes / step)) - minutes / step) * step);
const maybe = <T>(draw: Drawing, value: T): T | null => (draw.below(3) === 0 ? null : value);

/** Rows that no rule would let through, in the school of one transaction. */
async function plantWorld(context: Context, draw: Drawing): Promise<void> {
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

interface Booking {
  id: number;
  booking_type: string;
  status: BookingStatus;
  student_user_id: number;
  teacher_id: number;
  course_id: number;
  session_id: number | null;
  seats_reserved: number;
  start_at_utc: Instant;
  end_at_utc: Instant;
}
interface Session {
  id: number;
  status: string;
  teacher_id: number;
  course_id: number;
  start_at_utc: Instant;
  end_at_utc: Instant;
  capacity: number;
  total_seats: number;
  max_attendees: number;
  seats_taken: number;
  current_attendees?: number;
}

/** The same by the predicates. */
async function judge(context: Context): Promise<Partial<Record<CheckCode, string[]>>> {
  const rows = await contents(context.trx);
  const bookings = rows.live_class_booking as unknown as Booking[];
  const sessions = rows.live_class_session as unknown as Session[];
  const entries = rows.session_waitlist as unknown as WaitlistEntry[];
  const items = rows.booking_series_item as unknown as Record<
    "id" | "series_id" | "booking_id" | "occurrence_index",
    number
  >[];
  const named = <T extends { id: number }>(thing: string, found: readonly T[]) =>
    found.map(({ id }) => `${thing}:${id}`);
  const of = (id: number) => bookings.filter(({ session_id }) => session_id === id);
  const seats = (id: number, ...statuses: string[]) =>
    of(id).reduce((sum, one) => sum + (statuses.includes(one.status) ? one.seats_reserved : 0), 0);
  const sessionOf = (id: number | null) => sessions.find((one) => one.id === id) ?? null;
  const isOpen = ({ status }: WaitlistEntry) => status === "waiting" || status === "offered";
  const hasBooking = (entry: WaitlistEntry, statuses: readonly string[]) =>
    of(entry.session_id).some(
      (one) => one.student_user_id === entry.student_user_id && statuses.includes(one.status),
    );
  const hasEnded = (entry: WaitlistEntry) => endOfQueue(sessionOf(entry.session_id), TODAY) !== null;
  const seating = (session: Session) => ({
    capacity: session.capacity,
    taken: seats(session.id, "confirmed", "attended"),
    pending: seats(session.id, "pending"),
    offers: entries.filter(
      (entry) =>
        entry.session_id === session.id &&
        isLiveOffer(entry, session.start_at_utc, 24, TODAY) &&
        !hasBooking(entry, BOOKED_STATUSES),
    ).length,
  });
  const bars = (session: Session) =>
    new Map(
      entries
        .filter((entry) => entry.session_id === session.id && hasBooking(entry, BOOKED_STATUSES))
        .map((entry) => [entry.student_user_id, "already booked" as const]),
    );
  const running = sessions.filter((one) => endOfQueue(one, TODAY) === null);
  const lessons = bookings.filter(({ booking_type }) => booking_type === "one_on_one");
  const byPerson = (times: Parameters<typeof clashesIn>[0][]) =>
    times.flatMap((list) => clashesIn(list, TODAY).map(({ thing, id }) => `${thing}:${id}`));
  const asTimes = (thing: "booking" | "session", list: readonly (Booking | Session)[]) =>
    list.map(({ id, status, start_at_utc, end_at_utc }) => ({ thing, id, status, start_at_utc, end_at_utc }));
  const clocks = new Map(
    rows.booking_event.map((event) => [
      event.subject_id as number,
      JSON.parse(String(event.to_value)).time === "10:00:00" ? 36_000_000_000 : 34_200_000_000,
    ]),
  );
  const last = (item: (typeof items)[number]) =>
    !items.some((other) => other.booking_id === item.booking_id && other.id > item.id);

  return {
    seats_taken: named(
      "session",
      sessions.filter((one) => {
        const sum = seats(one.id, "confirmed", "attended");
        return one.seats_taken !== sum || ("current_attendees" in one && one.current_attendees !== sum);
      }),
    ),
    capacity: named(
      "session",
      sessions.filter((one) => seatsOf(one) !== one.total_seats),
    ),
    overbooked: named(
      "session",
      sessions.filter((one) => isOverbooked(seating(one))),
    ),
    pending_beyond_seats: named(
      "session",
      sessions.filter(
        (one) => takesTime(one.status) && one.start_at_utc > TODAY && hasHopelessRequests(seating(one)),
      ),
    ),
    ends_before_start: [
      ...named("booking", bookings.filter(endsBeforeStart)),
      ...named("session", sessions.filter(endsBeforeStart)),
    ],
    booking_session_kind: named("booking", bookings.filter(isMisplaced)),
    booking_differs_from_session: named(
      "booking",
      bookings.filter((one) => {
        const session = one.booking_type === "group_session" ? sessionOf(one.session_id) : null;
        return session !== null && differsFromSession(one, session);
      }),
    ),
    student_double_booked: byPerson(
      Object.values(STUDENTS).map((id) =>
        asTimes(
          "booking",
          bookings.filter(({ student_user_id }) => student_user_id === id),
        ),
      ),
    ),
    teacher_double_booked: byPerson(
      [1, 2].map((id) => [
        ...asTimes(
          "booking",
          lessons.filter(({ teacher_id }) => teacher_id === id),
        ),
        ...asTimes(
          "session",
          sessions.filter(({ teacher_id }) => teacher_id === id),
        ),
      ]),
    ),
    status_without_time: [
      ...rows.live_class_booking.map((row) => [`booking:${row.id}`, lackingTime(row as never)]),
      ...rows.session_waitlist.map((row) => [`entry:${row.id}`, lackingTime(row as never)]),
    ].flatMap(([name, column]) => (column === null ? [] : [`${name}.${column}`])),
    accepted_without_booking: named(
      "entry",
      entries.filter((one) => one.status === "accepted" && !hasBooking(one, BOOKING_STATUSES)),
    ),
    overdue_offer: named(
      "entry",
      entries.filter(
        (one) => !hasEnded(one) && isOverdue(one, sessionOf(one.session_id)!.start_at_utc, 24, TODAY),
      ),
    ),
    open_seat_beside_queue: named(
      "session",
      running.filter((one) => {
        const queue = queueOf(entries.filter(({ session_id }) => session_id === one.id));
        return (
          one.status === "scheduled" &&
          planRound(queue, openSeats(seating(one)), bars(one)).offered.length > 0
        );
      }),
    ),
    waiting_though_booked: named(
      "entry",
      entries.filter((one) => isOpen(one) && !hasEnded(one) && hasBooking(one, BOOKED_STATUSES)),
    ),
    queue_of_ended_session: named(
      "entry",
      entries.filter((one) => isOpen(one) && hasEnded(one)),
    ),
    offers_beyond_seats: named(
      "session",
      running.filter((one) => hasHollowOffers(seating(one))),
    ),
    offer_outlasts_session: named(
      "entry",
      entries.filter((one) => !hasEnded(one) && outlasts(one, sessionOf(one.session_id)!.start_at_utc)),
    ),
    series_gaps: [1, 2, 3]
      .filter((id) => hasGaps(items.flatMap((item) => (item.series_id === id ? item.occurrence_index : []))))
      .map((id) => `series:${id}`),
    series_clock: items.filter(last).flatMap(({ series_id, booking_id, occurrence_index }) => {
      const booking = bookings.find(({ id }) => id === booking_id)!;
      const isLive =
        (booking.status === "pending" || booking.status === "confirmed") && booking.end_at_utc > TODAY;
      const clock = { startsAt: clocks.get(series_id)!, zone: "Europe/Madrid" };
      return isLive && !keepsTime(booking.start_at_utc, clock)
        ? [`series:${series_id}.occurrence_${occurrence_index}`]
        : [];
    }),
  };
}

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable(engine, layout);
  });
  afterAll(() => school.remove());

  test("random worlds", async () => {
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= WORLDS; seed += 1)
      await operate(school.database, { ...CLOCK, actor: OPERATOR, rehearse: true }, async (context) => {
        // A world holds together in nothing, references included; it is taken back.
        if (engine === "sqlite") await sql`pragma defer_foreign_keys = on`.execute(context.trx);
        await plantWorld(context, drawing(seed));
        const wanted = await judge(context);
        const found: typeof wanted = {};
        for (const check of checksOf(Object.keys(wanted) as CheckCode[])) {
          const keys: string[] = [];
          const looking = { database: school.database, db: context.trx, ...CLOCK };
          for await (const page of allFindings(check, looking)) keys.push(...page.map(keyOf));
          found[check.code] = keys.toSorted();
          expect((await check.measure(looking)).count).toBe(keys.length);
          seen.set(check.code, (seen.get(check.code) ?? 0) + keys.length);
        }
        const sorted = Object.entries(wanted).map(([code, keys]) => [code, keys!.toSorted()]);
        expect({ seed, ...found }).toEqual({ seed, ...Object.fromEntries(sorted) });
      });
    // Every one of these faults was there.
    expect([...seen].filter(([, times]) => times === 0)).toEqual([]);
  });
});
