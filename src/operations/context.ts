/** What every operation gets: a transaction, the time, and who acts. Operations open nothing and print nothing. */
import { type NewEvent, recordEvents } from "../db/audit.ts";
import type { Database } from "../db/open.ts";
import { type Notification, queueNotifications } from "../db/outbox.ts";
import { attempting, type Seeing, type Trx, writing } from "../db/transaction.ts";
import { type Actor, actorUserId } from "../domain/actor.ts";
import type { Instant } from "../domain/instant.ts";

/** Who acts, and when. */
export interface Acting {
  now: Instant;
  actor: Actor;
  /** How long a waitlist offer holds a seat. */
  offerHours: number;
}

export interface Context extends Acting {
  database: Database;
  trx: Trx;
  /** False for a look: nothing is locked, and nothing may be written. */
  locks: boolean;
  /** A rehearsal where there is no table for it yet: nothing is recorded, and nobody is told. */
  unrecorded?: true;
}

/** The database as the context's transaction sees it, for queries that take a database. */
export function inside({ database, trx }: Context): Database {
  return { ...database, db: trx };
}

/** Undoes a rehearsal; nobody but `operate` sees it. */
class Rehearsed {
  readonly result: unknown;

  constructor(result: unknown) {
    this.result = result;
  }
}

/**
 * Runs an operation in a transaction of its own. Where it throws, nothing was changed.
 *
 * @param rehearse does all of it and takes it back: what `--dry-run` reports is what would happen
 */
export async function operate<T>(
  database: Database,
  { rehearse = false, oneState = false, ...acting }: Acting & { rehearse?: boolean } & Seeing,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  try {
    return await writing(
      database,
      async (trx) => {
        const result = await work({ ...acting, database, trx, locks: true });
        if (rehearse) throw new Rehearsed(result);
        return result;
      },
      { oneState },
    );
  } catch (thrown) {
    if (thrown instanceof Rehearsed) return thrown.result as T;
    throw thrown;
  }
}

/**
 * Runs something on each of several, a transaction each. A rehearsal is one transaction that is taken back: each sees what
 * became of those before it, as it would.
 *
 * @param items asked for one after the other: where there are no more, it ends. A rehearsal that was in another's way begins again
 * @param work is told how to run one; what it throws takes that one back alone
 */
export async function operateOnEach<I, T>(
  database: Database,
  { rehearse = false, ...acting }: Acting & { rehearse?: boolean },
  items: () => Iterable<I>,
  work: (item: I, run: (one: (context: Context) => Promise<T>) => Promise<T>) => Promise<void>,
): Promise<void> {
  if (!rehearse) {
    for (const item of items()) await work(item, (one) => operate(database, acting, one));
    return;
  }
  await operate(database, { ...acting, rehearse }, async (context) => {
    for (const item of items()) await work(item, (one) => attempting(context.trx, () => one(context)));
  });
}

/** Runs the looking part of an operation, which writes nothing. */
export async function look<T>(
  database: Database,
  acting: Acting,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  return work({ ...acting, database, trx: database.db as Trx, locks: false });
}

/** What happened, without when and by whom: the context knows. */
export type Happening = Omit<NewEvent, "at" | "actor">;

/** Writes what happened into the audit, as of now and by whoever acts. */
export async function record(context: Context, event: Happening): Promise<void> {
  await recordAll(context, [event]);
}

/** The same of several things, by one statement. */
export async function recordAll(context: Context, events: readonly Happening[]): Promise<void> {
  const { database, trx, now, actor, unrecorded } = context;
  if (unrecorded) return;
  await recordEvents(
    database,
    trx,
    events.map((event) => ({ ...event, at: now, actor })),
  );
}

export type Message = Pick<Notification, "kind" | "payload">;

/** Queues a message to everybody who is to know; whoever acts knows already. */
export async function notify(
  context: Context,
  users: readonly (number | null)[],
  message: Message,
): Promise<void> {
  await notifyAll(
    context,
    [...new Set(users)].map((user) => [user, message]),
  );
}

/** The same of a message of its own for each; null = nobody is known. By one statement. */
export async function notifyAll(
  context: Context,
  messages: readonly (readonly [user: number | null, message: Message])[],
): Promise<void> {
  const { database, trx, now, actor, unrecorded } = context;
  if (unrecorded) return;
  const self = actorUserId(actor);
  const told = messages.flatMap(([user, message]) =>
    user === null || user === self ? [] : [{ ...message, at: now, user_id: user }],
  );
  await queueNotifications(database, trx, told);
}
