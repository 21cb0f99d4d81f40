/** Values that no column should hold: `verify` names them or passes them over, and never stumbles (SPEC 6). */
import { afterEach, describe, expect, test } from "vitest";
import { CHECK_CODES } from "../../src/db/checks.ts";
import type { LogicalTable } from "../../src/db/layout.ts";
import { previewRepairs } from "../../src/operations/verify-repair.ts";
import { type Bookable, makeBookable, OPERATOR, TODAY } from "../support/bookable.ts";
import { lessonRow, policyRow, seatRow, waitRow } from "../support/bookings.ts";
import { ENGINES } from "../support/databases.ts";
import { byHand } from "../support/fault.ts";
import { violationsIn } from "../support/verified.ts";

const TABLES = [
  "live_class_booking",
  "live_class_session",
  "session_waitlist",
  "booking_series",
  "booking_series_item",
  "teacher_availability",
  "teacher_booking_policy",
  "user_profile",
  "enrollment",
  "booking_event",
] as const satisfies readonly LogicalTable[];

/** What SQLite takes into any column, and PostgreSQL into some. */
const ODD = {
  sqlite: ["x'00ff'", "'12abc'", "9223372036854775807", "-1.5", "9e999", "'2026-02-31 25:61:00'"],
  postgres: ["'infinity'", "'-infinity'", "2147483647"],
};

const ACTING = { now: TODAY, actor: OPERATOR, offerHours: 24 };
let school: Bookable;
afterEach(() => school.remove());

/** A row of each kind. */
async function fill(): Promise<void> {
  await school.put(
    "live_class_booking",
    seatRow("ana", { id: 1 }),
    seatRow("ben", { id: 2, status: "cancelled" }),
  );
  await school.put(
    "live_class_booking",
    lessonRow("ana", "2027-02-02 16:00:00", "2027-02-02 17:00:00", { id: 3 }),
  );
  await school.put(
    "session_waitlist",
    waitRow("ana", { id: 1, status: "offered", offered_at: TODAY }),
    waitRow("ben", { id: 2 }),
  );
  await school.put("teacher_booking_policy", policyRow({ id: 1 }), policyRow({ id: 2, course_id: 2 }));
  const texts = { default_meeting_link: "", default_meeting_id: "", default_meeting_passcode: "" };
  await school.put("booking_series", {
    ...{
      id: 1,
      student_user_id: 11,
      teacher_id: 1,
      course_id: 2,
      type: "one_on_one_series",
      status: "active",
    },
    ...{
      frequency: "weekly",
      interval: 1,
      days_of_week: "1",
      occurrence_count: 1,
      until_date: null,
      ...texts,
    },
  });
  await school.put("booking_series_item", { id: 1, series_id: 1, booking_id: 3, occurrence_index: 1 });
  await school.put("booking_event", {
    ...{ at: TODAY, actor: "x", what: "created", subject: "booking_series", subject_id: 1, to_value: "{}" },
  });
}

async function look(): Promise<void> {
  for (const { examples } of await violationsIn(school))
    for (const text of examples) expect(typeof text).toBe("string");
  await previewRepairs(school.database, CHECK_CODES, ACTING);
}

describe.each(ENGINES)("%s", (engine) => {
  test.each(TABLES)("anything in any column of %s", async (table) => {
    school = await makeBookable(engine, "native");
    await fill();
    const { columns } = school.database.layout.table(table)!;
    const all = [...columns.keys()].filter((name) => name !== "id");
    for (const value of ODD[engine]) {
      // What a column refuses cannot be there.
      for (const column of all)
        await byHand(school, `update {${table}} set "${column}" = ${value}`).catch(() => {});
      await look().catch((error) => {
        throw new Error(`${value}: ${error.message}`, { cause: error });
      });
    }
  });
});

test("the same instant spelt otherwise is one fault, and not another time than the session's", async () => {
  school = await makeBookable("sqlite", "native");
  await school.put("live_class_booking", seatRow("ana", { id: 1 }), seatRow("ben", { id: 2 }));
  await byHand(
    school,
    "update {live_class_booking} set start_at_utc = replace(start_at_utc, ' ', 'T') || 'Z' where id = 1",
    "update {live_class_booking} set start_at_utc = '2031-01-01T09:00:00Z' where id = 2",
  );
  expect((await violationsIn(school)).map(({ check, count }) => [check, count])).toEqual([
    ["time_form", 2],
    ["booking_differs_from_session", 1],
  ]);
});
