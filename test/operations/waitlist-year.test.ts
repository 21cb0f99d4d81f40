/** A year of queues: whatever happens in whatever order, a plain model of them says the same, and every day ends in order. */
import { expect, test } from "vitest";
import { CHECK_CODES, type CheckCode } from "../../src/db/checks.ts";
import { KINDS, makeBookable } from "../support/bookable.ts";
import { QueueYear } from "../support/queue-year.ts";
import { brokenRecords, unsettled } from "../support/storm.ts";

const COUNTED: readonly CheckCode[] = [
  "seats_taken",
  "overbooked",
  "overdue_offer",
  "open_seat_beside_queue",
];

const STEPS_A_DAY = 16;

test.each(
  KINDS.map(({ engine, layout }) => ({
    engine,
    layout,
    // The others are slower, and the rules are the same.
    days: engine === "sqlite" && layout === "native" ? 365 : 30,
  })),
)("$engine $layout: $days days", async ({ engine, layout, days }) => {
  const school = await makeBookable(engine, layout);
  try {
    if (layout === "native") school.database.sqlite?.pragma("journal_mode = wal");
    const year = new QueueYear(school, 20_261_120);
    await year.plan(days);
    for (let day = 0; day < days; day += 1) {
      await year.live(STEPS_A_DAY);
      expect(await year.found(), year.model.now).toEqual(year.expected());
      // All checks take a while: now and then, and what is counted every day.
      const checks = day % 15 === 0 || day === days - 1 ? CHECK_CODES : COUNTED;
      expect(await unsettled(school, { checks, now: year.model.now }), year.model.now).toEqual({});
    }
    // Bookings were cancelled by hand, too; entries never were.
    expect(await brokenRecords(school, "session_waitlist")).toEqual([]);
    // It was a year: what can happen did.
    const happened = [...year.seen.keys()];
    for (const step of ["book confirmed", "book waitlisted", "join done", "accept done", "leave done"])
      expect(happened).toContain(step);
    if (days < 365) return;
    for (const step of ["offer done", "promote done", "cancel done", "resize done", "cancel session done"])
      expect(happened).toContain(step);
    for (const step of [
      "accept offer-expired",
      "join offered",
      "join seats-open",
      "promote capacity",
      "book session-open",
    ])
      expect(happened).toContain(step);
  } finally {
    await school.remove();
  }
});
