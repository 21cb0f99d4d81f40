/** Queues and offers of full sessions (SPEC 4): pure. */
import { addMinutes, type Instant } from "./instant.ts";

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

/** The order of a queue: created_at, then id. */
export function byTurn(a: WaitlistEntry, b: WaitlistEntry): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
  return a.id - b.id;
}

/** Who waits, in the order of their turn. */
export function queueOf(entries: readonly WaitlistEntry[]): WaitlistEntry[] {
  return entries.filter(({ status }) => status === "waiting").toSorted(byTurn);
}
