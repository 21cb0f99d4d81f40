/** Queues and offers of full sessions (SPEC 4): pure. */
import { addMicros, addMinutes, type Instant, LATEST } from "./instant.ts";

export const WAITLIST_STATUSES = ["waiting", "offered", "accepted", "expired"] as const;
export type WaitlistStatus = (typeof WAITLIST_STATUSES)[number];

export const DEFAULT_OFFER_HOURS = 24;

export interface WaitlistEntry {
  id: number;
  session_id: number;
  student_user_id: number;
  status: WaitlistStatus;
  created_at: Instant;
  offered_at: Instant | null;
  offer_expires_at: Instant | null;
}

/**
 * When an offer runs out: what was written, else (the app made it) offered_at + the offer time; never after the
 * session begins. Null for an offer without any time: nobody knows since when it holds, so it holds nothing.
 */
export function offerExpiry(
  entry: Pick<WaitlistEntry, "offered_at" | "offer_expires_at">,
  sessionStart: Instant,
  offerHours: number,
): Instant | null {
  const written =
    entry.offer_expires_at ??
    (entry.offered_at === null ? null : addMinutes(entry.offered_at, offerHours * 60));
  return written !== null && written > sessionStart ? sessionStart : written;
}

/** Holds a seat: offered and not run out. The instant of expiry itself is too late (SPEC 4). */
export function isLiveOffer(
  entry: WaitlistEntry,
  sessionStart: Instant,
  offerHours: number,
  now: Instant,
): boolean {
  const expiry = offerExpiry(entry, sessionStart, offerHours);
  return entry.status === "offered" && expiry !== null && now < expiry;
}

/** Ran out, and nobody ended it yet. @param sessionStart null: the session has no time, which ends no offer */
export function isOverdue(
  entry: WaitlistEntry,
  sessionStart: Instant | null,
  offerHours: number,
  now: Instant,
): boolean {
  return entry.status === "offered" && !isLiveOffer(entry, sessionStart ?? LATEST, offerHours, now);
}

/** Why an offer that is overdue holds nothing any more. */
export function endOfOffer({
  offered_at,
  offer_expires_at,
}: Pick<WaitlistEntry, "offered_at" | "offer_expires_at">): string {
  const isTimeless = offered_at === null && offer_expires_at === null;
  return isTimeless ? "nobody can tell when the offer was made" : "the offer ran out";
}

/** The order of a queue: created_at, then id. */
export function byTurn(a: WaitlistEntry, b: WaitlistEntry): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
  return a.id - b.id;
}

/** The order in which seats are kept for offers, where hands made more of them than there are seats: as they were made. */
export function byOffer(a: WaitlistEntry, b: WaitlistEntry): number {
  if (a.offered_at !== b.offered_at) return (a.offered_at ?? "") < (b.offered_at ?? "") ? -1 : 1;
  return byTurn(a, b);
}

/** Who waits, in the order of their turn. */
export function queueOf(entries: readonly WaitlistEntry[]): WaitlistEntry[] {
  return entries.filter(({ status }) => status === "waiting").toSorted(byTurn);
}

/**
 * When whoever joins now stands in a queue: now, or just after the last, where a clock ran ahead of ours or the row is
 * an older one that is taken up again.
 *
 * @param again the row is older than the others, so that an equal instant would put it before them
 */
export function joinedAt(queue: readonly WaitlistEntry[], now: Instant, again: boolean): Instant {
  const last = queue.at(-1)?.created_at;
  if (last === undefined || last < now || (last === now && !again)) return now;
  return addMicros(last, 1);
}

/** Why somebody who waits cannot be offered a seat, and an offer that is there leads to nothing. */
export type Bar = "no account" | "inactive account" | "already booked";

/** Somebody whose turn it was, and who got no seat: the place is kept (SCENARIOS 8). */
export interface Skipped {
  entry: WaitlistEntry;
  reason: string;
}

/** Why somebody was passed over whom nothing kept from a seat: staff took another first. */
export function wentFirst({ id }: Pick<WaitlistEntry, "id">): string {
  return `entry ${id} went first`;
}

/** How open seats go to a queue. */
export interface Round {
  offered: WaitlistEntry[];
  /** Who would have had a turn while there were seats. */
  skipped: Skipped[];
  /** Of them those behind whom somebody is offered a seat: they were passed over. */
  passedOver: Skipped[];
}

/**
 * The next in line for each open seat.
 *
 * @param queue in the order of the turns
 * @param bars by student: who cannot be offered a seat
 */
export function planRound(
  queue: readonly WaitlistEntry[],
  open: number,
  bars: ReadonlyMap<number, Bar>,
): Round {
  const round: Round = { offered: [], skipped: [], passedOver: [] };
  for (const entry of queue) {
    if (round.offered.length >= open) break;
    const reason = bars.get(entry.student_user_id);
    if (reason !== undefined) round.skipped.push({ entry, reason });
    else {
      round.offered.push(entry);
      round.passedOver = [...round.skipped];
    }
  }
  return round;
}

/** Why a session's queue has come to its end; null where it has not. @param session its status as stored; null = it is gone */
export function endOfQueue(
  session: { status: string; start_at_utc: Instant | null } | null,
  now: Instant,
): string | null {
  if (session === null) return "the session is gone";
  const { status, start_at_utc: start } = session;
  if (status === "cancelled") return "the session was cancelled";
  if (status === "completed") return "the session is over";
  return status === "live" || (start !== null && start <= now) ? "the session began" : null;
}

const LONGEST_OFFER_HOURS = 366 * 24;
const HOURS = { m: 1 / 60, h: 1, d: 24 } as const;

/** How long offers hold, as people write it: `24h`, `90m`, `2d`. In hours; null where it is none of 1 minute to 366 days. */
export function parseOfferTime(text: string): number | null {
  const found = /^(\d{1,6})([mhd])$/.exec(text.trim());
  if (found === null) return null;
  const hours = Number(found[1]) * HOURS[found[2] as keyof typeof HOURS];
  return hours > 0 && hours <= LONGEST_OFFER_HOURS ? hours : null;
}
