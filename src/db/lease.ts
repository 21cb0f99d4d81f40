/**
 * Leases: rows that say who is at work, and until when without a sign of life (SPEC 1: no advisory
 * locks). They live by the machine's clock, not by `--now`.
 */
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { busy, ClassbookError } from "../domain/error.ts";
import { addMicros, fromDate, type Instant } from "../domain/instant.ts";
import type { Database } from "./open.ts";
import { type Trx, writing } from "./transaction.ts";

const LIFETIME_SECONDS = 120;

export interface Lease {
  name: string;
  token: string;
}

function realNow(): Instant {
  return fromDate(new Date());
}

function expiry(now: Instant): Instant {
  return addMicros(now, LIFETIME_SECONDS * 1_000_000)!; // The machine's clock is far from the year 9999.
}

/** Who this process is: `ana@host, process 4711`. */
function self(): string {
  let user = "unknown";
  try {
    user = userInfo().username;
  } catch {
    // A user id without a name: containers have them.
  }
  return `${user}@${hostname()}, process ${process.pid}`;
}

/** What `self` wrote. */
function parseHolder(text: string): { user: string; host: string; pid: number } | null {
  const match = /^(.*)@(.+), process (\d+)$/.exec(text);
  return match === null ? null : { user: match[1]!, host: match[2]!, pid: Number(match[3]) };
}

/** True where the holder was a process of this machine that is gone: its lease need not run out. */
function isDead(text: string): boolean {
  const holder = parseHolder(text);
  if (holder === null || holder.host !== hostname() || holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

interface Held {
  token: string;
  holder: string;
  acquired_at: Instant;
  expires_at: Instant;
}

/** False where nobody holds it, or who did is gone. */
function isHeld(held: Held | undefined, now: Instant): held is Held {
  return held !== undefined && held.token !== "" && held.expires_at > now && !isDead(held.holder);
}

function refuseHeld(held: Held | undefined, now: Instant): void {
  if (!isHeld(held, now)) return;
  throw busy(
    "locked",
    `another run is at work: ${held.holder}, since ${held.acquired_at} UTC`,
    `wait for it, or until its lock lapses at ${held.expires_at} UTC if it was killed; nothing was changed`,
  );
}

/** Who is at work, by the machine's clock. */
export interface Holder {
  /** The name in the operating system. */
  user: string;
  host: string;
  /** The process on that host. */
  pid: number;
  since_at: Instant;
}

/** Null where nobody is at work. */
export async function findHolder(database: Database, name: string): Promise<Holder | null> {
  if (!database.layout.has("lease")) return null;
  const held = await database.db.selectFrom("lease").selectAll().where("name", "=", name).executeTakeFirst();
  if (!isHeld(held, realNow())) return null;
  const holder = parseHolder(held.holder) ?? { user: held.holder, host: "", pid: 0 };
  return { ...holder, since_at: held.acquired_at };
}

/** A lease as it stands in the table. */
export interface LeaseState {
  name: string;
  /** `ana@host, process 12`; empty where it was given back. */
  holder: string;
  /** When it was last taken. */
  since_at: Instant;
  expires_at: Instant;
  /** `dead`: the holder's process is gone; `lapsed`: it gave no sign of life in time. Both are taken over by the next run. */
  state: "free" | "held" | "dead" | "lapsed";
}

export async function listLeases(database: Database): Promise<LeaseState[]> {
  if (!database.layout.has("lease")) return [];
  const rows = await database.db.selectFrom("lease").selectAll().orderBy("name").execute();
  const now = realNow();
  const stateOf = ({ token, holder, expires_at }: Held): LeaseState["state"] => {
    if (token === "") return "free";
    if (isDead(holder)) return "dead";
    return expires_at > now ? "held" : "lapsed";
  };
  return rows.map((row) => ({
    name: row.name,
    holder: row.holder,
    since_at: row.acquired_at,
    expires_at: row.expires_at,
    state: stateOf(row),
  }));
}

/** @throws ClassbookError busy `locked`: another run holds the lease. */
export async function takeLease(database: Database, name: string): Promise<Lease> {
  const lease = { name, token: randomUUID() };
  // Before anything is written: the holder may be in a long transaction, and a writer would wait for its end.
  const query = database.db.selectFrom("lease").selectAll().where("name", "=", name);
  refuseHeld(await query.executeTakeFirst(), realNow());
  await writing(database, async (trx) => {
    const now = realNow();
    await trx
      .insertInto("lease")
      .values({ name, token: "", holder: "", acquired_at: now, expires_at: now })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .execute();
    const locked = trx.selectFrom("lease").selectAll().where("name", "=", name);
    refuseHeld(
      await (database.engine === "postgres" ? locked.forUpdate() : locked).executeTakeFirst(),
      realNow(),
    );
    await trx
      .updateTable("lease")
      .set({ token: lease.token, holder: self(), acquired_at: now, expires_at: expiry(now) })
      .where("name", "=", name)
      .execute();
  });
  return lease;
}

/** Leaves word that a run began which needs no lease: `doctor` looks when cron was there, whether it had work or not. */
export async function leaveWord(database: Database, name: string): Promise<void> {
  await writing(database, async (trx) => {
    const now = realNow();
    await trx
      .insertInto("lease")
      .values({ name, token: "", holder: "", acquired_at: now, expires_at: now })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ acquired_at: now }))
      .execute();
  });
}

const MOST_PAUSE_MS = 100;

/**
 * Takes the lease as soon as nobody holds it.
 *
 * @param patience milliseconds that the holder is waited for
 * @param stopping asked between two looks: true ends the waiting
 * @throws ClassbookError busy `locked`: it is held still
 */
export async function waitForLease(
  database: Database,
  name: string,
  { patience, stopping }: { patience: number; stopping: () => boolean },
): Promise<Lease> {
  const giveUpAt = performance.now() + patience;
  for (;;) {
    try {
      return await takeLease(database, name);
    } catch (error) {
      const held = error instanceof ClassbookError && error.code === "locked";
      if (!held || stopping() || performance.now() > giveUpAt) throw error;
    }
    await new Promise((wake) => setTimeout(wake, MOST_PAUSE_MS * (0.5 + Math.random() / 2)));
  }
}

/** Extends the lease inside a transaction of the run: a run that lost its lease cannot commit. */
export async function renewLease(trx: Trx, lease: Lease): Promise<void> {
  const renewed = await trx
    .updateTable("lease")
    .set({ expires_at: expiry(realNow()) })
    .where("name", "=", lease.name)
    .where("token", "=", lease.token)
    .executeTakeFirst();
  if (renewed.numUpdatedRows !== 1n) {
    throw busy(
      "lost_lock",
      "this run was taken for dead and another took its place",
      "look what the other does; what this run had in flight was not written",
    );
  }
}

export async function releaseLease(database: Database, lease: Lease): Promise<void> {
  await database.db
    .updateTable("lease")
    .set({ token: "", holder: "" })
    .where("name", "=", lease.name)
    .where("token", "=", lease.token)
    .execute();
}
