/** What each phase of a run does inside one transaction. */
import { restoreNextIndex } from "../db/deferred-index.ts";
import { changeSessions } from "../db/legacy-run.ts";
import { LegacySource } from "../db/legacy-source.ts";
import type { SourceTable } from "../db/legacy-tables.ts";
import type { Database } from "../db/open.ts";
import { readSeatDrift, readUnfilledSessions } from "../db/session-counters.ts";
import type { MappingOptions } from "./facts.ts";
import { takePage } from "./page.ts";
import { writeSeriesPage } from "./series.ts";
import { fillSession } from "./sessions.ts";
import type { WriteContext } from "./write.ts";

export const PHASES = ["sessions", "booking", "one_on_one_booking", "indexes", "series", "seats"] as const;
export type Phase = (typeof PHASES)[number];

/** Before every key, ids that a hand made negative included. */
export const FIRST_KEY = Number.MIN_SAFE_INTEGER;

/** Rows in memory at once. */
export const PAGE = 1_000;
const SESSION_PAGE = 5_000;

/** Where a run stands, as far as its phases need to know. */
export interface PhaseState {
  database: Database;
  options: MappingOptions & { batch: number };
  /** The run's number. */
  id: number;
  /** The last source id that the phase has finished. */
  lastId: number;
  /** Where a phase pages by text, the last key. */
  lastKey: string;
  /** Whether any row has a person's answer, which reading must join in. */
  given: boolean;
  /** Look every key up before it is taken. */
  checkOccupied: boolean;
}

/** A phase's work in one transaction: the key that it reached, or null where the phase is complete. */
export type Work = (state: PhaseState, context: WriteContext) => Promise<number | string | null>;

export function workOf(phase: Phase): Work {
  switch (phase) {
    case "sessions":
      return fillSessions;
    case "booking":
    case "one_on_one_booking":
      return (state, context) => takeOver(state, context, phase);
    case "indexes":
      return async (state, context) => ((await restoreNextIndex(state.database, context.trx)) ? 0 : null);
    case "series":
      return (state, context) => writeSeriesPage(context, state.lastKey);
    case "seats":
      return countSeats;
    default:
      return phase satisfies never;
  }
}

async function fillSessions(state: PhaseState, context: WriteContext): Promise<number | null> {
  const sessions = await readUnfilledSessions(state.database, context.trx, state.lastId, SESSION_PAGE);
  const changes = sessions.flatMap((facts) => {
    const after = fillSession(facts, state.options);
    const columns = Object.keys(after) as (keyof typeof after)[];
    const before = Object.fromEntries(columns.map((column) => [column, facts[column]]));
    return columns.length === 0 ? [] : [{ id: facts.id, before, after }];
  });
  await changeSessions(state.database, context.trx, state.id, changes);
  return sessions.at(-1)?.id ?? null;
}

async function takeOver(
  state: PhaseState,
  context: WriteContext,
  table: SourceTable,
): Promise<number | null> {
  const source = await LegacySource.open(state.database, context.trx, table, {
    given: state.given,
    unseenAfter: state.lastId,
  });
  let after = state.lastId;
  for (let read = 0; read < state.options.batch; ) {
    const limit = Math.min(PAGE, state.options.batch - read);
    const plan = await takePage(context, state, source, { after, limit });
    if (plan === null) return null;
    after = plan.lastId;
    context.ahead = context.ahead.filter((id) => id > after);
    read += plan.read;
  }
  return after;
}

/** seats_taken := Σ seats_reserved of the confirmed and attended (LEGACY 2.1), and current_attendees where the app has it. */
export async function countSeats(state: PhaseState, context: WriteContext): Promise<number | null> {
  const { drift, upTo } = await readSeatDrift(state.database, context.trx, state.lastId, SESSION_PAGE);
  const mirror = state.database.layout.has("live_class_session", "current_attendees");
  await changeSessions(
    state.database,
    context.trx,
    state.id,
    drift.map(({ id, seats_taken, current_attendees, seated }) => ({
      id,
      before: { seats_taken, ...(mirror ? { current_attendees } : {}) },
      after: { seats_taken: Number(seated), ...(mirror ? { current_attendees: Number(seated) } : {}) },
    })),
  );
  return upTo;
}
