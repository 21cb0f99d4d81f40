/** What is done to one occurrence of a series: skip, move. */
import type { Command } from "commander";
import { BOOKING_FIELDS, type BookingView, viewBooking } from "../../db/booking-list.ts";
import { CANCEL_REASONS } from "../../domain/booking.ts";
import { type Context, inside } from "../../operations/context.ts";
import { moveOccurrence, type OccurrenceName, skipOccurrence } from "../../operations/series-occurrence.ts";
import { perform } from "../batch.ts";
import { Flags } from "../flags.ts";
import { overrideOption, wordOption } from "../options.ts";
import { printObject } from "../output.ts";
import { bookingLine } from "../screens/booking.ts";
import type { Shell, WithShell } from "../shell.ts";

interface SkipFlags {
  reason?: string;
  note?: string;
  override?: string;
}

interface MoveFlags {
  session?: string;
  slot?: string;
  on?: string;
  course?: string;
  note?: string;
  override?: string;
}

const COLUMNS = ["series_id", "occurrence_index", ...BOOKING_FIELDS];

export function defineOccurrences(series: Command, shell: WithShell): void {
  series
    .command("skip <SERIES> <INDEX>")
    .description("cancel one occurrence; its index stays, the others are not touched")
    .addOption(
      wordOption("--reason <WORD>", `${CANCEL_REASONS.join(", ")} (default: by who acts)`, CANCEL_REASONS),
    )
    .option("--note <TEXT>", "more, kept in the teacher's note")
    .addOption(overrideOption())
    .addHelpText("after", example('skip 4 6 --note "on holiday" --dry-run'))
    .action(async (id: string, index: string, input: SkipFlags, command: Command) => {
      const here = shell(command, COLUMNS);
      const flags = new Flags();
      const name = readName(flags, id, index);
      const cancel_reason = flags.word("--reason", input.reason, CANCEL_REASONS);
      const overrides = flags.overrides(input.override);
      flags.done("more words go into --note");
      const note = input.note ?? null;
      await act(here, name, (context) =>
        skipOccurrence(context, { ...name, cancel_reason, note, overrides }),
      );
    });
  series
    .command("move <SERIES> <INDEX>")
    .description("move one occurrence to another date, session or opening; its index stays")
    .option("--on <DATE>", "the local date, at the series' time of day; with --slot the slot's date")
    .option("--session <ID>", "to a seat in this session")
    .option("--slot <ID>", "to a time of this availability slot (default: its next)")
    .option("--course <ID>", "another course, where the slot is for all of its teacher's")
    .option("--note <TEXT>", "another note of the student")
    .addOption(overrideOption())
    .addHelpText("after", example("move 4 6 --slot 5 --on 2026-12-11 --override course-type --dry-run"))
    .action(async (id: string, index: string, input: MoveFlags, command: Command) =>
      move(shell(command, COLUMNS), id, index, input),
    );
}

function example(words: string): string {
  return `\nExample:\n  $ classbook series ${words} --now 2026-11-20T09:00:00Z --db sample/school.sqlite3`;
}

function readName(flags: Flags, id: string, index: string): OccurrenceName {
  return {
    series: flags.id("SERIES", id) ?? 0,
    occurrence_index: flags.whole("INDEX", index, 1) ?? 0,
  };
}

async function move(here: Shell, id: string, index: string, input: MoveFlags): Promise<void> {
  const flags = new Flags();
  const name = readName(flags, id, index);
  const session = flags.id("--session", input.session);
  const slot = flags.id("--slot", input.slot);
  const date = flags.date("--on", input.on);
  const course_id = flags.id("--course", input.course);
  const overrides = flags.overrides(input.override);
  if (input.session !== undefined && (input.slot !== undefined || input.on !== undefined))
    flags.problem("--session says it all: leave --slot and --on out");
  if (input.session === undefined && input.slot === undefined && input.on === undefined)
    flags.problem("none of --on, --session and --slot says where to");
  flags.done("such as --on 2026-12-03, --session 89, or --slot 12 --on 2026-12-01");
  const to =
    session !== null
      ? { session_id: session }
      : slot !== null
        ? { slot_id: slot, date, course_id }
        : { date: date! };
  const note = input.note ?? null;
  await act(here, name, async (context) => {
    const { booking } = await moveOccurrence(context, { ...name, to, note, overrides });
    return booking;
  });
}

async function act(
  here: Shell,
  { series, occurrence_index }: OccurrenceName,
  work: (context: Context) => Promise<{ id: number }>,
): Promise<void> {
  const view: BookingView = await perform(here, async (context) => {
    const { id } = await work(context);
    return (await viewBooking(inside(context), id))!;
  });
  await printObject(
    here.output,
    { series_id: series, occurrence_index, ...view },
    () => `occurrence ${occurrence_index} of series ${series}: ${bookingLine(here.output, view)}\n`,
  );
  if (here.dryRun) here.say("Nothing was written.");
}
