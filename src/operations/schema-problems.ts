/** What is wrong with a schema, and what mends it: for `db status`, `db check` and `doctor`. */
import { findDamage, findDrift, nameTaken } from "../db/drift.ts";
import type { Database } from "../db/open.ts";
import { missingColumns, viewsInTheWay } from "../db/requirements.ts";

/** A row of `db check`. */
type SchemaProblem = { problem: string; what_to_do: string };

const BY_HAND = "add it again by hand, or restore a backup";

/**
 * Whatever the applied steps should have left and the rules need, and is not there. Pending steps are none.
 *
 * @param command the command line of a next step
 */
export async function schemaProblems(
  database: Database,
  command: (words: string) => string,
): Promise<SchemaProblem[]> {
  const steps = (await findDamage(database)).flatMap(({ step }) => step ?? []);
  const taken = nameTaken(steps, database.layout.catalog);
  const drift = (await findDrift(database)).map(({ problem, repairable }) => ({
    problem,
    what_to_do: !repairable ? BY_HAND : taken === null ? command("db migrate") : "see the renamed table",
  }));
  const columns = missingColumns(database)
    .flatMap(({ table, columns }) => columns.map((column) => `column ${table}.${column} is missing`))
    .filter((problem) => !drift.some((known) => known.problem.startsWith(`${problem} (`)));
  return [
    ...(taken === null ? [] : [{ problem: taken.message, what_to_do: taken.hint!.replace(/^[^;]*; /, "") }]),
    ...drift,
    ...columns.map((problem) => ({ problem, what_to_do: BY_HAND })),
    ...viewsInTheWay(database).map((view) => ({
      problem: `${view} is a view`,
      what_to_do: "make a table of it, or copy the database with classbook import",
    })),
  ];
}
