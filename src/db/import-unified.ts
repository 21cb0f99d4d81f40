/**
 * Rows of the unified tables on their way in. The target's own rows are never overwritten: a row comes in
 * where its id is free, its references are there and its unique key is not taken; else it is left out and reported.
 */
import type { Cell } from "./bulk.ts";
import { quote } from "./ddl.ts";
import { type BatchResult, differs, insertStage, run, STAGE, type Stage, unstage } from "./import-stage.ts";
import type { AppTable } from "./layout.ts";

/** References that say who did something: a booking whose decider was deleted is still a booking. */
const AUDIT = new Set(["decided_by_id", "cancelled_by_id"]);

/** What makes two rows of one id the same row, although one of them changed since. */
const IDENTITY: Partial<Record<AppTable, string[]>> = {
  live_class_booking: ["booking_type", "student_user_id", "created_at"],
  teacher_booking_policy: ["teacher_id", "course_id"],
  booking_series: ["student_user_id", "teacher_id", "course_id", "type"],
  booking_series_item: ["series_id", "booking_id", "occurrence_index"],
  session_waitlist: ["session_id", "student_user_id"],
};

interface UniqueKey {
  name: string;
  columns: string[];
  /** The rows that the key holds apart; null = all. */
  where: string | null;
}

const UNIQUE_KEYS: Partial<Record<AppTable, UniqueKey[]>> = {
  live_class_booking: [
    {
      name: "unique_group_booking",
      columns: ["student_user_id", "session_id", "start_at_utc"],
      where: "booking_type = 'group_session'",
    },
    {
      name: "unique_one_on_one_booking",
      columns: ["student_user_id", "teacher_id", "start_at_utc"],
      where: "booking_type = 'one_on_one'",
    },
  ],
  teacher_booking_policy: [
    { name: "one policy per teacher and course", columns: ["teacher_id", "course_id"], where: null },
    { name: "classbook_one_default_policy", columns: ["teacher_id"], where: "course_id is null" },
  ],
  booking_series_item: [
    { name: "one item per series and index", columns: ["series_id", "occurrence_index"], where: null },
  ],
  session_waitlist: [
    { name: "one entry per session and student", columns: ["session_id", "student_user_id"], where: null },
  ],
};

/** Copies the staged rows of a unified table that the target can take. */
export async function insertUnified(stage: Stage, count: number): Promise<BatchResult> {
  const skipped = new Set<number>();
  const refuse = (id: number, column: string | null, value: Cell, what: string) => {
    if (skipped.has(id)) return;
    skipped.add(id);
    stage.problems.push({ table: stage.target.table, id, column, value, what });
  };
  const { same, kept } = await leaveExisting(stage, refuse);
  await checkReferences(stage, refuse);
  await checkUnique(stage, refuse);
  const inserted = await insertStage(stage);
  // A row that somebody wrote under the same id since the look-up counts as theirs.
  const unchanged = count - inserted - skipped.size;
  return {
    inserted,
    updated: 0,
    unchanged,
    skipped: skipped.size,
    kept: kept + (unchanged - same - kept),
    problems: stage.problems,
  };
}

type Refuse = (id: number, column: string | null, value: Cell, what: string) => void;

/** Where the migration recorded that a row of the target is its work; null where it never writes the table. */
function migratedBy(table: AppTable): string | null {
  switch (table) {
    case "live_class_booking":
      return "select 1 from legacy_provenance p where p.outcome = 'migrated' and p.created = 1 and p.target_id = t.id";
    case "session_waitlist":
      return "select 1 from legacy_provenance p where p.outcome = 'waitlisted' and p.created = 1 and p.target_id = t.id";
    case "booking_series":
      return "select 1 from legacy_series p where p.series_id = t.id";
    case "booking_series_item":
      return "select 1 from legacy_series p where p.series_id = t.series_id";
    default:
      return null;
  }
}

