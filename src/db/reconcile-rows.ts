/** Pages of rows for the re-derivation of `legacy verify`: by key, so that memory stays flat. */
import { quote } from "./ddl.ts";
import type { LogicalTable } from "./layout.ts";
import type { SourceTable } from "./legacy-tables.ts";
import type { Db } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import { hasAnyAnswer, type Names, ORIGINAL } from "./reconcile-names.ts";
import { exactly, readable } from "./stored.ts";

/** What a page holds of each row beside its facts: the recorded outcome and the target as it stands. */
export interface Recorded {
  id: number;
  outcome: string | null;
  target_id: number | null;
  /** 1 where the migration created the target. */
  created: number | null;
  issue_code: string | null;
  /** JSON of the whole source row, as the issue keeps it. */
  issue_source: string | null;
  /** 1 where a person answered the row's issue. */
  is_answered: number;
  /** The waitlist entry; null where the row has none. */
  w_id: number | null;
  w_status: string | null;
  w_created_at: string | null;
  /** `u_…`: the unified booking's columns; u_id null where the row has none. */
  u_id: number | null;
}

export const COMPARED = [
  "booking_type",
  "session_id",
  "course_id",
  "teacher_id",
  "student_user_id",
  "start_at_utc",
  "end_at_utc",
  "status",
  "seats_reserved",
  "student_note",
  "teacher_note",
  "decision_at",
  "decided_by_id",
  "cancelled_at",
  "cancel_reason",
  "cancelled_by_id",
  "created_at",
  "updated_at",
] as const;
export type Compared = (typeof COMPARED)[number];
export type Target = { [column in Compared as `u_${column}`]: string | number | null };

const COMMON_STAMPS = ["booked_at", "confirmed_at", "cancelled_at", "rescheduled_at", "attended_at"];
const STAMPS = {
  booking: COMMON_STAMPS,
  one_on_one_booking: [...COMMON_STAMPS, "declined_at", "next_booking_date"],
};
const COMMON_PLAIN = ["status", "cancellation_reason", "cancellation_notes", "attended", "student_notes"];
const PLAIN = {
  booking: [...COMMON_PLAIN, "seats_booked"],
  one_on_one_booking: [...COMMON_PLAIN, "teacher_notes", "declined_reason", "meeting_link"],
};
const GIVEN = ["given_status", "given_start_at_utc", "given_end_at_utc", "given_timestamp"] as const;

/** Some rows in key order. */
export interface RowPage<Row> {
  first: number;
  last: number;
  count: number;
  /** On SQLite every row is given in the same object, for speed: what is kept of it must be copied. */
  rows: Iterable<Row>;
}

/** Reads one legacy table in pages by key, each row with the facts that decide its outcome and what is recorded of it. */
export class RowPages<Row extends { id: number }> {
  readonly #names: Names;
  readonly #query: string;
  // biome-ignore lint/suspicious/noExplicitAny: a prepared statement gives what its SQL selects
  #prepared: any = null;

  constructor(names: Names, table: SourceTable) {
    this.#names = names;
    this.#query = pageQuery(names, table);
  }

