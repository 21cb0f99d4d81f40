/** What happened to a session in its order, with who held its seats after each step. Pure. */
import { addMinutes, type Instant } from "./instant.ts";
import { openSeats, type SeatCount } from "./session.ts";
import {
  type Happening,
  numberOf,
  type Traces,
  UNKNOWN_TIME,
  unexplained,
  untoldOfBooking,
  untoldOfEntry,
} from "./timeline-traces.ts";
import { offerExpiry } from "./waitlist.ts";

/** A step of a session's history, and the seats after it. */
export type Step = Happening & SeatCount & { open: number };

/** Everything that happened, in order: what was recorded, and what only the rows tell. */
export function timelineOf(traces: Traces, offerHours: number): Step[] {
  const recorded = groupEvents(traces.events);
  const of = (subject: Happening["subject"], { id }: { id: number }) =>
    recorded.get(`${subject}:${id}`) ?? [];
  const happenings = [
    ...traces.events,
    ...traces.bookings.flatMap((row) => untoldOfBooking(row, of("live_class_booking", row))),
    ...traces.entries.flatMap((row) => untoldOfEntry(row, of("session_waitlist", row))),
  ].toSorted(byTime);
  return withSeats([...happenings, ...unexplained(happenings, traces)].toSorted(byTime), traces, offerHours);
}

/** By what they are about, in their order. */
function groupEvents(events: readonly Happening[]): Map<string, Happening[]> {
  const groups = new Map<string, Happening[]>();
  for (const event of events) {
    const name = `${event.subject}:${event.subject_id}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [event]);
    else group.push(event);
  }
  return groups;
}

/** What only a row tells comes before what was recorded of the same instant; of what nobody knows the time comes after. */
function byTime(a: Happening, b: Happening): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  const place = ({ event_id, reason }: Happening) =>
    event_id ?? (reason === UNKNOWN_TIME ? Number.MAX_SAFE_INTEGER : 0);
  return place(a) - place(b);
}

/** What ends a row itself. */
const GONE = ["deleted", "set_aside"];

interface Offer {
  student: number | null;
  offered_at: Instant;
  offer_expires_at: Instant | null;
}

/** Goes through the steps with the seats as each left them; offers hold theirs by the clock. */
function withSeats(happenings: readonly Happening[], traces: Traces, offerHours: number): Step[] {
  const seatsOf = new Map(traces.bookings.map((row) => [row.id, row.seats_reserved]));
  const held = new Map<number, { status: string; seats: number }>();
  const sums = new Map<string, number>();
  const offers = new Map<number, Offer>();
  const sum = (status: string) => sums.get(status) ?? 0;
  let capacity = firstCapacity(happenings) ?? traces.session.capacity;
  return happenings.map((step) => {
    const { subject, subject_id: id, to_value: to, at } = step;
    const status = GONE.includes(step.what) ? "" : to?.status;
    if (subject === "live_class_session") capacity = numberOf(to?.capacity) ?? capacity;
    else if (subject === "live_class_booking" && typeof status === "string") {
      const seats = numberOf(to?.seats_reserved) ?? held.get(id)?.seats ?? seatsOf.get(id) ?? 1;
      const before = held.get(id);
      if (before !== undefined) sums.set(before.status, sum(before.status) - before.seats);
      held.set(id, { status, seats });
      sums.set(status, sum(status) + seats);
      // The booking has the seat of the offer, which is accepted after it.
      for (const [entry, { student }] of offers) if (student === step.student_user_id) offers.delete(entry);
    } else if (subject === "session_waitlist" && typeof status === "string") {
      if (status !== "offered") offers.delete(id);
      else
        offers.set(id, {
          student: step.student_user_id,
          offered_at: at,
          offer_expires_at: instantOf(to?.offer_expires_at),
        });
    }
    const start = traces.session.start_at_utc ?? addMinutes(at, 1);
    const live = [...offers.values()].filter((offer) => at < offerExpiry(offer, start, offerHours)!);
    const seats = {
      capacity,
      taken: sum("confirmed") + sum("attended"),
      pending: sum("pending"),
      offers: live.length,
    };
    return { ...step, ...seats, open: openSeats(seats) };
  });
}

/** What the session held before its first recorded change of it; null where none was. */
function firstCapacity(happenings: readonly Happening[]): number | null {
  for (const { subject, from_value, to_value } of happenings)
    if (subject === "live_class_session") {
      const first = numberOf(from_value?.capacity) ?? numberOf(to_value?.capacity);
      if (first !== null) return first;
    }
  return null;
}

function instantOf(value: unknown): Instant | null {
  return typeof value === "string" ? (value as Instant) : null;
}

/** What concerns one student: the own steps, the session's, and from the first own step on every step by which seats came or went. */
export function stepsAround(steps: readonly Step[], student: number): Step[] {
  const first = steps.findIndex((step) => step.student_user_id === student);
  return steps.filter((step, at) => {
    if (step.student_user_id === null || step.student_user_id === student) return true;
    return first >= 0 && at > first && steps[at - 1]!.open !== step.open;
  });
}
