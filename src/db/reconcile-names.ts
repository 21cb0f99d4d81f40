/** How the queries of `legacy verify` name tables and columns, on both engines and in any generation (LEGACY 1). */
import { quote } from "./ddl.ts";
import type { LogicalTable } from "./layout.ts";
import type { SourceTable } from "./legacy-tables.ts";
import type { Database } from "./open.ts";

/** The columns in which the two legacy tables name another row as their original (LEGACY 1). */
export const ORIGINAL = {
  booking: "original_session_id",
  one_on_one_booking: "original_booking_id",
} as const satisfies Record<SourceTable, string>;

/** The answers of a person that stand beside an issue. */
const GIVEN = [
  "given_student_user_id",
  "given_session_id",
  "given_teacher_id",
  "given_course_id",
  "given_timezone",
  "given_status",
  "given_start_at_utc",
  "given_end_at_utc",
  "given_timestamp",
] as const;
type Given = (typeof GIVEN)[number];

/** Words of SQL about one database. What it lacks reads as NULL. */
export class Names {
  readonly database: Database;
  /** Whether any row has a person's answer: only then are issues joined to every row. */
  readonly answered: boolean;

  constructor(database: Database, answered: boolean) {
    this.database = database;
    this.answered = answered;
  }

  get isPostgres(): boolean {
    return this.database.engine === "postgres";
  }

  has(table: LogicalTable, column?: string): boolean {
    return this.database.layout.has(table, column);
  }

  /** The quoted physical name. */
  table(table: LogicalTable): string {
    return quote(this.database.layout.name(table));
  }

  /** A column of the table that `alias` stands for. */
  column(alias: string, table: LogicalTable, column: string): string {
    return this.has(table, column) ? `${alias}.${quote(column)}` : "null";
  }

  /** The column as the text that is stored: PostgreSQL's own types in their text form. */
  text(alias: string, table: LogicalTable, column: string): string {
    const found = this.column(alias, table, column);
    return found === "null" || !this.isPostgres ? found : `${found}::text`;
  }

  /** True where a boolean column of either engine says yes. */
  isTrue(alias: string, table: LogicalTable, column: string): string {
    return this.has(table, column)
      ? `cast(${alias}.${quote(column)} as text) in ('1', 'true', 't')`
      : "1 = 0";
  }

  /** A person's answer where there is one, else what the source says. `i` is the issue. */
  answer(given: Given, otherwise: string): string {
    return this.answered ? `coalesce(i.${given}, ${otherwise})` : otherwise;
  }

  /** The join of the issue as `i`; empty where no row has answers. */
  joinAnswers(table: SourceTable): string {
    return this.answered
      ? `left join ${this.table("legacy_issue")} i on i.source_table = '${table}' and i.source_id = b.id`
      : "";
  }

  /** The join of the provenance as `p` to the legacy row `b`. */
  joinProvenance(table: SourceTable, condition = "1 = 1"): string {
    return `join ${this.table("legacy_provenance")} p on p.source_table = '${table}' and p.source_id = b.id and ${condition}`;
  }

  /** The rows that another row of the table names as its original (LEGACY 2.4): `select … as id`. */
  namedOriginals(table: SourceTable): string {
    const column = quote(ORIGINAL[table]);
    return this.has(table, ORIGINAL[table])
      ? `select distinct ${column} as id from ${this.table(table)} where ${column} is not null and ${column} <> id`
      : "select null as id where 1 = 0";
  }
}

/** A condition on issues that hold any answer of a person. */
export function hasAnyAnswer(alias: string): string {
  return `(${GIVEN.map((given) => `${alias}.${given} is not null`).join(" or ")})`;
}
