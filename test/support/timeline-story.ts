/** A random story of one session, told after each of its happenings and held against what its rows say then. */
import type { SeatCount } from "../../src/domain/session.ts";
import { markAttendance } from "../../src/operations/attendance.ts";
import { deleteBooking } from "../../src/operations/booking-deletion.ts";
import { deleteEntry } from "../../src/operations/session-deletion.ts";
import { getSession } from "../../src/operations/session-details.ts";
import { sessionTimeline, type TimelineStep } from "../../src/operations/session-timeline.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import { acceptOffer, leaveWaitlist } from "../../src/operations/waitlist-entry.ts";
import { expireQueues } from "../../src/operations/waitlist-expire.ts";
import { type Bookable, OPERATOR, SESSIONS, STUDENTS } from "./bookable.ts";
import { type StudentName, seat, seatRow, waitRow } from "./bookings.ts";
import { schoolDay } from "./school-day.ts";
import { act } from "./worlds.ts";

const SESSION = SESSIONS.queued;
const WHO = Object.keys(STUDENTS).filter((name) => name !== "hal") as StudentName[];
const STARTS = ["2027-02-02 10:00:00", "2027-02-04 10:00:00", "2027-02-03 08:00:00"];

export interface Told {
  now: string;
  steps: TimelineStep[];
  /** As the session's own view counts them then. */
  seats: SeatCount;
}

/** @param random 0 … 1 */
export async function tellStory(school: Bookable, random: () => number, length: number): Promise<Told[]> {
  const day = schoolDay(school);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const name = (table: string) => `"${school.database.layout.name(table as "live_class_booking")}"`;
  let clock = Date.parse("2026-11-20T09:00:00Z");
  const told: Told[] = [];
  for (let n = 0; n < length; n += 1) {
    clock += pick([60_000, 3_600_000, 25_200_000, 90_000_000]);
    const now = new Date(clock).toISOString().slice(0, 19).replace("T", " ");
    const when = { now };
    const { live_class_booking, session_waitlist } = await day.all();
    const bookings = live_class_booking.filter(({ session_id }) => session_id === SESSION);
    const idOf = (rows: readonly Record<string, unknown>[]) =>
      rows.length === 0 ? 0 : (pick(rows).id as number);
    const [booking, entry, who] = [idOf(bookings), idOf(session_waitlist), pick(WHO)];
    const run = (work: Parameters<Bookable["run"]>[0]) => school.run(work, when);
    const byApp = (text: string) => act(school.place, text);
    const happenings: (() => Promise<unknown>)[] = [
      ...[1, 1, 1, 2].map((seats) => () => day.book(seat(who, "queued", { seats }), when)),
      () => day.cancel(booking, when),
      () => day.cancel(booking, when),
      () => day.approve(booking, when),
      () => day.decline(booking, when),
      () => day.move(booking, { session_id: SESSIONS.evening }, when),
      () => run((c) => markAttendance(c, { id: booking, attended: random() < 0.5 })),
      () => run((c) => deleteBooking(c, { id: booking })),
      () => run((c) => deleteEntry(c, { id: entry })),
      () => run((c) => acceptOffer(c, { id: entry })),
      () => run((c) => leaveWaitlist(c, entry)),
      () => run((c) => updateSession(c, { id: SESSION, capacity: 1 + Math.floor(random() * 5) })),
      () => run((c) => updateSession(c, { id: SESSION, start_at_utc: pick(STARTS) as never })),
      () =>
        expireQueues(
          school.database,
          { now: now as never, actor: OPERATOR, offerHours: 24, rehearse: false },
          { session: null, limit: null, stopping: () => false, onSession: () => {} },
        ),
      // The app, which records nothing and writes the times.
      () =>
        school.put(
          "live_class_booking",
          seatRow(who, {
            session_id: SESSION,
            status: pick(["pending", "pending", "confirmed"]),
            start_at_utc: "2027-02-02 10:00:00",
            end_at_utc: "2027-02-02 11:00:00",
            created_at: now,
          }),
        ),
      () => school.put("session_waitlist", waitRow(who, { created_at: now })),
      () =>
        byApp(
          `update ${name("live_class_booking")} set status = 'confirmed', decision_at = '${now}' where id = ${booking} and status = 'pending'`,
        ),
      () =>
        byApp(
          `update ${name("live_class_booking")} set status = 'cancelled', cancelled_at = '${now}' where id = ${booking} and status = 'confirmed'`,
        ),
    ];
    await pick(happenings)().catch((error: { kind?: string; code?: string }) => {
      // What the rules or the keys of the tables refuse happens not.
      if (error.kind === undefined && error.code === undefined) throw error;
    });
    const session = await school.look((c) => getSession(c, SESSION), when);
    const { capacity, taken, pending, offers } = session;
    told.push({
      now,
      steps: await school.look((c) => sessionTimeline(c, { session: SESSION, student: null }), when),
      seats: { capacity, taken, pending, offers },
    });
  }
  return told;
}
