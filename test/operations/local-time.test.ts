/** Where the app keeps local time (USE_TZ off), a session whose UTC columns nobody filled starts when the app says. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeSetting } from "../../src/db/legacy-run.ts";
import { findSession } from "../../src/db/seats.ts";
import { viewSession } from "../../src/db/session-list.ts";
import { writing } from "../../src/db/transaction.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import { type Bookable, KINDS, makeBookable, SESSIONS, STUDENTS, TODAY } from "../support/bookable.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  /** A column that has its zone itself says an instant, whatever the app's setting was. */
  const start = engine === "postgres" ? "2027-02-01 10:00:00" : "2027-02-01 15:00:00";

  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    await writing(school.database, async (trx) => {
      await writeSetting(trx, "source_timezone", "America/New_York");
      await trx
        .updateTable("live_class_session")
        .set({ start_at_utc: null, end_at_utc: null })
        .where("id", "=", SESSIONS.morning)
        .execute();
    });
  });
  afterEach(() => school.remove());

  test("a booking, a list and the rules see the same start", async () => {
    const { database } = school;
    expect(await findSession(database, database.db, SESSIONS.morning, false)).toMatchObject({
      start_at_utc: start,
    });
    const { booking } = await school.run((c) =>
      createBooking(c, {
        ...{ session_id: SESSIONS.morning, student_user_id: STUDENTS.ana },
        ...{ seats: 1, note: "", overrides: new Set<never>(), moved: null },
      }),
    );
    expect(booking).toMatchObject({ start_at_utc: start });
    expect(await viewSession(database, SESSIONS.morning, { now: TODAY, offerHours: 24 })).toMatchObject({
      scheduled_start: start,
    });
  });

  test("a session that is moved starts then for the app, too", async () => {
    const moved = "2027-02-01 18:00:00";
    await school.run((c) =>
      updateSession(c, {
        id: SESSIONS.morning,
        start_at_utc: moved as Instant,
        overrides: new Set(),
      }),
    );
    expect(
      await viewSession(school.database, SESSIONS.morning, { now: TODAY, offerHours: 24 }),
    ).toMatchObject({ start_at_utc: moved, scheduled_start: moved });
  });
});
