/** booking_event: who did what, when, to what, from what to what, and why. Append only. */
import { type Actor, actorText, actorUserId } from "../domain/actor.ts";
import type { Instant } from "../domain/instant.ts";
import { insertion } from "./listed.ts";
import type { Database, Db } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

/** What events are about, by table; `verify` for its repairs. */
export const SUBJECTS = [
  "live_class_booking",
  "live_class_session",
  "teacher_availability",
  "teacher_booking_policy",
  "session_waitlist",
  "booking_series",
  "booking_series_item",
  "app_user",
  "teacher",
  "course",
  "enrollment",
  "verify",
] as const;
export type Subject = (typeof SUBJECTS)[number];

/** The columns that changed, with their values. */
export type Values = Record<string, unknown>;

export interface NewEvent {
  at: Instant;
  actor: Actor;
  /** created, confirmed, cancelled … : the user's verb in the past tense. */
  what: string;
  subject: Subject;
  /** Null where it is of no single row. */
  subject_id: number | null;
  from: Values | null;
  to: Values | null;
  reason?: string | null;
  /** Rules that staff set aside. */
  overridden?: readonly string[];
}

const insert = insertion("booking_event", [
  "at",
  "actor",
  "actor_user_id",
  "what",
  "subject",
  "subject_id",
  "from_value",
  "to_value",
  "reason",
  "overridden",
]);

/** Writes events in their order, by one statement however many. Values are kept as JSON, rules by comma. */
export async function recordEvents(database: Database, trx: Trx, events: readonly NewEvent[]): Promise<void> {
  await insert(database, trx, events.map(storedEvent));
}

export async function recordEvent(database: Database, trx: Trx, event: NewEvent): Promise<void> {
  await recordEvents(database, trx, [event]);
}

function storedEvent(event: NewEvent) {
  const { overridden = [] } = event;
  return {
    at: event.at,
    actor: actorText(event.actor),
    actor_user_id: actorUserId(event.actor),
    what: event.what,
    subject: event.subject,
    subject_id: event.subject_id,
    from_value: event.from === null ? null : JSON.stringify(event.from),
    to_value: event.to === null ? null : JSON.stringify(event.to),
    reason: event.reason ?? null,
    overridden: overridden.length === 0 ? null : overridden.join(","),
  };
}

/** An event as it is read: values as objects again. */
export interface AuditEvent {
  id: number;
  at: Instant;
  actor: string;
  actor_user_id: number | null;
  what: string;
  subject: string;
  subject_id: number | null;
  from_value: Values | null;
  to_value: Values | null;
  reason: string | null;
  overridden: string | null;
}

export const EVENT_FIELDS = [
  "id",
  "at",
  "actor",
  "actor_user_id",
  "what",
  "subject",
  "subject_id",
  "from_value",
  "to_value",
  "reason",
  "overridden",
] as const;

/** Null = not asked for. */
export interface EventFilter {
  id: number | null;
  subject: string | null;
  subject_id: number | null;
  actor_user_id: number | null;
  what: string | null;
  from: Instant | null;
  until: Instant | null;
  newestFirst: boolean;
  limit: number | null;
}

export const ALL_EVENTS: EventFilter = {
  id: null,
  subject: null,
  subject_id: null,
  actor_user_id: null,
  what: null,
  from: null,
  until: null,
  newestFirst: false,
  limit: null,
};

export async function listEvents(database: Database, filter: EventFilter): Promise<AuditEvent[]> {
  let query = database.db.selectFrom("booking_event").select(EVENT_FIELDS);
  if (filter.id !== null) query = query.where("id", "=", filter.id);
  if (filter.subject !== null) query = query.where("subject", "=", filter.subject);
  if (filter.subject_id !== null) query = query.where("subject_id", "=", filter.subject_id);
  if (filter.actor_user_id !== null) query = query.where("actor_user_id", "=", filter.actor_user_id);
  if (filter.what !== null) query = query.where("what", "=", filter.what);
  if (filter.from !== null) query = query.where("at", ">=", filter.from);
  if (filter.until !== null) query = query.where("at", "<", filter.until);
  query = query.orderBy("id", filter.newestFirst ? "desc" : "asc");
  if (filter.limit !== null) query = query.limit(filter.limit);
  return (await query.execute()).map((row) => ({
    ...row,
    from_value: readValues(row.from_value),
    to_value: readValues(row.to_value),
  }));
}

const closings = statement<{ session: number }, { what: string }>((db, { session }) =>
  db
    .selectFrom("booking_event")
    .select("what")
    .where("subject", "=", "live_class_session")
    .where("subject_id", "=", session)
    .where("to_value", "like", '%"status":"booking_closed"%')
    .orderBy("id", "desc")
    .limit(1),
);

/** Whether somebody closed a session's booking here, and it did not close itself. What the app did, nobody recorded. */
export async function wasClosedByHand(database: Database, db: Db, session: number): Promise<boolean> {
  const [closing] = await closings(database, db, { session });
  return closing !== undefined && closing.what !== "closed";
}

/** What is no JSON object was written by somebody else, or as a plain word. */
export function readValues(text: string | null): Values | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Values) : { value };
  } catch {
    return { value: text };
  }
}

/** After these, what was before says nothing of how a booking, or a place in a queue, ended. */
const ANEW = ["rebooked", "joined"];

/** When each last came to one of these, by the record, and did not begin anew since. One of which nothing is recorded is not there. */
export async function lastTimes(
  trx: Trx,
  subject: Subject,
  ids: readonly number[],
  whats: readonly string[],
): Promise<Map<number, Instant>> {
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom("booking_event")
    .select(["subject_id", "at", "what"])
    .where("subject", "=", subject)
    .where("subject_id", "in", ids)
    .where("what", "in", [...whats, ...ANEW])
    .orderBy("id")
    .execute();
  const last = new Map(rows.map(({ subject_id, at, what }) => [subject_id!, { at, what }]));
  return new Map([...last].flatMap(([id, { at, what }]) => (whats.includes(what) ? [[id, at]] : [])));
}
