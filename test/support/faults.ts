/** Faults that a hand plants in the bookable school, one for each check of `verify`. */
import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import type { CheckCode } from "../../src/db/checks.ts";
import type { Engine, LayoutKind, LogicalTable } from "../../src/db/layout.ts";
import type { Bookable } from "./bookable.ts";
import { lessonRow, policyRow, seatRow, waitRow } from "./bookings.ts";

/** Statements beside classbook that neither triggers nor references keep from anything. Tables by logical name in braces. */
export async function byHand({ place, database }: Bookable, ...statements: string[]): Promise<void> {
  const text = statements
    .join("; ")
    .replace(/\{(\w+)\}/g, (_, table) => `"${database.layout.name(table as LogicalTable)}"`);
  if (place.file !== null) {
    const sqlite = new BetterSqlite3(place.file);
    const pause = `"${database.layout.name("bulk_load")}"`;
    try {
      sqlite.pragma("foreign_keys = OFF");
      sqlite.exec(`begin; insert into ${pause} values ('paused'); ${text}; delete from ${pause}; commit`);
    } finally {
      sqlite.close();
    }
  } else {
    const client = new pg.Client(place.address);
    await client.connect();
    try {
      await client.query(
        `begin; set time zone 'UTC'; set local session_replication_role = replica; ${text}; commit`,
      );
    } finally {
      await client.end();
    }
  }
  await database.refresh();
}

export interface Fault {
  check: CheckCode;
  what: string;
  plant: (school: Bookable) => Promise<unknown>;
  /** The findings, by key. */
  found: string[];
  /** What people have to decide: it stays. */
  stays?: string[];
  only?: Engine;
  /** The tables of the other would not take it. */
  layout?: LayoutKind;
  /** The schema is not what it was: no other test can have this database. */
  inSchema?: boolean;
  /** What else is wrong afterwards, and is another check's. */
  leaves?: CheckCode[];
}

/** Of the session with a queue. */
const QUEUED = { session_id: 3, start_at_utc: "2027-02-02 10:00:00", end_at_utc: "2027-02-02 11:00:00" };
const OFFERED = { status: "offered", offered_at: "2026-11-20 08:00:00" };
const yes = ({ database }: Bookable) => (database.engine === "sqlite" ? "1" : "true");

const series = (id: number, status = "active") => ({
  id,
  student_user_id: 11,
  teacher_id: 1,
  course_id: 2,
  type: "one_on_one_series",
  status,
  frequency: "weekly",
  interval: 1,
  days_of_week: "1",
  occurrence_count: 3,
  until_date: null,
  default_meeting_link: "",
  default_meeting_id: "",
  default_meeting_passcode: "",
});

/** Tom's Tuesdays at 16:00 UTC: 17:00 in Madrid before the 28th of March, 18:00 after it. */
async function plantSeries(school: Bookable): Promise<void> {
  await school.put(
    "live_class_booking",
    ...["2027-03-16", "2027-03-23", "2027-03-30"].map((date, at) =>
      lessonRow("ana", `${date} 16:00:00`, `${date} 17:00:00`, { id: 101 + at }),
    ),
  );
  await school.put("booking_series", series(7));
  await school.put(
    "booking_series_item",
    ...[1, 2, 3].map((n) => ({ id: 200 + n, series_id: 7, booking_id: 100 + n, occurrence_index: n })),
  );
}

