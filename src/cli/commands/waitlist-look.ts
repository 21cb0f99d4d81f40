/** `waitlist list`, `explain`. */
import type { Command } from "commander";
import type { Database } from "../../db/open.ts";
import { getTeacherId, getUser } from "../../db/people.ts";
import { ALL_ENTRIES, WAITLIST_FIELDS, WAITLIST_SORTS, type WaitlistFilter } from "../../db/waitlist-list.ts";
import { plural } from "../../domain/spoken.ts";
import { WAITLIST_STATUSES } from "../../domain/waitlist.ts";
import { inside } from "../../operations/context.ts";
import { requireNamed } from "../../operations/named.ts";
import { explainEntry, listEntriesFor } from "../../operations/waitlist-view.ts";
import { consult, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { TTL, wordOption } from "../options.ts";
import { printRows } from "../output.ts";
import { type PagingFlags, readPaging, withPaging } from "../paging.ts";
import { explainScreen } from "../screens/waitlist.ts";
import type { Shell, WithShell } from "../shell.ts";
import { chooseEntries, type EntryFlags, PLACE } from "../waitlist-choice.ts";

interface ListFlags extends PagingFlags {
  session?: string;
  student?: string;
  teacher?: string;
  course?: string;
  status?: string;
  from?: string;
  to?: string;
}

const SHOWN = ["id", "status", "session_id", "title", "student", "position", "offer_expires_at", "overdue"];

const EXPLAINED = [
  ...WAITLIST_FIELDS,
  ...["capacity", "taken", "pending", "offers", "open", "seats", "bar", "ahead_count", "ahead", "outlook"],
];

export function defineWaitlistLooks(waitlist: Command, shell: WithShell): void {
  withPaging(
    waitlist
      .command("list")
      .description("who waits, holds an offer, took one or lost it, by session, student, teacher and status")
      .option("--session <ID>", "of this session")
      .option("--student <USER>", "of this student")
      .option("--teacher <TEACHER>", "of this teacher's sessions: id, username or e-mail address")
      .option("--course <ID>", "of this course's sessions")
      .addOption(wordOption("--status <LIST>", `any of ${WAITLIST_STATUSES.join(", ")}`, WAITLIST_STATUSES))
      .option("--from <INSTANT>", "that joined then or later")
      .option("--to <INSTANT>", "that joined before"),
    WAITLIST_SORTS,
    "created_at",
  )
    .option(...TTL)
    .addHelpText(
      "after",
      "\nposition: the place in the queue, from 1. overdue: an offer that ran out and that nobody has ended yet.\n\nExample:\n  $ classbook waitlist list --session 20 --status waiting,offered --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (flags: ListFlags, command: Command) => list(shell(command, WAITLIST_FIELDS), flags));
  waitlist
    .command("explain [ENTRY...]")
    .description("the seats, who is ahead, and what has to happen before this student gets one")
    .option(...PLACE.session)
    .option(...PLACE.student)
    .option(...TTL)
    .addHelpText(
      "after",
      "\nStudents see nobody but themselves.\n\nExample:\n  $ classbook waitlist explain --session 20 --student hugo --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (words: string[], flags: EntryFlags, command: Command) =>
      explain(shell(command, EXPLAINED), words, flags),
    );
}

async function readFilter(here: Shell, database: Database, input: ListFlags): Promise<WaitlistFilter> {
  const flags = new Flags();
  const zone = () => here.zone;
  const filter: WaitlistFilter = {
    ...ALL_ENTRIES,
    session: flags.id("--session", input.session),
    course: flags.id("--course", input.course),
    statuses: flags.words("--status", input.status, WAITLIST_STATUSES),
    from: flags.instant("--from", input.from, zone),
    until: flags.instant("--to", input.to, zone),
    ...readPaging(flags, input, WAITLIST_SORTS),
  };
  flags.done();
  const { student, teacher } = input;
  return {
    ...filter,
    student: student === undefined ? null : (await getUser(database, "--student", student)).id,
    teacher: teacher === undefined ? null : await getTeacherId(database, "--teacher", teacher),
  };
}

async function list(here: Shell, flags: ListFlags): Promise<void> {
  const rows = await consult(here, async (context) => {
    const filter = await readFilter(here, inside(context), flags);
    const found = await listEntriesFor(context, filter);
    if (found.length === 0) await requireNamed(context, filter);
    return found;
  });
  const machine = rows.map((row) => ({ ...row }));
  const forPerson = rows.map((row) => ({ ...row, overdue: row.overdue ? "yes" : "" }));
  await printRows(
    here.output,
    WAITLIST_FIELDS,
    here.output.format === "table" ? forPerson : machine,
    SHOWN,
    "Nobody.",
  );
  if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "entry", "entries"));
}

async function explain(here: Shell, words: readonly string[], input: EntryFlags): Promise<void> {
  await showEach(
    here,
    await chooseEntries(here, words, input),
    (context, id) => explainEntry(context, id, here.zone),
    (one) => explainScreen(here.output, one),
  );
}
