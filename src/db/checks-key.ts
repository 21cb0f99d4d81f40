/** Keys that are to be unique: bookings (LEGACY 2.7) and default policies. The constraint in the schema counts, too (SPEC 2, 6). */
import type { BookingStatus } from "../domain/booking.ts";
import { parseInstant } from "../domain/instant.ts";
import { type Check, type CheckWords, type Finding, type Looking, type Read, sqlCheck } from "./check.ts";
import { quote, type UniqueNeed } from "./ddl.ts";
import { findDuplicates } from "./duplicates.ts";
import type { Database, Db } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import { MIGRATIONS } from "./schema-state.ts";
import { findKeyIndex, keyRows } from "./unique-key.ts";

const NEEDS = MIGRATIONS.flatMap((migration) => migration.needsUnique ?? []);

/** What the schema says of a key, by the name of its index. */
export function needOf(index: string): UniqueNeed {
  return NEEDS.find((need) => need.index === index)!;
}

interface Key<C extends string> extends CheckWords<C> {
  /** The unique index that holds the invariant from then on. */
  index: string;
  reads: readonly Read[];
  thing: string;
  things: string;
}

function keyCheck<const C extends string>({ index, thing, things, reads, ...words }: Key<C>): Check<C> {
  const need = needOf(index);
  const lacking = async ({ database, db }: Looking): Promise<Finding | null> => {
    const is = await findKeyIndex(database, db, need);
    if (is?.holds === true) return null;
    const text =
      is === null
        ? `the constraint ${index} is missing in the schema`
        : `the constraint ${index} is not what it should be: ${is.definition.replace(/\s+/g, " ")}`;
    return { thing: "constraint", id: null, part: index, text, row: {} };
  };
  const rows = sqlCheck({
    ...words,
    reads,
    findings: async ({ looking }) => {
      const isHeld = (await lacking(looking)) === null;
      const all = keyRows(looking.database, need, { by: "instant", isHeld });
      if (all === null) return null; // The index has seen to it.
      return `select '${thing}' as thing, id, '' as part from (
        select id, count(*) over (partition by ${all.key}) as n ${all.from}) k where n > 1`;
    },
    text: (row) => `${thing} ${row.id} shares its key with another`,
  });
  return {
    ...rows,
    /** Counts the rows that share a key, and names them key by key. */
    measure: async (looking) => {
      const { database, db } = looking;
      const [found] = await findDuplicates({ ...database, db }, [need], "instant");
      if (found !== undefined)
        return { count: found.rows, examples: found.examples.map((pair) => `${things} ${pair}`) };
      const missing = await lacking(looking);
      return missing === null ? { count: 0, examples: [] } : { count: 1, examples: [missing.text] };
    },
    page: async (looking, after, limit) => {
      if (after?.id === null) return [];
      const found = await rows.page(looking, after, limit);
      if (found.length > 0 || after !== null) return found;
      const missing = await lacking(looking);
      return missing === null ? [] : [missing];
    },
  };
}

const KEEPS =
  "keeps the best of them (attended, no-show, confirmed, pending, rescheduled, declined, cancelled; then the earlier), sets the others aside whole, where `classbook legacy issues list --status skipped` shows them, and creates the constraint; what rows of other tables name is left to people";

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
  created_at: string | null;
  /** The start as it is written. */
  start: string;
  /** The key that its group shares. */
  key: string;
}

/** All bookings that share their key with another, key by key: those that the check of the key counts. */
export async function listDuplicateBookings(
  database: Database,
  db: Db,
  check: BookingKey,
): Promise<KeyedBooking[]> {
  const need = needOf(check);
  const isHeld = (await findKeyIndex(database, db, need))?.holds === true;
  const all = keyRows(database, need, { by: "instant", isHeld });
  if (all === null) return [];
  const [student, place] = need.columns.map(quote);
  const rows = await runQuery<KeyedBooking & { student: number; place: number }>(
    db,
    `select * from (select id, status, created_at, cast(start_at_utc as text) as start, ${student} as student, ${place} as place,
       count(*) over (partition by ${all.key}) as n ${all.from}) g where n > 1 order by student, place, start, id`,
  );
  return rows.map(({ id, status, created_at, start, student: who, place: where }) => ({
    ...{ id, status, created_at, start },
    key: `${who} ${where} ${parseInstant(start) ?? start}`,
  }));
}
