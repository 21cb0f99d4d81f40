/** The invariants that `verify` asks the database about, each with a stable code (SPEC 6). */
import type { Severity } from "./check.ts";
import { BOOKING_CHECKS } from "./checks-booking.ts";
import { KEY_CHECKS } from "./checks-key.ts";
import { LEGACY_CHECKS } from "./checks-legacy.ts";
import { POLICY_CHECKS } from "./checks-policy.ts";
import { SCHEMA_CHECKS } from "./checks-schema.ts";
import { SERIES_CHECKS } from "./checks-series.ts";
import { SESSION_CHECKS } from "./checks-session.ts";
import { TIME_CHECKS } from "./checks-time.ts";
import { VALUE_CHECKS } from "./checks-value.ts";
import { WAITLIST_CHECKS } from "./checks-waitlist.ts";
import type { Database } from "./open.ts";

/** In the order in which they are asked, and repaired: what others reckon with comes first. */
export const CHECKS = [
  ...SCHEMA_CHECKS,
  ...KEY_CHECKS,
  ...VALUE_CHECKS,
  ...TIME_CHECKS,
  ...SESSION_CHECKS,
  ...BOOKING_CHECKS,
  ...WAITLIST_CHECKS,
  ...SERIES_CHECKS,
  ...POLICY_CHECKS,
  ...LEGACY_CHECKS,
] as const;

export type CheckCode = (typeof CHECKS)[number]["code"];

export const CHECK_CODES: readonly CheckCode[] = CHECKS.map(({ code }) => code);

/** Each code with what holds where nothing is found. */
export const CHECK_SENTENCES = Object.fromEntries(
  CHECKS.map(({ code, sentence }) => [code, sentence]),
) as Record<CheckCode, string>;

export interface Violation {
  check: CheckCode;
  severity: Severity;
  count: number;
  examples: string[];
  /** What does not hold. */
  sentence: string;
}

/** Tables and columns that the checks read and the database does not have. */
export function missingForChecks({ layout }: Database, checks: readonly CheckCode[]): string[] {
  const missing = CHECKS.filter(({ code }) => checks.includes(code))
    .flatMap(({ reads }) => [...reads])
    .flatMap(([table, ...columns]) =>
      layout.has(table)
        ? columns.filter((c) => !layout.has(table, c)).map((c) => `${layout.name(table)}.${c}`)
        : [layout.name(table)],
    );
  return [...new Set(missing)];
}
