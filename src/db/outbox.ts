/** notification_outbox: what is to be told to whom, queued in the transaction of what happened (SPEC 8). */
import type { Instant } from "../domain/instant.ts";
import { insertion } from "./listed.ts";
import type { Database } from "./open.ts";
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

const insert = insertion("notification_outbox", ["created_at", "kind", "user_id", "payload"]);

/** Queues messages in their order, by one statement however many. */
export async function queueNotifications(
  database: Database,
  trx: Trx,
  messages: readonly Notification[],
): Promise<void> {
  const rows = messages.map(({ at, kind, user_id, payload }) => ({
    created_at: at,
    kind,
    user_id,
    payload: JSON.stringify(payload),
  }));
  await insert(database, trx, rows);
}
