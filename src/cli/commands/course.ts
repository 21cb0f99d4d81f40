/** `course`: list, show, create, update, assign, unassign. */
import type { Command } from "commander";
import { ALL_COURSES, COURSE_FIELDS, COURSE_SORTS, type CourseFilter, listCourses } from "../../db/course.ts";
import { getTeacherId } from "../../db/people.ts";
import { APPROVAL_WORDS, approvalOfWord, COURSE_BOOKING_TYPES } from "../../domain/course.ts";
import { plural } from "../../domain/spoken.ts";
import { type Context, inside } from "../../operations/context.ts";
import {
  assignTeacher,
  createCourse,
  unassignTeacher,
  updateCourse,
  viewCourse,
} from "../../operations/course.ts";
import { consult, perform, readIds, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { wordOption } from "../options.ts";
import { printObject, printRows } from "../output.ts";
import { type PagingFlags, readPaging, withPaging } from "../paging.ts";
import { courseScreen } from "../screens/course.ts";
import type { Shell, WithShell } from "../shell.ts";

interface CourseFlags {
  title?: string;
  slug?: string;
  status?: string;
  bookingType?: string;
  approval?: boolean;
}

interface ListFlags extends PagingFlags {
  search?: string;
  status?: string;
  bookingType?: string;
  teacher?: string;
}

const SAMPLE = "--db sample/school.sqlite3";
const TYPES = COURSE_BOOKING_TYPES.join(", ");

const VIEWED = [...COURSE_FIELDS, "teachers"];

export function defineCourse(course: Command, shell: WithShell): void {
  withPaging(
    course
      .command("list")
      .description("courses, and how they are booked")
      .option("--search <TEXT>", "whose title or slug contains it")
      .option("--status <WORD>", "with this status")
      .addOption(wordOption("--booking-type <TYPE>", TYPES, COURSE_BOOKING_TYPES))
      .option("--teacher <TEACHER>", "assigned to this teacher"),
    COURSE_SORTS,
    "id",
  )
    .addHelpText("after", `\nExample:\n  $ classbook course list --booking-type one_on_one ${SAMPLE}`)
    .action(async (flags: ListFlags, command: Command) => list(shell(command, COURSE_FIELDS), flags));
  course
    .command("show <ID...>")
    .description("a course with its teachers; - reads ids from standard input")
    .addHelpText("after", `\nExample:\n  $ classbook course show 1 ${SAMPLE}`)
    .action(async (words: string[], _flags: object, command: Command) => show(shell(command, VIEWED), words));
  withCourseFlags(course.command("create").description("a course"))
    .addHelpText(
      "after",
      "\nFor staff, in a database of classbook's own: a Django app's courses are its own.\nWithout --slug the title makes one, without --booking-type everything may be booked.\n\nExample:\n  $ classbook course create --title 'Spanish B1' --booking-type group_session --db school.db",
    )
    .action(async (flags: CourseFlags, command: Command) => create(shell(command, VIEWED), flags));
  withCourseFlags(course.command("update <ID>").description("change what is named of a course"))
    .addHelpText(
      "after",
      "\nFor staff, in a database of classbook's own: a Django app's courses are its own.\n\nExample:\n  $ classbook course update 1 --booking-type one_on_one --approval --db school.db",
    )
    .action(async (id: string, flags: CourseFlags, command: Command) =>
      update(shell(command, VIEWED), id, flags),
    );
  course
    .command("assign <ID>")
    .description("let a teacher teach a course, or say whether requests for lessons are approved")
    .option("--teacher <TEACHER>", "id, username or e-mail address")
    .addOption(
      wordOption(
        "--approval <WORD>",
        `${APPROVAL_WORDS.join(", ")}: inherit = as the course says`,
        APPROVAL_WORDS,
      ),
    )
    .addHelpText(
      "after",
      `\nFor staff.\n\nExample:\n  $ classbook course assign 1 --teacher marta --approval yes --dry-run ${SAMPLE}`,
    )
    .action(async (id: string, flags: { teacher?: string; approval?: string }, command: Command) =>
      assign(shell(command, VIEWED), id, flags),
    );
  course
    .command("unassign <ID>")
    .description("take a teacher off a course; sessions, slots and bookings stay")
    .option("--teacher <TEACHER>", "id, username or e-mail address")
    .addHelpText(
      "after",
      `\nFor staff.\n\nExample:\n  $ classbook course unassign 1 --teacher marta --dry-run ${SAMPLE}`,
    )
    .action(async (id: string, flags: { teacher?: string }, command: Command) =>
      unassign(shell(command, VIEWED), id, flags),
    );
}

function withCourseFlags(command: Command): Command {
  return command
    .option("--title <TEXT>", "what people read")
    .option("--slug <WORD>", "what addresses say")
    .option("--status <WORD>", "such as active, archived")
    .addOption(wordOption("--booking-type <TYPE>", TYPES, COURSE_BOOKING_TYPES))
    .option("--approval", "requests for lessons wait for approval, where neither policy nor assignment says")
    .option("--no-approval", "they are confirmed at once");
}

async function list(here: Shell, input: ListFlags): Promise<void> {
  const flags = new Flags();
  const filter: CourseFilter = {
    ...ALL_COURSES,
    ...readPaging(flags, input, COURSE_SORTS),
    search: input.search ?? null,
    status: input.status ?? null,
    type: flags.word("--booking-type", input.bookingType, COURSE_BOOKING_TYPES),
  };
  flags.done();
  const rows = await consult(here, async ({ database, now }) => {
    const { teacher } = input;
    const of = teacher === undefined ? null : await getTeacherId(database, "--teacher", teacher);
    return listCourses(database, { ...filter, teacher: of }, now);
  });
  await printRows(
    here.output,
    COURSE_FIELDS,
    rows.map((row) => ({
      ...row,
      approval: row.requires_booking_approval ? "yes" : "no",
      enrolled: row.active_enrollments,
      sessions: row.upcoming_sessions,
    })),
    ["id", "title", "status", "booking_type", "approval", "enrolled", "sessions"],
    "No such courses.",
  );
  if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "course"));
}

