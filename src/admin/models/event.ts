/** The audit. */
import { SUBJECTS } from "../../db/audit.ts";
import { columns, id, type Model, reference, word } from "../model.ts";

const nullable = { nullable: true };

export const bookingEvent: Model = {
  name: "BookingEvent",
  table: "booking_event",
  summary: "the audit: who did what, when, to what",
  one: "event",
  many: "events",
  access: "read-only",
  noun: "audit",
  columns: [
    id,
    ...columns("instant", ["at"]),
    ...columns("text", ["actor"]),
    reference("actor_user_id", "app_user", nullable),
    ...columns("text", ["what"]),
    word("subject", SUBJECTS),
    ...columns("id", ["subject_id"], nullable),
    ...columns("json", ["from_value", "to_value"], nullable),
    ...columns("text", ["reason", "overridden"], nullable),
  ],
  shown: ["id", "at", "actor", "what", "subject", "subject_id", "reason", "overridden"],
  filters: ["subject", "subject_id", "actor_user_id", "what", "at"],
  search: ["actor", "what", "reason"],
  order: ["-id"],
  dates: "at",
  related: [],
};
