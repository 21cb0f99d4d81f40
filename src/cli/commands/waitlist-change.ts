/** What is done to one place in a queue: join, leave, offer, accept, promote. */
import type { Command } from "commander";
import { BOOKING_FIELDS, type BookingView, viewBooking } from "../../db/booking-list.ts";
import { getUser } from "../../db/people.ts";
import { viewEntry, WAITLIST_FIELDS, type WaitlistView } from "../../db/waitlist-list.ts";
import type { RuleCode } from "../../domain/rules.ts";
import type { Booked } from "../../operations/booking.ts";
import { type Context, inside } from "../../operations/context.ts";
import { acceptOffer, joinWaitlist, leaveWaitlist } from "../../operations/waitlist-entry.ts";
import { offerSeat, promoteStudent } from "../../operations/waitlist-promote.ts";
import { eachOf, forEachId, perform } from "../batch.ts";
import { Flags } from "../flags.ts";
import { overrideOption, TTL } from "../options.ts";
import { printObject, type Row } from "../output.ts";
import { bookingLine } from "../screens/booking.ts";
import { entryLine } from "../screens/waitlist.ts";
import type { Shell, WithShell } from "../shell.ts";
import { chooseEntries, type EntryFlags, PLACE } from "../waitlist-choice.ts";

interface ChangeFlags extends EntryFlags {
  note?: string;
  override?: string;
}

const ENTRY = eachOf(WAITLIST_FIELDS);
const BOOKED = ["waitlist_id", "outcome", ...BOOKING_FIELDS];

/** A seat that goes to the queue of a session of the sample. */
const LARGER =
  "classbook session update 32 --capacity 7 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3";

const NOTE = ["--note <TEXT>", "a note of the student"] as const;

export function defineWaitlistChanges(waitlist: Command, shell: WithShell): void {
  waitlist
    .command("join")
    .description("put a student at the end of a full session's queue")
    .option("--session <ID>", "the session")
    .option("--student <USER>", "id, username or e-mail address")
    .addOption(overrideOption())
    .option(...TTL)
    .addHelpText(
      "after",
      example(
        "By the rules of `booking create`, which does the same where a session is full. Where a seat is open it is refused\n(seats-open). Whoever joins again stands at the end.",
        "join --session 20 --student nadia --override enrollment --now 2026-11-20T09:00:00Z --dry-run",
      ),
    )
    .action(async (input: ChangeFlags, command: Command) => join(shell(command, ENTRY), input));
  waitlist
    .command("leave [ENTRY...]")
    .description("give places up; the seat of an offer goes to the next; - reads entries from standard input")
    .option(...PLACE.session)
    .option(...PLACE.student)
    .option(...TTL)
    .addHelpText(
      "after",
      example("", "leave --session 20 --student hugo --now 2026-11-20T09:00:00Z --dry-run"),
    )
    .action(async (words: string[], input: ChangeFlags, command: Command) => {
      const here = shell(command, ENTRY);
      await change(here, await chooseEntries(here, words, input), leaveWaitlist);
    });
  waitlist
    .command("offer [ENTRY...]")
    .description("offer an open seat to one who waits, or to a session's next in line")
    .option("--session <ID>", "instead of an entry: whoever is next in line for this session")
    .addOption(overrideOption())
    .option(...TTL)
    .addHelpText(
      "after",
      example(
        "For staff and the session's teacher. Out of turn is refused (queue-order), unless staff set it aside.",
        "offer --session 32 --now 2026-11-22T09:00:00Z --dry-run",
        LARGER,
      ),
    )
    .action(async (words: string[], input: ChangeFlags, command: Command) =>
      offer(shell(command, ENTRY), words, input),
    );
  waitlist
    .command("accept [ENTRY...]")
    .description(
      "take the seats of offers: the booking, and the entry accepted with it; - reads entries from standard input",
    )
    .option(...PLACE.session)
    .option(...PLACE.student)
    .option(...NOTE)
    .addOption(overrideOption())
    .option(...TTL)
    .addHelpText(
      "after",
      example(
        "An offer that ran out is refused (offer-expired), also where no cron has ended it yet.",
        "accept --session 32 --student rosa --now 2026-11-20T09:00:00Z --dry-run",
        LARGER,
      ),
    )
    .action(async (words: string[], input: ChangeFlags, command: Command) =>
      accept(shell(command, eachOf(BOOKED)), words, input),
    );
  waitlist
    .command("promote")
    .description("book the next in line without asking them, or a student who is named")
    .option("--session <ID>", "the session")
    .option("--student <USER>", "before their turn, which staff may and the record keeps (queue-order)")
    .option(...NOTE)
    .addOption(overrideOption())
    .option(...TTL)
    .addHelpText(
      "after",
      example(
        "For staff and the session's teacher. Whoever holds an offer has a seat already; for the others one must be open.",
        "promote --session 32 --now 2026-11-20T09:00:00Z --dry-run",
        LARGER,
      ),
    )
    .action(async (input: ChangeFlags, command: Command) => promote(shell(command, BOOKED), input));
}

