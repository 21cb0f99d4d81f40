/** One place in a queue: joined, given up, an offer accepted (SPEC 4). */
import { findStudent } from "../db/booking-people.ts";
import { type FoundSession, findSession } from "../db/seats.ts";
import { findEntry, findEntryById } from "../db/waitlist.ts";
import { actorName, roleOver } from "../domain/actor.ts";
import { type ClassbookError, notFound, refused } from "../domain/error.ts";
import { failures, type RuleCode } from "../domain/rules.ts";
import { openSeats, seatArithmetic } from "../domain/session.ts";
import { localTime } from "../domain/spoken.ts";
import { isLiveOffer, offerExpiry, type WaitlistEntry } from "../domain/waitlist.ts";
import { type Booked, createBooking, joinQueue } from "./booking.ts";
import { assessSeat } from "./booking-group.ts";
import type { Context } from "./context.ts";
import { refusalOf } from "./refusal.ts";
import { loadSeating } from "./seating.ts";
import { expireEntries, passSeatsOn } from "./waitlist.ts";

/** What accompanies a booking that comes from a queue. */
export interface SeatTerms {
  note?: string;
  overrides?: ReadonlySet<RuleCode>;
}

/**
 * Puts a student at the end of a full session's queue, by the rules of `booking create`.
 *
 * @returns the entry's id, and its place from 1
 * @throws ClassbookError not_found; refused `seats-open`, `no-waitlist`, `offered`, `duplicate`, or another rule
 */
export async function joinWaitlist(
  context: Context,
  asked: SeatTerms & { session_id: number; student_user_id: number },
): Promise<{ id: number; position: number }> {
  const { note = "", overrides = new Set<RuleCode>(), ...place } = asked;
  const assessment = await assessSeat(context, { ...place, seats: 1, note, overrides, moved: null });
  const { outcome, rules, student, session, entry } = assessment;
  if (outcome === "waitlisted") return joinQueue(context, assessment);
  const { seats, live } = await loadSeating(context, session!);
  if (entry !== null && live.some(({ id }) => id === entry.id))
    throw refused(
      "offered",
      `${student.username} is offered a seat in session ${session!.id} already`,
      `\`classbook waitlist accept ${entry.id}\` takes it`,
    );
  if (outcome !== "refused")
    throw refused(
      "seats-open",
      `session ${session!.id} has a seat for ${student.username}: ${seatArithmetic(seats)}`,
      `\`classbook booking create --session ${session!.id} --student ${student.username}\` books it`,
    );
  // That the session is full is why somebody joins the queue.
  const others = rules.filter(({ rule }) => rule !== "capacity");
  if (failures(others).length > 0) throw refusalOf("joining the waitlist", others);
  throw refused(
    "no-waitlist",
    openSeats(seats) > 0
      ? `the open seats of session ${session!.id} belong to who waits (${seatArithmetic(seats)}), and nobody can join them: its waitlist is off`
      : `session ${session!.id} is full (${seatArithmetic(seats)}) and has no waitlist`,
    `\`classbook session update ${session!.id} --waitlist\` gives it one`,
  );
}

/**
 * Gives a place up. The seat of an offer goes to the next, in the same transaction.
 *
 * @returns the entry's id
 * @throws ClassbookError not_found `no_such_entry`; refused `permission`, `status`
 */
export async function leaveWaitlist(context: Context, id: number): Promise<number> {
  const { entry, session } = await loadEntry(context, id);
  requirePart(context, entry, session, `take entry ${id} off the waitlist`);
  if (entry.status !== "waiting" && entry.status !== "offered")
    throw refused(
      "status",
      `entry ${id} is ${entry.status}: there is no place to give up`,
      "only who waits or holds an offer can leave",
    );
  await expireEntries(context, [entry], "the place was given up", "left");
  await passSeatsOn(context, entry.session_id, entry.status === "offered" ? 1 : 0);
  return id;
}

