/** The facts that decide a legacy row's outcome, as one SELECT for any generation: what the database lacks reads as NULL. */
import { quote } from "./ddl.ts";
import type { LogicalTable } from "./layout.ts";
import { LOSERS, LOST, NAMED } from "./legacy-scratch.ts";
import type { SourceTable } from "./legacy-tables.ts";
import type { Database } from "./open.ts";
import { exactly, uuidDigits } from "./stored.ts";

const GROUP_STAMPS = ["booked_at", "confirmed_at", "cancelled_at", "rescheduled_at", "attended_at"];
const GROUP_PLAIN = ["status", "cancellation_reason", "cancellation_notes", "attended", "student_notes"];
const LESSON_STAMPS = [...GROUP_STAMPS, "declined_at", "next_booking_date"];
const LESSON_PLAIN = [
  "status",
  "cancellation_reason",
  "cancellation_notes",
  "attended",
  "student_notes",
  "teacher_notes",
  "declined_reason",
  "meeting_link",
];
const GIVEN_TEXTS = ["given_status", "given_start_at_utc", "given_end_at_utc", "given_timestamp"];

/** What a read has to join in. */
export interface ReadShape {
  /** Some row has answers of a person. */
  given: boolean;
  /** Some row may have an outcome of an earlier run. */
  seen: boolean;
  /** Some row is named as another's original. */
  named: boolean;
  /** Some row loses to a duplicate. */
  losers: boolean;
  /** Some row lost what it had become. */
  lost: boolean;
}

