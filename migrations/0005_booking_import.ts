import { createTable, type SchemaMigration } from "../src/db/ddl.ts";

export const migration: SchemaMigration = {
  id: "0005_booking_import",
  summary: "which lines of imported files were booked, so that an import can be run again",
  up: ({ engine, layout }) =>
    createTable(engine, layout, {
      // One row per line that was booked, by the value of its key column; `request` is the line's own text as JSON.
      table: "booking_import",
      columns: [
        { name: "key_column", type: "text" },
        { name: "key", type: "text" },
        { name: "request", type: "text" },
        { name: "imported_at", type: "instant" },
        { name: "booking_id", type: "integer", nullable: true },
        { name: "waitlist_id", type: "integer", nullable: true },
      ],
      primaryKey: ["key_column", "key"],
    }),
};
