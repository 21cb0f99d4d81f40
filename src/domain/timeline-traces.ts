/** What the record and the rows tell of a session, and what the rows tell beyond the record. Pure. */
import { type Instant, latest, parseInstant } from "./instant.ts";

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

/** Of what nobody knows the time. */
export const UNKNOWN_TIME = "nothing says when";

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

/**
 * The lives of a row: an event that begins it anew keeps what it said before.
 *
 * @returns each with what was recorded of it
 */
function livesOf<T extends { id: number }>(row: T, recorded: readonly Happening[]): [T, Happening[]][] {
  const lives: [T, Happening[]][] = [];
  let events: Happening[] = [];
  for (const event of recorded) {
    if (BEGINNINGS.includes(event.what) && event.from_value !== null) {
      lives.push([{ ...row, ...readTimes(event.from_value), id: row.id }, events]);
      events = [];
    }
    events.push(event);
  }
  return [...lives, [row, events]];
}

/** What an event keeps of a row; a moment that nobody can read is none. */
function readTimes(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      column.endsWith("_at") && typeof value === "string" ? parseInstant(value) : value,
    ]),
  );
}

export function untoldOfBooking(row: BookingTrace, recorded: readonly Happening[]): Happening[] {
  return livesOf(row, recorded).flatMap(([life, events]) => {
    const before = events[0]?.from_value?.status;
    const asked = life.status === "pending" || life.status === "declined" || life.decision_at !== null;
    const decided = life.status === "declined" ? "declined" : "confirmed";
    const { seats_reserved } = life;
    return untold(life, "live_class_booking", events, [
      {
        at: life.created_at,
        what: "created",
        to_value: { status: before ?? (asked ? "pending" : "confirmed"), seats_reserved },
      },
      { at: life.decision_at, what: decided, to_value: { status: decided }, actor: life.decided_by },
      {
        at: life.cancelled_at,
        what: "cancelled",
        to_value: { status: "cancelled" },
        actor: life.cancelled_by,
        reason: life.cancel_reason === "" ? null : life.cancel_reason,
      },
    ]);
  });
}

export function untoldOfEntry(row: EntryTrace, recorded: readonly Happening[]): Happening[] {
  const to = (status: string) => ({ what: status, to_value: { status } as Values });
  return livesOf(row, recorded).flatMap(([life, events]) =>
    untold(life, "session_waitlist", events, [
      { at: life.created_at, what: "joined", to_value: { status: "waiting" } },
      {
        at: life.offered_at,
        what: "offered",
        to_value: { status: "offered", offer_expires_at: life.offer_expires_at },
      },
      { at: life.accepted_at, ...to("accepted") },
      { at: life.expired_at, ...to("expired") },
    ]),
  );
}

/** What the rows say now and nothing that happened explains: the app, or a hand, changed them since and left no time. */
export function unexplained(
  happenings: readonly Happening[],
  { session, bookings, entries }: Traces,
): Happening[] {
  const last = new Map<string, { at: Instant; status: unknown }>();
  let capacity: { at: Instant; seats: number } | null = null;
  for (const { subject, subject_id, at, to_value } of happenings) {
    const name = `${subject}:${subject_id}`;
    last.set(name, { at, status: to_value?.status ?? last.get(name)?.status });
    const seats = subject === "live_class_session" ? numberOf(to_value?.capacity) : null;
    if (seats !== null) capacity = { at, seats };
  }
  const found: Happening[] = [];
  const say = (
    subject: Happening["subject"],
    row: { id: number; student_user_id: number | null },
    at: Instant,
    values: Values,
    what: string,
  ) =>
    found.push({
      ...{ at, event_id: null, actor: null, what, subject, subject_id: row.id, from_value: null },
      ...{ student_user_id: row.student_user_id, to_value: values, overridden: null },
      reason: UNKNOWN_TIME,
    });
  const compare = (subject: "live_class_booking" | "session_waitlist", row: BookingTrace | EntryTrace) => {
    const known = last.get(`${subject}:${row.id}`);
    if (known === undefined || known.status === row.status) return;
    const marked = row.status === "attended" || row.status === "no_show";
    const at = marked ? (latest(known.at, session.start_at_utc) ?? known.at) : known.at;
    say(subject, row, at, { status: row.status }, row.status);
  };
  for (const row of bookings) compare("live_class_booking", row);
  for (const row of entries) compare("session_waitlist", row);
  if (capacity !== null && capacity.seats !== session.capacity)
    say(
      "live_class_session",
      { id: session.id, student_user_id: null },
      capacity.at,
      { capacity: session.capacity },
      "updated",
    );
  return found;
}

export function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
