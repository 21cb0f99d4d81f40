/** `policy`: what teachers ask of bookings. */
import type { Command } from "commander";
import { getTeacherId } from "../../db/people.ts";
import { listPolicyViews, POLICY_FIELDS } from "../../db/policy.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { plural } from "../../domain/spoken.ts";
import { requireNamed } from "../../operations/named.ts";
import { effectivePolicy, getPolicy } from "../../operations/policy.ts";
import { consult, readIds, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { printObject, printRows } from "../output.ts";
import { effectiveScreen, policyScreen } from "../screens/policy.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ScopeFlags {
  teacher?: string;
  course?: string;
}

export function definePolicy(policy: Command, shell: WithShell): void {
  policy
    .command("list")
    .description("policies by teacher and course; without a course: the teacher's default")
    .option("--teacher <TEACHER>", "of this teacher: id, username or e-mail address")
    .option("--course <ID>", "for this course")
    .addHelpText("after", "\nExample:\n  $ classbook policy list --db sample/school.sqlite3")
    .action(async (flags: ScopeFlags, command: Command) => list(shell(command, POLICY_FIELDS), flags));
  policy
    .command("show <ID...>")
    .description("one policy; - reads ids from standard input")
    .addHelpText("after", "\nExample:\n  $ classbook policy show 1 --db sample/school.sqlite3")
    .action(async (words: string[], _flags: object, command: Command) =>
      show(shell(command, POLICY_FIELDS), words),
    );
  policy
    .command("effective")
    .description("every term in force for a teacher (and course), and where it comes from")
    .option("--teacher <TEACHER>", "whose: id, username or e-mail address")
    .option("--course <ID>", "for this course (default: for a course without a policy)")
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook policy effective --teacher 1 --course 2 --db sample/school.sqlite3",
    )
    .action(async (flags: ScopeFlags, command: Command) => effective(shell(command), flags));
}

async function list(here: Shell, input: ScopeFlags): Promise<void> {
  const flags = new Flags();
  const course = flags.id("--course", input.course);
  flags.done();
  await here.read(async (database) => {
    await requireSchema(database);
    const teacher =
      input.teacher === undefined ? null : await getTeacherId(database, "--teacher", input.teacher);
    const rows = await listPolicyViews(database, { id: null, teacher, course });
    if (rows.length === 0) await requireNamed({ database, trx: database.db }, { course });
    await printRows(
      here.output,
      POLICY_FIELDS,
      rows.map((row) => ({ ...row })),
      POLICY_FIELDS.filter((field) => field !== "teacher_id"),
      "No such policies.",
    );
    if (here.output.format === "table" && rows.length > 0)
      here.say(plural(rows.length, "policy", "policies"));
  });
}

async function show(here: Shell, words: string[]): Promise<void> {
  await showEach(here, await readIds(here, words), getPolicy, policyScreen);
}

async function effective(here: Shell, input: ScopeFlags): Promise<void> {
  const flags = new Flags();
  const course_id = flags.id("--course", input.course);
  if (input.teacher === undefined) flags.problem("--teacher is missing");
  flags.done("such as --teacher 1 --course 2");
  const found = await consult(here, async (context) =>
    effectivePolicy(context, {
      teacher_id: await getTeacherId(context.database, "--teacher", input.teacher!),
      course_id,
    }),
  );
  await printObject(here.output, { ...found }, () => effectiveScreen(found));
}
