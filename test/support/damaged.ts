/** The program on small databases of the app that somebody changed by hand. */
import { afterEach, expect } from "vitest";
import { query, type Scratch, scratch } from "./databases.ts";
import { makeDjango } from "./django.ts";
import { runHere } from "./run-here.ts";
import { act } from "./worlds.ts";

const made: Scratch[] = [];

/** Removes what each test of a file made. */
export function removeAfterEach(): void {
  afterEach(async () => {
    for (const place of made.splice(0)) await place.remove();
  });
}

/** An empty place, removed after the test. */
export async function empty(engine: Scratch["engine"]): Promise<Scratch> {
  const place = await scratch(engine);
  made.push(place);
  return place;
}

/** A small database of the app, in which the statements were run as by a hand; removed after the test. */
export async function damaged(engine: Scratch["engine"], ...statements: string[]): Promise<Scratch> {
  const place = await makeDjango(engine, { generation: "D" });
  made.push(place);
  if (statements.length > 0) await act(place, ...statements);
  return place;
}

/** Runs a command on the database. It never shows a stack. */
export async function run(place: Scratch, words: string) {
  const { code, out, err } = await runHere([...words.split(" "), "--db", place.address]);
  expect(err).not.toContain("    at ");
  return { code, out, err, said: out + err };
}

/** The same with `--json`: the answer, or the error. */
export async function json(place: Scratch, words: string) {
  const { code, out, err } = await run(place, `${words} --json`);
  return {
    code,
    answer: out === "" ? null : JSON.parse(out),
    error: out === "" ? JSON.parse(err).error : null,
  };
}

/** Whether classbook wrote anything. */
export async function isUntouched(place: Scratch): Promise<boolean> {
  const [list] = await query(
    place,
    place.engine === "sqlite"
      ? "select count(*) as n from sqlite_master where name like 'classbook%'"
      : "select count(*) as n from pg_class where relname like 'classbook%'",
  );
  return Number(list!.n) === 0;
}

/** How the command line of a hint names the database: never with its password. */
export function shown(place: Scratch): string {
  return place.engine === "sqlite"
    ? `--db ${place.address}`
    : `--db "${place.address.replace(":test@", ":***@")}"`;
}