/** The SELECT of a legacy table's rows with their facts; a row is `b`. */
export function selectFacts(
  database: Database,
  table: SourceTable,
  { given, seen, named, losers, lost }: ReadShape,
): string {
  const { layout, engine } = database;
  const t = (name: LogicalTable) => quote(layout.name(name));
  const stamp = (alias: string, owner: LogicalTable, column: string, as = column) =>
    layout.has(owner, column)
      ? `${alias}.${quote(column)}${engine === "postgres" ? "::text" : ""} as ${as}`
      : `null as ${as}`;
  const plain = (alias: string, owner: LogicalTable, column: string, as = column) =>
    layout.has(owner, column) ? `${alias}.${quote(column)} as ${as}` : `null as ${as}`;
  const whole = (alias: string, owner: LogicalTable, column: string, as = column) =>
    layout.has(owner, column) ? `${exactly(engine, `${alias}.${quote(column)}`)} as ${as}` : `null as ${as}`;
  const asked = (column: string, otherwise: string) =>
    given ? `coalesce(i.given_${column}, ${otherwise})` : otherwise;
  const own = layout.has("legacy_provenance") && (seen || given);
  const column = (alias: string, owner: LogicalTable, name: string) =>
    layout.has(owner, name) ? `${alias}.${quote(name)}` : "null";
  const joins: string[] = [`from ${t(table)} b`];
  if (own) {
    joins.push(`left join ${t("legacy_provenance")} p on p.source_table = '${table}' and p.source_id = b.id`);
    joins.push(`left join ${t("legacy_issue")} i on i.source_table = '${table}' and i.source_id = b.id`);
  }
  // A row that got a new outcome since the list was made has lost nothing.
  if (own && lost)
    joins.push(
      `left join ${LOST} g on g.source_table = '${table}' and g.id = b.id and g.target_id = p.target_id and p.outcome <> 'quarantined'`,
    );
  if (named) joins.push(`left join ${NAMED} n on n.source_table = '${table}' and n.id = b.id`);
  if (losers) joins.push(`left join ${LOSERS} l on l.source_table = '${table}' and l.id = b.id`);
  const found = (alias: string, owner: LogicalTable, on: string) => {
    if (layout.has(owner)) joins.push(`left join ${t(owner)} ${alias} on ${alias}.id = ${on}`);
    return layout.has(owner) ? `${alias}.id` : "null";
  };
  const columns = ["b.id", whole("b", table, "user_id")];
  columns.push(
    `${layout.has(table, "booking_id") ? uuidDigits(engine, `b.${quote("booking_id")}`) : "null"} as booking_id`,
  );
  const stamps = table === "booking" ? GROUP_STAMPS : LESSON_STAMPS;
  const plains = table === "booking" ? GROUP_PLAIN : LESSON_PLAIN;
  columns.push(
    ...stamps.map((name) => stamp("b", table, name)),
    ...plains.map((name) => plain("b", table, name)),
  );
  columns.push(`${found("u", "app_user", asked("student_user_id", "b.user_id"))} as found_user_id`);
  if (table === "booking") {
    columns.push(whole("b", table, "session_id"), whole("b", table, "seats_booked"));
    columns.push(
      `${found("s", "live_class_session", asked("session_id", "b.session_id"))} as found_session_id`,
    );
    const s = "live_class_session";
    columns.push(
      whole("s", s, "course_id", "session_course_id"),
      whole("s", s, "teacher_id", "session_teacher_id"),
    );
    columns.push(
      stamp("s", s, "start_at_utc", "session_start_at_utc"),
      stamp("s", s, "end_at_utc", "session_end_at_utc"),
    );
    columns.push(stamp("s", s, "scheduled_start", "session_scheduled_start"));
    columns.push(whole("s", s, "duration_minutes", "session_duration_minutes"));
    columns.push(
      `${found("c", "course", asked("course_id", column("s", s, "course_id")))} as found_course_id`,
    );
    columns.push(
      `${found("t", "teacher", asked("teacher_id", column("s", s, "teacher_id")))} as found_teacher_id`,
    );
  } else {
    const s = "teacher_availability";
    columns.push(whole("b", table, "availability_slot_id"), whole("b", table, "course_id"));
    columns.push(`${found("s", s, "b.availability_slot_id")} as found_slot_id`);
    columns.push(
      whole("s", s, "course_id", "slot_course_id"),
      whole("s", s, "teacher_id", "slot_teacher_id"),
    );
    columns.push(plain("s", s, "slot_type"), plain("s", s, "day_of_week"));
    for (const name of [
      "start_time",
      "end_time",
      "valid_from",
      "valid_until",
      "start_datetime",
      "end_datetime",
    ])
      columns.push(stamp("s", s, name));
    columns.push(
      given
        ? `coalesce(i.given_timezone, ${column("s", s, "timezone")}) as timezone`
        : plain("s", s, "timezone"),
    );
    const course = `coalesce(${column("b", table, "course_id")}, ${column("s", s, "course_id")})`;
    columns.push(`${found("c", "course", asked("course_id", course))} as found_course_id`);
    columns.push(
      `${found("t", "teacher", asked("teacher_id", column("s", s, "teacher_id")))} as found_teacher_id`,
    );
  }
  columns.push(
    layout.has("teacher") && layout.has("app_user") ? "tu.id as teacher_user_id" : "null as teacher_user_id",
  );
  if (layout.has("teacher") && layout.has("app_user"))
    joins.push(`left join ${t("app_user")} tu on tu.id = t.user_id`);
  columns.push(
    named ? "case when n.id is null then 0 else 1 end as is_original" : "0 as is_original",
    losers ? "l.winner_id as loses_to" : "null as loses_to",
    own && lost ? "case when g.id is null then 0 else 1 end as prior_lost" : "0 as prior_lost",
  );
  columns.push(...GIVEN_TEXTS.map((name) => (given ? `i.${name}` : `null as ${name}`)));
  columns.push(
    ...(own
      ? [
          "p.outcome as prior_outcome",
          "p.target_id as prior_target_id",
          "p.created as prior_created",
          "p.source_hash as prior_hash",
          "i.status as issue_status",
          "i.code as issue_code",
        ]
      : ["outcome", "target_id", "created", "hash"]
          .map((name) => `null as prior_${name}`)
          .concat("null as issue_status", "null as issue_code")),
  );
  return `select ${columns.join(", ")}\n${joins.join("\n")}`;
}
