import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/db/open.ts";
import type { BookingRequest } from "../../src/operations/booking.ts";
import { importBooking } from "../../src/operations/booking-import.ts";
import { operate } from "../../src/operations/context.ts";
import {
  type Bookable,
  KINDS,
  makeBookable,
  OPERATOR,
  SESSIONS,
  STUDENTS,
  TODAY,
} from "../support/bookable.ts";

const terms = { seats: 1, note: "", overrides: new Set<never>(), moved: null };

const line = (
  key: string | null,
  student: keyof typeof STUDENTS,
  session: keyof typeof SESSIONS = "morning",
) => ({
  ask: async (): Promise<BookingRequest> => ({
    ...terms,
    session_id: SESSIONS[session],
    student_user_id: STUDENTS[student],
  }),
  key: key === null ? null : { key_column: "ref", key },
  request: `${student} in ${session}`,
});

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const bookings = async () =>
    (await school.database.db.selectFrom("live_class_booking").select("id").execute()).length;

  test("a line with a key is booked once, and says afterwards what it became", async () => {
    const first = await school.run((c) => importBooking(c, line("a", "ana")));
    expect(first).toMatchObject({ outcome: "confirmed", booking_id: expect.any(Number) as number });
    expect(await school.run((c) => importBooking(c, line("a", "ana")))).toEqual({
      ...first,
      outcome: "already done",
    });
    expect(await bookings()).toBe(1);
  });

  test("a line that waits is done, too", async () => {
    for (const [key, student] of [
      ["a", "ana"],
      ["b", "ben"],
    ] as const)
      await school.run((c) => importBooking(c, line(key, student, "queued")));
    const waiting = await school.run((c) => importBooking(c, line("c", "cleo", "queued")));
    expect(waiting).toMatchObject({ outcome: "waitlisted", booking_id: null, position: 1 });
    expect(await school.run((c) => importBooking(c, line("c", "cleo", "queued")))).toMatchObject({
      outcome: "already done",
      waitlist_id: waiting.waitlist_id,
    });
  });

  test("a refused line keeps no key: it is booked once nothing is in its way", async () => {
    const { booking_id } = await school.run((c) => importBooking(c, line("a", "ana", "small")));
    await expect(school.run((c) => importBooking(c, line("b", "ben", "small")))).rejects.toMatchObject({
      code: "capacity",
    });
    await school.database.db.deleteFrom("live_class_booking").where("id", "=", booking_id!).execute();
    await school.database.db
      .updateTable("live_class_session")
      .set({ status: "scheduled" })
      .where("id", "=", SESSIONS.small)
      .execute();
    expect(await school.run((c) => importBooking(c, line("b", "ben", "small")))).toMatchObject({
      outcome: "confirmed",
    });
  });

  test("a key that names another line is refused", async () => {
    await school.run((c) => importBooking(c, line("a", "ana")));
    await expect(school.run((c) => importBooking(c, line("a", "ben")))).rejects.toMatchObject({
      kind: "refused",
      code: "key-reused",
    });
    expect(await bookings()).toBe(1);
  });

  // Two connections of one process would wait for each other on SQLite: test/cli/booking-import.test.ts has two processes.
  const twoImports = engine === "postgres" ? test : null;
  twoImports?.("two imports at the same time book each line once", async () => {
    const other = await openDatabase(school.place.address);
    try {
      const both = ["ana", "ben", "cleo"].flatMap((student) =>
        [school.database, other].map((database) =>
          operate(database, { now: TODAY, actor: OPERATOR, offerHours: 24 }, (c) =>
            importBooking(c, line(student, student as keyof typeof STUDENTS)),
          ),
        ),
      );
      const outcomes = (await Promise.all(both)).map(({ outcome }) => outcome).toSorted();
      expect(outcomes).toEqual([...Array(3).fill("already done"), ...Array(3).fill("confirmed")]);
    } finally {
      await other.close();
    }
    expect(await bookings()).toBe(3);
  });
});
