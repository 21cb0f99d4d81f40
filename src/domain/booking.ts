/** The words of the unified model (SPEC 2) and of the two legacy tables (LEGACY 1). */
import type { Role } from "./actor.ts";
import { parseInstant } from "./instant.ts";

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

/** Every status that a legacy row of either table can have. */
export const LEGACY_STATUSES = [...new Set([...LEGACY_GROUP_STATUSES, ...LEGACY_ONE_ON_ONE_STATUSES])];

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

/** 0 is the best status to keep among duplicates; a word that is none comes last of all. */
export function precedenceOf(status: BookingStatus): number {
  const rank = PRECEDENCE.indexOf(status);
  return rank === -1 ? PRECEDENCE.length : rank;
}

/** What can be done to a booking, by the states it may be done in and the state it leads to (SPEC 3). Any other step is refused. */
export const BOOKING_STEPS = {
  approve: { from: ["pending"], to: "confirmed" },
  decline: { from: ["pending"], to: "declined" },
  cancel: { from: ["pending", "confirmed"], to: "cancelled" },
  reschedule: { from: ["pending", "confirmed"], to: "rescheduled" },
  attend: { from: ["confirmed", "no_show"], to: "attended" },
  no_show: { from: ["confirmed", "attended"], to: "no_show" },
} as const satisfies Record<string, { from: readonly BookingStatus[]; to: BookingStatus }>;
export type BookingStep = keyof typeof BOOKING_STEPS;

export function isStepAllowed(step: BookingStep, status: BookingStatus): boolean {
  return (BOOKING_STEPS[step].from as readonly BookingStatus[]).includes(status);
}

/** Statuses of a booking that stands, or stood until its time: its student has a seat or a lesson by it. */
export const BOOKED_STATUSES = [
  "pending",
  "confirmed",
  "attended",
  "no_show",
] as const satisfies readonly BookingStatus[];

/** Ended bookings: their key may be booked again, which revives the row (SPEC 3). */
export const ENDED_STATUSES = [
  "declined",
  "cancelled",
  "rescheduled",
] as const satisfies readonly BookingStatus[];

export function hasEnded(status: BookingStatus): boolean {
  return (ENDED_STATUSES as readonly BookingStatus[]).includes(status);
}

/** Statuses that hold somebody's time: what overlaps them is refused (SPEC 3, student-overlap and teacher-overlap). */
export const BUSY_STATUSES = ["pending", "confirmed"] as const satisfies readonly BookingStatus[];

/** Why a booking was cancelled. */
export const CANCEL_REASONS = ["student", "teacher", "admin", "system", "conflict", "emergency"] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

/** Reasons that somebody may give, the usual one first: nobody speaks for those who may do more. */
export const CANCEL_REASONS_OF: Record<Role, readonly [CancelReason, ...CancelReason[]]> = {
  staff: ["admin", "student", "teacher", "system", "conflict", "emergency"],
  teacher: ["teacher", "student", "conflict", "emergency"],
  student: ["student", "conflict", "emergency"],
};

/** As LEGACY 2.7 ranks it: what nobody can read comes after every time. */
interface Ranked {
  id: number;
  status: BookingStatus;
  created_at: string | null;
}

/** Of bookings that share a key the one to keep: the best status, then the earlier, then the lower id (LEGACY 2.7). */
export function betterBooking<T extends Ranked>(a: T, b: T): T {
  const [first, second] = [precedenceOf(a.status), precedenceOf(b.status)];
  if (first !== second) return first < second ? a : b;
  const [earlier, later] = [madeAt(a), madeAt(b)];
  if (earlier !== later) return later === null || (earlier !== null && earlier < later) ? a : b;
  return a.id < b.id ? a : b;
}

function madeAt({ created_at }: Ranked): string | null {
  return created_at === null ? null : parseInstant(String(created_at));
}