/** Takes out the rows whose id the target has: an earlier import brought them, or the id was given to another row. */
async function leaveExisting(stage: Stage, refuse: Refuse): Promise<{ same: number; kept: number }> {
  const { name, columns, target } = stage;
  const [met] = await run<{ n: number }>(
    stage,
    `select count(*) as n from ${STAGE} s join ${name} t on t.id = s.id`,
  );
  const existing = Number(met!.n);
  if (existing === 0) return { same: 0, kept: 0 };
  const identity = IDENTITY[target.table] ?? [];
  const migrated = migratedBy(target.table);
  const isMigrated = migrated === null ? "1 = 0" : `exists (${migrated})`;
  const rows = await run<Record<string, Cell> & { id: number; is_migrated: number | boolean }>(
    stage,
    `select s.id, ${isMigrated} as is_migrated, ${identity.map((c) => `s.${quote(c)} as s_${c}, t.${quote(c)} as t_${c}`).join(", ")}
     from ${STAGE} s join ${name} t on t.id = s.id where ${isMigrated} or ${differs(columns.slice(1), "s", "t")} order by s.id`,
  );
  let kept = 0;
  for (const row of rows) {
    if (row.is_migrated)
      refuse(row.id, "id", row.id, "a row that the migration made has this id here; the row was not copied");
    else if (identity.some((c) => comparable(row[`s_${c}`]!) !== comparable(row[`t_${c}`]!)))
      refuse(row.id, "id", row.id, "another row has this id here; the row was not copied");
    else kept += 1;
  }
  await run(stage, `delete from ${STAGE} where id in (select id from ${name})`);
  return { same: existing - rows.length, kept };
}

/** An instant to the millisecond: a dumpdata file holds no more. */
function comparable(value: Cell): Cell {
  return typeof value === "string" ? value.slice(0, 23) : value;
}

/** Takes out what a foreign key of the target would refuse. */
async function checkReferences(stage: Stage, refuse: Refuse): Promise<void> {
  const { target, columns, database } = stage;
  for (const { column, table } of target.references) {
    if (!columns.includes(column)) continue;
    const c = quote(column);
    const dangling = await run<{ id: number; value: Cell }>(
      stage,
      `select s.id, s.${c} as value from ${STAGE} s where s.${c} is not null
         and not exists (select 1 from ${quote(database.layout.name(table))} r where r.id = s.${c}) order by s.id`,
    );
    if (dangling.length === 0) continue;
    const ids = dangling.map((row) => row.id);
    if (AUDIT.has(column)) {
      for (const { id, value } of dangling)
        stage.problems.push({
          table: target.table,
          id,
          column,
          value,
          what: `there is no ${table} ${value}; NULL stands in its place`,
        });
      for (let at = 0; at < ids.length; at += 1000)
        await run(
          stage,
          `update ${STAGE} set ${c} = null where id in (${ids.slice(at, at + 1000).join(",")})`,
        );
      continue;
    }
    for (const { id, value } of dangling)
      refuse(id, column, value, `there is no ${table} ${value}; the row was not copied`);
    await unstage(stage, ids);
  }
}

/** Takes out what a unique constraint of the target would refuse: of rows of one batch the lowest id comes in. */
async function checkUnique(stage: Stage, refuse: Refuse): Promise<void> {
  const { target, columns, name } = stage;
  for (const key of UNIQUE_KEYS[target.table] ?? []) {
    if (!key.columns.every((column) => columns.includes(column))) continue;
    const list = key.columns.map(quote).join(", ");
    const where = key.where ?? "1 = 1";
    const notNull = key.columns.map((c) => `${quote(c)} is not null`).join(" and ");
    const on = key.columns.map((c) => `t.${quote(c)} = s.${quote(c)}`).join(" and ");
    const taken = await run<{ id: number; other: number }>(
      stage,
      `select s.id, t.id as other from (select * from ${STAGE} where ${where}) s join (select * from ${name} where ${where}) t on ${on}
       union all
       select id, first as other from (select id, min(id) over (partition by ${list}) as first from ${STAGE} where ${where} and ${notNull}) x where id <> first
       order by id`,
    );
    for (const { id, other } of taken)
      refuse(
        id,
        null,
        null,
        `row ${other} has the same ${key.columns.join(", ")} (${key.name}); the row was not copied`,
      );
    await unstage(
      stage,
      taken.map((row) => row.id),
    );
  }
}
