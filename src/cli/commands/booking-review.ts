/** `booking review`: the approval queue, one request after the other. */
import type { Command } from "commander";
import { viewBooking } from "../../db/booking-list.ts";
import type { Database } from "../../db/open.ts";
import { getTeacherId } from "../../db/people.ts";
import { requireSchema } from "../../db/schema-state.ts";
import type { Actor } from "../../domain/actor.ts";
import { ClassbookError, usageError } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import { approveBooking, declineBooking } from "../../operations/approval.ts";
import {
  describePending,
  listPending,
  REVIEW_FIELDS,
  type ReviewFacts,
} from "../../operations/booking-review.ts";
import { inside, look, operate } from "../../operations/context.ts";
import { actingFor } from "../batch.ts";
import type { Asker } from "../choose.ts";
import { SIGNAL_EXIT } from "../exit.ts";
import { escapeControl, printRows, type Row } from "../output.ts";
import { bookingLine } from "../screens/booking.ts";
import { reviewScreen } from "../screens/booking-review.ts";
import type { Shell, WithShell } from "../shell.ts";

const DECISION_FIELDS = ["id", "result", "code", "message"] as const;

export function defineReview(booking: Command, shell: WithShell): void {
  booking
    .command("review")
    .description("decide on the requests that wait, one by one: approve, decline, skip, quit")
    .option("--teacher <TEACHER>", "of this teacher only: id, username or e-mail address")
    .addHelpText(
      "after",
      "\nAsks at a terminal. With --json (ndjson, csv) it lists the queue and asks nothing.\n\nExample:\n  $ classbook booking review --json --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (flags: { teacher?: string }, command: Command) => {
      const here = shell(command, [...REVIEW_FIELDS, ...DECISION_FIELDS.filter((field) => field !== "id")]);
      const { format } = here.output;
      if (format === "json" || format === "ndjson" || format === "csv") await list(here, flags.teacher);
      else await review(here, flags.teacher);
    });
}

async function readQueue(
  here: Shell,
  database: Database,
  actor: Actor,
  teacher: string | undefined,
): Promise<readonly number[]> {
  await requireSchema(database);
  const whose = teacher === undefined ? null : await getTeacherId(database, "--teacher", teacher);
  return look(database, actingFor(here, actor), (context) => listPending(context, whose));
}

async function list(here: Shell, teacher: string | undefined): Promise<void> {
  await here.read(async (database, actor) => {
    const rows: Row[] = [];
    for (const id of await readQueue(here, database, actor, teacher)) {
      const facts = await look(database, actingFor(here, actor), (context) => describePending(context, id));
      if (facts !== null) rows.push({ ...facts });
    }
    await printRows(here.output, REVIEW_FIELDS, rows);
  });
}

/** What was decided so far. */
interface Tally {
  approved: number;
  declined: number;
  skipped: number;
  refused: number;
  rows: Row[];
}

async function review(here: Shell, teacher: string | undefined): Promise<void> {
  if (!here.canAsk)
    throw usageError(
      "cannot_ask",
      "booking review asks at a terminal, and nobody can be asked here",
      "list the queue with `booking list --status pending` or `booking review --json`, then decide with `booking approve ID` and `booking decline ID`",
    );
  const { makeAsker } = await import("../choose.ts");
  const asker = makeAsker(here.stopping, { ended: "what was decided before stays decided" });
  await here.write(
    async (database, actor) => {
      const queue = await readQueue(here, database, actor, teacher);
      if (queue.length === 0) {
        here.say("Nothing waits for a decision.");
        return;
      }
      const tally: Tally = { approved: 0, declined: 0, skipped: 0, refused: 0, rows: [] };
      let interrupted = false;
      let unanswered: ClassbookError | null = null;
      try {
        interrupted = await goThrough(here, { database, actor, asker, queue, tally });
      } catch (error) {
        if (!(error instanceof ClassbookError) || error.code !== "not_confirmed") throw error;
        unanswered = error;
      }
      if (here.output.format !== "table") await printRows(here.output, DECISION_FIELDS, tally.rows);
      const { approved, declined, skipped, refused } = tally;
      const left = queue.length - approved - declined;
      here.say(
        `${interrupted ? "Interrupted: " : ""}${approved} approved, ${declined} declined, ${skipped} skipped${refused > 0 ? `, ${refused} refused` : ""}; ${plural(left, "request")} of ${queue.length} left.${here.dryRun ? " Nothing was written." : ""}`,
      );
      if (unanswered !== null) throw unanswered;
      if (interrupted) here.exit(SIGNAL_EXIT.SIGINT);
    },
    { rehearses: true },
  );
}

interface Review {
  database: Database;
  actor: Actor;
  asker: Asker;
  queue: readonly number[];
  tally: Tally;
}

/** @returns true where somebody interrupted it */
async function goThrough(here: Shell, { database, actor, asker, queue, tally }: Review): Promise<boolean> {
  // Time goes on while somebody thinks.
  const acting = () => actingFor(here, actor);
  for (const [at, id] of queue.entries()) {
    // Looked at when its turn comes: somebody may have decided meanwhile, or taken the seat.
    const facts = await look(database, acting(), (context) => describePending(context, id));
    if (facts === null) {
      here.say(`Booking ${id} is not pending any more.`);
      continue;
    }
    const place = `${at + 1} of ${queue.length}`;
    here.io.err(`\n${reviewScreen(here.output, facts, { now: here.now(), place })}`);
    const decision = await decide(asker, facts);
    if (decision === null) return true;
    if (decision.what === "quit") return false;
    if (decision.what === "skip") {
      tally.skipped += 1;
      continue;
    }
    try {
      const view = await operate(database, acting(), async (context) => {
        if (decision.what === "approve") await approveBooking(context, { id });
        else await declineBooking(context, { id, reason: decision.reason });
        return (await viewBooking(inside(context), id))!;
      });
      tally[decision.what === "approve" ? "approved" : "declined"] += 1;
      tally.rows.push({ id, result: "done", code: null, message: view.status });
      if (here.output.format === "table") here.io.out(`${bookingLine(here.output, view)}\n`);
    } catch (error) {
      if (!(error instanceof ClassbookError)) throw error;
      // The request stays as it is, and the next one comes.
      tally.refused += 1;
      tally.rows.push({ id, result: error.kind, code: error.code, message: error.message });
      here.io.err(`${escapeControl(error.message)}\n  booking ${id} stays pending\n`);
    }
  }
  return false;
}

type Decision =
  | { what: "approve" }
  | { what: "decline"; reason: string | null }
  | { what: "skip" }
  | { what: "quit" };

/** Null where nobody answers any more. */
async function decide(asker: Asker, { id }: ReviewFacts): Promise<Decision | null> {
  const what = await asker.key<Decision["what"]>(`Booking ${id}: approve, decline, skip, quit?`, [
    { key: "a", name: "approve", value: "approve" },
    { key: "d", name: "decline", value: "decline" },
    { key: "s", name: "skip", value: "skip" },
    { key: "q", name: "quit", value: "quit" },
  ]);
  if (what !== "decline") return what === null ? null : { what };
  const reason = await asker.text("Why? The student is told (Enter: no reason)");
  return reason === null ? null : { what, reason: reason.trim() || null };
}
