/** `student`: list, show, create, update; enroll and unenroll are in student-enroll.ts. */
import type { Command } from "commander";
import { getUser } from "../../db/people.ts";
import {
  ALL_STUDENTS,
  listStudents,
  STUDENT_FIELDS,
  STUDENT_SORTS,
  type StudentFilter,
} from "../../db/student.ts";
import { plural } from "../../domain/spoken.ts";
import { ENROLLMENT_STATUSES } from "../../domain/student.ts";
import { type Context, inside } from "../../operations/context.ts";
import { createStudent, listStudentsFor, updateStudent, viewStudent } from "../../operations/student.ts";
import { consult, perform, readWords, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { wordOption } from "../options.ts";
import { printObject, printRows } from "../output.ts";
import { type PagingFlags, readPaging, withPaging } from "../paging.ts";
import { fullName, peopleColumns, personLine, studentScreen } from "../screens/student.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ListFlags extends PagingFlags {
  search?: string;
  course?: string;
  enrollmentStatus?: string;
  inactive?: boolean;
}

interface PersonFlags {
  username?: string;
  email?: string;
  firstName?: string;
  lastName?: string;
  timezone?: string;
  course?: string[];
  active?: boolean;
}

const SAMPLE = "--db sample/school.sqlite3";

export function defineStudent(student: Command, shell: WithShell): void {
  withPaging(
    student
      .command("list")
      .description("who learns here: everybody enrolled, and accounts that neither teach nor are staff")
      .option("--search <TEXT>", "whose username, name or e-mail address contains it")
      .option("--course <ID>", "enrolled in this course: active, unless --enrollment-status says otherwise")
      .addOption(
        wordOption(
          "--enrollment-status <LIST>",
          `any of ${ENROLLMENT_STATUSES.join(", ")}`,
          ENROLLMENT_STATUSES,
        ),
      )
      .option("--inactive", "whose account is inactive"),
    STUDENT_SORTS,
    "id",
  )
    .addHelpText("after", `\nFor staff.\n\nExample:\n  $ classbook student list --course 1 ${SAMPLE}`)
    .action(async (flags: ListFlags, command: Command) => list(shell(command, STUDENT_FIELDS), flags));
  student
    .command("show <USER...>")
    .description(
      "a person with enrollments, bookings and waitlist entries; - reads names from standard input",
    )
    .addHelpText(
      "after",
      `\nStaff see everybody, others themselves.\n\nExample:\n  $ classbook student show ana --now 2026-11-20T09:00:00Z ${SAMPLE}`,
    )
    .action(async (words: string[], _flags: object, command: Command) => show(shell(command), words));
  withPersonFlags(student.command("create").description("an account with a profile, and enrollments"))
    .option("--course <ID...>", "courses to be enrolled in")
    .addHelpText(
      "after",
      "\nFor staff, in a database of classbook's own: a Django app makes its accounts itself.\n\nExample:\n  $ classbook student create --username lena --email lena@school.example --timezone Europe/Berlin --course 1 --db school.db",
    )
    .action(async (flags: PersonFlags, command: Command) => create(shell(command, STUDENT_FIELDS), flags));
  withPersonFlags(student.command("update <USER>").description("change what is named of an account"))
    .option("--active", "the account may be used")
    .option("--no-active", "the account may not be used; bookings stay")
    .addHelpText(
      "after",
      `\nFor staff. Of a Django app's users only the time zone can be changed here: the rest is the app's.\n\nExample:\n  $ classbook student update ana --timezone Europe/Berlin --dry-run ${SAMPLE}`,
    )
    .action(async (user: string, flags: PersonFlags, command: Command) =>
      update(shell(command, STUDENT_FIELDS), user, flags),
    );
}

function withPersonFlags(command: Command): Command {
  return command
    .option("--username <NAME>", "what they are called by everywhere")
    .option("--email <ADDRESS>", "e-mail address")
    .option("--first-name <NAME>", "first name")
    .option("--last-name <NAME>", "last name")
    .option("--timezone <ZONE>", "such as Europe/Madrid");
}

async function list(here: Shell, input: ListFlags): Promise<void> {
  const flags = new Flags();
  const course = flags.id("--course", input.course);
  const statuses = flags.words("--enrollment-status", input.enrollmentStatus, ENROLLMENT_STATUSES);
  const filter: StudentFilter = {
    ...ALL_STUDENTS,
    ...readPaging(flags, input, STUDENT_SORTS),
    search: input.search ?? null,
    course,
    enrollmentStatuses: statuses ?? (course === null ? null : ["active"]),
    inactive: input.inactive === true,
  };
  flags.done();
  const rows = await consult(here, (context) => listStudentsFor(context, filter));
  await printRows(
    here.output,
    STUDENT_FIELDS,
    rows.map((row) => ({
      ...row,
      name: fullName(row),
      enrolled: row.active_enrollments,
      upcoming: row.upcoming_bookings,
    })),
    [...peopleColumns(rows), "enrolled", "upcoming"],
    "No such students.",
  );
  if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "student"));
}

async function show(here: Shell, words: readonly string[]): Promise<void> {
  await showEach(
    here,
    await readWords(here, words),
    async (context, name) => viewStudent(context, (await getUser(context.database, "USER", name)).id),
    (view) => studentScreen(here.output, view),
  );
}

function fieldsOf({ username, email, firstName, lastName, timezone }: PersonFlags) {
  return { username, email, first_name: firstName, last_name: lastName, timezone };
}

async function create(here: Shell, input: PersonFlags): Promise<void> {
  const flags = new Flags();
  const courses = (input.course ?? []).map((word) => flags.id("--course", word));
  if (input.username === undefined) flags.problem("--username is missing");
  flags.done("such as --username lena --email lena@school.example");
  await save(here, (context) =>
    createStudent(context, {
      ...fieldsOf(input),
      username: input.username!,
      courses: courses.filter((id) => id !== null),
    }),
  );
}

async function update(here: Shell, name: string, input: PersonFlags): Promise<void> {
  const asked = { ...fieldsOf(input), is_active: input.active };
  const flags = new Flags();
  if (Object.values(asked).every((value) => value === undefined)) flags.problem("nothing to change is named");
  flags.done("such as --email ana@school.example");
  await save(here, async (context) => {
    const { id } = await getUser(inside(context), "USER", name);
    await updateStudent(context, id, asked);
    return id;
  });
}

/** Does it, and prints the person as they are then. */
async function save(here: Shell, work: (context: Context) => Promise<number>): Promise<void> {
  const row = await perform(here, async (context) => {
    const id = await work(context);
    return (await listStudents(inside(context), { ...ALL_STUDENTS, ids: [id] }, context.now))[0]!;
  });
  const zone = row.timezone === null ? "" : `, ${row.timezone}`;
  await printObject(
    here.output,
    { ...row },
    () => `${personLine(row)} (user ${row.id})${row.is_active ? "" : ", inactive"}${zone}\n`,
  );
  if (here.dryRun) here.say("Nothing was written.");
}
