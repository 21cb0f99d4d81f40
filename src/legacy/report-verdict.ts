/** What the facts of a migration amount to: whether the cut-over can go ahead, and what is to be done next. Pure. */
import type { Step } from "./reasons.ts";
import type { Facts } from "./report-facts.ts";
import { commandsFor } from "./report-reasons.ts";

/** From the gravest to the best; the first that applies is the verdict. */
export const VERDICTS = [
  "nothing_legacy",
  "never_migrated",
  "run_unfinished",
  "rows_not_read",
  "counts_do_not_add_up",
  "not_verified",
  "decisions_open",
  "ready",
] as const;
export type VerdictKind = (typeof VERDICTS)[number];

export interface Verdict {
  kind: VerdictKind;
  /** Go ahead, only decisions are missing, or do not. */
  signal: "go" | "wait" | "stop";
  /** The verdict in one sentence. */
  sentence: string;
  /** Everything that stands in the way, one sentence each. */
  obstacles: string[];
}

function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

export function judge(facts: Facts): Verdict {
  const found = obstaclesOf(facts);
  const kind = found[0]?.kind ?? (facts.total.rows === 0 ? "nothing_legacy" : "ready");
  return {
    kind,
    signal: signalOf(kind),
    sentence: sentenceOf(kind, facts),
    obstacles: found.map((obstacle) => obstacle.sentence),
  };
}

function signalOf(kind: VerdictKind): Verdict["signal"] {
  if (kind === "ready") return "go";
  return kind === "decisions_open" || kind === "nothing_legacy" ? "wait" : "stop";
}

/** In the order of VERDICTS. */
function obstaclesOf(facts: Facts): { kind: VerdictKind; sentence: string }[] {
  const { total, runs, verification } = facts;
  const standing = runs.filter((run) => run.status !== "rolled_back");
  const unfinished = standing.find((run) => run.status === "running");
  const errors = verification.findings.filter((finding) => finding.severity === "error");
  const obstacles: { kind: VerdictKind; sentence: string }[] = [];
  if (total.rows > 0 && standing.length === 0) {
    obstacles.push({
      kind: "never_migrated",
      sentence: `None of the ${plural(total.rows, "legacy row")} has been taken over${runs.length > 0 ? " (earlier runs were taken back)" : ""}.`,
    });
  }
  if (unfinished !== undefined) {
    obstacles.push({
      kind: "run_unfinished",
      sentence: `Run ${unfinished.id} has not come to its end: it was interrupted, or is still at work.`,
    });
  }
  if (standing.length > 0 && total.not_read > 0) {
    obstacles.push({
      kind: "rows_not_read",
      sentence: `${plural(total.not_read, "legacy row has", "legacy rows have")} no outcome yet: no run has read ${total.not_read === 1 ? "it" : "them"}.`,
    });
  }
  if (standing.length > 0 && !total.adds_up && (total.lost > 0 || total.not_read === 0)) {
    obstacles.push({
      kind: "counts_do_not_add_up",
      sentence:
        total.lost > 0
          ? `${plural(total.lost, "legacy row was", "legacy rows were")} taken over, but what ${total.lost === 1 ? "it" : "they"} became is not there any more.`
          : "The numbers of legacy rows and of their outcomes are not the same.",
    });
  }
  if (standing.length > 0 && (!verification.ok || errors.length > 0)) {
    obstacles.push({
      kind: "not_verified",
      sentence: `The verification found ${plural(errors.length, "thing that does", "things that do")} not agree.`,
    });
  }
  if (total.open > 0) {
    obstacles.push({
      kind: "decisions_open",
      sentence: `${plural(total.open, "legacy row waits", "legacy rows wait")} for a decision.`,
    });
  }
  return obstacles;
}

