/** What a check of `verify` is: its words, and a query whose rows are what is wrong (SPEC 6). */
import type { Instant } from "../domain/instant.ts";
import { quote } from "./ddl.ts";
import { instantText, isInstantText } from "./instant-text.ts";
import type { LogicalTable } from "./layout.ts";
import type { Database, Db } from "./open.ts";
import { runQuery } from "./reconcile.ts";
import { readableRow } from "./stored.ts";

/** `error`: the data contradicts itself or the model; `warning`: somebody should look at it. */
export type Severity = "error" | "warning";

export interface CheckWords<C extends string = string> {
  /** Stable, snake_case. */
  code: C;
  severity: Severity;
  /** What holds where nothing is found. */
  sentence: string;
  /** What goes wrong where it does not hold. */
  why: string;
  /** What `--fix` does, or what a person does where it does nothing. */
  fix: string;
}

/** What a check looks at, and when. */
export interface Looking {
  database: Database;
  /** The connection or transaction to read by. */
  db: Db;
  now: Instant;
  /** How long an offer without a written end holds. */
  offerHours: number;
}

/** One thing that is wrong. `thing`, `id` and `part` name it for good: see {@link keyOf}. */
export interface Finding {
  /** `session`, `booking`, `entry` …: what kind of row. */
  thing: string;
  /** Null where it is no row: something of the schema. */
  id: number | null;
  /** Which column or aspect of it; empty where there is one only. */
  part: string;
  /** For people. */
  text: string;
  /** What the query gave. */
  row: Record<string, unknown>;
}

/** `session:20`, `booking:5.course_id`: the same as long as the fault is there. */
export function keyOf({ thing, id, part }: Pick<Finding, "thing" | "id" | "part">): string {
  const row = id === null ? thing : `${thing}:${id}`;
  if (part === "") return row;
  return id === null ? `${thing}:${part}` : `${row}.${part}`;
}

export interface Measured {
  count: number;
  /** The first few, for people. */
  examples: string[];
}

/** Tables and columns that a check cannot do without. */
export type Read = readonly [LogicalTable, ...string[]];

export interface Check<C extends string = string> extends CheckWords<C> {
  reads: readonly Read[];
  measure(looking: Looking): Promise<Measured>;
  /** The query whose rows are the findings; null where it is none, or more than one. For the bench. */
  query(looking: Looking): Promise<string | null>;
  /** The findings after one, in their order; null = from the first. */
  page(looking: Looking, after: Finding | null, limit: number): Promise<Finding[]>;
}

export const MOST_EXAMPLES = 5;

/** Words of SQL for a check, on either engine. */
export class CheckSql {
  readonly looking: Looking;

  constructor(looking: Looking) {
    this.looking = looking;
  }

  get isPostgres(): boolean {
    return this.looking.database.engine === "postgres";
  }

  has(table: LogicalTable, column?: string): boolean {
    return this.looking.database.layout.has(table, column);
  }

  /** The quoted physical name. */
  t(table: LogicalTable): string {
    return quote(this.looking.database.layout.name(table));
  }

  /** An instant, as columns are compared with it. */
  at(instant: Instant): string {
    return this.isPostgres ? `timestamptz '${instant}+00'` : `'${instant}'`;
  }

  get now(): string {
    return this.at(this.looking.now);
  }

  /**
   * True of a column whose value is an instant in the form that compares as text; what is in another form is left to
   * `unreadable_time` and `time_form`. PostgreSQL's timestamps always are.
   */
  isInstant(table: LogicalTable, alias: string, column: string): string {
    const value = `${alias}.${quote(column)}`;
    if (!this.isPostgres) return isInstantText(value);
    const isStamp = this.looking.database.layout.column(table, column)?.type.startsWith("timestamp");
    return isStamp
      ? `${value} is not null`
      : `${value} ~ '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{6})?$'`;
  }

  /** Of a `with`: what SQLite is to work out first, and by itself. */
  get first(): string {
    return this.isPostgres ? "not materialized" : "materialized";
  }

  /** The sum of a column of whole numbers: SQLite's own stops at an overflow. */
  sum(column: string): string {
    return this.isPostgres ? `sum(${column})` : `cast(total(${column}) as integer)`;
  }

