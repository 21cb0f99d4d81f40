/** Queues: who joins, and how a seat that frees reaches the next (SPEC 4). */
import { type FoundSession, findSession, setSessionStatus, sumSeats } from "../db/seats.ts";
import { findBars, listQueue, putInQueue, setAccepted, setExpired, setOffered } from "../db/waitlist.ts";
import type { Instant } from "../domain/instant.ts";
import { overridden, type RuleOutcome } from "../domain/rules.ts";
import { openSeats, type SeatCount } from "../domain/session.ts";
import {
  type Bar,
  endOfQueue,
  isLiveOffer,
  isOverdue,
  offerExpiry,
  planRound,
  queueOf,
  type Skipped,
  type WaitlistEntry,
} from "../domain/waitlist.ts";
import { type Context, notify, notifyAll, record, recordAll } from "./context.ts";

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

/** A queue in the order of the turns, and who in it cannot be offered a seat, by student. */
export async function loadQueue(
  { database, trx }: Context,
  session: number,
  entries: readonly WaitlistEntry[],
): Promise<{ queue: WaitlistEntry[]; bars: Map<number, Bar> }> {
  const queue = queueOf(entries);
  return { queue, bars: queue.length === 0 ? new Map() : await findBars(database, trx, session) };
}

/** What became of a queue. */
export interface Passed {
  /** As they were. */
  expired: WaitlistEntry[];
  /** As they are now. */
  offered: WaitlistEntry[];
  /** Who would have had a turn, and why they got no offer. */
  skipped: Skipped[];
}

const NOTHING: Passed = { expired: [], offered: [], skipped: [] };

/**
 * A seat freed, or may have: a session that closed itself opens again, offers that ran out end, and the open seats
 * are offered to the next who wait. Call it after the change, in the same transaction, with the session locked. A
 * handful of statements, however long the queue.
 *
 * @param freed seats that the change freed: tells a session that was full from one that was closed by hand
 */
export async function passSeatsOn(context: Context, sessionId: number, freed: number): Promise<Passed> {
  const { database, trx, now, offerHours } = context;
  const session = await findSession(database, trx, sessionId, true);
  if (session === null || endOfQueue(session, now) !== null) return NOTHING;
  const { start_at_utc: start } = session;
  const { seats, entries } = await loadSeating(context, session);
  const open = openSeats(seats);
  const expired = entries.filter((entry) => isOverdue(entry, start, offerHours, now));
  const wasFull = open - freed - expired.length <= 0;
  const opens = session.status === "booking_closed" && open > 0 && wasFull;
  if (opens) await changeStatus(context, session, "scheduled", "a seat is free again");
  await expireEntries(context, expired, "the offer ran out");
  if (!(opens || session.status === "scheduled") || start === null || open <= 0)
    return { ...NOTHING, expired };
  const { queue, bars } = await loadQueue(context, session.id, entries);
  const { offered, skipped, passedOver } = planRound(queue, open, bars);
  await recordPassedOver(context, passedOver);
  return { expired, offered: await offerTo(context, offered, start), skipped };
}

/** The seat goes to somebody behind; whoever did not get it keeps the place (SCENARIOS 8). */
export async function recordPassedOver(context: Context, passed: readonly Skipped[]): Promise<void> {
  await recordAll(
    context,
    passed.map(({ entry, reason }) => ({
      what: "passed_over",
      subject: "session_waitlist",
      subject_id: entry.id,
      from: null,
      to: null,
      reason,
    })),
  );
}

/**
 * Offers a seat to each, for as long as offers hold, at most until the session begins.
 *
 * @returns the entries as they are now
 */
export async function offerTo(
  context: Context,
  entries: readonly WaitlistEntry[],
  start: Instant,
  rules: readonly RuleOutcome[] = [],
): Promise<WaitlistEntry[]> {
  if (entries.length === 0) return [];
  const { database, trx, now, offerHours } = context;
  const expires = offerExpiry({ offered_at: now, offer_expires_at: null }, start, offerHours)!;
  await setOffered(
    database,
    trx,
    entries.map(({ id }) => id),
    { now, expires },
  );
  await recordAll(
    context,
    entries.map(({ id, status }) => ({
      what: "offered",
      subject: "session_waitlist",
      subject_id: id,
      from: { status },
      to: { status: "offered", offer_expires_at: expires },
      overridden: overridden(rules),
    })),
  );
  await notifyAll(
    context,
    entries.map(({ id, session_id, student_user_id }) => [
      student_user_id,
      {
        kind: "waitlist_offered",
        payload: { session_id, waitlist_id: id, offer_expires_at: expires },
      },
    ]),
  );
  return entries.map((entry) => ({
    ...entry,
    status: "offered",
    offered_at: now,
    offer_expires_at: expires,
  }));
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
  if (isOverdue(entry, start, offerHours, now)) return expireEntries(context, [entry], "the offer ran out");
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

/**
 * Ends places in queues.
 *
 * @param reason for the record
 * @param what the record's word: `left` where the student gave the place up
 */
export async function expireEntries(
  context: Context,
  entries: readonly WaitlistEntry[],
  reason: string,
  what: "expired" | "left" = "expired",
): Promise<void> {
  if (entries.length === 0) return;
  const { database, trx, now } = context;
  await setExpired(
    database,
    trx,
    entries.map(({ id }) => id),
    now,
  );
  await recordAll(
    context,
    entries.map(({ id, status, offer_expires_at }) => ({
      what,
      subject: "session_waitlist",
      subject_id: id,
      from: { status, offer_expires_at },
      to: { status: "expired" },
      reason,
    })),
  );
  await notifyAll(
    context,
    entries.map(({ id, session_id, student_user_id }) => [
      student_user_id,
      { kind: "waitlist_expired", payload: { session_id, waitlist_id: id } },
    ]),
  );
}

/** Ends every place in a session's queue, offers included. @returns the entries as they were */
export async function expireQueue(
  context: Context,
  session: number,
  reason: string,
): Promise<WaitlistEntry[]> {
  const entries = await listQueue(context.database, context.trx, session);
  await expireEntries(context, entries, reason);
  return entries;
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
    rules: readonly RuleOutcome[];
  },
): Promise<{ id: number; position: number }> {
  const { database, trx, now } = context;
  const { session, student, again, position, rules } = place;
  const id = await putInQueue(database, trx, { session, student, again: again?.id ?? null, now });
  await record(context, {
    what: "joined",
    subject: "session_waitlist",
    subject_id: id,
    from: again === null ? null : { ...again },
    to: { status: "waiting", session_id: session, student_user_id: student, position },
    overridden: overridden(rules),
  });
  await notify(context, [student], {
    kind: "waitlist_joined",
    payload: { session_id: session, waitlist_id: id, position },
  });
  return { id, position };
}
