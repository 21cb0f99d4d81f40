/** The sessions that a group series can book. */
import { type Instant, parseInstant } from "../domain/instant.ts";
import type { Db } from "./open.ts";

export interface CourseSession {
  id: number;
  teacher_id: number;
  status: string;
  start_at_utc: Instant;
}

/** Null = not asked for. */
export interface CourseSessionFilter {
  course: number;
  teacher: number | null;
  /** Starts in [from, until). */
  from: Instant;
  until: Instant | null;
  limit: number | null;
}

/** A course's sessions that have a teacher, by start; of two at the same time the one that takes bookings comes first. */
export async function listCourseSessions(
  db: Db,
  { course, teacher, from, until, limit }: CourseSessionFilter,
): Promise<CourseSession[]> {
  let query = db
    .selectFrom("live_class_session")
    .select(["id", "teacher_id", "status", "start_at_utc"])
    .where("course_id", "=", course)
    .where("teacher_id", "is not", null)
    .where("start_at_utc", ">=", from)
    .orderBy("start_at_utc")
    .orderBy((eb) => eb.case().when("status", "in", ["scheduled", "booking_closed"]).then(0).else(1).end())
    .orderBy("id");
  if (teacher !== null) query = query.where("teacher_id", "=", teacher);
  if (until !== null) query = query.where("start_at_utc", "<", until);
  if (limit !== null) query = query.limit(limit);
  return (await query.execute()).flatMap((row) => {
    const start = parseInstant(row.start_at_utc ?? "");
    return start === null ? [] : [{ ...row, teacher_id: row.teacher_id!, start_at_utc: start }];
  });
}
