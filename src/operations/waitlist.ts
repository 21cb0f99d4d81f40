/** Queues: who joins, and how a seat that frees reaches the next (SPEC 4). */
import { type FoundSession, findSession, setSessionStatus, sumSeats } from "../db/seats.ts";
import {
  findPassedOver,
  listQueue,
  putInQueue,
  setAccepted,
  setExpired,
  setOffered,
} from "../db/waitlist.ts";
import { openSeats, type SeatCount } from "../domain/session.ts";
import { isLiveOffer, offerExpiry, queueOf, type WaitlistEntry } from "../domain/waitlist.ts";
import { type Context, notify, record } from "./context.ts";

/** A session's seats and its queue at one moment. */
export interface Seating {
  seats: SeatCount;
  /** Entries that wait or hold an offer, whether it ran out or not. */
  entries: WaitlistEntry[];
}

export async function loadSeating(
  { database, trx, now, offerHours }: Context,
  session: Pick<FoundSession, "id" | "capacity" | "start_at_utc">,
): Promise<Seating> {
  const entries = await listQueue(database, trx, session.id);
  const { start_at_utc: start } = session;
  const live = start === null ? [] : entries.filter((entry) => isLiveOffer(entry, start, offerHours, now));
  const sums = await sumSeats(database, trx, session.id);
  return { seats: { capacity: session.capacity, ...sums, offers: live.length }, entries };
}

/** Students who wait and could take a seat, in the order of their turn. */
export async function listEligible(
  { database, trx }: Context,
  session: number,
  entries: readonly WaitlistEntry[],
): Promise<WaitlistEntry[]> {
  const queue = queueOf(entries);
  if (queue.length === 0) return [];
  const passedOver = await findPassedOver(database, trx, session);
  return queue.filter((entry) => !passedOver.has(entry.student_user_id));
}

/**
 * A seat freed, or may have: a session that closed itself opens again, offers that ran out end, and the open seats
 * are offered to the next who wait. Call it after the change, in the same transaction, with the session locked.
 *
 * @param freed seats that the change freed: tells a session that was full from one that was closed by hand
 */
export async function passSeatsOn(context: Context, sessionId: number, freed: number): Promise<void> {
  const { database, trx, now, offerHours } = context;
  const session = await findSession(database, trx, sessionId, true);
  const start = session?.start_at_utc ?? null;
  if (session === null || start === null || start <= now) return;
  const { seats, entries } = await loadSeating(context, session);
  const open = openSeats(seats);
  if (session.status === "booking_closed" && open > 0 && open - freed <= 0) {
    await changeStatus(context, session, "scheduled", "a seat is free again");
  } else if (session.status !== "scheduled") return;
  for (const entry of entries)
    if (entry.status === "offered" && !isLiveOffer(entry, start, offerHours, now))
      await expire(context, entry);
  if (open <= 0) return;
  const queue = queueOf(entries);
  const passedOver = queue.length === 0 ? new Map() : await findPassedOver(database, trx, session.id);
  let left = open;
  for (const entry of queue) {
    const reason = passedOver.get(entry.student_user_id);
    if (reason === undefined) {
      await offer(context, entry, start);
      left -= 1;
    } else await recordPassedOver(context, entry, reason);
    if (left === 0) return;
  }
}

/** The seat goes to the next; whoever cannot be offered one keeps the place (SCENARIOS 8). */
async function recordPassedOver(context: Context, entry: WaitlistEntry, reason: string): Promise<void> {
  await record(context, {
    what: "passed_over",
    subject: "session_waitlist",
    subject_id: entry.id,
    from: null,
    to: null,
    reason,
  });
}

