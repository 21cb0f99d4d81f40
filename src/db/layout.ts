/**
 * Logical names ↔ physical names, and which columns a database really has. The only module that
 * knows how an installation's tables are called (SPEC 1, LEGACY 1).
 */
import { type ClassbookError, usageError } from "../domain/error.ts";

export type Engine = "sqlite" | "postgres";
export type LayoutKind = "native" | "django";

/** The app's tables by logical name, with the model part of the Django table name. */
export const APP_MODELS = {
  user_profile: "userprofile",
  teacher: "teacher",
  course: "course",
  course_teacher: "courseteacher",
  enrollment: "enrollment",
  live_class_session: "liveclasssession",
  teacher_availability: "teacheravailability",
  booking: "booking",
  one_on_one_booking: "oneononebooking",
  booking_reminder: "bookingreminder",
  live_class_booking: "liveclassbooking",
  teacher_booking_policy: "teacherbookingpolicy",
  booking_series: "bookingseries",
  booking_series_item: "bookingseriesitem",
  session_waitlist: "sessionwaitlist",
} as const;

/** classbook's own tables: the same name in the native layout, behind `classbook_` in the django layout. */
export const OWN_TABLES = [
  "schema_history",
  "lease",
  "setting",
  "bulk_load",
  "booking_event",
  "notification_outbox",
  "booking_import",
  "legacy_run",
  "legacy_provenance",
  "legacy_issue",
  "legacy_series",
  "legacy_session_before",
] as const;

export type AppTable = "app_user" | keyof typeof APP_MODELS;
export type OwnTable = (typeof OWN_TABLES)[number];
export type LogicalTable = AppTable | OwnTable;

export const APP_TABLES = ["app_user", ...Object.keys(APP_MODELS)] as AppTable[];

export interface Column {
  name: string;
  /** The declared type, lower case, as the engine prints it. */
  type: string;
  notNull: boolean;
  hasDefault: boolean;
  /** Most characters the column takes; null where unlimited or not enforced (SQLite). */
  maxLength: number | null;
}

export interface ForeignKey {
  column: string;
  /** Physical name of the referenced table. */
  references: string;
}

/** A table as introspection found it. */
export interface PhysicalTable {
  name: string;
  /** A view, or what else can be read like a table and not written or referred to. */
  isView: boolean;
  columns: Map<string, Column>;
  foreignKeys: ForeignKey[];
  /** Column lists of unique indexes and constraints without a WHERE. */
  uniques: string[][];
  /** Names of all indexes. */
  indexes: Set<string>;
  /** Names of all triggers. */
  triggers: Set<string>;
}

/** Everything a database holds, by physical table name. */
export type Catalog = Map<string, PhysicalTable>;

/** Names of SQLite, which knows no difference between small letters and capitals. */
class FoldedNames extends Set<string> {
  override add(name: string): this {
    return super.add(name.toLowerCase());
  }

  override has(name: string): boolean {
    return super.has(name.toLowerCase());
  }
}

/** Names of indexes and triggers, compared as the engine does. */
export function namesFor(engine: Engine): Set<string> {
  return engine === "sqlite" ? new FoldedNames() : new Set();
}

/** Names that compare as those of another set. */
export function likeNames(set: ReadonlySet<string>, names: Iterable<string>): Set<string> {
  return set instanceof FoldedNames ? new FoldedNames(names) : new Set(names);
}

export function emptyTable(name: string): PhysicalTable {
  return {
    name,
    isView: false,
    columns: new Map(),
    foreignKeys: [],
    uniques: [],
    indexes: new Set(),
    triggers: new Set(),
  };
}

const OWN_PREFIX = "classbook_";

export interface LayoutChoice {
  /** Forced layout; null = detect. */
  layout?: LayoutKind | null | undefined;
  /** Forced Django app label; null = find the one that is there. */
  appLabel?: string | null | undefined;
}

/** One database's tables, by logical name. */
export class Layout {
  readonly kind: LayoutKind;
  /** The Django app label as the database spells it; null in the native layout. */
  readonly appLabel: string | null;
  readonly catalog: Catalog;
  private readonly names: Map<LogicalTable, string>;

  constructor(kind: LayoutKind, appLabel: string | null, catalog: Catalog) {
    this.kind = kind;
    this.appLabel = appLabel;
    this.catalog = catalog;
    const byLower = new Map([...catalog.keys()].map((name) => [name.toLowerCase(), name]));
    this.names = new Map();
    for (const table of [...APP_TABLES, ...OWN_TABLES]) {
      const wanted = nameIn(kind, appLabel, table);
      this.names.set(table, catalog.has(wanted) ? wanted : (byLower.get(wanted.toLowerCase()) ?? wanted));
    }
  }

  /** The physical name: as found, or as it would be created. */
  name(table: LogicalTable): string {
    return this.names.get(table)!;
  }

  /** The table as found; null where the database lacks it. */
  table(table: LogicalTable): PhysicalTable | null {
    return this.catalog.get(this.name(table)) ?? null;
  }

  has(table: LogicalTable, column?: string): boolean {
    const found = this.table(table);
    return found !== null && (column === undefined || found.columns.has(column));
  }

  column(table: LogicalTable, column: string): Column | null {
    return this.table(table)?.columns.get(column) ?? null;
  }

