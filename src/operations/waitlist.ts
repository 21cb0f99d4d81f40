/** Queues: who joins, and how a seat that frees reaches the next (SPEC 4). */
import { wasClosedByHand } from "../db/audit.ts";
import { type FoundSession, findSession, setSessionStatus } from "../db/seats.ts";
import { listQueue, putInQueue, setAccepted, setExpired, setOffered } from "../db/waitlist.ts";
import type { Instant } from "../domain/instant.ts";
import { overridden, type RuleOutcome } from "../domain/rules.ts";
import { openSeats } from "../domain/session.ts";
import {
  endOfOffer,
  endOfQueue,
  isOverdue,
  joinedAt,
  offerExpiry,
  planRound,
  queueOf,
  type Skipped,
  type WaitlistEntry,
} from "../domain/waitlist.ts";
import { type Context, notify, notifyAll, record, recordAll } from "./context.ts";
import { isSettled, loadSeating } from "./seating.ts";

/** What became of a queue. */
export interface Passed {
  /** As they were, each with why it ended. */
  expired: Skipped[];
  /** As they are now. */
  offered: WaitlistEntry[];
  /** Who would have had a turn, and why they got no offer. */
  skipped: Skipped[];
}

const SETTLED = "the student is booked already";

export function because(entries: readonly WaitlistEntry[], reason: string): Skipped[] {
  return entries.map((entry) => ({ entry, reason }));
}

const NOTHING: Passed = { expired: [], offered: [], skipped: [] };

/**
 * A seat freed, or may have: offers that ran out or are settled end, and the open seats are offered to the next who wait. A
 * session that closed because it was full opens again; that it was full is told by the seats that freed, or by the queue
 * beside it. Whoever closed it by hand has to open it. Call it after the change, in the same transaction, with the session locked.
 * A handful of statements, however long the queue.
 *
 * @param freed seats that the change freed
 */
export async function passSeatsOn(context: Context, sessionId: number, freed: number): Promise<Passed> {
  const { database, trx, now, offerHours } = context;
  const session = await findSession(database, trx, sessionId, true);
  if (session === null || endOfQueue(session, now) !== null) return NOTHING;
  const { start_at_utc: start } = session;
  const { seats, entries, bars } = await loadSeating(context, session);
  const open = openSeats(seats);
  const expired = entries.flatMap((entry): Skipped[] => {
    if (isOverdue(entry, start, offerHours, now)) return because([entry], endOfOffer(entry));
    return isSettled(entry, bars) ? because([entry], SETTLED) : [];
  });
  const queue = queueOf(entries);
  const wasFull = open - freed - expired.length <= 0 || queue.length > 0;
  const { status } = wasFull ? await openAgain(context, session, open) : session;
  for (const why of new Set(expired.map(({ reason }) => reason)))
    await expireEntries(
      context,
      expired.flatMap(({ entry, reason }) => (reason === why ? entry : [])),
      why,
    );
  if (status !== "scheduled" || start === null || open <= 0) return { ...NOTHING, expired };
  const { offered, skipped, passedOver } = planRound(queue, open, bars);
  await recordPassedOver(context, passedOver);
  return { expired, offered: await offerTo(context, offered, start), skipped };
}

/**
 * A session that closed because it was full, and has seats now. Whoever closed it by hand has to open it.
 *
 * @returns the session as it is now
 */
export async function openAgain(
  context: Context,
  session: FoundSession,
  open: number,
): Promise<FoundSession> {
  const { database, trx } = context;
  if (session.status !== "booking_closed" || open <= 0) return session;
  if (await wasClosedByHand(database, trx, session.id)) return session;
  await changeStatus(context, session, "scheduled", "a seat is free again");
  return { ...session, status: "scheduled" };
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
  if (isOverdue(entry, start, offerHours, now)) return expireEntries(context, [entry], endOfOffer(entry));
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
  const { database, trx, now } = context;
  await setSessionStatus(database, trx, { id: session.id, status, now });
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
 * Puts a student at the end of a session's queue. The caller has locked the session, and checked that there is no seat
 * and that nobody waits twice.
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
    rules: readonly RuleOutcome[];
  },
): Promise<{ id: number; position: number }> {
  const { database, trx, now } = context;
  const { session, student, again, rules } = place;
  const queue = queueOf(await listQueue(database, trx, session));
  const position = queue.length + 1;
  const at = joinedAt(queue, now, again !== null);
  const id = await putInQueue(database, trx, { session, student, again: again?.id ?? null, at });
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
