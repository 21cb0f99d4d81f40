/** A bookable school of some size, as years leave one. */
import { sql } from "kysely";
import { BOOKING_COLUMNS } from "../../src/db/booking.ts";
import { type Cell, insertRows } from "../../src/db/bulk.ts";
import { writing } from "../../src/db/transaction.ts";
import { addMinutes, type Instant } from "../../src/domain/instant.ts";
import { type Bookable, TODAY } from "./bookable.ts";
import { seatRow } from "./bookings.ts";
import { seriesRow } from "./series.ts";

/** Tables that grow with the school. */
export const LARGE = [
  "live_class_booking",
  "live_class_session",
  "session_waitlist",
  "booking_series_item",
  "app_user",
  "enrollment",
] as const;

const FIRST = "2024-01-01 08:00:00" as Instant;
const TEACHERS_FILLED = 40;
const SESSIONS_FILLED = 4_000;
const STUDENTS = 2_000;
const SERIES = 400;

/** Its sessions lie in the past, and its people are spread over them. */
export async function fill({ database }: Bookable): Promise<void> {
  const users = Array.from({ length: STUDENTS }, (_, at) => 1_000 + at);
  const teacherOf = (at: number) => 1_000 + (at % TEACHERS_FILLED);
  const startOf = (at: number) => addMinutes(FIRST, at * 60);
  await writing(database, async (trx) => {
    const rows = (
      table: (typeof LARGE)[number] | "teacher" | "booking_series",
      columns: string[],
      all: Cell[][],
    ) => insertRows(database, trx, table, columns, all);
    const yes = database.engine === "sqlite" ? 1 : true;
    await rows(
      "app_user",
      ["id", "username", "is_active", "date_joined"],
      users.map((id) => [id, `user${id}`, yes, TODAY]),
    );
    await rows(
      "teacher",
      ["id", "user_id", "is_approved"].filter((c) => database.layout.has("teacher", c)),
      users
        .slice(0, TEACHERS_FILLED)
        .map((id) => [id, id, yes].slice(0, database.layout.has("teacher", "is_approved") ? 3 : 2)),
    );
    await rows(
      "enrollment",
      ["user_id", "course_id", "status"],
      users.flatMap((id) => [1, 2, 3].map((course) => [id, course, "active"])),
    );
    const sessions = Array.from({ length: SESSIONS_FILLED }, (_, at) => at);
    await rows(
      "live_class_session",
      ["id", "course_id", "teacher_id", "title", "scheduled_start", "duration_minutes", "status", "capacity"],
      sessions.map((at) => [10_000 + at, 1, teacherOf(at), "Class", startOf(at), 60, "completed", 10]),
    );
    const { id: _id, ...columns } = Object.fromEntries(BOOKING_COLUMNS.map((name) => [name, null]));
    await rows(
      "live_class_booking",
      Object.keys(columns),
      sessions.flatMap((at) =>
        [0, 1, 2, 3].map((n) => {
          const row = seatRow("ana", {
            teacher_id: teacherOf(at),
            student_user_id: users[(at * 7 + n * 13) % STUDENTS]!,
            session_id: 10_000 + at,
            status: "attended",
            start_at_utc: startOf(at),
            end_at_utc: addMinutes(startOf(at), 60),
          });
          return Object.keys(columns).map((name) => row[name] as Cell);
        }),
      ),
    );
    await rows(
      "booking_series",
      Object.keys(seriesRow("ana")),
      Array.from({ length: SERIES }, () => Object.values(seriesRow("ana")) as Cell[]),
    );
    const booked = await trx.selectFrom("live_class_booking").select("id").orderBy("id").execute();
    const known = await trx.selectFrom("booking_series").select("id").orderBy("id").execute();
    await rows(
      "booking_series_item",
      ["series_id", "booking_id", "occurrence_index"],
      booked.map(({ id }, at) => [known[at % SERIES]!.id, id, Math.floor(at / SERIES) + 1]),
    );
    await rows(
      "session_waitlist",
      ["session_id", "student_user_id", "status", "created_at"],
      sessions.map((at) => [10_000 + at, users[at % STUDENTS]!, "expired", TODAY]),
    );
  });
  await sql`analyze`.execute(database.db);
}
