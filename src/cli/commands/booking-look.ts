/** `booking list`, `show`, `history`. */
import type { Command } from "commander";
import { ALL_EVENTS, EVENT_FIELDS, listEvents } from "../../db/audit.ts";
import {
  ALL_BOOKINGS,
  BOOKING_FIELDS,
  BOOKING_SORTS,
  type BookingFilter,
  type BookingView,
  listBookings,
  viewBooking,
} from "../../db/booking-list.ts";
import type { Database } from "../../db/open.ts";
import { getTeacherId, getUser } from "../../db/people.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { BOOKING_STATUSES, BOOKING_TYPES } from "../../domain/booking.ts";
import { notFound } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import { readIds } from "../batch.ts";
import { Flags } from "../flags.ts";
import { printObjects, printRows } from "../output.ts";
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
      .option("--type <TYPE>", BOOKING_TYPES.join(" or "))
      .option("--status <LIST>", `any of ${BOOKING_STATUSES.join(", ")}`)
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
    .addHelpText("after", "\nExample:\n  $ classbook booking history 1 --db sample/school.sqlite3")
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
    from: flags.instant("--from", input.from, zone) ?? (input.upcoming ? here.now() : null),
    until: flags.instant("--to", input.to, zone) ?? (input.past ? here.now() : null),
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
  await here.read(async (database) => {
    await requireSchema(database);
    const rows = await listBookings(database, await readFilter(here, database, flags));
    await printRows(
      here.output,
      BOOKING_FIELDS,
      rows.map((row) => ({ ...row })),
      SHOWN,
      "No such bookings.",
    );
    if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "booking"));
  });
}

async function show(here: Shell, words: string[]): Promise<void> {
  await here.read(async (database) => {
    await requireSchema(database);
    const found: BookingView[] = [];
    for (const id of await readIds(here, words)) {
      const view = await viewBooking(database, id);
      if (view === null) throw noSuchBooking(id);
      found.push(view);
    }
    await printObjects(
      here.output,
      found.map((view) => ({ ...view })),
      (row) => bookingScreen(here.output, row as unknown as BookingView),
    );
  });
}

function noSuchBooking(id: number) {
  return notFound("no_such_booking", `there is no booking ${id}`, "`classbook booking list` lists them");
}

async function history(here: Shell, word: string): Promise<void> {
  const [id] = await readIds(here, [word]);
  await here.read(async (database) => {
    await requireSchema(database);
    const events = await listEvents(database, {
      ...ALL_EVENTS,
      subject: "live_class_booking",
      subject_id: id!,
    });
    if (events.length === 0 && (await viewBooking(database, id!)) === null) throw noSuchBooking(id!);
    await printEvents(
      here.output,
      events,
      `Nothing happened to booking ${id} since it was made or taken over.`,
    );
    if (here.output.format === "table" && events.length > 0)
      here.say(`${plural(events.length, "event")}, times in ${here.zone}`);
  });
}