async function show(here: Shell, words: readonly string[]): Promise<void> {
  await showEach(here, await readIds(here, words), viewCourse, (view) => courseScreen(here.output, view));
}

function fieldsOf(flags: Flags, { title, slug, status, bookingType, approval }: CourseFlags) {
  const booking_type = flags.word("--booking-type", bookingType, COURSE_BOOKING_TYPES) ?? undefined;
  return { title, slug, status, booking_type, requires_booking_approval: approval };
}

async function create(here: Shell, input: CourseFlags): Promise<void> {
  const flags = new Flags();
  const fields = fieldsOf(flags, input);
  if (input.title === undefined) flags.problem("--title is missing");
  flags.done("such as --title 'Spanish B1'");
  await save(here, (context) => createCourse(context, { ...fields, title: input.title! }));
}

async function update(here: Shell, word: string, input: CourseFlags): Promise<void> {
  const flags = new Flags();
  const id = flags.id("ID", word);
  const fields = fieldsOf(flags, input);
  if (Object.values(input).every((value) => value === undefined)) flags.problem("nothing to change is named");
  flags.done("such as --title 'Spanish B1'");
  await save(here, async (context) => {
    await updateCourse(context, id!, fields);
    return id!;
  });
}

async function assign(
  here: Shell,
  word: string,
  input: { teacher?: string; approval?: string },
): Promise<void> {
  const flags = new Flags();
  const course = flags.id("ID", word);
  const approval = flags.word("--approval", input.approval, APPROVAL_WORDS);
  if (input.teacher === undefined) flags.problem("--teacher is missing");
  flags.done("such as --teacher marta");
  await save(here, async (context) => {
    const teacher = await getTeacherId(inside(context), "--teacher", input.teacher!);
    await assignTeacher(context, {
      course: course!,
      teacher,
      approval: approval === null ? undefined : approvalOfWord(approval),
    });
    return course!;
  });
}

async function unassign(here: Shell, word: string, input: { teacher?: string }): Promise<void> {
  const flags = new Flags();
  const course = flags.id("ID", word);
  if (input.teacher === undefined) flags.problem("--teacher is missing");
  flags.done("such as --teacher marta");
  await save(here, async (context) => {
    const teacher = await getTeacherId(inside(context), "--teacher", input.teacher!);
    await unassignTeacher(context, { course: course!, teacher });
    return course!;
  });
}

/** Does it, and prints the course as it is then. */
async function save(here: Shell, work: (context: Context) => Promise<number>): Promise<void> {
  const view = await perform(here, async (context) => viewCourse(context, await work(context)));
  await printObject(here.output, { ...view }, () => courseScreen(here.output, view));
  if (here.dryRun) here.say("Nothing was written.");
}
