/** `series preview` and `series create`: many bookings by one rule. */
import type { Command } from "commander";
import { findCourse, findStudent } from "../../db/booking-people.ts";
import type { Database } from "../../db/open.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { SERIES_FIELDS, viewSeries } from "../../db/series-list.ts";
import type { Actor } from "../../domain/actor.ts";
import { FREQUENCIES, SERIES_TYPES } from "../../domain/series.ts";
import { daysText, ruleWords } from "../../domain/series-text.ts";
import { type Context, inside, look, operate } from "../../operations/context.ts";
import {
  type AskedSeries,
  createSeries,
  previewSeries,
  type SeriesRequest,
} from "../../operations/series.ts";
import { ON_CONFLICT } from "../../operations/series-book.ts";
import { getTeacher } from "../../operations/series-pattern.ts";
import { findZones, onBothClocks } from "../../operations/series-view.ts";
import { actingFor } from "../batch.ts";
import { EXIT } from "../exit.ts";
import { printObject, type Row } from "../output.ts";
import { type AskedScreen, askedScreen, outcomeText, seriesLine } from "../screens/series.ts";
import type { Shell, WithShell } from "../shell.ts";
import { parseSeries, resolveSeries, type SeriesFlags, type TypedSeries } from "../typed-series.ts";

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
    .option("--type <TYPE>", `${SERIES_TYPES.join(" or ")} (default: told by --slot)`)
    .option("--from <DATE>", "the first local date (default: the next that is still to come)")
    .option("--frequency <WORD>", `${FREQUENCIES.join(", ")} (default: weekly)`)
    .option("--interval <N>", "every N weeks, pairs of weeks, months; custom: days, or weeks with --days")
    .option(
      "--days <LIST>",
      "weekdays: mon,wed or 0,2 with 0 = Monday (default: the slot's, the next session's)",
    )
    .option("--count <N>", "so many occurrences")
    .option("--until <DATE>", "no later than this local date")
    .option("--rrule <RULE>", 'instead: "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=8"')
    .option(
      "--on-conflict <WORD>",
      `${ON_CONFLICT.join(" or ")}: nothing at all, or book the others (default: fail)`,
    )
    .option("--override <RULES>", "rules that staff set aside: a,b,c")
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

/** What was asked for, as it is printed, beside the screen of it. */
interface Asked {
  row: Row;
  screen: AskedScreen;
}

/** Names, zones and local times of what was asked for. */
export async function describeAsked(
  context: Context,
  asked: AskedSeries,
  student_user_id: number,
): Promise<Asked> {
  const { database, trx } = context;
  const { pattern, recurrence, ending } = asked;
  const { teacher_id, course_id } = pattern;
  const zones = await findZones(context, { teacher_id, student_user_id });
  const occurrences = asked.occurrences.map((one) => ({
    ...one,
    ...onBothClocks(one.start_at_utc, zones),
  }));
  const student = (await findStudent(database, trx, student_user_id, false))?.username ?? null;
  const teacher = (await getTeacher(context, teacher_id)).name;
  const course = (await findCourse(database, trx, course_id))?.title ?? null;
  const rule = ruleWords(recurrence, { from: asked.occurrences[0]!.date, clock: pattern.clock, ending });
  return {
    row: {
      type: pattern.type,
      student_user_id,
      student,
      teacher_id,
      teacher,
      course_id,
      course,
      frequency: recurrence.frequency,
      interval: recurrence.interval,
      days_of_week: daysText(recurrence.days),
      occurrence_count: "occurrence_count" in ending ? ending.occurrence_count : null,
      until_date: "until_date" in ending ? ending.until_date : null,
      slot_id: pattern.type === "one_on_one_series" ? pattern.slot_id : null,
      rule,
      timezone: pattern.clock.zone,
      ...zones,
      skipped_months: asked.skipped_months,
      conflicts: occurrences.filter(({ outcome }) => outcome === "refused").length,
      occurrences,
    },
    screen: {
      who: `${student}, ${course} with ${teacher}`,
      rule,
      ...zones,
      skipped_months: asked.skipped_months,
      occurrences,
    },
  };
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

/** Nothing is kept. */
export async function tryOut(
  here: Shell,
  { database, actor, asked }: { database: Database; actor: Actor; asked: SeriesRequest },
): Promise<Asked> {
  const acting = actingFor(here, actor);
  const tried = await previewSeries(database, acting, asked);
  return look(database, acting, (context) => describeAsked(context, tried, asked.student_user_id));
}

export function isRefused(row: Row, { on_conflict }: Pick<TypedSeries, "on_conflict">): boolean {
  const [conflicts, all] = [row.conflicts as number, (row.occurrences as object[]).length];
  return on_conflict === "fail" ? conflicts > 0 : conflicts === all;
}

export function previewScreen(here: Shell, screen: AskedScreen, { on_conflict }: TypedSeries): string {
  const { occurrences } = screen;
  const clashes = occurrences.some(({ outcome }) => outcome === "refused");
  const end = clashes && on_conflict === "fail" ? "; nothing would be: --on-conflict skip books those" : "";
  return `${askedScreen(here.output, screen)}  → ${outcomeText(occurrences, clashes && on_conflict === "fail" ? "could be booked" : "would be booked")}${end}\n`;
}

async function create(here: Shell, flags: SeriesFlags): Promise<void> {
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      const typed = parseSeries(flags);
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

function createdScreen(here: Shell, screen: AskedScreen, view: Parameters<typeof seriesLine>[1]): string {
  const line = `${seriesLine(here.output, view)}\n`;
  return `${askedScreen(here.output, screen)}  → ${outcomeText(screen.occurrences, "booked")}\n${line}`;
}
