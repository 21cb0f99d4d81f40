/** `slot create`: a weekly time, or a single one. */
import type { Command } from "commander";
import { findTeacher } from "../../db/booking-people.ts";
import type { Database } from "../../db/open.ts";
import { getTeacherId } from "../../db/people.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { type DraftWhen, slotProblems } from "../../domain/availability-draft.ts";
import { addMinutes, parseTimeOfDay } from "../../domain/instant.ts";
import { isZone } from "../../domain/zone.ts";
import { createSlot, type NewSlotRequest, SLOT_FIELDS, SLOT_RULES } from "../../operations/availability.ts";
import { operate } from "../../operations/context.ts";
import { actingFor } from "../batch.ts";
import { Flags } from "../flags.ts";
import { WEEKDAYS, wordOption } from "../options.ts";
import { printObject } from "../output.ts";
import { slotLine } from "../screens/slot.ts";
import type { Shell, WithShell } from "../shell.ts";

interface CreateFlags {
  teacher?: string;
  course?: string;
  weekday?: string;
  start?: string;
  end?: string;
  duration?: string;
  from?: string;
  until?: string;
  timezone?: string;
  override?: string;
}

export function defineSlotCreate(slot: Command, shell: WithShell): void {
  slot
    .command("create")
    .description("a weekly time of a teacher (--weekday), or a single one")
    .option("--teacher <TEACHER>", "whose it is: id, username or e-mail address")
    .option("--course <ID>", "for this course alone (default: all of the teacher's)")
    .addOption(
      wordOption(
        "--weekday <DAY>",
        `weekly on ${WEEKDAYS.join(", ")}, or 0 (Monday) to 6 (Sunday)`,
        WEEKDAYS,
      ),
    )
    .option("--start <TIME>", "weekly: HH:MM on the slot's clock; once: an instant, or a local time")
    .option("--end <TIME>", "the same; a weekly end that is not after the start is on the next day")
    .option("--duration <MINUTES>", "once: how long it is, instead of --end")
    .option("--from <DATE>", "weekly: the first local date it is valid on")
    .option("--until <DATE>", "weekly: the last local date it is valid on")
    .option("--timezone <ZONE>", "the zone of the slot's clock (default: the teacher's)")
    .addOption(wordOption("--override <RULES>", `rules to set aside: ${SLOT_RULES.join(",")}`, SLOT_RULES))
    .addHelpText(
      "after",
      [
        "\nRefused (slot-overlap) where an active slot of the teacher has a time in common from now on, blocked or not;",
        "--override slot-overlap makes it all the same, as staff and as the teacher.",
        "\nExample:",
        "  $ classbook slot create --teacher 1 --weekday fri --start 17:00 --end 18:00 --from 2027-01-01 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3 --dry-run",
        "  $ classbook slot create --teacher 1 --start '2026-12-04 12:00' --duration 45 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3 --dry-run",
      ].join("\n"),
    )
    .action(async (flags: CreateFlags, command: Command) => create(shell(command, SLOT_FIELDS), flags));
}

async function create(here: Shell, input: CreateFlags): Promise<void> {
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      const asked = await readDraft(here, database, input);
      const made = await operate(database, actingFor(here, actor), (context) => createSlot(context, asked));
      await printObject(here.output, { ...made }, () => `${slotLine(here.output, made)}\n`);
      if (here.dryRun) here.say("Nothing was written.");
    },
    { rehearses: true },
  );
}

/** @throws ClassbookError usage `bad_flags` with all that is wrong or missing; not_found: no such teacher */
async function readDraft(here: Shell, database: Database, input: CreateFlags): Promise<NewSlotRequest> {
  const flags = new Flags();
  const teacher_id =
    input.teacher === undefined ? null : await getTeacherId(database, "--teacher", input.teacher);
  if (teacher_id === null) flags.problem("--teacher is missing");
  const teacher = teacher_id === null ? null : await findTeacher(database, database.db, teacher_id);
  const timezone = input.timezone ?? teacher?.timezone ?? here.zone;
  const course_id = flags.id("--course", input.course);
  const overrides = new Set(flags.words("--override", input.override, SLOT_RULES) ?? []);
  const when = input.weekday === undefined ? readOnce(flags, input, timezone) : readWeekly(flags, input);
  for (const problem of slotProblems({ timezone, when }, here.now())) flags.problem(problem);
  flags.done(
    "weekly: --weekday tue --start 17:00 --end 18:00; once: --start 2026-12-01T16:00:00Z --duration 60",
  );
  return { teacher_id: teacher_id!, course_id, timezone, when, overrides };
}

function readWeekly(flags: Flags, input: CreateFlags): DraftWhen {
  const word = input.weekday!.toLowerCase();
  const weekday = /^[0-6]$/.test(word) ? Number(word) : WEEKDAYS.indexOf(word);
  if (weekday < 0) flags.problem(`--weekday "${input.weekday}" is none of ${WEEKDAYS.join(", ")}, 0 … 6`);
  if (input.duration !== undefined) flags.problem("--duration is for a single time: a weekly one has --end");
  const time = (flag: string, text: string | undefined) => {
    const micros = text === undefined ? null : parseTimeOfDay(text);
    if (text === undefined) flags.problem(`${flag} is missing`);
    else if (micros === null) flags.problem(`${flag} "${text}" is not a time of day such as 17:00`);
    return micros;
  };
  return {
    slot_type: "recurring",
    weekday: weekday < 0 ? null : weekday,
    startsAt: time("--start", input.start),
    endsAt: time("--end", input.end),
    from: flags.date("--from", input.from),
    until: flags.date("--until", input.until),
  };
}

function readOnce(flags: Flags, input: CreateFlags, timezone: string): DraftWhen {
  const zone = () => (isZone(timezone) ? timezone : "UTC");
  const instant = (flag: string, text: string | undefined) => {
    if (text === undefined || parseTimeOfDay(text) === null) return flags.instant(flag, text, zone);
    flags.problem(`${flag} "${text}" is a time of day: give --weekday, or a date with it`);
    return null;
  };
  const start = instant("--start", input.start);
  const duration = flags.whole("--duration", input.duration, 1);
  if (input.start === undefined) flags.problem("--start is missing");
  if ((input.end === undefined) === (input.duration === undefined))
    flags.problem("give --end or --duration, one of them");
  for (const [flag, value] of [
    ["--from", input.from],
    ["--until", input.until],
  ])
    if (value !== undefined) flags.problem(`${flag} is for a weekly time: give --weekday`);
  const end = duration !== null && start !== null ? addMinutes(start, duration) : instant("--end", input.end);
  return { slot_type: "one_time", start, end };
}
