/** `session create`, `session update`. */
import type { Command } from "commander";
import { findTeacher } from "../../db/booking-people.ts";
import type { Database } from "../../db/open.ts";
import { getTeacherId } from "../../db/people.ts";
import { requireSchema } from "../../db/schema-state.ts";
import type { SessionValues } from "../../db/session-edit.ts";
import { SESSION_FIELDS, viewSession } from "../../db/session-list.ts";
import type { Actor } from "../../domain/actor.ts";
import { type Instant, parseDate } from "../../domain/instant.ts";
import type { RuleCode } from "../../domain/rules.ts";
import { LONGEST_MINUTES, lengthProblem, MEETING_PROVIDERS } from "../../domain/session.ts";
import { type Context, operate } from "../../operations/context.ts";
import { createSession, type NewSession, type PlannedSession } from "../../operations/session.ts";
import { type SessionChange, updateSession } from "../../operations/session-update.ts";
import { actingFor, readIds } from "../batch.ts";
import { Flags } from "../flags.ts";
import { overrideOption, wordOption } from "../options.ts";
import { printObject } from "../output.ts";
import { sessionLine } from "../screens/session.ts";
import type { Shell, WithShell } from "../shell.ts";
import { sessionRow } from "./session-look.ts";

interface EditFlags {
  course?: string;
  teacher?: string;
  title?: string;
  description?: string;
  start?: string;
  duration?: string;
  capacity?: string;
  waitlist?: boolean;
  provider?: string;
  link?: string;
  meetingId?: string;
  passcode?: string;
  status?: string;
  override?: string;
}

const PLANNED = ["draft", "scheduled"] as const;
const CHANGED = ["scheduled", "booking_closed", "live"] as const;

/** @param defaults told in the help where a new session is asked for */
function withEditFlags(command: Command, defaults: Record<string, string>): Command {
  const told = (flag: string) => (flag in defaults ? ` (default: ${defaults[flag]})` : "");
  return command
    .option("--course <ID>", "the course")
    .option("--teacher <TEACHER>", `id, username or e-mail address${told("teacher")}`)
    .option("--title <TEXT>", `what it is called${told("title")}`)
    .option("--description <TEXT>", "what it is about")
    .option("--start <INSTANT>", "a bare time is local to the teacher's zone, or to --tz")
    .option("--duration <MINUTES>", `from 1 to ${LONGEST_MINUTES}${told("duration")}`)
    .option("--capacity <N>", `how many seats${told("capacity")}`)
    .option("--waitlist", "students wait for a seat when it is full")
    .option("--no-waitlist", "bookings close when it is full")
    .addOption(wordOption("--provider <WORD>", MEETING_PROVIDERS.join(", "), MEETING_PROVIDERS))
    .option("--link <URL>", "where the class meets")
    .option("--meeting-id <TEXT>", "the provider's id of the meeting")
    .option("--passcode <TEXT>", "the meeting's passcode");
}

const PRINTED = [...SESSION_FIELDS, "rules"];

