/** Waitlists as operations read and write them. */
import { type RawBuilder, sql } from "kysely";
import { BOOKED_STATUSES } from "../domain/booking.ts";
import { type Instant, parseInstant } from "../domain/instant.ts";
import type { Bar, WaitlistEntry } from "../domain/waitlist.ts";
import { instantIn } from "./instant-text.ts";
import type { Engine } from "./layout.ts";
import { type IdList, idList, isListed } from "./listed.ts";
import type { Database, Db } from "./open.ts";
import { statement } from "./statement.ts";
import type { Trx } from "./transaction.ts";

const ENTRY = [
  "id",
  "session_id",
  "student_user_id",
  "status",
  "created_at",
  "offered_at",
  "offer_expires_at",
] as const;

type StoredEntry = Omit<WaitlistEntry, "offered_at" | "offer_expires_at"> & {
  offered_at: string | null;
  offer_expires_at: string | null;
};

/** A time that nobody can read is none: another says until when an offer holds, or nothing does. */
export function readOffer<T extends Pick<StoredEntry, "offered_at" | "offer_expires_at">>(row: T) {
  const read = (text: string | null) => (text === null ? null : parseInstant(text));
  return { ...row, offered_at: read(row.offered_at), offer_expires_at: read(row.offer_expires_at) };
}

/** SQL that is true where the student of an entry `w` has a booking of its session: the offer of a seat is settled. */
const isBookedAlready = sql<boolean>`exists (select 1 from ${sql.table("live_class_booking")} b
  where b.student_user_id = w.student_user_id and b.session_id = w.session_id and b.status in (${sql.join(
    BOOKED_STATUSES.map((status) => sql.lit(status)),
  )}))`;

/**
 * True of an offered entry `w` whose offer holds its seat: it has not run out, and its student is not booked already. What nobody can
 * read holds nothing.
 *
 * @param clock `offeredAfter`: offers without a written end hold when they were made later than that
 */
export function offerStands(
  engine: Engine,
  { now, offeredAfter }: { now: Instant; offeredAfter: Instant },
): RawBuilder<boolean> {
  const ends = instantIn(engine, "w.offer_expires_at");
  const offered = instantIn(engine, "w.offered_at");
  return sql`((${ends} > ${now} or (${ends} is null and ${offered} > ${offeredAfter})) is true and not ${isBookedAlready})`;
}

const entries = statement<{ session: number }, StoredEntry>((db, { session }) =>
  db
    .selectFrom("session_waitlist")
    .select(ENTRY)
    .$castTo<StoredEntry>()
    .where("session_id", "=", session)
    .where("status", "in", ["waiting", "offered"]),
);

/** The entries of a session that wait or hold an offer, in no order. */
export async function listQueue(database: Database, db: Db, session: number): Promise<WaitlistEntry[]> {
  return (await entries(database, db, { session })).map(readOffer);
}

interface Blocked {
  student_user_id: number;
  /** Null where it is gone. */
  account: number | null;
  is_active: number | boolean | null;
  booked: number;
}

const blocked = statement<{ session: number }, Blocked>((db, { session }) =>
  db
    .selectFrom("session_waitlist as w")
    .leftJoin("app_user as u", "u.id", "w.student_user_id")
    .select(["w.student_user_id", "u.id as account", "u.is_active"])
    .select((eb) =>
      eb
        .selectFrom("live_class_booking as b")
        .select((e) => e.fn.countAll<number>().as("n"))
        .whereRef("b.student_user_id", "=", "w.student_user_id")
        .where("b.session_id", "=", session)
        .where("b.status", "in", BOOKED_STATUSES)
        .as("booked"),
    )
    .$castTo<Blocked>()
    .where("w.session_id", "=", session)
    .where("w.status", "in", ["waiting", "offered"]),
);

function barOf({ account, is_active, booked }: Blocked): Bar | null {
  if (account === null) return "no account";
  if (!is_active) return "inactive account";
  return Number(booked) > 0 ? "already booked" : null;
}

/** Who of a queue cannot be offered a seat, or has no use for an offer, by student; whoever can is not there. */
export async function findBars(database: Database, db: Db, session: number): Promise<Map<number, Bar>> {
  const rows = await blocked(database, db, { session });
  return new Map(
    rows.flatMap((row) => {
      const bar = barOf(row);
      return bar === null ? [] : [[row.student_user_id, bar] as const];
    }),
  );
}

