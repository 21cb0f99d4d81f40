/** `drill`: shows on a throw-away copy that many at once cannot book more seats than there are. */
import type { Command } from "commander";
import { openDatabase } from "../../db/open.ts";
import { migrateSchema } from "../../db/schema.ts";
import { makeThrowaway, type Throwaway } from "../../db/throwaway.ts";
import type { Actor } from "../../domain/actor.ts";
import { usageError } from "../../domain/error.ts";
import { toRfc3339 } from "../../domain/instant.ts";
import { look, operate } from "../../operations/context.ts";
import {
  DRILL_FIELDS,
  type Drill,
  type DrillReport,
  type Invariant,
  judgeDrill,
  prepareDrill,
  violationsOf,
} from "../../operations/drill.ts";
import { actingFor } from "../batch.ts";
import { EXIT } from "../exit.ts";
import { Flags } from "../flags.ts";
import { printObject } from "../output.ts";
import { type Answer, race } from "../race.ts";
import { drillScreen } from "../screens/drill.ts";
import type { Shell, WithShell } from "../shell.ts";

const DEFAULT_WORKERS = 12;
/** Each is a process with a connection; more only wait for each other. */
const MOST_WORKERS = 200;

export function defineDrill(drill: Command, shell: WithShell): void {
  drill
    .option("--workers <N>", `how many processes race (default: ${DEFAULT_WORKERS})`)
    .option("--seats <N>", "for how many open seats (default: 5; those of --session)")
    .option("--session <ID>", "a session of this school, in an SQLite copy (default: one made for it)")
    .addHelpText(
      "after",
      `
Works on a copy of an SQLite file; on PostgreSQL in a database of its own on the same server, which the user must be
allowed to create. Both are removed afterwards, the school itself is not touched. Exits with 6 where an invariant did
not hold, or a process failed by anything but a rule.

Example:
  $ classbook drill --workers 4 --seats 2 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3`,
    )
    .action(async (input: { workers?: string; seats?: string; session?: string }, command: Command) => {
      const flags = new Flags();
      const workers = flags.whole("--workers", input.workers, 1) ?? DEFAULT_WORKERS;
      const seats = flags.whole("--seats", input.seats, 1);
      const session = flags.id("--session", input.session);
      if (workers > MOST_WORKERS) flags.problem(`--workers ${workers} is more than ${MOST_WORKERS}`);
      flags.done();
      await run(shell(command, DRILL_FIELDS), { workers, seats, session });
    });
}

interface Asked {
  workers: number;
  seats: number | null;
  session: number | null;
}

async function run(here: Shell, asked: Asked): Promise<void> {
  await here.read(
    async (database, actor) => {
      if (asked.session !== null && database.engine === "postgres")
        throw usageError(
          "no_copy_here",
          `--session ${asked.session}: a PostgreSQL database is not copied, so the drill has none of its sessions`,
          "leave --session out: the drill makes one",
        );
      const place = await makeThrowaway(database, here.address, here.now());
      try {
        const report = await drillIn(here, place, { actor, asked });
        if (report === null) {
          here.say("Interrupted: the copy is removed, the school was not touched.");
          return;
        }
        await printObject(here.output, { ...report }, () => drillScreen(here.output, report));
        if (!report.holds) here.exit(EXIT.findings);
      } finally {
        await place.remove();
      }
    },
    { connectionWrites: true },
  );
}

/** Null where it was interrupted. */
async function drillIn(
  here: Shell,
  place: Throwaway,
  { actor, asked }: { actor: Actor; asked: Asked },
): Promise<DrillReport | null> {
  const database = await openDatabase(place.address, place.choice);
  const acting = { ...actingFor(here, actor), rehearse: false };
  try {
    await migrateSchema(database, { now: acting.now });
    const drill = await operate(database, acting, (context) => prepareDrill(context, asked));
    const before = await violationsOf(database, acting);
    const { layout, appLabel } = place.choice;
    const words = [
      ...["--json", "--no-input", "--now", toRfc3339(acting.now), "--layout", layout],
      ...(appLabel === null ? [] : ["--app-label", appLabel]),
    ];
    const begin = performance.now();
    const answers = await race(
      drill.students.map((student) => [
        ...["booking", "create", "--session", String(drill.session_id), "--student", String(student)],
        ...words,
      ]),
      { database: place.address, folder: place.folder, stopping: here.stopping },
    );
    const duration = performance.now() - begin;
    if (here.stopping()) return null;
    const told = answers.filter(({ outcome }) => outcome === "confirmed" || outcome === "pending").length;
    const undisturbed = answers.every(({ outcome, error }) =>
      error === null ? outcome !== null && outcome !== "waitlisted" : error.code === "capacity",
    );
    const invariants = await look(database, acting, (context) =>
      judgeDrill(context, drill, { told, undisturbed, before }),
    );
    return reportOf(drill, { answers, told, duration, invariants });
  } finally {
    await database.close();
  }
}

function reportOf(
  { session_id, seats, students }: Drill,
  race: { answers: readonly Answer[]; told: number; duration: number; invariants: Invariant[] },
): DrillReport {
  const { answers, told, duration, invariants } = race;
  const times = answers.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  const share = (part: number) => Math.round(times[Math.ceil(part * times.length) - 1]!);
  const failed = answers.map(({ error }) => error).filter((error) => error !== null);
  const errors = countCodes(failed.filter(({ kind }) => kind !== "refused"));
  return {
    workers: students.length,
    session_id,
    seats,
    bookings: told,
    waitlisted: answers.filter(({ outcome }) => outcome === "waitlisted").length,
    refused: countCodes(failed.filter(({ kind }) => kind === "refused")),
    errors,
    duration_ms: Math.round(duration),
    p50_ms: share(0.5),
    p95_ms: share(0.95),
    invariants,
    holds: invariants.every(({ holds }) => holds) && Object.keys(errors).length === 0,
  };
}

function countCodes(failed: readonly { code: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of failed) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
