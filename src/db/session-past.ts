/** Sessions that are over by the clock and not by their status (SPEC 2). */
import { sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { BUSY_SESSION_STATUSES } from "../domain/session.ts";
import { instantIn } from "./instant-text.ts";
import type { Database } from "./open.ts";
import { statement } from "./statement.ts";

const past = statement<{ after: number; now: Instant; most: number }, { id: number }>(
  (db, { after, now, most }, { engine }) =>
    db
      .selectFrom("live_class_session")
      .select("id")
      .where("status", "in", BUSY_SESSION_STATUSES)
      .where(sql<boolean>`coalesce(${instantIn(engine, "end_at_utc")}, ${now}) <= ${now}`)
      .where("id", ">", after)
      .orderBy("id")
      .limit(most),
);

/**
 * The next sessions that may have ended and were not completed, by id: one without a readable end may name another.
 *
 * @param after the last id that was looked at
 */
export async function listPastSessions(
  database: Database,
  now: Instant,
  after: number,
  most: number,
): Promise<number[]> {
  return (await past(database, database.db, { after, now, most })).map(({ id }) => id);
}
