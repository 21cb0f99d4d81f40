/** A session's seats and its queue at one moment: what the rules, offers and explanations reckon with (SPEC 3, 4). */
import { type FoundSession, sumSeats } from "../db/seats.ts";
import { findBars, listQueue } from "../db/waitlist.ts";
import type { SeatCount } from "../domain/session.ts";
import { type Bar, byOffer, isLiveOffer, type WaitlistEntry } from "../domain/waitlist.ts";
import type { Context } from "./context.ts";

/** A session's seats and its queue at one moment. */
export interface Seating {
  seats: SeatCount;
  /** Entries that wait or hold an offer, whether it ran out or not. */
  entries: WaitlistEntry[];
  /** The offers of them that hold a seat, in the order in which seats are kept for them. */
  live: WaitlistEntry[];
  /** Who of them cannot be offered a seat, or has one already, by student. */
  bars: ReadonlyMap<number, Bar>;
}

export async function loadSeating(
  { database, trx, now, offerHours }: Context,
  session: Pick<FoundSession, "id" | "capacity" | "start_at_utc">,
): Promise<Seating> {
  const entries = await listQueue(database, trx, session.id);
  const { start_at_utc: start } = session;
  const bars = entries.length === 0 ? new Map<number, Bar>() : await findBars(database, trx, session.id);
  const live =
    start === null
      ? []
      : entries
          .filter((entry) => isLiveOffer(entry, start, offerHours, now) && !isSettled(entry, bars))
          .toSorted(byOffer);
  const sums = await sumSeats(database, trx, session.id);
  return { seats: { capacity: session.capacity, ...sums, offers: live.length }, entries, live, bars };
}

/** An offer of somebody whom the app, or a hand, booked beside it: the booking has the seat. */
export function isSettled(
  { status, student_user_id }: WaitlistEntry,
  bars: ReadonlyMap<number, Bar>,
): boolean {
  return status === "offered" && bars.get(student_user_id) === "already booked";
}
