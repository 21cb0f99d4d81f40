/** Sessions whose queue may have something to be done by `waitlist expire` (SPEC 4). */
import { sql } from "kysely";
import { addMinutes, type Instant } from "../domain/instant.ts";
import { instantIn } from "./instant-text.ts";
import type { Database } from "./open.ts";
import { statement } from "./statement.ts";
import { offerStands } from "./waitlist.ts";

interface DueArguments {
  after: number;
  now: Instant;
  /** Offers without a written end that were made then or before have run out. */
  offeredAfter: Instant;
  most: number;
}

/**
 * From the live entries, which an index of their own holds: the query costs what waits, not what ever waited. It may
 * name a session too many (one without a written time, one whose queue cannot be offered a seat), never one too few:
 * nor one that is gone, whose entries nobody else would end.
 */
const due = statement<DueArguments, { id: number }>((db, { after, now, offeredAfter, most }, { engine }) => {
  const live = sql`"status" in ('waiting', 'offered')`;
  const held = sql`(select coalesce(sum(b.seats_reserved), 0) from ${sql.table("live_class_booking")} b
    where b.session_id = s.id and b.status in ('confirmed', 'attended', 'pending'))`;
  const offers = sql`(select count(*) from ${sql.table("session_waitlist")} w where w.session_id = s.id and w.status = 'offered')`;
  const start = instantIn(engine, "s.start_at_utc");
  const isDead = sql`exists (select 1 from ${sql.table("session_waitlist")} w where w.session_id = s.id and w.status = 'offered'
    and not ${offerStands(engine, { now, offeredAfter })})`;
  const waits = sql`exists (select 1 from ${sql.table("session_waitlist")} w where w.session_id = s.id and w.status = 'waiting')`;
  return {
    compile: () =>
      sql<{ id: number }>`
        select q.session_id as id from (select distinct session_id from ${sql.table("session_waitlist")}
          where ${live} and session_id > ${after}) q
        left join ${sql.table("live_class_session")} s on s.id = q.session_id
        where ${start} is null or ${start} <= ${now} or s.status in ('live', 'completed', 'cancelled') or ${isDead}
          or (s.status in ('scheduled', 'booking_closed') and ${waits} and coalesce(s.capacity, s.total_seats, 10) - ${held} - ${offers} > 0)
        order by q.session_id limit ${most}`.compile(db),
  };
});

/**
 * The next such sessions, by id.
 *
 * @param after the last id that was looked at
 */
export async function listDueSessions(
  database: Database,
  clock: { now: Instant; offerHours: number },
  after: number,
  most: number,
): Promise<number[]> {
  const { now, offerHours } = clock;
  const offeredAfter = addMinutes(now, -offerHours * 60);
  const rows = await due(database, database.db, { after, now, offeredAfter, most });
  return rows.map(({ id }) => id);
}
