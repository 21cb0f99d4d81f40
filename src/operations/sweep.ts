/** What upkeep has in common: a transaction for each thing, and one that fails does not stop the others (SCENARIOS 28). */
import { isAboutRows } from "../db/error.ts";
import { type Database, driverError } from "../db/open.ts";
import { ClassbookError } from "../domain/error.ts";
import { type Acting, type Context, operate } from "./context.ts";

const PAGE = 1_000;

/** A thing whose transaction was taken back. */
export interface Failure {
  id: number;
  code: string;
  message: string;
}

export interface Sweep<T> {
  /** The next ids after one, in their order, so many at most. */
  due: (after: number, most: number) => Promise<number[]>;
  work: (context: Context, id: number) => Promise<T>;
  /** Told of each that is done. @returns whether something changed, which counts against `limit` */
  onDone: (done: T) => boolean;
  /** So many are changed at most; null: no limit. */
  limit: number | null;
  /** Asked between two. */
  stopping: () => boolean;
}

export interface Swept {
  /** How many were changed. */
  changed: number;
  failures: Failure[];
  /** False where it was asked to stop, or came to its limit, before the end. */
  finished: boolean;
}

/**
 * Goes through what is due. A run that is killed leaves whole things behind, and the next goes on.
 *
 * @param acting `rehearse`: each is taken back
 * @throws what is not about one of them: a lost lease, a database that is locked, full or away
 */
export async function sweep<T>(
  database: Database,
  acting: Acting & { rehearse: boolean },
  { due, work, onDone, limit, stopping }: Sweep<T>,
): Promise<Swept> {
  const swept: Swept = { changed: 0, failures: [], finished: false };
  for await (const id of inPages(due)) {
    // Signals get their turn: SQLite answers at once, and the event loop would not turn before the end.
    await new Promise((turn) => setImmediate(turn));
    if (stopping() || (limit !== null && swept.changed >= limit)) return swept;
    try {
      if (onDone(await operate(database, acting, (context) => work(context, id)))) swept.changed += 1;
    } catch (error) {
      swept.failures.push(await failureOf(database, id, error));
    }
  }
  return { ...swept, finished: true };
}

async function* inPages(due: Sweep<unknown>["due"]): AsyncGenerator<number> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await due(after, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)!;
  }
}

async function failureOf(database: Database, id: number, error: unknown): Promise<Failure> {
  const refused = error instanceof ClassbookError && error.kind === "refused";
  // A value that nothing could make sense of: the others are not to wait for its repair.
  const unreadable = error instanceof RangeError || error instanceof TypeError;
  if (!refused && !unreadable && !isAboutRows(error)) throw error;
  const known = await driverError(error, database);
  return {
    id,
    code: known instanceof ClassbookError ? known.code : unreadable ? "unreadable" : "database",
    message: (known as Error).message,
  };
}
