/** What happened to a session in its order, with who held its seats after each step. Pure. */
import { addMinutes, type Instant } from "./instant.ts";
import { openSeats, type SeatCount } from "./session.ts";
import { offerExpiry } from "./waitlist.ts";

type Values = Record<string, unknown>;

/** Something that happened to a session, a booking of it, or a place in its queue. */
export interface Happening {
  at: Instant;
  /** The event of the record; null where only the row itself says it, as of what the app did. */
  event_id: number | null;
  /** Null where nobody knows. */
  actor: string | null;
  what: string;
  subject: "live_class_session" | "live_class_booking" | "session_waitlist";
  subject_id: number;
  /** Null where it is about the session. */
  student_user_id: number | null;
  from_value: Values | null;
  to_value: Values | null;
  reason: string | null;
  overridden: string | null;
}

/** A booking as its row tells of it. Instants are null where nothing, or nothing readable, is written. */
export interface BookingTrace {
  id: number;
  student_user_id: number;
  status: string;
  seats_reserved: number;
  created_at: Instant | null;
  decision_at: Instant | null;
  /** Usernames. */
  decided_by: string | null;
  cancelled_at: Instant | null;
  cancelled_by: string | null;
  cancel_reason: string | null;
}

/** A place in the queue as its row tells of it. */
export interface EntryTrace {
  id: number;
  student_user_id: number;
  status: string;
  created_at: Instant | null;
  offered_at: Instant | null;
  offer_expires_at: Instant | null;
  accepted_at: Instant | null;
  expired_at: Instant | null;
}

export interface Traces {
  session: { id: number; capacity: number; start_at_utc: Instant | null };
  events: readonly Happening[];
  bookings: readonly BookingTrace[];
  entries: readonly EntryTrace[];
}

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
  return withSeats(happenings, traces, offerHours);
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

/** What only a row tells comes before what was recorded of the same instant. */
function byTime(a: Happening, b: Happening): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return (a.event_id ?? 0) - (b.event_id ?? 0);
}

const BEGINNINGS = ["created", "rebooked", "joined"];

type Untold = Pick<Happening, "what" | "to_value"> &
  Partial<Pick<Happening, "actor" | "reason">> & { at: Instant | null };

/** What the row says that the record does not: that it came to be, and each of its times. */
function untold(
  row: { id: number; student_user_id: number },
  subject: Happening["subject"],
  recorded: readonly Happening[],
  told: readonly Untold[],
): Happening[] {
  return told.flatMap((one) => {
    const { at } = one;
    if (at === null) return [];
    const known = BEGINNINGS.includes(one.what)
      ? recorded.some(({ what }) => BEGINNINGS.includes(what))
      : recorded.some((event) => event.at === at);
    if (known) return [];
    const nothing = { event_id: null, actor: null, from_value: null, reason: null, overridden: null };
    const whose = { subject, subject_id: row.id, student_user_id: row.student_user_id };
    return [{ ...nothing, ...whose, ...one, at }];
  });
}

function untoldOfBooking(row: BookingTrace, recorded: readonly Happening[]): Happening[] {
  const before = recorded[0]?.from_value?.status;
  const asked = row.status === "pending" || row.status === "declined" || row.decision_at !== null;
  const decided = row.status === "declined" ? "declined" : "confirmed";
  return untold(row, "live_class_booking", recorded, [
    {
      at: row.created_at,
      what: "created",
      to_value: { status: before ?? (asked ? "pending" : "confirmed"), seats_reserved: row.seats_reserved },
    },
    { at: row.decision_at, what: decided, to_value: { status: decided }, actor: row.decided_by },
    {
      at: row.cancelled_at,
      what: "cancelled",
      to_value: { status: "cancelled" },
      actor: row.cancelled_by,
      reason: row.cancel_reason === "" ? null : row.cancel_reason,
    },
  ]);
}

function untoldOfEntry(row: EntryTrace, recorded: readonly Happening[]): Happening[] {
  const to = (status: string) => ({ what: status, to_value: { status } as Values });
  return untold(row, "session_waitlist", recorded, [
    { at: row.created_at, what: "joined", to_value: { status: "waiting" } },
    {
      at: row.offered_at,
      what: "offered",
      to_value: { status: "offered", offer_expires_at: row.offer_expires_at },
    },
    { at: row.accepted_at, ...to("accepted") },
    { at: row.expired_at, ...to("expired") },
  ]);
}

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
    const status = step.what === "deleted" ? "" : to?.status;
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

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
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
