/** What `doctor` looks at of the database itself: file, engine, tables, schema, clock, zones. */
import { describeLayout } from "../db/generation.ts";
import {
  countDangling,
  findFileDamage,
  listStoredZones,
  readFileHealth,
  readServerClock,
  type StoredZone,
} from "../db/health.ts";
import { APP_TABLES, OWN_TABLES, requireEssential } from "../db/layout.ts";
import type { Database } from "../db/open.ts";
import { findOddities, unknownColumns } from "../db/requirements.ts";
import { findDifferences } from "../db/schema-differences.ts";
import { MIGRATIONS, readSchemaState } from "../db/schema-state.ts";
import { ClassbookError } from "../domain/error.ts";
import { splitInstant, toRfc3339 } from "../domain/instant.ts";
import { plural } from "../domain/spoken.ts";
import { isZone } from "../domain/zone.ts";
import { type Examiner, ok, problem, type Remark, type Topic, warning } from "./doctor.ts";
import { schemaProblems } from "./schema-problems.ts";

/** A PostgreSQL older than this lacks what the schema steps say. */
const OLDEST_POSTGRES = 14;
/** So far apart, an offer runs out visibly early or late. */
const MOST_SKEW_SECONDS = 5;
const GRAVE_SKEW_SECONDS = 60;
const MEGABYTE = 1_048_576;
const MOST_NAMED = 5;

export const DATABASE_TOPICS: readonly Topic[] = [
  { topic: "database", needs: "database", look: lookAtEngine },
  { topic: "file", needs: "database", look: lookAtFile },
  { topic: "integrity", needs: "database", slow: true, look: lookAtIntegrity },
  { topic: "layout", needs: "layout", look: lookAtLayout },
  { topic: "schema", needs: "layout", look: lookAtSchema },
  { topic: "references", needs: "database", slow: true, look: lookAtReferences },
  { topic: "clock", needs: "database", always: sayFixedClock, look: lookAtClock },
  { topic: "zones", needs: "layout", slow: true, always: sayZoneData, look: lookAtZones },
];

async function lookAtEngine({ address, version, engine }: Database): Promise<Remark[]> {
  const major = Number(/^PostgreSQL (\d+)/.exec(version)?.[1] ?? OLDEST_POSTGRES);
  const message = `${address}, ${version}`;
  return engine === "postgres" && major < OLDEST_POSTGRES
    ? [warning(`${message}: older than classbook is made for`, `use PostgreSQL ${OLDEST_POSTGRES} or later`)]
    : [ok(message)];
}

async function lookAtFile(database: Database): Promise<Remark[]> {
  const health = readFileHealth(database);
  if (health === null) return [];
  const { bytes, freeBytes, journalMode, readOnly } = health;
  const size = (n: number) => `${Math.ceil(n / MEGABYTE).toLocaleString("en")} MiB`;
  const remarks = [ok(`${size(bytes)}, journal mode ${journalMode}, ${size(freeBytes)} free on its disk`)];
  if (readOnly.length > 0)
    remarks.push(
      problem(
        `${readOnly.join(" and ")} cannot be written: nothing can be changed`,
        "check the permissions of the file and of its directory",
      ),
    );
  // A safety copy is as large as the file, and the work needs room as well.
  if (freeBytes < 2 * bytes)
    remarks.push(warning("the disk has no room for a safety copy and the work after it", "free some space"));
  return remarks;
}

async function lookAtIntegrity(database: Database): Promise<Remark[]> {
  if (database.engine !== "sqlite") return [];
  const damage = findFileDamage(database);
  return damage.length === 0
    ? [ok("SQLite finds the file whole")]
    : [
        problem(
          `the file is damaged: ${damage.join("; ")}`,
          "restore a backup, or try the sqlite3 shell's .recover",
        ),
      ];
}

async function lookAtReferences(database: Database, { command }: Examiner): Promise<Remark[]> {
  if (database.engine !== "sqlite") return [];
  const dangling = countDangling(database);
  if (dangling.length === 0) return [ok("every foreign key refers to a row that is there")];
  const all = dangling.reduce((total, { rows }) => total + rows, 0);
  const places = dangling.map(({ table, references, rows }) => `${table} → ${references} ${rows}`);
  return [
    warning(
      `${plural(all, "row refers", "rows refer")} to a row that is not there: ${places.join(", ")}`,
      command(database.layout.has("legacy_issue") ? "legacy issues" : "legacy plan"),
    ),
  ];
}

