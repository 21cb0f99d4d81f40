/** Values that the model does not know: words, numbers of seats, references (SPEC 2, 6). */

import { SLOT_TYPES } from "../domain/availability.ts";
import { BOOKING_STATUSES, BOOKING_TYPES, CANCEL_REASONS, MOST_SEATS } from "../domain/booking.ts";
import { FREQUENCIES, SERIES_STATUSES, SERIES_TYPES } from "../domain/series.ts";
import { MEETING_PROVIDERS, SESSION_STATUSES } from "../domain/session.ts";
import { WAITLIST_STATUSES } from "../domain/waitlist.ts";
import { type CheckSql, sqlCheck } from "./check.ts";
import type { LogicalTable } from "./layout.ts";

/**
 * Every column of words (SPEC 2). Not course.booking_type: the rules take an unknown word there for "all" (SPEC 3,
 * course-type). `empty`: nothing said is a word, too.
 */
export const WORDS = [
  ["booking", "live_class_booking", "booking_type", BOOKING_TYPES, false],
  ["booking", "live_class_booking", "status", BOOKING_STATUSES, false],
  ["booking", "live_class_booking", "cancel_reason", CANCEL_REASONS, true],
  ["session", "live_class_session", "status", SESSION_STATUSES, false],
  ["session", "live_class_session", "meeting_provider", MEETING_PROVIDERS, true],
  ["entry", "session_waitlist", "status", WAITLIST_STATUSES, false],
  ["series", "booking_series", "type", SERIES_TYPES, false],
  ["series", "booking_series", "status", SERIES_STATUSES, false],
  ["series", "booking_series", "frequency", FREQUENCIES, false],
  ["slot", "teacher_availability", "slot_type", SLOT_TYPES, false],
  ["enrollment", "enrollment", "status", ["active", "completed", "paused", "expired"], false],
  ["profile", "user_profile", "role", ["student", "admin", "partner", "instructor"], true],
] as const satisfies [string, LogicalTable, string, readonly string[], boolean][];

const REFERENCES = [
  [
    "booking",
    "live_class_booking",
    {
      course_id: "course",
      teacher_id: "teacher",
      student_user_id: "app_user",
      session_id: "live_class_session",
      decided_by_id: "app_user",
      cancelled_by_id: "app_user",
    },
  ],
  ["session", "live_class_session", { course_id: "course", teacher_id: "teacher" }],
  ["slot", "teacher_availability", { course_id: "course", teacher_id: "teacher" }],
  ["policy", "teacher_booking_policy", { course_id: "course", teacher_id: "teacher" }],
  ["series", "booking_series", { student_user_id: "app_user", teacher_id: "teacher", course_id: "course" }],
  // Its booking: series_item_without_booking.
  ["series_item", "booking_series_item", { series_id: "booking_series" }],
  ["entry", "session_waitlist", { session_id: "live_class_session", student_user_id: "app_user" }],
] as const satisfies [string, LogicalTable, Record<string, LogicalTable>][];

const NEEDED = [["live_class_booking"], ["live_class_session"], ["session_waitlist"]] as const;

export const VALUE_CHECKS = [
  sqlCheck({
    code: "unknown_word",
    severity: "error",
    sentence: "every status, type, reason and weekday is one that the model knows",
    why: "No rule knows what to do with another word: such a row is neither open nor over.",
    fix: "nothing: only people know what was meant; correct it in the app, or by SQL",
    reads: NEEDED,
    findings: unknownWords,
    text: (row) => `${row.thing} ${row.id}: ${row.part} ${JSON.stringify(row.word)}`,
  }),
  sqlCheck({
    code: "seat_numbers",
    severity: "error",
    sentence: "seats and capacities are whole numbers, and a booking has one seat at least",
    why: "Seats are summed up: a number that is none makes every sum of the session wrong.",
    fix: "nothing: `classbook session update ID --capacity N` for a session; a booking is cancelled and booked again",
    reads: [["live_class_booking", "seats_reserved"], ["live_class_session"]],
    findings: seatNumbers,
    text: (row) => `${row.thing} ${row.id}: ${row.part} is ${row.value}`,
  }),
  sqlCheck({
    code: "missing_reference",
    severity: "error",
    sentence: "bookings, sessions, slots, policies, series and queues refer to rows that are there",
    why: "Nobody can be told, charged or taught by a row whose student, teacher, course or session is gone.",
    fix: "nothing: bring the missing row back from a backup, or give the row another",
    reads: NEEDED,
    findings: danglingReferences,
    text: (row) => `${row.thing} ${row.id}: ${row.part} ${row.value} is not there`,
  }),
] as const;

function unknownWords(q: CheckSql): string {
  const parts = WORDS.filter(([, table, column]) => q.has(table, column)).map(
    ([thing, table, column, known, empty]) => {
      const words = [...known, ...(empty ? [""] : [])].map((word) => `'${word}'`).join(", ");
      const none = empty ? "" : `x.${column} is null or `;
      return `select '${thing}' as thing, x.id, '${column}' as part, cast(x.${column} as text) as word
        from ${q.t(table)} x where ${none}x.${column} not in (${words})`;
    },
  );
  if (q.has("teacher_availability", "day_of_week")) {
    const day = "x.day_of_week";
    const isNone = q.isPostgres ? "" : `typeof(${day}) <> 'integer' or `;
    parts.push(`select 'slot' as thing, x.id, 'day_of_week' as part, cast(${day} as text) as word
      from ${q.t("teacher_availability")} x where ${day} is not null and (${isNone}${day} not between 0 and 6)`);
  }
  return parts.join(" union all ");
}

function seatNumbers(q: CheckSql): string {
  const wrong = (value: string, least: number) =>
    q.isPostgres
      ? `${value} not between ${least} and ${MOST_SEATS}`
      : `(${value} is not null and (typeof(${value}) <> 'integer' or ${value} not between ${least} and ${MOST_SEATS}))`;
  const of = (thing: string, table: LogicalTable, column: string, least: number) =>
    `select '${thing}' as thing, x.id, '${column}' as part, cast(x.${column} as text) as value from ${q.t(table)} x where ${wrong(`x.${column}`, least)}`;
  return [
    of("booking", "live_class_booking", "seats_reserved", 1),
    ...["capacity", "total_seats"]
      .filter((column) => q.has("live_class_session", column))
      .map((column) => of("session", "live_class_session", column, 0)),
  ].join(" union all ");
}

/** Each table is read once; its columns part where a row is found. */
function danglingReferences(q: CheckSql): string {
  return REFERENCES.filter(([, table]) => q.has(table))
    .map(([thing, table, targets]) => {
      const there = (Object.entries(targets) as [string, LogicalTable][]).filter(
        ([column, target]) => q.has(table, column) && q.has(target),
      );
      const gone = ([column, target]: [string, LogicalTable]) =>
        `(x.${column} is not null and not exists (select 1 from ${q.t(target)} r where r.id = x.${column}))`;
      const parts = there.map(
        (one) =>
          `select '${thing}' as thing, x.id, '${one[0]}' as part, cast(x.${one[0]} as text) as value from ${thing}_lost x where ${gone(one)}`,
      );
      return `select * from (with ${thing}_lost as materialized (select x.id, ${there.map(([column]) => `x.${column}`).join(", ")}
        from ${q.t(table)} x where ${there.map(gone).join(" or ")}) ${parts.join(" union all ")}) ${thing}_parts`;
    })
    .join(" union all ");
}
