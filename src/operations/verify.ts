/** `verify`: asks the database about the invariants of the model (SPEC 6). Their repair: verify-repair.ts. */
import { allFindings, type Check, type Finding, keyOf, type Looking, MOST_EXAMPLES } from "../db/check.ts";
import { CHECK_CODES, CHECKS, type CheckCode, missingForChecks, type Violation } from "../db/checks.ts";
import type { Database } from "../db/open.ts";
import { reading } from "../db/reconcile.ts";
import { requireWhole } from "../db/schema.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";

/** @throws ClassbookError usage `unknown_check` */
export function chooseChecks(names: readonly string[]): CheckCode[] {
  const unknown = names.filter((name) => !(CHECK_CODES as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw usageError(
      "unknown_check",
      `no check is called ${unknown.map((n) => `"${n}"`).join(", ")}`,
      `checks: ${CHECK_CODES.join(", ")}`,
    );
  return CHECK_CODES.filter((name) => names.length === 0 || names.includes(name));
}

/** @throws ClassbookError findings `schema_behind`: what the checks read is not there yet; and as `requireWhole` */
export async function requireReadable(database: Database, checks: readonly CheckCode[]): Promise<void> {
  await requireWhole(database);
  const missing = missingForChecks(database, checks);
  if (missing.length === 0) return;
  throw new ClassbookError({
    kind: "findings",
    code: "schema_behind",
    message: `nothing can be said of ${database.address}: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not there yet`,
    hint: "run `classbook db migrate` first",
    details: { missing },
  });
}

export interface VerifyOptions {
  now: Instant;
  offerHours: number;
  /** Told before each check, with how many were asked. */
  onCheck?: (check: CheckCode, done: number) => void;
  /** Asked between two checks. */
  stopping?: () => boolean;
}

/** The checks of these codes, in their order. */
export function checksOf(codes: readonly CheckCode[]): (Check & { code: CheckCode })[] {
  return CHECKS.filter(({ code }) => codes.includes(code));
}

/**
 * What does not hold.
 *
 * @throws ClassbookError findings where the schema lacks what the checks read; `interrupted`
 */
export async function verifyInvariants(
  database: Database,
  checks: readonly CheckCode[],
  options: VerifyOptions,
): Promise<Violation[]> {
  const found: Violation[] = [];
  await throughChecks(database, checks, options, async (check, looking) => {
    const { count, examples } = await check.measure(looking);
    if (count > 0) found.push(violation(check, count, examples));
  });
  return found;
}

async function throughChecks(
  database: Database,
  codes: readonly CheckCode[],
  { now, offerHours, onCheck, stopping = () => false }: VerifyOptions,
  look: (check: Check & { code: CheckCode }, looking: Looking) => Promise<void>,
): Promise<void> {
  await requireReadable(database, codes);
  await reading(database, async (db) => {
    for (const [done, check] of checksOf(codes).entries()) {
      onCheck?.(check.code, done);
      await new Promise((turn) => setImmediate(turn)); // Signals and the progress line get their turn.
      if (stopping()) throw stopped(done, codes.length);
      await look(check, { database, db, now, offerHours });
    }
  });
}

/** Half an answer would look like a whole one. */
function stopped(done: number, all: number): ClassbookError {
  return new ClassbookError({
    kind: "interrupted",
    code: "interrupted",
    message: `stopped after ${done} of ${all} checks`,
    hint: "run it again, or name the checks that matter",
  });
}

function violation(
  { code, severity, sentence }: Check & { code: CheckCode },
  count: number,
  examples: string[],
): Violation {
  return { check: code, severity, count, examples, sentence };
}

/** A finding by name: what a baseline holds. */
export interface KnownFinding {
  check: CheckCode;
  key: string;
}

export interface Compared {
  /** What is not known already. */
  violations: Violation[];
  /** How many findings are known, and still there. */
  known: number;
  /** What was known, and is there no more. */
  gone: KnownFinding[];
}

/**
 * As {@link verifyInvariants}, finding by finding.
 *
 * @param known findings that somebody accepted
 * @param onFinding told of every finding, known or not
 */
export async function verifyAgainst(
  database: Database,
  checks: readonly CheckCode[],
  options: VerifyOptions,
  known: readonly KnownFinding[],
  onFinding: (finding: KnownFinding) => void = () => {},
): Promise<Compared> {
  const compared: Compared = { violations: [], known: 0, gone: [] };
  await throughChecks(database, checks, options, async (check, looking) => {
    const accepted = new Set(known.flatMap((one) => (one.check === check.code ? one.key : [])));
    const fresh: Finding[] = [];
    let count = 0;
    for await (const page of allFindings(check, looking))
      for (const finding of page) {
        const key = keyOf(finding);
        onFinding({ check: check.code, key });
        if (accepted.delete(key)) {
          compared.known += 1;
          continue;
        }
        count += 1;
        if (fresh.length < MOST_EXAMPLES) fresh.push(finding);
      }
    for (const key of accepted) compared.gone.push({ check: check.code, key });
    const examples = fresh.map(({ text }) => text);
    if (count > 0) compared.violations.push(violation(check, count, examples));
  });
  return compared;
}
