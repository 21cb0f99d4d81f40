/** What `doctor` looks at of the work: who is at it, cron, rows that wait, and what `verify` finds. */
import { findLastEvent } from "../db/health.ts";
import { type LeaseState, listLeases } from "../db/lease.ts";
import { summariseIssues } from "../db/legacy-issue.ts";
import { LEASE as LEGACY, listRuns } from "../db/legacy-run.ts";
import type { Database } from "../db/open.ts";
import { listOverdueSeries } from "../db/series-list.ts";
import { listDueSessions } from "../db/waitlist-due.ts";
import { addMinutes, type Instant, latest, toRfc3339 } from "../domain/instant.ts";
import { plural } from "../domain/spoken.ts";
import { type Examiner, ok, problem, type Remark, type Topic, warning } from "./doctor.ts";
import { TRACE as SERIES } from "./series-advance.ts";
import { chooseChecks, verifyInvariants } from "./verify.ts";
import { LEASE as QUEUES } from "./waitlist-expire.ts";

/** What cron should have done so long ago says that it does not run. */
const LATE_MINUTES = 60;

export const WORK_TOPICS: readonly Topic[] = [
  { topic: "locks", needs: "layout", look: lookAtLocks },
  { topic: "cron", needs: "layout", look: lookAtCron },
  { topic: "quarantine", needs: "layout", look: lookAtQuarantine },
  { topic: "findings", needs: "layout", slow: true, look: lookAtFindings },
];

async function lookAtLocks(database: Database): Promise<Remark[]> {
  const taken = (await listLeases(database)).filter(({ state }) => state !== "free");
  if (taken.length === 0) return [ok("nobody is at work")];
  return taken.map(({ name, holder, since_at, expires_at, state }) => {
    const who = `${holder} took "${name}" at ${toRfc3339(since_at)}`;
    if (state === "held") return ok(`${who} and is at work`);
    return warning(
      state === "dead"
        ? `${who}, and is gone`
        : `${who}, and gave no sign of life since before ${toRfc3339(expires_at)}`,
      "run the same command again: it takes the place",
    );
  });
}

async function lookAtCron(database: Database, by: Examiner): Promise<Remark[]> {
  const leases = await listLeases(database);
  const remarks = [await lastMigration(database, by, leases)];
  for (const upkeep of UPKEEP) remarks.push(await lookAtUpkeep(database, by, upkeep, leases));
  return remarks;
}

async function lastMigration(
  database: Database,
  { command }: Examiner,
  leases: readonly LeaseState[],
): Promise<Remark> {
  const run = (await listRuns(database)).at(-1);
  if (run === undefined) return ok("legacy migrate: never seen");
  const isAtIt = leases.some(({ name, state }) => name === LEGACY && state === "held");
  if (run.status === "running" && !isAtIt)
    return warning(
      `legacy migrate: run ${run.id} of ${toRfc3339(run.started_at)} by ${run.actor} was stopped before its end; the next one goes on where it was`,
      command("legacy migrate"),
    );
  return ok(`legacy migrate: run ${run.id} of ${toRfc3339(run.started_at)} by ${run.actor}, ${run.status}`);
}

/** A command of cron's, and how it shows that it ran. */
interface Upkeep {
  command: string;
  /** Its lease, or the name of its word, which says when it last ran even where there was nothing to do. */
  lease: string;
  event: [subject: string, what: string];
  /** Ids of what it should have done by then. */
  overdue: (database: Database, then: Instant, by: Examiner) => Promise<number[]>;
  waits: string;
}

const UPKEEP: readonly Upkeep[] = [
  {
    command: "waitlist expire",
    lease: QUEUES,
    event: ["session_waitlist", "expired"],
    overdue: (database, now, { offerHours }) => listDueSessions(database, { now, offerHours }, 0, 1),
    waits: "queues wait for it",
  },
  {
    command: "series advance",
    lease: SERIES,
    event: ["booking_series", "completed"],
    overdue: ({ db }, now) => listOverdueSeries(db, { after: 0, limit: 1, now }),
    waits: "series wait for it",
  },
];

async function lookAtUpkeep(
  database: Database,
  by: Examiner,
  { command, lease, event, overdue, waits }: Upkeep,
  leases: readonly LeaseState[],
): Promise<Remark> {
  const did = await findLastEvent(database, ...event);
  const ran = leases.find(({ name }) => name === lease)?.since_at ?? null;
  const last = latest(did?.at ?? null, ran);
  const seen =
    last === null
      ? "never seen"
      : `last seen at ${toRfc3339(last)}${did?.at === last ? `, by ${did.actor}` : ""}`;
  if (!database.layout.has("schema_history")) return ok(`${command}: ${seen}`);
  const late = await overdue(database, addMinutes(by.now, -LATE_MINUTES), by);
  return late.length === 0
    ? ok(`${command}: ${seen}`)
    : warning(`${command}: ${seen}, and ${waits}`, by.command("tick"));
}

async function lookAtQuarantine(database: Database, { command }: Examiner): Promise<Remark[]> {
  const open = await summariseIssues(database);
  if (open.length === 0) return [ok("no legacy row waits for a decision")];
  const all = open.reduce((sum, { count }) => sum + count, 0);
  return [
    warning(
      `${plural(all, "legacy row waits", "legacy rows wait")} for a decision: ${open.map(({ code, count }) => `${code} ${count}`).join(", ")}`,
      command("legacy issues"),
    ),
  ];
}

async function lookAtFindings(database: Database, { command, now, offerHours }: Examiner): Promise<Remark[]> {
  const checks = chooseChecks([]);
  const found = await verifyInvariants(database, checks, { now, offerHours });
  if (found.length === 0) return [ok(`${plural(checks.length, "invariant holds", "invariants hold")}`)];
  return found.map(({ check, severity, count, sentence }) => {
    const message = `${check}: ${plural(count, "violation")} of "${sentence}"`;
    return (severity === "error" ? problem : warning)(message, command(`verify ${check}`));
  });
}
