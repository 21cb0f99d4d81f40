import type { SchemaMigration } from "../src/db/ddl.ts";
import { createTriggers } from "../src/db/triggers.ts";

export const migration: SchemaMigration = {
  id: "0003_signals",
  summary: "triggers that keep seats_taken, the UTC fields and the capacity right",
  up: ({ engine, layout }) => createTriggers(engine, layout),
};
