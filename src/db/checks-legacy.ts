/** Legacy rows and what became of them, as `legacy verify` counts it (LEGACY 3, SPEC 6). Where nothing was migrated yet, nothing is said. */
import { type CheckSql, type CheckWords, sqlCheck } from "./check.ts";
import { SOURCE_TABLES } from "./legacy-tables.ts";
import { hasOutcomes, outcomeChecks, readNames, runQuery } from "./reconcile.ts";
import type { Names } from "./reconcile-names.ts";

/** A check of `legacy verify` under a code of `verify`. */
function outcomeCheck<const C extends string>(words: CheckWords<C>, ...names: string[]) {
  return sqlCheck({
    ...words,
    reads: [],
    findings: async (q) => {
      const reconciled = await namesAfterRun(q);
      if (reconciled === null) return null;
      const checks = outcomeChecks(reconciled).filter(({ check }) => names.includes(check));
      return checks
        .map(
          ({ check, violations }) =>
            `select v.source_table as thing, v.source_id as id, '' as part, '${check}' as fault from (${violations}) v`,
        )
        .join(" union all ");
    },
    text: (row) => `${row.thing} ${row.id}${FAULTS[String(row.fault)] ?? ""}`,
  });
}

const FAULTS: Record<string, string> = {
  one_outcome: " has no outcome",
  target_exists: ": its booking is gone",
  waitlist_entry: ": its waitlist entry is gone, or another's",
  issue_exists: " is quarantined, and has no issue",
};

/** Null where no migration was brought to its end: nothing was promised yet. */
async function namesAfterRun(q: CheckSql): Promise<Names | null> {
  const { database, db } = q.looking;
  if (!hasOutcomes(database) || !q.has("legacy_run") || !SOURCE_TABLES.some((table) => q.has(table)))
    return null;
  const runs = await runQuery(db, `select 1 as one from ${q.t("legacy_run")} where status = 'done' limit 1`);
  return runs.length === 0 ? null : readNames(database, db);
}

export const LEGACY_CHECKS = [
  outcomeCheck(
    {
      code: "legacy_without_outcome",
      severity: "warning",
      sentence: "every legacy row was migrated, waitlisted or quarantined",
      why: "The old app goes on writing: such a booking is in its tables only.",
      fix: "nothing: `classbook legacy migrate` takes over what came since",
    },
    "one_outcome",
  ),
  outcomeCheck(
    {
      code: "legacy_target_missing",
      severity: "error",
      sentence: "what a legacy row became is still there",
      why: "Somebody deleted the booking or the entry by hand, and the legacy row has nothing that stands for it.",
      fix: "nothing: `classbook legacy migrate` makes an issue of each, to be retried or skipped",
    },
    "target_exists",
    "waitlist_entry",
    "issue_exists",
  ),
  sqlCheck({
    code: "legacy_diverged",
    severity: "warning",
    sentence: "no legacy row was found to differ from what it became after both were changed",
    why: "Both sides were changed: which of the two is right, only people know. What changed since the last `classbook legacy migrate` is not counted here: `classbook legacy plan` and `classbook legacy verify` compare every row.",
    fix: "nothing: `classbook legacy issues list --code diverged` shows them; compare, then skip or retry each",
    reads: [],
    findings: (q) =>
      q.has("legacy_issue")
        ? `select i.source_table as thing, i.source_id as id, '' as part from ${q.t("legacy_issue")} i where i.status = 'open' and i.code = 'diverged'`
        : null,
    text: (row) => `${row.thing} ${row.id}`,
  }),
] as const;
