/** What happened to one row in its order: what was recorded, what only its times tell, and what nothing tells. Pure. */
import { type Instant, latest } from "./instant.ts";
import {
  BEGINNINGS,
  type BookingTrace,
  type EntryTrace,
  GONE,
  type Happening,
  type Life,
  type Recorded,
  type Traces,
  type Values,
} from "./timeline-traces.ts";

/** Of what nobody knows the time. */
export const UNKNOWN_TIME = "nothing says when";

/** A step with its place among those of the same instant: what only a row tells comes before what was recorded. */
export interface Placed {
  step: Happening;
  place: number;
}

type Untold = Pick<Happening, "what" | "to_value"> &
  Partial<Pick<Happening, "actor" | "reason">> & { at: Instant | null };

const LAST = Number.MAX_SAFE_INTEGER;

export function bookingSteps(
  life: Life<BookingTrace>,
  { session, usernames }: Pick<Traces, "session" | "usernames">,
): Placed[] {
  const { row, recorded } = life;
  const by = (id: number | null) => (id === null ? null : (usernames.get(id) ?? `user ${id}`));
  const after = firstTold(recorded, "status", row.decision_at) ?? row.status;
  const decided = after === "declined" ? "declined" : "confirmed";
  const later = untoldOf(recorded, [
    { at: row.decision_at, what: decided, to_value: { status: decided }, actor: by(row.decided_by_id) },
    {
      at: row.cancelled_at,
      what: "cancelled",
      to_value: { status: "cancelled" },
      actor: by(row.cancelled_by_id),
      reason: row.cancel_reason === "" ? null : row.cancel_reason,
    },
  ]);
  const first = recorded.filter(({ what }) => !BEGINNINGS.includes(what));
  const seats = firstTold(first, "seats_reserved") ?? row.seats_reserved;
  const created: Untold = {
    at: row.created_at,
    what: "created",
    to_value: {
      status: statusAtFirst(row, recorded, later),
      seats_reserved: seats,
    },
  };
  // Of a row that took another's place the record leaves out how many seats it took over.
  const complete = recorded.map((event) =>
    BEGINNINGS.includes(event.what) && event.to_value?.seats_reserved === undefined
      ? { ...event, to_value: { ...event.to_value, seats_reserved: seats } }
      : event,
  );
  return walk(
    "live_class_booking",
    { id: row.id, student: row.student_user_id, now: pick(row, ["status", "seats_reserved"]) },
    complete,
    [...untoldOf(recorded, [created]), ...later],
    session.start_at_utc,
  );
}

/** What a booking was when it was made: what the first event after it found, unless the row tells of a step between the two. */
function statusAtFirst(row: BookingTrace, recorded: readonly Recorded[], later: readonly Untold[]): string {
  const first = recorded.find(({ from_value }) => typeof from_value?.status === "string");
  const between = later.filter(({ at }) => first === undefined || at! <= first.at);
  if (between.some(({ what }) => what !== "cancelled")) return "pending";
  if (between.length === 0) {
    if (first !== undefined) return first.from_value!.status as string;
    if (row.status === "pending" || row.status === "declined") return "pending";
  }
  return "confirmed";
}

export function entrySteps({ row, recorded }: Life<EntryTrace>): Placed[] {
  const to = (status: string) => ({ what: status, to_value: { status } as Values });
  const { offered_at } = row;
  const expires = firstTold(recorded, "offer_expires_at", offered_at) ?? row.offer_expires_at;
  const untold = untoldOf(recorded, [
    { at: row.created_at, what: "joined", to_value: { status: "waiting" } },
    { at: offered_at, what: "offered", to_value: { status: "offered", offer_expires_at: expires } },
    { at: row.accepted_at, ...to("accepted") },
    { at: row.expired_at, ...to("expired") },
  ]);
  const whose = { id: row.id, student: row.student_user_id, now: pick(row, ["status"]) };
  return walk("session_waitlist", whose, recorded, untold, null);
}

