/** notification_outbox: what is to be told to whom, queued in the transaction of what happened (SPEC 8). */
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

export type NotificationKind =
  | "booking_confirmed"
  | "booking_requested"
  | "booking_declined"
  | "booking_cancelled"
  | "booking_rescheduled"
  | "waitlist_joined"
  | "waitlist_offered"
  | "waitlist_expired"
  | "session_changed"
  | "session_cancelled";

export interface Notification {
  at: Instant;
  kind: NotificationKind;
  user_id: number;
  /** What the message says; instants in canonical text. */
  payload: Record<string, unknown>;
}

const insert = statement<{ at: Instant; kind: string; user: number; payload: string }, never>(
  (db, { at, kind, user, payload }) =>
    db.insertInto("notification_outbox").values({ created_at: at, kind, user_id: user, payload }),
);

export async function queueNotification(
  database: Database,
  trx: Trx,
  { at, kind, user_id, payload }: Notification,
): Promise<void> {
  await insert(database, trx, { at, kind, user: user_id, payload: JSON.stringify(payload) });
}