/** @param before the command that makes what the example needs */
function example(remark: string, words: string, before: string | null = null): string {
  const said = remark === "" ? "" : `\n${remark}\n`;
  const lines = [before, `classbook waitlist ${words} --db sample/school.sqlite3`].filter(
    (line) => line !== null,
  );
  return `${said}\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}

/** A session that must be named. */
function sessionOf(flags: Flags, text: string | undefined): number | null {
  if (text === undefined) flags.problem("--session is missing");
  return flags.id("--session", text);
}

async function join(here: Shell, input: ChangeFlags): Promise<void> {
  const flags = new Flags();
  const session = sessionOf(flags, input.session);
  const overrides = flags.overrides(input.override);
  if (input.student === undefined) flags.problem("--student is missing");
  flags.done("such as --session 88 --student ana");
  const view = await perform(here, async (context) => {
    const student = await getUser(inside(context), "--student", input.student!);
    const { id } = await joinWaitlist(context, {
      session_id: session!,
      student_user_id: student.id,
      overrides,
    });
    return seen(context, id);
  });
  await printEntry(here, view);
}

async function seen(context: Context, id: number): Promise<WaitlistView> {
  return (await viewEntry(inside(context), id, context))!;
}

async function printEntry(here: Shell, view: WaitlistView): Promise<void> {
  await printObject(here.output, { ...view }, () => `${entryLine(here.output, view)}\n`);
  if (here.dryRun) here.say("Nothing was written.");
}

/** Acts on each entry, a transaction each. */
async function change(
  here: Shell,
  ids: readonly number[],
  work: (context: Context, id: number) => Promise<number>,
): Promise<void> {
  await forEachId(
    here,
    ids,
    {
      columns: WAITLIST_FIELDS,
      screen: (row) => `${entryLine(here.output, row as unknown as WaitlistView)}\n`,
    },
    async (context, id) => ({ ...(await seen(context, await work(context, id))) }) as Row,
  );
  if (here.dryRun) here.say("Nothing was written.");
}

async function offer(here: Shell, words: readonly string[], input: ChangeFlags): Promise<void> {
  const flags = new Flags();
  const session = flags.id("--session", input.session);
  const overrides = flags.overrides(input.override);
  if (words.length > 0 === (input.session !== undefined))
    flags.problem(words.length > 0 ? "entries and --session exclude each other" : "no entry is named");
  flags.done("an entry's id, or --session ID for the next in line");
  if (session === null) {
    const ids = await chooseEntries(here, words, {});
    await change(here, ids, (context, id) => offerSeat(context, { id }, overrides));
    return;
  }
  const view = await perform(here, async (context) =>
    seen(context, await offerSeat(context, { session_id: session }, overrides)),
  );
  await printEntry(here, view);
}

async function accept(here: Shell, words: readonly string[], input: ChangeFlags): Promise<void> {
  const flags = new Flags();
  const terms = { note: input.note ?? "", overrides: flags.overrides(input.override) };
  flags.done();
  const ids = await chooseEntries(here, words, input);
  await forEachId(
    here,
    ids,
    {
      columns: BOOKED,
      named: "waitlist_id",
      screen: (row) => `${bookingLine(here.output, row as unknown as BookingView)}\n`,
    },
    async (context, id) =>
      bookedRow(context, { ...(await acceptOffer(context, { id, ...terms })), entry: id }),
  );
  if (here.dryRun) here.say("Nothing was written.");
}

/** The booking that came of a place in a queue. */
async function bookedRow(context: Context, { entry, outcome, booking }: Booked & { entry: number }) {
  const view = (await viewBooking(inside(context), booking!.id)) as BookingView;
  return { waitlist_id: entry, outcome, ...view };
}

async function promote(here: Shell, input: ChangeFlags): Promise<void> {
  const flags = new Flags();
  const session = sessionOf(flags, input.session);
  const overrides: ReadonlySet<RuleCode> = flags.overrides(input.override);
  flags.done("such as --session 88, or --session 88 --student ana");
  const row = await perform(here, async (context) => {
    const { student, note } = input;
    const user = student === undefined ? null : await getUser(inside(context), "--student", student);
    const promoted = await promoteStudent(context, {
      session_id: session!,
      student_user_id: user?.id ?? null,
      note: note ?? "",
      overrides,
    });
    return bookedRow(context, promoted);
  });
  await printObject(here.output, row, () => `${bookingLine(here.output, row)}\n`);
  if (here.dryRun) here.say("Nothing was written.");
}