export function defineEdits(session: Command, shell: WithShell): void {
  withEditFlags(session.command("create").description("plan a session"), {
    teacher: "who acts, where that is a teacher",
    title: "the course's",
    duration: "60",
    capacity: "10",
  })
    .addOption(
      wordOption(
        "--status <WORD>",
        `${PLANNED.join(" or ")}; a draft takes no bookings yet`,
        PLANNED,
        "scheduled",
      ),
    )
    .addOption(overrideOption("rules that staff set aside: teacher-overlap"))
    .addHelpText(
      "after",
      "\nStaff plan sessions of every teacher, teachers their own. One in the past is entered by staff only.\nExits with 3 where the teacher has something else then.\n\nExample:\n  $ classbook session create --course 1 --teacher 1 --start '2026-12-02 17:00' --capacity 8 --waitlist --dry-run --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (flags: EditFlags, command: Command) => create(shell(command, PRINTED), flags));
  withEditFlags(session.command("update <ID>").description("change a session; its bookings follow"), {})
    .addOption(
      wordOption(
        "--status <WORD>",
        `${CHANGED.join(", ")}; cancel and complete are commands of their own`,
        CHANGED,
      ),
    )
    .addOption(overrideOption("rules that staff set aside: teacher-overlap, student-overlap, enrollment"))
    .addHelpText(
      "after",
      [
        "",
        "Another time or length, teacher or course: bookings that did not end move along and their students are told.",
        "Refused where the teacher (teacher-overlap) or one of the students (student-overlap) has something else then.",
        "",
        "More seats go to the waitlist at once; pending requests stay pending. Fewer than are held is refused (capacity).",
        "Without a waitlist nobody new can wait; who waits already keeps the place.",
        "",
        "Only staff give a session to another teacher, move one that has begun, or move one into the past.",
        "A session that is completed or cancelled takes new texts only.",
        "",
        "Example:",
        "  $ classbook session update 18 --start '2026-11-24 18:00' --capacity 10 --dry-run --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
      ].join("\n"),
    )
    .action(async (word: string, flags: EditFlags, command: Command) =>
      update(shell(command, PRINTED), word, flags),
    );
}

/** What the flags say by themselves; the time waits for the teacher's zone. */
interface ReadFlags {
  values: Partial<
    Omit<SessionValues, "start_at_utc" | "end_at_utc" | "status" | "timezone_snapshot" | "teacher_id">
  >;
  overrides: ReadonlySet<RuleCode>;
}

function readFlags(flags: Flags, input: EditFlags): ReadFlags {
  const duration = flags.whole("--duration", input.duration, 1);
  const problem = duration === null ? null : lengthProblem(duration);
  if (problem !== null) flags.problem(`--duration ${duration}: ${problem}`);
  if (input.title?.trim() === "") flags.problem("--title is empty");
  if (input.start !== undefined) {
    if (parseDate(input.start) !== null)
      flags.problem(`--start "${input.start}" has no time, such as '${input.start} 17:00'`);
    else flags.instant("--start", input.start, () => "UTC");
  }
  const values = {
    course_id: flags.id("--course", input.course) ?? undefined,
    title: input.title,
    description: input.description,
    duration_minutes: duration ?? undefined,
    capacity: flags.whole("--capacity", input.capacity, 1) ?? undefined,
    enable_waitlist: input.waitlist,
    meeting_provider: flags.word("--provider", input.provider, MEETING_PROVIDERS) ?? undefined,
    meeting_link: input.link,
    meeting_id: input.meetingId,
    meeting_passcode: input.passcode,
  };
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { values: given as ReadFlags["values"], overrides: flags.overrides(input.override) };
}

/** A bare time is local to the zone asked for, else to the teacher's. */
async function readStart(
  here: Shell,
  database: Database,
  teacher: number | null,
  text: string,
): Promise<Instant> {
  const own = teacher === null ? null : await findTeacher(database, database.db, teacher);
  return new Flags().instant("--start", text, () => here.askedZone ?? own?.timezone ?? here.zone)!;
}

async function create(here: Shell, input: EditFlags): Promise<void> {
  const flags = new Flags();
  const { values, overrides } = readFlags(flags, input);
  const status = flags.word("--status", input.status, PLANNED) ?? "scheduled";
  await here.write(
    async (database, actor) => {
      if (input.course === undefined) flags.problem("--course is missing");
      if (input.start === undefined) flags.problem("--start is missing");
      if (input.teacher === undefined && ownTeacher(actor) === null) flags.problem("--teacher is missing");
      flags.done("such as --course 1 --teacher 1 --start '2026-12-02 17:00'");
      await requireSchema(database);
      const teacher_id =
        input.teacher === undefined
          ? ownTeacher(actor)!
          : await getTeacherId(database, "--teacher", input.teacher);
      const asked: NewSession = {
        course_id: values.course_id!,
        teacher_id,
        title: values.title ?? null,
        description: values.description ?? "",
        start_at_utc: await readStart(here, database, teacher_id, input.start!),
        duration_minutes: values.duration_minutes ?? 60,
        capacity: values.capacity ?? 10,
        enable_waitlist: values.enable_waitlist ?? false,
        meeting_provider: values.meeting_provider ?? "",
        meeting_link: values.meeting_link ?? "",
        meeting_id: values.meeting_id ?? "",
        meeting_passcode: values.meeting_passcode ?? "",
        status,
        overrides,
      };
      await print(here, database, actor, (context) => createSession(context, asked));
    },
    { rehearses: true },
  );
}

function ownTeacher(actor: Actor): number | null {
  return actor.kind === "user" ? actor.teacherId : null;
}

async function update(here: Shell, word: string, input: EditFlags): Promise<void> {
  const [id] = await readIds(here, [word]);
  const flags = new Flags();
  const { values, overrides } = readFlags(flags, input);
  const status = flags.word("--status", input.status, CHANGED);
  const named = [input.start, input.teacher, input.status].some((value) => value !== undefined);
  if (!named && Object.keys(values).length === 0) flags.problem("nothing to change is named");
  flags.done("such as --capacity 12, or --start '2026-12-02 17:00'");
  await here.write(
    async (database, actor) => {
      await requireSchema(database);
      const change: SessionChange = { id: id!, ...values, overrides };
      if (status !== null) change.status = status;
      if (input.teacher !== undefined)
        change.teacher_id = await getTeacherId(database, "--teacher", input.teacher);
      if (input.start !== undefined) {
        const session = await viewSession(database, id!, actingFor(here, actor));
        const teacher = change.teacher_id ?? session?.teacher_id ?? null;
        change.start_at_utc = await readStart(here, database, teacher, input.start);
      }
      await print(here, database, actor, (context) => updateSession(context, change));
    },
    { rehearses: true },
  );
}

async function print(
  here: Shell,
  database: Database,
  actor: Actor,
  work: (context: Context) => Promise<PlannedSession>,
): Promise<void> {
  const { session, rules } = await operate(database, actingFor(here, actor), work);
  await printObject(
    here.output,
    { ...sessionRow(session), rules },
    () => `${sessionLine(here.output, session)}\n`,
  );
  if (here.dryRun) here.say("Nothing was written.");
}
