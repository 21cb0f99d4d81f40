/** Faults of sessions, by check. */
import { seatRow } from "./bookings.ts";
import { byHand, type Fault } from "./fault.ts";

export const SESSION_FAULTS: readonly Fault[] = [
  {
    check: "seats_taken",
    what: "a counter that drifted",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("ana"), seatRow("ben"));
      await byHand(school, "update {live_class_session} set seats_taken = 99 where id in (1, 4)");
    },
    found: ["session:1", "session:4"],
  },
  {
    check: "capacity",
    what: "two capacities",
    plant: (school) => byHand(school, "update {live_class_session} set total_seats = 9 where id = 1"),
    found: ["session:1"],
  },
  {
    check: "capacity",
    what: "none",
    layout: "native",
    plant: (school) =>
      byHand(school, "update {live_class_session} set capacity = null, total_seats = null where id = 2"),
    found: ["session:2"],
  },
  {
    check: "overbooked",
    what: "more seats than there are",
    plant: (school) => school.put("live_class_booking", seatRow("ana", { seats_reserved: 4 })),
    found: ["session:1"],
    stays: ["session:1"],
  },
  {
    check: "pending_beyond_seats",
    what: "a request that cannot be approved",
    plant: (school) =>
      school.put(
        "live_class_booking",
        seatRow("ana", { seats_reserved: 3 }),
        seatRow("ben", { status: "pending" }),
      ),
    found: ["session:1"],
    stays: ["session:1"],
  },
  {
    check: "session_utc_missing",
    what: "UTC fields that nobody filled",
    plant: (school) =>
      byHand(
        school,
        "update {live_class_session} set start_at_utc = null, end_at_utc = null where id in (1, 2)",
        "update {live_class_session} set end_at_utc = null where id = 4",
      ),
    found: ["session:1", "session:2", "session:4"],
  },
  {
    check: "session_utc_differs",
    what: "another time than was announced, another length",
    plant: (school) =>
      byHand(
        school,
        "update {live_class_session} set start_at_utc = '2027-02-01 09:00:00', end_at_utc = '2027-02-01 10:00:00' where id = 1",
        "update {live_class_session} set end_at_utc = '2027-02-01 12:00:00' where id = 4",
      ),
    found: ["session:1", "session:4"],
    stays: ["session:1", "session:4"],
  },
  {
    check: "session_utc_differs",
    what: "in the app's own zone",
    only: "sqlite",
    plant: (school) =>
      byHand(
        school,
        "insert into {setting} (name, value) values ('source_timezone', 'Europe/Madrid')",
        "update {live_class_session} set scheduled_start = datetime(scheduled_start, '+1 hour') where id <> 2",
      ),
    found: ["session:2"],
    stays: ["session:2"],
  },
];
