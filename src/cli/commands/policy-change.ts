/** `policy set` and `policy delete`. */
import type { Command } from "commander";
import { getTeacherId } from "../../db/people.ts";
import { POLICY_FIELDS, type PolicyView } from "../../db/policy.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { ClassbookError, refused } from "../../domain/error.ts";
import type { PolicyTerms } from "../../domain/policy.ts";
import { termProblems } from "../../domain/policy-warnings.ts";
import { look, operate } from "../../operations/context.ts";
import { deletePolicy, type EffectivePolicy, setPolicy, withoutPolicy } from "../../operations/policy.ts";
import { actingFor, eachOf, forEachId, readIds } from "../batch.ts";
import { Flags } from "../flags.ts";
import { printObject, type Row } from "../output.ts";
import { insteadText, policyLine, policyScreen } from "../screens/policy.ts";
import type { Shell, WithShell } from "../shell.ts";

interface SetFlags {
  teacher?: string;
  course?: string;
  approvalGroup?: boolean;
  approvalOneOnOne?: boolean;
  notice?: string;
  cancelWindow?: string;
  bufferBefore?: string;
  bufferAfter?: string;
  maxPerDay?: string;
}

const DELETED = [...POLICY_FIELDS, "instead"];

export function definePolicyChanges(policy: Command, shell: WithShell): void {
  policy
    .command("set")
    .description("create or change a policy; terms that are not named stay")
    .option("--teacher <TEACHER>", "whose: id, username or e-mail address")
    .option("--course <ID>", "for this course alone (default: the teacher's default policy)")
    .option("--approval-one-on-one", "lessons wait for approval")
    .option("--no-approval-one-on-one", "lessons are confirmed at once")
    .option("--approval-group", "group bookings wait for approval")
    .option("--no-approval-group", "group bookings are confirmed at once")
    .option("--notice <HOURS>", "book no later than so many hours before the start")
    .option("--cancel-window <HOURS>", "students cancel no later than so many hours before the start")
    .option("--buffer-before <MINUTES>", "free before a lesson")
    .option("--buffer-after <MINUTES>", "free after a lesson")
    .option("--max-per-day <N>", "lessons a local day of the teacher, or none for no limit")
    .addHelpText(
      "after",
      [
        "\nA new policy has 24 h of notice and of cancellation, no approval, buffers or limit where nothing is said. A course's",
        "policy replaces the default as a whole. What contradicts itself is done, and pointed out (JSON: warnings).",
        "\nExample:\n  $ classbook policy set --teacher 1 --course 2 --notice 12 --max-per-day none --db sample/school.sqlite3 --dry-run",
      ].join("\n"),
    )
    .action(async (flags: SetFlags, command: Command) =>
      set(shell(command, ["outcome", ...POLICY_FIELDS, "warnings"]), flags),
    );
  policy
    .command("delete <ID...>")
    .description("delete policies, and say what holds instead; - reads ids from standard input")
    .addHelpText("after", "\nExample:\n  $ classbook policy delete 2 --dry-run --db sample/school.sqlite3")
    .action(async (words: string[], _flags: object, command: Command) =>
      remove(shell(command, eachOf(DELETED)), words),
    );
}

/** The terms named on the command line. */
function readTerms(flags: Flags, input: SetFlags): Partial<PolicyTerms> {
  const limit = input.maxPerDay === "none" ? null : flags.whole("--max-per-day", input.maxPerDay);
  const terms: Partial<PolicyTerms> = {};
  const put = <T extends keyof PolicyTerms>(term: T, given: unknown, value: PolicyTerms[T] | null) => {
    if (given !== undefined && value !== null) terms[term] = value;
  };
  put("requires_approval_for_one_on_one", input.approvalOneOnOne, input.approvalOneOnOne ?? null);
  put("requires_approval_for_group", input.approvalGroup, input.approvalGroup ?? null);
  put("min_notice_hours", input.notice, flags.whole("--notice", input.notice));
  put("cancel_window_hours", input.cancelWindow, flags.whole("--cancel-window", input.cancelWindow));
  put("buffer_before_minutes", input.bufferBefore, flags.whole("--buffer-before", input.bufferBefore));
  put("buffer_after_minutes", input.bufferAfter, flags.whole("--buffer-after", input.bufferAfter));
  if (input.maxPerDay !== undefined) terms.max_bookings_per_day = limit;
  return terms;
}

async function set(here: Shell, input: SetFlags): Promise<void> {
  const flags = new Flags();
  const course_id = flags.id("--course", input.course);
  const terms = readTerms(flags, input);
  for (const problem of termProblems(terms)) flags.problem(problem);
  if (input.teacher === undefined) flags.problem("--teacher is missing");
  const { teacher: _teacher, course: _course, ...named } = input;
  if (Object.values(named).every((value) => value === undefined)) flags.problem("no term is named");
  flags.done("such as --teacher 1 --notice 24 --buffer-after 10");
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      const teacher_id = await getTeacherId(database, "--teacher", input.teacher!);
      const { outcome, policy, warnings } = await operate(database, actingFor(here, actor), (context) =>
        setPolicy(context, { teacher_id, course_id, terms }),
      );
      await printObject(
        here.output,
        { outcome, ...policy, warnings },
        () => `${outcome} ${policyScreen(policy)}`,
      );
      for (const warning of warnings) here.say(`warning: ${warning}`);
      if (here.dryRun) here.say("Nothing was written.");
    },
    { rehearses: true },
  );
}

async function remove(here: Shell, words: string[]): Promise<void> {
  const ids = await readIds(here, words);
  if (!here.dryRun) await confirmDelete(here, ids);
  await forEachId(
    here,
    ids,
    {
      columns: DELETED,
      screen: (row) => {
        const instead = insteadText(row.instead as EffectivePolicy);
        return `deleted ${policyLine(row as unknown as PolicyView)}; now ${instead} holds\n`;
      },
    },
    async (context, id) => {
      const { policy, instead } = await deletePolicy(context, { id });
      return { ...policy, instead } as Row;
    },
  );
  if (here.dryRun) here.say("Nothing was written.");
}

/** Asks with what holds afterwards. What is not there is not asked about. */
async function confirmDelete(here: Shell, ids: readonly number[]): Promise<void> {
  const found = await here.read(async (database, actor) => {
    await requireSchema(database);
    return look(database, actingFor(here, actor), async (context) => {
      const told: string[] = [];
      for (const id of ids) {
        const rest = await withoutPolicy(context, id).catch((error: unknown) => {
          if (error instanceof ClassbookError && error.kind === "not_found") return null;
          throw error;
        });
        if (rest !== null) told.push(`${policyLine(rest.policy)} (then ${insteadText(rest.instead)} holds)`);
      }
      return told;
    });
  });
  if (found.length === 0) return;
  if (!(await here.confirm(`Delete ${found.join(", ")}?`)))
    throw refused("not_confirmed", "not confirmed", "nothing was changed");
}
