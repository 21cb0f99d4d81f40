/** `student enroll` and `student unenroll`: one course, one or more students. */
import type { Command } from "commander";
import { getUser } from "../../db/people.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { ENROLLMENT_STATUSES } from "../../domain/student.ts";
import type { Context } from "../../operations/context.ts";
import { type EnrollmentOutcome, enrollStudent, unenrollStudent } from "../../operations/enrollment.ts";
import { eachOf, forEachId, readWords } from "../batch.ts";
import { Flags } from "../flags.ts";
import { wordOption } from "../options.ts";
import { escapeControl, type Row } from "../output.ts";
import type { Shell, WithShell } from "../shell.ts";

interface EnrollFlags {
  course?: string;
  status?: string;
}

/** `id` is the user's. */
const FIELDS = ["id", "student", "course_id", "course", "enrollment_id", "status", "changed"] as const;

export function defineEnrolling(student: Command, shell: WithShell): void {
  student
    .command("enroll <USER...>")
    .description("enroll in a course, or set the enrollment's status; - reads names from standard input")
    .option("--course <ID>", "the course")
    .addOption(wordOption("--status <STATUS>", ENROLLMENT_STATUSES.join(", "), ENROLLMENT_STATUSES, "active"))
    .addHelpText("after", help("enroll ana --course 2 --dry-run"))
    .action(async (words: string[], input: EnrollFlags, command: Command) => {
      const flags = new Flags();
      const course = readCourse(flags, input);
      const status = flags.word("--status", input.status, ENROLLMENT_STATUSES);
      flags.done();
      await enrollAll(shell(command, eachOf(FIELDS)), words, (context, user) =>
        enrollStudent(context, { user, course: course!, status: status! }),
      );
    });
  student
    .command("unenroll <USER...>")
    .description("end enrollments: they become expired, bookings stay; - reads names from standard input")
    .option("--course <ID>", "the course")
    .addHelpText("after", help("unenroll ana --course 1 --dry-run"))
    .action(async (words: string[], input: EnrollFlags, command: Command) => {
      const flags = new Flags();
      const course = readCourse(flags, input);
      flags.done();
      await enrollAll(shell(command, eachOf(FIELDS)), words, (context, user) =>
        unenrollStudent(context, { user, course: course! }),
      );
    });
}

function help(words: string): string {
  return `\nFor staff. Nothing to change is no failure.\n\nExample:\n  $ classbook student ${words} --db sample/school.sqlite3`;
}

function readCourse(flags: Flags, { course }: EnrollFlags): number | null {
  if (course === undefined) flags.problem("--course is missing");
  return flags.id("--course", course);
}

async function enrollAll(
  here: Shell,
  words: readonly string[],
  work: (context: Context, user: number) => Promise<EnrollmentOutcome>,
): Promise<void> {
  const names = await readWords(here, words);
  const users = await here.read(async (database) => {
    await requireSchema(database);
    const found = new Set<number>();
    for (const name of names) found.add((await getUser(database, "USER", name)).id);
    return [...found];
  });
  if (users.length === 0) {
    here.say("Nobody is named.");
    return;
  }
  await forEachId(here, users, { columns: FIELDS, screen: enrollmentLine }, async (context, user) => {
    const { id, user_id: _same, ...outcome } = await work(context, user);
    return { id: user, enrollment_id: id, ...outcome };
  });
  if (here.dryRun) here.say("Nothing was written.");
}

function enrollmentLine({ student, course, course_id, status, changed }: Row): string {
  const told = `${student} in ${course} (course ${course_id}): ${status}`;
  return `${escapeControl(told)}${changed ? "" : " already"}\n`;
}
