/** Who teaches which course. `teacher_id` there may name users (LEGACY 1): readers and writers here know which. */
import { sql } from "kysely";
import { courseTeacherNamesUsers, type Teacher } from "./booking-people.ts";
import type { Database, Db } from "./open.ts";
import { insertRow } from "./rows.ts";
import type { Trx } from "./transaction.ts";

/** A teacher of a course, or a course of a teacher. */
export interface Assignment {
  /** Of the course_teacher row. */
  id: number;
  course_id: number;
  /** Null where the course is gone. */
  course: string | null;
  teacher_id: number;
  /** The username; null where the account is gone. */
  teacher: string | null;
  /** Null: what the course says, or where the installation cannot say. */
  requires_booking_approval: boolean | null;
}

/** The assignments of a course, of a teacher, or of both, by course and id. */
export async function listAssignments(
  database: Database,
  db: Db,
  of: { course?: number; teacher?: number },
): Promise<Assignment[]> {
  const { layout } = database;
  if (!layout.has("course_teacher")) return [];
  const approval = layout.has("course_teacher", "requires_booking_approval")
    ? sql`ct.requires_booking_approval`
    : sql`null`;
  const named = courseTeacherNamesUsers(database) ? sql`t.user_id` : sql`t.id`;
  const { rows } = await sql<Assignment>`
    select ct.id, ct.course_id, c.title as course, t.id as teacher_id, u.username as teacher,
      ${approval} as requires_booking_approval
    from ${sql.table("course_teacher")} ct
    join ${sql.table("teacher")} t on ${named} = ct.teacher_id
    left join ${sql.table("course")} c on c.id = ct.course_id
    left join ${sql.table("app_user")} u on u.id = t.user_id
    where ${of.course === undefined ? sql`1 = 1` : sql`ct.course_id = ${of.course}`}
      and ${of.teacher === undefined ? sql`1 = 1` : sql`t.id = ${of.teacher}`}
    order by ct.course_id, ct.id`.execute(db);
  return rows.map((row) => ({
    ...row,
    requires_booking_approval:
      row.requires_booking_approval === null ? null : Boolean(row.requires_booking_approval),
  }));
}

/** @returns the row's id */
export async function insertAssignment(
  database: Database,
  trx: Trx,
  course: number,
  teacher: Teacher,
  approval: boolean | null,
): Promise<number> {
  return insertRow(database, trx, "course_teacher", {
    course_id: course,
    teacher_id: courseTeacherNamesUsers(database) ? teacher.user_id : teacher.id,
    requires_booking_approval: approval,
  });
}

export async function deleteAssignment(trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom("course_teacher").where("id", "=", id).execute();
}