const offered = statement<{ ids: IdList; now: Instant; expires: Instant }, never>(
  (db, { ids, now, expires }, { engine }) =>
    db
      .updateTable("session_waitlist")
      .set({ status: "offered", offered_at: now, offer_expires_at: expires, expired_at: null })
      .where(isListed(engine, "id", ids)),
);

/** Gives students who wait the offer of a seat. */
export async function setOffered(
  database: Database,
  trx: Trx,
  ids: readonly number[],
  { now, expires }: { now: Instant; expires: Instant },
): Promise<void> {
  await offered(database, trx, { ids: idList(database, ids), now, expires });
}

const endsAt = statement<{ ids: IdList; expires: Instant }, never>((db, { ids, expires }, { engine }) =>
  db
    .updateTable("session_waitlist")
    .set({ offer_expires_at: expires })
    .where(isListed(engine, "id", ids)),
);

/** Gives offers another end. */
export async function setOfferEnd(
  database: Database,
  trx: Trx,
  ids: readonly number[],
  expires: Instant,
): Promise<void> {
  await endsAt(database, trx, { ids: idList(database, ids), expires });
}

const ended = statement<{ ids: IdList; now: Instant }, never>((db, { ids, now }, { engine }) =>
  db
    .updateTable("session_waitlist")
    .set({ status: "expired", expired_at: now })
    .where(isListed(engine, "id", ids)),
);

export async function setExpired(
  database: Database,
  trx: Trx,
  ids: readonly number[],
  now: Instant,
): Promise<void> {
  await ended(database, trx, { ids: idList(database, ids), now });
}

const accepted = statement<{ id: number; now: Instant }, never>((db, { id, now }) =>
  db.updateTable("session_waitlist").set({ status: "accepted", accepted_at: now }).where("id", "=", id),
);

export async function setAccepted(database: Database, trx: Trx, id: number, now: Instant): Promise<void> {
  await accepted(database, trx, { id, now });
}

const entryOf = statement<{ session: number; student: number }, StoredEntry>((db, { session, student }) =>
  db
    .selectFrom("session_waitlist")
    .select(ENTRY)
    .$castTo<StoredEntry>()
    .where("session_id", "=", session)
    .where("student_user_id", "=", student),
);

/** The student's entry for a session, whatever its status; null where there is none. */
export async function findEntry(
  database: Database,
  db: Db,
  session: number,
  student: number,
): Promise<WaitlistEntry | null> {
  return (await entryOf(database, db, { session, student })).map(readOffer)[0] ?? null;
}

const entryById = statement<{ id: number }, StoredEntry>((db, { id }) =>
  db.selectFrom("session_waitlist").select(ENTRY).$castTo<StoredEntry>().where("id", "=", id),
);

/** Null where there is none. */
export async function findEntryById(database: Database, db: Db, id: number): Promise<WaitlistEntry | null> {
  return (await entryById(database, db, { id })).map(readOffer)[0] ?? null;
}

const joined = statement<{ session: number; student: number; at: Instant }, { id: number }>(
  (db, { session, student, at }) =>
    db
      .insertInto("session_waitlist")
      .values({ session_id: session, student_user_id: student, status: "waiting", created_at: at })
      .returning("id"),
);

const rejoined = statement<{ id: number; at: Instant }, never>((db, { id, at }) =>
  db
    .updateTable("session_waitlist")
    .set({
      status: "waiting",
      created_at: at,
      offered_at: null,
      offer_expires_at: null,
      accepted_at: null,
      expired_at: null,
    })
    .where("id", "=", id),
);

/**
 * Puts a student into a queue.
 *
 * @param at created_at: the place in it
 * @param again the entry of an earlier time, which starts anew; null = none
 * @returns the entry's id
 */
export async function putInQueue(
  database: Database,
  trx: Trx,
  place: { session: number; student: number; at: Instant; again: number | null },
): Promise<number> {
  const { again, ...rest } = place;
  if (again === null) return (await joined(database, trx, rest))[0]!.id;
  await rejoined(database, trx, { id: again, at: place.at });
  return again;
}
