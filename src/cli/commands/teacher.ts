/** `teacher`: list, show, create, update. */
import type { Command } from "commander";
import { getTeacherId, getUser } from "../../db/people.ts";
import {
  ALL_TEACHERS,
  listTeachers,
  TEACHER_FIELDS,
  TEACHER_SORTS,
  type TeacherFilter,
} from "../../db/teacher.ts";
import { plural } from "../../domain/spoken.ts";
import { type Context, inside } from "../../operations/context.ts";
import {
  type AgendaPart,
  createTeacher,
  listTeachersFor,
  updateTeacher,
  viewTeacher,
} from "../../operations/teacher.ts";
import { consult, perform, readWords, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { printObject, printRows } from "../output.ts";
import { type PagingFlags, readPaging, withPaging } from "../paging.ts";
import { fullName, peopleColumns, personLine } from "../screens/student.ts";
import { teacherScreen } from "../screens/teacher.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ListFlags extends PagingFlags {
  search?: string;
  approved?: boolean;
}

interface ChangeFlags {
  user?: string;
  approved?: boolean;
  timezone?: string;
}

const SAMPLE = "--db sample/school.sqlite3";

export function defineTeacher(teacher: Command, shell: WithShell): void {
  withPaging(
    teacher
      .command("list")
      .description("teachers with their accounts, and what they have ahead")
      .option("--search <TEXT>", "whose username, name or e-mail address contains it")
      .option("--approved", "who may teach")
      .option("--no-approved", "who is not approved"),
    TEACHER_SORTS,
    "id",
  )
    .addHelpText("after", `\nFor staff.\n\nExample:\n  $ classbook teacher list ${SAMPLE}`)
    .action(async (flags: ListFlags, command: Command) => list(shell(command, TEACHER_FIELDS), flags));
  teacher
    .command("show <TEACHER...>")
    .description("courses, policies in force and what comes next; or the agenda of a day or a week")
    .option("--day <DATE>", "this day of the teacher's: sessions, lessons, openings")
    .option("--week <DATE>", "the week, from Monday, that this day is in")
    .addHelpText(
      "after",
      `\nTEACHER is a teacher's id, or a username or e-mail address. Times are the teacher's.\nStaff see everybody, teachers themselves.\n\nExample:\n  $ classbook teacher show marta --week 2026-11-23 --now 2026-11-20T09:00:00Z ${SAMPLE}`,
    )
    .action(async (words: string[], flags: { day?: string; week?: string }, command: Command) =>
      show(shell(command), words, flags),
    );
  teacher
    .command("create")
    .description("make a user a teacher")
    .option("--user <USER>", "id, username or e-mail address")
    .option("--approved", "approved at once")
    .addHelpText(
      "after",
      "\nFor staff, in a database of classbook's own: a Django app makes its teachers itself.\n\nExample:\n  $ classbook teacher create --user lena --approved --db school.db",
    )
    .action(async (flags: ChangeFlags, command: Command) => create(shell(command, TEACHER_FIELDS), flags));
  teacher
    .command("update <TEACHER>")
    .description("approve a teacher, or change the time zone")
    .option("--approved", "may teach")
    .option("--no-approved", "may not teach")
    .option("--timezone <ZONE>", "of the profile; slots and sessions keep theirs")
    .addHelpText(
      "after",
      `\nFor staff. Of a Django app's teachers only the time zone can be changed here.\n\nExample:\n  $ classbook teacher update marta --timezone Europe/Paris --dry-run ${SAMPLE}`,
    )
    .action(async (name: string, flags: ChangeFlags, command: Command) =>
      update(shell(command, TEACHER_FIELDS), name, flags),
    );
}

async function list(here: Shell, input: ListFlags): Promise<void> {
  const flags = new Flags();
  const filter: TeacherFilter = {
    ...ALL_TEACHERS,
    ...readPaging(flags, input, TEACHER_SORTS),
    search: input.search ?? null,
    approved: input.approved ?? null,
  };
  flags.done();
  const rows = await consult(here, (context) => listTeachersFor(context, filter));
  await printRows(
    here.output,
    TEACHER_FIELDS,
    rows.map((row) => ({
      ...row,
      name: fullName(row),
      approved: row.is_approved ? "yes" : "no",
      sessions: row.upcoming_sessions,
      lessons: row.upcoming_lessons,
    })),
    [...peopleColumns([]), "approved", "sessions", "lessons"],
    "No such teachers.",
  );
  if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "teacher"));
}

async function show(
  here: Shell,
  words: readonly string[],
  input: { day?: string; week?: string },
): Promise<void> {
  const flags = new Flags();
  const day = flags.date("--day", input.day);
  const week = flags.date("--week", input.week);
  if (day !== null && week !== null) flags.problem("--day and --week exclude each other");
  flags.done();
  const part: AgendaPart = day !== null ? { day } : week !== null ? { week } : "next";
  await showEach(
    here,
    await readWords(here, words),
    async (context, name) =>
      viewTeacher(context, await getTeacherId(context.database, "TEACHER", name), part),
    (view) => teacherScreen(here.output, view, part),
  );
}

async function create(here: Shell, input: ChangeFlags): Promise<void> {
  const flags = new Flags();
  if (input.user === undefined) flags.problem("--user is missing");
  flags.done("such as --user lena");
  await save(here, async (context) => {
    const { id } = await getUser(inside(context), "--user", input.user!);
    return createTeacher(context, { user: id, approved: input.approved === true });
  });
}

async function update(here: Shell, name: string, { approved, timezone }: ChangeFlags): Promise<void> {
  const flags = new Flags();
  if (approved === undefined && timezone === undefined) flags.problem("nothing to change is named");
  flags.done("such as --approved");
  await save(here, async (context) => {
    const id = await getTeacherId(inside(context), "TEACHER", name);
    await updateTeacher(context, id, { approved, timezone });
    return id;
  });
}

/** Does it, and prints the teacher as they are then. */
async function save(here: Shell, work: (context: Context) => Promise<number>): Promise<void> {
  const row = await perform(here, async (context) => {
    const id = await work(context);
    return (await listTeachers(inside(context), { ...ALL_TEACHERS, ids: [id] }, context.now))[0]!;
  });
  const zone = row.timezone === null ? "" : `, ${row.timezone}`;
  await printObject(
    here.output,
    { ...row },
    () => `${personLine(row)} (teacher ${row.id}), ${row.is_approved ? "approved" : "not approved"}${zone}\n`,
  );
  if (here.dryRun) here.say("Nothing was written.");
}
