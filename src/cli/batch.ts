/** One command, several things: a transaction each, a line each, and one exit code for all (CLI.md). */
import type { Database } from "../db/open.ts";
import { requireSchema } from "../db/schema-state.ts";
import type { Actor } from "../domain/actor.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import { type Acting, type Context, look, operate, operateOnEach } from "../operations/context.ts";
import { EXIT } from "./exit.ts";
import { reportFailure } from "./failure.ts";
import { type Format, printObject, printObjects, printRows, type Row, streamRows } from "./output.ts";
import type { Shell } from "./shell.ts";

/** Who acts in this run, and when. */
export function actingFor(here: Shell, actor: Actor): Acting & { rehearse: boolean } {
  return { now: here.now(), actor, offerHours: here.offerHours, rehearse: here.dryRun };
}

/** Runs one operation as the command's actor; `--dry-run` takes it back. */
export async function perform<T>(here: Shell, work: (context: Context) => Promise<T>): Promise<T> {
  return here.write(
    async (database, actor) => {
      await requireSchema(database);
      return operate(database, actingFor(here, actor), work);
    },
    { rehearses: true },
  );
}

/** Looks as the command's actor, and writes nothing. */
export async function consult<T>(here: Shell, work: (context: Context) => Promise<T>): Promise<T> {
  return here.read(async (database, actor) => {
    await requireSchema(database);
    return look(database, actingFor(here, actor), work);
  });
}

/** The words of a command line; `-` stands for those on standard input, one a line: the first column of TSV. */
export async function readWords(here: Shell, words: readonly string[]): Promise<string[]> {
  const named: string[] = [];
  for (const word of words) {
    if (word !== "-") {
      named.push(word);
      continue;
    }
    // One by one: hundreds of thousands are more than a call takes as its arguments.
    for (const line of (await here.io.read()).split(/\r?\n/)) {
      const id = line.split("\t")[0]!.trim();
      if (id !== "") named.push(id);
    }
  }
  return named;
}

/**
 * The ids of a command line; `-` stands for those on standard input, one a line.
 *
 * @throws ClassbookError usage, naming every word that is no id
 */
export async function readIds(here: Shell, words: readonly string[]): Promise<number[]> {
  const named = await readWords(here, words);
  const wrong = named.filter((word) => !/^\d{1,15}$/.test(word));
  if (wrong.length > 0)
    throw usageError(
      "bad_id",
      `${wrong.map((word) => `"${word}"`).join(", ")} is no id`,
      "ids are whole numbers; - reads them from standard input",
    );
  return [...new Set(named.map(Number))];
}

/**
 * Shows each thing, by its id or another name. Of several, those that cannot be shown are said on stderr, and the
 * others are shown: 7, or the worst code where none could.
 */
export async function showEach<Name extends string | number, T extends object>(
  here: Shell,
  names: readonly Name[],
  find: (context: Context, name: Name) => Promise<T>,
  screen: (one: T) => string,
): Promise<void> {
  const refusals: ClassbookError[] = [];
  const found = await consult(here, async (context) => {
    const all: T[] = [];
    for (const name of names)
      try {
        all.push(await find(context, name));
      } catch (error) {
        if (names.length === 1 || !(error instanceof ClassbookError)) throw error;
        refusals.push(error);
      }
    return all;
  });
  await printObjects(here.output, names.length, found as readonly (T & Row)[], (row) =>
    screen(row as unknown as T),
  );
  const wantsJson = here.output.format === "json";
  const codes = refusals.map((error) =>
    reportFailure(here.io, { error, wantsJson, verbose: false, command: null, address: here.givenAddress }),
  );
  if (codes.length > 0) here.exit(found.length > 0 ? EXIT.partial : worst(codes));
}

