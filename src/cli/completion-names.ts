/** Ids and usernames of the database that a command line names, for completion: quick, and silent where there is none. */
import { homedir } from "node:os";
import type { Choice, IdName } from "../db/completion.ts";
import { type LAYOUTS, SETTINGS, Settings } from "./settings.ts";

/** What can be named. */
export type Named = IdName | "user" | "teacher's username" | "row";

/** Nobody waits longer for a list that they did not ask for. */
const PATIENCE_MS = 300;
const MOST_MS = 800;

/** What a shell would take apart or run is left to be typed. */
const TYPEABLE = /^[\w.@%+:-]+$/;

/**
 * None where no database is there, it does not answer at once, or anything else is wrong: who wants to know asks by a command.
 *
 * @param flags as they are typed, by commander's names
 */
export async function namedChoices(
  name: Named,
  current: string,
  flags: Record<string, string>,
  env: NodeJS.ProcessEnv,
): Promise<{ word: string; about: string }[]> {
  const late = new Promise<Choice[]>((give) => {
    setTimeout(() => give([]), MOST_MS).unref();
  });
  try {
    const found = await Promise.race([lookUp(name, current, flags, env), late]);
    return found.filter(({ word }) => TYPEABLE.test(word));
  } catch {
    return [];
  }
}

async function lookUp(
  name: Named,
  current: string,
  flags: Record<string, string>,
  env: NodeJS.ProcessEnv,
): Promise<Choice[]> {
  const settings = new Settings({ flags, env, mending: true });
  // A shell hands on what was typed: it would have put the home folder in.
  const address = (settings.get("db") ?? SETTINGS.db.fallback).replace(/^~(?=\/)/, homedir());
  const { openAsFound } = await import("../db/open.ts");
  const { database, unfit } = await openAsFound(address, {
    layout: settings.get("layout") as (typeof LAYOUTS)[number] | null,
    appLabel: settings.get("app_label"),
    patience: PATIENCE_MS,
  });
  try {
    if (unfit !== null) return [];
    const { isIdName, listIds, listOpenRows, listTeachers, listUsernames } = await import(
      "../db/completion.ts"
    );
    if (name === "user") return await listUsernames(database, current);
    if (name === "teacher's username") return await listTeachers(database, current);
    if (name === "row") return await listOpenRows(database, current);
    return isIdName(name) ? await listIds(database, name, current) : [];
  } finally {
    await database.close();
  }
}
