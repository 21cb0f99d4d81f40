/** Legacy rows that stayed as they were while classbook moved their session. */

import { fingerprintOfBooking } from "../db/fingerprint.ts";
import type { PastPlace } from "../db/session-places.ts";
import { isDiverged } from "./deleted.ts";
import type { Candidate } from "./derive.ts";

/**
 * Whether the rules give what they gave at the last run, but for the place of the session, which classbook changed: the legacy
 * row is as it was, and what people made of its booking stands.
 */
export function isMovedOnly({ derived, facts }: Candidate, past: ReadonlyMap<number, PastPlace[]>): boolean {
  if (derived.outcome !== "migrated" || derived.row.session_id === null || isDiverged(facts)) return false;
  if (facts.prior_target_id === null) return false;
  let row = derived.row;
  for (const place of past.get(derived.row.session_id) ?? []) {
    row = { ...row, ...place };
    if (fingerprintOfBooking(row) === facts.prior_hash) return true;
  }
  return false;
}