async function lookAtLayout(database: Database): Promise<Remark[]> {
  const { layout } = database;
  const known = new Set([...APP_TABLES, ...OWN_TABLES].map((table) => layout.name(table)));
  const others = [...layout.catalog.keys()].filter((name) => !known.has(name));
  const remarks = [
    ok(
      layout.catalog.size === 0
        ? "no table yet"
        : `${await describeLayout(database)}; ${plural(layout.catalog.size - others.length, "table")} of it, ${plural(others.length, "other")} left alone`,
    ),
  ];
  if (layout.catalog.size === 0) return remarks;
  try {
    requireEssential(layout);
  } catch (error) {
    if (!(error instanceof ClassbookError)) throw error;
    remarks.push(problem(error.message, error.hint));
  }
  const { absent_tables, empty_columns, filled_columns } = findOddities(database);
  const filled = filled_columns.map(({ column }) => column);
  const extra = unknownColumns(database).filter((column) => !filled.includes(column));
  if (layout.kind === "django" && absent_tables.length > 0)
    remarks.push(warning(`no table ${absent_tables.join(", ")}: nothing is migrated from there`, null));
  if (empty_columns.length > 0)
    remarks.push(warning(`missing and read as empty: ${empty_columns.join(", ")}`, null));
  if (filled.length > 0)
    remarks.push(
      warning(
        `the model does not know ${filled.join(", ")}, which must have a value: new rows get an empty one`,
        null,
      ),
    );
  if (extra.length > 0) remarks.push(ok(`the model does not know ${extra.join(", ")}: left alone`));
  return remarks;
}

async function lookAtSchema(database: Database, { command }: Examiner): Promise<Remark[]> {
  const { applied, pending } = await readSchemaState(database);
  const problems = await schemaProblems(database, command);
  const remarks = problems.map(({ problem: what, what_to_do }) => problem(what, what_to_do));
  if (applied.length > 0)
    for (const { problem: what, repair } of await findDifferences(database, database.db))
      remarks.push(
        problem(
          what,
          repair.length > 0 ? command("verify schema --fix") : "make it again by hand, or restore a backup",
        ),
      );
  if (pending.length > 0)
    remarks.unshift(
      problem(
        `${plural(pending.length, "step")} of ${MIGRATIONS.length} pending: ${pending.map(({ id }) => id).join(", ")}`,
        command("db migrate"),
      ),
    );
  const newer = applied.map(({ id }) => id).filter((id) => !MIGRATIONS.some((known) => known.id === id));
  if (newer.length > 0)
    remarks.push(
      warning(
        `${newer.join(", ")} ${newer.length === 1 ? "was" : "were"} applied, which this version does not know`,
        "use the classbook that applied it, or a later one",
      ),
    );
  return remarks.length > 0
    ? remarks
    : [ok(`${plural(applied.length, "step")} applied, none pending, nothing missing`)];
}

function sayFixedClock({ fixed, now }: Examiner): Remark[] {
  return fixed ? [warning(`--now fixes it at ${toRfc3339(now)}`, "leave --now out for real work")] : [];
}

async function lookAtClock(database: Database, { machineNow }: Examiner): Promise<Remark[]> {
  const before = machineNow();
  const server = await readServerClock(database);
  if (server === null) return [ok("the machine's clock is the only one")];
  // The server was asked at some time between the two: what the network took is no difference.
  const [earliest, latest, there] = [before, machineNow(), server].map((at) => {
    const { seconds, micros } = splitInstant(at);
    return seconds + micros / 1_000_000;
  }) as [number, number, number];
  const apart = there < earliest ? there - earliest : Math.max(0, there - latest);
  const message = `the database's clock is ${Math.abs(apart).toFixed(1)} s ${apart < 0 ? "behind" : "ahead of"} this machine's`;
  const hint = "set both by NTP: leases live by the machines' clocks";
  if (Math.abs(apart) > GRAVE_SKEW_SECONDS) return [problem(message, hint)];
  if (Math.abs(apart) > MOST_SKEW_SECONDS) return [warning(message, hint)];
  return [ok("this machine and the database agree")];
}

function sayZoneData({ versions: { node, icu, tz } }: Examiner): Remark[] {
  return [ok(`Node ${node}, ICU ${icu ?? "none"}, time zone data ${tz ?? "unknown"}`)];
}

async function lookAtZones(database: Database, { command }: Examiner): Promise<Remark[]> {
  const stored = await listStoredZones(database);
  const unknown = stored.filter(({ zone }) => !isZone(zone));
  if (unknown.length === 0)
    return [ok(`${plural(new Set(stored.map(({ zone }) => zone)).size, "zone")} in use, all known`)];
  const tables = [...new Set(unknown.map(({ table }) => table))];
  return tables.map((table) => {
    const here = unknown.filter((one) => one.table === table);
    return warning(
      `${plural(sum(here), "row")} of ${database.layout.name(table)} with a zone that is none: ${named(here)}`,
      table === "user_profile" ? command("student update USER --timezone ZONE") : "correct it in the app",
    );
  });
}

function sum(zones: readonly StoredZone[]): number {
  return zones.reduce((total, { rows }) => total + rows, 0);
}

function named(zones: readonly StoredZone[]): string {
  const shown = zones.slice(0, MOST_NAMED).map(({ zone }) => `"${zone}"`);
  return `${shown.join(", ")}${zones.length > MOST_NAMED ? ", …" : ""}`;
}
