/** The schema: what the steps made, and what of it is missing or another (SPEC 6). */
import { type Finding, type Looking, listCheck } from "./check.ts";
import { findDrift } from "./drift.ts";
import { missingColumns, viewsInTheWay } from "./requirements.ts";
import { findDifferences } from "./schema-differences.ts";
import { MIGRATIONS, readSchemaState } from "./schema-state.ts";

/** Their own checks name them. */
const KEYS = MIGRATIONS.flatMap(({ needsUnique = [] }) => needsUnique.map(({ index }) => index));

export const SCHEMA_CHECKS = [
  listCheck({
    code: "schema",
    severity: "error",
    sentence: "constraints, indexes, triggers and columns are those that the schema steps made",
    why: "Without a trigger counters drift, without a constraint duplicates come, without an index every command is slow.",
    fix: "makes again what is missing and what differs, as `classbook db migrate` does, on PostgreSQL defaults, too; other columns and keys need a hand or a backup",
    reads: [],
    findings: schemaFindings,
  }),
] as const;

async function* schemaFindings({ database, db }: Looking): AsyncIterable<Finding> {
  const seen = { ...database, db };
  const { pending } = await readSchemaState(seen);
  for (const { id } of pending) yield finding(id, `the schema step ${id} is not applied`, false);
  const drift = await findDrift(seen);
  for (const { problem, repairable } of drift)
    if (!KEYS.some((index) => problem.includes(` ${index} `)))
      yield finding(problem.replace(/ (is missing|was applied).*/, ""), problem, repairable);
  for (const { table, columns } of missingColumns(database))
    for (const column of columns)
      if (!drift.some(({ problem }) => problem.startsWith(`column ${table}.${column} `)))
        yield finding(`column ${table}.${column}`, `column ${table}.${column} is missing`, false);
  for (const view of viewsInTheWay(database)) yield finding(`view ${view}`, `${view} is a view`, false);
  for (const { what, problem, repair } of await findDifferences(seen, db))
    yield finding(what, problem, repair.length > 0);
}

function finding(part: string, text: string, isRepairable: boolean): Finding {
  return { thing: "schema", id: null, part, text, row: { isRepairable } };
}
