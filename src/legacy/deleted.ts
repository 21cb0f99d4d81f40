/**
 * Legacy rows whose booking or waitlist entry somebody deleted. A run leaves it deleted and quarantines the row as
 * diverged; only a person's `issues retry` or `resolve` makes it anew.
 */
import { findBookings, findQueued } from "../db/legacy.ts";
import type { Db } from "../db/open.ts";
import type { Candidate, Facts } from "./derive.ts";

/** The row waits since people changed or deleted what it had become. */
export function isDiverged(facts: Facts): boolean {
  return facts.issue_code === "diverged" && facts.issue_status === "open";
}

/** What the row had become is gone, and the legacy side says what it said. */
export function isDeletedSince({ facts, hash }: Candidate): boolean {
  return facts.prior_lost === 1 && facts.prior_hash === hash;
}

/** The same candidate as an issue. Its hash stays that of what the rules give: the same divergence is no news. */
export function asDeleted(candidate: Candidate): Candidate {
  const { prior_outcome, prior_target_id } = candidate.facts;
  const target = prior_outcome === "waitlisted" ? "waitlist entry" : "booking";
  const message = `its ${target} ${prior_target_id} was deleted since the migration made it; retry makes it anew, skip leaves it so`;
  return { ...candidate, derived: { outcome: "quarantined", issue: { code: "diverged", message } } };
}

/** Of the diverged rows that a person took up again, those at whose place nothing stands any more: to be made anew. */
export async function findGone(
  db: Db,
  candidates: readonly Candidate[],
  retaken: ReadonlySet<number>,
): Promise<Set<number>> {
  const asked = candidates.filter(({ id, facts }) => retaken.has(id) && isDiverged(facts));
  const bookings = await findBookings(
    db,
    asked.flatMap(({ facts }) => facts.prior_target_id ?? []),
  );
  // A divergence from a waitlist entry keeps no target, for the entry may be another row's by now: its place tells.
  const queued = await findQueued(
    db,
    asked.flatMap((candidate) => placeOf(candidate)?.session ?? []),
  );
  const stands = (candidate: Candidate) => {
    const target = candidate.facts.prior_target_id;
    if (target !== null) return bookings.has(target);
    const place = placeOf(candidate);
    return place !== null && queued.has(`${place.session} ${place.student}`);
  };
  return new Set(asked.filter((candidate) => !stands(candidate)).map(({ id }) => id));
}

function placeOf({ facts, derived }: Candidate): { session: number; student: number } | null {
  if (facts.prior_target_id !== null || derived.outcome === "quarantined") return null;
  const { session_id, student_user_id } = derived.outcome === "migrated" ? derived.row : derived.entry;
  return session_id === null ? null : { session: session_id, student: student_user_id };
}
