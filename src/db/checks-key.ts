/** Keys that are to be unique: bookings (LEGACY 2.7) and default policies. The constraint in the schema counts, too (SPEC 2, 6). */
import { sql } from "kysely";
import type { BookingStatus } from "../domain/booking.ts";
import { type Check, type CheckWords, type Finding, type Looking, type Read, sqlCheck } from "./check.ts";
import { quote } from "./ddl.ts";
import { findDuplicates } from "./duplicates.ts";
import type { Database, Db } from "./open.ts";
import { MIGRATIONS } from "./schema-state.ts";

const NEEDS = MIGRATIONS.flatMap((migration) => migration.needsUnique ?? []);

interface Key<C extends string> extends CheckWords<C> {
  /** The unique index that holds the invariant from then on. */
  index: string;
  reads: readonly Read[];
  thing: string;
  things: string;
}

function keyCheck<const C extends string>({ index, thing, things, reads, ...words }: Key<C>): Check<C> {
  const need = NEEDS.find((one) => one.index === index)!;
  const { table, columns, where } = need;
  const missing = (looking: Looking): Finding | null =>
    looking.database.layout.table(table)!.indexes.has(index)
      ? null
      : {
          thing: "constraint",
          id: null,
          part: index,
          text: `the constraint ${index} is missing in the schema`,
          row: {},
        };
  const rows = sqlCheck({
    ...words,
    reads,
    findings: (q) => {
      if (missing(q.looking) === null) return null; // The index has seen to it.
      const keys = columns.map(quote);
      const condition =
        where.is === null ? `${quote(where.column)} is null` : `${quote(where.column)} = '${where.is}'`;
      return `select '${thing}' as thing, id, '' as part from (
        select id, count(*) over (partition by ${keys.join(", ")}) as n from ${q.t(table)}
        where ${condition} and ${keys.map((key) => `${key} is not null`).join(" and ")}) k where n > 1`;
    },
    text: (row) => `${thing} ${row.id} shares its key with another`,
  });
  return {
    ...rows,
    /** Counts the rows that share a key, and names them key by key. */
    measure: async (looking) => {
      const { database, db } = looking;
      const [found] = await findDuplicates({ ...database, db }, [need]);
      if (found !== undefined)
        return { count: found.rows, examples: found.examples.map((pair) => `${things} ${pair}`) };
      const lacking = missing(looking);
      return lacking === null ? { count: 0, examples: [] } : { count: 1, examples: [lacking.text] };
    },
    page: async (looking, after, limit) => {
      const lacking = missing(looking);
      if (lacking === null || after?.id === null) return [];
      const found = await rows.page(looking, after, limit);
      return found.length === 0 && after === null ? [lacking] : found;
    },
  };
}

const KEEPS =
  "keeps the best of them (attended, no-show, confirmed, pending, rescheduled, declined, cancelled; then the earlier), sets the others aside whole, where `classbook legacy issues list --status skipped` shows them, and creates the constraint";

export const KEY_CHECKS = [
  keyCheck({
    code: "unique_group_booking",
    severity: "error",
    sentence: "one booking for each student, session and start",
    why: "A student who is booked twice takes two seats, and is told and counted twice.",
    fix: KEEPS,
    index: "unique_group_booking",
    reads: [["live_class_booking", "student_user_id", "session_id", "start_at_utc", "booking_type"]],
    thing: "booking",
    things: "bookings",
  }),
  keyCheck({
    code: "unique_one_on_one_booking",
    severity: "error",
    sentence: "one lesson for each student, teacher and start",
    why: "A lesson that is there twice is approved, cancelled and counted twice.",
    fix: KEEPS,
    index: "unique_one_on_one_booking",
    reads: [["live_class_booking", "student_user_id", "teacher_id", "start_at_utc", "booking_type"]],
    thing: "booking",
    things: "bookings",
  }),
  keyCheck({
    code: "one_default_policy",
    severity: "error",
    sentence: "one default policy for each teacher",
    why: "SQL's UNIQUE (teacher_id, course_id) lets several rows without a course pass; only the oldest counts.",
    fix: "keeps the oldest, which is the one that counts, deletes the others, and creates the constraint",
    index: "classbook_one_default_policy",
    reads: [["teacher_booking_policy", "teacher_id", "course_id"]],
    thing: "policy",
    things: "policies",
  }),
] as const;

export type BookingKey = "unique_group_booking" | "unique_one_on_one_booking";

export interface KeyedBooking {
  id: number;
  status: BookingStatus;
  created_at: string;
  /** The key that its group shares. */
  key: string;
}

/** All bookings that share their key with another, key by key. */
export async function listDuplicateBookings(
  database: Database,
  db: Db,
  check: BookingKey,
): Promise<KeyedBooking[]> {
  const booking = quote(database.layout.name("live_class_booking"));
  const [kind, place] =
    check === "unique_group_booking" ? ["group_session", "session_id"] : ["one_on_one", "teacher_id"];
  const key = `student_user_id, ${place}, start_at_utc`;
  const { rows } = await sql
    .raw<KeyedBooking>(
      `select id, status, created_at, student_user_id || ' ' || ${place} || ' ' || start_at_utc as key from (
         select id, status, created_at, student_user_id, ${place}, start_at_utc, count(*) over (partition by ${key}) as n
         from ${booking} where booking_type = '${kind}' and ${place} is not null) g
       where n > 1 order by ${key}, id`,
    )
    .execute(db);
  return rows;
}
