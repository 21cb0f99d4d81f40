/** One legacy row with its facts → what the rules give, and how that is recognised again. */

import { fingerprintOfBooking } from "../db/fingerprint.ts";
import type { Prior } from "../db/legacy-source.ts";
import type { SourceTable } from "../db/legacy-tables.ts";
import type { CommonFacts, Derived, GroupFacts, Issue, MappingOptions, OneOnOneFacts } from "./facts.ts";
import { fingerprintOfEntry, fingerprintOfFacts } from "./fingerprint.ts";
import { mapGroupBooking, mapOneOnOneBooking } from "./mapping.ts";

export type Facts = (GroupFacts | OneOnOneFacts) & Prior;

/** A legacy row, what the rules give for it alone, and what an earlier run made of it. */
export interface Candidate {
  id: number;
  /** The legacy UUID as 32 hex digits; null where the row has none. */
  uuid: string | null;
  derived: Derived;
  /** Hash of what the rules give. */
  hash: string;
  facts: Facts;
}

export function mapRow(table: SourceTable, facts: Facts, options: MappingOptions): Derived {
  return table === "booking"
    ? mapGroupBooking(facts as GroupFacts, options)
    : mapOneOnOneBooking(facts as OneOnOneFacts, options);
}

export function derive(table: SourceTable, facts: Facts, options: MappingOptions): Candidate {
  const derived = mapRow(table, facts, options);
  return { id: facts.id, uuid: uuidOf(facts), derived, hash: hashOf(derived, facts), facts };
}

function hashOf(derived: Derived, facts: Facts): string {
  switch (derived.outcome) {
    case "migrated":
      return fingerprintOfBooking(derived.row);
    case "waitlisted":
      return fingerprintOfEntry({ ...derived.entry, status: "waiting" });
    case "quarantined":
      return fingerprintOfFacts(derived.issue.code, facts);
    default:
      return derived satisfies never;
  }
}

/** The same candidate, quarantined for a reason that lies in another row. */
export function quarantine(candidate: Candidate, issue: Issue): Candidate {
  return {
    ...candidate,
    derived: { outcome: "quarantined", issue },
    hash: fingerprintOfFacts(issue.code, { ...candidate.facts, why: issue.message }),
  };
}

function uuidOf(facts: CommonFacts): string | null {
  return facts.booking_id === null ? null : String(facts.booking_id);
}
