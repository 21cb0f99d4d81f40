/** `slot list` and `slot openings`. */
import type { Command } from "commander";
import { ALL_SLOTS, type SlotFilter } from "../../db/availability-list.ts";
import { getTeacherId, getUser } from "../../db/people.ts";
import { SLOT_TYPES } from "../../domain/availability.ts";
import { addMinutes } from "../../domain/instant.ts";
import { plural } from "../../domain/spoken.ts";
import { SLOT_FIELDS, viewSlots } from "../../operations/availability.ts";
import { listOpenings, OPENING_FIELDS } from "../../operations/availability-openings.ts";
import { requireNamed } from "../../operations/named.ts";
import { consult } from "../batch.ts";
import { Flags } from "../flags.ts";
import { wordOption } from "../options.ts";
import { printRows } from "../output.ts";
import { slotWhen } from "../screens/slot.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ListFlags {
  teacher?: string;
  course?: string;
  type?: string;
  active?: boolean;
  blocked?: boolean;
  limit?: string;
}

interface OpeningsFlags {
  teacher?: string;
  course?: string;
  student?: string;
  from?: string;
  to?: string;
  all?: boolean;
  limit?: string;
}

const WINDOW_DAYS = 14;

export function defineSlotLooks(slot: Command, shell: WithShell): void {
  slot
    .command("list")
    .description("slots by teacher, course, type and state, each with its next time")
    .option("--teacher <TEACHER>", "of this teacher: id, username or e-mail address")
    .option("--course <ID>", "for this course alone")
    .addOption(wordOption("--type <TYPE>", SLOT_TYPES.join(" or "), SLOT_TYPES))
    .option("--active", "that are active")
    .option("--blocked", "that are blocked")
    .option("--limit <N>", "at most so many")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook slot list --teacher 1 --active --db sample/school.sqlite3",
    )
    .action(async (flags: ListFlags, command: Command) => list(shell(command, SLOT_FIELDS), flags));
  slot
    .command("openings")
    .description("the times that can really be booked, by every rule of `booking check`")
    .option("--teacher <TEACHER>", "of this teacher")
    .option("--course <ID>", "for this course")
    .option("--student <USER>", "for this student: enrollment, overlaps and duplicates, too")
    .option("--from <INSTANT>", "that start then or later (default: now)")
    .option("--to <INSTANT>", `that start before (default: ${WINDOW_DAYS} days after --from)`)
    .option("--all", "also what cannot be booked, and why")
    .option("--limit <N>", "at most so many")
    .addHelpText(
      "after",
      [
        "\nA slot without a course is for all of its teacher's: --course judges it for that course, without it for the",
        "first that it can be booked for. To book one: classbook booking create --slot SLOT_ID --on LOCAL_DATE …",
        "\nExample:\n  $ classbook slot openings --teacher 2 --all --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
      ].join("\n"),
    )
    .action(async (flags: OpeningsFlags, command: Command) =>
      openings(shell(command, OPENING_FIELDS), flags),
    );
}

async function list(here: Shell, input: ListFlags): Promise<void> {
  const flags = new Flags();
  const filter: SlotFilter = {
    ...ALL_SLOTS,
    course: flags.id("--course", input.course),
    type: flags.word("--type", input.type, SLOT_TYPES),
    active: input.active ?? null,
    blocked: input.blocked ?? null,
    limit: flags.whole("--limit", input.limit, 1),
  };
  flags.done();
  const rows = await consult(here, async (context) => {
    const teacher =
      input.teacher === undefined ? null : await getTeacherId(context.database, "--teacher", input.teacher);
    const found = await viewSlots(context, { ...filter, teacher });
    if (found.length === 0) await requireNamed(context, filter);
    return found;
  });
  const isTable = here.output.format === "table" && here.output.fields === null;
  await printRows(
    here.output,
    SLOT_FIELDS,
    rows.map((row) => ({ ...row, ...(isTable ? slotWhen(row, here.zone) : {}) })),
    ["id", "teacher", "course", "when", "state", "next_start_at"],
    "No such slots.",
  );
  if (isTable && rows.length > 0) here.say(plural(rows.length, "slot"));
}

async function openings(here: Shell, input: OpeningsFlags): Promise<void> {
  const flags = new Flags();
  const zone = () => here.zone;
  const from = flags.instant("--from", input.from, zone) ?? here.now();
  const until = flags.instant("--to", input.to, zone) ?? addMinutes(from, WINDOW_DAYS * 24 * 60);
  const course_id = flags.id("--course", input.course);
  const limit = flags.whole("--limit", input.limit, 1);
  if (input.teacher === undefined && input.course === undefined)
    flags.problem("neither --teacher nor --course is given");
  if (until <= from && input.to !== undefined) flags.problem("--to is not after --from");
  flags.done("such as --teacher 1, or --course 2 --student ana");
  const all = input.all === true;
  const rows = await consult(here, async (context) => {
    const { database } = context;
    const teacher_id =
      input.teacher === undefined ? null : await getTeacherId(database, "--teacher", input.teacher);
    const student_user_id =
      input.student === undefined ? null : (await getUser(database, "--student", input.student)).id;
    return listOpenings(context, { teacher_id, course_id, student_user_id, from, until, all, limit });
  });
  await printRows(
    here.output,
    OPENING_FIELDS,
    rows.map((row) => ({ ...row })),
    ["slot_id", "teacher", "course_id", "local_date", "start_at_utc", ...(all ? ["bookable", "why"] : [])],
    "No openings.",
  );
  if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "opening"));
}
