/** `session timeline`: everything that happened to a session, in order. */
import type { Command } from "commander";
import { getUser } from "../../db/people.ts";
import { plural } from "../../domain/spoken.ts";
import { inside } from "../../operations/context.ts";
import { seatAnswer, sessionTimeline } from "../../operations/session-timeline.ts";
import { consult, readIds } from "../batch.ts";
import { escapeControl } from "../output.ts";
import { printTimeline, TIMELINE_FIELDS } from "../screens/timeline.ts";
import type { Shell, WithShell } from "../shell.ts";
import { wrapText } from "../wrap.ts";

export function defineTimeline(session: Command, shell: WithShell): void {
  session
    .command("timeline <ID>")
    .description("everything that happened to a session in order, with who held its seats after each step")
    .option(
      "--student <USER>",
      "what concerns this student, to whom the seats went meanwhile, and why they have none",
    )
    .addHelpText(
      "after",
      "\nFor staff, and the session's teacher. From the record; what the app did before, or beside it, the rows tell\n(event_id and actor are empty). What has to happen before a student gets a seat, `waitlist explain` gives as JSON, too. open = capacity − taken − pending − offers, after the step.\n\nExample:\n  $ classbook session timeline 32 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (word: string, { student }: { student?: string }, command: Command) =>
      timeline(shell(command, TIMELINE_FIELDS), word, student),
    );
}

async function timeline(here: Shell, word: string, name: string | undefined): Promise<void> {
  const [id] = await readIds(here, [word]);
  const { steps, answer } = await consult(here, async (context) => {
    const student = name === undefined ? null : await getUser(inside(context), "--student", name);
    const steps = await sessionTimeline(context, { session: id!, student: student?.id ?? null });
    const asked = { session: id!, student, steps };
    return {
      steps,
      answer: student === null ? [] : await seatAnswer(context, { ...asked, student }, here.zone),
    };
  });
  await printTimeline(here.output, steps);
  if (here.output.format !== "table") return;
  if (steps.length > 0) here.say(`${plural(steps.length, "step")}, times in ${here.zone}`);
  const { io } = here;
  for (const sentence of answer) io.out(`${wrapText(escapeControl(sentence), io.width)}\n`);
}