export function sessionSteps(session: Traces["session"], recorded: readonly Recorded[]): Placed[] {
  const whose = { id: session.id, student: null, now: pick(session, ["capacity"]) };
  return walk("live_class_session", whose, recorded, [], null);
}

function pick<T extends object>(row: T, columns: readonly (keyof T & string)[]): Values {
  return Object.fromEntries(columns.map((column) => [column, row[column]]));
}

/** What a column said before the first event that tells it. @param since leaves out the events before */
function firstTold(recorded: readonly Recorded[], column: string, since: Instant | null = null): unknown {
  return recorded.find(
    ({ at, from_value }) => (since === null || at >= since) && (from_value?.[column] ?? null) !== null,
  )?.from_value?.[column];
}

/** Of what the row tells that which the record does not: that it came to be, and each of its times since it began. */
function untoldOf(recorded: readonly Recorded[], told: readonly Untold[]): Untold[] {
  const beginning = recorded.find(({ what }) => BEGINNINGS.includes(what));
  return told.filter(({ at, what }) => {
    if (at === null) return false;
    if (BEGINNINGS.includes(what)) return beginning === undefined;
    // A row that took another's place has the times of that other, too.
    if (beginning !== undefined && at < beginning.at) return false;
    return !recorded.some((event) => event.at === at && typeof event.to_value?.status === "string");
  });
}

/**
 * Puts the steps of a row in their order. Where a step found something else than the step before it left, or the row now
 * says something else, the app, or a hand, changed it between the two and left no time: that is a step, too.
 *
 * @param now what the row said at last
 */
function walk(
  subject: Happening["subject"],
  { id, student, now }: { id: number; student: number | null; now: Values },
  recorded: readonly Recorded[],
  untold: readonly Untold[],
  start: Instant | null,
): Placed[] {
  const whose = { subject, subject_id: id, student_user_id: student };
  const nothing = { event_id: null, actor: null, from_value: null, reason: null, overridden: null };
  const steps: Placed[] = [
    ...untold.map((one): Placed => ({ step: { ...nothing, ...whose, ...one, at: one.at! }, place: 0 })),
    ...recorded.map((event): Placed => ({ step: { ...event, ...whose }, place: event.event_id })),
  ].toSorted(byTime);
  const placed: Placed[] = [];
  const known: Values = {};
  const explain = (found: Values, last: Happening, next: Placed | null) => {
    const changed = Object.fromEntries(
      Object.entries(found).filter(([column, value]) => column in known && known[column] !== value),
    );
    if (Object.keys(changed).length === 0) return;
    const { status } = changed;
    const marked = status === "attended" || status === "no_show";
    const since = marked ? (latest(last.at, start) ?? last.at) : last.at;
    const isBefore = next === null || since < next.step.at;
    placed.push({
      step: {
        ...nothing,
        ...whose,
        at: isBefore ? since : next.step.at,
        what: typeof status === "string" ? status : "updated",
        to_value: changed,
        reason: UNKNOWN_TIME,
      },
      place: isBefore ? LAST : next.place - 0.5,
    });
    Object.assign(known, changed);
  };
  let last: Happening | null = null;
  for (const one of steps) {
    const { step } = one;
    const isEnd = GONE.includes(step.what);
    if (last !== null) explain(isEnd ? now : told(step.from_value, now), last, one);
    placed.push(one);
    if (isEnd) return placed;
    Object.assign(known, told(step.to_value, now));
    last = step;
  }
  if (last !== null) explain(now, last, null);
  return placed;
}

/** Of what an event says that which a row is followed by. */
function told(values: Values | null, followed: Values): Values {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter(([column, value]) => column in followed && value !== null),
  );
}

export function byTime(a: Placed, b: Placed): number {
  if (a.step.at !== b.step.at) return a.step.at < b.step.at ? -1 : 1;
  return a.place - b.place;
}