  /** The layout after tables, columns and indexes were added. */
  with(added: readonly { table: string; columns: Column[]; indexes: string[] }[]): Layout {
    const catalog: Catalog = new Map(this.catalog);
    for (const { table, columns, indexes } of added) {
      const found = catalog.get(table) ?? emptyTable(table);
      catalog.set(table, {
        ...found,
        columns: new Map([...found.columns, ...columns.map((column) => [column.name, column] as const)]),
        indexes: likeNames(found.indexes, [...found.indexes, ...indexes]),
      });
    }
    return new Layout(this.kind, this.appLabel, catalog);
  }

  /** Pairs for the query rewriter: logical → physical, where they differ. */
  renames(): Map<string, string> {
    return new Map([...this.names].filter(([logical, physical]) => logical !== physical));
  }
}

function halfASchema(missing: readonly string[], otherwise = ""): ClassbookError {
  return usageError(
    "half_a_schema",
    `this database has only part of the app's tables: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not there`,
    `check that the dump was restored completely${otherwise}`,
  );
}

/** What the unified tables refer to: every generation of the app has them. */
const ESSENTIAL: readonly AppTable[] = ["app_user", "teacher", "course", "live_class_session"];

/** @throws ClassbookError usage `half_a_schema`: an app's database lacks tables without which no booking can be written */
export function requireEssential(layout: Layout): void {
  const missing = layout.kind === "native" ? [] : ESSENTIAL.filter((table) => !layout.has(table));
  if (missing.length > 0) throw halfASchema(missing.map((table) => layout.name(table)));
}

function nameIn(kind: LayoutKind, appLabel: string | null, table: LogicalTable): string {
  if (kind === "native") return table;
  if (table === "app_user") return "auth_user";
  if (table in APP_MODELS) return `${appLabel}_${APP_MODELS[table as keyof typeof APP_MODELS]}`;
  return OWN_PREFIX + table;
}

/** Models whose presence marks a Django app as this one; two of them suffice, for real databases lack some. */
const MARKS = ["booking", "liveclasssession", "oneononebooking", "liveclassbooking", "teacheravailability"];

/** App labels by how many marks they bear. Spellings that differ in case only are one app, unless both have a table. */
function labelsIn(catalog: Catalog): Map<string, number> {
  const found = new Map<string, Set<string>>();
  for (const name of catalog.keys()) {
    const cut = name.lastIndexOf("_");
    const [label, mark] = [name.slice(0, cut), name.slice(cut + 1).toLowerCase()];
    if (cut <= 0 || !MARKS.includes(mark) || `${label}_` === OWN_PREFIX) continue;
    const same = [...found].find(
      ([other, marks]) => other.toLowerCase() === label.toLowerCase() && !marks.has(mark),
    );
    const key = found.has(label) ? label : (same?.[0] ?? label);
    found.set(key, (found.get(key) ?? new Set()).add(mark));
  }
  return new Map([...found].map(([label, marks]) => [label, marks.size]));
}

/**
 * Which layout a database has. An empty database is native (to be created).
 *
 * @throws ClassbookError usage: neither layout is there, or several apps are and none was named.
 */
export function detectLayout(catalog: Catalog, choice: LayoutChoice): Layout {
  const hasNative = catalog.has("live_class_session") || catalog.has("schema_history");
  const kind = choice.layout ?? (hasNative && !choice.appLabel ? "native" : null);
  if (kind === "native") return new Layout("native", null, catalog);
  const labels = labelsIn(catalog);
  if (choice.appLabel) {
    const wanted = choice.appLabel.toLowerCase();
    const found = [...labels.keys()].find((label) => label.toLowerCase() === wanted);
    if (found === undefined) {
      throw usageError(
        "unknown_app_label",
        `no tables of a Django app "${choice.appLabel}" in this database`,
        labels.size > 0 ? `found: ${[...labels.keys()].join(", ")}` : "check --db and --app-label",
      );
    }
    return new Layout("django", found, catalog);
  }
  const likely = [...labels].filter(([, marks]) => marks >= 2).map(([label]) => label);
  if (likely.length > 1) {
    throw usageError(
      "several_apps",
      `several Django apps here look like the teaching platform: ${likely.join(", ")}`,
      "name one with --app-label",
    );
  }
  if (likely.length === 1) return new Layout("django", likely[0]!, catalog);
  if (kind === "django") {
    if (labels.size === 1) return new Layout("django", [...labels.keys()][0]!, catalog);
    throw usageError(
      "not_this_app",
      "no tables of the teaching platform's Django app in this database",
      "check --db, or name --app-label",
    );
  }
  if (catalog.size === 0) return new Layout("native", null, catalog);
  // The native names of two tables read like those of Django apps with such labels.
  if (labels.size > 0 && [...labels.keys()].every((label) => ["live_class", "one_on_one"].includes(label)))
    throw halfASchema(
      ["live_class_session", "schema_history"],
      ", and that search_path names its schema first",
    );
  if (labels.size === 1) {
    const missing = MARKS.filter(
      (mark) => ![...catalog.keys()].some((name) => name.toLowerCase().endsWith(`_${mark}`)),
    );
    throw halfASchema(
      missing.map((mark) => `${[...labels.keys()][0]}_${mark}`),
      "; --layout django works with what there is",
    );
  }
  throw usageError(
    "not_this_app",
    `this database is not the teaching platform's: none of its ${catalog.size} tables is known (${[...catalog.keys()].slice(0, 5).join(", ")}${catalog.size > 5 ? ", …" : ""})`,
    "check --db; a Django app under another label is named with --app-label",
  );
}
