/** A drill: many at once for the last seats of a session, in a database that nobody misses, and whether all stayed right. */
import { CHECK_SENTENCES, type CheckCode, type Violation } from "../db/checks.ts";
import { addDrillSession, addDrillStudents, countDrillRows, setDrillCapacity } from "../db/drill.ts";
import type { Database } from "../db/open.ts";
import { findSession } from "../db/seats.ts";
import { notFound, usageError } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";
import { openSeats } from "../domain/session.ts";
import { plural } from "../domain/spoken.ts";
import type { Context } from "./context.ts";
import { loadSeating } from "./seating.ts";
import { chooseChecks, verifyInvariants } from "./verify.ts";

/** What the racers race for. */
export interface Drill {
  session_id: number;
  /** Who races, one booking each. */
  students: number[];
  /** Seats that are open before the race. */
  seats: number;
}

/**
 * Makes the students, and the session where none is named.
 *
 * @param asked.session an own session of the copied school; null = one made for the drill
 * @param asked.seats null = as many as the session has open; five, where it is made
 * @throws ClassbookError not_found `no_such_session`; usage `session_not_open`: it cannot be booked whoever asks
 */
export async function prepareDrill(
  context: Context,
  asked: { session: number | null; seats: number | null; workers: number },
): Promise<Drill> {
  const { database, trx, now } = context;
  const place =
    asked.session === null
      ? await addDrillSession(database, trx, { seats: asked.seats ?? 5, now })
      : await takeSession(context, asked.session, asked.seats);
  const students = await addDrillStudents(database, trx, {
    course: place.course,
    count: asked.workers,
    now,
  });
  return { session_id: place.session, students, seats: (await seatsOf(context, place.session)).open };
}

async function takeSession(
  context: Context,
  id: number,
  seats: number | null,
): Promise<{ session: number; course: number }> {
  const { database, trx, now } = context;
  const session = await findSession(database, trx, id, true);
  if (session === null)
    throw notFound("no_such_session", `there is no session ${id}`, "`classbook session list` lists them");
  const { course_id, start_at_utc, status } = session;
  const bookable = status === "scheduled" || (status === "booking_closed" && seats !== null);
  if (course_id === null || start_at_utc === null || start_at_utc <= now || !bookable)
    throw usageError(
      "session_not_open",
      `session ${id} is ${status}${start_at_utc !== null && start_at_utc <= now ? " and began" : ""}: nobody can book it`,
      "name one that is scheduled, or none: the drill makes its own",
    );
  if (seats !== null) {
    const { held } = await seatsOf(context, id);
    await setDrillCapacity(database, trx, id, held + seats);
  }
  return { session: id, course: course_id };
}

/** How many seats a session has open, and how many are held. */
async function seatsOf(context: Context, id: number): Promise<{ open: number; held: number }> {
  const session = (await findSession(context.database, context.trx, id, true))!;
  const { seats } = await loadSeating(context, session);
  return { open: openSeats(seats), held: seats.taken + seats.pending + seats.offers };
}

export interface Invariant {
  check: CheckCode | "drill_seats" | "drill_answers" | "drill_audit";
  holds: boolean;
  why: string;
}

/** What a drill reports. */
export interface DrillReport {
  workers: number;
  session_id: number;
  seats: number;
  bookings: number;
  waitlisted: number;
  /** How many were refused, by the rule's code. */
  refused: Record<string, number>;
  /** How many failed otherwise, by code. */
  errors: Record<string, number>;
  duration_ms: number;
  p50_ms: number;
  p95_ms: number;
  invariants: Invariant[];
  holds: boolean;
}

export const DRILL_FIELDS = [
  ...(["workers", "session_id", "seats", "bookings", "waitlisted", "refused", "errors"] as const),
  ...(["duration_ms", "p50_ms", "p95_ms", "invariants", "holds"] as const),
] satisfies (keyof DrillReport)[];

/** What `verify` finds, to be held against what it finds after the race. */
export async function violationsOf(
  database: Database,
  clock: { now: Instant; offerHours: number },
): Promise<Violation[]> {
  return verifyInvariants(database, chooseChecks([]), clock);
}

/**
 * Whether everything stayed right: what `verify` checks, where the race made nothing worse; that no seat was given
 * twice, and none kept back; that the racers were told what is written; and that the audit has it.
 *
 * @param told bookings that the racers were told of
 * @param race.undisturbed every racer got a seat or was refused by `capacity`
 */
export async function judgeDrill(
  context: Context,
  drill: Drill,
  race: { told: number; undisturbed: boolean; before: readonly Violation[] },
): Promise<Invariant[]> {
  const { told, undisturbed, before } = race;
  const after = await violationsOf(context.database, context);
  const count = (found: readonly Violation[], check: string) =>
    found.find((violation) => violation.check === check)?.count ?? 0;
  const checks = chooseChecks([]).map((check): Invariant => {
    const [was, is] = [count(before, check), count(after, check)];
    const known = is > 0 && is <= was ? ` (${plural(is, "violation")} that the copy had before)` : "";
    return { check, holds: is <= was, why: `${CHECK_SENTENCES[check]}${known}` };
  });
  const { bookings, events } = await countDrillRows(context.trx, {
    session: drill.session_id,
    students: drill.students,
  });
  const { open } = await seatsOf(context, drill.session_id);
  const expected = Math.min(drill.seats, drill.students.length);
  return [
    ...checks,
    {
      check: "drill_seats",
      holds: open >= Math.min(0, drill.seats) && (!undisturbed || told === Math.max(0, expected)),
      why: `${plural(told, "booking")} for ${plural(drill.seats, "open seat")}, ${open} left`,
    },
    {
      check: "drill_answers",
      holds: bookings === told,
      why: `${plural(told, "racer")} told of a booking, ${plural(bookings, "booking")} written`,
    },
    {
      check: "drill_audit",
      holds: events === bookings,
      why: `${plural(events, "event")} for ${plural(bookings, "booking")}`,
    },
  ];
}
