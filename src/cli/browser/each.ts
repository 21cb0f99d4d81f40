/** One change on each of several rows, a transaction each, on a connection of its own: nothing is open while somebody is asked. */
import type { Done } from "../../admin/edit.ts";
import type { Model } from "../../admin/model.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { ClassbookError } from "../../domain/error.ts";
import { failures, type RuleOutcome } from "../../domain/rules.ts";
import { plural } from "../../domain/spoken.ts";
import { type Context, operate } from "../../operations/context.ts";
import type { FormAsking } from "../admin-ask.ts";
import { actingFor } from "../batch.ts";
import { namedIds } from "../commands/admin-ids.ts";
import { escapeControl } from "../output.ts";
import { requireSameFile } from "./sameness.ts";

export interface Outcome {
  done: Done[];
  refused: { id: number; error: ClassbookError }[];
}

/** `booking 118`, `3 bookings (1, 2, 3)` */
export function rowsText({ one, many }: Model, ids: readonly number[]): string {
  return ids.length === 1 ? `${one} ${ids[0]}` : `${plural(ids.length, one, many)} (${namedIds(ids)})`;
}

/**
 * What is refused to one row alone is asked for once more, where staff may set it aside.
 *
 * @param rules that staff may set aside
 * @returns null where nobody answered. @throws ClassbookError the one row is refused
 */
export async function onEach(
  asking: FormAsking,
  ids: readonly number[],
  rules: readonly string[],
  work: (context: Context, id: number, overrides: ReadonlySet<string>) => Promise<Done>,
): Promise<Outcome | null> {
  const overrides = new Set<string>();
  for (;;) {
    requireSameFile(asking.database);
    const outcome = await writeEach(asking, ids, (context, id) => work(context, id, overrides));
    const error = outcome.refused[0]?.error;
    if (ids.length > 1 || error === undefined) return outcome;
    const failed = failedRules(error).filter((rule) => !overrides.has(rule));
    if (failed.length === 0 || !failed.every((rule) => rules.includes(rule))) throw error;
    asking.here.io.err(`${escapeControl(error.message)}\n`);
    const yes = await asking.asker.yes(`Set aside: ${failed.join(", ")}?`);
    if (yes === null) return null;
    if (!yes) throw error;
    for (const rule of failed) overrides.add(rule);
  }
}

/** The rules that a refusal is about. */
function failedRules({ kind, code, details }: ClassbookError): string[] {
  if (kind !== "refused") return [];
  const rules = (details as { rules?: RuleOutcome[] } | null)?.rules;
  return Array.isArray(rules) ? failures(rules).map(({ rule }) => rule) : [code];
}

async function writeEach(
  { here }: FormAsking,
  ids: readonly number[],
  work: (context: Context, id: number) => Promise<Done>,
): Promise<Outcome> {
  return here.write(
    async (database, actor) => {
      await requireSchema(database);
      const outcome: Outcome = { done: [], refused: [] };
      for (const id of ids) {
        if (here.stopping()) break;
        try {
          outcome.done.push(await operate(database, actingFor(here, actor), (context) => work(context, id)));
        } catch (error) {
          if (!(error instanceof ClassbookError)) throw error;
          outcome.refused.push({ id, error });
        }
      }
      return outcome;
    },
    { rehearses: true },
  );
}
