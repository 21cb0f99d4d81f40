/**
 * One batch of an import, in the caller's transaction: its rows go to a temporary table first, so that
 * the same set-based SQL compares, refuses and copies them on both engines.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CompiledQuery, sql } from "kysely";
import type { Cell } from "./bulk.ts";
import { quote } from "./ddl.ts";
import type { ImportProblem } from "./import-source.ts";
import type { TargetTable } from "./import-target.ts";
import type { Database } from "./open.ts";
import type { Trx } from "./transaction.ts";

export const STAGE = "classbook_import_stage";

/** One batch at work. */
export interface Stage {
  database: Database;
  trx: Trx;
  target: TargetTable;
  /** The columns that the rows fill; the first is `id`. */
  columns: readonly string[];
  /** The physical name of the target, quoted. */
  name: string;
  problems: ImportProblem[];
}

export interface BatchResult {
  inserted: number;
  updated: number;
  unchanged: number;
  skipped: number;
  /** Of the unchanged: rows of the unified tables that differ from the source and were kept (they are never overwritten). */
  kept: number;
  problems: ImportProblem[];
}

export async function run<R>(stage: Stage, text: string): Promise<R[]> {
  return (await sql.raw<R>(text).execute(stage.trx)).rows;
}

async function change(stage: Stage, text: string): Promise<number> {
  return Number((await sql.raw(text).execute(stage.trx)).numAffectedRows ?? 0);
}

/** Puts the rows, whose ids are all different, into a fresh temporary table with the target's column types. */
export async function openStage(
  database: Database,
  trx: Trx,
  target: TargetTable,
  columns: readonly string[],
  rows: readonly Cell[][],
): Promise<Stage> {
  const name = quote(database.layout.name(target.table));
  const stage: Stage = { database, trx, target, columns, name, problems: [] };
  const list = columns.map(quote).join(", ");
  await run(stage, `drop table if exists ${STAGE}`);
  const { sqlite } = database;
  if (sqlite !== null) {
    const types = database.layout.table(target.table)!.columns;
    const rest = columns.slice(1).map((column) => `${quote(column)} ${types.get(column)!.type}`);
    await run(stage, `create temp table ${STAGE} (${["id integer primary key", ...rest].join(", ")})`);
    const insert = sqlite.prepare(`insert into ${STAGE} values (${columns.map(() => "?").join(", ")})`);
    for (const row of rows) insert.run(row);
    return stage;
  }
  await run(stage, `create temp table ${STAGE} on commit drop as select ${list} from ${name} with no data`);
  const { copyFrom } = await import("./copy.ts");
  const copy = database.pg()!.query(copyFrom(`copy ${STAGE} (${list}) from stdin`)) as NodeJS.WritableStream;
  await pipeline(Readable.from(copyLines(rows)), copy);
  await run(stage, `analyze ${STAGE}`);
  return stage;
}

const COPY_CHUNK = 65_536;

function* copyLines(rows: readonly Cell[][]): Generator<string> {
  let chunk = "";
  for (const row of rows) {
    for (let i = 0; i < row.length; i += 1) {
      const value = row[i]!;
      if (i > 0) chunk += "\t";
      chunk += typeof value === "string" ? escapeCopy(value) : value === null ? "\\N" : String(value);
    }
    chunk += "\n";
    if (chunk.length > COPY_CHUNK) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}

function escapeCopy(text: string): string {
  if (!/[\\\t\n\r]/.test(text)) return text;
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("\t", "\\t")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
}

/** Takes rows out of the batch. */
export async function unstage(stage: Stage, ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += 1000)
    await run(
      stage,
      `delete from ${STAGE} where id in (${ids
        .slice(at, at + 1000)
        .map(Number)
        .join(",")})`,
    );
}

/** `a.x is distinct from b.x or …` */
export function differs(columns: readonly string[], a: string, b: string): string {
  const pairs = columns.map((c) => `${a}.${quote(c)} is distinct from ${b}.${quote(c)}`);
  return pairs.length === 0 ? "1 = 0" : pairs.join(" or ");
}

/** Copies what is staged: rows that differ from the target's of the same id change it, new ones are inserted. */
export async function upsertStage(stage: Stage, count: number): Promise<BatchResult> {
  const { columns, name, target } = stage;
  const rest = columns.slice(1);
  let updated = 0;
  // Most batches of a first import lie beyond every id of the target: no need to compare row by row.
  const [met] = await run(
    stage,
    `select 1 as met from ${name} where id between (select min(id) from ${STAGE}) and (select max(id) from ${STAGE}) limit 1`,
  );
  if (target.table === "app_user") await settleUsernames(stage);
  if (met !== undefined) {
    updated = await change(
      stage,
      `update ${name} as t set ${rest.map((c) => `${quote(c)} = s.${quote(c)}`).join(", ")}
       from ${STAGE} s where s.id = t.id and (${differs(rest, "t", "s")})`,
    );
  }
  const inserted = await insertStage(stage);
  return {
    inserted,
    updated,
    unchanged: count - inserted - updated,
    skipped: 0,
    kept: 0,
    problems: stage.problems,
  };
}

export async function insertStage(stage: Stage): Promise<number> {
  const list = stage.columns.map(quote).join(", ");
  return change(
    stage,
    `insert into ${stage.name} (${list}) select ${list} from ${STAGE} where true order by id on conflict (id) do nothing`,
  );
}

/**
 * Two users cannot have one name here. The second gets `name#id`, rather than be left out with all their
 * bookings; users who exchange names within a batch get them.
 */
async function settleUsernames(stage: Stage): Promise<void> {
  const { name } = stage;
  await run(
    stage,
    `update ${name} set username = 'classbook import ' || id where exists (
       select 1 from ${STAGE} s where s.id = ${name}.id and s.username <> ${name}.username and ${name}.username <> s.username || '#' || s.id)`,
  );
  const taken = await run<{ id: number; username: string }>(
    stage,
    `select s.id, s.username from (select id, username, min(id) over (partition by username) as first from ${STAGE}) s
     where s.username = '' or s.id <> s.first
       or exists (select 1 from ${name} t where t.username = s.username and t.id <> s.id) order by s.id`,
  );
  for (const { id, username } of taken) {
    const given = `${[...username].slice(0, 150 - `#${id}`.length).join("")}#${id}`;
    await stage.trx.executeQuery(
      CompiledQuery.raw(
        stage.database.engine === "sqlite"
          ? `update ${STAGE} set username = ? where id = ?`
          : `update ${STAGE} set username = $1 where id = $2`,
        [given, id],
      ),
    );
    const why = username === "" ? "the user has no name" : "another user has this name";
    stage.problems.push({
      table: "app_user",
      id,
      column: "username",
      value: username,
      what: `${why}, which must be unique; "${given}" stands in its place`,
    });
  }
}

/** Moves what gives out ids beyond the highest: on SQLite the engine did so itself (AUTOINCREMENT). */
export async function moveSequence(stage: Stage): Promise<void> {
  if (stage.database.engine === "sqlite") return;
  const [found] = await run<{ sequence: string | null }>(
    stage,
    `select pg_get_serial_sequence('${stage.name.replaceAll("'", "''")}', 'id') as sequence`,
  );
  if (!found?.sequence) return;
  await run(
    stage,
    `select setval('${found.sequence.replaceAll("'", "''")}'::regclass, m.id) from (select max(id) as id from ${stage.name}) m
     where m.id >= (select last_value from ${found.sequence})`,
  );
}
