/** `booking create` and `booking check`: a seat or a lesson, and every rule's outcome. */
import type { Command } from "commander";
import { BOOKING_FIELDS, viewBooking } from "../../db/booking-list.ts";
import type { Database } from "../../db/open.ts";
import { requireSchema } from "../../db/schema-state.ts";
import type { Actor } from "../../domain/actor.ts";
import { ClassbookError } from "../../domain/error.ts";
import type { RuleOutcome } from "../../domain/rules.ts";
import { assessRequest, createBooking } from "../../operations/booking.ts";
import { inside, operate } from "../../operations/context.ts";
import { actingFor, consult } from "../batch.ts";
import { EXIT } from "../exit.ts";
import { overrideOption } from "../options.ts";
import { printObject } from "../output.ts";
import { assessmentScreen, bookingLine, rulesScreen } from "../screens/booking.ts";
import type { Shell, WithShell } from "../shell.ts";
import { parseRequest, type RequestText, resolveRequest, type TypedRequest } from "../typed-request.ts";

interface RequestFlags extends RequestText {
  explain?: boolean;
}

const CREATED = ["outcome", ...BOOKING_FIELDS, "waitlist_id", "position", "rules"];
const CHECKED = [
  ...["outcome", "position", "student_user_id", "session_id", "teacher_id", "course_id"],
  ...["start_at_utc", "end_at_utc", "rules"],
];

function withRequestFlags(command: Command): Command {
  return command
    .option("--session <ID>", "a seat in this session")
    .option("--slot <ID>", "a lesson at a time of this availability slot")
    .option("--on <DATE>", "the local date of the lesson (default: the slot's next)")
    .option("--course <ID>", "the course, where the slot is for all of its teacher's")
    .option("--student <USER>", "who it is for: id, username or e-mail address")
    .option("--seats <N>", "how many seats")
    .option("--note <TEXT>", "a note of the student")
    .addOption(overrideOption());
}

export function defineRequests(booking: Command, shell: WithShell): void {
  withRequestFlags(
    booking.command("create").description("book a seat in a session, or a lesson at an opening"),
  )
    .option("--explain", "say every rule's outcome")
    .addHelpText(
      "after",
      "\nA full session with a waitlist puts the student on it. At a terminal it asks for what is not given: course, session\nor opening, student. Exits with 3 where a rule refuses.\n\nExample:\n  $ classbook booking create --session 19 --student hugo --now 2026-11-20T09:00:00Z --db sample/school.sqlite3 --dry-run",
    )
    .action(async (flags: RequestFlags, command: Command) => create(shell(command, CREATED), flags));
  withRequestFlags(
    booking.command("check").description("every rule with pass, fail or overridden, and why; writes nothing"),
  )
    .addHelpText(
      "after",
      "\nExits with 3 where the booking would be refused.\n\nExample:\n  $ classbook booking check --session 19 --student hugo --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (flags: RequestFlags, command: Command) => check(shell(command, CHECKED), flags));
}

async function create(here: Shell, flags: RequestFlags): Promise<void> {
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      const typed = await completeRequest(here, { database, actor, flags });
      if (typed === null) return;
      const asked = await resolveRequest(database, typed);
      const acting = actingFor(here, actor);
      const result = await operate(database, acting, async (context) => {
        const booked = await createBooking(context, asked);
        // Looked at inside the transaction: a rehearsal leaves nothing behind to look at.
        const view = booked.booking === null ? null : await viewBooking(inside(context), booked.booking.id);
        return { ...booked, view };
      }).catch((error: unknown) => {
        if (flags.explain && error instanceof ClassbookError && here.output.format === "table")
          explainRefusal(here, error);
        throw error;
      });
      const { outcome, rules, view, waitlist } = result;
      await printObject(
        here.output,
        {
          outcome,
          ...(view ?? {
            session_id: "session_id" in asked ? asked.session_id : null,
            student_user_id: asked.student_user_id,
          }),
          waitlist_id: waitlist?.id ?? null,
          position: waitlist?.position ?? null,
          rules,
        },
        () =>
          [
            ...(flags.explain ? [rulesScreen(here.output, rules)] : []),
            view === null
              ? `waitlisted: number ${waitlist!.position} in the queue (entry ${waitlist!.id})`
              : bookingLine(here.output, view),
            "",
          ].join("\n"),
      );
      if (here.dryRun) here.say("Nothing was written.");
    },
    { rehearses: true },
  );
}

/** What was typed, with what a person at a terminal is asked for. Null where they left. */
async function completeRequest(
  here: Shell,
  { database, actor, flags }: { database: Database; actor: Actor; flags: RequestFlags },
): Promise<TypedRequest | null> {
  if (!here.canAsk) return parseRequest(flags);
  const typed = parseRequest(flags, { complete: false });
  const { askForMissing } = await import("./booking-ask.ts");
  return askForMissing(here, { database, actor, typed });
}

function explainRefusal(here: Shell, error: ClassbookError): void {
  const { rules } = (error.details ?? {}) as { rules?: RuleOutcome[] };
  if (rules !== undefined) here.io.err(`${rulesScreen(here.output, rules)}\n`);
}

async function check(here: Shell, flags: RequestFlags): Promise<void> {
  const typed = parseRequest(flags);
  const assessment = await consult(here, async (context) =>
    assessRequest(context, await resolveRequest(context.database, typed)),
  );
  const { outcome, position, rules, student, draft } = assessment;
  await printObject(
    here.output,
    {
      outcome,
      position,
      student_user_id: student.id,
      session_id: draft.session_id,
      teacher_id: draft.teacher_id,
      course_id: draft.course_id,
      start_at_utc: draft.start_at_utc,
      end_at_utc: draft.end_at_utc,
      rules,
    },
    () => assessmentScreen(here.output, assessment),
  );
  if (outcome === "refused") here.exit(EXIT.refused);
}
