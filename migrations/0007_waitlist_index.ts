import { addIndex, type SchemaMigration } from "../src/db/ddl.ts";

export const migration: SchemaMigration = {
  id: "0007_waitlist_index",
  summary: "who waits or holds an offer, by session: what `waitlist expire` looks for",
  up: ({ engine, layout }) =>
    addIndex(engine, layout, "session_waitlist", {
      name: "classbook_waitlist_live",
      columns: ["session_id"],
      where: `"status" IN ('waiting', 'offered')`,
    }),
};
