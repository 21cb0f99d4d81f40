/** The words of the unified model (SPEC 2) and of the two legacy tables (LEGACY 1). */
export const BOOKING_TYPES = ["group_session", "one_on_one"] as const;
export type BookingType = (typeof BOOKING_TYPES)[number];

export const BOOKING_STATUSES = [
  "pending",
  "confirmed",
  "declined",
  "cancelled",
  "attended",
  "no_show",
  "rescheduled",
] as const;
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

export const LEGACY_GROUP_STATUSES = [
  "pending",
  "confirmed",
  "waitlisted",
  "cancelled",
  "attended",
  "no_show",
] as const;
export const LEGACY_ONE_ON_ONE_STATUSES = [
  "pending",
  "confirmed",
  "declined",
  "cancelled",
  "attended",
  "no_show",
] as const;

/** The most seats that an integer column of the unified tables takes. */
export const MOST_SEATS = 2_147_483_647;

/** Statuses whose seats count into seats_taken (SPEC 2). */
export const SEATED_STATUSES = ["confirmed", "attended"] as const satisfies readonly BookingStatus[];

/** Which of two bookings with the same key says more about what happened, best first (LEGACY 2.7). */
const PRECEDENCE: readonly BookingStatus[] = [
  "attended",
  "no_show",
  "confirmed",
  "pending",
  "rescheduled",
  "declined",
  "cancelled",
];

/** 0 is the best status to keep among duplicates. */
export function precedenceOf(status: BookingStatus): number {
  return PRECEDENCE.indexOf(status);
}
