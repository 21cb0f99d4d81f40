/**
 * A Django `dumpdata` file as an import's source. Its records stand in no guaranteed order, so one pass
 * puts those of the app into a temporary database that has no name and vanishes with the process (the
 * passwords stay behind); the tables are then read from there like those of an SQLite file.
 */
import type BetterSqlite3 from "better-sqlite3";
import { usageError } from "../domain/error.ts";
import { quote } from "./ddl.ts";
import { notDumpdata, readJsonRecords } from "./import-json.ts";
import { type ImportProblem, type ImportSource, type SourceTable, shownValue } from "./import-source.ts";
import { sqlitePages } from "./import-sqlite.ts";
import { APP_MODELS, type AppTable } from "./layout.ts";

export interface ScanOptions {
  appLabel: string | null;
  /** Columns that a table may have; a field that is none of them is passed over. */
  wanted: ReadonlyMap<AppTable, readonly string[]>;
  /** Told now and then how many bytes of the file are read; false ends the scan, and `null` comes back. */
  onScan: (done: number, total: number) => boolean;
}

interface Bucket {
  columns: readonly string[];
  /** The columns that some record had. */
  seen: Set<string>;
  insert: BetterSqlite3.Statement;
  /** The temporary table. */
  name: string;
  total: number;
}

const TABLES = new Map<string, AppTable>(
  Object.entries(APP_MODELS).map(([table, model]) => [model, table as AppTable]),
);
/** Two of these make an app the teaching platform (as in the layout's detection); a dump does not show empty tables, so one may do. */
const MARKS = new Set([
  "booking",
  "liveclasssession",
  "oneononebooking",
  "liveclassbooking",
  "teacheravailability",
]);
const ASK_EVERY = 5_000;

/**
 * Reads the file through once.
 *
 * @throws ClassbookError usage `not_json`, `not_dumpdata`, `not_this_app`, `several_apps`, `unknown_app_label`,
 *   `natural_keys`
 */
