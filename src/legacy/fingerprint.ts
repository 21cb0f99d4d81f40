/** Hashes that tell whether a row is still what the migration made of it. */
import { BOOKING_VALUES } from "../db/booking.ts";
import { digest } from "../db/fingerprint.ts";
import type { UnifiedBooking, WaitlistEntry } from "./facts.ts";

/** The columns of live_class_booking that the migration writes, in the order of every bulk insert. */
export const UNIFIED_COLUMNS = BOOKING_VALUES satisfies readonly (keyof UnifiedBooking)[];

export function fingerprintOfEntry(entry: WaitlistEntry & { status: string }): string {
  return digest([entry.session_id, entry.student_user_id, entry.created_at, entry.status]);
}

/** Of a row that has no target: everything that was known of it, so that any change is noticed. */
export function fingerprintOfFacts(code: string, facts: object): string {
  return digest([
    code,
    JSON.stringify(facts, (key, value) =>
      key.startsWith("prior_") || key.startsWith("issue_") ? undefined : value,
    ),
  ]);
}