export interface Each {
  /** Every field of a result row beside id, result, code and message, which every row has. */
  columns: readonly string[];
  /** The field that holds the id acted on, where a row's own id is another's. */
  named?: string;
  /** What a person sees of one. */
  screen: (row: Row) => string;
  /** A list, however many there are: they were chosen by what they say. */
  asList?: boolean;
}

/** Every field of a command that acts on each id. */
export function eachOf(columns: readonly string[]): string[] {
  return ["id", "result", "code", "message", ...columns.filter((column) => column !== "id")];
}

/**
 * Acts on each id. One id: its refusal is the command's. Several: each has a line, and what was refused says why;
 * 7 where some were done and others not, else the worst code of all.
 */
export async function forEachId(
  here: Shell,
  ids: readonly number[],
  { columns, named = "id", screen, asList = false }: Each,
  work: (context: Context, id: number) => Promise<Row>,
): Promise<void> {
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      if (ids.length === 1 && !asList) {
        const row = await operate(database, actingFor(here, actor), (context) => work(context, ids[0]!));
        await printObject(here.output, row, () => screen(row));
        return;
      }
      await actOnAll(here, database, actor, { ids, columns, named, work });
    },
    { rehearses: true },
  );
}

/** Formats whose lines stand alone, and are printed as each is done. */
const LINES: readonly Format[] = ["tsv", "csv", "ndjson"];

/** From so many on it is told how far it is. */
const MANY = 100;

async function actOnAll(
  here: Shell,
  database: Database,
  actor: Actor,
  {
    ids,
    columns,
    named,
    work,
  }: {
    ids: readonly number[];
    columns: readonly string[];
    named: string;
    work: (context: Context, id: number) => Promise<Row>;
  },
): Promise<void> {
  let rows: Row[] = [];
  let codes: number[] = [];
  const shown = [
    ...[named, "result", "message"],
    ...columns.filter((column) => ["status", "student", "start_at_utc"].includes(column)),
  ];
  const asDone = LINES.includes(here.output.format) && !here.dryRun;
  const stream = asDone ? streamRows(here.output, eachOf(columns), () => "") : null;
  const isLong = ids.length >= MANY && !(here.io.outIsTerminal && asDone);
  const progress = isLong ? here.progress() : null;
  const items = () => {
    rows = [];
    codes = [];
    return untilStopped(ids, here.stopping);
  };
  try {
    await operateOnEach<number, Row>(database, actingFor(here, actor), items, async (id, run) => {
      const row = await run((context) => work(context, id)).then(
        (done): Row => ({ [named]: id, result: "done", code: null, message: null, ...done }),
        (error: unknown): Row => {
          if (!(error instanceof ClassbookError)) throw error;
          codes.push(EXIT[error.kind]);
          return { [named]: id, result: error.kind, code: error.code, message: error.message };
        },
      );
      rows.push(row);
      stream?.row(row);
      progress?.update("done", rows.length, ids.length);
      await new Promise((turn) => setImmediate(turn)); // Signals and the progress line get their turn.
    });
  } finally {
    progress?.end();
    if (stream === null) await printRows(here.output, eachOf(columns), rows, shown);
    else stream.end();
    if (rows.length < ids.length) sayStopped(here, rows.length, ids.length);
  }
  if (codes.length > 0) here.exit(codes.length < rows.length ? EXIT.partial : worst(codes));
}

function sayStopped(here: Shell, done: number, all: number): void {
  const untouched = all - done;
  here.say(
    `Stopped after ${done.toLocaleString("en")} of ${all.toLocaleString("en")}: ${untouched === 1 ? "the other one is" : `the other ${untouched.toLocaleString("en")} are`} as before. The same command for those goes on.`,
  );
}

function* untilStopped(ids: readonly number[], stopping: () => boolean): Iterable<number> {
  for (const id of ids) {
    if (stopping()) return;
    yield id;
  }
}

/** The highest of some exit codes. */
function worst(codes: readonly number[]): number {
  return codes.reduce((one, other) => Math.max(one, other), 0);
}
