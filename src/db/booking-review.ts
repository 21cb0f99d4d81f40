/** What somebody who decides on a request asks about the student. */
import type { BookingStatus } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import { isZone } from "../domain/zone.ts";
import type { Database, Db } from "./open.ts";
import { statement } from "./statement.ts";

/** How to name and reach a user. */
export interface Contact {
  username: string;
  /** First and last name; empty where the account has none. */
  name: string;
  email: string;
  /** The zone of the profile; null where there is none, or it is no zone. */
  timezone: string | null;
}

interface StoredContact {
  username: string;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  timezone: string | null;
}

const contactOf = statement<{ id: number }, StoredContact>((db, { id }, { layout }) =>
  db
    .selectFrom("app_user as u")
    .select(["u.username", "u.first_name", "u.last_name", "u.email"])
    .select((eb) =>
      layout.has("user_profile")
        ? eb
            .selectFrom("user_profile as p")
            .select("p.timezone")
            .whereRef("p.user_id", "=", "u.id")
            .orderBy("p.id")
            .limit(1)
            .as("timezone")
        : eb.val(null).as("timezone"),
    )
    .$castTo<StoredContact>()
    .where("u.id", "=", id),
);

/** Null where there is no such user. */
export async function findContact(database: Database, db: Db, id: number): Promise<Contact | null> {
  const [row] = await contactOf(database, db, { id });
  if (row === undefined) return null;
  const { username, first_name, last_name, email, timezone } = row;
  return {
    username,
    name: [first_name, last_name].filter((part) => part).join(" "),
    email: email ?? "",
    timezone: timezone !== null && isZone(timezone) ? timezone : null,
  };
}

/** What a student and a teacher had with each other. */
export interface SharedHistory {
  attended: number;
  no_show: number;
  cancelled: number;
  /** The latest start before now that was confirmed or attended; null = the first lesson. */
  last_lesson_at_utc: Instant | null;
}

interface Pair {
  teacher: number;
  student: number;
}

const counts = statement<Pair, { status: BookingStatus; n: number }>((db, { teacher, student }) =>
  db
    .selectFrom("live_class_booking")
    .select((eb) => ["status", eb.fn.countAll<number>().as("n")])
    .where("student_user_id", "=", student)
    .where("teacher_id", "=", teacher)
    .groupBy("status"),
);

const last = statement<Pair & { now: Instant }, { start_at_utc: Instant }>((db, { teacher, student, now }) =>
  db
    .selectFrom("live_class_booking")
    .select("start_at_utc")
    .where("student_user_id", "=", student)
    .where("teacher_id", "=", teacher)
    .where("start_at_utc", "<", now)
    .where("status", "in", ["confirmed", "attended"])
    .orderBy("start_at_utc", "desc")
    .limit(1),
);

export async function findSharedHistory(
  database: Database,
  db: Db,
  pair: Pair & { now: Instant },
): Promise<SharedHistory> {
  const rows = await counts(database, db, pair);
  const count = (status: BookingStatus) => Number(rows.find((row) => row.status === status)?.n ?? 0);
  return {
    attended: count("attended"),
    no_show: count("no_show"),
    cancelled: count("cancelled"),
    last_lesson_at_utc: (await last(database, db, pair))[0]?.start_at_utc ?? null,
  };
}
