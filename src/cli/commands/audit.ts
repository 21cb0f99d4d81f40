/** `audit`: the record of what was done. */
import type { Command } from "commander";
import { ALL_EVENTS, EVENT_FIELDS, type EventFilter, SUBJECTS } from "../../db/audit.ts";
import { getUser } from "../../db/people.ts";
import { plural } from "../../domain/spoken.ts";
import { listEventsFor, viewEvent } from "../../operations/audit.ts";
import { consult, readIds, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { wordOption } from "../options.ts";
import { eventScreen, printEvents } from "../screens/audit.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ListFlags {
  subject?: string;
  actor?: string;
  what?: string;
  from?: string;
  to?: string;
  limit: string;
  oldestFirst?: boolean;
}

export function defineAudit(audit: Command, shell: WithShell): void {
  audit
    .command("list")
    .description("who did what, when, to what, from what to what, and why: the newest first")
    .addOption(
      wordOption("--subject <TABLE[:ID]>", "about this table, or this row: live_class_booking:12", SUBJECTS),
    )
    .option("--actor <USER>", "done by this user: id, username or e-mail address")
    .option("--what <WORD>", "what was done: created, confirmed, cancelled, updated …")
    .option("--from <INSTANT>", "then or later")
    .option("--to <INSTANT>", "before")
    .option("--limit <N>", "at most so many", "50")
    .option("--oldest-first", "in the order in which it happened")
    .addHelpText(
      "after",
      `\nFor staff. TABLE is one of:\n${SUBJECTS.map((table) => `  ${table}`).join("\n")}\n\nExample:\n  $ classbook booking approve 118 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3\n  $ classbook audit list --subject live_class_booking --from 2026-11-01 --db sample/school.sqlite3`,
    )
    .action(async (flags: ListFlags, command: Command) => list(shell(command, EVENT_FIELDS), flags));
  audit
    .command("show <ID...>")
    .description("one event with everything it says; - reads ids from standard input")
    .addHelpText(
      "after",
      "\nFor staff.\n\nExample:\n  $ classbook booking approve 118 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3\n  $ classbook audit list --limit 1 --fields id --db sample/school.sqlite3 | classbook audit show - --db sample/school.sqlite3",
    )
    .action(async (words: string[], _flags: object, command: Command) =>
      show(shell(command, EVENT_FIELDS), words),
    );
}

async function list(here: Shell, input: ListFlags): Promise<void> {
  const flags = new Flags();
  const zone = () => here.zone;
  const [table, id] = input.subject === undefined ? [] : splitSubject(input.subject);
  const filter: EventFilter = {
    ...ALL_EVENTS,
    subject: flags.word("--subject", table, SUBJECTS),
    subject_id: flags.id("--subject", id),
    what: input.what ?? null,
    from: flags.instant("--from", input.from, zone),
    until: flags.instant("--to", input.to, zone),
    limit: flags.whole("--limit", input.limit, 1),
    newestFirst: input.oldestFirst !== true,
  };
  flags.done();
  const events = await consult(here, async (context) =>
    listEventsFor(context, {
      ...filter,
      actor_user_id:
        input.actor === undefined ? null : (await getUser(context.database, "--actor", input.actor)).id,
    }),
  );
  await printEvents(here.output, events, "No such events.");
  if (here.output.format === "table" && events.length > 0)
    here.say(`${plural(events.length, "event")}, times in ${here.zone}`);
}

/** `live_class_booking:12` → the table and the id, undefined where none is named. */
function splitSubject(text: string): [string, string | undefined] {
  const at = text.indexOf(":");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

async function show(here: Shell, words: readonly string[]): Promise<void> {
  await showEach(here, await readIds(here, words), viewEvent, (event) => eventScreen(here.output, event));
}
