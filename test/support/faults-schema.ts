/** Faults of the schema and its keys, by check. */
import { policyRow, seatRow } from "./bookings.ts";
import { byHand, type Fault } from "./fault.ts";

export const SCHEMA_FAULTS: readonly Fault[] = [
  {
    check: "schema",
    what: "an index and a trigger are gone, another index is another",
    inSchema: true,
    plant: (school) =>
      byHand(
        school,
        "drop index classbook_waitlist_live",
        school.database.engine === "sqlite"
          ? "drop trigger classbook_session_time"
          : "drop trigger classbook_session_signals on {live_class_session}",
        "drop index classbook_session_unfinished",
        "create index classbook_session_unfinished on {live_class_session} (start_at_utc)",
      ),
    found: [
      "schema:index classbook_waitlist_live",
      "schema:trigger",
      "schema:index classbook_session_unfinished",
    ],
  },
  {
    check: "schema",
    what: "a trigger that does something else",
    inSchema: true,
    plant: (school) =>
      byHand(
        school,
        ...(school.database.engine === "sqlite"
          ? [
              "drop trigger classbook_booking_insert",
              "create trigger classbook_booking_insert after insert on {live_class_booking} begin select 1; end",
            ]
          : ["alter table {live_class_booking} disable trigger classbook_booking_seats"]),
      ),
    found: ["schema:trigger"],
  },
  {
    check: "schema",
    what: "a key that is none",
    inSchema: true,
    plant: (school) =>
      byHand(
        school,
        "drop index unique_group_booking",
        "create index unique_group_booking on {live_class_booking} (student_user_id, session_id, start_at_utc)",
      ),
    found: ["schema:index unique_group_booking"],
  },
  {
    check: "unique_group_booking",
    what: "the same seat twice, and no constraint",
    inSchema: true,
    plant: async (school) => {
      await byHand(school, "drop index unique_group_booking");
      await school.put(
        "live_class_booking",
        seatRow("ana", { id: 1, status: "cancelled", cancelled_at: "2026-11-20 08:00:00" }),
        seatRow("ana", { id: 2 }),
      );
    },
    found: ["booking:1", "booking:2"],
  },
  {
    check: "unique_one_on_one_booking",
    what: "no constraint",
    inSchema: true,
    plant: (school) => byHand(school, "drop index unique_one_on_one_booking"),
    found: ["constraint:unique_one_on_one_booking"],
  },
  {
    check: "one_default_policy",
    what: "two of a teacher",
    inSchema: true,
    plant: async (school) => {
      await byHand(school, "drop index classbook_one_default_policy");
      await school.put(
        "teacher_booking_policy",
        policyRow({ id: 1 }),
        policyRow({ id: 2, min_notice_hours: 3 }),
      );
    },
    found: ["policy:1", "policy:2"],
  },
];
