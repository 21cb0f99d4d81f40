/** Which places in queues a command is about: by id, or by session and student. */
import { getUser } from "../db/people.ts";
import { inside } from "../operations/context.ts";
import { findEntryOf } from "../operations/waitlist-entry.ts";
import { consult, readIds } from "./batch.ts";
import { Flags } from "./flags.ts";
import type { Shell } from "./shell.ts";

export interface EntryFlags {
  session?: string;
  student?: string;
}

export const PLACE = {
  session: ["--session <ID>", "with --student, instead of an entry: the session"],
  student: ["--student <USER>", "id, username or e-mail address"],
} as const;

/**
 * The entries typed; `-` stands for those on standard input.
 *
 * @throws ClassbookError usage where nothing is named, or both an entry and a student; not_found `no_such_entry`
 */
export async function chooseEntries(
  here: Shell,
  words: readonly string[],
  { session, student }: EntryFlags,
): Promise<number[]> {
  const flags = new Flags();
  const id = flags.id("--session", session);
  const byName = session !== undefined || student !== undefined;
  if (words.length > 0 && byName) flags.problem("entries and --session with --student exclude each other");
  else if (words.length === 0 && !byName) flags.problem("no entry is named");
  else if (byName && (session === undefined || student === undefined))
    flags.problem(session === undefined ? "--session is missing" : "--student is missing");
  flags.done("an entry's id, or --session ID --student USER; `classbook waitlist list` lists them");
  if (student === undefined) return readIds(here, words);
  return consult(here, async (context) => {
    const user = await getUser(inside(context), "--student", student);
    return [await findEntryOf(context, { session: id!, student: user.id })];
  });
}
