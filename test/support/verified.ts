/** What `verify` finds in the bookable school. */
import { CHECK_CODES, type CheckCode, type Violation } from "../../src/db/checks.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { verifyInvariants } from "../../src/operations/verify.ts";
import { type Bookable, TODAY } from "./bookable.ts";

/** @param now the school's today where left out */
export function violationsIn(
  { database }: Bookable,
  checks: readonly CheckCode[] = CHECK_CODES,
  now: string = TODAY,
): Promise<Violation[]> {
  return verifyInvariants(database, checks, { now: now as Instant, offerHours: 24 });
}
