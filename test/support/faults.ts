/** Faults that a hand plants in the bookable school: for each check of `verify` one at least, in the order of the checks. */
import type { Fault } from "./fault.ts";
import { BOOKING_FAULTS } from "./faults-booking.ts";
import { SCHEMA_FAULTS } from "./faults-schema.ts";
import { SERIES_FAULTS } from "./faults-series.ts";
import { SESSION_FAULTS } from "./faults-session.ts";
import { VALUE_FAULTS } from "./faults-value.ts";
import { WAITLIST_FAULTS } from "./faults-waitlist.ts";

export const FAULTS: readonly Fault[] = [
  ...SCHEMA_FAULTS,
  ...VALUE_FAULTS,
  ...SESSION_FAULTS,
  ...BOOKING_FAULTS,
  ...WAITLIST_FAULTS,
  ...SERIES_FAULTS,
];
