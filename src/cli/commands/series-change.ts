/** What is done to whole series: pause, resume, cancel, extend. */
import type { Command } from "commander";
import { countComing, SERIES_FIELDS, viewSeries } from "../../db/series-list.ts";
import { CANCEL_REASONS } from "../../domain/booking.ts";
import { plural } from "../../domain/spoken.ts";
import { type Context, inside } from "../../operations/context.ts";
import { type AskedOccurrence, ON_CONFLICT } from "../../operations/series-book.ts";
import {
  cancelSeries,
  loadSeries,
  pauseSeries,
  resumeSeries,
  type SeriesCancelling,
} from "../../operations/series-change.ts";
import { extendSeries, type SeriesExtension } from "../../operations/series-extend.ts";
import { consult, eachOf, forEachId, readIds } from "../batch.ts";
import { Flags } from "../flags.ts";
import { overrideOption, wordOption } from "../options.ts";
import type { Row } from "../output.ts";
import { leftOutLines, seriesLine } from "../screens/series.ts";
import type { Shell, WithShell } from "../shell.ts";
import { type EndFlags, readEnding, readTerms } from "../typed-series.ts";

interface CancelFlags {
  reason?: string;
  note?: string;
  override?: string;
}

const COLUMNS = eachOf(SERIES_FIELDS);
const CANCELLED = [...SERIES_FIELDS, "bookings_cancelled"];
const EXTENDED = [...SERIES_FIELDS, "added", "left_out"];

export function defineSeriesChanges(series: Command, shell: WithShell): void {
  series
    .command("pause <ID...>")
    .description("add no more, and do not complete; coming lessons stay booked")
    .addHelpText("after", example("pause 4 --dry-run"))
    .action(async (words: string[], _flags: object, command: Command) => {
      const here = shell(command, COLUMNS);
      await change(
        here,
        words,
        { columns: SERIES_FIELDS, remark: pausedRemark(here) },
        async (context, id) => {
          await pauseSeries(context, id);
          return {};
        },
      );
    });
  series
    .command("resume <ID...>")
    .description("take paused series up again; - reads ids from standard input")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook series pause 4 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3\n  $ classbook series list --status paused --fields id --db sample/school.sqlite3 | classbook series resume - --db sample/school.sqlite3",
    )
    .action(async (words: string[], _flags: object, command: Command) => {
      const here = shell(command, COLUMNS);
      await change(here, words, { columns: SERIES_FIELDS }, async (context, id) => {
        await resumeSeries(context, id);
        return {};
      });
    });
  series
    .command("cancel <ID...>")
    .description("cancel series with their lessons to come; what is over stays as it is")
    .addOption(
      wordOption("--reason <WORD>", `${CANCEL_REASONS.join(", ")} (default: by who acts)`, CANCEL_REASONS),
    )
    .option("--note <TEXT>", "more, kept in the teacher's note")
    .addOption(overrideOption())
    .addHelpText(
      "after",
      `\nAsks before it does, with the count; --yes answers. A student's cancellation window counts for each lesson: all that\nstand in the way are told at once, and nothing is changed.\n${example("cancel 4 --dry-run")}`,
    )
    .action(async (words: string[], input: CancelFlags, command: Command) =>
      cancel(shell(command, eachOf(CANCELLED)), words, input),
    );
  series
    .command("extend <ID...>")
    .description("more occurrences, after the last date of the rule")
    .option("--count <N>", "so many more")
    .option("--until <DATE>", "no later than this local date")
    .addOption(
      wordOption(
        "--on-conflict <WORD>",
        `${ON_CONFLICT.join(" or ")}: nothing at all, or book the others (default: fail)`,
        ON_CONFLICT,
      ),
    )
    .addOption(overrideOption())
    .option("--note <TEXT>", "a note of the student, on every new booking")
    .addHelpText(
      "after",
      `\nA lesson that was moved does not move the rule. A completed series is active again; a paused one has to be resumed.\n${example("extend 4 --count 2 --override availability --dry-run")}`,
    )
    .action(async (words: string[], input: EndFlags, command: Command) =>
      extend(shell(command, eachOf(EXTENDED)), words, input),
    );
}

