/** What a teacher teaches in a stretch of time. */
import { sql } from "kysely";
import type { AgendaItem } from "../domain/agenda.ts";
import { ENDED_STATUSES } from "../domain/booking.ts";
import { addMinutes, type Instant } from "../domain/instant.ts";
import { LONGEST_MINUTES } from "../domain/session.ts";
import type { Db } from "./open.ts";

/** What ends after `from` and starts before `until`; null = no end. At most `limit` of each kind; null = all. */
export interface AgendaWindow {
  from: Instant;
  until: Instant | null;
  limit: number | null;
}

/** An index finds what starts in a stretch of time: nothing lasts longer than that. */
function touching({ from, until }: AgendaWindow) {
  const starts = until === null ? sql`1 = 1` : sql`x.start_at_utc < ${until}`;
  return sql`x.start_at_utc > ${addMinutes(from, -LONGEST_MINUTES)} and x.end_at_utc > ${from} and ${starts}`;
}

const limited = ({ limit }: AgendaWindow) => (limit === null ? sql`` : sql`limit ${limit}`);

const seats = (...statuses: string[]) => sql`(select coalesce(sum(b.seats_reserved), 0)
  from ${sql.table("live_class_booking")} b where b.session_id = x.id and b.status in (${sql.join(statuses)}))`;

/** The teacher's sessions but the cancelled, with their seats counted from the bookings themselves. */
export async function listSessionsOf(db: Db, teacher: number, window: AgendaWindow): Promise<AgendaItem[]> {
  const { rows } = await sql<AgendaItem>`
    select x.id, x.start_at_utc, x.end_at_utc, x.status, x.course_id, c.title as course, x.title,
      coalesce(x.capacity, x.total_seats) as capacity, ${seats("confirmed", "attended")} as taken,
      ${seats("pending")} as pending,
      (select count(*) from ${sql.table("session_waitlist")} w
        where w.session_id = x.id and w.status in ('waiting', 'offered')) as waiting
    from ${sql.table("live_class_session")} x left join ${sql.table("course")} c on c.id = x.course_id
    where x.teacher_id = ${teacher} and x.status <> 'cancelled' and ${touching(window)}
    order by x.start_at_utc, x.id ${limited(window)}`.execute(db);
  return rows.map((row) => ({
    ...row,
    kind: "session",
    student_user_id: null,
    student: null,
    taken: Number(row.taken),
    pending: Number(row.pending),
    waiting: Number(row.waiting),
  }));
}

/** The teacher's lessons that take place or took place. */
export async function listLessonsOf(db: Db, teacher: number, window: AgendaWindow): Promise<AgendaItem[]> {
  const { rows } = await sql<AgendaItem>`
    select x.id, x.start_at_utc, x.end_at_utc, x.status, x.course_id, c.title as course,
      x.student_user_id, u.username as student
    from ${sql.table("live_class_booking")} x
    left join ${sql.table("course")} c on c.id = x.course_id
    left join ${sql.table("app_user")} u on u.id = x.student_user_id
    where x.teacher_id = ${teacher} and x.booking_type = 'one_on_one'
      and x.status not in (${sql.join(ENDED_STATUSES)}) and ${touching(window)}
    order by x.start_at_utc, x.id ${limited(window)}`.execute(db);
  return rows.map((row) => ({
    ...row,
    kind: "lesson",
    title: null,
    capacity: null,
    taken: null,
    pending: null,
    waiting: null,
  }));
}

/** Titles of courses by id. */
export async function courseTitles(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("course").select(["id", "title"]).where("id", "in", ids).execute();
  return new Map(rows.map(({ id, title }) => [id, title]));
}
