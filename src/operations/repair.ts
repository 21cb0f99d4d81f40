/** What a repair of `verify --fix` is: the same work shown first, taken back, and then done (SPEC 6). */
import type { Subject } from "../db/audit.ts";
import { allFindings, type Check, type Finding, type Looking } from "../db/check.ts";
import { CHECKS, type CheckCode } from "../db/checks.ts";
import { type Context, type Happening, recordAll } from "./context.ts";

/**
 * One change, for people. Whoever watches may stop the repair there: it throws, and the transaction is taken back.
 *
 * @param left it was not made, and why: no repair
 */
export type Tell = (what: string, left?: "left") => Promise<void>;

export interface Repair {
  /** In one transaction. What is not safe is left as it is. */
  apply: (context: Context, tell: Tell) => Promise<void>;
  /** What it would do, where that cannot be done and taken back: it changes the schema. */
  preview?: (looking: Looking, tell: Tell) => Promise<void>;
}

/** The repairs of some checks. */
export type Repairs = { [code in CheckCode]?: Repair };

/** The findings of a check as the transaction sees them. What is repaired on the way does not come again. */
export function findingsIn(context: Context, code: CheckCode): AsyncIterable<Finding[]> {
  const check: Check = CHECKS.find((one) => one.code === code)!;
  const { database, trx, now, offerHours } = context;
  return allFindings(check, { database, db: trx, now, offerHours });
}

/** The subject that the record has for a thing of a finding. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  booking: "live_class_booking",
  session: "live_class_session",
  slot: "teacher_availability",
  entry: "session_waitlist",
  series: "booking_series",
};

/** A row that a repair changed. */
export interface Changed {
  thing: string;
  id: number;
  from: Record<string, unknown>;
  to: Record<string, unknown>;
}

/** Writes each change into the record of its row, and says it. */
export async function recordChanges(
  context: Context,
  code: CheckCode,
  changes: readonly Changed[],
  tell: Tell,
): Promise<void> {
  await recordAll(
    context,
    changes.map(
      ({ thing, id, from, to }): Happening => ({
        what: "repaired",
        subject: SUBJECTS[thing]!,
        subject_id: id,
        from,
        to,
        reason: `verify ${code}`,
      }),
    ),
  );
  for (const { thing, id, from, to } of changes) {
    const columns = Object.keys(to).filter((column) => from[column] !== to[column]);
    await tell(`${thing} ${id}: ${columns.map((c) => `${c} ${said(from[c])} → ${said(to[c])}`).join(", ")}`);
  }
}

function said(value: unknown): string {
  return value === null || value === undefined ? "none" : String(value);
}
