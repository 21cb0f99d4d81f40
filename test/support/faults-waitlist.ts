/** Faults of queues, by check. */
import type { Bookable } from "./bookable.ts";
import { seatRow, waitRow } from "./bookings.ts";
import { byHand, type Fault } from "./fault.ts";

/** Of the session with a queue. */
const QUEUED = { session_id: 3, start_at_utc: "2027-02-02 10:00:00", end_at_utc: "2027-02-02 11:00:00" };
const OFFERED = { status: "offered", offered_at: "2026-11-20 08:00:00" };
const yes = ({ database }: Bookable) => (database.engine === "sqlite" ? "1" : "true");
export const WAITLIST_FAULTS: readonly Fault[] = [
  {
    check: "accepted_without_booking",
    what: "an offer that was accepted, and no seat",
    plant: (school) =>
      school.put(
        "session_waitlist",
        waitRow("ana", { id: 1, status: "accepted", accepted_at: "2026-11-20 08:00:00" }),
      ),
    found: ["entry:1"],
    stays: ["entry:1"],
  },
  {
    check: "overdue_offer",
    what: "by what was written, by the time of offers, by no time at all",
    plant: (school) =>
      school.put(
        "session_waitlist",
        waitRow("ana", { id: 1, ...OFFERED, offer_expires_at: "2026-11-20 09:00:00" }),
        waitRow("ben", { id: 2, ...OFFERED, offered_at: "2026-11-19 09:00:00" }),
        waitRow("cleo", { id: 3, ...OFFERED, offered_at: null }),
        waitRow("dan", { id: 4, ...OFFERED }),
        waitRow("eva", { id: 5, ...OFFERED, offer_expires_at: "2026-11-20 09:00:00.000001" }),
      ),
    found: ["entry:1", "entry:2", "entry:3"],
  },
  {
    check: "open_seat_beside_queue",
    what: "somebody waits beside two open seats; whose account is closed does not count",
    plant: async (school) => {
      await school.put("session_waitlist", waitRow("ana", { id: 1 }));
      await school.put("session_waitlist", { ...waitRow("ben", { id: 2 }), session_id: 4 });
      await byHand(
        school,
        `update {app_user} set is_active = ${yes(school) === "1" ? "0" : "false"} where id = 12`,
      );
    },
    found: ["session:3"],
  },
  {
    check: "open_seat_beside_queue",
    what: "the app closed the session while it was full",
    plant: async (school) => {
      await school.put("session_waitlist", waitRow("ana", { id: 1 }));
      await byHand(school, "update {live_class_session} set status = 'booking_closed' where id = 3");
    },
    found: ["session:3"],
  },
  {
    check: "waiting_though_booked",
    what: "the app booked who waits, and who has an offer",
    plant: async (school) => {
      await school.put(
        "live_class_booking",
        seatRow("ana", QUEUED),
        seatRow("ben", { ...QUEUED, status: "pending" }),
      );
      await school.put("session_waitlist", waitRow("ana", { id: 1 }), waitRow("ben", { id: 2, ...OFFERED }));
    },
    found: ["entry:1", "entry:2"],
  },
  {
    check: "queue_of_ended_session",
    what: "it was cancelled, it began",
    plant: async (school) => {
      await school.put(
        "session_waitlist",
        waitRow("ana", { id: 1 }),
        waitRow("ben", { id: 2, session_id: 4, ...OFFERED }),
      );
      await byHand(
        school,
        "update {live_class_session} set status = 'cancelled' where id = 3",
        "update {live_class_session} set scheduled_start = '2026-11-20 09:00:00', start_at_utc = '2026-11-20 09:00:00', end_at_utc = '2026-11-20 10:00:00' where id = 4",
      );
    },
    found: ["entry:1", "entry:2"],
  },
  {
    check: "queue_of_ended_session",
    what: "it is gone",
    only: "sqlite",
    plant: async (school) => {
      await school.put("session_waitlist", waitRow("ana", { id: 1 }));
      await byHand(school, "delete from {live_class_session} where id = 3");
    },
    found: ["entry:1"],
    leaves: ["missing_reference"],
  },
  {
    check: "offers_beyond_seats",
    what: "two offers for one seat",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("cleo", QUEUED));
      await school.put(
        "session_waitlist",
        waitRow("ana", { id: 1, ...OFFERED }),
        waitRow("ben", { id: 2, ...OFFERED }),
      );
    },
    found: ["session:3"],
    stays: ["session:3"],
  },
  {
    check: "offer_outlasts_session",
    what: "the session was moved to an earlier time",
    plant: (school) =>
      school.put(
        "session_waitlist",
        waitRow("ana", { id: 1, ...OFFERED, offer_expires_at: "2027-02-02 10:00:00.000001" }),
      ),
    found: ["entry:1"],
  },
];