async function offer(
  context: Context,
  entry: WaitlistEntry,
  start: WaitlistEntry["created_at"],
): Promise<void> {
  const { database, trx, now, offerHours } = context;
  const expires = offerExpiry({ offered_at: now, offer_expires_at: null }, start, offerHours)!;
  await setOffered(database, trx, entry.id, { now, expires });
  await record(context, {
    what: "offered",
    subject: "session_waitlist",
    subject_id: entry.id,
    from: { status: entry.status },
    to: { status: "offered", offer_expires_at: expires },
  });
  await notify(context, [entry.student_user_id], {
    kind: "waitlist_offered",
    payload: { session_id: entry.session_id, waitlist_id: entry.id, offer_expires_at: expires },
  });
}

/**
 * A student who waited has a booking now: the entry is accepted. An offer that ran out is not accepted any more
 * (SPEC 4): it expired, and the seat came from elsewhere.
 */
export async function settleEntry(
  context: Context,
  entry: WaitlistEntry,
  session: Pick<FoundSession, "start_at_utc">,
  bookingId: number,
): Promise<void> {
  const { database, trx, now, offerHours } = context;
  const { start_at_utc: start } = session;
  if (entry.status === "offered" && (start === null || !isLiveOffer(entry, start, offerHours, now)))
    return expire(context, entry);
  if (entry.status !== "waiting" && entry.status !== "offered") return;
  await setAccepted(database, trx, entry.id, now);
  await record(context, {
    what: "accepted",
    subject: "session_waitlist",
    subject_id: entry.id,
    from: { status: entry.status },
    to: { status: "accepted", booking_id: bookingId },
  });
}

/** Ends a place in a queue. @param reason for the record */
export async function expire(
  context: Context,
  entry: WaitlistEntry,
  reason = "the offer ran out",
): Promise<void> {
  await setExpired(context.database, context.trx, entry.id, context.now);
  await record(context, {
    what: "expired",
    subject: "session_waitlist",
    subject_id: entry.id,
    from: { status: entry.status, offer_expires_at: entry.offer_expires_at },
    to: { status: "expired" },
    reason,
  });
  await notify(context, [entry.student_user_id], {
    kind: "waitlist_expired",
    payload: { session_id: entry.session_id, waitlist_id: entry.id },
  });
}

/**
 * A full session without waitlist closes (SPEC 3). Call it after a booking, with the session locked.
 *
 * @param open seats that are open now
 */
export async function closeIfFull(context: Context, session: FoundSession, open: number): Promise<void> {
  if (open > 0 || session.enable_waitlist || session.status !== "scheduled") return;
  await changeStatus(context, session, "booking_closed", "all seats are taken");
}

async function changeStatus(
  context: Context,
  session: FoundSession,
  status: "scheduled" | "booking_closed",
  reason: string,
): Promise<void> {
  await setSessionStatus(context.database, context.trx, session.id, status);
  await record(context, {
    what: status === "scheduled" ? "reopened" : "closed",
    subject: "live_class_session",
    subject_id: session.id,
    from: { status: session.status },
    to: { status },
    reason,
  });
}

/**
 * Puts a student at the end of a session's queue. The caller has checked that there is no seat and that nobody
 * waits twice.
 *
 * @returns the entry's id and its place in the queue, from 1
 */
export async function enqueue(
  context: Context,
  place: {
    session: number;
    student: number;
    /** The student's entry of an earlier time, which starts anew. */
    again: WaitlistEntry | null;
    /** The place in the queue, from 1. */
    position: number;
  },
): Promise<{ id: number; position: number }> {
  const { database, trx, now } = context;
  const { position, again, ...rest } = place;
  const id = await putInQueue(database, trx, { ...rest, again: again?.id ?? null, now });
  await record(context, {
    what: "joined",
    subject: "session_waitlist",
    subject_id: id,
    from: again === null ? null : { ...again },
    to: { status: "waiting", session_id: place.session, student_user_id: place.student, position },
  });
  await notify(context, [place.student], {
    kind: "waitlist_joined",
    payload: { session_id: place.session, waitlist_id: id, position },
  });
  return { id, position };
}
