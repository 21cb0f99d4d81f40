/** Repairs of queues: by what cron's `waitlist expire` does, session by session, and by what booking does (SPEC 4). */
import { findInSession } from "../db/booking.ts";
import type { Finding } from "../db/check.ts";
import type { CheckCode } from "../db/checks.ts";
import { findSession } from "../db/seats.ts";
import { findEntryById } from "../db/waitlist.ts";
import { BOOKED_STATUSES } from "../domain/booking.ts";
import type { Context } from "./context.ts";
import { findingsIn, type Repair, type Repairs, type Tell } from "./repair.ts";
import { settleEntry } from "./waitlist.ts";
import { settleQueue } from "./waitlist-expire.ts";
import { shortenOffers } from "./waitlist-shorten.ts";

export const WAITLIST_REPAIRS = {
  overdue_offer: queues("overdue_offer"),
  open_seat_beside_queue: queues("open_seat_beside_queue"),
  queue_of_ended_session: queues("queue_of_ended_session"),
  waiting_though_booked: {
    apply: async (context, tell) => {
      const waiting = await bySession(context, "waiting_though_booked");
      for (const [id, findings] of waiting) {
        await findSession(context.database, context.trx, id, true);
        for (const finding of findings)
          if (finding.row.status === "waiting") await acceptBooked(context, id, finding, tell);
        await settle(context, id, tell);
      }
    },
  },
  offer_outlasts_session: {
    apply: async (context, tell) => {
      for (const [id] of await bySession(context, "offer_outlasts_session")) {
        const start = (await findSession(context.database, context.trx, id, true))?.start_at_utc;
        if (start == null) continue;
        for (const entry of await shortenOffers(context, id, start, "verify offer_outlasts_session"))
          await tell(`entry ${entry.id}: offer_expires_at ${entry.offer_expires_at} → ${start}`);
      }
    },
  },
} satisfies Repairs;

function queues(code: CheckCode): Repair {
  return {
    apply: async (context, tell) => {
      for (const [id] of await bySession(context, code)) await settle(context, id, tell);
    },
  };
}

/** A check's findings by session, in the order in which sessions are locked. */
async function bySession(context: Context, code: CheckCode): Promise<[session: number, Finding[]][]> {
  const found = new Map<number, Finding[]>();
  for await (const page of findingsIn(context, code))
    for (const finding of page) {
      const session = finding.thing === "session" ? finding.id! : Number(finding.row.session_id);
      const others = found.get(session);
      if (others === undefined) found.set(session, [finding]);
      else others.push(finding);
    }
  return [...found].sort(([a], [b]) => a - b);
}

async function settle(context: Context, id: number, tell: Tell): Promise<void> {
  const { expired, offered } = await settleQueue(context, id);
  for (const { entry, reason } of expired)
    await tell(`session ${id}: entry ${entry.id} of student ${entry.student_user_id} expires: ${reason}`);
  for (const entry of offered)
    await tell(
      `session ${id}: entry ${entry.id} of student ${entry.student_user_id} is offered a seat until ${entry.offer_expires_at} UTC`,
    );
}

/** Who waits, and was booked past the queue. */
async function acceptBooked(context: Context, session: number, { id }: Finding, tell: Tell): Promise<void> {
  const { database, trx } = context;
  const entry = await findEntryById(database, trx, id!);
  if (entry === null) return;
  const bookings = await findInSession(database, trx, entry.student_user_id, session);
  const standing = bookings.find(({ status }) => (BOOKED_STATUSES as readonly string[]).includes(status));
  if (standing === undefined) return;
  await settleEntry(context, entry, { start_at_utc: null }, standing.id);
  await tell(
    `session ${session}: entry ${id} of student ${entry.student_user_id} is accepted: booking ${standing.id}`,
  );
}
