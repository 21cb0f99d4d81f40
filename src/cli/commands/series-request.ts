/** `series preview` and `series create`: many bookings by one rule. */
import type { Command } from "commander";
import type { Database } from "../../db/open.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { SERIES_FIELDS, viewSeries } from "../../db/series-list.ts";
import type { Actor } from "../../domain/actor.ts";
import { FREQUENCIES, SERIES_TYPES } from "../../domain/series.ts";
import { inside, operate } from "../../operations/context.ts";
import { createSeries } from "../../operations/series.ts";
import { ON_CONFLICT } from "../../operations/series-book.ts";
import { actingFor } from "../batch.ts";
import { EXIT } from "../exit.ts";
import { overrideOption, WEEKDAYS, wordOption } from "../options.ts";
import { printObject } from "../output.ts";
import { type AskedScreen, askedScreen, outcomeText, seriesLine } from "../screens/series.ts";
import type { Shell, WithShell } from "../shell.ts";
import { parseSeries, resolveSeries, type SeriesFlags, type TypedSeries } from "../typed-series.ts";
import { describeAsked, isRefused, previewScreen, tryOut } from "./series-preview.ts";

/** Of what was asked for, whether it was only tried or made. */
const ASKED = [
  ...["slot_id", "rule", "timezone", "teacher_timezone", "student_timezone"],
  ...["skipped_months", "conflicts", "occurrences"],
];
const PREVIEWED = [
  ...["outcome", "type", "student_user_id", "student", "teacher_id", "teacher", "course_id", "course"],
  ...["frequency", "interval", "days_of_week", "occurrence_count", "until_date"],
  ...ASKED,
];
const CREATED = [...SERIES_FIELDS, ...ASKED];

function withSeriesFlags(command: Command): Command {
  return command
    .option("--student <USER>", "who it is for: id, username or e-mail address")
    .option("--slot <ID>", "lessons at the time of this recurring slot")
    .option("--course <ID>", "seats in this course's sessions; with --slot the course of the lessons")
    .option("--teacher <TEACHER>", "sessions of this teacher, where the course has several")
    .option("--time <HH:MM>", "sessions that begin then, in the teacher's zone (default: as the next one)")
    .addOption(
      wordOption("--type <TYPE>", `${SERIES_TYPES.join(" or ")} (default: told by --slot)`, SERIES_TYPES),
    )
    .option("--from <DATE>", "the first local date (default: the next that is still to come)")
    .addOption(wordOption("--frequency <WORD>", `${FREQUENCIES.join(", ")} (default: weekly)`, FREQUENCIES))
    .option("--interval <N>", "every N weeks, pairs of weeks, months; custom: days, or weeks with --days")
    .addOption(
      wordOption(
        "--days <LIST>",
        "weekdays: mon,wed or 0,2 with 0 = Monday (default: the slot's, the next session's)",
        WEEKDAYS,
      ),
    )
    .option("--count <N>", "so many occurrences")
    .option("--until <DATE>", "no later than this local date")
    .option("--rrule <RULE>", 'instead: "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=8"')
    .addOption(
      wordOption(
        "--on-conflict <WORD>",
        `${ON_CONFLICT.join(" or ")}: nothing at all, or book the others (default: fail)`,
        ON_CONFLICT,
      ),
    )
    .addOption(overrideOption())
    .option("--note <TEXT>", "a note of the student, on every booking")
    .option("--meeting-link <URL>", "kept with the series; --meeting-id and --meeting-passcode likewise")
    .option("--meeting-id <TEXT>")
    .option("--meeting-passcode <TEXT>");
}

const PLACES =
  "\nAn occurrence is booked in the series' slot, or in another of the teacher's that begins at that time. Times stay where\nthey are on the wall clock when the clocks change.";

export function defineSeriesRequests(series: Command, shell: WithShell): void {
  withSeriesFlags(
    series
      .command("preview")
      .description("every date on both clocks, with what the rules say of it; writes nothing"),
  )
    .addHelpText(
      "after",
      `${PLACES} Exits with 3 where \`series create\` would refuse.\n\nExample:\n  $ classbook series preview --slot 2 --student greta --count 4 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3`,
    )
    .action(async (flags: SeriesFlags, command: Command) => preview(shell(command, PREVIEWED), flags));
  withSeriesFlags(
    series.command("create").description("book every occurrence of a rule: all of them, or none"),
  )
    .addHelpText(
      "after",
      `${PLACES} Every conflict is told at once; a full session's waitlist is not joined. At a terminal it asks for\nwhat is not given.\n\nExample:\n  $ classbook series create --slot 2 --student greta --from 2027-01-07 --count 4 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3 --dry-run`,
    )
    .action(async (flags: SeriesFlags, command: Command) => create(shell(command, CREATED), flags));
}

async function preview(here: Shell, flags: SeriesFlags): Promise<void> {
  const typed = parseSeries(flags);
  const { row, screen } = await here.write(
    async (database, actor) => {
      await requireSchema(database);
      return tryOut(here, { database, actor, asked: await resolveSeries(database, typed) });
    },
    { rehearses: true },
  );
  const refused = isRefused(row, typed);
  const outcome = refused ? "refused" : "booked";
  await printObject(here.output, { outcome, ...row }, () => previewScreen(here, screen, typed));
  if (refused) here.exit(EXIT.refused);
}

async function create(here: Shell, flags: SeriesFlags): Promise<void> {
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      const typed = await completeSeries(here, { database, actor, flags });
      if (typed === null) return;
      const asked = await resolveSeries(database, typed);
      const { view, row, screen } = await operate(database, actingFor(here, actor), async (context) => {
        const made = await createSeries(context, asked);
        // Looked at inside the transaction: a rehearsal leaves nothing behind to look at.
        const described = await describeAsked(context, made, asked.student_user_id);
        return { ...described, view: (await viewSeries(inside(context), made.id, context.now))! };
      });
      const printed = Object.fromEntries(ASKED.map((field) => [field, row[field]]));
      await printObject(here.output, { ...view, ...printed }, () => createdScreen(here, screen, view));
      if (here.dryRun) here.say("Nothing was written.");
    },
    { rehearses: true },
  );
}

/** What was typed, with what a person at a terminal is asked for. Null where they left. */
async function completeSeries(
  here: Shell,
  { database, actor, flags }: { database: Database; actor: Actor; flags: SeriesFlags },
): Promise<TypedSeries | null> {
  if (!here.canAsk) return parseSeries(flags);
  const typed = parseSeries(flags, { complete: false });
  const { askForSeries } = await import("./series-ask.ts");
  return askForSeries(here, { database, actor, input: flags, typed });
}

function createdScreen(here: Shell, screen: AskedScreen, view: Parameters<typeof seriesLine>[1]): string {
  const line = `${seriesLine(here.output, view)}\n`;
  return `${askedScreen(here.output, screen)}  → ${outcomeText(screen.occurrences, "booked")}\n${line}`;
}