/** By check, in the order of the checks. */
export const FAULTS: readonly Fault[] = [
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
  {
    check: "unknown_word",
    what: "words of another language",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("ana", { id: 1, cancel_reason: "weather" }));
      await byHand(
        school,
        "update {live_class_session} set status = 'planned' where id = 4",
        "update {teacher_availability} set slot_type = 'RECURRING' where id = 1",
      );
    },
    found: ["booking:1.cancel_reason", "session:4.status", "slot:1.slot_type"],
    stays: ["booking:1.cancel_reason", "session:4.status", "slot:1.slot_type"],
  },
  {
    check: "seat_numbers",
    what: "a booking without a seat",
    plant: (school) =>
      school.put("live_class_booking", seatRow("ana", { id: 1, seats_reserved: 0, status: "pending" })),
    found: ["booking:1.seats_reserved"],
    stays: ["booking:1.seats_reserved"],
  },
  {
    check: "seat_numbers",
    what: "a capacity that is no number",
    only: "sqlite",
    plant: (school) =>
      byHand(school, "update {live_class_session} set capacity = 'many', total_seats = 'many' where id = 4"),
    found: ["session:4.capacity", "session:4.total_seats"],
    stays: ["session:4.capacity", "session:4.total_seats"],
  },
  {
    check: "missing_reference",
    what: "a session and a queue of nobody",
    plant: async (school) => {
      await byHand(
        school,
        "update {live_class_session} set teacher_id = 77, course_id = 78 where id = 4",
        "delete from {app_user} where id = 18",
      );
      await school.put(
        "session_waitlist",
        waitRow("ana", { id: 1, status: "expired", expired_at: "2026-11-20 08:00:00" }),
      );
      await byHand(school, "update {session_waitlist} set student_user_id = 18");
    },
    found: ["entry:1.student_user_id", "session:4.course_id", "session:4.teacher_id"],
    stays: ["entry:1.student_user_id", "session:4.course_id", "session:4.teacher_id"],
  },
  {
    check: "ends_before_start",
    what: "a booking, a session, a slot",
    plant: async (school) => {
      await school.put(
        "live_class_booking",
        lessonRow("ana", "2027-02-09 10:00:00", "2027-02-09 10:00:00", { id: 1 }),
      );
      await byHand(
        school,
        "update {live_class_session} set end_at_utc = '2027-02-01 09:00:00' where id = 4",
        "update {teacher_availability} set end_datetime = '2027-02-03 15:00:00' where id = 2",
      );
    },
    found: ["booking:1", "session:4", "slot:2"],
    stays: ["booking:1", "session:4", "slot:2"],
  },
  {
    check: "unreadable_time",
    what: "a form that sorts wrongly, and no time at all",
    only: "sqlite",
    plant: async (school) => {
      await school.put("live_class_booking", seatRow("ana", { id: 1 }), seatRow("ben", { id: 2 }));
      await byHand(
        school,
        "update {live_class_booking} set created_at = '2026-11-20T09:00:00Z', decision_at = '2026-11-20 10:00:00.500000' where id = 1",
        "update {live_class_booking} set cancelled_at = x'ff' where id = 2",
        "update {live_class_session} set end_at_utc = '2027-02-01 11:30:00+00:00' where id = 4",
      );
    },
    found: ["booking:1.created_at", "booking:2.cancelled_at", "session:4.end_at_utc"],
    stays: ["booking:2.cancelled_at"],
  },
  {
    check: "unknown_zone",
    what: "of a profile, a slot and a session",
    plant: (school) =>
      byHand(
        school,
        "update {user_profile} set timezone = 'Europe/Atlantis' where id = 2",
        "update {teacher_availability} set timezone = 'GMT+25' where id = 3",
        "update {live_class_session} set timezone_snapshot = 'O''Hare' where id = 4",
        "update {live_class_session} set timezone_snapshot = '' where id = 3",
      ),
    found: ["profile:2", "session:4", "slot:3"],
    stays: ["profile:2", "session:4", "slot:3"],
  },
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
  {
    check: "booking_session_kind",
    what: "a seat nowhere, a lesson in a class",
    plant: (school) =>
      school.put(
        "live_class_booking",
        seatRow("ana", { id: 1, session_id: null }),
        lessonRow("ben", "2027-02-09 10:00:00", "2027-02-09 11:00:00", {
          id: 2,
          session_id: 4,
          status: "pending",
        }),
      ),
    found: ["booking:1", "booking:2"],
    stays: ["booking:1", "booking:2"],
  },
  {
    check: "booking_differs_from_session",
    what: "the app moved a session, and its bookings stayed; another is over",
    plant: async (school) => {
      await school.put(
        "live_class_booking",
        seatRow("ana", { id: 1 }),
        seatRow("ben", { id: 2, status: "cancelled", cancelled_at: "2026-11-20 08:00:00" }),
        seatRow("cleo", {
          id: 3,
          session_id: 2,
          start_at_utc: "2026-10-05 08:00:00",
          end_at_utc: "2026-10-05 09:00:00",
          status: "attended",
        }),
      );
      await byHand(
        school,
        "update {live_class_session} set scheduled_start = '2027-02-01 12:00:00', start_at_utc = '2027-02-01 12:00:00', end_at_utc = '2027-02-01 13:00:00' where id = 1",
        "update {live_class_session} set scheduled_start = '2026-10-05 14:00:00', start_at_utc = '2026-10-05 14:00:00', end_at_utc = '2026-10-05 15:00:00', status = 'completed', seats_taken = 1 where id = 2",
      );
    },
    found: ["booking:1", "booking:3"],
    stays: ["booking:3"],
  },
  {
    check: "student_double_booked",
    what: "two classes at once; what staff allowed is not named",
    plant: async (school) => {
      const clash = (student: "ana" | "ben", id: number) => [
        seatRow(student, { id }),
        seatRow(student, {
          id: id + 1,
          session_id: 4,
          teacher_id: 2,
          start_at_utc: "2027-02-01 10:30:00",
          end_at_utc: "2027-02-01 11:30:00",
        }),
      ];
      await school.put("live_class_booking", ...clash("ana", 1), ...clash("ben", 3));
      await school.put("booking_event", {
        at: "2026-11-20 08:00:00",
        actor: "paula (user 1)",
        what: "created",
        subject: "live_class_booking",
        subject_id: 3,
        overridden: "enrollment,student-overlap",
      });
    },
    found: ["booking:2"],
    stays: ["booking:2"],
  },
  {
    check: "teacher_double_booked",
    what: "a lesson in a class, a class in a class",
    plant: async (school) => {
      await school.put(
        "live_class_booking",
        lessonRow("ana", "2027-02-01 10:30:00", "2027-02-01 11:00:00", { id: 1 }),
      );
      await byHand(
        school,
        "update {live_class_session} set scheduled_start = '2027-02-02 10:59:00', start_at_utc = '2027-02-02 10:59:00', end_at_utc = '2027-02-02 11:59:00' where id = 2",
      );
    },
    found: ["booking:1", "session:2"],
    stays: ["booking:1", "session:2"],
  },
  {
    check: "status_without_time",
    what: "cancelled, declined, expired, and nobody knows when",
    plant: async (school) => {
      await school.put(
        "live_class_booking",
        seatRow("ana", { id: 1, status: "cancelled" }),
        seatRow("ben", { id: 2, status: "declined" }),
      );
      await school.put(
        "session_waitlist",
        waitRow("ana", { id: 1, status: "expired" }),
        waitRow("ben", { id: 2, status: "expired" }),
      );
      await school.put("booking_event", {
        at: "2026-11-19 08:00:00",
        actor: "shell:root",
        what: "left",
        subject: "session_waitlist",
        subject_id: 2,
      });
    },
    found: ["booking:1.cancelled_at", "booking:2.decision_at", "entry:1.expired_at", "entry:2.expired_at"],
    stays: ["entry:1.expired_at"],
  },
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
  {
    check: "series_gaps",
    what: "an occurrence was deleted by hand",
    plant: async (school) => {
      await plantSeries(school);
      await byHand(
        school,
        "update {booking_series} set status = 'completed'",
        "update {booking_series_item} set occurrence_index = occurrence_index + 3",
      );
    },
    found: ["series:7"],
  },
  {
    check: "series_item_without_booking",
    what: "its booking was deleted",
    plant: async (school) => {
      await plantSeries(school);
      await byHand(school, "delete from {live_class_booking} where id = 103");
    },
    found: ["series_item:203"],
    stays: ["series_item:203"],
  },
  {
    check: "series_clock",
    what: "weeks were added in UTC",
    plant: plantSeries,
    found: ["series:7.occurrence_3"],
    stays: ["series:7.occurrence_3"],
  },
  {
    check: "series_clock",
    what: "not at the time that the record says",
    plant: async (school) => {
      await plantSeries(school);
      await school.put("booking_event", {
        at: "2026-11-20 08:00:00",
        actor: "shell:root",
        what: "created",
        subject: "booking_series",
        subject_id: 7,
        to_value: JSON.stringify({ time: "18:00:00", timezone: "Europe/Madrid", last_date: "2027-03-30" }),
      });
    },
    found: ["series:7.occurrence_1", "series:7.occurrence_2"],
    stays: ["series:7.occurrence_1", "series:7.occurrence_2"],
  },
  {
    check: "policy_conflict",
    what: "two of a teacher and course",
    inSchema: true,
    only: "sqlite",
    layout: "native",
    plant: async (school) => {
      const [index] = [...school.database.layout.table("teacher_booking_policy")!.indexes].filter(
        (name) => name.includes("course_id") && name.includes("uniq"),
      );
      await byHand(school, `drop index "${index}"`);
      await school.put(
        "teacher_booking_policy",
        policyRow({ id: 31, course_id: 2 }),
        policyRow({ id: 32, course_id: 2 }),
      );
    },
    found: ["policy:32"],
    stays: ["policy:32"],
  },
  {
    check: "policy_terms",
    what: "a notice of thirty years",
    plant: (school) =>
      school.put(
        "teacher_booking_policy",
        policyRow({ id: 1, min_notice_hours: 262_800, max_bookings_per_day: 2_000 }),
      ),
    found: ["policy:1.max_bookings_per_day", "policy:1.min_notice_hours"],
    stays: ["policy:1.max_bookings_per_day", "policy:1.min_notice_hours"],
  },
  {
    check: "policy_without_opening",
    what: "no lesson a day; a notice that no slot leaves",
    plant: async (school) => {
      await school.put(
        "teacher_booking_policy",
        policyRow({ id: 1, max_bookings_per_day: 0 }),
        policyRow({ id: 2, teacher_id: 2, min_notice_hours: 8_000 }),
      );
      await byHand(school, "update {teacher_availability} set valid_until = '2027-03-01' where id = 3");
    },
    found: ["policy:1.no_lessons", "policy:2.notice"],
    stays: ["policy:1.no_lessons", "policy:2.notice"],
  },
];
