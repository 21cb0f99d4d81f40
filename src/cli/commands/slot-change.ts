/** `slot block`, `unblock`, `delete`. */
import type { Command } from "commander";
import { requireSchema } from "../../db/schema-state.ts";
import { ClassbookError, refused } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import {
  blockSlot,
  type ChangedSlot,
  deleteSlot,
  type ListedSlot,
  SLOT_FIELDS,
  slotUse,
  unblockSlot,
} from "../../operations/availability.ts";
import { type Context, look } from "../../operations/context.ts";
import { actingFor, eachOf, forEachId, readIds } from "../batch.ts";
import type { Row } from "../output.ts";
import { slotLine } from "../screens/slot.ts";
import type { Shell, WithShell } from "../shell.ts";

const COLUMNS = [...SLOT_FIELDS, "future_lessons"];

export function defineSlotChanges(slot: Command, shell: WithShell): void {
  slot
    .command("block <ID...>")
    .description("take slots out of the offer; lessons at their times stay; - reads ids from standard input")
    .option("--reason <TEXT>", "why, for those who look")
    .addHelpText(
      "after",
      '\nExample:\n  $ classbook slot block 2 9 --reason "on holiday" --dry-run --db sample/school.sqlite3',
    )
    .action(async (words: string[], flags: { reason?: string }, command: Command) => {
      const here = shell(command, eachOf(COLUMNS));
      const reason = flags.reason ?? "";
      await change(here, await readIds(here, words), "", (context, id) => blockSlot(context, { id, reason }));
    });
  slot
    .command("unblock <ID...>")
    .description("offer blocked slots again; - reads ids from standard input")
    .addHelpText("after", "\nExample:\n  $ classbook slot unblock 12 --dry-run --db sample/school.sqlite3")
    .action(async (words: string[], _flags: object, command: Command) => {
      const here = shell(command, eachOf(COLUMNS));
      await change(here, await readIds(here, words), "", (context, id) => unblockSlot(context, { id }));
    });
  slot
    .command("delete <ID...>")
    .description("delete slots; lessons at their times stay; - reads ids from standard input")
    .addHelpText(
      "after",
      [
        "\nAsks first. Refused (in-use) where legacy lessons name the slot: the migration reads their time from it.",
        "\nExample:",
        "  $ classbook slot create --teacher 1 --weekday fri --start 17:00 --end 18:00 --db sample/school.sqlite3",
        "  $ classbook slot delete 9013 --yes --db sample/school.sqlite3",
      ].join("\n"),
    )
    .action(async (words: string[], _flags: object, command: Command) => {
      const here = shell(command, eachOf(COLUMNS));
      const ids = await readIds(here, words);
      if (!here.dryRun) await confirmDelete(here, ids);
      await change(here, ids, "deleted ", (context, id) => deleteSlot(context, { id }));
    });
}

/** Asks with what hangs on the slots. What cannot be deleted anyway is not asked about: its refusal says why. */
async function confirmDelete(here: Shell, ids: readonly number[]): Promise<void> {
  const uses = await here.read(async (database, actor) => {
    await requireSchema(database);
    return look(database, actingFor(here, actor), async (context) => {
      const found: { id: number; lessons: number }[] = [];
      for (const id of ids) {
        const use = await slotUse(context, id).catch(unlessMissing);
        if (use !== null && use.legacy_lessons === 0) found.push({ id, lessons: use.future_lessons.length });
      }
      return found;
    });
  });
  if (uses.length === 0) return;
  const lessons = uses.reduce((sum, use) => sum + use.lessons, 0);
  const stay = lessons === 0 ? "" : ` ${stayBooked(lessons)}.`;
  const named = uses.map(({ id }) => id).join(", ");
  if (!(await here.confirm(`Delete ${uses.length === 1 ? "slot" : "slots"} ${named}?${stay}`)))
    throw refused("not_confirmed", "not confirmed", "nothing was changed");
}

function stayBooked(lessons: number): string {
  return `${plural(lessons, "lesson")} ahead ${lessons === 1 ? "stays" : "stay"} booked`;
}

function unlessMissing(error: unknown): null {
  if (error instanceof ClassbookError && error.kind === "not_found") return null;
  throw error;
}

async function change(
  here: Shell,
  ids: readonly number[],
  done: string,
  work: (context: Context, id: number) => Promise<ChangedSlot>,
): Promise<void> {
  await forEachId(
    here,
    ids,
    {
      columns: COLUMNS,
      screen: (row) => {
        const { length } = row.future_lessons as number[];
        const stay = length === 0 ? "" : `; ${stayBooked(length)}`;
        return `${done}${slotLine(here.output, row as unknown as ListedSlot)}${stay}\n`;
      },
    },
    async (context, id) => ({ ...(await work(context, id)) }) as Row,
  );
  if (here.dryRun) here.say("Nothing was written.");
}
