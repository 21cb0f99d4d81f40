/** Sessions of `legacy verify`: each that the migration filled, worked out again by LEGACY 2.1. */
import type { Db } from "../db/open.ts";
import type { Names } from "../db/reconcile-names.ts";
import { type Filled, readFilled, readSessions, type SessionRow } from "../db/reconcile-sessions.ts";
import { isZone } from "../domain/zone.ts";
import { sessionMinutes, sessionSeats } from "./rederive-facts.ts";
import { minutesLater, readStamp } from "./rederive-time.ts";
import type { Findings } from "./verify-findings.ts";

const PAGE = 1_000;
const FIRST_KEY = Number.MIN_SAFE_INTEGER;
const TIMES = ["start_at_utc", "end_at_utc"] as const;
const SEATS = ["capacity", "total_seats"] as const;

/** Reads all sessions in pages. Stops early, without a word, where `shouldStop` says so. */
export async function verifySessions(
  names: Names,
  db: Db,
  findings: Findings,
  options: { sourceTimezone: string; shouldStop: () => boolean },
): Promise<void> {
  if (!names.has("live_class_session", "start_at_utc") || !names.has("live_class_session", "end_at_utc"))
    return;
  findings.open({
    check: "session_times",
    what: "every session with a readable start has its start and end in UTC",
    severity: "error",
  });
  findings.open({
    check: "session_differs",
    what: "every session that the migration filled is as the rules give it",
    severity: "error",
  });
  findings.open({
    check: "session_timezone",
    what: "the time zone that the migration wrote into a session is its teacher's",
    severity: "warning",
  });
  for (let after = FIRST_KEY; !options.shouldStop(); ) {
    const page = await readSessions(names, db, { after, limit: PAGE });
    if (page.length === 0) return;
    const filled = await readFilled(names, db, { first: page[0]!.id, last: page.at(-1)!.id });
    for (const session of page)
      verifySession(session, filled.get(session.id), findings, options.sourceTimezone);
    after = page.at(-1)!.id;
  }
}

function verifySession(
  session: SessionRow,
  filled: Filled | undefined,
  findings: Findings,
  sourceTimezone: string,
): void {
  const scheduled = readStamp(session.scheduled_start, sourceTimezone);
  const begins = session.start_at_utc === null ? scheduled : readStamp(session.start_at_utc, "UTC");
  const empty = TIMES.filter((column) => session[column] === null);
  const lasts = sessionMinutes(session.duration_minutes);
  // An end in no year that a timestamp can name stays open.
  const due = begins === null ? [] : empty.filter((c) => c !== "end_at_utc" || minutesLater(begins, lasts));
  if (due.length > 0) findings.add("session_times", `session ${session.id}: ${due.join(" and ")} not filled`);
  if (filled === undefined) return;
  const found = { ...session, ...filled.found };
  const start = found.start_at_utc === null ? scheduled : readStamp(found.start_at_utc, "UTC");
  const lasting = sessionMinutes(found.duration_minutes);
  const end =
    found.end_at_utc !== null
      ? readStamp(found.end_at_utc, "UTC")
      : start === null
        ? null
        : minutesLater(start, lasting);
  const seats = sessionSeats([found.capacity, found.total_seats, found.max_attendees]);
  const expected = { start_at_utc: start, end_at_utc: end, capacity: seats, total_seats: seats };
  for (const column of [...TIMES, ...SEATS]) {
    const written = filled.written[column];
    if (written === undefined) continue;
    const read = (value: unknown) =>
      column === "start_at_utc" || column === "end_at_utc" ? readStamp(value, "UTC") : Number(value);
    // What somebody changed since is theirs.
    if (read(session[column]) !== read(written)) continue;
    if (read(session[column]) !== expected[column])
      findings.add(
        "session_differs",
        `session ${session.id}: ${column} is ${read(session[column])}, the rules give ${expected[column]}`,
      );
  }
  const { timezone_snapshot: zone } = filled.written;
  if (zone === undefined || zone !== session.timezone_snapshot) return;
  const teachers = session.teacher_timezone;
  const rule = found.timezone_snapshot || (teachers !== null && isZone(teachers) ? teachers : "UTC");
  if (zone !== rule)
    findings.add(
      "session_timezone",
      `session ${session.id}: ${zone}, by the teacher's profile of today ${rule}`,
    );
}
