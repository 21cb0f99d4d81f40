/** What is wrong in a world, by the pure predicates of the domain. */
import type { CheckCode } from "../../src/db/checks.ts";
import { BOOKED_STATUSES, BOOKING_STATUSES, type BookingStatus } from "../../src/domain/booking.ts";
import type { Instant } from "../../src/domain/instant.ts";
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
import { openSeats, seatsOf, takesTime } from "../../src/domain/session.ts";
import {
  endOfQueue,
  isLiveOffer,
  isOverdue,
  planRound,
  queueOf,
  type WaitlistEntry,
} from "../../src/domain/waitlist.ts";
import type { Context } from "../../src/operations/context.ts";
import { STUDENTS, TODAY } from "./bookable.ts";
import { contents } from "./bookings.ts";

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

/** Findings by check and key. */
export async function judge(context: Context): Promise<Partial<Record<CheckCode, string[]>>> {
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
          (one.status === "scheduled" || one.status === "booking_closed") &&
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