function sentenceOf(kind: VerdictKind, facts: Facts): string {
  const { total } = facts;
  const errors = facts.verification.findings.filter((finding) => finding.severity === "error").length;
  switch (kind) {
    case "nothing_legacy":
      return "There is nothing to take over: the legacy tables hold no rows.";
    case "never_migrated":
      return "Not ready: nothing has been taken over yet.";
    case "run_unfinished":
      return "Not ready: the migration has not come to its end.";
    case "rows_not_read":
      return `Not ready: ${plural(total.not_read, "legacy row has", "legacy rows have")} no outcome yet.`;
    case "counts_do_not_add_up":
      return total.lost > 0
        ? `Not ready: ${plural(total.lost, "legacy row is", "legacy rows are")} not accounted for.`
        : "Not ready: the counts do not add up.";
    case "not_verified":
      return `Not ready: the verification found ${plural(errors, "thing that does", "things that do")} not agree.`;
    case "decisions_open":
      return `Almost ready: every legacy row is accounted for and verified, and ${plural(total.open, "of them waits", "of them wait")} for a decision.`;
    case "ready":
      return `Ready for the cut-over: ${total.rows === 1 ? "the one legacy row" : `all ${total.rows.toLocaleString("en")} legacy rows`} ${total.rows === 1 ? "is" : "are"} accounted for and verified${total.skipped > 0 ? `, ${total.skipped.toLocaleString("en")} of them left out on purpose` : ""}.`;
    default:
      return kind satisfies never;
  }
}

/** What to do now, in order. Commands are whole; a password in the address is for the reader to put back. */
export function nextSteps(facts: Facts, verdict: Verdict): Step[] {
  const command = commandsFor(facts.database.address);
  const migrate = { command: command("legacy migrate") };
  const verify: Step = { what: "Verify again", command: command("legacy verify") };
  const report: Step = {
    what: "Make this report anew, and decide by it",
    command: command("legacy report --to report.html"),
  };
  const seats: Step[] =
    facts.overbooked.upcoming === 0
      ? []
      : [
          {
            what: `Decide about ${plural(facts.overbooked.upcoming, "coming session that is overbooked", "coming sessions that are overbooked")}: more seats, or another session for some of the students`,
            command: null,
          },
        ];
  switch (verdict.kind) {
    case "nothing_legacy":
      return [
        {
          what: "Check that this is the database that was meant",
          command: command("db status"),
        },
      ];
    case "never_migrated":
      return [
        { what: "See what the migration would do; nothing is written", command: command("legacy plan") },
        { what: "Take the legacy rows over", ...migrate },
        verify,
        report,
      ];
    case "run_unfinished":
      return [{ what: "Run the migration again: it goes on where it stopped", ...migrate }, verify, report];
    case "rows_not_read":
      return [{ what: "Take over the rows that came since", ...migrate }, verify, report];
    case "counts_do_not_add_up":
    case "not_verified":
      return [
        { what: "If the app wrote since, take over what came or changed", ...migrate },
        { what: "Verify again; what it still finds needs an explanation", command: command("legacy verify") },
        { what: "See where a single legacy row went", command: command("legacy find booking:1") },
        report,
      ];
    case "decisions_open":
      return [
        {
          what: "Settle the rows that wait, with the commands above, or all of them in a file: write it, fill in values under “given” or a reason under “skip”",
          command: command("legacy issues export issues.ndjson"),
        },
        { what: "Read the file back", command: command("legacy issues import issues.ndjson") },
        ...seats,
        verify,
        report,
      ];
    case "ready":
      return [
        ...seats,
        { what: "Stop bookings in the old app, so that nothing changes while you switch", command: null },
        { what: "Take over what came since this report", ...migrate },
        { what: "Verify for the last time; it must find nothing", command: command("legacy verify") },
        { what: "Let the app work with the unified tables", command: null },
        {
          what: "Keep the legacy tables and the safety copy. What the migration did can be taken back, run by run; see first what that would remove",
          command: command("legacy rollback --dry-run"),
        },
      ];
    default:
      return verdict.kind satisfies never;
  }
}
