/** booking_event: who did what, when, to what, from what to what, and why. Append only. */
import { type Actor, actorText, actorUserId } from "../domain/actor.ts";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

export type Subject =
  | "live_class_booking"
  | "live_class_session"
  | "teacher_availability"
  | "teacher_booking_policy"
  | "session_waitlist"
  | "booking_series"
  | "app_user"
  | "teacher"
  | "course"
  | "enrollment";

/** The columns that changed, with their values. */
export type Values = Record<string, unknown>;

export interface NewEvent {
  at: Instant;
  actor: Actor;
  /** created, confirmed, cancelled … : the user's verb in the past tense. */
  what: string;
  subject: Subject;
  subject_id: number;
  from: Values | null;
  to: Values | null;
  reason?: string | null;
  /** Rules that staff set aside. */
  overridden?: readonly string[];
}

interface StoredEvent {
  at: Instant;
  actor: string;
  actor_user_id: number | null;
  what: string;
  subject: string;
  subject_id: number;
  from_value: string | null;
  to_value: string | null;
  reason: string | null;
  overridden: string | null;
}

const insert = statement<StoredEvent, never>((db, e) =>
  db.insertInto("booking_event").values({
    at: e.at,
    actor: e.actor,
    actor_user_id: e.actor_user_id,
    what: e.what,
    subject: e.subject,
    subject_id: e.subject_id,
    from_value: e.from_value,
    to_value: e.to_value,
    reason: e.reason,
    overridden: e.overridden,
  }),
);

/** Values are kept as JSON, rules by comma. */
export async function recordEvent(database: Database, trx: Trx, event: NewEvent): Promise<void> {
  const { overridden = [] } = event;
  await insert(database, trx, {
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
  });
}
