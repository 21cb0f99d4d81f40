import { describe, expect, test } from "vitest";
import {
  BOOKING_STATUSES,
  BOOKING_STEPS,
  type BookingStatus,
  type BookingStep,
  hasEnded,
  isStepAllowed,
} from "../../src/domain/booking.ts";

/** SPEC 3, written out: from each state, where it can go. Whatever is not here is refused. */
const LEADS: Record<BookingStatus, readonly BookingStatus[]> = {
  pending: ["confirmed", "declined", "cancelled", "rescheduled"],
  confirmed: ["cancelled", "attended", "no_show", "rescheduled"],
  attended: ["no_show"],
  no_show: ["attended"],
  declined: [],
  cancelled: [],
  rescheduled: [],
};

describe.each(BOOKING_STATUSES)("from %s", (status) => {
  test.each(Object.keys(BOOKING_STEPS) as BookingStep[])("%s", (step) => {
    expect(isStepAllowed(step, status)).toBe(LEADS[status].includes(BOOKING_STEPS[step].to));
  });

  test("it ended where nothing leads on", () => {
    expect(hasEnded(status)).toBe(LEADS[status].length === 0);
  });
});

test("every state but the first can be reached by a step", () => {
  const reached = new Set(Object.values(BOOKING_STEPS).map(({ to }) => to));
  expect(BOOKING_STATUSES.filter((status) => !reached.has(status as never))).toEqual(["pending"]);
});
