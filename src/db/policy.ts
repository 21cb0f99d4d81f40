/** Booking policies with the names that people know them by, and their writing. All of one teacher for the rules: booking-people.ts. */
import { sql } from "kysely";
import type { Policy, PolicyTerms } from "../domain/policy.ts";
import { quote } from "./ddl.ts";
import type { Database, Db } from "./open.ts";
import { insertRow, updateRow } from "./rows.ts";
import type { Trx } from "./transaction.ts";

/** A policy with its names; a name is null where there is none or what it refers to is gone. */
export interface PolicyView extends Policy {
  teacher: string | null;
  course: string | null;
}

export const POLICY_TERMS = [
  "requires_approval_for_one_on_one",
  "requires_approval_for_group",
  "min_notice_hours",
  "cancel_window_hours",
  "buffer_before_minutes",
  "buffer_after_minutes",
  "max_bookings_per_day",
] as const satisfies readonly (keyof PolicyTerms)[];

export const POLICY_FIELDS = [
  "id",
  "teacher_id",
  "course_id",
  ...POLICY_TERMS,
  "teacher",
  "course",
] as const satisfies readonly (keyof PolicyView)[];

/** Null = not asked for. */
export interface PolicyFilter {
  id: number | null;
  teacher: number | null;
  course: number | null;
}

/** By teacher, the default first. */
export async function listPolicyViews(database: Database, filter: PolicyFilter): Promise<PolicyView[]> {
  let query = database.db
    .selectFrom("teacher_booking_policy as p")
    .leftJoin("teacher as t", "t.id", "p.teacher_id")
    .leftJoin("app_user as u", "u.id", "t.user_id")
    .leftJoin("course as c", "c.id", "p.course_id")
    .select(["p.id", "p.teacher_id", "p.course_id", ...POLICY_TERMS.map((term) => `p.${term}` as const)])
    .select([
      sql<string | null>`coalesce(u.username, 'teacher ' || p.teacher_id)`.as("teacher"),
      "c.title as course",
    ])
    .orderBy("p.teacher_id")
    .orderBy(sql`case when p.course_id is null then 0 else 1 end`)
    .orderBy("p.course_id")
    .orderBy("p.id");
  if (filter.id !== null) query = query.where("p.id", "=", filter.id);
  if (filter.teacher !== null) query = query.where("p.teacher_id", "=", filter.teacher);
  if (filter.course !== null) query = query.where("p.course_id", "=", filter.course);
  return (await query.execute()).map((row) => ({
    ...row,
    requires_approval_for_one_on_one: Boolean(row.requires_approval_for_one_on_one),
    requires_approval_for_group: Boolean(row.requires_approval_for_group),
  }));
}

/** @returns its id */
export async function insertPolicy(
  database: Database,
  trx: Trx,
  policy: Omit<Policy, "id">,
): Promise<number> {
  return insertRow(database, trx, "teacher_booking_policy", { ...policy });
}

/** Terms that are not named stay. */
export async function updatePolicy(
  database: Database,
  trx: Trx,
  id: number,
  terms: Partial<PolicyTerms>,
): Promise<void> {
  await updateRow(database, trx, "teacher_booking_policy", id, terms);
}

export async function deletePolicy(trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom("teacher_booking_policy").where("id", "=", id).execute();
}

type PolicyRow = Record<string, string | number | boolean | null> & { id: number; teacher_id: number };

/** A default policy beside an older one of the same teacher, which is kept. */
export interface ExcessPolicy {
  row: PolicyRow;
  kept: PolicyRow;
}

export async function listExcessPolicies(database: Database, db: Db): Promise<ExcessPolicy[]> {
  const table = quote(database.layout.name("teacher_booking_policy"));
  const { rows } = await sql
    .raw<PolicyRow>(
      `select * from ${table} where course_id is null and teacher_id in
         (select teacher_id from ${table} where course_id is null group by teacher_id having count(*) > 1) order by teacher_id, id`,
    )
    .execute(db);
  const kept = new Map<number, PolicyRow>();
  return rows.flatMap((row) => {
    const oldest = kept.get(row.teacher_id);
    if (oldest === undefined) kept.set(row.teacher_id, row);
    return oldest === undefined ? [] : [{ row, kept: oldest }];
  });
}
