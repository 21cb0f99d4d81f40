/** How fair the queues were: waits, who was passed over, who went first. Looks, writes nothing. */
import {
  countEntries,
  countPassedOver,
  type EntryCount,
  type FairnessFilter,
  listOutOfTurn,
  type OutOfTurn,
  type PassedOver,
  type Spread,
  spreadWaits,
} from "../db/waitlist-fairness.ts";
import { actorName, isStaff } from "../domain/actor.ts";
import { refused } from "../domain/error.ts";
import { WAITLIST_STATUSES, type WaitlistStatus } from "../domain/waitlist.ts";
import { type Context, inside } from "./context.ts";
import { requireNamed } from "./named.ts";

/** One session's queue in numbers; all together where session_id is null. Seconds are null where there is nothing to tell of. */
export type QueueSum = Record<WaitlistStatus, number> & {
  session_id: number | null;
  title: string | null;
  entries: number;
  /** From joining to the offer, or to the booking where there was none. */
  waited_min: number | null;
  waited_median: number | null;
  waited_max: number | null;
  /** From the offer to its acceptance or end. */
  answered_min: number | null;
  answered_median: number | null;
  answered_max: number | null;
};

export interface Fairness {
  all: QueueSum;
  /** By id. */
  sessions: QueueSum[];
  passed_over: PassedOver[];
  out_of_turn: OutOfTurn[];
}

/**
 * Staff see every session, a teacher the own.
 *
 * @throws ClassbookError refused `permission`
 */
export async function reportFairness(
  context: Context,
  filter: Omit<FairnessFilter, "teacher">,
): Promise<Fairness> {
  const { actor } = context;
  const all = isStaff(actor);
  if (!all && actor.kind === "user" && actor.teacherId === null)
    throw refused(
      "permission",
      `${actorName(actor)} may not see how queues went`,
      "staff and teachers may; act as somebody else: --as USER",
    );
  const asked = { ...filter, teacher: all || actor.kind === "shell" ? null : actor.teacherId };
  const database = inside(context);
  const counts = await countEntries(database, asked);
  if (counts.length === 0) await requireNamed(context, filter);
  const spreads = await spreadWaits(database, asked);
  const ids = [...new Set(counts.map(({ session_id }) => session_id))];
  return {
    all: sumOf(null, counts, spreads),
    sessions: ids.map((id) =>
      sumOf(
        id,
        counts.filter(({ session_id }) => session_id === id),
        spreads,
      ),
    ),
    passed_over: await countPassedOver(database, asked),
    out_of_turn: await listOutOfTurn(database, asked),
  };
}

function sumOf(id: number | null, counts: readonly EntryCount[], spreads: readonly Spread[]): QueueSum {
  const spread = (kind: Spread["kind"]) =>
    spreads.find(({ session_id, kind: of }) => session_id === id && of === kind);
  const [waited, answered] = [spread("waited"), spread("answered")];
  const count = (status: WaitlistStatus) =>
    counts.filter((one) => one.status === status).reduce((sum, { entries }) => sum + entries, 0);
  const byStatus = Object.fromEntries(WAITLIST_STATUSES.map((status) => [status, count(status)]));
  return {
    session_id: id,
    title: id === null ? null : (counts[0]?.title ?? null),
    entries: counts.reduce((sum, { entries }) => sum + entries, 0),
    ...(byStatus as Record<WaitlistStatus, number>),
    waited_min: waited?.min ?? null,
    waited_median: waited?.median ?? null,
    waited_max: waited?.max ?? null,
    answered_min: answered?.min ?? null,
    answered_median: answered?.median ?? null,
    answered_max: answered?.max ?? null,
  };
}
