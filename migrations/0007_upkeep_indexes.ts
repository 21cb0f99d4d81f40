import { addIndex, type SchemaMigration } from "../src/db/ddl.ts";

export const migration: SchemaMigration = {
  id: "0007_upkeep_indexes",
  summary: "what cron looks for: who waits or holds an offer, and sessions that are not over",
  up: ({ engine, layout }) => [
    ...addIndex(engine, layout, "session_waitlist", {
      name: "classbook_waitlist_live",
      columns: ["session_id"],
      where: `"status" IN ('waiting', 'offered')`,
    }),
    ...addIndex(engine, layout, "live_class_session", {
      name: "classbook_session_unfinished",
      columns: ["end_at_utc"],
      where: `"status" IN ('scheduled', 'live', 'booking_closed')`,
    }),
  ],
};