  /** The rows after a key; null where there are none. */
  async read(db: Db, { after, limit }: { after: number; limit: number }): Promise<RowPage<Row> | null> {
    const { sqlite } = this.#names.database;
    if (sqlite === null) {
      const rows = await runQuery<Row>(db, this.#query, [after, limit]);
      if (rows.length === 0) return null;
      return { first: rows[0]!.id, last: rows.at(-1)!.id, count: rows.length, rows };
    }
    // Arrays come more than twice as fast as objects.
    this.#prepared ??= sqlite.prepare(this.#query).raw(true);
    const cells: unknown[][] = this.#prepared.all(after, limit);
    if (cells.length === 0) return null;
    const columns = (this.#prepared.columns() as { name: string }[]).map((column) => column.name);
    return {
      first: cells[0]![0] as number,
      last: cells.at(-1)![0] as number,
      count: cells.length,
      rows: inOneObject<Row>(columns, cells),
    };
  }
}

function* inOneObject<Row>(columns: readonly string[], cells: readonly unknown[][]): Generator<Row> {
  const row: Record<string, unknown> = Object.fromEntries(columns.map((column) => [column, null]));
  for (const values of cells) {
    for (let i = 0; i < columns.length; i += 1) row[columns[i]!] = readable(values[i]);
    yield row as Row;
  }
}

/** The query of a page: rows after a key, in key order, at most a limit (its two parameters). */
function pageQuery(names: Names, table: SourceTable): string {
  const columns: string[] = ["b.id"];
  const joins: string[] = [];
  const join = (target: LogicalTable, alias: string, on: string) => {
    if (!names.has(target)) return "null";
    joins.push(`left join ${names.table(target)} ${alias} on ${alias}.id = ${on}`);
    return `${alias}.id`;
  };
  for (const name of STAMPS[table]) columns.push(`${names.text("b", table, name)} as ${name}`);
  for (const name of PLAIN[table]) columns.push(`${names.column("b", table, name)} as ${name}`);
  const student = names.answer("given_student_user_id", names.column("b", table, "user_id"));
  columns.push(`${join("app_user", "au", student)} as student`);
  const place = table === "booking" ? "live_class_session" : "teacher_availability";
  columns.push(...placeColumns(names, table, join));
  const teacher = names.answer("given_teacher_id", names.column("s", place, "teacher_id"));
  const ownCourse = table === "booking" ? "null" : names.column("b", table, "course_id");
  const course = names.answer(
    "given_course_id",
    `coalesce(${ownCourse}, ${names.column("s", place, "course_id")})`,
  );
  columns.push(`${teacher} as teacher_ref`, `${join("teacher", "te", teacher)} as teacher`);
  columns.push(`${course} as course_ref`, `${join("course", "co", course)} as course`);
  columns.push(
    `${join("app_user", "tu", names.column("te", "teacher", "user_id"))} as teacher_user`,
    ...GIVEN.map((given) => `${names.answered ? `i.${given}` : "null"} as ${given}`),
    "p.outcome, p.target_id, p.created",
    `${join("live_class_booking", "u", "case when p.outcome = 'migrated' then p.target_id end")} as u_id`,
    ...COMPARED.map((column) => `u.${column} as u_${column}`),
    `${join("session_waitlist", "w", "case when p.outcome = 'waitlisted' then p.target_id end")} as w_id`,
    "w.status as w_status, w.created_at as w_created_at",
    "q.code as issue_code, q.source as issue_source",
    `${names.answered ? `case when ${hasAnyAnswer("i")} then 1 else 0 end` : "0"} as is_answered`,
  );
  const issue = `left join ${names.table("legacy_issue")} q on q.source_table = '${table}' and q.source_id = b.id and p.outcome = 'quarantined'`;
  const [p1, p2] = names.isPostgres ? ["$1", "$2"] : ["?", "?"];
  return `select ${columns.join(", ")} from ${names.table(table)} b left ${names.joinProvenance(table)} ${names.joinAnswers(table)} ${joins.join(" ")} ${issue}
    where b.id > cast(${p1} as bigint) order by b.id limit ${p2}`;
}

/** The columns of the session or slot, which joins as `s`. */
function placeColumns(
  names: Names,
  table: SourceTable,
  join: (target: LogicalTable, alias: string, on: string) => string,
): string[] {
  if (table === "booking") {
    const s = "live_class_session";
    const session = names.answer("given_session_id", names.column("b", table, "session_id"));
    return [
      `${join(s, "s", session)} as session`,
      ...["start_at_utc", "end_at_utc", "scheduled_start"].map(
        (name) => `${names.text("s", s, name)} as session_${name}`,
      ),
      `${exactly(names.database.engine, names.column("s", s, "duration_minutes"))} as session_duration_minutes`,
    ];
  }
  const s = "teacher_availability";
  const times = [
    "start_time",
    "end_time",
    "valid_from",
    "valid_until",
    "start_datetime",
    "end_datetime",
  ] as const;
  return [
    `${join(s, "s", names.column("b", table, "availability_slot_id"))} as slot`,
    `${names.column("s", s, "slot_type")} as slot_type`,
    `${names.column("s", s, "day_of_week")} as day_of_week`,
    `${names.answer("given_timezone", names.column("s", s, "timezone"))} as timezone`,
    ...times.map((name) => `${names.text("s", s, name)} as ${name}`),
  ];
}

/** Of the rows between two keys, those that another row names as its original (LEGACY 2.4). */
export async function readNamed(
  names: Names,
  db: Db,
  table: SourceTable,
  range: { first: number; last: number },
): Promise<Set<number>> {
  if (!names.has(table, ORIGINAL[table])) return new Set();
  const column = quote(ORIGINAL[table]);
  const rows = await runQuery<{ id: number }>(
    db,
    `select distinct ${column} as id from ${names.table(table)} where ${column} between ${Number(range.first)} and ${Number(range.last)} and ${column} <> id`,
  );
  return new Set(rows.map((row) => row.id));
}

/** Which of the subjects have an event: somebody changed them since. */
export async function readTouched(
  names: Names,
  db: Db,
  subject: "live_class_booking" | "session_waitlist",
  ids: readonly number[],
): Promise<Set<number>> {
  const found = new Set<number>();
  if (!names.has("booking_event")) return found;
  for (let at = 0; at < ids.length; at += 1000) {
    const list = ids
      .slice(at, at + 1000)
      .map(Number)
      .join(",");
    const rows = await runQuery<{ subject_id: number }>(
      db,
      `select distinct subject_id from ${names.table("booking_event")} where subject = '${subject}' and subject_id in (${list})`,
    );
    for (const row of rows) found.add(row.subject_id);
  }
  return found;
}

/** A unified booking of a student in a session, or with a teacher, and the legacy row that it stands for. */
export interface Occupant {
  id: number;
  student_user_id: number;
  place_id: number;
  start_at_utc: string;
  status: string;
  created_at: string;
  source_table: string | null;
  source_id: number | null;
  /** quarantined: the legacy row diverged since, and the booking is what people made of it. */
  outcome: string | null;
}

/** All unified bookings at these places, whatever their start. */
export async function readOccupants(
  names: Names,
  db: Db,
  table: SourceTable,
  places: readonly { student: number; place: number }[],
): Promise<Occupant[]> {
  const type = table === "booking" ? "group_session" : "one_on_one";
  const column = table === "booking" ? "session_id" : "teacher_id";
  const unique = new Map(places.map((one) => [`(${Number(one.student)}, ${Number(one.place)})`, one]));
  const keys = [...unique.keys()];
  const found: Occupant[] = [];
  for (let at = 0; at < keys.length; at += 300) {
    const values = keys.slice(at, at + 300).join(", ");
    // The CASE keeps SQLite from reading all bookings of one type: a student has few.
    const rows = await runQuery<Occupant>(
      db,
      `with k(student, place) as (values ${values})
       select u.id, u.student_user_id, u.${column} as place_id, u.start_at_utc, u.status, u.created_at, p.source_table, p.source_id, p.outcome
       from k join ${names.table("live_class_booking")} u on u.student_user_id = k.student and case when u.booking_type = '${type}' and u.${column} = k.place then 1 end = 1
       left join ${names.table("legacy_provenance")} p on p.target_id = u.id and p.outcome in ('migrated', 'quarantined')`,
    );
    found.push(...rows);
  }
  return found;
}
