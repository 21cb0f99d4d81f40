/** `booking create` and `booking check`: a seat or a lesson, and every rule's outcome. */
import type { Command } from "commander";
import { BOOKING_FIELDS, viewBooking } from "../../db/booking-list.ts";
import type { Database } from "../../db/open.ts";
import { getUser } from "../../db/people.ts";
import { requireSchema } from "../../db/schema-state.ts";
import { ClassbookError } from "../../domain/error.ts";
import type { RuleOutcome } from "../../domain/rules.ts";
import { assessRequest, type BookingRequest, createBooking } from "../../operations/booking.ts";
import { look, operate } from "../../operations/context.ts";
import { actingFor } from "../batch.ts";
import { EXIT } from "../exit.ts";
import { Flags } from "../flags.ts";
import { printObject } from "../output.ts";
import { bookingLine, rulesScreen } from "../screens/booking.ts";
import type { Shell, WithShell } from "../shell.ts";

interface RequestFlags {
  session?: string;
  slot?: string;
  on?: string;
  course?: string;
  student?: string;
  seats?: string;
  note?: string;
  override?: string;
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
    .option("--override <RULES>", "rules that staff set aside: a,b,c");
}

export function defineRequests(booking: Command, shell: WithShell): void {
  withRequestFlags(
    booking.command("create").description("book a seat in a session, or a lesson at an opening"),
  )
    .option("--explain", "say every rule's outcome")
    .addHelpText(
      "after",
      "\nA full session with a waitlist puts the student on it. Exits with 3 where a rule refuses.\n\nExample:\n  $ classbook booking create --session 88 --student ana --now 2026-11-20T09:00:00Z --db sample/school.sqlite3 --dry-run",
    )
    .action(async (flags: RequestFlags, command: Command) => create(shell(command, CREATED), flags));
  withRequestFlags(
    booking.command("check").description("every rule with pass, fail or overridden, and why; writes nothing"),
  )
    .addHelpText(
      "after",
      "\nExits with 3 where the booking would be refused.\n\nExample:\n  $ classbook booking check --session 88 --student ana --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (flags: RequestFlags, command: Command) => check(shell(command, CHECKED), flags));
}

/** @throws ClassbookError usage, with all that is wrong or missing */
export async function readRequest(database: Database, input: RequestFlags): Promise<BookingRequest> {
  const flags = new Flags();
  const session = flags.id("--session", input.session);
  const slot = flags.id("--slot", input.slot);
  const date = flags.date("--on", input.on);
  const course = flags.id("--course", input.course);
  const seats = flags.whole("--seats", input.seats, 1) ?? 1;
  const overrides = flags.overrides(input.override);
  if (input.session === undefined && input.slot === undefined)
    flags.problem("neither --session nor --slot is given");
  if (input.session !== undefined && input.slot !== undefined)
    flags.problem("--session and --slot exclude each other");
  if (input.student === undefined) flags.problem("--student is missing");
  if (input.session !== undefined && input.on !== undefined) flags.problem("--on goes with --slot");
  if (input.slot !== undefined && seats > 1) flags.problem(`--seats ${seats}: a lesson has one seat`);
  flags.done("such as --session 88 --student ana, or --slot 12 --on 2026-12-01 --student ana");
  const student = await getUser(database, "--student", input.student!);
  const terms = { student_user_id: student.id, seats, note: input.note ?? "", overrides, moved: null };
  return session !== null
    ? { ...terms, session_id: session }
    : { ...terms, slot_id: slot!, date, course_id: course };
}

async function create(here: Shell, flags: RequestFlags): Promise<void> {
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      const asked = await readRequest(database, flags);
      const acting = actingFor(here, actor);
      const result = await operate(database, acting, async (context) => {
        const booked = await createBooking(context, asked);
        // Looked at inside the transaction: a rehearsal leaves nothing behind to look at.
        const view =
          booked.booking === null
            ? null
            : await viewBooking({ ...database, db: context.trx }, booked.booking.id);
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

function explainRefusal(here: Shell, error: ClassbookError): void {
  const { rules } = (error.details ?? {}) as { rules?: RuleOutcome[] };
  if (rules !== undefined) here.io.err(`${rulesScreen(here.output, rules)}\n`);
}

async function check(here: Shell, flags: RequestFlags): Promise<void> {
  await here.read(async (database, actor) => {
    await requireSchema(database);
    const asked = await readRequest(database, flags);
    const assessment = await look(database, actingFor(here, actor), (context) =>
      assessRequest(context, asked),
    );
    const { outcome, position, rules, student, draft } = assessment;
    const would =
      outcome === "refused"
        ? "would be refused"
        : outcome === "waitlisted"
          ? `would join the waitlist as number ${position}`
          : `would be ${outcome}`;
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
      () => `${rulesScreen(here.output, rules)}\n  → ${would}\n`,
    );
    if (outcome === "refused") here.exit(EXIT.refused);
  });
}
