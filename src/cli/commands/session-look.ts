/** `session list`, `show`, `roster`. */
import type { Command } from "commander";
import type { Database } from "../../db/open.ts";
import { getTeacherId } from "../../db/people.ts";
import {
  ALL_SESSIONS,
  listSessions,
  SESSION_FIELDS,
  SESSION_SORTS,
  type SessionFilter,
  type SessionView,
} from "../../db/session-list.ts";
import { earliest, type Instant, latest, toRfc3339 } from "../../domain/instant.ts";
import { SESSION_STATUSES } from "../../domain/session.ts";
import { plural } from "../../domain/spoken.ts";
import { requireNamed } from "../../operations/named.ts";
import {
  describeSession,
  forEyesOf,
  getSession,
  listSessionRoster,
  ROSTER_FIELDS,
} from "../../operations/session-details.ts";
import { consult, readIds, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { wordOption } from "../options.ts";
import { printRows, type Row } from "../output.ts";
import { sessionLine, sessionScreen } from "../screens/session.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ListFlags {
  teacher?: string;
  course?: string;
  status?: string;
  from?: string;
  to?: string;
  upcoming?: boolean;
  past?: boolean;
  full?: boolean;
  open?: boolean;
  sort: string;
  limit?: string;
  page?: string;
}

const SHOWN = [
  "id",
  "status",
  "title",
  "teacher",
  "start_at_utc",
  "capacity",
  "taken",
  "pending",
  "offers",
  "open",
  "waiting",
];
const ROSTER_SHOWN = [
  "status",
  "student",
  "first_name",
  "last_name",
  "email",
  "seats_reserved",
  "student_note",
  "last_attended_at",
  "position",
];
const PAGE = 50;

const SHOW = [...SESSION_FIELDS, "queue", "bookings", "policy"];

export function defineLooks(session: Command, shell: WithShell): void {
  session
    .command("list")
    .description("sessions by teacher, course, status, time and seats, with who holds the seats")
    .option("--teacher <TEACHER>", "of this teacher: id, username or e-mail address")
    .option("--course <ID>", "of this course")
    .addOption(wordOption("--status <LIST>", `any of ${SESSION_STATUSES.join(", ")}`, SESSION_STATUSES))
    .option("--from <INSTANT>", "that start then or later")
    .option("--to <INSTANT>", "that start before")
    .option("--upcoming", "that have not started")
    .option("--past", "that have started")
    .option("--full", "without an open seat")
    .option("--open", "with an open seat")
    .addOption(
      wordOption(
        "--sort <FIELD>",
        `by ${SESSION_SORTS.join(", ")}; - before it turns the order`,
        SESSION_SORTS,
        "start_at_utc",
      ),
    )
    .option("--limit <N>", "at most so many")
    .option("--page <N>", `a page of --limit rows (default: ${PAGE}), from 1`)
    .addHelpText(
      "after",
      "\nopen = capacity − taken − pending − offers: what pending requests and live offers hold is not open.\n\nExample:\n  $ classbook session list --upcoming --open --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (flags: ListFlags, command: Command) => list(shell(command, SESSION_FIELDS), flags));
  session
    .command("show <ID...>")
    .description("one session with its seats, bookings, queue and the policy in force")
    .addHelpText(
      "after",
      "\nSeveral ids, or - for ids on standard input, show several.\n\nExample:\n  $ classbook session show 20 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (words: string[], _flags: object, command: Command) => show(shell(command, SHOW), words));
  session
    .command("roster <ID>")
    .description("who is in a session, with their notes and addresses, and who waits for it")
    .addHelpText(
      "after",
      "\nFor staff, and the session's teacher. first_attended_at and last_attended_at: the student's first and last attended\nclass in the course.\n\nExample:\n  $ classbook session roster 20 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (word: string, _flags: object, command: Command) =>
      roster(shell(command, ROSTER_FIELDS), word),
    );
}

/** A session as it is printed: the app's two times, whose names do not end like an instant's, are instants too. */
export function sessionRow<T extends SessionView>(session: T): T & Row {
  const machine = (instant: Instant | null) => instant && toRfc3339(instant);
  const { scheduled_start, scheduled_end } = session;
  return {
    ...session,
    scheduled_start: machine(scheduled_start),
    scheduled_end: machine(scheduled_end),
  } as never;
}

async function readFilter(here: Shell, database: Database, input: ListFlags): Promise<SessionFilter> {
  const flags = new Flags();
  const zone = () => here.zone;
  const limit = flags.whole("--limit", input.limit, 1);
  const page = flags.whole("--page", input.page, 1);
  const filter: SessionFilter = {
    ...ALL_SESSIONS,
    course: flags.id("--course", input.course),
    statuses: flags.words("--status", input.status, SESSION_STATUSES),
    from: latest(flags.instant("--from", input.from, zone), input.upcoming ? here.now() : null),
    until: earliest(flags.instant("--to", input.to, zone), input.past ? here.now() : null),
    seats: input.full ? "full" : input.open ? "open" : null,
    sort: flags.word("--sort", input.sort.replace(/^-/, ""), SESSION_SORTS) ?? "id",
    descending: input.sort.startsWith("-"),
    limit: limit ?? (page === null ? null : PAGE),
    offset: page === null ? 0 : (page - 1) * (limit ?? PAGE),
  };
  if (input.upcoming && input.past) flags.problem("--upcoming and --past exclude each other");
  if (input.full && input.open) flags.problem("--full and --open exclude each other");
  flags.done();
  return {
    ...filter,
    teacher: input.teacher === undefined ? null : await getTeacherId(database, "--teacher", input.teacher),
  };
}

async function list(here: Shell, flags: ListFlags): Promise<void> {
  const rows = await consult(here, async (context) => {
    const filter = await readFilter(here, context.database, flags);
    const found = await listSessions(context.database, filter, context);
    if (found.length === 0) await requireNamed(context, filter);
    return found.map((row) => forEyesOf(context, row));
  });
  await printRows(here.output, SESSION_FIELDS, rows.map(sessionRow), SHOWN, "No such sessions.");
  if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "session"));
}

async function show(here: Shell, words: string[]): Promise<void> {
  await showEach(
    here,
    await readIds(here, words),
    async (context, id) => sessionRow(await describeSession(context, id)),
    (session) => sessionScreen(here.output, session),
  );
}

async function roster(here: Shell, word: string): Promise<void> {
  const [id] = await readIds(here, [word]);
  const { session, rows } = await consult(here, async (context) => {
    const found = await getSession(context, id!);
    return { session: found, rows: await listSessionRoster(context, found) };
  });
  if (here.output.format === "table") here.say(sessionLine(here.output, session));
  await printRows(
    here.output,
    ROSTER_FIELDS,
    rows.map((row) => ({ ...row })),
    ROSTER_SHOWN,
    "Nobody is in it, and nobody waits.",
  );
}
