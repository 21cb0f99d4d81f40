/** What was changed in the browser, as its last line says it, and as it is summed up when somebody leaves. */
import type { Done } from "../../admin/edit.ts";
import type { Model } from "../../admin/model.ts";
import { plural } from "../../domain/spoken.ts";
import { messageOf } from "../screens/admin-edit.ts";
import type { Shell } from "../shell.ts";
import type { Outcome } from "./each.ts";
import type { Target } from "./views.ts";

/** So many of something: `2 bookings approved`. */
export interface Tally {
  n: number;
  one: string;
  many: string;
  what: string;
}

export interface Change {
  done: readonly Tally[];
  message: { text: string; isBad: boolean };
  /** The ids of rows that are not there any more. */
  gone: readonly number[];
  /** The ids of rows that were refused where others were asked for, too. */
  refused: readonly number[];
  /** A row to open; null = none. */
  opens: Target | null;
}

/** `2 bookings approved, 1 policy deleted` */
export function sumUp(done: readonly Tally[]): string {
  const sums = new Map<string, Tally>();
  for (const one of done) {
    const key = `${one.many} ${one.what}`;
    sums.set(key, { ...one, n: one.n + (sums.get(key)?.n ?? 0) });
  }
  return [...sums.values()].map(({ n, one, many, what }) => `${plural(n, one, many)} ${what}`).join(", ");
}

/** @param word what was done to a row, as `approved` */
export function changeOf(
  here: Shell,
  model: Model,
  { done, refused }: Outcome,
  word: (done: Done) => string,
): Change {
  const changed = done.filter(({ outcome }) => outcome !== "unchanged");
  const tallies = changed.map((one) => ({ n: 1, one: one.model.one, many: one.model.many, what: word(one) }));
  const [only] = done;
  const sentences =
    done.length + refused.length === 1 && only !== undefined
      ? [
          `${only.model.one} ${only.cells.id}${only.outcome === "unchanged" ? "" : ` ${word(only)}`}`,
          messageOf(only),
        ]
      : [
          [
            sumUp(tallies) || `no ${model.one} changed`,
            ...(refused.length === 0 ? [] : [`${refused.length} refused`]),
          ].join(", "),
          ...refused.map(({ id, error: { message } }) => {
            const subject = `${model.one} ${id}`;
            return new RegExp(`\\b${subject}\\b`).test(message) ? message : `${subject}: ${message}`;
          }),
        ];
  const remarks = sentences.filter((text) => text !== null && text !== "").join("\n");
  const gone = here.dryRun ? [] : done.filter(({ outcome }) => outcome === "deleted");
  return {
    done: tallies,
    message: {
      text: here.dryRun ? `${remarks}\nNothing was written: --dry-run.` : remarks,
      isBad: refused.length > 0,
    },
    refused: refused.map(({ id }) => id),
    gone: gone.map(({ cells }) => Number(cells.id)),
    opens:
      only === undefined || here.dryRun || !["added", "waitlisted", "moved"].includes(only.outcome)
        ? null
        : { to: "row", model: only.model.name, id: Number(only.cells.id) },
  };
}