function example(words: string): string {
  return `\nExample:\n  $ classbook series ${words} --now 2026-11-20T09:00:00Z --db sample/school.sqlite3`;
}

async function change(
  here: Shell,
  words: readonly string[],
  { columns, remark = () => "" }: { columns: readonly string[]; remark?: (row: Row) => string },
  work: (context: Context, id: number) => Promise<Row>,
): Promise<void> {
  const ids = await readIds(here, words);
  if (ids.length === 0) {
    here.say("No series.");
    return;
  }
  await forEachId(
    here,
    ids,
    { columns, screen: (row) => `${seriesLine(here.output, row as never)}${remark(row)}\n` },
    async (context, id) => {
      const more = await work(context, id);
      return { ...(await viewSeries(inside(context), id, context.now))!, ...more };
    },
  );
  if (here.dryRun) here.say("Nothing was written.");
}

function pausedRemark(here: Shell): (row: Row) => string {
  return ({ id, upcoming }) => {
    if (upcoming === 0) return "";
    const lessons = plural(upcoming as number, "coming lesson stays", "coming lessons stay");
    const commands = [`series skip ${id} INDEX`, `series cancel ${id}`].map((words) => here.command(words));
    return `\n  ${lessons} booked; to cancel one, or all of them:${commands.map((line) => `\n  ${line}`).join("")}`;
  };
}

async function cancel(here: Shell, words: readonly string[], input: CancelFlags): Promise<void> {
  const flags = new Flags();
  const asked: Omit<SeriesCancelling, "id"> = {
    cancel_reason: flags.word("--reason", input.reason, CANCEL_REASONS),
    overrides: flags.overrides(input.override),
    note: input.note ?? null,
  };
  flags.done("more words go into --note");
  const ids = await readIds(here, words);
  if (ids.length > 0 && !here.dryRun && !here.yes && !(await confirmCancel(here, ids))) {
    here.say("Nothing was changed.");
    return;
  }
  const remark = ({ bookings_cancelled: n }: Row) => ` (${plural(n as number, "booking")} cancelled)`;
  await change(here, ids.map(String), { columns: CANCELLED, remark }, async (context, id) => ({
    bookings_cancelled: (await cancelSeries(context, { ...asked, id })).length,
  }));
}

/** With the counts. Of one series, not_found where it is not there; of several, each says so in its own line. */
async function confirmCancel(here: Shell, ids: readonly number[]): Promise<boolean> {
  const coming = await consult(here, async (context) => {
    if (ids.length === 1) await loadSeries(context, ids[0]!, "cancel");
    return countComing(inside(context), ids, context.now);
  });
  const what = ids.length === 1 ? `series ${ids[0]}` : plural(ids.length, "series", "series");
  return here.confirm(`Cancel ${what}, with ${plural(coming, "coming lesson")}?`);
}

async function extend(here: Shell, words: readonly string[], input: EndFlags): Promise<void> {
  const flags = new Flags();
  const ending = readEnding(flags, input);
  const terms = readTerms(flags, input);
  if (input.count === undefined && input.until === undefined)
    flags.problem("neither --count nor --until says how far");
  flags.done("such as --count 4, or --until 2027-06-30");
  const asked: Omit<SeriesExtension, "id"> = { ...terms, ending: ending! };
  const remark = ({ added, left_out }: Row) => {
    const left = left_out as AskedOccurrence[];
    return ` (${plural(added as number, "occurrence")} added)${leftOutLines(left)}`;
  };
  await change(here, words, { columns: EXTENDED, remark }, async (context, id) => {
    const { occurrences } = await extendSeries(context, { ...asked, id });
    const left = occurrences.filter(({ outcome }) => outcome === "refused");
    return { added: occurrences.length - left.length, left_out: left };
  });
}
