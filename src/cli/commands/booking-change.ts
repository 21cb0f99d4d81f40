/** What is done to bookings: approve, decline, cancel, reschedule, attend, no-show. */
import type { Command } from "commander";
import {
  ALL_BOOKINGS,
  BOOKING_FIELDS,
  type BookingView,
  listBookings,
  viewBooking,
} from "../../db/booking-list.ts";
import { getTeacherId } from "../../db/people.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { type BookingStatus, CANCEL_REASONS } from "../../domain/booking.ts";
import { usageError } from "../../domain/error.ts";
import { approveBooking, declineBooking } from "../../operations/approval.ts";
import { markAttendance } from "../../operations/attendance.ts";
import { cancelBooking } from "../../operations/cancellation.ts";
import { type Context, inside } from "../../operations/context.ts";
import { rescheduleBooking } from "../../operations/reschedule.ts";
import { eachOf, forEachId, readIds } from "../batch.ts";
import { Flags } from "../flags.ts";
import { overrideOption, wordOption } from "../options.ts";
import type { Row } from "../output.ts";
import { bookingLine } from "../screens/booking.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ChangeFlags {
  override?: string;
  reason?: string;
  note?: string;
  teacher?: string;
  session?: string;
  slot?: string;
  on?: string;
  course?: string;
}

/** What a changed booking prints; the first four only where several are named. */
const COLUMNS = eachOf(BOOKING_FIELDS);

export function defineChanges(booking: Command, shell: WithShell): void {
  booking
    .command("approve [ID...]")
    .description("confirm requests; - reads ids from standard input")
    .option("--teacher <TEACHER>", "all requests of this teacher")
    .addOption(overrideOption())
    .addHelpText("after", example("approve --teacher 1 --dry-run"))
    .action(async (words: string[], input: ChangeFlags, command: Command) => {
      const here = shell(command, COLUMNS);
      const flags = new Flags();
      const overrides = flags.overrides(input.override);
      flags.done();
      const ids = await chooseIds(here, words, input, "pending", "--teacher");
      await change(here, ids, (context, id) => approveBooking(context, { id, overrides }));
    });
  booking
    .command("decline [ID...]")
    .description("decline requests; - reads ids from standard input")
    .option("--teacher <TEACHER>", "all requests of this teacher")
    .option("--reason <TEXT>", "why: told to the student")
    .addHelpText("after", example('decline --teacher 1 --reason "on holiday" --dry-run'))
    .action(async (words: string[], input: ChangeFlags, command: Command) => {
      const here = shell(command, COLUMNS);
      const ids = await chooseIds(here, words, input, "pending", "--teacher");
      await change(here, ids, (context, id) => declineBooking(context, { id, reason: input.reason ?? null }));
    });
  booking
    .command("cancel <ID...>")
    .description("cancel bookings; the seat goes to the next who waits; - reads ids from standard input")
    .addOption(
      wordOption("--reason <WORD>", `${CANCEL_REASONS.join(", ")} (default: by who acts)`, CANCEL_REASONS),
    )
    .option("--note <TEXT>", "more, kept in the teacher's note")
    .addOption(overrideOption())
    .addHelpText("after", example("cancel 1 --reason conflict --dry-run"))
    .action(async (words: string[], input: ChangeFlags, command: Command) => {
      const here = shell(command, COLUMNS);
      const flags = new Flags();
      const cancel_reason = flags.word("--reason", input.reason, CANCEL_REASONS);
      const overrides = flags.overrides(input.override);
      flags.done("more words go into --note");
      const note = input.note ?? null;
      await change(here, await readIds(here, words), (context, id) =>
        cancelBooking(context, { id, cancel_reason, note, overrides }),
      );
    });
  booking
    .command("reschedule <ID>")
    .description("move a booking to another session, or to another opening")
    .option("--session <ID>", "to a seat in this session")
    .option("--slot <ID>", "to a time of this availability slot")
    .option("--on <DATE>", "the local date (default: the slot's next)")
    .option("--course <ID>", "the course, where the slot is for all of its teacher's")
    .option("--note <TEXT>", "another note of the student")
    .addOption(overrideOption())
    .addHelpText("after", example("reschedule 118 --session 19 --dry-run"))
    .action(async (word: string, input: ChangeFlags, command: Command) =>
      reschedule(shell(command, COLUMNS), word, input),
    );
  for (const [verb, attended] of [
    ["attend", true],
    ["no-show", false],
  ] as const)
    booking
      .command(`${verb} [ID...]`)
      .description(`mark who ${attended ? "came" : "did not come"}; - reads ids from standard input`)
      .option("--session <ID>", "all confirmed bookings of this session")
      .addOption(overrideOption())
      .addHelpText("after", example(`${verb} 1 --dry-run`, "2026-11-24T18:00:00Z"))
      .action(async (words: string[], input: ChangeFlags, command: Command) => {
        const here = shell(command, COLUMNS);
        const flags = new Flags();
        const overrides = flags.overrides(input.override);
        flags.done();
        const ids = await chooseIds(here, words, input, "confirmed", "--session");
        await change(here, ids, (context, id) => markAttendance(context, { id, attended, overrides }));
      });
}