  /** By session, in one pass: the seats of its confirmed and attended bookings, and of its pending ones. Sessions without any are left out. @param among a query of their ids; left out, all */
  seatSums(among?: string): string {
    const of = (...statuses: string[]) =>
      this.sum(`case when status in ('${statuses.join("', '")}') then seats_reserved else 0 end`);
    return `(select session_id, ${of("confirmed", "attended")} as seated, ${of("pending")} as pending from ${this.t("live_class_booking")}
      where session_id ${among === undefined ? "is not null" : `in (${among})`} and status in ('confirmed', 'attended', 'pending') group by session_id)`;
  }

  /** A session's seats as bookings reckon with them. @param s the session's alias */
  capacity(s: string): string {
    const columns = ["capacity", "total_seats", "max_attendees"].filter((column) =>
      this.has("live_class_session", column),
    );
    return `coalesce(${[...columns.map((column) => `${s}.${column}`), "10"].join(", ")})`;
  }

  /** When the offer of an entry runs out by itself; null = nobody can say. @param w the entry's alias */
  offerEnd(w: string): string {
    const written = this.has("session_waitlist", "offer_expires_at")
      ? instantText(this.looking.database.engine, `${w}.offer_expires_at`)
      : "null";
    const hours = this.looking.offerHours;
    const minutes = Math.round(hours * 60);
    const made = this.isPostgres
      ? `${w}.offered_at + interval '${minutes} minutes'`
      : `datetime(substr(${w}.offered_at, 1, 19), '+${minutes} minutes') || substr(${w}.offered_at, 20)`;
    return `coalesce(${written}, ${made})`;
  }
}

export interface SqlCheck<C extends string> extends CheckWords<C> {
  reads: readonly Read[];
  /** A query that gives a row for each finding, with `thing`, `id` and `part`; null where nothing can be wrong here. */
  findings: (sql: CheckSql) => string | null | Promise<string | null>;
  text: (row: Record<string, unknown>) => string;
}

/** A check whose findings are the rows of one query: counted by the database, and read in pages by key. */
export function sqlCheck<const C extends string>(spec: SqlCheck<C>): Check<C> {
  const { findings, text, ...words } = spec;
  const select = async (
    looking: Looking,
    after: Finding | null,
    limit: number,
    more: string,
  ): Promise<Record<string, unknown>[]> => {
    const query = await findings(new CheckSql(looking));
    if (query === null) return [];
    const behind =
      after === null
        ? ""
        : `where (v.thing, v.id, v.part) > ('${after.thing}', ${Number(after.id)}, '${after.part}')`;
    const rows = await runQuery<Record<string, unknown>>(
      looking.db,
      `select v.*${more} from (${query}) v ${behind} order by v.thing, v.id, v.part limit ${limit}`,
    );
    return rows.map(readableRow);
  };
  return {
    ...words,
    query: async (looking) => findings(new CheckSql(looking)),
    measure: async (looking) => {
      const rows = await select(looking, null, MOST_EXAMPLES, ", count(*) over () as all_findings");
      return { count: Number(rows[0]?.all_findings ?? 0), examples: rows.map(text) };
    },
    page: async (looking, after, limit) =>
      (await select(looking, after, limit, "")).map((row) => ({
        thing: String(row.thing),
        id: Number(row.id),
        part: String(row.part),
        text: text(row),
        row,
      })),
  };
}

export interface ListCheck<C extends string> extends CheckWords<C> {
  reads: readonly Read[];
  /** In a fixed order. */
  findings: (looking: Looking) => AsyncIterable<Finding>;
}

/** A check that needs more than SQL: zones, the openings of slots, the schema itself. */
export function listCheck<const C extends string>(spec: ListCheck<C>): Check<C> {
  const { findings, ...words } = spec;
  return {
    ...words,
    query: async () => null,
    measure: async (looking) => {
      const found: Measured = { count: 0, examples: [] };
      for await (const { text } of findings(looking)) {
        found.count += 1;
        if (found.examples.length < MOST_EXAMPLES) found.examples.push(text);
      }
      return found;
    },
    page: async (looking, after, limit) => {
      const rows: Finding[] = [];
      let isBehind = after === null;
      for await (const finding of findings(looking)) {
        if (isBehind) rows.push(finding);
        else isBehind = keyOf(finding) === keyOf(after!);
        if (rows.length === limit) break;
      }
      return rows;
    },
  };
}

const PAGE = 10_000;

/** All findings of a check, a page at a time. */
export async function* allFindings(check: Check, looking: Looking): AsyncIterable<Finding[]> {
  for (let after: Finding | null = null; ; ) {
    const page: Finding[] = await check.page(looking, after, PAGE);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!;
  }
}
