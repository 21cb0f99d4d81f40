/** `verify --fix`: shows what it would do, and does it, a transaction a check (SPEC 6). */
import { allFindings, type Finding, type Looking } from "../db/check.ts";
import type { CheckCode } from "../db/checks.ts";
import type { Database } from "../db/open.ts";
import { migrateSchema } from "../db/schema.ts";
import { mendDifferences } from "../db/schema-differences.ts";
import { readSchemaState } from "../db/schema-state.ts";
import { ClassbookError } from "../domain/error.ts";
import { type Acting, type Context, operate, record } from "./context.ts";
import { requireStaff } from "./permission.ts";
import { findingsIn, type Repair, type Repairs, type Tell } from "./repair.ts";
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
        for (const finding of page) if (isMended(finding)) await tell(`mend: ${finding.text}`);
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

/** They can be rehearsed before the schema's first step: the tables of queues and series are not all there yet. */
const WITHOUT_RECORD: ReadonlySet<CheckCode> = new Set(
  Object.keys({ ...SESSION_REPAIRS, ...BOOKING_REPAIRS }) as CheckCode[],
);

/** Whether `--fix` does anything for a check. */
export function isRepairable(check: CheckCode): boolean {
  return REPAIRS[check] !== undefined;
}

/** Who watches a repair, or its preview. */
export interface Watch {
  /** Told of each change, and of each that is left to people. */
  onRepair?: (check: CheckCode, what: string, left?: "left") => void;
  /** Asked between two changes: what was done of that check is taken back. */
  stopping?: () => boolean;
  /** Told where it ends early: these checks are repaired, and stay so. */
  onFailure?: (done: readonly CheckCode[]) => void;
}

/** So many changes at most before signals and the progress line get their turn. */
const CHANGES_A_TURN = 50;

/** @param stopped what to throw where somebody stops it */
function teller({ onRepair, stopping }: Watch, code: CheckCode, stopped: () => ClassbookError): Tell {
  let told = 0;
  return async (what, left) => {
    onRepair?.(code, what, left);
    told += 1;
    if (told % CHANGES_A_TURN === 0) await new Promise((turn) => setImmediate(turn));
    if (stopping?.()) throw stopped();
  };
}

/** @param done the checks that are repaired for good; null = nothing was to be */
function interrupted(code: CheckCode, done: readonly CheckCode[] | null): ClassbookError {
  const isUntouched = done === null || done.length === 0;
  return new ClassbookError({
    kind: "interrupted",
    code: "interrupted",
    message: `stopped ${done === null ? "before repairing anything" : `while repairing ${code}`}`,
    hint: isUntouched
      ? "nothing was changed; run it again"
      : `${code} is as it was: run it again for the rest`,
  });
}

/**
 * What {@link repairInvariants} would do: that, check after check, taken back.
 *
 * @returns how many changes
 * @throws ClassbookError refused `permission`; `interrupted`; findings where the schema lacks what the checks read
 */
export async function previewRepairs(
  database: Database,
  checks: readonly CheckCode[],
  acting: Acting,
  watch: Watch = {},
): Promise<number> {
  requireStaff(acting.actor, "repair what verify finds");
  await requireReadable(database, checks);
  let count = 0;
  const tellOf = (code: CheckCode): Tell => {
    const tell = teller(watch, code, () => interrupted(code, null));
    return async (what, left) => {
      if (left === undefined) count += 1;
      await tell(what, left);
    };
  };
  for (const step of await pendingSteps(database, checks)) await tellOf("schema")(describeStep(step));
  const steps = count;
  const hasRecord = database.layout.has("booking_event");
  await operate(database, { ...acting, rehearse: true, oneState: true }, async (context) => {
    count = steps;
    const inside: Context = hasRecord ? context : { ...context, unrecorded: true };
    for (const { code } of checksOf(checks)) await rehearseOne(inside, code, tellOf(code));
  });
  return count;
}

/** Statements of the schema are not rehearsed: they would lock the tables of a living app. */
async function rehearseOne(context: Context, code: CheckCode, tell: Tell): Promise<void> {
  const repair = REPAIRS[code];
  if (repair === undefined || !(await isAnythingWrong(context, code))) return;
  const { database, trx, now, offerHours, unrecorded } = context;
  if (code === "schema" || (unrecorded && repair.preview !== undefined))
    await repair.preview!({ database, db: trx, now, offerHours }, tell);
  else if (!unrecorded || WITHOUT_RECORD.has(code)) await repair.apply(context, tell);
  else for await (const page of findingsIn(context, code)) for (const { text } of page) await tell(text);
}

/** The steps of the schema that a repair applies first: what it records needs them. */
async function pendingSteps(database: Database, checks: readonly CheckCode[]): Promise<string[]> {
  if (!checks.some((check) => OF_SCHEMA.has(check)) && database.layout.has("booking_event")) return [];
  return (await readSchemaState(database)).pending.map(({ id }) => id);
}

function describeStep(id: string): string {
  return `apply the schema step ${id}`;
}

/** So many changes of a check stand in the event that sums them up; each row has its own. */
const MOST_KEPT = 100;

/**
 * Repairs what is safe, a transaction a check, with an audit event for it and for each row.
 *
 * @throws ClassbookError refused `permission`; `interrupted`: the checks before stay repaired; as `migrateSchema`
 */
export async function repairInvariants(
  database: Database,
  checks: readonly CheckCode[],
  acting: Acting,
  watch: Watch = {},
): Promise<void> {
  requireStaff(acting.actor, "repair what verify finds");
  const { now } = acting;
  const ofSchema = checks.filter((check) => OF_SCHEMA.has(check));
  const migrate = () => migrateSchema(database, { now, upToDuplicates: true });
  const planned = await planSchemaRepairs(database, ofSchema, acting);
  const steps = await pendingSteps(database, checks);
  if (ofSchema.length > 0 || !database.layout.has("booking_event")) await migrate();
  for (const step of steps) watch.onRepair?.("schema", describeStep(step));
  const done: CheckCode[] = [];
  try {
    for (const { code } of checksOf(checks)) {
      const repair = REPAIRS[code];
      if (repair === undefined) continue;
      const tell = teller(watch, code, () => interrupted(code, done));
      const one = { ...acting, oneState: true };
      if (!(await operate(database, one, (context) => repairOne(context, code, repair, tell)))) continue;
      planned.delete(code);
      done.push(code);
    }
    if (ofSchema.length === 0) return;
    await database.refresh();
    await migrate();
    // What the schema's own repair did alone.
    for (const [code, repairs] of planned) {
      for (const what of repairs) watch.onRepair?.(code, what);
      await operate(database, acting, (context) => sumUp(context, code, repairs));
    }
  } catch (error) {
    if (done.length > 0) watch.onFailure?.(done);
    throw error;
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
      await REPAIRS[check.code]!.preview!(looking, async (what, left) => {
        if (left === undefined) repairs.push(what);
      });
    if (repairs.length > 0) planned.set(check.code, repairs);
  }
  return planned;
}

/** @returns whether it changed something */
async function repairOne(context: Context, code: CheckCode, repair: Repair, tell: Tell): Promise<boolean> {
  if (!(await isAnythingWrong(context, code))) return false;
  const repairs: string[] = [];
  let count = 0;
  await repair.apply(context, async (what, left) => {
    if (left === undefined) {
      count += 1;
      if (repairs.length < MOST_KEPT) repairs.push(what);
    }
    await tell(what, left);
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