/** @param now when it can be done on the sample */
function example(words: string, now = "2026-11-20T09:00:00Z"): string {
  return `\nExample:\n  $ classbook booking ${words} --now ${now} --db sample/school.sqlite3`;
}

/** The ids typed, or those that the flag stands for. @throws ClassbookError usage where there is neither, or both */
async function chooseIds(
  here: Shell,
  words: readonly string[],
  input: ChangeFlags,
  status: BookingStatus,
  flag: "--teacher" | "--session",
): Promise<number[]> {
  const value = flag === "--teacher" ? input.teacher : input.session;
  if (words.length > 0 === (value !== undefined))
    throw usageError(
      "bad_flags",
      words.length > 0 ? `ids and ${flag} exclude each other` : `no id is given, and no ${flag}`,
      `name bookings by id, or ${flag} for all that are ${status}`,
    );
  if (value === undefined) return readIds(here, words);
  const flags = new Flags();
  const session = flag === "--session" ? flags.id(flag, value) : null;
  flags.done();
  return here.read(async (database) => {
    await requireSchema(database);
    const teacher = flag === "--teacher" ? await getTeacherId(database, flag, value) : null;
    const rows = await listBookings(database, { ...ALL_BOOKINGS, session, teacher, statuses: [status] });
    return rows.map(({ id }) => id);
  });
}

async function change(
  here: Shell,
  ids: readonly number[],
  work: (context: Context, id: number) => Promise<{ id: number }>,
): Promise<void> {
  if (ids.length === 0) {
    here.say("No such bookings.");
    return;
  }
  await forEachId(
    here,
    ids,
    {
      columns: BOOKING_FIELDS,
      screen: (row) => `${bookingLine(here.output, row as unknown as BookingView)}\n`,
    },
    async (context, id) => {
      const { id: done } = await work(context, id);
      return { ...(await viewBooking(inside(context), done))! } as Row;
    },
  );
  if (here.dryRun) here.say("Nothing was written.");
}

async function reschedule(here: Shell, word: string, input: ChangeFlags): Promise<void> {
  const flags = new Flags();
  const session = flags.id("--session", input.session);
  const slot = flags.id("--slot", input.slot);
  const date = flags.date("--on", input.on);
  const course = flags.id("--course", input.course);
  const overrides = flags.overrides(input.override);
  if ((input.session === undefined) === (input.slot === undefined))
    flags.problem("give --session or --slot, one of them");
  flags.done("such as --session 89, or --slot 12 --on 2026-12-01");
  const to = session !== null ? { session_id: session } : { slot_id: slot!, date, course_id: course };
  await change(here, await readIds(here, [word]), async (context, id) => {
    const { booking } = await rescheduleBooking(context, { id, to, note: input.note ?? null, overrides });
    return booking;
  });
}
