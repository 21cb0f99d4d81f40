/** `verify --fix`: shows what it would do, and does it, a transaction a check (SPEC 6). */
import { allFindings, type Finding, type Looking } from "../db/check.ts";
import type { CheckCode } from "../db/checks.ts";
import type { Database } from "../db/open.ts";
import { migrateSchema } from "../db/schema.ts";
import { mendDifferences } from "../db/schema-differences.ts";
import { type Acting, type Context, operate, record } from "./context.ts";
import { requireStaff } from "./permission.ts";
import { findingsIn, type Repair, type Repairs } from "./repair.ts";
import { BOOKING_REPAIRS } from "./repair-booking.ts";
import { KEY_REPAIRS } from "./repair-key.ts";
import { SERIES_REPAIRS } from "./repair-series.ts";
import { SESSION_REPAIRS } from "./repair-session.ts";
import { WAITLIST_REPAIRS } from "./repair-waitlist.ts";
import { checksOf, requireReadable } from "./verify.ts";

const REPAIRS: Repairs = {
  schema: {
    preview: async ({ database, db, now, offerHours }, tell) => {
      for await (const page of allFindings(checksOf(["schema"])[0]!, { database, db, now, offerHours }))
        for (const finding of page) if (isMended(finding)) tell(`mend: ${finding.text}`);
    },
    // What is missing, the schema's own repair makes: before and after.
    apply: async ({ database, trx }) => {
      await mendDifferences(database, trx);
    },
  },
  ...KEY_REPAIRS,
  ...SESSION_REPAIRS,
  ...BOOKING_REPAIRS,
  ...WAITLIST_REPAIRS,
  ...SERIES_REPAIRS,
};

/** They need steps of the schema before or after. */
const OF_SCHEMA: ReadonlySet<CheckCode> = new Set(["schema", ...(Object.keys(KEY_REPAIRS) as CheckCode[])]);

/** Whether `--fix` does anything for a check. */
export function isRepairable(check: CheckCode): boolean {
  return REPAIRS[check] !== undefined;
}

/** Told of each change. */
export type OnRepair = (check: CheckCode, what: string) => void;

/**
 * What {@link repairInvariants} would do: mostly that, taken back.
 *
 * @returns how many changes
 * @throws ClassbookError refused `permission`; findings where the schema lacks what the checks read
 */
export async function previewRepairs(
  database: Database,
  checks: readonly CheckCode[],
  acting: Acting,
  onRepair: OnRepair,
): Promise<number> {
  requireStaff(acting.actor, "repair what verify finds");
  await requireReadable(database, checks);
  let count = 0;
  for (const check of checksOf(checks)) {
    const repair = REPAIRS[check.code];
    if (repair === undefined) continue;
    const { now, offerHours } = acting;
    const looking: Looking = { database, db: database.db, now, offerHours };
    if ((await check.measure(looking)).count === 0) continue;
    const tell = (what: string) => {
      count += 1;
      onRepair(check.code, what);
    };
    await preview(repair, check.code, looking, acting, tell);
  }
  return count;
}

async function preview(
  repair: Repair,
  code: CheckCode,
  looking: Looking,
  acting: Acting,
  tell: (what: string) => void,
): Promise<void> {
  const { database } = looking;
  if (repair.preview !== undefined) return repair.preview(looking, tell);
  if (database.layout.has("booking_event"))
    return operate(database, { ...acting, rehearse: true }, (context) => repair.apply(context, tell));
  // Nothing can be recorded yet, so nothing can be done and taken back.
  for await (const page of allFindings(checksOf([code])[0]!, looking))
    for (const { text } of page) tell(text);
}

/** So many changes of a check stand in the event that sums them up; each row has its own. */
const MOST_KEPT = 100;

/**
 * Repairs what is safe, a transaction a check, with an audit event for it and for each row.
 *
 * @throws ClassbookError refused `permission`; as `migrateSchema`
 */
export async function repairInvariants(
  database: Database,
  checks: readonly CheckCode[],
  acting: Acting,
  onRepair: OnRepair = () => {},
): Promise<void> {
  requireStaff(acting.actor, "repair what verify finds");
  const { now } = acting;
  const ofSchema = checks.filter((check) => OF_SCHEMA.has(check));
  const migrate = () => migrateSchema(database, { now, upToDuplicates: true });
  const planned = await planSchemaRepairs(database, ofSchema, acting);
  if (ofSchema.length > 0 || !database.layout.has("booking_event")) await migrate();
  for (const { code } of checksOf(checks)) {
    const repair = REPAIRS[code];
    if (repair === undefined) continue;
    if (await operate(database, acting, (context) => repairOne(context, code, repair, onRepair)))
      planned.delete(code);
  }
  if (ofSchema.length === 0) return;
  await database.refresh();
  await migrate();
  // What the schema's own repair did alone.
  for (const [code, repairs] of planned) {
    for (const what of repairs) onRepair(code, what);
    await operate(database, acting, (context) => sumUp(context, code, repairs));
  }
}

/** What there is to do for each of these checks that finds something. */
async function planSchemaRepairs(
  database: Database,
  codes: readonly CheckCode[],
  { now, offerHours }: Acting,
): Promise<Map<CheckCode, string[]>> {
  const looking: Looking = { database, db: database.db, now, offerHours };
  const planned = new Map<CheckCode, string[]>();
  for (const check of checksOf(codes)) {
    const repairs: string[] = [];
    if ((await check.measure(looking)).count > 0)
      await REPAIRS[check.code]!.preview!(looking, (what) => repairs.push(what));
    if (repairs.length > 0) planned.set(check.code, repairs);
  }
  return planned;
}

/** @returns whether it changed something */
async function repairOne(
  context: Context,
  code: CheckCode,
  repair: Repair,
  onRepair: OnRepair,
): Promise<boolean> {
  if (!(await isAnythingWrong(context, code))) return false;
  const repairs: string[] = [];
  let count = 0;
  await repair.apply(context, (what) => {
    count += 1;
    if (repairs.length < MOST_KEPT) repairs.push(what);
    onRepair(code, what);
  });
  if (count > 0) await sumUp(context, code, repairs, count);
  return count > 0;
}

async function sumUp(
  context: Context,
  code: CheckCode,
  repairs: readonly string[],
  count = repairs.length,
): Promise<void> {
  await record(context, {
    what: "repaired",
    subject: "verify",
    subject_id: null,
    from: null,
    to: { count, repairs: repairs.slice(0, MOST_KEPT) },
    reason: code,
  });
}

async function isAnythingWrong(context: Context, code: CheckCode): Promise<boolean> {
  for await (const _page of findingsIn(context, code)) return true;
  return false;
}

function isMended({ row }: Finding): boolean {
  return row.isRepairable === true;
}
