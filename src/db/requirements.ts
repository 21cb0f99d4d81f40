/** What a database must have for the rules to be applied to it, and what it may lack (LEGACY 1). */
import { type ClassbookError, usageError } from "../domain/error.ts";
import { type Cell, emptyValue } from "./bulk.ts";
import { type AppTable, type Engine, Layout, type LogicalTable, requireEssential } from "./layout.ts";
import { SOURCE_TABLES, type SourceTable } from "./legacy-tables.ts";
import { MIGRATIONS, planMigrations, planOnEmpty } from "./schema-state.ts";

interface Schema {
  engine: Engine;
  layout: Layout;
}

/** Columns that every generation has and that decide a row's outcome, key, status or time: without one of them the rules cannot be applied. */
const NEEDED = {
  app_user: ["id"],
  user_profile: ["user_id", "timezone"],
  teacher: ["id", "user_id"],
  course: ["id"],
  live_class_session: ["id", "course_id", "teacher_id", "scheduled_start", "duration_minutes"],
  teacher_availability: words(
    "id teacher_id course_id slot_type day_of_week start_time end_time valid_from valid_until start_datetime end_datetime timezone",
  ),
  booking: words("id user_id session_id status booked_at original_session_id attended"),
  one_on_one_booking: words(
    "id user_id availability_slot_id course_id status booked_at confirmed_at original_booking_id attended next_booking_date",
  ),
} satisfies Partial<Record<AppTable, string[]>>;

/** Columns that every generation has and whose values are only carried over: where one is missing, nothing is to be carried. */
const CARRIED = {
  booking: words(
    "booking_id confirmed_at cancelled_at cancellation_reason cancellation_notes rescheduled_at attended_at student_notes",
  ),
  one_on_one_booking: words(
    "booking_id declined_at declined_reason cancelled_at cancellation_reason cancellation_notes meeting_link rescheduled_at attended_at student_notes teacher_notes is_recurring recurring_series_id recurring_cadence",
  ),
} satisfies Partial<Record<AppTable, string[]>>;

/** Written where the app's series have them. */
const STAMPS = ["booking_series.created_at", "booking_series.updated_at"];

function words(text: string): string[] {
  return text.split(" ");
}

const UNIFIED = [
  "live_class_booking",
  "teacher_booking_policy",
  "booking_series",
  "booking_series_item",
  "session_waitlist",
] as const satisfies AppTable[];

/** Tables that are written, or that what is written refers to by a foreign key: a view cannot stand for them. */
const REAL: readonly AppTable[] = ["app_user", "teacher", "course", "live_class_session", ...UNIFIED];

/** The columns of the unified tables as the schema steps make them. */
function unifiedColumns({ engine, layout }: Schema): Map<LogicalTable, string[]> {
  const bare = new Layout(layout.kind, layout.appLabel, new Map());
  const steps = planOnEmpty(MIGRATIONS, { engine, layout }).flatMap((planned) => planned.steps);
  return new Map(
    UNIFIED.map((table) => {
      const made = steps.find(({ what }) => what === `table ${bare.name(table)}`);
      return [table, made?.leaves?.columns.map((column) => column.name) ?? []];
    }),
  );
}

export interface Gap {
  /** Physical name. */
  table: string;
  columns: string[];
}

/** The columns without which nothing can be migrated, of the tables that are there. */
export function missingColumns(schema: Schema): Gap[] {
  return [...missingOf(schema, legacyColumns()), ...missingOf(schema, unifiedColumns(schema))];
}

function legacyColumns(): Map<LogicalTable, readonly string[]> {
  return new Map(Object.entries(NEEDED) as [AppTable, string[]][]);
}

function missingOf({ layout }: Schema, needed: ReadonlyMap<LogicalTable, readonly string[]>): Gap[] {
  return [...needed].flatMap(([table, columns]) => {
    const missing = columns.filter((column) => layout.has(table) && !layout.has(table, column));
    return missing.length === 0 ? [] : [{ table: layout.name(table), columns: missing }];
  });
}

