/** Offers that outlast the start of their session: they end when it begins (SPEC 4). */
import { listQueue, setOfferEnd } from "../db/waitlist.ts";
import type { Instant } from "../domain/instant.ts";
import type { WaitlistEntry } from "../domain/waitlist.ts";
import { type Context, notifyAll, recordAll } from "./context.ts";

/**
 * Call it with the session locked, after it was moved.
 *
 * @param start when it begins now
 * @param reason for the record
 * @returns the offers that were shortened, as they were
 */
export async function shortenOffers(
  context: Context,
  session: number,
  start: Instant,
  reason: string,
): Promise<WaitlistEntry[]> {
  const { database, trx } = context;
  const late = (await listQueue(database, trx, session)).filter(
    ({ status, offer_expires_at: end }) => status === "offered" && end !== null && end > start,
  );
  if (late.length === 0) return [];
  const ids = late.map(({ id }) => id);
  await setOfferEnd(database, trx, ids, start);
  await recordAll(
    context,
    late.map(({ id, status, offer_expires_at }) => ({
      what: "shortened",
      subject: "session_waitlist",
      subject_id: id,
      from: { status, offer_expires_at },
      to: { status, offer_expires_at: start },
      reason,
    })),
  );
  await notifyAll(
    context,
    late.map(({ id, student_user_id }) => [
      student_user_id,
      {
        kind: "waitlist_offered",
        payload: { session_id: session, waitlist_id: id, offer_expires_at: start },
      },
    ]),
  );
  return late;
}
