/** Times that are none: what the calendar ends before, and what nobody can read. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { updateRow } from "../../src/db/rows.ts";
import { addMinutes, type Instant } from "../../src/domain/instant.ts";
import { LONGEST_MINUTES } from "../../src/domain/session.ts";
import { createSlot } from "../../src/operations/availability.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { createSession, type NewSession } from "../../src/operations/session.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import {
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SESSIONS,
  SLOTS,
  TEACHERS,
} from "../support/bookable.ts";
import { lesson, lessonRow, refusal } from "../support/bookings.ts";
import { violationsIn } from "../support/verified.ts";

const planned: NewSession = {
  course_id: COURSES.spanish,
  teacher_id: TEACHERS.tom,
  title: null,
  description: "",
  start_at_utc: "2027-02-04 09:00:00" as Instant,
  duration_minutes: 60,
  capacity: 4,
  enable_waitlist: false,
  meeting_provider: "",
  meeting_link: "",
  meeting_id: "",
  meeting_passcode: "",
  status: "scheduled",
  overrides: new Set(),
};

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  /** In New York, half an hour before a midnight that is half past five of the next day in UTC. */
  const late = (day_of_week: number) =>
    school.run((c) =>
      updateRow(c.database, c.trx, "teacher_availability", SLOTS.open, {
        day_of_week,
        start_time: "23:30:00",
        end_time: "00:30:00",
      }),
    );
  const on = (date: string) => lesson("ana", "open", { on: date, course: "talk" });

  test("a lesson of the last day, at the slot's time and where the slot is another day", async () => {
    await late(4); // 31 December 9999 is a Friday.
    expect(await refusal(school, (c) => createBooking(c, on("9999-12-31")))).toBe("availability");
    expect(await school.run((c) => createBooking(c, on("9999-12-24")))).toMatchObject({
      outcome: "confirmed",
    });
    await late(3);
    expect(await refusal(school, (c) => createBooking(c, on("9999-12-31")))).toBe("availability");
  });

  test.each(["9999-12-31 23:59:59", "9999-12-23 00:00:00", "0001-01-01 00:00:00", "1969-12-31 23:59:59"])(
    "no session and no slot starts %s",
    async (text) => {
      const start = text as Instant;
      const wrong = {
        kind: "usage",
        code: "bad_session",
        message: `a start on ${text.slice(0, 10)}: it lies between 1970-01-01 and 9999-12-22`,
      };
      const session = { ...planned, start_at_utc: start };
      await expect(school.run((c) => createSession(c, session))).rejects.toMatchObject(wrong);
      await expect(
        school.run((c) => updateSession(c, { id: SESSIONS.morning, start_at_utc: start })),
      ).rejects.toMatchObject(wrong);
      await expect(
        school.run((c) =>
          createSlot(c, {
            teacher_id: TEACHERS.tom,
            course_id: null,
            timezone: "UTC",
            when: { slot_type: "one_time", start, end: addMinutes(start, 60) },
          }),
        ),
      ).rejects.toMatchObject({
        kind: "usage",
        code: "bad_slot",
        message: expect.stringContaining(wrong.message),
      });
    },
  );

  test("a session and a slot of the last days", async () => {
    const start = "9999-12-22 23:59:59" as Instant;
    const { session } = await school.run((c) =>
      createSession(c, { ...planned, start_at_utc: start, duration_minutes: LONGEST_MINUTES }),
    );
    expect(session.end_at_utc).toBe("9999-12-29 23:59:59");
    expect(await violationsIn(school)).toEqual([]);
  });

  // A timestamp of PostgreSQL is one.
  if (engine === "sqlite")
    test("a booking whose times a hand spelt with T and Z, or an offset, is in the way like any other", async () => {
      const at = (start: string, end: string) => lessonRow("ben", start, end, { teacher_id: TEACHERS.tina });
      await school.put(
        "live_class_booking",
        at("2026-12-10T22:30:00Z", "2026-12-10T23:30:00Z"),
        at("2026-12-18T00:30:00+01:00", "2026-12-18T01:30:00+01:00"),
        at("2026-12-24T21:00:00Z", "2026-12-24T22:59:59Z"),
      );
      for (const date of ["2026-12-10", "2026-12-17"])
        expect(await refusal(school, (c) => createBooking(c, on(date)))).toBe("teacher-overlap");
      expect(await school.run((c) => createBooking(c, on("2026-12-24")))).toMatchObject({
        outcome: "confirmed",
      });
    });

  // A timestamp of PostgreSQL is one.
  if (engine === "sqlite")
    test("a booking that lasts until nobody can read when is in the way for an hour", async () => {
      const at = (start: string) => lessonRow("ben", start, "whenever", { teacher_id: TEACHERS.tina });
      await school.put("live_class_booking", at("2026-12-10 22:30:00"), at("2026-12-17 21:59:00"));
      expect(await refusal(school, (c) => createBooking(c, on("2026-12-10")))).toBe("teacher-overlap");
      expect(await school.run((c) => createBooking(c, on("2026-12-17")))).toMatchObject({
        outcome: "confirmed",
      });
    });
});