/** Columns of the unified tables that neither the model nor a schema step knows, as `live_class_booking.room`. */
export function unknownColumns({ engine, layout }: Schema): string[] {
  const bare = new Layout(layout.kind, layout.appLabel, new Map());
  const made = [bare, layout]
    .flatMap((from) => planMigrations(MIGRATIONS, { engine, layout: from }))
    .flatMap(({ steps }) => steps.flatMap(({ leaves }) => leaves ?? []));
  return UNIFIED.flatMap((table) => {
    const known = made
      .filter((one) => [bare.name(table), layout.name(table)].includes(one.table))
      .flatMap(({ columns }) => columns.map(({ name }) => name));
    return [...(layout.table(table)?.columns.keys() ?? [])]
      .filter((column) => !known.includes(column))
      .map((column) => `${table}.${column}`);
  });
}

function emptyColumns({ layout }: Pick<Schema, "layout">): string[] {
  return (Object.entries(CARRIED) as [AppTable, string[]][]).flatMap(([table, columns]) =>
    columns
      .filter((column) => layout.has(table) && !layout.has(table, column))
      .map((column) => `${table}.${column}`),
  );
}

/** Something that is not as the model has it, and how it is dealt with; tables and columns by their logical names. */
export interface Oddities {
  /** Legacy tables that are not there. */
  absent_tables: SourceTable[];
  /** Legacy columns that are not there and read as empty, as `booking.student_notes`. */
  empty_columns: string[];
  /** Columns of the unified tables that the model does not know and that must not be NULL, with what is written to them. */
  filled_columns: { column: string; value: Cell }[];
}

export function findOddities(schema: Schema): Oddities {
  const { engine, layout } = schema;
  const filled = [...unifiedColumns(schema)].flatMap(([table, known]) =>
    [...(layout.table(table)?.columns.values() ?? [])]
      .filter(({ name, notNull, hasDefault }) => notNull && !hasDefault && !known.includes(name))
      .map((column) => ({ column: `${table}.${column.name}`, value: emptyValue(engine, column) })),
  );
  return {
    absent_tables: SOURCE_TABLES.filter((table) => !layout.has(table)),
    empty_columns: emptyColumns(schema),
    filled_columns: filled.filter(
      ({ column }) => !column.startsWith("teacher_booking_policy.") && !STAMPS.includes(column),
    ),
  };
}

/** Physical names of the views that stand where a table has to be. */
export function viewsInTheWay({ layout }: Pick<Schema, "layout">): string[] {
  return REAL.filter((table) => layout.table(table)?.isView).map((table) => layout.name(table));
}

function listed(names: readonly string[]): string {
  return `${names.join(", ")} ${names.length === 1 ? "is" : "are"} not there`;
}

function unfit(gaps: readonly Gap[], views: readonly string[]): ClassbookError {
  const problems = [
    ...gaps.map(({ table, columns }) => `of ${table} the columns ${listed(columns)}`),
    ...(views.length === 0
      ? []
      : [
          `${views.join(", ")} ${views.length === 1 ? "is a view" : "are views"}, where bookings need a table to be written to or to refer to`,
        ]),
  ];
  const hint =
    views.length === 0
      ? "nothing was changed; add the columns again, or restore a backup that has them; `classbook db check` names all that is missing"
      : "nothing was changed; make tables of the views, or copy the rows into a database of classbook's own: `classbook import --from SOURCE --db NEW`";
  return usageError(gaps.length > 0 ? "missing_columns" : "is_a_view", problems.join("; "), hint, {
    missing_columns: gaps,
    views,
  });
}

/**
 * @throws ClassbookError usage `half_a_schema`: tables without which no booking can be written are not there;
 *   `missing_columns`, `is_a_view`: a table is not what the rules need, all such things at once
 */
export function requireFit(schema: Schema): void {
  requireEssential(schema.layout);
  const [gaps, views] = [missingColumns(schema), viewsInTheWay(schema)];
  if (gaps.length > 0 || views.length > 0) throw unfit(gaps, views);
}

/**
 * Of a source whose rows are copied: without these columns each of its rows would wait for a decision, though
 * nothing is wrong with the rows.
 *
 * @throws ClassbookError usage `missing_columns`
 */
export function requireLegacyColumns(source: Schema): void {
  const gaps = missingOf(source, legacyColumns());
  if (gaps.length > 0) throw unfit(gaps, []);
}