export async function dumpdataSource(file: string, options: ScanOptions): Promise<ImportSource | null> {
  const { default: BetterSqlite3 } = await import("better-sqlite3");
  const sqlite = new BetterSqlite3(""); // A file without a name, which the engine deletes.
  try {
    sqlite.pragma("journal_mode = OFF");
    const scan = new Scan(sqlite, file, options.wanted);
    sqlite.exec("begin");
    let n = 0;
    for await (const { value, done, total } of readJsonRecords(file)) {
      scan.take(value, n);
      n += 1;
      if (n % ASK_EVERY === 0 && !options.onScan(done, total)) {
        sqlite.close();
        return null;
      }
    }
    sqlite.exec("commit");
    return scan.source(options.appLabel);
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

class Scan {
  readonly #sqlite: BetterSqlite3.Database;
  readonly #file: string;
  readonly #wanted: ScanOptions["wanted"];
  /** By app label in lower case, then by table. */
  readonly #apps = new Map<string, Map<AppTable, Bucket>>();
  /** Labels as written. */
  readonly #labels = new Map<string, string>();
  readonly #models = new Set<string>();
  readonly #problems = new Map<Bucket, ImportProblem[]>();

  constructor(sqlite: BetterSqlite3.Database, file: string, wanted: ScanOptions["wanted"]) {
    this.#sqlite = sqlite;
    this.#file = file;
    this.#wanted = wanted;
  }

  /** Keeps a record where it could be the app's. @param position how many records came before it */
  take(record: unknown, position: number): void {
    const { model, pk, fields } = (record ?? {}) as { model?: unknown; pk?: unknown; fields?: unknown };
    if (typeof model !== "string" || typeof fields !== "object" || fields === null || Array.isArray(fields)) {
      throw notDumpdata(
        this.#file,
        `record ${position + 1} has no ${typeof model === "string" ? "fields" : "model"}`,
      );
    }
    const cut = model.lastIndexOf(".");
    const label = model.slice(0, cut);
    const word = model.slice(cut + 1).toLowerCase();
    if (this.#models.size < 50) this.#models.add(model);
    const table =
      label.toLowerCase() === "auth" ? (word === "user" ? "app_user" : undefined) : TABLES.get(word);
    if (table === undefined) return;
    const bucket = this.#bucketOf(label, table);
    if (bucket !== null) this.#keep(bucket, { table, model, pk, fields: fields as Record<string, unknown> });
  }

  #bucketOf(label: string, table: AppTable): Bucket | null {
    const columns = this.#wanted.get(table);
    if (columns === undefined) return null;
    const key = label.toLowerCase();
    let app = this.#apps.get(key);
    if (app === undefined) {
      app = new Map();
      this.#apps.set(key, app);
      this.#labels.set(key, label);
    }
    let bucket = app.get(table);
    if (bucket === undefined) {
      const name = `${key}.${table}`;
      this.#sqlite.exec(`create table ${quote(name)} (${columns.map(quote).join(", ")})`);
      const insert = this.#sqlite.prepare(
        `insert into ${quote(name)} values (${columns.map(() => "?").join(", ")})`,
      );
      bucket = { columns, seen: new Set(["id"]), insert, name, total: 0 };
      app.set(table, bucket);
    }
    return bucket;
  }

  #keep(
    bucket: Bucket,
    {
      table,
      model,
      pk,
      fields,
    }: { table: AppTable; model: string; pk: unknown; fields: Record<string, unknown> },
  ): void {
    if (pk === undefined || pk === null) throw this.#naturalKeys(`${model} without pk`);
    const cells = bucket.columns.map((column) => {
      if (column === "id") return this.#cellOf(pk);
      let value = fields[column];
      // A foreign key stands under the field's name: `user` for user_id.
      if (value === undefined && column.endsWith("_id")) value = fields[column.slice(0, -3)];
      if (value === undefined) return null;
      bucket.seen.add(column);
      if (Array.isArray(value) && column.endsWith("_id"))
        throw this.#naturalKeys(
          `${model} ${pk} names its ${column.slice(0, -3)} as ${JSON.stringify(value)}`,
        );
      if (typeof value === "string" && /\p{Surrogate}/u.test(value)) {
        this.#halfCharacter(bucket, { table, pk, column, value });
        return value.replace(/\p{Surrogate}/gu, "\ufffd");
      }
      return this.#cellOf(value);
    });
    bucket.insert.run(cells);
    bucket.total += 1;
  }

  #cellOf(value: unknown): string | number | null {
    if (value === null || typeof value === "string" || typeof value === "number") return value;
    if (typeof value === "boolean") return value ? 1 : 0;
    return JSON.stringify(value);
  }

  #naturalKeys(what: string) {
    return usageError(
      "natural_keys",
      `${this.#file} holds natural keys instead of ids: ${what}`,
      "make it anew without --natural-foreign and --natural-primary",
    );
  }

  /** Half of a surrogate pair is JSON, but no text that a database stores. */
  #halfCharacter(bucket: Bucket, at: { table: AppTable; pk: unknown; column: string; value: string }): void {
    const problems = this.#problems.get(bucket) ?? [];
    this.#problems.set(bucket, problems);
    problems.push({
      table: at.table,
      id: typeof at.pk === "number" ? at.pk : String(at.pk),
      column: at.column,
      value: shownValue(at.value),
      what: "half a character (a lone surrogate); U+FFFD stands in its place",
    });
  }

  /** The tables of the one app that is the teaching platform, and the users. */
  source(appLabel: string | null): ImportSource {
    const app = this.#apps.get(this.#chooseApp(appLabel))!;
    const users = this.#apps.get("auth")?.get("app_user");
    const buckets = new Map([...app, ...(users === undefined ? [] : [["app_user", users] as const])]);
    const tables: SourceTable[] = [...buckets].map(([table, { seen, total }]) => ({
      table,
      columns: seen,
      total,
    }));
    const sqlite = this.#sqlite;
    const problems = this.#problems;
    return {
      kind: "dumpdata",
      name: this.#file,
      notes: [
        "Django's dumpdata keeps milliseconds of a timestamp: microseconds are not in the file",
        ...(users === undefined
          ? [
              "the file holds no users: make it with `dumpdata auth.user APP`, or every booking lacks its student",
            ]
          : []),
      ],
      showsEmptyTables: false,
      teacherReference: null,
      countMigrated: async () => 0, // The records of a migration are no models of the app.
      tables: async () => tables,
      rows: async function* (table, columns) {
        const bucket = buckets.get(table);
        if (bucket === undefined) return;
        const found = problems.get(bucket);
        if (found !== undefined) yield { rows: [], problems: found };
        yield* sqlitePages(sqlite, { table, name: bucket.name, columns });
      },
      close: async () => {
        sqlite.close();
      },
    };
  }

  #chooseApp(appLabel: string | null): string {
    const marks = new Map(
      [...this.#apps].map(([label, tables]) => [
        label,
        [...tables.keys()].filter((table) => table !== "app_user" && MARKS.has(APP_MODELS[table])).length,
      ]),
    );
    if (appLabel !== null) {
      const wanted = appLabel.toLowerCase();
      if (wanted !== "auth" && this.#apps.has(wanted)) return wanted;
      throw usageError(
        "unknown_app_label",
        `no records of a Django app "${appLabel}" in ${this.#file}`,
        `found: ${this.#foundModels()}`,
      );
    }
    const likely = [...marks].filter(([, n]) => n >= 2);
    const possible = likely.length > 0 ? likely : [...marks].filter(([, n]) => n > 0);
    if (possible.length === 1) return possible[0]![0];
    if (possible.length > 1) {
      throw usageError(
        "several_apps",
        `several Django apps in ${this.#file} look like the teaching platform: ${possible.map(([label]) => this.#labels.get(label)).join(", ")}`,
        "name one with --app-label",
      );
    }
    throw usageError(
      "not_this_app",
      `${this.#file} is a Django dumpdata file, but not the teaching platform's: it holds ${this.#foundModels()}`,
      "name the app's label with --app-label, or make the file anew with: python manage.py dumpdata auth.user APP > FILE",
    );
  }

  #foundModels(): string {
    const models = [...this.#models];
    if (models.length === 0) return "no records";
    return `${models.slice(0, 5).join(", ")}${models.length > 5 ? ", …" : ""}`;
  }
}
