/** `booking list`, `show`, `history`. */
import type { Command } from "commander";
import { EVENT_FIELDS } from "../../db/audit.ts";
import { ALL_BOOKINGS, BOOKING_FIELDS, BOOKING_SORTS, type BookingFilter } from "../../db/booking-list.ts";
import type { Database } from "../../db/open.ts";
import { getTeacherId, getUser } from "../../db/people.ts";
import { BOOKING_STATUSES, BOOKING_TYPES } from "../../domain/booking.ts";
import { earliest, latest } from "../../domain/instant.ts";
import { plural } from "../../domain/spoken.ts";
import { listBookingsFor, listHistory, viewBookingFor } from "../../operations/booking-view.ts";
import { inside } from "../../operations/context.ts";
import { requireNamed } from "../../operations/named.ts";
import { consult, readIds, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { wordOption } from "../options.ts";
import { printRows } from "../output.ts";
import { type PagingFlags, readPaging, withPaging } from "../paging.ts";
import { printEvents } from "../screens/audit.ts";
import { bookingScreen } from "../screens/booking.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ListFlags extends PagingFlags {
  student?: string;
  teacher?: string;
  course?: string;
  session?: string;
  type?: string;
  status?: string;
  from?: string;
  to?: string;
  upcoming?: boolean;
  past?: boolean;
}

const SHOWN = [
  "id",
  "status",
  "student",
  "course",
  "teacher",
  "session_id",
  "start_at_utc",
  "seats_reserved",
];

export function defineLooks(booking: Command, shell: WithShell): void {
  withPaging(
    booking
      .command("list")
      .description("bookings by student, teacher, course, session, type, status and time")
      .option("--student <USER>", "of this student")
      .option("--teacher <TEACHER>", "of this teacher: id, username or e-mail address")
      .option("--course <ID>", "of this course")
      .option("--session <ID>", "of this session")
      .addOption(wordOption("--type <TYPE>", BOOKING_TYPES.join(" or "), BOOKING_TYPES))
      .addOption(wordOption("--status <LIST>", `any of ${BOOKING_STATUSES.join(", ")}`, BOOKING_STATUSES))
      .option("--from <INSTANT>", "that start then or later")
      .option("--to <INSTANT>", "that start before")
      .option("--upcoming", "that have not started")
      .option("--past", "that have started"),
    BOOKING_SORTS,
    "start_at_utc",
  )
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook booking list --student ana --upcoming --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (flags: ListFlags, command: Command) => list(shell(command, BOOKING_FIELDS), flags));
  booking
    .command("show <ID...>")
    .description("one booking with everything about it; - reads ids from standard input")
    .addHelpText("after", "\nExample:\n  $ classbook booking show 1 --db sample/school.sqlite3")
    .action(async (words: string[], _flags: object, command: Command) =>
      show(shell(command, BOOKING_FIELDS), words),
    );
  booking
    .command("history <ID>")
    .description("everything that happened to a booking: who, when, what, from what to what, and why")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook booking approve 118 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3\n  $ classbook booking history 118 --db sample/school.sqlite3",
    )
    .action(async (word: string, _flags: object, command: Command) =>
      history(shell(command, EVENT_FIELDS), word),
    );
}

async function readFilter(here: Shell, database: Database, input: ListFlags): Promise<BookingFilter> {
  const flags = new Flags();
  const zone = () => here.zone;
  const filter: BookingFilter = {
    ...ALL_BOOKINGS,
    course: flags.id("--course", input.course),
    session: flags.id("--session", input.session),
    type: flags.word("--type", input.type, BOOKING_TYPES),
    statuses: flags.words("--status", input.status, BOOKING_STATUSES),
    from: latest(flags.instant("--from", input.from, zone), input.upcoming ? here.now() : null),
    until: earliest(flags.instant("--to", input.to, zone), input.past ? here.now() : null),
    ...readPaging(flags, input, BOOKING_SORTS),
  };
  if (input.upcoming && input.past) flags.problem("--upcoming and --past exclude each other");
  flags.done();
  return {
    ...filter,
    student: input.student === undefined ? null : (await getUser(database, "--student", input.student)).id,
    teacher: input.teacher === undefined ? null : await getTeacherId(database, "--teacher", input.teacher),
  };
}

async function list(here: Shell, flags: ListFlags): Promise<void> {
  const rows = await consult(here, async (context) => {
    const filter = await readFilter(here, inside(context), flags);
    const found = await listBookingsFor(context, filter);
    if (found.length === 0) await requireNamed(context, filter);
    return found;
  });
  await printRows(
    here.output,
    BOOKING_FIELDS,
    rows.map((row) => ({ ...row })),
    SHOWN,
    "No such bookings.",
  );
  if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "booking"));
}

async function show(here: Shell, words: string[]): Promise<void> {
  await showEach(here, await readIds(here, words), viewBookingFor, (view) =>
    bookingScreen(here.output, view),
  );
}

async function history(here: Shell, word: string): Promise<void> {
  const [id] = await readIds(here, [word]);
  const events = await consult(here, (context) => listHistory(context, id!));
  await printEvents(
    here.output,
    events,
    `Nothing happened to booking ${id} since it was made or taken over.`,
  );
  if (here.output.format === "table" && events.length > 0)
    here.say(`${plural(events.length, "event")}, times in ${here.zone}`);
}
