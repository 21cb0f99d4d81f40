/** Many sessions with a queue each: two offers that ran out, four students who wait, one who is booked. */
import { type Cell, insertRows } from "../../src/db/bulk.ts";
import { writing } from "../../src/db/transaction.ts";
import { addMinutes, type Instant } from "../../src/domain/instant.ts";
import { type Bookable, STUDENTS, TODAY } from "./bookable.ts";
import { seatRow } from "./bookings.ts";
import { act } from "./worlds.ts";

const FIRST = 1_000;
const { ana, ben, cleo, dan, eva, finn } = STUDENTS;
const OVERDUE = [ana, ben];
/** In the order of their turns, which is not that of their ids. */
const WAITING = [dan, cleo, finn, eva];

const SESSION = {
  course_id: 1,
  teacher_id: 1,
  title: "Class",
  description: "",
  duration_minutes: 60,
  status: "scheduled",
  timezone_snapshot: "UTC",
  meeting_provider: "zoom",
  meeting_link: "",
  meeting_id: "",
  meeting_passcode: "",
  total_seats: 3,
  capacity: 3,
  max_attendees: 3,
  created_at: TODAY,
  updated_at: TODAY,
};

export async function putQueues({ database }: Bookable, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, at) => FIRST + at);
  const startOf = (id: number) => addMinutes("2027-03-01 08:00:00" as Instant, id * 120);
  await writing(database, async (trx) => {
    const put = async (
      table: Parameters<typeof insertRows>[2],
      rows: readonly Record<string, unknown>[],
    ): Promise<void> => {
      const columns = Object.keys(rows[0]!).filter((column) => database.layout.has(table, column));
      const cells = rows.map((row) => columns.map((column) => row[column] as Cell));
      await insertRows(database, trx, table, columns, cells);
    };
    const waitlist = database.engine === "sqlite" ? 1 : true;
    const now = { scheduled_start: TODAY, enable_waitlist: waitlist };
    await put(
      "live_class_session",
      ids.map((id) => ({ id, ...SESSION, ...now, scheduled_start: startOf(id) })),
    );
    await put(
      "live_class_booking",
      ids.map((session_id) =>
        seatRow("gus", {
          session_id,
          start_at_utc: startOf(session_id),
          end_at_utc: addMinutes(startOf(session_id), 60),
        }),
      ),
    );
    const entry = (session_id: number, student_user_id: number, created_at: string, offered: boolean) => ({
      session_id,
      student_user_id,
      status: offered ? "offered" : "waiting",
      created_at,
      offered_at: offered ? "2026-11-19 08:00:00" : null,
      offer_expires_at: offered ? "2026-11-20 08:00:00" : null,
    });
    await put(
      "session_waitlist",
      ids.flatMap((id) => [
        ...OVERDUE.map((student) => entry(id, student, "2026-11-01 09:00:00", true)),
        ...WAITING.map((student, turn) => entry(id, student, `2026-11-02 09:00:0${turn}`, false)),
      ]),
    );
  });
}

/** What became of the queues, once they are up to date: how many sessions have which students in which state. */
export const SETTLED = `${ana} expired, ${ben} expired, ${cleo} offered, ${dan} offered, ${eva} waiting, ${finn} waiting`;

/** Sessions by the state of their queue. */
export async function countQueues({ database }: Bookable): Promise<Record<string, number>> {
  const rows = await database.db
    .selectFrom("session_waitlist")
    .select(["session_id", "student_user_id", "status"])
    .where("session_id", ">=", FIRST)
    .orderBy("session_id")
    .orderBy("student_user_id")
    .execute();
  const states = new Map<number, string[]>();
  for (const { session_id: id, student_user_id, status } of rows)
    states.set(id, [...(states.get(id) ?? []), `${student_user_id} ${status}`]);
  const counts: Record<string, number> = {};
  for (const state of states.values()) counts[state.join(", ")] = (counts[state.join(", ")] ?? 0) + 1;
  return counts;
}

/** How often each thing is in the record and in the outbox, of one entry at most. */
export async function countTold({ database }: Bookable): Promise<Record<string, number>> {
  const { db } = database;
  const events = await db
    .selectFrom("booking_event")
    .select((eb) => ["what", "subject_id", eb.fn.countAll<number>().as("n")])
    .where("subject", "=", "session_waitlist")
    .groupBy(["what", "subject_id"])
    .execute();
  const messages = await db
    .selectFrom("notification_outbox")
    .select((eb) => ["kind", eb.fn.countAll<number>().as("n")])
    .groupBy("kind")
    .execute();
  const told: Record<string, number> = Object.fromEntries(messages.map(({ kind, n }) => [kind, Number(n)]));
  for (const { what } of events) told[what] = (told[what] ?? 0) + 1;
  told.twice = events.filter(({ n }) => Number(n) > 1).length;
  return told;
}

/** A trigger of somebody else's that lets no entry of a session be changed. */
export async function forbid({ place, database }: Bookable, session: number): Promise<void> {
  const table = `"${database.layout.name("session_waitlist")}"`;
  if (place.engine === "sqlite")
    await act(
      place,
      `create trigger forbid before update on ${table} when new.session_id = ${session} begin select raise(abort, 'not this one'); end`,
    );
  else
    await act(
      place,
      `create function forbid() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$`,
      `create trigger forbid before update on ${table} for each row when (new.session_id = ${session}) execute function forbid()`,
    );
}
