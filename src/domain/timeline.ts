/** What happened to a session in its order, with who held its seats after each step. Pure. */
import { BOOKED_STATUSES } from "./booking.ts";
import { addMinutes, type Instant } from "./instant.ts";
import { openSeats, type SeatCount } from "./session.ts";
import { bookingSteps, byTime, entrySteps, sessionSteps } from "./timeline-life.ts";
import { GONE, type Happening, livesOf, numberOf, type Traces } from "./timeline-traces.ts";
import { offerExpiry } from "./waitlist.ts";

/** A step of a session's history, and the seats after it. */
export type Step = Happening & SeatCount & { open: number };

/**
 * Everything that happened, in order: what was recorded, and what only the rows tell, those that were deleted included.
 * A step that was told once stays as it was told, as far as the rows keep it.
 */
export function timelineOf(traces: Traces, offerHours: number): Step[] {
  const { session, events, bookings, entries } = traces;
  const about = (subject: Happening["subject"]) => events.filter((event) => event.subject === subject);
  const ofBookings = livesOf(bookings, about("live_class_booking"), session.id, {
    decided_by_id: null,
    cancelled_by_id: null,
  });
  const ofEntries = livesOf(entries, about("session_waitlist"), session.id, {
    accepted_at: null,
    expired_at: null,
  });
  const placed = [
    ...sessionSteps(session, about("live_class_session")),
    ...ofBookings.flatMap((life) => bookingSteps(life, traces)),
    ...ofEntries.flatMap(entrySteps),
  ].toSorted(byTime);
  return withSeats(
    placed.map(({ step }) => step),
    session,
    offerHours,
  );
}

interface Held {
  status: string;
  seats: number;
  student: number | null;
}

interface Offer {
  student: number | null;
  offered_at: Instant;
  offer_expires_at: Instant | null;
}

/** Goes through the steps with the seats as each left them; offers hold theirs by the clock. */
function withSeats(happenings: readonly Happening[], session: Traces["session"], offerHours: number): Step[] {
  const held = new Map<number, Held>();
  const sums = new Map<string, number>();
  const offers = new Map<number, Offer>();
  const sum = (status: string) => sums.get(status) ?? 0;
  const add = ({ status, seats }: Held, sign: 1 | -1) => sums.set(status, sum(status) + sign * seats);
  let capacity = numberOf(firstOf(happenings, "capacity")) ?? session.capacity;
  let start = instantOf(firstOf(happenings, "start_at_utc")) ?? session.start_at_utc;
  return happenings.map((step) => {
    const { subject, subject_id: id, to_value: to, at } = step;
    const isGone = GONE.includes(step.what);
    if (subject === "live_class_session") {
      capacity = numberOf(to?.capacity) ?? capacity;
      start = instantOf(to?.start_at_utc) ?? start;
    } else if (subject === "live_class_booking") {
      const before = held.get(id);
      const status = textOf(to?.status) ?? before?.status;
      if (before !== undefined) add(before, -1);
      held.delete(id);
      if (!isGone && status !== undefined) {
        const seats = numberOf(to?.seats_reserved) ?? before?.seats ?? 1;
        const after = { status, seats, student: step.student_user_id };
        held.set(id, after);
        add(after, 1);
      }
    } else if (isGone) offers.delete(id);
    else if (to?.status === "offered") {
      const offered_at = offers.get(id)?.offered_at ?? at;
      const offer_expires_at = instantOf(to.offer_expires_at);
      offers.set(id, { student: step.student_user_id, offered_at, offer_expires_at });
    } else if (textOf(to?.status) !== null) offers.delete(id);
    const live = [...offers.values()].filter(
      (offer) => at < offerExpiry(offer, start ?? addMinutes(at, 1), offerHours)! && !isBooked(held, offer),
    );
    const seats = {
      capacity,
      taken: sum("confirmed") + sum("attended"),
      pending: sum("pending"),
      offers: live.length,
    };
    return { ...step, ...seats, open: openSeats(seats) };
  });
}

/** What there is a booking for beside holds no seat: the booking has it. */
function isBooked(held: ReadonlyMap<number, Held>, { student }: Offer): boolean {
  for (const one of held.values())
    if (one.student === student && (BOOKED_STATUSES as readonly string[]).includes(one.status)) return true;
  return false;
}

/** What a column of the session held before its first recorded change of it; null where none was. */
function firstOf(happenings: readonly Happening[], column: string): unknown {
  for (const { subject, from_value, to_value } of happenings)
    if (subject === "live_class_session") {
      const first = from_value?.[column] ?? to_value?.[column] ?? null;
      if (first !== null) return first;
    }
  return null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function instantOf(value: unknown): Instant | null {
  return textOf(value) as Instant | null;
}

/** What concerns one student: the own steps, the session's, and from the first own step on every step by which seats came or went. */
export function stepsAround(steps: readonly Step[], student: number): Step[] {
  const first = steps.findIndex((step) => step.student_user_id === student);
  return steps.filter((step, at) => {
    if (step.student_user_id === null || step.student_user_id === student) return true;
    return first >= 0 && at > first && steps[at - 1]!.open !== step.open;
  });
}
