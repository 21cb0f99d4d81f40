/** Seats given by hand: an offer to one who waits, a booking for the next in line (SPEC 4). */
import type { FoundSession } from "../db/seats.ts";
import { capacity, queueOrder, sessionOpen } from "../domain/booking-rules.ts";
import { refused } from "../domain/error.ts";
import type { RuleCode, Verdict } from "../domain/rules.ts";
import { openSeats } from "../domain/session.ts";
import { byTurn, queueOf, type WaitlistEntry, wentFirst } from "../domain/waitlist.ts";
import { type Booked, createBooking } from "./booking.ts";
import { requireRules } from "./booking-change.ts";
import type { Context } from "./context.ts";
import { requireOwner } from "./permission.ts";
import { loadSeating } from "./seating.ts";
import { offerTo, openAgain, recordPassedOver } from "./waitlist.ts";
import { loadEntry, lockSession, nameOf, requireStart, type SeatTerms } from "./waitlist-entry.ts";

/**
 * Offers an open seat to a student who waits, out of turn only where staff set `queue-order` aside.
 *
 * @param which an entry, or the session whose next in line it is
 * @returns the entry's id
 * @throws ClassbookError not_found; refused `permission`, `status`, `session-open`, `capacity`, `queue-order`,
 *   `passed-over`, `nobody-waits`
 */
export async function offerSeat(
  context: Context,
  which: { id: number } | { session_id: number },
  overrides: ReadonlySet<RuleCode> = new Set(),
): Promise<number> {
  const named = "id" in which ? (await loadEntry(context, which.id)).entry : null;
  const session = await lockSession(context, "id" in which ? named!.session_id : which.session_id);
  requireOwner(context, session.teacher_id, `offer seats of session ${session.id}`);
  const { seats, entries, bars } = await loadSeating(context, session);
  const queue = queueOf(entries);
  const isFree = ({ student_user_id }: WaitlistEntry) => !bars.has(student_user_id);
  const entry = named ?? queue.find(isFree) ?? nobodyWaits(session.id, queue.length);
  if (entry.status !== "waiting")
    throw refused(
      "status",
      `entry ${entry.id} is ${entry.status}: a seat is offered to who waits`,
      entry.status === "offered"
        ? "an offer stands until it runs out; `classbook waitlist expire` ends those that did"
        : "the student can join the queue again: `classbook waitlist join`",
    );
  const name = await nameOf(context, entry.student_user_id);
  const bar = bars.get(entry.student_user_id);
  if (bar !== undefined)
    throw refused("passed-over", `${name} cannot be offered a seat: ${bar}`, "nothing was changed");
  const start = requireStart(session);
  const ahead = queue.slice(
    0,
    queue.findIndex(({ id }) => id === entry.id),
  );
  const rules = requireRules(
    context,
    `offering a seat to ${name}`,
    [
      isOpenFor(context, await openAgain(context, session, openSeats(seats)), openSeats(seats)),
      capacity(seats, 1, 0),
      queueOrder(name, ahead.filter(isFree).length),
    ],
    overrides,
  );
  await recordPassedOver(
    context,
    ahead.map((passed) => ({
      entry: passed,
      reason: bars.get(passed.student_user_id) ?? wentFirst(entry),
    })),
  );
  await offerTo(context, [entry], start, rules);
  return entry.id;
}

/**
 * Books the next in line: whoever holds an offer or waits and comes first. A student who is named is booked before
 * their turn, which staff may, and which the record keeps as `queue-order` set aside.
 *
 * @param asked.student_user_id null: the next in line
 * @returns the booking, and the entry that it came from
 * @throws ClassbookError not_found; refused `permission`, `nobody-waits`, `not-waiting`, or a rule
 */
export async function promoteStudent(
  context: Context,
  asked: SeatTerms & { session_id: number; student_user_id: number | null },
): Promise<Booked & { entry: number }> {
  const { session_id, student_user_id: student, note = "", overrides = new Set<RuleCode>() } = asked;
  const session = await lockSession(context, session_id);
  requireOwner(context, session.teacher_id, `promote students of session ${session_id}`);
  const { seats, entries, live, bars } = await loadSeating(context, session);
  const queue = queueOf(entries);
  const free = queue.filter(({ student_user_id: id }) => !bars.has(id));
  const line = [...live, ...free].toSorted(byTurn);
  const entry =
    student === null
      ? (line[0] ?? nobodyWaits(session_id, queue.length))
      : [...line, ...queue].find((one) => one.student_user_id === student);
  if (entry === undefined)
    throw refused(
      "not-waiting",
      `${await nameOf(context, student!)} does not wait for session ${session_id}`,
      `\`classbook waitlist list --session ${session_id}\` lists who does`,
    );
  // That they wait already, which the booking would be refused for too, is why they are promoted.
  if (entry.status === "waiting")
    requireRules(
      context,
      `promoting ${await nameOf(context, entry.student_user_id)}`,
      [
        isOpenFor(context, await openAgain(context, session, openSeats(seats)), openSeats(seats)),
        capacity(seats, 1, 0),
      ],
      new Set(),
    );
  const inTurn = entry.status === "offered" || entry.id === line.find((one) => one.status === "waiting")?.id;
  const booked = await createBooking(context, {
    session_id,
    student_user_id: entry.student_user_id,
    seats: 1,
    note,
    overrides: inTurn ? overrides : new Set([...overrides, "queue-order"]),
    moved: null,
  });
  return { ...booked, entry: entry.id };
}

/** @throws ClassbookError refused `session-incomplete` */
function isOpenFor({ now }: Context, session: FoundSession, open: number): Verdict {
  return sessionOpen({ ...session, start_at_utc: requireStart(session) }, open, now, "UTC");
}

function nobodyWaits(session: number, queued: number): never {
  throw refused(
    "nobody-waits",
    queued === 0
      ? `nobody waits for session ${session}`
      : `none of the ${queued} who wait for session ${session} can be given a seat`,
    `\`classbook waitlist list --session ${session}\` lists its queue`,
  );
}