/**
 * Takes the seat of an offer: the booking is made by the rules of `booking create`, the entry accepted with it.
 *
 * @throws ClassbookError not_found `no_such_entry`, `no_such_session`; refused `permission`, `status`, `session-incomplete`,
 *   `offer-expired`, or a rule
 */
export async function acceptOffer(
  context: Context,
  { id, note = "", overrides = new Set() }: SeatTerms & { id: number },
): Promise<Booked> {
  const { entry, session } = await loadEntry(context, id);
  requirePart(context, entry, session, `accept the offer of entry ${id}`);
  if (entry.status !== "offered")
    throw refused(
      "status",
      `entry ${id} is ${entry.status}: there is no offer to accept`,
      `\`classbook waitlist explain ${id}\` says what has to happen`,
    );
  if (session === null) throw noSession(entry.session_id);
  const start = requireStart(session);
  const { now, offerHours } = context;
  if (!isLiveOffer(entry, start, offerHours, now)) {
    const end = offerExpiry(entry, start, offerHours);
    throw refused(
      "offer-expired",
      `the offer of entry ${id} ran out${end === null ? "" : ` ${localTime(end, "UTC")}`}`,
      "the student can join the queue again, at its end: `classbook waitlist join`",
    );
  }
  const { session_id, student_user_id } = entry;
  return createBooking(context, { session_id, student_user_id, seats: 1, note, overrides, moved: null });
}

/**
 * The entry of a student in a session's queue.
 *
 * @throws ClassbookError not_found `no_such_entry`
 */
export async function findEntryOf(
  { database, trx }: Context,
  { session, student }: { session: number; student: number },
): Promise<number> {
  const entry = await findEntry(database, trx, session, student);
  if (entry !== null) return entry.id;
  throw notFound(
    "no_such_entry",
    `user ${student} never joined the waitlist of session ${session}`,
    `\`classbook waitlist list --session ${session}\` lists who did`,
  );
}

/** The entry as it is once its session is locked; the session is null where it is gone. */
export async function loadEntry(
  context: Context,
  id: number,
): Promise<{ entry: WaitlistEntry; session: FoundSession | null }> {
  const { database, trx, locks } = context;
  const missing = notFound(
    "no_such_entry",
    `there is no waitlist entry ${id}`,
    "`classbook waitlist list` lists them",
  );
  const seen = await findEntryById(database, trx, id);
  if (seen === null) throw missing;
  const session = await findSession(database, trx, seen.session_id, locks);
  const entry = await findEntryById(database, trx, id);
  if (entry === null) throw missing;
  return { entry, session };
}

/** @throws ClassbookError not_found `no_such_session` */
export async function lockSession({ database, trx, locks }: Context, id: number): Promise<FoundSession> {
  const session = await findSession(database, trx, id, locks);
  if (session !== null) return session;
  throw noSession(id);
}

function noSession(id: number): ClassbookError {
  return notFound("no_such_session", `there is no session ${id}`, "`classbook session list` lists them");
}

/** @throws ClassbookError refused `permission`: a student acts on own places, a teacher on own sessions, staff on all */
function requirePart(
  { actor }: Context,
  { student_user_id }: WaitlistEntry,
  session: FoundSession | null,
  what: string,
): void {
  if (roleOver(actor, { teacher_id: session?.teacher_id ?? null, student_user_id }) !== null) return;
  throw refused("permission", `${actorName(actor)} may not ${what}`, "act as somebody else: --as USER");
}

/** @throws ClassbookError refused `session-incomplete` */
export function requireStart({ id, start_at_utc: start }: FoundSession) {
  if (start !== null) return start;
  throw refused(
    "session-incomplete",
    `session ${id} has no time`,
    `give it one: classbook session update ${id} --start …`,
  );
}

/** The username; `user 12` of an account that is gone. */
export async function nameOf({ database, trx }: Context, student: number): Promise<string> {
  return (await findStudent(database, trx, student, false))?.username ?? `user ${student}`;
}
