/** Booking policies: default ones (without a course) of which a teacher has more than one. */
import { sql } from "kysely";
import { quote } from "./ddl.ts";
import type { Database, Db } from "./open.ts";
import type { Trx } from "./transaction.ts";

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

export async function deletePolicy(database: Database, trx: Trx, id: number): Promise<void> {
  const table = quote(database.layout.name("teacher_booking_policy"));
  await sql.raw(`delete from ${table} where id = ${Number(id)}`).execute(trx);
}
