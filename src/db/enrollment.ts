/** Rows of enrollment as they are changed. */
import type { Db } from "./open.ts";

export interface Enrolled {
  id: number;
  status: string;
}

/** All rows of a user and a course: more than one only where a unique constraint is missing. */
export async function findEnrollments(db: Db, user: number, course: number): Promise<Enrolled[]> {
  return db
    .selectFrom("enrollment")
    .select(["id", "status"])
    .where("user_id", "=", user)
    .where("course_id", "=", course)
    .orderBy("id")
    .execute();
}
