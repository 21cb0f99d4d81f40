/** `session cancel`, `session complete`. */
import type { Command } from "commander";
import { requireSchema } from "../../db/schema-state.ts";
import { SESSION_FIELDS } from "../../db/session-list.ts";
import { countLive, type LiveCount } from "../../db/session-roster.ts";
import { CANCEL_REASONS } from "../../domain/booking.ts";
import { plural } from "../../domain/spoken.ts";
import { look } from "../../operations/context.ts";
import { getSession } from "../../operations/session-details.ts";
import {
  cancelSession,
  completeSession,
  liveText,
  UNMARKED,
  type Unmarked,
} from "../../operations/session-end.ts";
import { actingFor, eachOf, forEachId, readIds } from "../batch.ts";
import { Flags } from "../flags.ts";
import { overrideOption, wordOption } from "../options.ts";
import { escapeControl, type Row } from "../output.ts";
import { effectText, sessionLine } from "../screens/session.ts";
import type { GlobalFlags, Shell, WithShell } from "../shell.ts";
import { sessionRow } from "./session-look.ts";

interface CancelFlags {
  reason?: string;
  note?: string;
}

interface CompleteFlags {
  unmarked?: string;
  override?: string;
}

const CANCELLED = [...SESSION_FIELDS, "bookings_cancelled", "queue_expired"];
const COMPLETED = [...SESSION_FIELDS, "marked", "left", "requests_declined", "queue_expired"];

export function defineEnds(session: Command, shell: WithShell): void {
  session
    .command("cancel <ID...>")
    .description(
      "call sessions off: their bookings are cancelled, their queues end; - reads ids from standard input",
    )
    .addOption(
      wordOption(
        "--reason <WORD>",
        `${CANCEL_REASONS.join(", ")} (default: teacher or admin, by who acts)`,
        CANCEL_REASONS,
      ),
    )
    .option("--note <TEXT>", "why: told to the students, kept in the teacher's note")
    .addHelpText(
      "after",
      '\nAsks before it does, with the counts; --yes answers. One transaction for each session.\n\nExample:\n  $ classbook session cancel 18 --note "the teacher is ill" --dry-run --now 2026-11-20T09:00:00Z --db sample/school.sqlite3',
    )
    .action(async (words: string[], input: CancelFlags, command: Command) =>
      cancel(shell(command, eachOf(CANCELLED)), words, input),
    );
  session
    .command("complete <ID...>")
    .description("close sessions that took place, from their end on; - reads ids from standard input")
    .addOption(
      wordOption(
        "--unmarked <WORD>",
        `confirmed bookings that nobody marked: ${UNMARKED.join(", ")} (default: leave)`,
        UNMARKED,
      ),
    )
    .addOption(overrideOption("rules that staff set aside: attendance-time"))
    .addHelpText(
      "after",
      "\nAt a terminal it asks what becomes of the bookings that nobody marked. Requests still pending are declined, the\nqueue ends.\n\nExample:\n  $ classbook session complete 18 --unmarked attended --dry-run --now 2026-11-24T18:00:00Z --db sample/school.sqlite3",
    )
    .action(async (words: string[], input: CompleteFlags, command: Command) =>
      complete(
        shell(command, eachOf(COMPLETED)),
        words,
        input,
        command.optsWithGlobals<GlobalFlags>().input !== false,
      ),
    );
}

/** What ending the sessions would end with them. Of one session, not_found where it is not there. */
async function countFor(here: Shell, ids: readonly number[]): Promise<LiveCount & { what: string }> {
  return here.read(async (database, actor) => {
    await requireSchema(database);
    const counts = await countLive(database, ids);
    if (ids.length > 1) return { ...counts, what: plural(ids.length, "session") };
    const session = await look(database, actingFor(here, actor), (context) => getSession(context, ids[0]!));
    return { ...counts, what: `session ${session.id} (${escapeControl(session.title)})` };
  });
}

async function cancel(here: Shell, words: readonly string[], input: CancelFlags): Promise<void> {
  const flags = new Flags();
  const cancel_reason = flags.word("--reason", input.reason, CANCEL_REASONS);
  flags.done("more words go into --note");
  const ids = await readIds(here, words);
  if (ids.length === 0) {
    here.say("No sessions.");
    return;
  }
  if (!here.dryRun && !here.yes) {
    const counts = await countFor(here, ids);
    if (!(await here.confirm(`Cancel ${counts.what}, with ${liveText(counts)}?`))) {
      here.say("Nothing was changed.");
      return;
    }
  }
  const note = input.note ?? null;
  await forEachId(
    here,
    ids,
    {
      columns: CANCELLED,
      screen: (row) => {
        const effect = effectText([
          [row.bookings_cancelled as number, "booking cancelled", "bookings cancelled"],
          [row.queue_expired as number, "place in the queue ended", "places in the queue ended"],
        ]);
        return `${sessionLine(here.output, row as never)}${effect}\n`;
      },
    },
    async (context, id) => {
      const { session, cancelled, expired } = await cancelSession(context, { id, cancel_reason, note });
      return { ...sessionRow(session), bookings_cancelled: cancelled, queue_expired: expired };
    },
  );
  if (here.dryRun) here.say("Nothing was written.");
}

async function complete(
  here: Shell,
  words: readonly string[],
  input: CompleteFlags,
  mayAsk: boolean,
): Promise<void> {
  const flags = new Flags();
  const given = flags.word("--unmarked", input.unmarked, UNMARKED);
  const overrides = flags.overrides(input.override);
  flags.done();
  const ids = await readIds(here, words);
  if (ids.length === 0) {
    here.say("No sessions.");
    return;
  }
  const asks = here.io.canAsk && mayAsk && !here.yes && !here.dryRun;
  const unmarked = given ?? (asks ? await askUnmarked(here, ids) : "leave");
  await forEachId(
    here,
    ids,
    {
      columns: COMPLETED,
      screen: (row) => {
        const effect = effectText([
          [row.marked as number, `marked ${unmarked}`, `marked ${unmarked}`],
          [row.left as number, "booking left to mark", "bookings left to mark"],
          [row.requests_declined as number, "request declined", "requests declined"],
          [row.queue_expired as number, "place in the queue ended", "places in the queue ended"],
        ]);
        return `${sessionLine(here.output, row as never)}${effect}\n`;
      },
    },
    async (context, id) => {
      const done = await completeSession(context, { id, unmarked, overrides });
      const { session, marked, left, declined, expired } = done;
      return {
        ...sessionRow(session),
        marked,
        left,
        requests_declined: declined,
        queue_expired: expired,
      } as Row;
    },
  );
  if (here.dryRun) here.say("Nothing was written.");
}

async function askUnmarked(here: Shell, ids: readonly number[]): Promise<Unmarked> {
  const { confirmed } = await countFor(here, ids);
  if (confirmed === 0) return "leave";
  const { askChoice } = await import("../prompts.ts");
  return askChoice(
    `Nobody marked ${plural(confirmed, "confirmed booking")}. What became of them?`,
    [
      { value: "leave", name: "leave them to be marked later" },
      { value: "attended", name: "all attended" },
      { value: "no_show", name: "nobody came" },
    ],
    { stopping: here.stopping, instead: "say --unmarked WORD" },
  );
}
