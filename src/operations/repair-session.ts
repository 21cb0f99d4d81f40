/** Repairs of sessions and of times: counters, seats, UTC fields, texts that are instants in another form (SPEC 2, LEGACY 2.1). */

import { zoneOfApp } from "../db/app-time.ts";
import { updateRows } from "../db/bulk.ts";
import type { Finding } from "../db/check.ts";
import { COUNTERS } from "../db/checks-session.ts";
import { findSession } from "../db/seats.ts";
import { TIME_TABLES } from "../db/time-columns.ts";
import { findTwin } from "../db/unique-key.ts";
import { parseInstant } from "../domain/instant.ts";
import { soundSeatsOf } from "../domain/session.ts";
import type { Context } from "./context.ts";
import { type Changed, findingsIn, type Repairs, recordChanges } from "./repair.ts";

type Cell = string | number | null;

export const SESSION_REPAIRS = {
  seats_taken: {
    apply: async (context, tell) => {
      const columns = COUNTERS.filter((column) => context.database.layout.has("live_class_session", column));
      for await (const page of findingsIn(context, "seats_taken")) {
        const [left, counted] = apart(page, ({ row }) => Number(row.unmigrated) > 0);
        const changes = await setColumns(context, counted, columns, ({ row }) =>
          columns.map(() => Number(row.seated)),
        );
        await recordChanges(context, "seats_taken", changes, tell);
        for (const { text } of left) await tell(`leave ${text}`, "left");
      }
    },
  },
  capacity: {
    apply: async (context, tell) => {
      const columns = ["capacity", "total_seats"];
      for await (const page of findingsIn(context, "capacity")) {
        const seats = ({ row }: Finding) => soundSeatsOf([row.capacity, row.total_seats, row.max_attendees]);
        const [left, sound] = apart(page, (finding) => seats(finding) === null);
        const changes = await setColumns(context, sound, columns, (finding) => {
          const each = seats(finding);
          return [each, each];
        });
        await recordChanges(context, "capacity", changes, tell);
        for (const { text } of left) await tell(`leave ${text}: none is a number of seats`, "left");
      }
    },
  },
  session_utc_missing: {
    apply: async (context, tell) => {
      const { database, trx } = context;
      for await (const page of findingsIn(context, "session_utc_missing")) {
        const changes: Changed[] = [];
        for (const { id, row } of page) {
          const session = await findSession(database, trx, id!, true);
          if (session?.start_at_utc == null || session.end_at_utc === null) continue; // It says no time.
          const { start_at_utc, end_at_utc } = session;
          await updateRows(
            database,
            trx,
            "live_class_session",
            ["start_at_utc", "end_at_utc"],
            [[id, start_at_utc, end_at_utc]],
          );
          const from = { start_at_utc: row.start_at_utc, end_at_utc: row.end_at_utc };
          changes.push({ thing: "session", id: id!, from, to: { start_at_utc, end_at_utc } });
        }
        await recordChanges(context, "session_utc_missing", changes, tell);
      }
    },
  },
  time_form: {
    apply: async (context, tell) => {
      const zone = await zoneOfApp(context.database, context.trx);
      for await (const page of findingsIn(context, "time_form")) {
        const changes: Changed[] = [];
        for (const finding of page) {
          // The app, and the migration with it, reads a slot's bare time in the app's own zone.
          if (finding.thing === "slot" && zone !== "UTC") continue;
          const instant = typeof finding.row.value === "string" ? parseInstant(finding.row.value) : null;
          if (instant === null) continue;
          const { thing, id, part, row } = finding;
          const twin = await rewrite(context, finding, instant);
          if (twin !== null) {
            const key = `booking ${twin} has the same student, place and ${instant}`;
            await tell(`leave ${thing} ${id}: ${part} is ${JSON.stringify(row.value)}, and ${key}`, "left");
            continue;
          }
          changes.push({ thing, id: id!, from: { [part]: row.value }, to: { [part]: instant } });
        }
        await recordChanges(context, "time_form", changes, tell);
      }
    },
  },
} satisfies Repairs;

/** Those that it holds of, and the others. */
function apart<T>(all: readonly T[], holds: (one: T) => boolean): [T[], T[]] {
  return [all.filter(holds), all.filter((one) => !holds(one))];
}

async function setColumns(
  { database, trx }: Context,
  page: readonly Finding[],
  columns: readonly string[],
  valuesOf: (finding: Finding) => Cell[],
): Promise<Changed[]> {
  const rows = page.map((finding) => [finding.id, ...valuesOf(finding)]);
  await updateRows(database, trx, "live_class_session", columns, rows);
  return page.map(({ id, row }, at) => ({
    thing: "session",
    id: id!,
    from: Object.fromEntries(columns.map((column) => [column, row[column] ?? null])),
    to: Object.fromEntries(columns.map((column, n) => [column, rows[at]![n + 1]])),
  }));
}

/** @returns the booking that has the key which it would get, whether or not an index holds that; null = it was written */
async function rewrite(
  { database, trx }: Context,
  { thing, id, part }: Finding,
  instant: string,
): Promise<number | null> {
  if (thing === "booking" && part === "start_at_utc") {
    const twin = await findTwin(database, trx, { id: id!, start: instant });
    if (twin !== null) return twin;
  }
  await updateRows(database, trx, TIME_TABLES[thing]!, [part], [[id, instant]]);
  return null;
}
